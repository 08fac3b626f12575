// Reports of a few programs, and a Chromium to open them in.

"use strict";

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { launch } = require("./chrome.js");

const ROOT = path.resolve(__dirname, "../../..");
const FOLDER = fs.mkdtempSync(path.join(os.tmpdir(), "zkasm-profile-report-"));
let browser;

function command(...args) {
  const cargo = ["run", "--quiet", "--locked", "-p", "zkasm-profile", "--", ...args];
  try {
    return execFileSync("cargo", cargo, { cwd: ROOT, encoding: "utf8" });
  } catch (error) {
    // A trap is an answer.
    if (error.status === 1) return error.stdout;
    throw error;
  }
}

const folder = (name) => path.join(FOLDER, name);

/** Opens a report and waits until all of it is there; nothing may go wrong, and nothing be loaded. */
async function open(name, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, ...options });
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => problems.push(message.text()));
  const file = `file://${folder(name)}/${name}.html`;
  page.on("request", (request) => request.url() !== file && problems.push(`loads ${request.url()}`));
  await page.goto(file);
  // Through a selector: the page's policy forbids what evaluates texts.
  await page.locator("html[data-ready=all]").waitFor({ state: "attached" });
  page.problems = problems;
  return page;
}

async function close(page) {
  assert.deepEqual(page.problems, []);
  await page.close();
}

/** A picture of what a person sees from a section on. */
async function picture(page, name, section = "summary") {
  const where = process.env.SCREENSHOTS;
  if (!where) return;
  await page.locator(`#${section}`).evaluate((element) => element.scrollIntoView({ behavior: "instant" }));
  await page.screenshot({ path: path.join(where, `${name}.png`) });
}

const number = (text) => Number(text.replaceAll(",", ""));
const top = (name, ...args) => JSON.parse(command("top", folder(name), "-n", "0", "--format", "json", ...args));

/** Every row of a list, by scrolling through it: what `read` makes of each, by its place. */
async function allRows(page, list, read) {
  const rows = await page.locator(list).evaluate(async (element, source) => {
    const read = {
      cells: (row) => [...row.children].map((cell) => cell.textContent),
      line: (row) => [row.dataset.line, row.querySelector(".own").textContent],
    }[source];
    const seen = {};
    for (let y = 0; ; y += element.clientHeight / 2) {
      element.scrollTop = y;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      for (const row of element.querySelectorAll(".space > *")) seen[row.dataset.index] = read(row);
      if (y > element.scrollHeight) break;
    }
    element.scrollTop = 0;
    return seen;
  }, read);
  return Object.values(rows);
}

/** The table of functions: name, self, total, calls. */
async function tableRows(page) {
  const rows = await allRows(page, "#rows", "cells");
  return rows.map(([name, own, , total, , calls]) => ({
    name: name.replace(/ \(inline\)$/, ""),
    own: number(own),
    total: number(total),
    calls: number(calls || "0"),
  }));
}

/** Profiles programs, by the names of their modules, and starts the browser. */
async function begin(programs) {
  for (const [name, args] of Object.entries(programs)) command("profile", ...args, "-o", folder(name));
  browser = await launch();
}

async function end() {
  await browser?.close();
  fs.rmSync(FOLDER, { recursive: true });
}

/** Chooses a metric by its name. */
async function setMetric(page, name) {
  const labels = await page.locator("#metric option").allTextContents();
  await page.selectOption("#metric", { label: labels.find((label) => label.startsWith(`${name} `)) });
}

/** Chooses a source file by the end of its name. */
async function openFile(page, name) {
  const labels = await page.locator(".pane option").allTextContents();
  await page.selectOption(".pane select", { label: labels.find((label) => label.replace(/ — .*| \(not here\)$/g, "").endsWith(name)) });
}

/** The contrast of two colours, as WCAG has it. */
function contrast(...colours) {
  const [one, other] = colours
    .map((colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number))
    .map((rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)))
    .map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b)
    .sort((a, b) => b - a);
  return (one + 0.05) / (other + 0.05);
}

module.exports = { allRows, begin, close, command, contrast, end, folder, number, open, openFile, picture, setMetric, tableRows, top };

