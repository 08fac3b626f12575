// Three linked panes: the source, the module's text and the zkASM, with what each line cost.

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

/** A text with its costs. */
class Pane {
  constructor(kind, title) {
    this.kind = kind;
    this.element = make("section", { class: "pane", "data-pane": kind, "aria-label": title });
    this.head = make("header", {}, make("h3", { text: title }));
    const body = make("div", { tabindex: "0", role: "listbox", "aria-label": `${title}: arrow keys move, Enter selects a line` });
    this.map = make("canvas", { title: "where the costs are" });
    this.element.append(this.head, make("div", { class: "body" }, body, this.map));
    this.list = new VirtualList(body, 18, (index) => this.row(index));
    this.lines = null;
    this.numbers = null;
    this.own = new Map();
    this.all = new Map();
    this.most = 0;
    this.current = 0;
    body.addEventListener("click", (event) => {
      const index = this.list.at(event);
      if (index >= 0) codes.select(this, this.lineAt(index));
    });
    body.addEventListener("mousemove", (event) => {
      const index = this.list.at(event);
      codes.hover(this, index < 0 ? -1 : this.lineAt(index));
    });
    body.addEventListener("mouseleave", () => codes.hover(this, -1));
    body.addEventListener("keydown", (event) => this.key(event));
    this.map.addEventListener("click", (event) => {
      const share = event.offsetY / this.map.clientHeight;
      this.list.show(Math.min(this.list.count - 1, Math.floor(share * this.list.count)));
    });
  }

  /** Shows a text; or, of one that is not known, the lines that ran. */
  setText(lines, numbers = null) {
    this.lines = lines;
    this.numbers = numbers;
    this.current = 0;
    this.list.element.scrollTop = 0;
    this.list.setCount(lines ? lines.count : numbers.length);
  }

  lineAt(index) {
    return this.numbers ? this.numbers[index] : index + 1;
  }

  indexOf(line) {
    return this.numbers ? this.numbers.indexOf(line) : line - 1;
  }

  /** What was counted in lines, of each line itself and how much more with what it calls. */
  setValues(values) {
    this.own = new Map();
    this.all = new Map();
    this.most = 0;
    for (const [line, own, more] of values) {
      if (own > 0) this.own.set(line, own);
      if (more > 0) this.all.set(line, own + more);
      this.most = Math.max(this.most, own);
    }
    let widest = this.most;
    for (const all of this.all.values()) widest = Math.max(widest, all);
    this.element.style.setProperty("--digits", `${grouped(widest).length + 2}ch`);
    this.element.classList.toggle("flat", this.all.size === 0);
    this.drawMap();
    this.list.later();
  }

  row(index) {
    const line = this.lineAt(index);
    const own = this.own.get(line) ?? 0;
    const all = this.all.get(line);
    const text = this.lines ? this.lines.get(index) : "  … the text of this file is not in the report";
    const classes = ["codeline"];
    if (/^\s*(\$\$\{profile_|;|\/\/)/.test(text) && !text.startsWith("(;@")) classes.push("dim");
    const { selected, hovered } = codes;
    if (isLit(hovered, this, line)) classes.push("hovered");
    if (isLit(selected, this, line)) classes.push("lit");
    if (selected && selected.pane === this && selected.line === line && selected.file === this.file) classes.push("chosen");
    if (index === this.current && document.activeElement === this.list.element) classes.push("current");
    const why = make("span", { class: "why" });
    const cause = codes.causeOf(this, line);
    if (cause) why.append(patch(cause));
    const row = make(
      "div",
      { class: classes.join(" "), role: "option", "data-line": line, "aria-selected": classes.includes("chosen") },
      make("span", { class: "own", text: own ? grouped(own) : "" }),
      make("span", { class: "all", text: all ? grouped(all) : "" }),
      why,
      make("span", { class: "at", text: line }),
      make("span", { class: "text", text }),
    );
    if (own > 0) {
      const heat = 0.08 + 0.42 * Math.sqrt(own / this.most);
      row.style.background = `rgba(var(--hot), ${heat.toFixed(3)})`;
    }
    return row;
  }

  /** Goes to a line. */
  show(line) {
    const index = this.indexOf(line);
    if (index < 0) return;
    this.current = index;
    this.list.show(index);
    this.drawMap();
  }

  showHottest() {
    const [line] = [...this.own].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
    if (line > 0) this.show(line);
  }

  key(event) {
    const to = this.list.moved(this.current, event.key);
    if (to !== undefined) {
      this.current = to;
      this.list.show(to);
      codes.hover(this, this.lineAt(to));
      event.preventDefault();
      return;
    }
    if (event.key === "Enter") codes.select(this, this.lineAt(this.current));
    else if (event.key === "Escape") codes.select(null, -1);
    else if (event.key === "n" || event.key === "p") this.step(event.key === "n" ? 1 : -1);
    else if (event.key === "h") this.showHottest();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Goes to the next or previous line that is lit. */
  step(by) {
    const lines = litLines(codes.selected, this).map((line) => this.indexOf(line)).sort((a, b) => a - b);
    const next = by > 0 ? lines.find((index) => index > this.current) : lines.findLast((index) => index < this.current);
    if (next === undefined) return;
    this.current = next;
    this.list.show(next);
  }

  /** Where in the text costs are, and what is lit. */
  drawMap() {
    const { map } = this;
    const height = map.clientHeight;
    if (height === 0) return;
    map.width = 12;
    map.height = height;
    const context = map.getContext("2d");
    const style = getComputedStyle(document.documentElement);
    const hot = style.getPropertyValue("--hot");
    const count = Math.max(1, this.list.count);
    const heat = new Float64Array(height);
    const at = (line) => Math.min(height - 1, Math.floor((this.indexOf(line) / count) * height));
    for (const [line, own] of this.own) {
      const y = at(line);
      if (y >= 0) heat[y] = Math.max(heat[y], own);
    }
    heat.forEach((own, y) => {
      if (own === 0) return;
      context.fillStyle = `rgba(${hot}, ${0.25 + 0.75 * Math.sqrt(own / this.most)})`;
      context.fillRect(0, y, 8, 2);
    });
    context.fillStyle = style.getPropertyValue("--accent");
    for (const line of litLines(codes.selected, this)) {
      const y = at(line);
      if (y >= 0) context.fillRect(6, y, 6, 2);
    }
  }
}

/** The lines of a pane that light up with a selection. */
function litLines(selection, pane) {
  if (!selection) return [];
  const { lit } = selection;
  const lines = pane.kind === "source" ? lit.source.get(pane.file) : lit[pane.kind];
  return lines ? [...lines] : [];
}

function isLit(selection, pane, line) {
  if (!selection) return false;
  const lines = pane.kind === "source" ? selection.lit.source.get(pane.file) : selection.lit[pane.kind];
  return lines !== undefined && lines.has(line);
}

const codes = {
  program: null,
  panes: [],
  selected: null,
  hovered: null,

  init(code) {
    this.program = new Program(code);
    this.colours = new Map(shared.head.causes.map((cause) => [cause.name, cause]));
    this.source = new Pane("source", "Source");
    this.panes = [this.source];
    if (this.program.wat) {
      this.wat = this.named(new Pane("wat", "WAT"), code.wat.file);
      this.wat.setText(this.program.wat);
    }
    if (this.program.zkasm) {
      this.zkasm = this.named(new Pane("zkasm", "zkASM"), code.zkasm.file);
      this.zkasm.setText(this.program.zkasm);
    }
    // Without debug information there is no source to show.
    if (shared.head.files.length === 0 && this.panes.length > 1) this.panes.shift();
    const box = document.getElementById("panes");
    box.style.setProperty("--panes", this.panes.length);
    box.replaceChildren(...this.panes.map((pane) => pane.element));
    this.files = make("select", { "aria-label": "Source file", onchange: () => this.open(Number(this.files.value)) });
    this.source.head.append(this.files);
    document.getElementById("code-state").textContent = "cycles of a line itself, and with what it calls";
    shared.on((what) => {
      if (what === "metric") this.setMetric();
      else if (what === "function") this.goTo(shared.chosen);
    });
    this.setMetric();
    if (shared.chosen >= 0) this.goTo(shared.chosen);
    else this.panes.forEach((pane) => pane.showHottest());
    new ResizeObserver(() => this.panes.forEach((pane) => pane.drawMap())).observe(box);
  },

  named(pane, file) {
    pane.head.append(make("span", { class: "name", text: file, title: file }));
    this.panes.push(pane);
    return pane;
  },

  /** The values of one metric, for every pane. */
  setMetric() {
    const { code } = this.program;
    const { metric, head } = shared;
    const columns = (values) => values.keys.map((key, i) => [key, values.self[metric][i], values.more[metric][i]]);
    this.byFile = new Map();
    for (const [[file, line], own, more] of columns(code.line)) {
      if (!this.byFile.has(file)) this.byFile.set(file, []);
      this.byFile.get(file).push([line, own, more]);
    }
    const sums = new Map([...this.byFile].map(([file, lines]) => [file, lines.reduce((sum, [, own]) => sum + own, 0)]));
    const order = [...sums.keys()].sort((a, b) => sums.get(b) - sums.get(a) || a - b);
    const others = head.files.map((_, file) => file).filter((file) => !sums.has(file) && code.sources[file] !== null);
    const options = [...order, ...others].map((file) =>
      make("option", {
        value: file,
        text: `${head.files[file]}${sums.has(file) ? ` — ${grouped(sums.get(file))}` : ""}${code.sources[file] === null ? " (not here)" : ""}`,
      }),
    );
    const open = this.source.file;
    this.files.replaceChildren(...options);
    // Rather one with its text.
    this.open(open ?? order.find((file) => code.sources[file] !== null) ?? order[0]);
    this.wat?.setValues(columns(code.wasm));
    if (this.zkasm) {
      const rows = columns(code.zkpc);
      this.zkasm.setValues(rows.map(([row, own, more]) => [this.program.lineOfRow[row], own, more]));
    }
    this.describe();
  },

  /** Opens a source file. */
  open(file) {
    const { source, program } = this;
    if (file === undefined) {
      source.setText(null, []);
      return;
    }
    this.files.value = file;
    const values = this.byFile.get(file) ?? [];
    if (source.file !== file) {
      source.file = file;
      const text = program.sources[file];
      if (text) source.setText(text);
      else source.setText(null, [...(program.ofSource.get(file)?.keys() ?? [])].sort((a, b) => a - b));
    }
    source.setValues(values);
  },

  /** Why a line of zkASM is there: what pays for it. */
  causeOf(pane, line) {
    if (pane.kind !== "zkasm") return null;
    const row = this.program.rowOfLine[line] ?? -1;
    if (row < 0) return null;
    const { code } = this.program;
    const name = code.causes[code.contributions[code.rows[row][0]][0]];
    return this.colours.get(name) ?? { name, rgb: [190, 190, 190] };
  },

  hover(pane, line) {
    const same = this.hovered ? this.hovered.pane === pane && this.hovered.line === line : line < 0;
    if (same) return;
    this.hovered = line < 0 ? null : this.selection(pane, line);
    this.panes.forEach((pane) => pane.list.later());
  },

  selection(pane, line) {
    const { file } = pane;
    return { pane, file, line, lit: this.program.lit({ pane: pane.kind, file, line }) };
  },

  /** Selects a line: the other panes go to the costliest of what lights up. */
  select(pane, line) {
    this.selected = pane ? this.selection(pane, line) : null;
    if (pane) {
      pane.current = pane.indexOf(line);
      for (const other of this.panes) if (other !== pane) this.follow(other);
    }
    this.panes.forEach((pane) => {
      pane.list.later();
      pane.drawMap();
    });
    this.describe();
  },

  follow(pane) {
    if (pane.kind === "source") {
      // The innermost line of the contribution that pays most; failing that, of any.
      const { code } = this.program;
      const candidates = [...this.paid(this.selected).map(([c]) => c), ...this.selected.lit.contributions];
      const c = candidates.find((c) => code.contributions[c][2] >= 0);
      if (c === undefined) return;
      const location = code.contributions[c][2];
      // Rather a line whose text is here: of an inlined function of a library, where it was called.
      let at = location;
      const isHere = ([file, line]) => line > 0 && this.program.sources[file] !== null;
      while (at >= 0 && !isHere(code.locations[at])) at = code.locations[at][4];
      if (at < 0) at = location;
      this.open(code.locations[at][0]);
      pane.show(code.locations[at][1]);
      return;
    }
    const lines = litLines(this.selected, pane);
    if (lines.length === 0) return;
    pane.show(lines.reduce((a, b) => ((pane.own.get(b) ?? 0) > (pane.own.get(a) ?? 0) ? b : a)));
  },

  /** The contributions of a selection that pay, with how much, the largest first. */
  paid({ lit }) {
    const { code } = this.program;
    const meant = new Set(lit.contributions);
    const { metric } = shared;
    this.valueOfRow ??= new Map(code.zkpc.keys.map((row, i) => [row, i]));
    const sums = new Map();
    for (const row of lit.rows) {
      const i = this.valueOfRow.get(row);
      const payer = code.rows[row][0];
      if (i === undefined || !meant.has(payer)) continue;
      const value = code.zkpc.self[metric][i];
      if (value > 0) sums.set(payer, (sums.get(payer) ?? 0) + value);
    }
    return [...sums].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  },

  /** What the selected line costs, and why. */
  describe() {
    const box = document.getElementById("code-detail");
    if (!this.selected) {
      box.textContent = "Select a line: what belongs to it lights up in the other panes.";
      return;
    }
    const { pane, line, file } = this.selected;
    const { code } = this.program;
    const { head } = shared;
    const metric = head.metrics[shared.metric];
    const paid = this.paid(this.selected);
    const sum = paid.reduce((sum, [, value]) => sum + value, 0);
    const name = pane.kind === "source" ? head.files[file] : pane.kind === "wat" ? code.wat.file : code.zkasm.file;
    const parts = [make("b", { text: `${name}:${line}` })];
    if (pane.kind === "zkasm") {
      const row = this.program.rowOfLine[line];
      if (row >= 0) parts.push(` zkPC ${grouped(row)} in ${this.functionOf(row)}`);
    }
    parts.push(` ${grouped(sum)} ${metric}, ${percent(sum, shared.sum) || "0.00 %"}, in ${grouped(this.selected.lit.rows.length)} zkASM lines`);
    const byCause = new Map();
    for (const [c, value] of paid) {
      const cause = code.causes[code.contributions[c][0]];
      byCause.set(cause, (byCause.get(cause) ?? 0) + value);
    }
    const causes = [...byCause].sort((a, b) => b[1] - a[1]).map(([cause, value]) =>
      make("span", {}, " ", patch(this.colours.get(cause) ?? { name: cause, rgb: [190, 190, 190] }), `${cause} ${grouped(value)}`),
    );
    if (causes.length > 0) parts.push(". Causes:", ...causes);
    const shown = paid.length > 0 ? paid.slice(0, 4).map(([c]) => c) : this.selected.lit.contributions.slice(0, 4);
    for (const c of shown) {
      parts.push(make("br"), this.contribution(c, paid.find(([other]) => other === c)?.[1]));
    }
    if (pane.kind === "zkasm") {
      for (const c of this.selected.lit.contributions.slice(1)) {
        parts.push(make("br"), `for nothing, in the same step: ${this.contribution(c)}`);
      }
    }
    box.replaceChildren(...parts);
  },

  /** What a contribution is, in words. */
  contribution(c, value) {
    const { code } = this.program;
    const { head } = shared;
    const [cause, line, location, operator, rule] = code.contributions[c];
    let text = value === undefined ? "" : `${grouped(value)}: `;
    text += code.causes[cause];
    if (operator >= 0) text += ` for ${code.operators[operator]}`;
    if (line > 0) text += ` (${code.wat ? `${code.wat.file}:${line}` : line})`;
    if (rule >= 0) text += `, by ${code.rules[rule]}`;
    for (let l = location; l >= 0; l = code.locations[l][4]) {
      const [file, at, , inlined] = code.locations[l];
      text += `${l === location ? ", from " : ", inlined at "}${head.files[file]}${at > 0 ? `:${at}` : ", no line of it"}`;
      if (inlined >= 0) text += ` in ${code.inlined[inlined]}`;
    }
    return text;
  },

  functionOf(row) {
    // The last that begins at or before it; runtime routines and functions lie one after another.
    const functions = this.program.code.functions.filter(([, first, rows]) => rows > 0 && first <= row);
    return functions.reduce((a, b) => (b[1] >= a[1] ? b : a))[0];
  },

  /** Goes to a function in every pane. */
  goTo(f) {
    if (f < 0) return;
    const { code } = this.program;
    const { head } = shared;
    const { file, line, compiled } = head.functions[f];
    if (file !== undefined) {
      this.open(file);
      this.source.show(line ?? 1);
    }
    const first = compiled.map((index) => code.functions[index]).find(([, , rows]) => rows > 0);
    if (first === undefined) {
      // It is only inlined: what its declaration's lines and those after it light up is all that there is.
      const hottest = file === undefined ? undefined : this.hottestOf(head.functions[f].name);
      if (hottest !== undefined) this.select(this.zkasm ?? this.source, hottest);
      return;
    }
    const [, row] = first;
    if (this.zkasm) this.zkasm.show(this.program.lineOfRow[row]);
    if (this.wat) {
      // The first operator of the function that has a line.
      const end = row + first[2];
      for (let at = row; at < end; at++) {
        const line = code.contributions[code.rows[at][0]][1];
        if (line > 0) {
          this.wat.show(line);
          break;
        }
      }
    }
  },

  /** The line of zkASM that cost most in an inlined function. */
  hottestOf(name) {
    if (!this.zkasm) return undefined;
    const { code } = this.program;
    const { metric } = shared;
    let best = [0, undefined];
    code.zkpc.keys.forEach((row, i) => {
      const location = code.contributions[code.rows[row][0]][2];
      if (location < 0) return;
      const inlined = code.locations[location][3];
      const value = code.zkpc.self[metric][i];
      if (inlined >= 0 && code.inlined[inlined] === name && value > best[0]) best = [value, row];
    });
    return best[1] === undefined ? undefined : this.program.lineOfRow[best[1]];
  },
};
