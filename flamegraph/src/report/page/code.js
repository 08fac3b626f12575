// Linked panes: the source, the module's text and the zkASM, with what each line cost.

const codes = {
  program: null,
  panes: [],
  selected: null,
  hovered: null,
  wide: null,
  /** What is to be shown as soon as there is code. */
  wanted: undefined,

  init(code) {
    const { head } = shared;
    this.program = new Program(code);
    this.colours = new Map(head.causes.map((cause) => [cause.name, cause]));
    this.hottest = new Hottest(this.program);
    this.source = new Pane("source", "Source");
    this.panes = [this.source];
    if (this.program.wat) {
      this.wat = this.add(new Pane("wat", "WAT"), code.wat.file);
      this.wat.lineAtAddress = (text) => this.program.lineOfOffset(parseInt(text, 16));
      this.wat.setText(this.program.wat);
    }
    if (this.program.zkasm) {
      this.zkasm = this.add(new Pane("zkasm", "zkASM"), code.zkasm.file);
      this.initZkasm();
    }
    // Without debug information there is no source to show.
    if (head.files.length === 0 && this.panes.length > 1) this.panes.shift();
    this.box = document.getElementById("panes");
    this.box.style.setProperty("--panes", this.panes.length);
    this.box.replaceChildren(...this.panes.map((pane) => pane.element));
    this.panes.forEach((pane) => (pane.widener.hidden = this.panes.length === 1));
    const titles = this.panes.map((pane) => pane.title);
    document.getElementById("code-title").firstChild.data = `${titles.slice(0, -1).join(", ")}${titles.length > 1 ? " and " : ""}${titles[titles.length - 1]} `;
    this.widen(null);
    this.files = make("select", { "aria-label": "Source file", onchange: () => this.open(Number(this.files.value)) });
    this.source.name.replaceWith(this.files);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redrawStrips());
    shared.on((what) => {
      if (what === "metric") this.setMetric();
      else if (what === "function") this.goTo(shared.chosen);
    });
    this.setMetric();
    if (shared.chosen >= 0) this.goTo(shared.chosen);
    else if (byOwn().length > 0) this.goTo(byOwn()[0]);
    if (this.wanted !== undefined) this.show(this.wanted);
    new ResizeObserver(() => this.redrawStrips()).observe(this.box);
  },

  add(pane, file) {
    Object.assign(pane.name, { textContent: file, title: file });
    this.panes.push(pane);
    return pane;
  },

  initZkasm() {
    const { zkasm, program } = this;
    const lineOf = (zkpc) => program.lineOfRow[zkpc];
    zkasm.lineAtAddress = (text) => (/^\d+$/.test(text) ? lineOf(Number(text)) : undefined);
    zkasm.addressOf = (line) => (program.rowOfLine[line] >= 0 ? program.rowOfLine[line] : undefined);
    zkasm.digits("--address", Math.max(4, String(program.rows.length).length));
    const hooks = make("input", { type: "checkbox" });
    const fill = () => {
      const line = zkasm.list.count > 0 ? zkasm.lineAt(zkasm.current) : 1;
      zkasm.setText(program.zkasm, hooks.checked ? null : program.withoutHooks);
      zkasm.show(line);
      zkasm.strip.later();
    };
    hooks.addEventListener("change", fill);
    zkasm.find.element.before(make("label", { title: "lines that count for the profiler, and cost nothing" }, hooks, " hooks"));
    fill();
  },

  redrawStrips() {
    this.panes.forEach((pane) => pane.strip.later());
  },

  /** Gives a pane most of the room; or, if it has it, as much as the others. */
  widen(pane) {
    this.wide = pane === this.wide ? null : pane;
    this.panes.forEach((other) => other.widener.setAttribute("aria-pressed", other === this.wide));
    const columns = this.panes.map((other) => `minmax(0, ${other === this.wide ? 4 : 1}fr)`);
    this.box.style.setProperty("--columns", columns.join(" "));
  },

  /** The values of one metric, for every pane. */
  setMetric() {
    const { code } = this.program;
    const { metric, head } = shared;
    const name = head.metrics[metric];
    document.getElementById("code-state").textContent = `${name} of a line itself, and, paler, with what it calls`;
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
        text: `${head.files[file]}${sums.has(file) ? ` — ${grouped(sums.get(file))} ${name}` : ""}${code.sources[file] === null ? " (not here)" : ""}`,
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
    describeLine();
  },

  /** Opens a source file. */
  open(file) {
    const { source, program } = this;
    if (file === undefined) {
      source.setText(null, []);
      return;
    }
    this.files.value = file;
    if (source.file !== file) {
      source.file = file;
      const text = program.sources[file];
      if (text) source.setText(text);
      else source.setText(null, [...(program.ofSource.get(file)?.keys() ?? [])].sort((a, b) => a - b));
    }
    source.setValues(this.byFile.get(file) ?? []);
  },

  /** Why a line of zkASM is there: what pays for it. */
  causeOf(pane, line) {
    if (pane.kind !== "zkasm") return null;
    const row = this.program.rowOfLine[line] ?? -1;
    if (row < 0) return null;
    const { code } = this.program;
    return this.cause(code.causes[code.contributions[code.rows[row][0]][0]]);
  },

  /** A cause by its name; one that never cost anything has no colour of its own. */
  cause(name) {
    return this.colours.get(name) ?? { name, rgb: [190, 190, 190] };
  },

  hover(pane, line) {
    const same = this.hovered ? this.hovered.pane === pane && this.hovered.line === line : line < 0;
    if (same) return;
    this.hovered = line < 0 ? null : this.selection(pane, line);
    this.panes.forEach((pane) => pane.relight());
  },

  selection(pane, line) {
    const { file } = pane;
    return { pane, file, line, lit: this.program.lit({ pane: pane.kind, file, line }) };
  },

  /** Selects a line: the other panes go to the costliest of what lights up, and the rest to its function. */
  select(pane, line) {
    this.mark(pane, line);
    if (!pane) return;
    const f = this.hottest.functionOf(this.selected);
    if (f !== undefined) shared.choose(f, true);
  },

  /** Selects a line for the code alone. */
  mark(pane, line) {
    this.selected = pane ? this.selection(pane, line) : null;
    if (pane) {
      pane.current = Math.max(0, pane.indexOf(line));
      for (const other of this.panes) if (other !== pane) this.follow(other);
    }
    this.panes.forEach((pane) => pane.relight());
    describeLine();
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

  /** Goes to the hottest line of a function in every pane; of what has none, lets go. */
  goTo(f) {
    if (f < 0) return;
    const { kind, file, line } = this.hottest.lineOf(f, this.panes.map((pane) => pane.kind)) ?? {};
    const pane = this.panes.find((pane) => pane.kind === kind);
    if (pane && kind === "source") this.open(file);
    this.mark(pane ?? null, line ?? -1);
    pane?.show(line);
  },

  /** Brings the code into view: of a place `file`, `line`, if there is one, or of what is selected. */
  show(place) {
    if (!this.program) {
      this.wanted = place;
      return;
    }
    if (place && this.panes.includes(this.source)) {
      this.open(place.file);
      this.mark(this.source, place.line);
      this.source.show(place.line);
    }
    document.getElementById("code").scrollIntoView();
    (this.selected?.pane ?? this.panes[0]).list.element.focus({ preventScroll: true });
  },
};
