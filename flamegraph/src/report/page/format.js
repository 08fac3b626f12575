// Numbers, elements, and lists of which only what can be seen exists.

const NUMBER = new Intl.NumberFormat("en-US");

function grouped(number) {
  return NUMBER.format(number);
}

/** `12.34 %`, and nothing of nothing. */
function percent(part, whole) {
  return whole === 0 ? "" : `${((100 * part) / whole).toFixed(2)} %`;
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

/** A patch in the colour of a cause. */
function patch(cause) {
  return make("span", { class: "patch", style: { background: rgb(cause.rgb) }, title: cause.name });
}

/** What is in a place, `file:line`. */
function place(f) {
  const file = shared.head.files[f.file];
  // The hash of a toolchain's release says nothing to people.
  const short = file?.replace(/^\/rustc\/[0-9a-f]{40}\//, "");
  return file === undefined ? "" : `${short}:${f.line ?? 0}`;
}

/**
 * A scrolled list of rows of one height, of which only those that can be seen exist. Browsers limit how
 * high an element can be, so beyond that the scroll bar moves faster than the rows.
 */
class VirtualList {
  static MAX_HEIGHT = 8_000_000;

  /** `draw(index)` makes a row. */
  constructor(element, rowHeight, draw) {
    this.element = element;
    this.rowHeight = rowHeight;
    this.draw = draw;
    this.count = 0;
    this.space = make("div", { class: "space" });
    element.classList.add("list");
    element.append(this.space);
    this.pending = false;
    element.addEventListener("scroll", () => this.later(), { passive: true });
    new ResizeObserver(() => this.later()).observe(element);
  }

  setCount(count) {
    this.count = count;
    this.height = Math.min(count * this.rowHeight, VirtualList.MAX_HEIGHT);
    this.space.style.height = `${this.height}px`;
    this.now();
  }

  /** Draws with the next frame. */
  later() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.now();
    });
  }

  /** How far the rows are scrolled for what the scroll bar is. */
  get offset() {
    const { clientHeight, scrollTop } = this.element;
    const bar = this.height - clientHeight;
    const rows = this.count * this.rowHeight - clientHeight;
    return bar <= 0 ? 0 : (scrollTop / bar) * rows;
  }

  now() {
    const { clientHeight, scrollTop } = this.element;
    const offset = this.offset;
    const first = Math.max(0, Math.floor(offset / this.rowHeight) - 4);
    const end = Math.min(this.count, Math.ceil((offset + clientHeight) / this.rowHeight) + 4);
    const rows = [];
    for (let index = first; index < end; index++) {
      const row = this.draw(index);
      row.style.top = `${Math.round(scrollTop + index * this.rowHeight - offset)}px`;
      row.dataset.index = index;
      rows.push(row);
    }
    this.space.replaceChildren(...rows);
  }

  /** Scrolls a row into view; to the middle, unless it is there. */
  show(index) {
    const { clientHeight } = this.element;
    const at = index * this.rowHeight;
    if (at >= this.offset && at + this.rowHeight <= this.offset + clientHeight) {
      this.now();
      return;
    }
    const rows = this.count * this.rowHeight - clientHeight;
    const wanted = Math.min(Math.max(0, at - clientHeight / 2), Math.max(0, rows));
    const bar = this.height - clientHeight;
    this.element.scrollTop = rows <= 0 ? 0 : (wanted / rows) * bar;
    this.now();
  }

  /** The index of the row that an event is about; -1 for none. */
  at(event) {
    const row = event.target.closest("[data-index]");
    return row && this.element.contains(row) ? Number(row.dataset.index) : -1;
  }

  /** How many rows fit. */
  get page() {
    return Math.max(1, Math.floor(this.element.clientHeight / this.rowHeight) - 1);
  }

  /** Where a key leads from a row; undefined if it is none that moves. */
  moved(index, key) {
    const to = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + this.page,
      PageUp: index - this.page,
      Home: 0,
      End: this.count - 1,
    }[key];
    return to === undefined ? undefined : Math.min(Math.max(0, to), this.count - 1);
  }
}
