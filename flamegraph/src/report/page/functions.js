// The table of functions.

const table = {
  COLUMNS: [
    { name: "Function", key: (f) => shared.head.functions[f].name, text: true },
    { name: "self", key: (f) => shared.values.own[f] },
    { name: "self %", key: (f) => shared.values.own[f] },
    { name: "total", key: (f) => shared.values.all[f] },
    { name: "total %", key: (f) => shared.values.all[f] },
    { name: "calls", key: (f) => table.calls[f] },
    { name: "per call", key: (f) => table.perCall(f) ?? -1, title: "total by call; of recursion, by outermost call: inner ones are in the total" },
    { name: "causes of self", key: (f) => table.ofCause(f), title: "sorted by spills and reloads, or by the cause chosen above" },
    { name: "declared in", key: (f) => place(shared.head.functions[f]), text: true },
  ],
  column: 1,
  down: true,
  order: [],
  current: 0,
  /** The cause that the last column is sorted by; -1 for spills and reloads. */
  cause: -1,

  init() {
    this.box = document.getElementById("table");
    const calls = shared.tree.byFunction(shared.head.metrics.indexOf("calls"));
    this.calls = calls.own;
    this.outermost = calls.outermost;
    this.titles = this.COLUMNS.map((_, index) => this.title(index));
    const header = make("div", { class: "row head", role: "row", "aria-rowindex": 1 }, ...this.titles);
    const rows = make("div", { id: "rows", tabindex: "0", role: "grid", "aria-label": "Functions: arrow keys move, Space chooses, Enter shows the code" });
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
        this.list.show(to, event.key.startsWith("Arrow"));
      } else if (event.key === " ") this.pick(this.current);
      else if (event.key === "Enter") {
        if (this.current in this.order) show(this.order[this.current]);
      } else return;
      event.preventDefault();
    });
    rows.addEventListener("dblclick", (event) => {
      const index = this.list.at(event);
      if (index >= 0) show(this.order[index]);
    });
    shared.on((what) => {
      if (what === "metric") this.sort();
      else if (what === "search") this.filter();
      // Whoever chose it elsewhere sees it here, too.
      this.follow(shared.chosen);
      this.describe();
    });
    this.sort();
  },

  /** Goes to a function's row, if there is one. */
  follow(f) {
    const index = this.order.indexOf(f);
    if (index >= 0) {
      this.current = index;
      this.list.show(index);
    } else this.list.restyle();
  },

  /** What a call cost, with all that it called; undefined of what is not called. */
  perCall(f) {
    return this.outermost[f] > 0 ? shared.values.all[f] / this.outermost[f] : undefined;
  },

  /** What the function itself cost for the cause that is looked at. */
  ofCause(f) {
    const { head, values } = shared;
    const of = (c) => (c < 0 ? 0 : values.byCause[f * head.causes.length + c]);
    if (this.cause >= 0) return of(this.cause);
    return ["spill", "reload"].reduce((sum, name) => sum + of(head.causes.findIndex((cause) => cause.name === name)), 0);
  },

  /** Sorts by what functions cost themselves for a cause. */
  byCause(c) {
    this.cause = c;
    this.column = this.COLUMNS.findIndex(({ name }) => name === "causes of self");
    this.down = true;
    this.sort();
    this.box.scrollIntoView({ block: "center" });
    this.list.element.focus({ preventScroll: true });
  },

  pick(index) {
    if (!(index in this.order)) return;
    this.current = index;
    shared.choose(this.order[index]);
  },

  /** What the chosen function's own cost is made of, who called it, and what it called. */
  describe() {
    const f = shared.chosen;
    const box = document.getElementById("function-detail");
    if (f < 0) return;
    const { head, values, tree, metric } = shared;
    const own = values.own[f];
    const [callers, callees] = tree.neighbours(metric, f);
    const links = (title, list) =>
      list.length === 0 ? [] : [
        make("br"),
        title,
        ...list.slice(0, 5).flatMap(([other, value]) => [
          " ",
          make("button", { type: "button", class: "link", text: head.functions[other].name, title: head.functions[other].name, onclick: () => shared.choose(other) }),
          ` ${percent(value, values.all[f])}`,
        ]),
        list.length > 5 ? ` and ${grouped(list.length - 5)} more` : "",
      ];
    box.replaceChildren(
      make("b", { text: head.functions[f].name, title: head.functions[f].name }),
      ` itself ${grouped(own)} ${head.metrics[metric]}`,
      ...causesOf(f).flatMap(([cause, value]) => [" ", patch(cause), `${cause.name} ${percent(value, own)}`]),
      " ",
      make("button", { type: "button", text: "show the code", onclick: () => show(f) }),
      ...links("Called by", callers),
      ...links("Calls", callees),
    );
  },

  /** Sorts all functions; who looks at one keeps it. */
  sort() {
    const { all } = shared.values;
    const { key, text } = this.COLUMNS[this.column];
    const ran = [...all.keys()].filter((f) => all[f] > 0);
    const keys = new Map(ran.map((f) => [f, key(f)]));
    const compare = text ? (a, b) => (a < b ? -1 : a > b ? 1 : 0) : (a, b) => a - b;
    const sign = this.down ? -1 : 1;
    this.all = ran.sort((a, b) => sign * compare(keys.get(a), keys.get(b)) || all[b] - all[a] || a - b);
    this.titles.forEach((title, index) => {
      const order = this.down ? "down" : "up";
      const sorted = index === this.column;
      if (sorted) title.dataset.order = order;
      else delete title.dataset.order;
      title.setAttribute("aria-sort", sorted ? `${this.down ? "de" : "a"}scending` : "none");
    });
    this.filter();
  },

  /** Shows those that are searched for. */
  filter() {
    this.order = shared.matches === null ? this.all : this.all.filter((f) => shared.isMatch(f));
    this.current = 0;
    this.list.element.setAttribute("aria-rowcount", this.order.length + 1);
    this.empty.hidden = this.order.length > 0;
    const ran = this.all.length;
    document.getElementById("function-count").textContent =
      this.order.length === ran ? `${grouped(ran)}` : `${grouped(this.order.length)} of ${grouped(ran)}`;
    document.getElementById("matches").textContent = shared.matches === null ? "" : `${grouped(this.order.length)} found`;
    this.list.element.scrollTop = 0;
    // With the header; a scroll bar at the bottom may need room, too.
    this.list.element.style.height = `${30 + Math.min(24 * 16, 24 * this.order.length) + 16}px`;
    this.list.setCount(this.order.length);
  },

  title(index) {
    const { name, text, title } = this.COLUMNS[index];
    const onclick = () => {
      this.down = index === this.column ? !this.down : !text;
      this.column = index;
      this.sort();
    };
    const kind = text ? null : "number";
    return make("span", { role: "columnheader", class: kind }, make("button", { type: "button", text: name, title, onclick }));
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
      number(calls ? grouped(Math.round(10 * this.perCall(f)) / 10) : ""),
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
