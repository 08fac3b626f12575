// The program's texts, and what their lines have to do with each other.

/** Where the lines of a text begin. */
class Lines {
  constructor(text) {
    this.text = text;
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    if (starts.at(-1) === text.length) starts.pop();
    this.starts = Uint32Array.from(starts);
  }

  get count() {
    return this.starts.length;
  }

  /** A line, from 0. */
  get(index) {
    const end = index + 1 < this.count ? this.starts[index + 1] - 1 : this.text.length;
    return this.text.slice(this.starts[index], end).replace(/[\r\n]+$/, "");
  }
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
        if (list.at(-1) !== c) list.push(c);
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
}
