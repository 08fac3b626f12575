// What is looked for in a pane's text: words, or `:` and a line, or `@` and an address.

class Find {
  constructor(pane, address) {
    this.pane = pane;
    this.query = "";
    /** The rows that have it, ascending. */
    this.hits = [];
    const what = address ? `a text, :line or @${address}` : "a text or :line";
    this.input = make("input", { type: "search", placeholder: "find", title: `${what}; Enter goes to the next, Shift+Enter to the one before (f)`, "aria-label": `Find in ${pane.title}`, autocomplete: "off", spellcheck: "false" });
    this.count = make("output", { class: "soft" });
    this.element = make("span", { class: "find" }, this.input, this.count);
    this.input.addEventListener("input", () => {
      this.pending ??= requestAnimationFrame(() => this.look());
    });
    this.input.addEventListener("blur", () => codes.hover(pane, -1));
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (event.key === "Enter") {
      if (this.pending !== undefined) this.look();
      else this.step(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      this.input.value = "";
      this.look();
      this.pane.list.element.focus();
    } else return;
    event.preventDefault();
  }

  /** Looks for what is typed, and goes to the first from the current line on. */
  look() {
    if (this.pending !== undefined) cancelAnimationFrame(this.pending);
    this.pending = undefined;
    this.query = this.input.value.trim();
    this.again();
    if (this.hits.length > 0) this.goTo(lowerBound(this.hits, this.pane.current) % this.hits.length);
  }

  /** Looks for the same, in what is now the text. */
  again() {
    const { pane, query } = this;
    const [kind, rest] = [query[0], query.slice(1)];
    if (query === "") this.hits = [];
    else if (kind === ":" && /^\d+$/.test(rest)) this.hits = pane.rowsOf([Number(rest)]);
    else if (kind === "@" && pane.lineAtAddress && /^(0x)?[0-9a-f]+$/i.test(rest)) {
      const line = pane.lineAtAddress(rest);
      this.hits = line === undefined ? [] : pane.rowsOf([line]);
    } else this.hits = pane.lines ? pane.rowsOf(pane.lines.having(query)) : [];
    this.show(-1);
    pane.list.restyle();
  }

  show(at) {
    const count = this.hits.length;
    this.count.textContent = this.query === "" ? "" : count === 0 ? "none" : at < 0 ? grouped(count) : `${grouped(at + 1)} of ${grouped(count)}`;
  }

  step(by) {
    const { hits } = this;
    if (hits.length === 0) return;
    const at = lowerBound(hits, this.pane.current);
    const next = by < 0 ? at - 1 : hits[at] === this.pane.current ? at + 1 : at;
    this.goTo((next + hits.length) % hits.length);
  }

  goTo(at) {
    const { pane } = this;
    pane.current = this.hits[at];
    pane.list.show(pane.current);
    codes.hover(pane, pane.lineAt(pane.current));
    this.show(at);
  }

  has(index) {
    return this.hits[lowerBound(this.hits, index)] === index;
  }
}
