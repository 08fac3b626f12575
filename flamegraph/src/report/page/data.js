// What is in the page: two blobs of compressed JSON, and what can be read off them.

/** A blob as a value. */
async function unpack(id) {
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

  /** Of each function: itself; with all it called, once per stack; and itself by cause. */
  byFunction(metric) {
    const own = new Float64Array(this.functionCount);
    const all = new Float64Array(this.functionCount);
    const byCause = new Float64Array(this.functionCount * this.causeCount);
    const totals = this.own(metric);
    for (const sample of this.samples) {
      const value = sample[2 + metric];
      const f = this.functions[sample[0]];
      own[f] += value;
      if (sample[1] >= 0) byCause[f * this.causeCount + sample[1]] += value;
    }
    // Callers come first.
    for (let node = this.size - 1; node >= 0; node--) {
      const parent = this.parents[node];
      if (parent >= 0) totals[parent] += totals[node];
    }
    for (let node = 0; node < this.size; node++) {
      const f = this.functions[node];
      let caller = this.parents[node];
      while (caller >= 0 && this.functions[caller] !== f) caller = this.parents[caller];
      if (caller < 0) all[f] += totals[node];
    }
    return { own, all, byCause };
  }
}

/** What all parts share: the chosen metric, function and search, and who wants to know. */
const shared = {
  head: null,
  tree: null,
  metric: 0,
  search: "",
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
  setSearch(text) {
    this.search = text.toLowerCase();
    this.tell("search");
  },
  /** Chooses a function; none for -1. */
  choose(f) {
    this.chosen = f;
    this.tell("function");
  },
  isMatch(f) {
    return this.search !== "" && this.head.functions[f].name.toLowerCase().includes(this.search);
  },
  get sum() {
    return this.head.totals[this.metric];
  },
};
