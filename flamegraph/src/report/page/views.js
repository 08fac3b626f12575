// What a flamegraph draws: nodes with a function, and perhaps a cause.

/** What views have in common. Callers come first; -1 is what is around the outermost. */
class View {
  label(node) {
    const { head } = shared;
    const cause = this.causeOf(node);
    return cause >= 0 ? `[${head.causes[cause].name}]` : head.functions[this.functionOf(node)].name;
  }

  siblings(node) {
    return this.childrenOf(this.parentOf(node));
  }

  path(node) {
    const path = [];
    for (let at = node; at >= 0; at = this.parentOf(at)) path.push(at);
    return path.reverse();
  }

  isInside(node, outer) {
    let at = node;
    while (at > outer) at = this.parentOf(at);
    return at === outer;
  }

  /** A node as another view knows it: functions and causes on the way to it. */
  names(node) {
    return this.path(node).map((at) => [this.functionOf(at), this.causeOf(at)]);
  }

  /** The node that has these names, or, if there is none, the last that has the first of them; -1 for none. */
  named(names) {
    let at = -1;
    for (const [f, cause] of names) {
      const next = this.childrenOf(at).find((node) => this.functionOf(node) === f && this.causeOf(node) === cause);
      if (next === undefined) break;
      at = next;
    }
    return at;
  }
}

/** The call tree from the entry down, if wanted with causes as innermost frames. */
class Downward extends View {
  constructor(tree, metric, withCauses) {
    super();
    const { samples } = tree;
    this.tree = tree;
    this.samples = samples;
    this.own = new Float64Array(tree.size + (withCauses ? samples.length : 0));
    // A cause of a node is a node, too, behind those of the tree.
    samples.forEach((sample, i) => {
      const at = withCauses && sample[1] >= 0 ? tree.size + i : sample[0];
      this.own[at] += sample[2 + metric];
    });
    this.all = Float64Array.from(this.own);
    const { all } = this;
    const counts = new Uint32Array(tree.size + 2);
    for (let node = all.length - 1; node >= 0; node--) {
      const parent = this.parentOf(node);
      if (parent >= 0) all[parent] += all[node];
      if (all[node] > 0) counts[parent + 2]++;
    }
    for (let i = 1; i < counts.length; i++) counts[i] += counts[i - 1];
    this.starts = counts.slice();
    this.children = new Uint32Array(counts[counts.length - 1]);
    for (let node = 0; node < all.length; node++) {
      if (all[node] > 0) this.children[counts[this.parentOf(node) + 1]++] = node;
    }
    this.sorted = new Map();
  }

  parentOf(node) {
    const { tree } = this;
    return node < tree.size ? tree.parents[node] : this.samples[node - tree.size][0];
  }

  functionOf(node) {
    const { tree } = this;
    return tree.functions[node < tree.size ? node : this.parentOf(node)];
  }

  causeOf(node) {
    const { tree } = this;
    return node < tree.size ? -1 : this.samples[node - tree.size][1];
  }

  /** Those that cost something, the costliest first. */
  childrenOf(node) {
    // Causes have none.
    if (node >= this.tree.size) return [];
    let list = this.sorted.get(node);
    if (!list) {
      const { all } = this;
      list = [...this.children.subarray(this.starts[node + 1], this.starts[node + 2])];
      list.sort((a, b) => all[b] - all[a] || a - b);
      this.sorted.set(node, list);
    }
    return list;
  }
}

/** From the innermost function, or from causes, to the entry. Nodes are made when they are looked for. */
class Upward extends View {
  /** How many callers a stack shows at the most: all of them would be their number squared. */
  static DEEPEST = 200;

  constructor(tree, metric, withCauses) {
    super();
    this.tree = tree;
    this.parents = [];
    this.functions = [];
    this.causes = [];
    this.depths = [];
    this.all = [];
    /** Of each node, the nodes of the tree that it stands for, and what each has of its cost. */
    this.parts = [];
    this.known = new Map();
    this.scratch = new Float64Array(tree.size);
    const { samples, functions } = tree;
    const parts = samples.filter((sample) => sample[2 + metric] > 0);
    const value = (sample) => sample[2 + metric];
    const isByCause = (sample) => withCauses && sample[1] >= 0;
    const causes = parts.filter(isByCause).map((sample) => [sample[1], sample[0], value(sample)]);
    const others = parts.filter((sample) => !isByCause(sample)).map((sample) => [functions[sample[0]], sample[0], value(sample)]);
    const roots = [
      ...this.grouped(causes).map(([cause, part]) => this.add(-1, -1, cause, part)),
      ...this.grouped(others).map(([f, part]) => this.add(-1, f, -1, part)),
    ];
    this.known.set(-1, this.costliest(roots));
  }

  parentOf(node) {
    return this.parents[node];
  }

  functionOf(node) {
    return this.functions[node];
  }

  causeOf(node) {
    return this.causes[node];
  }

  childrenOf(node) {
    let list = this.known.get(node);
    if (!list) {
      const { tree } = this;
      // What a cause is counted in is its child; of a function, what called it.
      const up = this.causes[node] >= 0 ? (at) => at : (at) => tree.parents[at];
      const calls = [];
      if (this.depths[node] < Upward.DEEPEST) {
        for (const [at, value] of this.parts[node]) {
          const next = up(at);
          if (next >= 0) calls.push([tree.functions[next], next, value]);
        }
      }
      list = this.costliest(this.grouped(calls).map(([f, part]) => this.add(node, f, -1, part)));
      this.known.set(node, list);
      // It is not needed twice.
      this.parts[node] = null;
    }
    return list;
  }

  /** `[key, node of the tree, value]` by key, each node once. */
  grouped(calls) {
    const groups = new Map();
    for (const [key, at, value] of calls) {
      let group = groups.get(key);
      if (!group) groups.set(key, (group = []));
      group.push([at, value]);
    }
    const { scratch } = this;
    return [...groups].map(([key, group]) => {
      const nodes = [];
      for (const [at, value] of group) {
        if (scratch[at] === 0) nodes.push(at);
        scratch[at] += value;
      }
      return [key, nodes.map((at) => {
        const value = scratch[at];
        scratch[at] = 0;
        return [at, value];
      })];
    });
  }

  add(parent, f, cause, part) {
    this.parents.push(parent);
    this.functions.push(f);
    this.causes.push(cause);
    this.depths.push(parent < 0 ? 1 : this.depths[parent] + 1);
    this.all.push(part.reduce((sum, [, value]) => sum + value, 0));
    return this.parts.push(part) - 1;
  }

  costliest(nodes) {
    return nodes.sort((a, b) => this.all[b] - this.all[a] || a - b);
  }
}
