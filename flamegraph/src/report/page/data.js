// What is in the page: two blobs of compressed JSON, and what can be read off them.

const TOO_OLD = document.getElementById("too-old").textContent;

/** A blob as a value. */
async function unpack(id) {
  // What the page needs that came last: to unpack, and to search from the end.
  if (!window.DecompressionStream || !Array.prototype.findLast) throw new Error(TOO_OLD);
  const element = document.getElementById(id);
  const binary = atob(element.textContent);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  // It is not needed twice, and may be large.
  element.remove();
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** The call tree, with what was counted by node, by cause and by function. */
class CallTree {
  constructor(head) {
    const { parents, functions, samples } = head.tree;
    this.parents = Int32Array.from(parents);
    this.functions = Int32Array.from(functions);
    this.samples = samples;
    this.size = parents.length;
    this.functionCount = head.functions.length;
    this.causeCount = head.causes.length;
  }

  /** Of each node, what was counted in itself. */
  own(metric) {
    const own = new Float64Array(this.size);
    for (const sample of this.samples) own[sample[0]] += sample[2 + metric];
    return own;
  }

  /** Of each node, whether its function called it again, further out. */
  get isAgain() {
    this.again ??= this.functions.map((f, node) => {
      let caller = this.parents[node];
      while (caller >= 0 && this.functions[caller] !== f) caller = this.parents[caller];
      return caller < 0 ? 0 : 1;
    });
    return this.again;
  }

  /**
   * Of each function: itself; where no call of it is further out, itself, too; with all it called, once per
   * stack; and itself by cause.
   */
  byFunction(metric) {
    const own = new Float64Array(this.functionCount);
    const outermost = new Float64Array(this.functionCount);
    const all = new Float64Array(this.functionCount);
    const byCause = new Float64Array(this.functionCount * this.causeCount);
    const totals = this.own(metric);
    for (const sample of this.samples) {
      const value = sample[2 + metric];
      const f = this.functions[sample[0]];
      own[f] += value;
      if (!this.isAgain[sample[0]]) outermost[f] += value;
      if (sample[1] >= 0) byCause[f * this.causeCount + sample[1]] += value;
    }
    // Callers come first.
    for (let node = this.size - 1; node >= 0; node--) {
      const parent = this.parents[node];
      if (parent >= 0) totals[parent] += totals[node];
      if (!this.isAgain[node]) all[this.functions[node]] += totals[node];
    }
    return { own, outermost, all, byCause };
  }

  /** What is in functions of which `isMatch` is true, and in all that they called, once per stack. */
  matched(metric, isMatch) {
    const own = this.own(metric);
    const inside = new Uint8Array(this.size);
    let found = 0;
    for (let node = 0; node < this.size; node++) {
      const parent = this.parents[node];
      if ((parent >= 0 && inside[parent]) || isMatch(this.functions[node])) {
        inside[node] = 1;
        found += own[node];
      }
    }
    return found;
  }

  /** What called a function, and what it called: of each, what that cost, the costliest first. */
  neighbours(metric, f) {
    const totals = this.own(metric);
    const sums = [new Map(), new Map()];
    const add = (map, key, value) => value > 0 && map.set(key, (map.get(key) ?? 0) + value);
    for (let node = this.size - 1; node > 0; node--) {
      const parent = this.parents[node];
      if (parent < 0) continue;
      totals[parent] += totals[node];
      const [callee, caller] = [this.functions[node], this.functions[parent]];
      // Of recursion, the outermost call says how much it is in all.
      if (callee === f && !this.isAgain[node]) add(sums[0], caller, totals[node]);
      if (caller === f && callee !== f && !this.isAgain[parent]) add(sums[1], callee, totals[node]);
    }
    return sums.map((sum) => [...sum].sort((a, b) => b[1] - a[1] || a[0] - b[0]));
  }
}

/** What all parts share: the chosen metric, function and search, and who wants to know. */
const shared = {
  head: null,
  tree: null,
  metric: 0,
  search: "",
  matches: null,
  chosen: -1,
  values: null,
  listeners: [],

  on(listener) {
    this.listeners.push(listener);
  },
  tell(what) {
    for (const listener of this.listeners) listener(what);
  },
  setMetric(metric) {
    this.metric = metric;
    this.values = this.tree.byFunction(metric);
    this.tell("metric");
  },
  /** Searches with the next frame: who types is not kept waiting. */
  setSearch(text) {
    this.search = text.toLowerCase();
    this.searching ??= requestAnimationFrame(() => {
      this.searching = undefined;
      this.names ??= this.head.functions.map((f) => `${f.name}\n${place(f)}`.toLowerCase());
      this.matches = this.search === "" ? null : this.names.map((name) => name.includes(this.search));
      this.tell("search");
    });
  },
  /** Chooses a function; none for -1. `isByLine` if that is because a line of it was selected. */
  choose(f, isByLine = false) {
    if (isByLine && f === this.chosen) return;
    this.chosen = f;
    this.tell(isByLine ? "function of line" : "function");
  },
  /** Whether a function's name, or where it is declared, is searched for. */
  isMatch(f) {
    return this.matches !== null && this.matches[f];
  },
  get sum() {
    return this.head.totals[this.metric];
  },
};
