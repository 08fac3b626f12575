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

/** Whether a key is meant for the browser. */
function isForBrowser(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}

/**
 * A scrolled list of rows of one height, of which only those that can be seen exist. Browsers limit how
 * high an element can be, so beyond that the scroll bar moves faster than the rows.
 */
class VirtualList {
  static MAX_HEIGHT = 8_000_000;

  /**
   * `draw(index)` makes a row, `style(row, index)` gives it the classes that come and go; a row is made
   * once for as long as it can be seen. `head` is the height of what sticks to the top.
   */
  constructor(element, rowHeight, draw, style, head = 0) {
    this.element = element;
    this.rowHeight = rowHeight;
    this.draw = draw;
    this.style = style;
    this.head = head;
    this.count = 0;
    this.height = 0;
    this.rows = new Map();
    this.space = make("div", { class: "space" });
    element.classList.add("list");
    element.append(this.space);
    this.pending = false;
    element.addEventListener("scroll", () => this.later(), { passive: true });
    // What is the current row is seen by whoever is there.
    for (const what of ["focus", "blur"]) element.addEventListener(what, () => this.restyle());
    new ResizeObserver(() => this.later()).observe(element);
  }

  setCount(count) {
    this.count = count;
    this.height = Math.min(count * this.rowHeight, VirtualList.MAX_HEIGHT);
    this.space.style.height = `${this.height}px`;
    this.redraw();
  }

  /** Makes every row anew. */
  redraw() {
    this.rows.clear();
    this.space.replaceChildren();
    this.now();
  }

  /** Gives every row its classes anew. */
  restyle() {
    for (const [index, row] of this.rows) this.style(row, index);
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

  /** The height of what is seen of rows. */
  get view() {
    return Math.max(0, this.element.clientHeight - this.head);
  }

  /** How far the rows are scrolled for what the scroll bar is. */
  get offset() {
    const bar = this.height - this.view;
    const rows = this.count * this.rowHeight - this.view;
    return bar <= 0 ? 0 : (this.element.scrollTop / bar) * rows;
  }

  now() {
    const { scrollTop } = this.element;
    const offset = this.offset;
    const first = Math.max(0, Math.floor(offset / this.rowHeight) - 4);
    const end = Math.min(this.count, Math.ceil((offset + this.view) / this.rowHeight) + 4);
    for (const [index, row] of this.rows) {
      if (index >= first && index < end) continue;
      row.remove();
      this.rows.delete(index);
    }
    for (let index = first; index < end; index++) {
      let row = this.rows.get(index);
      if (!row) {
        row = this.draw(index);
        row.dataset.index = index;
        row.id = `${this.element.id}-${index}`;
        this.rows.set(index, row);
        this.space.append(row);
        this.style(row, index);
      }
      row.style.top = `${Math.round(scrollTop + index * this.rowHeight - offset)}px`;
    }
  }

  /** Scrolls a row into view; to the middle, unless it is there. */
  show(index) {
    const at = index * this.rowHeight;
    if (at < this.offset || at + this.rowHeight > this.offset + this.view) {
      const rows = this.count * this.rowHeight - this.view;
      const wanted = Math.min(Math.max(0, at - this.view / 2), Math.max(0, rows));
      this.element.scrollTop = rows <= 0 ? 0 : (wanted / rows) * (this.height - this.view);
    }
    this.now();
    this.restyle();
  }

  /** Tells who reads aloud which row is the current one. */
  mark(index) {
    this.element.setAttribute("aria-activedescendant", `${this.element.id}-${index}`);
  }

  /** The index of the row that an event is about; -1 for none. */
  at(event) {
    const row = event.target.closest("[data-index]");
    return row && this.element.contains(row) ? Number(row.dataset.index) : -1;
  }

  /** How many rows fit. */
  get page() {
    return Math.max(1, Math.floor(this.view / this.rowHeight) - 1);
  }

  /** Where a key leads from a row; undefined if it is none that moves, or nowhere. */
  moved(index, { key }) {
    const to = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + this.page,
      PageUp: index - this.page,
      Home: 0,
      End: this.count - 1,
    }[key];
    if (to === undefined || this.count === 0) return undefined;
    return Math.min(Math.max(0, to), this.count - 1);
  }
}
