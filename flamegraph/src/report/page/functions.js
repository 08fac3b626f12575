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
    this.titles = this.COLUMNS.map((_, index) => this.title(index));
    const header = make("div", { class: "row head", role: "row", "aria-rowindex": 1 }, ...this.titles);
    const rows = make("div", { id: "rows", tabindex: "0", role: "grid", "aria-label": "Functions: arrow keys move, Enter shows the code" });
    // In the element that scrolls, so that it goes along sideways.
    rows.append(header);
    this.empty = make("p", { class: "note soft", text: "No function that ran has this in its name." });
    this.box.replaceChildren(rows, this.empty);
    this.list = new VirtualList(rows, 24, (index) => this.row(index), (row, index) => this.style(row, index), 30);
    rows.addEventListener("click", (event) => {
      const index = this.list.at(event);
      if (index >= 0) this.pick(index);
    });
    rows.addEventListener("keydown", (event) => {
      if (isForBrowser(event) || event.target !== rows) return;
      const to = this.list.moved(this.current, event);
      if (to !== undefined) {
        this.current = to;
        this.list.show(to);
      } else if (event.key === "Enter" || event.key === " ") this.pick(this.current);
      else return;
      event.preventDefault();
    });
    shared.on((what) => {
      if (what === "metric" || what === "search") this.sort();
      else this.list.restyle();
      this.describe();
    });
    this.sort();
  },

  pick(index) {
    if (!(index in this.order)) return;
    this.current = index;
    shared.choose(this.order[index]);
  },

  /** What the chosen function's own cost is made of. */
  describe() {
    const f = shared.chosen;
    const box = document.getElementById("function-detail");
    if (f < 0) return;
    const { head, values } = shared;
    const own = values.own[f];
    box.replaceChildren(
      make("b", { text: head.functions[f].name }),
      ` itself ${grouped(own)} ${head.metrics[shared.metric]}`,
      ...causesOf(f).flatMap(([cause, value]) => [" ", patch(cause), `${cause.name} ${percent(value, own)}`]),
    );
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
    this.list.element.setAttribute("aria-rowcount", this.order.length + 1);
    this.empty.hidden = this.order.length > 0;
    const ran = [...all].filter((value) => value > 0).length;
    document.getElementById("function-count").textContent =
      this.order.length === ran ? `${grouped(ran)}` : `${grouped(this.order.length)} of ${grouped(ran)}`;
    document.getElementById("matches").textContent = shared.search === "" ? "" : `${grouped(this.order.length)} found`;
    this.titles.forEach((button, index) => {
      const order = this.down ? "down" : "up";
      const sorted = index === this.column;
      if (sorted) button.dataset.order = order;
      else delete button.dataset.order;
      button.setAttribute("aria-sort", sorted ? `${this.down ? "de" : "a"}scending` : "none");
    });
    this.list.element.scrollTop = 0;
    // With the header; a scroll bar at the bottom may need room, too.
    this.list.element.style.height = `${30 + Math.min(24 * 16, 24 * this.order.length) + 16}px`;
    this.list.setCount(this.order.length);
  },

  title(index) {
    const { name, text } = this.COLUMNS[index];
    return make("button", {
      type: "button",
      role: "columnheader",
      class: text ? null : "number",
      text: name,
      title: name === "causes of self" ? "sorted by spills and reloads" : null,
      onclick: () => {
        this.down = index === this.column ? !this.down : !text;
        this.column = index;
        this.sort();
      },
    });
  },

  style(row, index) {
    row.classList.toggle("chosen", this.order[index] === shared.chosen);
    row.classList.toggle("current", index === this.current);
    row.setAttribute("aria-selected", this.order[index] === shared.chosen);
    if (index === this.current) this.list.mark(index);
  },

  row(index) {
    const { head, values, sum } = shared;
    const f = this.order[index];
    const { name, inlined } = head.functions[f];
    const calls = this.calls[f];
    const number = (text) => make("span", { class: "number", role: "gridcell", text });
    return make(
      "div",
      { class: "row", role: "row", "aria-rowindex": index + 2 },
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

/** A function's own cost by cause, the largest first. */
function causesOf(f) {
  const { head, values } = shared;
  const count = head.causes.length;
  const all = head.causes.map((cause, c) => [cause, values.byCause[f * count + c]]);
  return all.filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1]);
}

/** A function's own cost by cause, as a bar. */
function causeBar(f) {
  const own = shared.values.own[f];
  const causes = causesOf(f);
  const text = causes.map(([{ name }, value]) => `${name} ${percent(value, own)}`).join(", ");
  const parts = causes.map(([cause, value]) =>
    make("span", { style: { width: `${(100 * value) / own}%`, background: rgb(cause.rgb) } }),
  );
  return make("div", { class: "stack", role: "img", title: text, "aria-label": text }, ...parts);
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
