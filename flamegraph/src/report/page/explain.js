// What the selected line costs, and why, in words.

/** What a line costs: itself, and with what it calls. */
function costOf({ pane, file, line }) {
  if (pane.kind === "source") {
    const [, own, more] = (codes.byFile.get(file) ?? []).find(([at]) => at === line) ?? [line, 0, 0];
    return { own, all: more > 0 ? own + more : undefined };
  }
  return { own: pane.own.get(line) ?? 0, all: pane.all.get(line) };
}

function describeLine() {
  const box = document.getElementById("code-detail");
  if (!codes.selected) {
    const many = codes.panes.length > 1;
    box.textContent = `Select a line: ${many ? "what belongs to it lights up in the other panes, and " : ""}what it costs, and why, is said here.`;
    return;
  }
  const { pane, line, file, lit } = codes.selected;
  const { code, rowOfLine, functionOfRow } = codes.program;
  const { head } = shared;
  const metric = head.metrics[shared.metric];
  const paid = codes.paid(codes.selected);
  const sum = paid.reduce((sum, [, value]) => sum + value, 0);
  const name = pane.kind === "source" ? head.files[file] : pane.kind === "wat" ? code.wat.file : code.zkasm.file;
  const parts = [make("b", { text: `${name}:${line}` })];
  if (pane.kind === "zkasm") {
    const row = rowOfLine[line];
    if (row >= 0) parts.push(` zkPC ${grouped(row)} in ${code.functions[functionOfRow[row]]?.[0] ?? "no function"}`);
  }
  const { own, all } = costOf(codes.selected);
  parts.push(` ${grouped(own)} ${metric} itself, ${percent(own, shared.sum) || "0.00 %"}`);
  if (sum !== own) parts.push(`; with what is inlined there ${grouped(sum)}, ${percent(sum, shared.sum)}`);
  if (all && all !== sum) parts.push(`; with what it calls ${grouped(all)}, ${percent(all, shared.sum)}`);
  const lines = lit.rows.length;
  parts.push(`; ${grouped(lines)} ${lines === 1 ? "line" : "lines"} of zkASM`);
  const by = (place, names) => {
    const sums = new Map();
    for (const [c, value] of paid) {
      const index = code.contributions[c][place];
      if (index >= 0) sums.set(names[index], (sums.get(names[index]) ?? 0) + value);
    }
    return [...sums].sort((a, b) => b[1] - a[1]);
  };
  const causes = by(0, code.causes).map(([name, value]) => make("span", {}, " ", patch(codes.cause(name)), `${name} ${grouped(value)}`));
  if (causes.length > 0) parts.push(". Causes:", ...causes);
  const operators = by(3, code.operators);
  if (operators.length > 1) parts.push(`. Operators: ${operators.slice(0, 8).map(([name, value]) => `${name} ${grouped(value)}`).join(", ")}`);
  const shown = paid.length > 0 ? paid.slice(0, 4).map(([c]) => c) : lit.contributions.slice(0, 4);
  for (const c of shown) {
    parts.push(make("br"), contributionText(c, paid.find(([other]) => other === c)?.[1]));
  }
  if (pane.kind === "zkasm") {
    for (const c of lit.contributions.slice(1)) {
      parts.push(make("br"), `for nothing, in the same step: ${contributionText(c)}`);
    }
  }
  box.replaceChildren(...parts);
  box.scrollTop = 0;
}

/** What a contribution is, in words. */
function contributionText(c, value) {
  const { code } = codes.program;
  const { head } = shared;
  const [cause, line, location, operator, rule] = code.contributions[c];
  let text = value === undefined ? "" : `${grouped(value)}: `;
  text += code.causes[cause];
  if (operator >= 0) text += ` for ${code.operators[operator]}`;
  if (line > 0) text += ` (${code.wat ? `${code.wat.file}:${line}` : line})`;
  if (rule >= 0) text += `, by ${code.rules[rule]}`;
  for (let l = location; l >= 0; l = code.locations[l][4]) {
    const [file, at, , inlined] = code.locations[l];
    text += `${l === location ? ", from " : ", inlined at "}${head.files[file]}${at > 0 ? `:${at}` : ", no line of it"}`;
    if (inlined >= 0) text += ` in ${code.inlined[inlined]}`;
  }
  return text;
}
