// Which lines functions have, and which functions lines.

class Hottest {
  constructor(program) {
    this.program = program;
    // Functions of the table by what they are in the side table.
    this.compiled = new Map();
    this.inlined = new Map();
    shared.head.functions.forEach(({ compiled, inlined_as: inlined }, f) => {
      compiled.forEach((index) => this.compiled.set(index, f));
      // Of one that is both, what was compiled has the name.
      inlined.forEach((index) => this.inlined.has(index) || this.inlined.set(index, f));
    });
  }

  /** The function whose line a location is; a row says of what was compiled. */
  ofLocation(location, row) {
    const inlined = location < 0 ? -1 : this.program.code.locations[location][3];
    return inlined >= 0 ? this.inlined.get(inlined) : this.compiled.get(this.program.functionOfRow[row]);
  }

  /** The function that a selected line is of; undefined if none is known. */
  functionOf(selection) {
    const { code, rowsOf } = this.program;
    const [paid] = codes.paid(selection);
    const c = paid ? paid[0] : selection.lit.contributions[0];
    if (c === undefined) return undefined;
    const { pane, file, line } = selection;
    const row = pane.kind === "zkasm" ? selection.lit.rows[0] : rowsOf(c)[0];
    let at = code.contributions[c][2];
    if (pane.kind === "source") {
      while (at >= 0 && (code.locations[at][0] !== file || code.locations[at][1] !== line)) at = code.locations[at][4];
    }
    return this.ofLocation(at, row);
  }

  /**
   * The line that cost most of a function itself, or, if none did, of what was inlined into it: of the source, if
   * its text is here, else of the first of the panes that has one.
   */
  lineOf(f, panes) {
    const { program } = this;
    const { code } = program;
    const { metric } = shared;
    const sums = [0, 1].map(() => ({ source: new Map(), wat: new Map(), zkasm: new Map() }));
    const add = (map, key, value) => map.set(key, (map.get(key) ?? 0) + value);
    code.zkpc.keys.forEach((row, i) => {
      const value = code.zkpc.self[metric][i];
      if (value === 0) return;
      const [, line, location] = code.contributions[code.rows[row][0]];
      let at = location;
      // The place in the function, perhaps of a call that was inlined.
      while (at >= 0 && this.ofLocation(at, row) !== f) at = code.locations[at][4];
      if (at < 0 && this.ofLocation(-1, row) !== f) return;
      const sum = sums[at === location ? 0 : 1];
      if (at >= 0 && code.locations[at][1] > 0) add(sum.source, at, value);
      if (line > 0) add(sum.wat, line, value);
      if (program.zkasm) add(sum.zkasm, program.lineOfRow[row], value);
    });
    for (const sum of sums) {
      const lines = new Map();
      for (const [at, value] of sum.source) {
        const [file, line] = code.locations[at];
        if (code.sources[file] !== null || panes.length === 1) add(lines, `${file} ${line}`, value);
      }
      const best = (map) => [...map].reduce((a, b) => (b[1] > a[1] ? b : a), [undefined, 0])[0];
      if (lines.size > 0 && panes.includes("source")) {
        const [file, line] = best(lines).split(" ").map(Number);
        return { kind: "source", file, line };
      }
      for (const kind of ["wat", "zkasm"]) {
        if (sum[kind].size > 0 && panes.includes(kind)) return { kind, line: best(sum[kind]) };
      }
    }
    return this.declared(f, panes);
  }

  /** Where a function is declared, or begins; undefined of what has no code. */
  declared(f, panes) {
    const { code, lineOfRow } = this.program;
    const { file, line, compiled } = shared.head.functions[f];
    if (panes.includes("source") && file !== undefined && line > 0 && code.sources[file] !== null) return { kind: "source", file, line };
    const first = compiled.map((index) => code.functions[index]).find(([, , rows]) => rows > 0);
    return first && lineOfRow && panes.includes("zkasm") ? { kind: "zkasm", line: lineOfRow[first[1]] } : undefined;
  }
}
