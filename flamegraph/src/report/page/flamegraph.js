// The flamegraph: the call tree from the entry down, of which only what is wide enough to see is drawn.

const flame = {
  ROW: 18,
  view: null,
  zoomed: -1,
  current: -1,

  init() {
    const part = (name) => document.getElementById(name);
    this.box = part("flame");
    this.detail = part("flame-detail");
    this.reset = part("flame-reset");
    this.causes = part("flame-causes");
    this.reversed = part("flame-reversed");
    this.legend = part("flame-legend");
    this.rows = this.box.appendChild(make("div", { role: "none", style: { position: "relative" } }));
    this.reset.addEventListener("click", () => {
      this.zoom(-1);
      // The button can no longer be used.
      this.box.focus();
    });
    this.box.addEventListener("scroll", () => this.later(), { passive: true });
    for (const box of [this.causes, this.reversed]) box.addEventListener("change", () => this.build());
    this.box.addEventListener("click", (event) => {
      const node = this.nodeAt(event);
      if (node >= 0) this.pick(node);
    });
    this.box.addEventListener("mouseover", (event) => {
      const node = this.nodeAt(event);
      if (node >= 0) this.describe(node);
    });
    this.box.addEventListener("mouseleave", () => this.describe(this.current));
    this.box.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => {
      if (this.box.clientWidth !== this.width) this.draw();
    }).observe(this.box);
    shared.on((what) => {
      if (what === "metric") this.build();
      else this.restyle();
      if (what === "search") this.describe(-1);
    });
    this.build();
  },

  /** Makes what is drawn anew; zoomed to what it was, as far as that is there. */
  build() {
    const Kind = this.reversed.checked ? Upward : Downward;
    const { view } = this;
    // The other way round, the same names would be another place.
    const isSameWay = view instanceof Kind;
    const [zoomed, current] = [this.zoomed, this.current].map((node) => (node >= 0 && isSameWay ? view.names(node) : []));
    this.view = new Kind(shared.tree, shared.metric, this.causes.checked);
    this.zoomed = this.view.named(zoomed);
    const found = this.view.named(current);
    this.current = found >= 0 && this.view.path(found).length === current.length ? found : -1;
    this.box.classList.toggle("by-cause", this.causes.checked);
    this.drawLegend();
    this.zoom(this.zoomed);
  },

  /** What the colours of causes mean, if they are there. */
  drawLegend() {
    this.legend.hidden = !this.causes.checked;
    const { head } = shared;
    const totals = causeTotals();
    const order = [...totals.keys()].filter((c) => totals[c] > 0).sort((a, b) => totals[b] - totals[a] || a - b);
    this.legend.replaceChildren(
      ...order.map((c) => make("span", { title: explained(head.causes[c]) }, patch(head.causes[c]), head.causes[c].name)),
    );
  },

  /** Draws with the next frame. */
  later() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.draw();
    });
  },

  nodeAt(event) {
    const frame = event.target.closest(".frame");
    return frame ? Number(frame.dataset.node) : -1;
  },

  zoom(node) {
    this.zoomed = node;
    this.reset.disabled = node < 0;
    this.draw();
    this.describe(this.current);
  },

  /** Zooms to a frame and chooses its function. */
  pick(node) {
    const { view } = this;
    this.current = node;
    this.zoom(node === this.zoomed ? view.parentOf(node) : node);
    if (view.functionOf(node) >= 0) shared.choose(view.functionOf(node));
  },

  colour(node) {
    const { head } = shared;
    const cause = this.view.causeOf(node);
    if (cause >= 0) return rgb(head.causes[cause].rgb);
    const { name } = head.functions[this.view.functionOf(node)];
    if (name.startsWith("[") || this.causes.checked) return "#c6ccd1";
    // Functions of one module or type are of one hue.
    const [scope] = name.replace(/^<+/, "").split("::");
    let hash = 2166136261;
    for (const letter of scope) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619) >>> 0;
    let shade = 0;
    for (const letter of name) shade = (shade * 31 + letter.codePointAt(0)) % 97;
    return `hsl(${20 + (hash % 200)} ${52 + (shade % 20)}% ${68 + (shade % 13)}%)`;
  },

  draw() {
    const { view, box } = this;
    this.width = box.clientWidth;
    const whole = this.zoomed < 0 ? shared.sum : view.all[this.zoomed];
    const frames = [];
    let depth = 0;
    const firstRow = Math.floor(box.scrollTop / this.ROW) - 8;
    const endRow = (box.scrollTop + window.innerHeight) / this.ROW + 8;
    const add = (node, left, width, row, place, isAbove = false) => {
      depth = Math.max(depth, row + 1);
      // Only what can be seen exists.
      if (row < firstRow || row > endRow) return;
      const frame = make("div", {
        class: isAbove ? "frame above" : "frame",
        role: "treeitem",
        id: `frame-${node}`,
        "aria-level": row + 1,
        "aria-posinset": place,
        "aria-setsize": view.siblings(node).length,
        "aria-label": `${view.label(node)}, ${percent(view.all[node], shared.sum)}`,
        title: `${view.label(node)}\n${grouped(view.all[node])}, ${percent(view.all[node], shared.sum)}`,
        "data-node": node,
        style: {
          left: `${left}px`,
          top: `${row * this.ROW}px`,
          width: `${Math.max(1, width)}px`,
          background: this.colour(node),
        },
      });
      if (width > 25) frame.textContent = view.label(node);
      else frame.style.padding = 0;
      frames.push(frame);
    };
    const todo = [[this.zoomed, 0, 0]];
    if (this.zoomed >= 0) {
      const path = view.path(this.zoomed);
      path.forEach((node, row) => add(node, 0, this.width, row, view.siblings(node).indexOf(node) + 1, node !== this.zoomed));
      todo[0][2] = path.length;
    }
    while (todo.length > 0) {
      const [parent, start, row] = todo.pop();
      let left = start;
      let place = 0;
      for (const node of view.childrenOf(parent)) {
        const width = (view.all[node] / whole) * this.width;
        // They are sorted: what follows is no wider.
        if (width < 0.4) break;
        add(node, left, width - 0.3, row, ++place);
        todo.push([node, left, row + 1]);
        left += width;
      }
    }
    this.rows.style.height = `${depth * this.ROW + 2}px`;
    this.rows.replaceChildren(...frames);
    this.restyle();
    this.drawPath();
  },

  /** Gives every frame its classes anew. */
  restyle() {
    const { view } = this;
    this.box.classList.toggle("searched", shared.matches !== null);
    for (const frame of this.rows.children) {
      const node = Number(frame.dataset.node);
      const f = view.causeOf(node) < 0 ? view.functionOf(node) : -1;
      frame.classList.toggle("current", node === this.current);
      frame.classList.toggle("match", f >= 0 && shared.isMatch(f));
      frame.classList.toggle("chosen", f >= 0 && f === shared.chosen);
    }
    // Tells who reads aloud which frame is the current one.
    const frame = document.getElementById(`frame-${this.current}`);
    if (frame) this.box.setAttribute("aria-activedescendant", frame.id);
    else this.box.removeAttribute("aria-activedescendant");
  },

  drawPath() {
    const path = document.getElementById("flame-path");
    const nodes = this.zoomed < 0 ? [] : this.view.path(this.zoomed);
    const link = (node) => {
      const text = this.view.label(node);
      const onclick = () => {
        this.zoom(node);
        this.box.focus();
      };
      return make("button", { type: "button", text, title: text, onclick });
    };
    path.replaceChildren(...(nodes.length > 5 ? ["…"] : []), ...nodes.slice(-5).map(link));
  },

  describe(node) {
    const { view } = this;
    const { head, sum } = shared;
    const metric = head.metrics[shared.metric];
    if (node < 0) {
      const found = shared.matches && shared.tree.matched(shared.metric, (f) => shared.isMatch(f));
      this.detail.textContent = shared.matches
        ? `In functions that match “${shared.search}”: ${grouped(found)} ${metric}, ${percent(found, sum) || "0.00 %"}`
        : `${grouped(sum)} ${metric} in all. A click on a frame zooms, and chooses its function.`;
      return;
    }
    const value = view.all[node];
    const parts = [make("b", { text: view.label(node), title: view.label(node) }), ` ${grouped(value)} ${metric}, ${percent(value, sum)}`];
    if (this.zoomed >= 0 && view.isInside(node, this.zoomed)) parts.push(`, ${percent(value, view.all[this.zoomed])} of what is shown`);
    if (!this.reversed.checked) parts.push(`; itself ${grouped(view.own[node])}`);
    const f = view.functionOf(node);
    if (view.causeOf(node) >= 0) parts.push(` — ${explained(head.causes[view.causeOf(node)])}`);
    else {
      const { all, own } = shared.values;
      parts.push(`; in all its calls ${grouped(all[f])}, itself ${grouped(own[f])}`);
      const where = place(head.functions[f]);
      if (where) parts.push(` — ${where}`);
    }
    this.detail.replaceChildren(...parts);
  },

  /** Goes to a frame, which becomes the current one. */
  goTo(node) {
    const { view, box } = this;
    this.current = node;
    // The row that it is in, as it is drawn now.
    const row = view.path(node).length - 1;
    const { scrollTop, clientHeight } = box;
    if (row * this.ROW < scrollTop) box.scrollTop = row * this.ROW;
    else if ((row + 1) * this.ROW > scrollTop + clientHeight) box.scrollTop = (row + 1) * this.ROW - clientHeight;
    const isThere = () => document.getElementById(`frame-${node}`) !== null;
    if (isThere()) this.restyle();
    else this.draw();
    // What is too narrow to be drawn, or not inside of what is, is zoomed to.
    if (!isThere()) this.zoom(view.parentOf(node));
    this.describe(node);
  },

  /** Goes to the next frame, as they are drawn, that the search finds. */
  nextMatch() {
    const place = (frame) => [parseFloat(frame.style.top), parseFloat(frame.style.left)];
    const frames = [...this.rows.querySelectorAll(".match")].sort((a, b) => {
      const [[top, left], [otherTop, otherLeft]] = [place(a), place(b)];
      return top - otherTop || left - otherLeft;
    });
    if (frames.length === 0) return;
    const nodes = frames.map((frame) => Number(frame.dataset.node));
    this.goTo(nodes[(nodes.indexOf(this.current) + 1) % nodes.length]);
    this.box.scrollIntoView({ block: "nearest" });
  },

  key(event) {
    const { view } = this;
    if (isForBrowser(event)) return;
    if (event.key === "Escape") {
      this.zoom(this.zoomed < 0 ? -1 : view.parentOf(this.zoomed));
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      if (this.current >= 0) this.pick(this.current);
      event.preventDefault();
      return;
    }
    const isMove = event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End";
    if (!isMove) return;
    event.preventDefault();
    const [first] = view.childrenOf(-1);
    let to = first;
    if (event.key === "End") {
      // The innermost of what costs most.
      to = this.current < 0 ? first : this.current;
      for (let next = to; next !== undefined; [next] = view.childrenOf(next)) to = next;
    } else if (this.current >= 0 && event.key !== "Home") {
      const siblings = view.siblings(this.current);
      const at = siblings.indexOf(this.current);
      to = {
        ArrowDown: view.childrenOf(this.current)[0],
        ArrowUp: view.parentOf(this.current),
        ArrowLeft: siblings[at - 1],
        ArrowRight: siblings[at + 1],
      }[event.key];
    }
    if (to !== undefined && to >= 0) this.goTo(to);
  },
};
