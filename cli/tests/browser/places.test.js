// Where a person is in a report, and stays: what is chosen, selected, zoomed to, hovered and found.

"use strict";

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { begin, close, command, contrast, end, folder, number, open, openFile, setMetric, top } = require("./harness.js");

before(() =>
  begin({
    coremark: ["corpus/coremark/coremark.wasm", "--arg", "1"],
    fibonacci: ["corpus/fibonacci/fibonacci.wasm", "--arg", "100"],
  }),
);
after(end);

const detail = (page) => page.textContent("#code-detail");
const isInView = (page, element) =>
  page.locator(element).first().evaluate((element) => {
    const [box, list] = [element, element.closest(".list") ?? document.documentElement].map((e) => e.getBoundingClientRect());
    return box.top >= list.top && box.bottom <= list.bottom && box.top >= 0 && box.bottom <= innerHeight;
  });

test("the panes are linked from the beginning", async () => {
  const page = await open("coremark");
  const [hottest] = top("coremark").rows;
  assert.match(await detail(page), new RegExp(`in ${hottest.function}`));
  await page.locator("[data-pane=source] .codeline.chosen").waitFor();
  for (const pane of ["wat", "zkasm"]) await page.locator(`[data-pane=${pane}] .codeline.lit`).first().waitFor();
  // What is lit out of sight is counted, and can be gone to.
  const below = page.locator("[data-pane=zkasm] .beyond").last();
  const count = number((await below.textContent()).slice(1));
  assert.ok(count > 0);
  await below.click();
  assert.ok((await page.locator("[data-pane=zkasm] .beyond").first().textContent()).startsWith("↑"));
  await close(page);
});

test("a selected line keeps its costs while another file is open", async () => {
  const page = await open("coremark");
  await openFile(page, "crc.c");
  await page.locator('[data-pane=source] [data-line="57"]').click();
  const before = await detail(page);
  const row = top("coremark", "--granularity", "line").rows.find((row) => row.file?.endsWith("crc.c") && row.line === 57);
  assert.ok(before.startsWith(`${row.file}:57 ${row.self.toLocaleString("en-US")} cycles itself`), before);
  await openFile(page, "matrix.c");
  await setMetric(page, "mem");
  const mem = top("coremark", "--granularity", "line", "--metric", "mem").rows.find((row) => row.file?.endsWith("crc.c") && row.line === 57);
  assert.match(await detail(page), new RegExp(`:57 ${mem?.self.toLocaleString("en-US") ?? 0} mem itself`));
  await setMetric(page, "cycles");
  assert.equal(await detail(page), before);
  await close(page);
});

test("lines are marked in their order, after scrolling up, too", async () => {
  const page = await open("coremark");
  await page.locator("#code").evaluate((element) => element.scrollIntoView({ behavior: "instant" }));
  const list = page.locator("#lines-zkasm");
  for (const top of [18_000, 17_800]) {
    await list.evaluate((element, top) => (element.scrollTop = top), top);
    await page.waitForTimeout(100);
  }
  const rows = await page.locator("[data-pane=zkasm] .codeline").evaluateAll((rows) => rows.map((row) => Number(row.dataset.line)));
  assert.deepEqual(rows, [...rows].sort((a, b) => a - b));
  const text = (i) => page.locator("[data-pane=zkasm] .codeline .text").nth(i);
  const [from, to] = [await text(6).boundingBox(), await text(13).boundingBox()];
  await page.mouse.move(from.x + 1, from.y + 9);
  await page.mouse.down();
  await page.mouse.move(to.x + 200, to.y + 9, { steps: 5 });
  await page.mouse.up();
  const marked = (await page.evaluate(() => String(getSelection()))).split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const expected = [];
  for (let i = 6; i <= 13; i++) expected.push((await text(i).textContent()).trim());
  // The first and the last may be marked in part.
  assert.deepEqual(marked.slice(1, -1), expected.slice(1, -1));
  await close(page);
});

test("a chosen function's hottest line is selected, and a selected line's function chosen", async () => {
  const page = await open("coremark");
  for (const name of ["crc32_bytes", "matrix_divide", "merge"]) {
    await page.locator("#rows .row", { hasText: new RegExp(`^${name}( \\(inline\\))?[\\d,]`) }).click();
    const line = Number((await detail(page)).match(/:(\d+) /)[1]);
    await page.locator(`[data-pane=source] .codeline.chosen[data-line="${line}"]`).waitFor();
    const rows = top("coremark", "--granularity", "line").rows.filter((row) => row.function === name && row.line);
    const most = Math.max(...rows.map((row) => row.self));
    assert.ok(rows.some((row) => row.line === line && row.self === most), `${name}: line ${line}`);
  }
  await openFile(page, "crc.c");
  await page.fill("[data-pane=source] .find input", ":57");
  await page.locator('[data-pane=source] [data-line="57"]').click();
  assert.equal(await page.locator("#rows .row.chosen > span").first().textContent(), "crc32_bytes");
  assert.ok((await page.locator(".frame.chosen").count()) > 0);
  await close(page);
});

test("what is chosen comes into view", async () => {
  const page = await open("coremark");
  // Sorted by name, the row of a frame is far away.
  await page.locator("#table [role=columnheader] button").first().click();
  await page.locator(".frame", { hasText: /^crc32_bytes$/ }).first().click();
  await page.locator("#functions").evaluate((element) => element.scrollIntoView({ behavior: "instant" }));
  assert.equal(await isInView(page, "#rows .row.chosen"), true);
  // Enter shows the code, which then has the keys.
  await page.locator("#rows").focus();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.keyboard.press("Enter");
  assert.equal(await isInView(page, "[data-pane=source] .codeline.chosen"), true);
  assert.equal(await page.evaluate(() => document.activeElement.id), "lines-source");
  // Of advice about a line, that line.
  const { findings } = JSON.parse(command("advice", folder("coremark"), "--format", "json"));
  const index = findings.findIndex((finding) => finding.text.includes(" line "));
  await page.locator("#advice li").nth(index).getByRole("button").click();
  assert.ok((await detail(page)).startsWith(`${findings[index].file}:${findings[index].line} `), await detail(page));
  assert.equal(await isInView(page, "[data-pane=source] .codeline.chosen"), true);
  await close(page);
});

test("another metric changes the numbers and not the place", async () => {
  const page = await open("coremark");
  await page.locator(".frame", { hasText: /^matrix_round$/ }).first().click();
  const path = await page.textContent("#flame-path");
  const zoomed = await page.textContent("#flame-detail");
  await setMetric(page, "mem");
  assert.equal(await page.textContent("#flame-path"), path);
  assert.match(await page.textContent("#flame-detail"), /^matrix_round [\d,]+ mem, .* 100\.00 % of what is shown/);
  assert.equal(await page.locator("#rows .row.chosen > span").first().textContent(), "matrix_round");
  await page.locator("#functions").evaluate((element) => element.scrollIntoView({ behavior: "instant" }));
  assert.equal(await isInView(page, "#rows .row.chosen"), true);
  await setMetric(page, "cycles");
  await page.check("#flame-causes");
  assert.equal(await page.textContent("#flame-path"), path);
  await page.uncheck("#flame-causes");
  assert.equal(await page.textContent("#flame-detail"), zoomed);
  assert.equal(await page.isEnabled("#flame-reset"), true);
  // An outer frame is no part of what is shown.
  await page.locator(".frame.above").first().hover();
  assert.doesNotMatch(await page.textContent("#flame-detail"), /of what is shown/);
  // The other way round, it is another place.
  await page.check("#flame-reversed");
  assert.equal(await page.textContent("#flame-path"), "");
  assert.equal(await page.isEnabled("#flame-reset"), false);
  await close(page);
});

test("the mouse and the keys can be seen in what is selected and chosen", async () => {
  const page = await open("coremark", { colorScheme: "dark" });
  const look = (element) => element.evaluate((e) => { const s = getComputedStyle(e); return `${s.outlineStyle} ${s.outlineWidth} ${s.boxShadow}`; });
  const lit = page.locator("[data-pane=zkasm] .codeline.lit").nth(2);
  const before = await look(lit);
  // The heat stays behind the numbers of what is lit.
  assert.match(await lit.getAttribute("style"), /--hot/);
  await lit.hover();
  assert.notEqual(await look(lit), before);
  // A hover by keyboard goes with the keys.
  await page.locator("#lines-zkasm").focus();
  await page.keyboard.press("ArrowDown");
  await page.locator(".codeline.hovered").first().waitFor();
  await page.locator("#search").focus();
  assert.equal(await page.locator(".codeline.hovered").count(), 0);
  // The current frame is told from the chosen ones, and those from the others.
  await page.locator("#flame").focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
  const frame = page.locator(".frame.current");
  const ring = await look(frame);
  assert.match(await frame.getAttribute("class"), /chosen/);
  await page.keyboard.press("ArrowUp");
  const chosen = page.locator(".frame.chosen").first();
  assert.notEqual(await look(chosen), ring);
  const [, colour] = (await look(chosen)).match(/(rgb\([^)]*\))/);
  const back = await chosen.evaluate((e) => getComputedStyle(e).backgroundColor);
  assert.ok(contrast(colour, back) >= 3, `${colour} on ${back}`);
  await close(page);
});

test("lines, addresses and texts are found", async () => {
  const page = await open("coremark");
  const input = (pane) => page.locator(`[data-pane=${pane}] .find input`);
  const current = (pane) => page.locator(`[data-pane=${pane}] .codeline.found`);
  await input("source").fill(":20");
  await current("source").waitFor();
  assert.equal(await current("source").getAttribute("data-line"), "20");
  await input("zkasm").fill("@540");
  await current("zkasm").waitFor();
  assert.equal(await current("zkasm").locator(".address").textContent(), "540");
  const offset = top("coremark", "--granularity", "wasm").rows.find((row) => row.wasm_offset !== undefined).wasm_offset;
  const hex = Number(offset).toString(16);
  await input("wat").fill(`@0x${hex}`);
  await current("wat").waitFor();
  assert.equal(await current("wat").locator(".address").textContent(), hex);
  // Texts, on and back.
  await input("zkasm").fill("mload(sp)");
  const count = () => page.textContent("[data-pane=zkasm] .find output");
  await page.locator("[data-pane=zkasm] .find output", { hasText: /of \d{2}/ }).waitFor();
  const first = await count();
  await input("zkasm").press("Enter");
  assert.notEqual(await count(), first);
  await input("zkasm").press("Shift+Enter");
  assert.equal(await count(), first);
  assert.match(await current("zkasm").first().textContent(), /MLOAD\(SP\)/);
  await input("zkasm").press("Escape");
  assert.equal(await page.locator("[data-pane=zkasm] .codeline.found").count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.id), "lines-zkasm");
  // Hooks are lines, too, if they are wanted.
  await input("zkasm").fill("$${profile_");
  await page.locator("[data-pane=zkasm] .find output", { hasText: "none" }).waitFor();
  await page.getByLabel("hooks").check();
  await page.locator("[data-pane=zkasm] .find output", { hasText: /\d/ }).waitFor();
  // Functions are found by their file.
  await page.fill("#search", "matrix.c");
  await page.locator("#matches", { hasText: /^[1-9]/ }).waitFor();
  await page.locator("#search").press("Enter");
  await page.locator(".frame.current.match").waitFor();
  await close(page);
});

test("keys scroll no further than they must, and 1 to 4 take the keys along", async () => {
  const page = await open("coremark");
  await page.locator("#lines-zkasm").focus();
  await page.keyboard.press("Home");
  let last = 0;
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("ArrowDown");
    const now = await page.locator("#lines-zkasm").evaluate((element) => element.scrollTop);
    assert.ok(now - last <= 18, `${last} to ${now}`);
    last = now;
  }
  assert.ok(last > 0);
  for (const [key, id] of [["1", "summary"], ["2", "flame"], ["3", "rows"], ["4", "lines-source"]]) {
    await page.keyboard.press(key);
    assert.equal(await page.evaluate(() => document.activeElement.id), id);
  }
  await close(page);
});
