// The summary: what happened, what stands out, and whether it fits one proof.

function outcomeText(outcome) {
  if (outcome.outcome === "halted") {
    const results = outcome.results ?? [];
    return results.length ? `halted with ${results.join(", ")}` : "halted";
  }
  return outcome.outcome === "trap" ? `trapped: ${outcome.trap}` : outcome.outcome.replaceAll("_", " ");
}

/** Lines of which a few that come again and again are there once. */
function folded(lines) {
  const out = [];
  for (let at = 0; at < lines.length; ) {
    let [best, times] = [1, 1];
    for (let size = 1; size <= 4; size++) {
      let end = at + size;
      while (end < lines.length && lines[end] === lines[end - size]) end++;
      const count = Math.floor((end - at) / size);
      // A line that says so is worth three.
      if (count * size > best * times && (count - 1) * size > 2) [best, times] = [size, count];
    }
    out.push(...lines.slice(at, at + best));
    if (times > 1) out.push(`  … ${best === 1 ? "this" : `these ${best}`} ${grouped(times - 1)} times more`);
    at += best * times;
  }
  return out;
}

function initSummary() {
  const { head } = shared;
  const call = head.labels ? "" : `(${head.args.join(", ")})`;
  const called = head.labels || head.export === head.name ? "" : `: ${head.export}`;
  document.getElementById("title").textContent = `${head.name}${called}${call}`;
  document.getElementById("title").title = `${head.module}, build ${head.build}`;
  const what = head.labels ? head.module : `${head.export}${call} of ${head.module}`;
  document.getElementById("outcome").textContent =
    `${what} ${outcomeText(head.outcome)}. ${grouped(head.rom_lines)} ROM lines, cost model ${head.cost_model}, build ${head.build}.`;
  const stack = document.getElementById("stack");
  stack.hidden = head.stack.length === 0;
  stack.textContent = folded(head.stack).join("\n");
  document.getElementById("machines").replaceChildren(...machines());
  drawRegions();
  shared.on((what) => what === "metric" && drawSummary());
  drawSummary();
}

function drawSummary() {
  document.getElementById("verdicts").replaceChildren(...verdicts().map((text) => make("li", { text })));
  document.getElementById("advice").replaceChildren(...advice());
  document.getElementById("top").replaceChildren(...topFunctions());
  document.getElementById("causes").replaceChildren(...causeShares());
}

/** Functions by what they cost themselves, the costliest first. */
function byOwn() {
  const { own } = shared.values;
  const order = [...own.keys()].filter((f) => own[f] > 0);
  return order.sort((a, b) => own[b] - own[a] || a - b);
}

/** What each cause cost in all. */
function causeTotals() {
  const { head, values } = shared;
  const totals = new Float64Array(head.causes.length);
  values.byCause.forEach((value, index) => (totals[index % head.causes.length] += value));
  return totals;
}

function verdicts() {
  const { head, sum } = shared;
  const metric = head.metrics[shared.metric];
  const list = [];
  const [first] = byOwn();
  if (first !== undefined) {
    const own = shared.values.own[first];
    list.push(`${head.functions[first].name} costs most itself: ${grouped(own)} ${metric}, ${percent(own, sum)} of all ${grouped(sum)}.`);
  }
  const totals = causeTotals();
  const of = (name) => totals[head.causes.findIndex((cause) => cause.name === name)] ?? 0;
  const spilled = of("spill") + of("reload");
  // From that share on `advice` looks at them.
  if (["cycles", "mem", "cells"].includes(metric) && spilled >= 0.15 * sum) {
    list.push(`Too few registers: spills and reloads are ${percent(spilled, sum)} of all ${metric}.`);
  }
  const fullest = head.machines.reduce((a, b) => (b.used / b.capacity > a.used / a.capacity ? b : a));
  const full = fullness(fullest.used, fullest.capacity);
  list.push(
    head.segments === 1
      ? `It fits one proof: the fullest state machine, ${fullest.name}, is ${full} full.`
      : `It does not fit one proof: ${fullest.name} alone would fill ${full}, so ${grouped(head.segments)} are needed at the least.`,
  );
  list.push(...head.coverage);
  return list;
}

/** What is worth acting on; it is about cycles, whatever the metric. */
function advice() {
  const { findings, totals, metrics } = shared.head;
  if (findings.length === 0) return [];
  const cycles = totals[metrics.indexOf("cycles")];
  const items = findings.map(({ text, saves, function: f, file, line }) => {
    const isLine = line !== undefined;
    const what = isLine ? `${shared.head.files[file]}:${line}` : shared.head.functions[f]?.name;
    const onclick = () => show(f ?? -1, isLine ? { file, line } : null);
    const about = what === undefined ? [] : [" ", make("button", { type: "button", text: "show", "aria-label": `Show ${what}`, onclick })];
    const most = saves === undefined ? "" : ` — saves at most ${grouped(saves)} cycles, ${percent(saves, cycles)}`;
    return make("li", {}, text, make("span", { class: "soft", text: most }), ...about);
  });
  return [make("h3", { text: "Worth a look" }), make("ul", {}, ...items)];
}

/** Chooses a function, and goes to its code, or to a line. */
function show(f, line = null) {
  if (f >= 0) shared.choose(f);
  codes.show(line);
}

function topFunctions() {
  const { head, sum, values } = shared;
  return byOwn()
    .slice(0, 6)
    .map((f) =>
      make(
        "button",
        { class: "line", type: "button", title: head.functions[f].name, onclick: () => show(f) },
        make("span", { text: head.functions[f].name }),
        make("span", { class: "number", text: grouped(values.own[f]) }),
        make("span", { class: "number soft", text: percent(values.own[f], sum) }),
      ),
    );
}

function causeShares() {
  const { head, sum } = shared;
  const totals = causeTotals();
  const order = [...totals.keys()].filter((c) => totals[c] > 0).sort((a, b) => totals[b] - totals[a] || a - b);
  const stack = make(
    "div",
    { class: "stack", role: "img", "aria-label": "Shares of causes" },
    ...order.map((c) =>
      make("span", {
        style: { width: `${(100 * totals[c]) / sum}%`, background: rgb(head.causes[c].rgb) },
        title: `${head.causes[c].name}: ${grouped(totals[c])}, ${percent(totals[c], sum)}`,
      }),
    ),
  );
  const lines = order.map((c) =>
    make(
      "button",
      { class: "line", type: "button", title: `${explained(head.causes[c])}. A click sorts the functions by it.`, onclick: () => table.byCause(c) },
      make("span", {}, patch(head.causes[c]), head.causes[c].name),
      make("span", { class: "number", text: grouped(totals[c]) }),
      make("span", { class: "number soft", text: percent(totals[c], sum) }),
    ),
  );
  const rest = lines.splice(8);
  if (rest.length > 0) {
    const value = order.slice(8).reduce((a, c) => a + totals[c], 0);
    lines.push(
      make(
        "details",
        {},
        make("summary", { class: "soft", text: `${rest.length} more: ${grouped(value)}, ${percent(value, sum)}` }),
        ...rest,
      ),
    );
  }
  return [stack, ...lines];
}

function machines() {
  return shared.head.machines.map(({ name, used, capacity }) => {
    const share = (100 * used) / capacity;
    return make(
      "div",
      { title: `${grouped(used)} of ${grouped(capacity)}` },
      make(
        "div",
        { class: "line" },
        make("span", { text: name }),
        make("span", { class: "number", text: grouped(used) }),
        make("span", { class: "number soft", text: fullness(used, capacity) }),
      ),
      make(
        "div",
        { class: share > 100 ? "meter over" : "meter" },
        make("span", { style: { width: `${Math.min(100, share)}%` } }),
      ),
    );
  });
}

/** What ran between the begins and ends of regions, in cycles whatever the metric; hidden if there are none. */
function drawRegions() {
  const { regions, totals, metrics } = shared.head;
  document.getElementById("regions-card").hidden = regions.length === 0;
  const cycles = totals[metrics.indexOf("cycles")];
  const cell = (text) => make("td", { class: "number", text });
  const rows = regions.map(({ region, count, open, unmatched, min, average, max, total }) => {
    const known = (value) => (value === undefined ? "–" : grouped(Math.round(10 * value) / 10));
    const notes = [open > 0 && `${grouped(open)} not ended`, unmatched > 0 && `${grouped(unmatched)} ended without a begin`].filter(Boolean);
    const numbers = [grouped(count), known(min), known(average), known(max), grouped(total), percent(total, cycles)];
    return make("tr", {}, make("th", { scope: "row", text: notes.length ? `${region} (${notes.join(", ")})` : region }), ...numbers.map(cell));
  });
  const titles = ["region", "count", "min", "average", "max", "total", "total %"].map((text, i) => make("th", { scope: "col", class: i > 0 && "number", text }));
  document.getElementById("regions").replaceChildren(make("thead", {}, make("tr", {}, ...titles)), make("tbody", {}, ...rows));
}
