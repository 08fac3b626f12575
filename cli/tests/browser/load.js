// How long reports take: `node load.js REPORT.html…`. Times are in milliseconds: until the summary and flamegraph
// are there, until everything is; of 30 jumps through the last pane the median and the longest; of selecting a line.

"use strict";

const path = require("node:path");
const { launch } = require("./chrome.js");

async function measure(browser, file) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.addInitScript(() => {
    window.seen = {};
    const look = () => (window.seen[document.documentElement?.dataset.ready] ??= performance.now());
    new MutationObserver(look).observe(document, { subtree: true, attributes: true, childList: true });
  });
  await page.goto(`file://${path.resolve(file)}`);
  await page.locator("html[data-ready=all]").waitFor({ state: "attached", timeout: 120_000 });
  const result = await page.evaluate(async () => {
    const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const timed = async (action) => {
      const begin = performance.now();
      action();
      await drawn();
      return performance.now() - begin;
    };
    const list = [...document.querySelectorAll(".pane .list")].at(-1);
    const jumps = [];
    for (let i = 0; i < 30; i++) jumps.push(await timed(() => (list.scrollTop = (list.scrollHeight * i) / 30)));
    jumps.sort((a, b) => a - b);
    const select = await timed(() => [...document.querySelectorAll(".codeline")].at(-1).click());
    const elements = document.querySelectorAll("*").length;
    return { summary: window.seen.head, everything: window.seen.all, jump: jumps[15], longest: jumps[29], select, elements };
  });
  await page.close();
  return Object.entries(result).map(([name, value]) => `${name} ${Math.round(value)}`);
}

(async () => {
  const browser = await launch();
  for (const file of process.argv.slice(2)) console.log(path.basename(file), ...(await measure(browser, file)));
  await browser.close();
})();
