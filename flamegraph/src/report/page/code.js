// Three linked panes: the source, the module's text and the zkASM, with what each line cost.

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
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.panes.forEach((pane) => pane.drawMap()));
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
    document.getElementById("code-state").textContent = `${head.metrics[metric]} of a line itself, and, paler, with what it calls`;
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
    this.panes.forEach((pane) => pane.list.restyle());
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
      pane.list.restyle();
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
    const own = pane.own.get(line) ?? 0;
    const all = pane.all.get(line);
    parts.push(` ${grouped(own)} ${metric} itself, ${percent(own, shared.sum) || "0.00 %"}`);
    if (sum !== own) parts.push(`; with what is inlined there ${grouped(sum)}, ${percent(sum, shared.sum)}`);
    if (all && all !== sum) parts.push(`; with what it calls ${grouped(all)}, ${percent(all, shared.sum)}`);
    const lines = this.selected.lit.rows.length;
    parts.push(`; ${grouped(lines)} ${lines === 1 ? "line" : "lines"} of zkASM`);
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
      // It is only inlined: the costliest line of what was compiled for it.
      const line = this.zkasm && this.hottestOf(head.functions[f].inlined_as);
      if (line) {
        this.select(this.zkasm, line);
        this.zkasm.show(line);
      } else this.select(null, -1);
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

  /** The line of zkASM that cost most for functions that are inlined; undefined if none cost anything. */
  hottestOf(inlined) {
    const { code } = this.program;
    const { metric } = shared;
    const wanted = new Set(inlined);
    const isIn = code.locations.map(() => false);
    // Callers come first.
    code.locations.forEach(([, , , inlined, at], l) => {
      isIn[l] = wanted.has(inlined) || (at >= 0 && isIn[at]);
    });
    let best = [0, undefined];
    code.zkpc.keys.forEach((row, i) => {
      const location = code.contributions[code.rows[row][0]][2];
      const value = code.zkpc.self[metric][i];
      if (location >= 0 && isIn[location] && value > best[0]) best = [value, row];
    });
    return best[1] === undefined ? undefined : this.program.lineOfRow[best[1]];
  },
};
