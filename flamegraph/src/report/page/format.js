// Numbers, names, and elements.

const NUMBER = new Intl.NumberFormat("en-US");
const PROOFS = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

function grouped(number) {
  return NUMBER.format(number);
}

/** `12.34 %`, and nothing of nothing. */
function percent(part, whole) {
  if (whole === 0) return "";
  const share = (100 * part) / whole;
  return share > 0 && share < 0.005 ? "<0.01 %" : `${share.toFixed(2)} %`;
}

/** How full something is: in percent of one proof, or, beyond that, in proofs. */
function fullness(used, capacity) {
  return used > capacity ? `${PROOFS.format(used / capacity)} proofs` : percent(used, capacity);
}

// What changes the order of what stands around it, or cannot be seen; tabs are not among them.
const UNSEEN = /[\0-\b\n-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A text of the program with what cannot be seen as escapes, so that it cannot be taken for another. */
function visible(text) {
  return text.replace(UNSEEN, (letter) => `\\u{${letter.charCodeAt(0).toString(16)}}`);
}

/** The same of every text in a value. */
function allVisible(value) {
  if (typeof value === "string") return visible(value);
  if (Array.isArray(value)) return value.map(allVisible);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, value]) => [key, allVisible(value)]));
}

/** An element with attributes, `text` and `style` among them, and children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "style") Object.assign(element.style, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

function rgb([r, g, b]) {
  return `rgb(${r}, ${g}, ${b})`;
}

/** What causes are: as docs/causes.md has it. */
const CAUSES = {
  op: "the operator’s own work",
  written: "as somebody wrote it",
  reload: "a spilled value loaded again",
  wrap: "a 32-bit result brought back into 32 bits",
  align: "a word put together from two, or a part of one cut out",
  spill: "a register stored to the stack for want of registers",
  move: "a copy between registers",
  const: "a constant put into a register",
  address: "a byte address split into word and byte",
  branch: "a jump",
  extend: "a value widened",
  "bounds-check": "whether an address lies inside the memory",
  epilogue: "a function’s exit",
  prologue: "a function’s entry",
  "trap-check": "whether something else traps: a divisor of 0, an exhausted stack",
  "free-input-check": "what pins a value that a prover may choose",
  dispatch: "the choice of a target at run time: br_table, call_indirect",
  startup: "before and after the entry",
  call: "a call, its arguments and results",
};

/** A cause with what it is. */
function explained({ name }) {
  const text = name.startsWith("runtime:") ? "a routine of the runtime" : CAUSES[name];
  return text ? `${name}: ${text}` : name;
}

/** A patch in the colour of a cause. */
function patch(cause) {
  return make("span", { class: "patch", style: { background: rgb(cause.rgb) }, title: explained(cause) });
}

/** What is in a place, `file:line`. */
function place(f) {
  const file = shared.head.files[f.file];
  // The hash of a toolchain's release says nothing to people.
  const short = file?.replace(/^\/rustc\/[0-9a-f]{40}\//, "");
  return file === undefined ? "" : `${short}:${f.line ?? 0}`;
}

/** Whether a key is meant for the browser. */
function isForBrowser(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}
