// Lists of which only what can be seen exists.

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
    // Each before the one that follows it: who marks text marks it in this order.
    let after = null;
    for (let index = end - 1; index >= first; index--) {
      let row = this.rows.get(index);
      if (!row) {
        row = this.draw(index);
        row.dataset.index = index;
        row.id = `${this.element.id}-${index}`;
        this.rows.set(index, row);
        this.space.insertBefore(row, after);
        this.style(row, index);
      }
      after = row;
      row.style.top = `${Math.round(scrollTop + index * this.rowHeight - offset)}px`;
    }
  }

  /** Scrolls a row into view: to the middle, unless it is there; `isNear` only as far as it must. */
  show(index, isNear = false) {
    const at = index * this.rowHeight;
    const { offset, view } = this;
    const isAbove = at < offset;
    if (isAbove || at + this.rowHeight > offset + view) {
      const rows = this.count * this.rowHeight - view;
      const near = isAbove ? at : at + this.rowHeight - view;
      const wanted = Math.min(Math.max(0, isNear ? near : at - view / 2), Math.max(0, rows));
      this.element.scrollTop = rows <= 0 ? 0 : (wanted / rows) * (this.height - view);
    }
    this.now();
    this.restyle();
  }

  /** The first row that can be seen, and the first after those. */
  get seen() {
    const { offset } = this;
    return [Math.ceil(offset / this.rowHeight - 0.5), Math.floor((offset + this.view) / this.rowHeight + 0.5)];
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
