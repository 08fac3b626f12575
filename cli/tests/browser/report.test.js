// The report, driven as a person would, in a Chromium without a window.
//
// Needs Chromium or Chrome (CHROME names one that is elsewhere), and `npm ci` in this folder. With
// SCREENSHOTS=DIR, pictures of what the tests see go there.

"use strict";

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { allRows, begin, close, command, contrast, end, folder, number, open, picture, tableRows, top } = require("./harness.js");

const PROGRAMS = {
  fibonacci: ["corpus/fibonacci/fibonacci.wasm", "--arg", "100"],
  coremark: ["corpus/coremark/coremark.wasm", "--arg", "1"],
  traps: ["corpus/traps/traps.wasm", "--invoke", "recursion", "--arg", "100000000"],
  modexp: ["corpus/handwritten/modexp.zkasm"],
  bulk: ["filetests/bulk.wat", "--invoke", "fill", "--arg", "1", "--arg", "2"],
};

before(() => begin(PROGRAMS));
after(end);

test("the summary says what happened and whether it fits", async () => {
  const page = await open("fibonacci");
  const sum = top("fibonacci").sum.toLocaleString("en-US");
  assert.match(await page.textContent("#outcome"), /^fibonacci\(i32:100\) of fibonacci.wasm halted with i64:/);
  const verdicts = await page.textContent("#verdicts");
  assert.ok(verdicts.includes(`of all ${sum}.`), verdicts);
  assert.match(verdicts, /Too few registers: spills and reloads are \d+\.\d\d % of all cycles/);
  assert.match(verdicts, /It fits one proof: the fullest state machine, cycles, is 0\.11 % full/);
  assert.equal(await page.locator("#machines .meter").count(), 6);
  // The advice is the command's, and leads to the code.
  const { findings } = JSON.parse(command("advice", folder("fibonacci"), "--format", "json"));
  const advice = await page.locator("#advice li").allTextContents();
  assert.equal(advice.length, findings.length);
  for (const [index, { text }] of findings.entries()) assert.ok(advice[index].startsWith(text), advice[index]);
  await page.locator("#advice button").first().click();
  await page.locator("#rows .row.chosen").waitFor();
  await close(page);
});

test("tables agree with the command, for every metric", async () => {
  for (const name of ["fibonacci", "coremark", "modexp"]) {
    const page = await open(name);
    const metrics = await page.locator("#metric option:not([disabled])").allTextContents();
    assert.ok(metrics.length > 4);
    for (const text of metrics) {
      const [metric, sum] = text.split(" — ");
      await page.selectOption("#metric", { label: text });
      const ours = top(name, "--metric", metric);
      assert.equal(number(sum), ours.sum);
      // Names that several functions have are compared as a whole.
      const key = ({ name, own, total }) => `${name} ${own} ${total}`;
      const expected = ours.rows.map((row) => key({ name: row.function, own: row.self, total: row.total }));
      assert.deepEqual((await tableRows(page)).map(key).sort(), expected.sort(), `${name} by ${metric}`);
    }
    await close(page);
  }
});

test("the search finds frames and functions", async () => {
  const page = await open("fibonacci");
  await page.keyboard.press("/");
  await page.keyboard.type("SUM");
  await page.locator("#matches", { hasText: /^1 found$/ }).waitFor();
  assert.deepEqual(await page.locator(".frame.match").allTextContents(), ["fibonacci::sum"]);
  assert.deepEqual((await tableRows(page)).map((row) => row.name), ["fibonacci::sum"]);
  const { total } = top("fibonacci").rows.find((row) => row.function === "fibonacci::sum");
  assert.match(await page.textContent("#flame-detail"), new RegExp(`“sum”: ${total.toLocaleString("en-US")} cycles`));
  await picture(page, "search");
  await page.keyboard.press("Escape");
  await page.locator(".frame.match").waitFor({ state: "detached" });
  assert.equal(await page.inputValue("#search"), "");
  // What finds nothing leaves nothing to choose.
  await page.keyboard.press("/");
  await page.keyboard.type("zzzz");
  await page.locator("#table .note").waitFor();
  await page.keyboard.press("Tab");
  await page.locator("#rows").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await close(page);
});

test("a click on a frame zooms, and shows the function's code", async () => {
  const page = await open("fibonacci");
  await page.locator(".frame", { hasText: /^fibonacci::sum$/ }).click();
  const width = await page.locator("#flame").evaluate((box) => box.clientWidth);
  const frame = page.locator(".frame", { hasText: /^fibonacci::sum$/ });
  const box = await frame.boundingBox();
  assert.ok(box.width > 0.99 * width, `${box.width} of ${width}`);
  assert.match(await page.textContent("#flame-detail"), /^fibonacci::sum 1,416 cycles, 15\.10 %, 100\.00 % of what is shown/);
  assert.equal(await page.locator("#rows .row.chosen > span").first().textContent(), "fibonacci::sum");
  await page.locator("[data-pane=source] .codeline", { hasText: "fn sum(" }).waitFor();
  await page.locator("[data-pane=wat] .codeline", { hasText: "9fibonacci3sum" }).waitFor();
  // Back to everything.
  await page.click("#flame-reset");
  const [first] = await page.locator(".frame").allTextContents();
  assert.equal(first, "[startup]");
  assert.ok((await frame.boundingBox()).width < 0.5 * width);
  await close(page);
});

test("a selected line lights up what belongs to it in the other panes", async () => {
  const page = await open("fibonacci");
  await page.locator("[data-pane=source] .codeline", { hasText: "*slot = pair.this;" }).click();
  const isLit = (pane, text) => page.locator(`[data-pane=${pane}] .codeline.lit`, { hasText: text }).first().waitFor();
  await isLit("wat", "i64.store");
  await isLit("zkasm", ":MSTORE(MEM:E)");
  // What it costs is what the command says of the line.
  const line = top("fibonacci", "--granularity", "line").rows.find((row) => row.line === 75);
  const detail = await page.textContent("#code-detail");
  assert.match(detail, new RegExp(`^corpus/fibonacci/src/lib.rs:75 ${line.self.toLocaleString("en-US")} cycles itself, [\\d.]+ %; 11 lines`));
  assert.match(detail, /Causes: .*op \d+/);
  await picture(page, "selected", "code");

  // From a line of zkASM back to the source.
  await page.locator("[data-pane=zkasm] .codeline", { hasText: ":MSTORE(MEM:E)" }).first().click();
  await isLit("source", "*slot = pair.this;");
  assert.match(await page.textContent("#code-detail"), /zkPC \d+ in fibonacci::remember .* for i64\.store/);
  // And from the WAT to both.
  await page.locator("[data-pane=wat] .codeline", { hasText: "i64.store" }).first().click();
  await isLit("zkasm", ":MSTORE(MEM:E)");

  // Hovering lights up, too, and lets go.
  await page.locator("[data-pane=wat] .codeline", { hasText: "i64.store" }).last().hover();
  const hovered = page.locator(".codeline.hovered").first();
  await hovered.waitFor();
  await page.mouse.move(5, 5);
  await hovered.waitFor({ state: "detached" });
  await close(page);
});

test("an inlined function is found in what it was inlined into", async () => {
  const page = await open("coremark");
  const name = "crc32_nibble";
  await page.locator("#rows .row", { hasText: `${name} (inline)` }).click();
  await page.locator("[data-pane=source] .codeline.chosen", { hasText: "crc32_nibbles" }).waitFor();
  await page.locator("[data-pane=zkasm] .codeline.lit").first().waitFor();
  assert.match(await page.textContent("#code-detail"), new RegExp(`in ${name}`));
  assert.match(await page.textContent("#function-detail"), new RegExp(`^${name} itself [\\d,]+ cycles .*op \\d+\\.\\d\\d %`));
  await close(page);
});

test("a line has what it costs itself, with what is inlined there and with what it calls", async () => {
  const page = await open("coremark");
  const rows = top("coremark", "--granularity", "line").rows;
  const inlining = rows.find((row) => row.file?.endsWith("crc.c") && row.line === 30);
  await page.selectOption(".pane select", { label: (await page.locator(".pane option").allTextContents()).find((text) => text.includes("crc.c")) });
  await page.locator('[data-pane=source] [data-line="30"]').click();
  const detail = await page.textContent("#code-detail");
  const [, own, inlined] = detail.match(/:30 ([\d,]+) cycles itself.*?with what is inlined there ([\d,]+)/);
  assert.equal(number(own), inlining.self);
  assert.ok(number(inlined) > number(own) && number(inlined) <= inlining.total, detail);
  await close(page);
});

test("lines of every pane are those of the command, and add up to the run", async () => {
  for (const name of ["fibonacci", "coremark"]) {
    const page = await open(name);
    const sum = (rows) => rows.reduce((sum, [, own]) => sum + (own === "" ? 0 : number(own)), 0);
    assert.equal(sum(await allRows(page, "[data-pane=zkasm] .list", "line")), top(name).sum, name);
    const wasm = top(name, "--granularity", "wasm").rows.filter((row) => row.wasm_offset !== undefined);
    assert.equal(sum(await allRows(page, "[data-pane=wat] .list", "line")), wasm.reduce((sum, row) => sum + row.self, 0));
    const lines = top(name, "--granularity", "line").rows.filter((row) => row.line !== undefined);
    const files = await page.locator(".pane option").evaluateAll((options) => options.map((option) => [option.value, option.textContent]));
    let all = 0;
    for (const [value, text] of files) {
      await page.selectOption(".pane select", value);
      const file = text.replace(/ — .*| \(not here\)$/g, "");
      const own = new Map();
      for (const row of lines.filter((row) => row.file === file)) own.set(String(row.line), (own.get(String(row.line)) ?? 0) + row.self);
      const shown = await allRows(page, "[data-pane=source] .list", "line");
      for (const [line, text] of shown) assert.equal(text === "" ? 0 : number(text), own.get(line) ?? 0, `${file}:${line}`);
      all += sum(shown);
    }
    assert.equal(all, lines.reduce((sum, row) => sum + row.self, 0));
    await close(page);
  }
});

test("the browser's own keys and the mouse's own ways are left alone", async () => {
  const page = await open("fibonacci");
  await page.evaluate(() => {
    window.prevented = [];
    window.addEventListener("keydown", (event) => event.defaultPrevented && window.prevented.push(event.key));
  });
  for (const [box, keys] of [["#flame", ["Alt+ArrowLeft"]], ["#rows", ["Control+Home"]], ["#lines-zkasm", ["Control+p", "Control+n"]]]) {
    await page.locator(box).focus();
    for (const key of keys) await page.keyboard.press(key);
  }
  assert.deepEqual(await page.evaluate(() => window.prevented), []);
  await page.keyboard.press("Escape");
  // Text can be marked, without line numbers, and stays so.
  const line = page.locator("[data-pane=zkasm] .codeline .text", { hasText: ":MSTORE" }).first();
  await line.scrollIntoViewIfNeeded();
  const text = await line.textContent();
  const box = await line.boundingBox();
  await page.mouse.move(box.x + 1, box.y + 9);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 20, box.y + 9, { steps: 5 });
  await page.mouse.up();
  const marked = await page.evaluate(() => String(getSelection()));
  assert.ok(marked.length > 3 && text.includes(marked), `“${marked}” of “${text}”`);
  assert.equal(await page.locator(".codeline.chosen").count(), 0);
  await close(page);
});

test("everything can be done by keyboard", async () => {
  const page = await open("fibonacci");
  await page.keyboard.press("2");
  await page.keyboard.press("ArrowDown");
  assert.match(await page.textContent("#flame-detail"), /^\[startup\]/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const first = await page.textContent("#flame-detail");
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await page.textContent("#flame-detail"), first);
  const id = await page.getAttribute("#flame", "aria-activedescendant");
  assert.match(await page.getAttribute(`#${id}`, "aria-label"), /%/);
  await page.keyboard.press("Enter");
  assert.equal(await page.isEnabled("#flame-reset"), true);
  for (let i = 0; i < 3; i++) await page.keyboard.press("Escape");
  assert.equal(await page.isEnabled("#flame-reset"), false);

  await page.keyboard.press("3");
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#rows .row.chosen").count(), 1);
  const names = async () => (await tableRows(page)).map((row) => row.name);
  const before = await names();
  await page.locator("#table [role=columnheader] button").first().focus();
  await page.keyboard.press("Enter");
  const sorted = await names();
  assert.notDeepEqual(sorted, before);
  assert.deepEqual(sorted, [...sorted].sort());
  // The focus stays where it is: the same key sorts the other way.
  await page.keyboard.press("Enter");
  assert.deepEqual(await names(), sorted.reverse());

  await page.keyboard.press("4");
  await page.locator("[data-pane=source] .codeline.current").waitFor();
  await page.keyboard.press("h");
  await page.keyboard.press("Enter");
  await page.locator("[data-pane=source] .codeline.chosen").waitFor();
  const active = await page.getAttribute("#lines-source", "aria-activedescendant");
  assert.equal(await page.getAttribute(`#${active}`, "aria-selected"), "true");
  await page.locator("[data-pane=zkasm] .codeline.lit").first().waitFor();
  await page.locator("[data-pane=zkasm] .list").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("n");
  await page.locator("[data-pane=zkasm] .codeline.lit.current").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".codeline.lit").first().waitFor({ state: "detached" });

  await page.keyboard.press("?");
  assert.equal(await page.isVisible("#keys"), true);
  await page.keyboard.press("Escape");
  await page.keyboard.press("m");
  assert.equal(await page.evaluate(() => document.activeElement.id), "metric");
  await close(page);
});

test("causes and reversed stacks add up, too", async () => {
  const page = await open("fibonacci");
  const widths = async () => {
    const frames = await page.locator(".frame").evaluateAll((frames) => frames.filter((frame) => frame.style.top === "0px").map((frame) => parseFloat(frame.style.width)));
    return frames.reduce((a, b) => a + b, 0) / (await page.locator("#flame").evaluate((box) => box.clientWidth));
  };
  assert.ok((await widths()) > 0.99);
  await page.check("#flame-causes");
  assert.ok((await page.locator('.frame[aria-label^="[spill]"]').count()) > 0);
  await page.check("#flame-reversed");
  // Causes come first then; together they are the run.
  const causes = await page.locator(".frame").evaluateAll((frames) => frames.filter((frame) => frame.style.top === "0px").map((frame) => frame.getAttribute("aria-label")));
  assert.ok(causes.every((label) => label.startsWith("[")), String(causes));
  assert.ok((await widths()) > 0.97);
  await picture(page, "causes");
  await close(page);
});

test("traps, modules without debug information and programs without a compiler have reports", async () => {
  const trapped = await open("traps");
  assert.match(await trapped.textContent("#outcome"), /trapped: stack-overflow/);
  assert.match(await trapped.textContent("#stack"), /^at traps::down \(corpus\/traps\/src\/lib\.rs:\d+/);
  await close(trapped);
  const bare = await open("bulk");
  assert.equal(await bare.textContent("#title"), "bulk: fill(i32:1, i32:2)");
  assert.equal(await bare.isVisible("#stack"), false);
  assert.deepEqual(await bare.locator(".pane h3").allTextContents(), ["WAT", "zkASM"]);
  await bare.locator("[data-pane=wat] .codeline", { hasText: "i64.load8_u" }).click();
  await bare.locator("[data-pane=zkasm] .codeline.lit").first().waitFor();
  await close(bare);
  const written = await open("modexp");
  assert.deepEqual(await written.locator(".pane h3").allTextContents(), ["Source"]);
  assert.match(await written.textContent("#code-title"), /^Source cycles/);
  const line = written.locator("[data-pane=source] .codeline .own:not(:empty)").first();
  await line.waitFor();
  await picture(written, "handwritten", "code");
  await close(written);
});

test("it can be read in dark and in light", async () => {
  const backgrounds = new Set();
  for (const colorScheme of ["dark", "light"]) {
    const page = await open("coremark", { colorScheme });
    const panel = await page.locator(".pane").first().evaluate((element) => getComputedStyle(element).backgroundColor);
    backgrounds.add(panel);
    await page.locator("[data-pane=source] .codeline .own:not(:empty)").first().click();
    await page.locator("#rows .row").nth(2).click();
    await page.locator(".codeline.lit").first().waitFor();
    // Every text that is there, on what is behind it.
    const texts = await page.evaluate(() => {
      const blend = (over, under) => {
        const [r, g, b, a = 1] = over.match(/[\d.]+/g).map(Number);
        const behind = under.match(/[\d.]+/g).map(Number);
        return `rgb(${[r, g, b].map((value, i) => value * a + behind[i] * (1 - a)).join(", ")})`;
      };
      const back = (element) => {
        const own = getComputedStyle(element).backgroundColor;
        if (element === document.documentElement) return blend(own, "rgb(255, 255, 255)");
        return /, 0\)$/.test(own) ? back(element.parentElement) : blend(own, back(element.parentElement));
      };
      const found = {};
      for (const element of document.querySelectorAll("main *, #bar *")) {
        const isText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
        if (!isText || element.disabled || element.closest("[hidden], option, select, dialog") || !element.checkVisibility({ visibilityProperty: true })) continue;
        const { color } = getComputedStyle(element);
        found[`${color} on ${back(element)}`] ??= `${element.className || element.tagName} “${element.textContent.slice(0, 30)}” in ${element.parentElement.className}`;
      }
      return found;
    });
    assert.ok(Object.keys(texts).length > 10);
    for (const [colours, what] of Object.entries(texts)) {
      const ratio = contrast(...colours.split(" on "));
      assert.ok(ratio >= 4.5, `${what}, ${colours} in ${colorScheme}: ${ratio.toFixed(2)}`);
    }
    await picture(page, colorScheme);
    await picture(page, `${colorScheme}-code`, "code");
    // The button overrules the system.
    const other = { dark: "light", light: "dark" };
    const background = () => page.locator(".pane").first().evaluate((element) => getComputedStyle(element).backgroundColor);
    for (const theme of [other[colorScheme], colorScheme]) {
      await page.keyboard.press("t");
      assert.equal(await page.textContent("#theme"), `Theme: ${theme}`);
      assert.equal((await background()) === panel, theme === colorScheme);
    }
    // It is kept, where pages may keep something.
    await page.reload();
    assert.equal(await page.textContent("#theme"), `Theme: ${colorScheme}`);
    await page.locator("html[data-ready=all]").waitFor({ state: "attached" });
    await page.keyboard.press("t");
    assert.equal(await page.textContent("#theme"), "Theme: auto");
    await close(page);
  }
  assert.equal(backgrounds.size, 2);
});

test("only what can be seen exists", async () => {
  const page = await open("coremark");
  const lines = await page.locator("[data-pane=zkasm] .list").evaluate((list) => list.scrollHeight / 18 - 1);
  assert.ok(lines > 5_000, `${lines} lines`);
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  assert.ok(elements < 5_000, `${elements} elements`);
  await page.locator("[data-pane=zkasm] .list").evaluate((list) => (list.scrollTop = list.scrollHeight));
  await page.locator(`[data-pane=zkasm] [data-index="${lines - 1}"]`).waitFor();
  assert.ok((await page.evaluate(() => document.querySelectorAll("*").length)) < 5_000);
  await close(page);
});
