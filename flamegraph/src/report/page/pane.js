// A pane with a text: its lines with what they cost.

/** A text with its costs. */
class Pane {
  /** How much of a line is shown: data can be lines of millions. */
  static WIDEST = 2000;

  constructor(kind, title) {
    this.kind = kind;
    this.element = make("section", { class: "pane", "data-pane": kind, "aria-label": title });
    this.head = make("header", {}, make("h3", { text: title }));
    const body = make("div", { id: `lines-${kind}`, tabindex: "0", role: "listbox", "aria-label": `${title}: arrow keys move, Enter selects a line` });
    this.map = make("canvas", { title: "where the costs are" });
    this.element.append(this.head, make("div", { class: "body" }, body, this.map));
    this.list = new VirtualList(body, 18, (index) => this.row(index), (row, index) => this.style(row, index));
    this.lines = null;
    this.numbers = null;
    this.own = new Map();
    this.all = new Map();
    this.most = 0;
    this.current = 0;
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
    this.list.redraw();
  }

  row(index) {
    const line = this.lineAt(index);
    const own = this.own.get(line) ?? 0;
    const all = this.all.get(line);
    const text = this.lines ? this.lines.get(index) : "  … the text of this file is not in the report";
    const isDim = /^\s*(\$\$\{profile_|;|\/\/)/.test(text) && !text.startsWith("(;@");
    const why = make("span", { class: "why" });
    const cause = codes.causeOf(this, line);
    if (cause) why.append(patch(cause));
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
      make("span", { class: "text", text: text.length > Pane.WIDEST ? `${text.slice(0, Pane.WIDEST)}…` : text }),
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
    row.classList.toggle("chosen", isChosen);
    row.classList.toggle("current", isCurrent);
    row.setAttribute("aria-selected", isChosen);
    if (isCurrent) this.list.mark(index);
  }

  /** Goes to a line; of a text that is not known, to the next one that ran. */
  show(line) {
    let index = this.indexOf(line);
    if (index < 0 && this.numbers) index = this.numbers.findIndex((number) => number > line);
    if (index < 0 || index >= this.list.count) return;
    this.current = index;
    this.list.show(index);
    this.drawMap();
  }

  showHottest() {
    const [line] = [...this.own].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
    if (line > 0) this.show(line);
  }

  key(event) {
    if (isForBrowser(event)) return;
    const to = this.list.moved(this.current, event);
    if (to !== undefined) {
      this.current = to;
      this.list.show(to);
      codes.hover(this, this.lineAt(to));
      event.preventDefault();
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      if (this.current < this.list.count) codes.select(this, this.lineAt(this.current));
    }
    else if (event.key === "Escape") codes.select(null, -1);
    else if (event.key === "n" || event.key === "p") this.step(event.key === "n" ? 1 : -1);
    else if (event.key === "h") this.showHottest();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Goes to the next or previous line that is lit. */
  step(by) {
    const indices = litLines(codes.selected, this).map((line) => this.indexOf(line));
    const lines = indices.filter((index) => index >= 0).sort((a, b) => a - b);
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
