// A pane with a text: its lines with what they cost.

/** A text with its costs. */
class Pane {
  static ROW = 18;
  /** How much of a line is shown: data can be lines of millions. */
  static WIDEST = 2000;
  /** What stands before a line of the module's listing. */
  static OFFSET = /^\(;@([0-9a-f]+)\s*;\) ?/;
  /** The column of addresses, of the panes that have some. */
  static ADDRESS = { wat: "offset", zkasm: "zkPC" };

  constructor(kind, title) {
    this.kind = kind;
    this.title = title;
    this.lines = null;
    /** The lines that are shown, ascending; null for all. */
    this.numbers = null;
    this.own = new Map();
    this.all = new Map();
    this.most = 0;
    this.current = 0;
    /** Rows that are lit, ascending. */
    this.selectedRows = [];
    this.hoveredRows = [];
    this.find = new Find(this, Pane.ADDRESS[kind]);
    this.strip = new Strip(this);
    const beyond = (by, title) => make("button", { type: "button", class: "beyond", hidden: true, title, onclick: () => this.stepOut(by) });
    this.above = beyond(-1, "lit lines above what is seen");
    this.below = beyond(1, "lit lines below what is seen");
    const widen = make("button", { type: "button", text: "⇔", title: "Wider", "aria-label": `Wider: ${title}`, "aria-pressed": "false", onclick: () => codes.widen(this) });
    this.name = make("span", { class: "name" });
    this.widener = widen;
    this.head = make("header", {}, make("h3", { text: title }), this.name, this.above, this.below, this.find.element, widen);
    this.note = make("p", { class: "note soft", hidden: true, text: "The text of this file is not in the report; zkasm-profile report --source-path DIR takes it in." });
    const body = make("div", { id: `lines-${kind}`, tabindex: "0", role: "listbox", "aria-label": `${title}: arrow keys move, Enter selects a line` });
    body.append(this.titles());
    this.element = make("section", { class: "pane", "data-pane": kind, "aria-label": title }, this.head, this.note, make("div", { class: "body" }, body, this.strip.canvas));
    this.list = new VirtualList(body, Pane.ROW, (index) => this.row(index), (row, index) => this.style(row, index), Pane.ROW);
    this.listen(body);
  }

  /** What the columns are. */
  titles() {
    const title = (name, text, title) => make("span", { class: name, text, title });
    const address = Pane.ADDRESS[this.kind];
    return make(
      "div",
      { class: "titles", "aria-hidden": "true" },
      title("own", "self", "what the line cost itself"),
      title("all", "total", "with what it calls, once per stack"),
      title("why", ""),
      title("at", "line"),
      ...(address ? [title("address", address)] : []),
      title("text", ""),
    );
  }

  listen(body) {
    body.addEventListener("click", (event) => {
      const index = this.list.at(event);
      // Who marks text does not select lines.
      if (index >= 0 && getSelection().isCollapsed) codes.select(this, this.lineAt(index));
    });
    body.addEventListener("mousemove", (event) => {
      if (event.buttons !== 0) return;
      const index = this.list.at(event);
      codes.hover(this, index < 0 ? -1 : this.lineAt(index));
    });
    for (const leaves of ["mouseleave", "blur"]) body.addEventListener(leaves, () => codes.hover(this, -1));
    body.addEventListener("keydown", (event) => this.key(event));
    body.addEventListener("scroll", () => this.countBeyond(), { passive: true });
  }

  /** Shows a text, or those of its lines that are listed; of one that is not known, the lines that ran. */
  setText(lines, numbers = null) {
    this.lines = lines;
    this.numbers = numbers;
    this.current = 0;
    this.note.hidden = lines !== null || numbers.length === 0;
    const last = numbers ? (numbers[numbers.length - 1] ?? 0) : lines.count;
    this.digits("--line", Math.max(4, String(last).length));
    this.list.element.scrollTop = 0;
    this.list.setCount(numbers ? numbers.length : lines.count);
    this.find.again();
    this.relight();
  }

  digits(name, count) {
    this.element.style.setProperty(name, `${count + 1}ch`);
  }

  lineAt(index) {
    return this.numbers ? this.numbers[index] : index + 1;
  }

  /** The row of a line; -1 if it is not shown. */
  indexOf(line) {
    if (!this.numbers) return line - 1 < this.list.count ? line - 1 : -1;
    const index = lowerBound(this.numbers, line);
    return this.numbers[index] === line ? index : -1;
  }

  /** The rows of lines, ascending. */
  rowsOf(lines) {
    return lines.map((line) => this.indexOf(line)).filter((index) => index >= 0).sort((a, b) => a - b);
  }

  /** What was counted in lines, of each line itself and how much more with what it calls. */
  setValues(values) {
    this.own = new Map();
    this.all = new Map();
    this.most = 0;
    let widest = 0;
    for (const [line, own, more] of values) {
      if (own > 0) this.own.set(line, own);
      if (more > 0) {
        this.all.set(line, own + more);
        widest = Math.max(widest, own + more);
      }
      this.most = Math.max(this.most, own);
    }
    this.digits("--own", Math.max(4, grouped(this.most).length));
    this.digits("--all", Math.max(5, grouped(widest).length));
    this.element.classList.toggle("flat", this.all.size === 0);
    this.strip.later();
    this.list.redraw();
  }

  row(index) {
    const line = this.lineAt(index);
    const own = this.own.get(line) ?? 0;
    const all = this.all.get(line);
    let text = this.lines ? this.lines.get(line - 1) : "…";
    const isDim = /^\s*(\$\$\{profile_|;|\/\/)/.test(text) && !text.startsWith("(;@");
    const offset = this.kind === "wat" ? text.match(Pane.OFFSET) : null;
    if (offset) text = text.slice(offset[0].length);
    if (text.length > Pane.WIDEST) text = `${text.slice(0, Pane.WIDEST)}…`;
    const [indent] = text.match(/^ */);
    const why = make("span", { class: "why" });
    const cause = codes.causeOf(this, line);
    if (cause) why.append(patch(cause));
    const address = offset ? offset[1] : this.addressOf?.(line);
    const row = make(
      "div",
      {
        class: isDim ? "codeline dim" : "codeline",
        role: "option",
        "data-line": line,
        "aria-posinset": index + 1,
        "aria-setsize": this.list.count,
      },
      make("span", { class: "own", text: own ? grouped(own) : "" }),
      make("span", { class: "all", text: all ? grouped(all) : "" }),
      why,
      make("span", { class: "at", text: line }),
      ...(Pane.ADDRESS[this.kind] ? [make("span", { class: "address", text: address ?? "" })] : []),
      // An indent is narrower than it is, but as much when it is copied.
      make("span", { class: "text" }, ...(indent ? [make("span", { class: "indent", text: indent })] : []), text.slice(indent.length)),
    );
    if (own > 0) {
      const heat = 0.08 + 0.42 * Math.sqrt(own / this.most);
      row.classList.add("hot");
      row.style.background = `rgba(var(--hot), ${heat.toFixed(3)})`;
    }
    return row;
  }

  style(row, index) {
    const line = this.lineAt(index);
    const { selected, hovered } = codes;
    const isChosen = selected !== null && selected.pane === this && selected.line === line && selected.file === this.file;
    const isCurrent = index === this.current && document.activeElement === this.list.element;
    row.classList.toggle("hovered", isLit(hovered, this, line));
    row.classList.toggle("lit", isLit(selected, this, line));
    row.classList.toggle("found", this.find.has(index));
    row.classList.toggle("chosen", isChosen);
    row.classList.toggle("current", isCurrent);
    row.setAttribute("aria-selected", isChosen);
    if (isCurrent) this.list.mark(index);
  }

  /** Looks anew at what is selected and hovered. */
  relight() {
    this.selectedRows = this.rowsOf(litLines(codes.selected, this));
    this.hoveredRows = this.rowsOf(litLines(codes.hovered, this));
    this.list.restyle();
    this.strip.draw();
    this.countBeyond();
  }

  /** Tells how many lit lines there are above and below what is seen. */
  countBeyond() {
    const rows = this.hoveredRows.length > 0 ? this.hoveredRows : this.selectedRows;
    const [first, end] = this.list.seen;
    const counts = [lowerBound(rows, first), rows.length - lowerBound(rows, end)];
    [this.above, this.below].forEach((button, i) => {
      button.hidden = counts[i] === 0;
      button.textContent = `${"↑↓"[i]}${grouped(counts[i])}`;
    });
  }

  /** Goes to the nearest lit line above or below what is seen. */
  stepOut(by) {
    const [first, end] = this.list.seen;
    const rows = this.selectedRows;
    const index = by < 0 ? rows[lowerBound(rows, first) - 1] : rows[lowerBound(rows, end)];
    if (index !== undefined) this.goTo(index);
  }

  goTo(index, isNear = false) {
    this.current = index;
    this.list.show(index, isNear);
    this.countBeyond();
  }

  /** Goes to a line; if it is not shown, to the next that is. */
  show(line) {
    const index = this.numbers ? lowerBound(this.numbers, line) : line - 1;
    if (index >= 0 && index < this.list.count) this.goTo(index);
  }

  showHottest() {
    const [line] = [...this.own].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
    if (line > 0) this.show(line);
  }

  key(event) {
    if (isForBrowser(event)) return;
    const to = this.list.moved(this.current, event);
    if (to !== undefined) {
      this.goTo(to, event.key.startsWith("Arrow"));
      codes.hover(this, this.lineAt(to));
    } else if (event.key === "Enter" || event.key === " ") {
      if (this.current < this.list.count) codes.select(this, this.lineAt(this.current));
    } else if (event.key === "Escape") codes.select(null, -1);
    else if (event.key === "n" || event.key === "p") this.step(event.key === "n" ? 1 : -1);
    else if (event.key === "h") this.showHottest();
    else if (event.key === "f") this.find.input.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Goes to the next or previous line that is lit. */
  step(by) {
    const rows = this.selectedRows;
    const next = by > 0 ? rows.find((index) => index > this.current) : rows.findLast((index) => index < this.current);
    if (next !== undefined) this.goTo(next);
  }
}

/** The lines of a pane that light up with a selection. */
function litLines(selection, pane) {
  const lines = litSet(selection, pane);
  return lines ? [...lines] : [];
}

function litSet(selection, pane) {
  if (!selection) return undefined;
  return pane.kind === "source" ? selection.lit.source.get(pane.file) : selection.lit[pane.kind];
}

function isLit(selection, pane, line) {
  return litSet(selection, pane)?.has(line) ?? false;
}
