// The table of functions.

const table = {
  COLUMNS: [
    { name: "Function", key: (f) => shared.head.functions[f].name, text: true },
    { name: "self", key: (f) => shared.values.own[f] },
    { name: "self %", key: (f) => shared.values.own[f] },
    { name: "total", key: (f) => shared.values.all[f] },
    { name: "total %", key: (f) => shared.values.all[f] },
    { name: "calls", key: (f) => table.calls[f] },
    { name: "per call", key: (f) => (table.calls[f] ? shared.values.all[f] / table.calls[f] : -1) },
    { name: "causes of self", key: (f) => spilled(f) },
    { name: "declared in", key: (f) => place(shared.head.functions[f]), text: true },
  ],
  column: 1,
  down: true,
  order: [],
  current: 0,

  init() {
    this.box = document.getElementById("table");
    this.calls = shared.tree.byFunction(shared.head.metrics.indexOf("calls")).own;
    this.header = make("div", { class: "row head", role: "row" });
    const rows = make("div", { id: "rows", tabindex: "0", role: "rowgroup", "aria-label": "Functions: arrow keys move, Enter shows the code" });
    this.box.replaceChildren(this.header, rows);
    this.list = new VirtualList(rows, 24, (index) => this.row(index));
    rows.addEventListener("click", (event) => {
      const index = this.list.at(event);
      if (index >= 0) this.pick(index);
    });
    rows.addEventListener("keydown", (event) => {
      const to = this.list.moved(this.current, event.key);
      if (to !== undefined) {
        this.current = to;
        this.list.show(to);
        event.preventDefault();
      } else if (event.key === "Enter") this.pick(this.current);
    });
    shared.on((what) => {
      if (what === "metric" || what === "search") this.sort();
      else this.list.later();
    });
    this.sort();
  },

  pick(index) {
    this.current = index;
    shared.choose(this.order[index]);
  },

  sort() {
    const { all } = shared.values;
    const { key, text } = this.COLUMNS[this.column];
    const shown = [...all.keys()].filter((f) => all[f] > 0 && (shared.search === "" || shared.isMatch(f)));
    const keys = new Map(shown.map((f) => [f, key(f)]));
    const compare = text ? (a, b) => (a < b ? -1 : a > b ? 1 : 0) : (a, b) => a - b;
    const sign = this.down ? -1 : 1;
    this.order = shown.sort((a, b) => sign * compare(keys.get(a), keys.get(b)) || all[b] - all[a] || a - b);
    this.current = 0;
    this.box.setAttribute("aria-rowcount", this.order.length);
    const ran = [...all].filter((value) => value > 0).length;
    document.getElementById("function-count").textContent =
      this.order.length === ran ? `${grouped(ran)}` : `${grouped(this.order.length)} of ${grouped(ran)}`;
    document.getElementById("matches").textContent = shared.search === "" ? "" : `${grouped(this.order.length)} found`;
    this.header.replaceChildren(...this.COLUMNS.map((_, index) => this.title(index)));
    // Its border is part of its height.
    this.list.element.style.height = `${Math.min(24 * 16, 24 * this.order.length) + 1}px`;
    this.list.setCount(this.order.length);
    this.list.element.scrollTop = 0;
  },

  title(index) {
    const { name, text } = this.COLUMNS[index];
    const sorted = index === this.column;
    const order = this.down ? "down" : "up";
    return make("button", {
      type: "button",
      role: "columnheader",
      class: text ? null : "number",
      text: name,
      title: name === "causes of self" ? "sorted by spills and reloads" : null,
      "data-order": sorted ? order : null,
      "aria-sort": sorted ? `${order === "down" ? "de" : "a"}scending` : "none",
      onclick: () => {
        this.down = sorted ? !this.down : !text;
        this.column = index;
        this.sort();
      },
    });
  },

  row(index) {
    const { head, values, sum } = shared;
    const f = this.order[index];
    const { name, inlined } = head.functions[f];
    const calls = this.calls[f];
    const number = (text) => make("span", { class: "number", role: "gridcell", text });
    const classes = ["row"];
    if (f === shared.chosen) classes.push("chosen");
    if (index === this.current) classes.push("current");
    return make(
      "div",
      { class: classes.join(" "), role: "row", "aria-rowindex": index + 1 },
      make("span", { role: "gridcell", text: inlined && !name.startsWith("[") ? `${name} (inline)` : name, title: head.functions[f].system_name ?? name }),
      number(grouped(values.own[f])),
      number(percent(values.own[f], sum)),
      number(grouped(values.all[f])),
      number(percent(values.all[f], sum)),
      number(calls ? grouped(calls) : ""),
      number(calls ? grouped(Math.round((10 * values.all[f]) / calls) / 10) : ""),
      make("span", { role: "gridcell" }, causeBar(f)),
      make("span", { role: "gridcell", class: "soft", text: place(head.functions[f]), title: place(head.functions[f]) }),
    );
  },
};

/** A function's own cost by cause, as a bar. */
function causeBar(f) {
  const { head, values } = shared;
  const count = head.causes.length;
  const own = values.own[f];
  const bar = make("div", { class: "stack", role: "img" });
  const texts = [];
  const order = [...head.causes.keys()].sort((a, b) => values.byCause[f * count + b] - values.byCause[f * count + a]);
  for (const c of order) {
    const value = values.byCause[f * count + c];
    if (value === 0) break;
    texts.push(`${head.causes[c].name} ${percent(value, own)}`);
    bar.append(make("span", { style: { width: `${(100 * value) / own}%`, background: rgb(head.causes[c].rgb) } }));
  }
  bar.title = texts.join(", ");
  bar.setAttribute("aria-label", bar.title);
  return bar;
}

/** What spills and reloads of a function cost. */
function spilled(f) {
  const { head, values } = shared;
  const of = (name) => {
    const c = head.causes.findIndex((cause) => cause.name === name);
    return c < 0 ? 0 : values.byCause[f * head.causes.length + c];
  };
  return of("spill") + of("reload");
}
