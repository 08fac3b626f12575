// Reports that are hard to show: long and hostile names, small screens, more than one proof, old browsers.

"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { allRows, begin, close, command, end, folder, number, open, setMetric, top } = require("./harness.js");

const LONG = "b".repeat(300);
// A name that would be read backwards, one with markup, and one that scripts have a use for.
const HOSTILE = `(module
  (func $rec (param i32) (result i32)
    local.get 0 i32.eqz if (result i32) i32.const 1 else local.get 0 i32.const 1 i32.sub call $again local.get 0 i32.add end)
  (func $again (@name "</script><script>document.title='pwned'</script>") (param i32) (result i32) local.get 0 call $rec)
  (func $long (@name "${LONG}") (param i32) (result i32) local.get 0 call $rec i32.const 7 i32.mul)
  (func $rtl (@name "\\u{202e}evil\\u{202c} ; name\\nline") (param i32) (result i32) local.get 0 call $long)
  (func $p (@name "__proto__") (param i32) (result i32) local.get 0 call $rtl)
  (func (export "main") (param i32) (result i32) local.get 0 call $p))`;

before(async () => {
  const wat = path.join(folder("."), "hostile.wat");
  fs.writeFileSync(wat, HOSTILE);
  await begin({
    hostile: [wat, "--invoke", "main", "--arg", "5"],
    regions: ["corpus/regions/regions.wasm", "--arg", "64"],
    // More than a proof holds, and names of Rust's generic code.
    crypto: ["corpus/crypto/crypto.wasm", "--invoke", "sign", "--arg", "1", "--arg", "2"],
    traps: ["corpus/traps/traps.wasm", "--invoke", "recursion", "--arg", "100000000"],
  });
});
after(end);

const isAsWide = async (page, what) => {
  const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= window, `${what}: ${wide} of ${window}`);
};

test("names are what they are", async () => {
  const page = await open("hostile");
  assert.equal(await page.title(), "hostile · zkasm-profile");
  const names = await page.locator("#rows .row > span:first-child").allTextContents();
  for (const name of ["__proto__", LONG, "\\u{202e}evil\\u{202c} ; name\\u{a}line", "</script><script>document.title='pwned'</script>"]) {
    assert.ok(names.includes(name), name);
  }
  await page.locator(".frame", { hasText: /^b+$/ }).first().click();
  await isAsWide(page, "zoomed to a long name");
  assert.doesNotMatch(await page.evaluate(() => document.body.innerText), /[\u202a-\u202e\u2066-\u2069]/);
  await close(page);
});

test("a call of recursion costs what the outermost does", async () => {
  const page = await open("hostile");
  const row = top("hostile").rows.find((row) => row.function === "rec");
  const cells = await page.locator("#rows .row", { hasText: /^rec/ }).locator("> span").allTextContents();
  // Called six times, of which five are inside of the first.
  assert.deepEqual([cells[5], number(cells[6])], ["6", row.total]);
  await close(page);
});

test("it fits the screen", async () => {
  for (const width of [1400, 1280, 800, 390]) {
    for (const name of ["crypto", "regions", "hostile"]) {
      const page = await open(name, { viewport: { width, height: 844 }, reducedMotion: "reduce" });
      await isAsWide(page, `${name} at ${width}`);
      // No number is cut.
      const cut = await page.locator(".number").evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent));
      assert.deepEqual(cut, [], `${name} at ${width}`);
      for (const section of ["summary", "flamegraph", "functions", "code"]) {
        await page.locator(`#bar nav a[href="#${section}"]`).click();
        const title = await page.locator(`#${section}-title`).evaluate((e) => e.getBoundingClientRect().top);
        const bar = await page.locator("#bar").evaluate((e) => e.getBoundingClientRect().bottom);
        assert.ok(title >= bar, `${name} at ${width}: ${section} at ${title} below ${bar}`);
      }
      // A line, what is linked to it, and what is said of it are seen together.
      const seen = await page.locator(".pane .list, #code-detail").evaluateAll((all) => all.map((e) => e.getBoundingClientRect().top < innerHeight - 30));
      assert.ok(seen.every((is) => is), `${name} at ${width}: ${seen}`);
      await close(page);
    }
  }
});

test("more than one proof is said in proofs", async () => {
  const page = await open("crypto");
  assert.match(await page.textContent("#verdicts"), /It does not fit one proof: cycles alone would fill \d\.\d proofs, so 2 are needed/);
  assert.match(await page.textContent("#machines"), /cycles[\d,]+\d\.\d proofs/);
  // Something that is there is not nothing.
  const shares = (await allRows(page, "#rows", "cells")).map((cells) => [cells[1], cells[2]]);
  assert.ok(shares.some(([own, share]) => own !== "0" && share === "<0.01 %"), String(shares));
  assert.ok(shares.every(([own, share]) => (own === "0") === (share === "0.00 %")), String(shares));
  // Of calls, no verdict about registers.
  assert.match(await page.textContent("#verdicts"), /Too few registers/);
  await setMetric(page, "calls");
  assert.doesNotMatch(await page.textContent("#verdicts"), /Too few registers/);
  await setMetric(page, "cycles");
  await close(page);
});

test("a search and a reversed graph do not keep one waiting", async () => {
  const page = await open("crypto");
  const frames = await page.locator(".frame").count();
  assert.ok(frames > 300, `${frames} frames`);
  // The frames stay the ones they were.
  await page.locator(".frame").first().evaluate((frame) => (frame.kept = true));
  await page.fill("#search", "field");
  await page.locator(".frame.match").first().waitFor();
  assert.equal(await page.locator(".frame").first().evaluate((frame) => frame.kept), true);
  await page.fill("#search", "");
  await page.locator(".frame.match").first().waitFor({ state: "detached" });
  const took = await page.evaluate(() => {
    const begin = performance.now();
    document.getElementById("flame-reversed").click();
    return performance.now() - begin;
  });
  assert.ok(took < 500, `${took} ms`);
  // Its outermost frames are the functions by their own cost.
  const own = await page.locator(".frame").evaluateAll((frames) => frames.filter((frame) => frame.style.top === "0px").map((frame) => frame.title));
  const [most] = top("crypto").rows;
  assert.ok(own[0].startsWith(`${most.function}\n${most.self.toLocaleString("en-US")},`), own[0]);
  await close(page);
});

test("regions have their costs", async () => {
  const page = await open("regions");
  const { rows } = JSON.parse(command("regions", folder("regions"), "--format", "json"));
  const cells = await page.locator("#regions tbody tr").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
  assert.deepEqual(
    cells.map((row) => [row[0], ...row.slice(1, 6).map(number)]),
    rows.map(({ region, count, min, average, max, total }) => [region, count, min, Math.round(10 * average) / 10, max, total]),
  );
  await close(page);
  const without = await open("hostile");
  assert.equal(await without.isVisible("#regions-card"), false);
  await close(without);
});

test("a deep stack is folded", async () => {
  const page = await open("traps");
  const lines = (await page.textContent("#stack")).split("\n");
  assert.ok(lines.length < 10, lines.join("\n"));
  assert.match(lines.join("\n"), /… this \d+ times more/);
  await close(page);
});

test("what a browser is too old for is said", async () => {
  const file = path.join(folder("hostile"), "hostile.html");
  const page = await open("hostile");
  await page.addInitScript(() => delete window.DecompressionStream);
  await page.reload();
  await page.locator("main [role=alert]", { hasText: "this browser is too old" }).waitFor();
  await page.close();
  // A script that it cannot even read.
  const old = path.join(folder("."), "old.html");
  fs.writeFileSync(old, fs.readFileSync(file, "utf8").replace('"use strict";', '"use strict"; ?'));
  const other = await open("hostile");
  await other.goto(`file://${old}`);
  await other.locator("#too-old").waitFor();
  await other.close();
});
