// The flamegraph: the call tree from the entry down, of which only what is wide enough to see is drawn.

/** What is drawn: nodes with a function, and perhaps a cause. Callers come first. */
class View {
  constructor(parents, functions, causes, own) {
    this.parents = parents;
    this.functions = functions;
    this.causes = causes;
    this.size = parents.length;
    this.own = own;
    this.all = Float64Array.from(own);
    for (let node = this.size - 1; node >= 0; node--) {
      if (parents[node] >= 0) this.all[parents[node]] += this.all[node];
    }
    this.children = Array.from({ length: this.size + 1 }, () => []);
    for (let node = 0; node < this.size; node++) {
      // The last list is that of the outermost.
      if (this.all[node] > 0) this.siblings(node).push(node);
    }
    for (const list of this.children) list.sort((a, b) => this.all[b] - this.all[a] || a - b);
  }

  siblings(node) {
    const parent = this.parents[node];
    return this.children[parent < 0 ? this.size : parent];
  }

  label(node) {
    const { head } = shared;
    const cause = this.causes[node];
    return cause >= 0 ? `[${head.causes[cause].name}]` : head.functions[this.functions[node]].name;
  }

  path(node) {
    const path = [];
    for (let at = node; at >= 0; at = this.parents[at]) path.push(at);
    return path.reverse();
  }
}

/** The view of the tree, with causes as innermost frames or without, reversed or not. */
function viewOf(tree, metric, withCauses, reversed) {
  const parents = [];
  const functions = [];
  const causes = [];
  const own = [];
  const known = new Map();
  const add = (parent, f, cause) => {
    const key = `${parent} ${f} ${cause}`;
    let id = known.get(key);
    if (id === undefined) {
      id = parents.length;
      known.set(key, id);
      parents.push(parent);
      functions.push(f);
      causes.push(cause);
      own.push(0);
    }
    return id;
  };
  const ids = new Int32Array(tree.size);
  if (!reversed) {
    for (let node = 0; node < tree.size; node++) {
      const parent = tree.parents[node];
      ids[node] = add(parent < 0 ? -1 : ids[parent], tree.functions[node], -1);
    }
  }
  for (const sample of tree.samples) {
    const value = sample[2 + metric];
    if (value === 0) continue;
    const [node, cause] = sample;
    const shown = withCauses ? cause : -1;
    let at = -1;
    if (reversed) {
      if (shown >= 0) at = add(-1, -1, shown);
      for (let caller = node; caller >= 0; caller = tree.parents[caller]) {
        at = add(at, tree.functions[caller], -1);
      }
    } else {
      at = shown >= 0 ? add(ids[node], tree.functions[node], shown) : ids[node];
    }
    own[at] += value;
  }
  return new View(Int32Array.from(parents), functions, causes, Float64Array.from(own));
}

const flame = {
  ROW: 18,
  view: null,
  zoomed: -1,
  current: -1,

  init() {
    this.box = document.getElementById("flame");
    this.detail = document.getElementById("flame-detail");
    this.reset = document.getElementById("flame-reset");
    this.causes = document.getElementById("flame-causes");
    this.reversed = document.getElementById("flame-reversed");
    this.reset.addEventListener("click", () => this.zoom(-1));
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
      else this.draw();
      if (what === "search") this.describe(-1);
    });
    this.build();
  },

  build() {
    this.view = viewOf(shared.tree, shared.metric, this.causes.checked, this.reversed.checked);
    this.zoomed = -1;
    this.current = -1;
    this.box.classList.toggle("by-cause", this.causes.checked);
    this.draw();
    this.describe(-1);
  },

  nodeAt(event) {
    const frame = event.target.closest(".frame");
    return frame ? Number(frame.dataset.node) : -1;
  },

  zoom(node) {
    this.zoomed = node;
    this.reset.disabled = node < 0;
    this.draw();
  },

  /** Zooms to a frame and chooses its function. */
  pick(node) {
    this.current = node;
    this.zoom(node === this.zoomed ? this.view.parents[node] : node);
    const f = this.view.functions[node];
    if (f >= 0) shared.choose(f);
    this.describe(node);
  },

  colour(node) {
    const { head } = shared;
    const cause = this.view.causes[node];
    if (cause >= 0) return rgb(head.causes[cause].rgb);
    const { name } = head.functions[this.view.functions[node]];
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
    const add = (node, left, width, row, above) => {
      depth = Math.max(depth, row + 1);
      const f = view.functions[node];
      const classes = ["frame"];
      if (above) classes.push("above");
      if (node === this.current) classes.push("current");
      if (f >= 0 && view.causes[node] < 0) {
        if (shared.isMatch(f)) classes.push("match");
        if (f === shared.chosen) classes.push("chosen");
      }
      const frame = make("div", {
        class: classes.join(" "),
        role: "treeitem",
        id: `frame-${node}`,
        "aria-level": row + 1,
        "aria-label": `${view.label(node)}, ${percent(view.all[node], shared.sum)}`,
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
    let row = 0;
    const todo = [];
    if (this.zoomed >= 0) {
      const path = view.path(this.zoomed);
      for (const node of path) add(node, 0, this.width, row++, node !== this.zoomed);
      todo.push([this.zoomed, 0, row]);
    } else {
      todo.push([view.size, 0, 0]);
    }
    while (todo.length > 0) {
      const [parent, start, row] = todo.pop();
      let left = start;
      for (const node of view.children[parent]) {
        const width = (view.all[node] / whole) * this.width;
        // They are sorted: what follows is no wider.
        if (width < 0.4) break;
        add(node, left, width - 0.3, row, false);
        todo.push([node, left, row + 1]);
        left += width;
      }
    }
    const rows = make("div", { style: { height: `${depth * this.ROW + 2}px`, position: "relative" } }, ...frames);
    box.replaceChildren(rows);
    this.mark();
    this.drawPath();
  },

  /** Tells who reads aloud which frame is the current one. */
  mark() {
    const frame = document.getElementById(`frame-${this.current}`);
    if (frame) this.box.setAttribute("aria-activedescendant", frame.id);
    else this.box.removeAttribute("aria-activedescendant");
  },

  drawPath() {
    const path = document.getElementById("flame-path");
    const nodes = this.zoomed < 0 ? [] : this.view.path(this.zoomed);
    const links = nodes.slice(-5).map((node) =>
      make("button", { type: "button", text: this.view.label(node), onclick: () => this.zoom(node) }),
    );
    path.replaceChildren(...(nodes.length > 5 ? ["… "] : []), ...links.flatMap((link) => [link, " "]));
  },

  describe(node) {
    const { view } = this;
    if (node < 0 || node >= view.size) {
      this.detail.textContent = shared.search === "" ? "" : matched(view);
      return;
    }
    const { head, sum } = shared;
    const metric = head.metrics[shared.metric];
    const parts = [
      make("b", { text: view.label(node) }),
      ` ${grouped(view.all[node])} ${metric}, ${percent(view.all[node], sum)}`,
    ];
    if (this.zoomed >= 0) parts.push(`, ${percent(view.all[node], view.all[this.zoomed])} of what is shown`);
    if (!this.reversed.checked) parts.push(`; itself ${grouped(view.own[node])}`);
    const f = view.functions[node];
    if (f >= 0) {
      const own = shared.values.own[f];
      parts.push(`; in all its calls ${grouped(shared.values.all[f])}, itself ${grouped(own)}`);
      const where = place(head.functions[f]);
      if (where) parts.push(` — ${where}`);
    }
    this.detail.replaceChildren(...parts);
  },

  key(event) {
    const { view } = this;
    if (event.key === "Escape") {
      this.zoom(this.zoomed < 0 ? -1 : view.parents[this.zoomed]);
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      if (this.current >= 0) this.pick(this.current);
      event.preventDefault();
      return;
    }
    let to;
    if (this.current < 0) {
      if (!event.key.startsWith("Arrow")) return;
      [to] = view.children[view.size];
    } else {
      const siblings = view.siblings(this.current);
      const at = siblings.indexOf(this.current);
      to = {
        ArrowDown: view.children[this.current][0],
        ArrowUp: view.parents[this.current],
        ArrowLeft: siblings[at - 1],
        ArrowRight: siblings[at + 1],
      }[event.key];
      if (to === undefined && !event.key.startsWith("Arrow")) return;
    }
    event.preventDefault();
    if (to === undefined || to < 0) return;
    this.current = to;
    this.draw();
    // What is too narrow to be drawn is zoomed to.
    if (!document.getElementById(`frame-${to}`)) this.zoom(view.parents[to]);
    document.getElementById(`frame-${to}`)?.scrollIntoView({ block: "nearest" });
    this.describe(to);
  },
};

/** How much is in functions that the search finds, each stack once. */
function matched(view) {
  let found = 0;
  const inside = new Uint8Array(view.size);
  for (let node = 0; node < view.size; node++) {
    const parent = view.parents[node];
    if (parent >= 0 && inside[parent]) inside[node] = 1;
    else if (view.functions[node] >= 0 && view.causes[node] < 0 && shared.isMatch(view.functions[node])) {
      inside[node] = 1;
      found += view.all[node];
    }
  }
  return `In functions that match “${shared.search}”: ${grouped(found)} ${shared.head.metrics[shared.metric]}, ${percent(found, shared.sum) || "0.00 %"}`;
}
