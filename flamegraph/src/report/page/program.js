// The program's texts, and what their lines have to do with each other.

/** Where the lines of a text begin. */
class Lines {
  constructor(text) {
    this.text = text;
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    if (starts[starts.length - 1] === text.length) starts.pop();
    this.starts = Uint32Array.from(starts);
  }

  get count() {
    return this.starts.length;
  }

  /** A line, from 0. */
  get(index) {
    const end = index + 1 < this.count ? this.starts[index + 1] - 1 : this.text.length;
    return visible(this.text.slice(this.starts[index], end).replace(/[\r\n]+$/, ""));
  }

  /** The lines, from 1, that have a text in them, whether its letters are large or small. */
  having(text) {
    this.small ??= this.text.toLowerCase();
    // Of a few letters, the small one is longer.
    const isSame = this.small.length === this.text.length;
    const [where, what] = isSame ? [this.small, text.toLowerCase()] : [this.text, text];
    const lines = [];
    let index = 0;
    for (let at = where.indexOf(what); at >= 0; at = where.indexOf(what, this.starts[index])) {
      while (index < this.count && this.starts[index] <= at) index++;
      lines.push(index);
      if (index === this.count) break;
    }
    return lines;
  }
}

/** The place in an ascending list of the first that is not below a value. */
function lowerBound(list, value) {
  let [first, end] = [0, list.length];
  while (first < end) {
    const middle = (first + end) >> 1;
    if (list[middle] < value) first = middle + 1;
    else end = middle;
  }
  return first;
}

/** For each of a list's values, the places that have it. */
function inverse(count, size, values) {
  const starts = new Uint32Array(size + 1);
  for (let i = 0; i < count; i++) for (const value of values(i)) starts[value + 1]++;
  for (let i = 0; i < size; i++) starts[i + 1] += starts[i];
  const next = starts.slice();
  const places = new Uint32Array(starts[size]);
  for (let i = 0; i < count; i++) for (const value of values(i)) places[next[value]++] = i;
  return (value) => places.subarray(starts[value], starts[value + 1]);
}

/** What the program's texts have to do with each other. */
class Program {
  constructor(code) {
    this.code = code;
    this.rows = code.rows;
    const { contributions, locations, rows } = code;
    this.rowsOf = inverse(rows.length, contributions.length, (row) => rows[row]);
    this.wat = code.wat && new Lines(code.wat.text);
    this.zkasm = code.zkasm && new Lines(code.zkasm.text);
    this.sources = code.sources.map((text) => (text === null ? null : new Lines(text)));
    if (this.wat) {
      this.ofWat = inverse(contributions.length, this.wat.count + 1, (c) => [contributions[c][1]]);
    }
    if (this.zkasm) {
      this.lineOfRow = new Uint32Array(rows.length);
      this.rowOfLine = new Int32Array(this.zkasm.count + 1).fill(-1);
      let line = 0;
      for (let row = 0; row < rows.length; row++) {
        line += code.zkasm.lines[row];
        this.lineOfRow[row] = line;
        this.rowOfLine[line] = row;
      }
    }
    // The function that each row was compiled for: the last that begins at or before it.
    this.functionOfRow = new Int32Array(rows.length).fill(-1);
    const begins = code.functions.map(([, first, count], f) => [first, f, count]).filter(([, , count]) => count > 0);
    begins.sort((a, b) => a[0] - b[0]);
    begins.forEach(([first, f], i) => this.functionOfRow.fill(f, first, begins[i + 1]?.[0] ?? rows.length));
    // Contributions by the lines of their chains, by file.
    this.ofSource = new Map();
    for (let c = 0; c < contributions.length; c++) {
      for (let l = contributions[c][2]; l >= 0; l = locations[l][4]) {
        const [file, line] = locations[l];
        if (line === 0) continue;
        if (!this.ofSource.has(file)) this.ofSource.set(file, new Map());
        const lines = this.ofSource.get(file);
        if (!lines.has(line)) lines.set(line, []);
        const list = lines.get(line);
        if (list[list.length - 1] !== c) list.push(c);
      }
    }
  }

  /** The contributions that a line of a pane stands for, and the rows that they are in. */
  meant({ pane, file, line }) {
    if (pane === "zkasm") {
      const row = this.rowOfLine[line] ?? -1;
      return row < 0 ? { contributions: [], rows: [] } : { contributions: this.rows[row], rows: [row] };
    }
    const contributions =
      pane === "wat" ? [...this.ofWat(line)] : (this.ofSource.get(file)?.get(line) ?? []);
    const rows = new Set();
    for (const c of contributions) for (const row of this.rowsOf(c)) rows.add(row);
    return { contributions, rows: [...rows] };
  }

  /** What lights up with a line: lines of the WAT, of the zkASM, and of source files. */
  lit(selection) {
    const { contributions, rows } = this.meant(selection);
    const { code } = this;
    const wat = new Set();
    const zkasm = new Set();
    const source = new Map();
    for (const c of contributions) {
      const [, line, location] = code.contributions[c];
      if (line > 0) wat.add(line);
      for (let l = location; l >= 0; l = code.locations[l][4]) {
        const [file, at] = code.locations[l];
        // Code that belongs to no line of its function.
        if (at === 0) continue;
        if (!source.has(file)) source.set(file, new Set());
        source.get(file).add(at);
      }
    }
    if (this.zkasm) for (const row of rows) zkasm.add(this.lineOfRow[row]);
    return { wat, zkasm, source, contributions, rows };
  }

  /** The line of the WAT at an offset, or the last before it; undefined if there is none. */
  lineOfOffset(offset) {
    if (!this.offsets) {
      this.offsets = [];
      for (let index = 0; index < this.wat.count; index++) {
        const found = this.wat.get(index).match(Pane.OFFSET);
        if (found) this.offsets.push([parseInt(found[1], 16), index + 1]);
      }
    }
    return this.offsets.findLast(([at]) => at <= offset)?.[1];
  }

  /** The lines of the zkASM without hooks, which cost nothing. */
  get withoutHooks() {
    if (!this.shown) {
      const { text, starts, count } = this.zkasm;
      this.shown = new Uint32Array(count);
      let shown = 0;
      for (let index = 0; index < count; index++) {
        if (!text.startsWith("$${profile_", starts[index])) this.shown[shown++] = index + 1;
      }
      this.shown = this.shown.subarray(0, shown);
    }
    return this.shown;
  }
}
