// The Chromium that reports are opened in.

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Starts it without a window: the one that CHROME names, or the first in PATH. */
function launch() {
  const folders = process.env.PATH.split(path.delimiter);
  const files = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  const executablePath = [process.env.CHROME, ...files].find((file) => file && fs.existsSync(file));
  if (!executablePath) throw new Error(`none of ${NAMES.join(", ")} is in PATH, and CHROME names none`);
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

module.exports = { launch };
