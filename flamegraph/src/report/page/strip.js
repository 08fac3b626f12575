// The strip beside a pane: where in its text costs are, and what is lit.

class Strip {
  static WIDTH = 12;

  constructor(pane) {
    this.pane = pane;
    this.canvas = make("canvas", { title: "where the costs are; marks at the right are lines that are lit" });
    this.heat = document.createElement("canvas");
    this.canvas.addEventListener("click", (event) => {
      const { list } = pane;
      list.show(Math.min(list.count - 1, Math.floor((event.offsetY / this.canvas.clientHeight) * list.count)));
    });
  }

  /** Where a row is. */
  y(index) {
    const { height } = this.canvas;
    return Math.min(height - 1, Math.floor((index / Math.max(1, this.pane.list.count)) * height));
  }

  /** Draws all of it, with the next frame: the costs and the size may be others. */
  later() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = undefined;
      this.drawHeat();
      this.draw();
    });
  }

  drawHeat() {
    const { pane, canvas } = this;
    const height = canvas.clientHeight;
    for (const image of [canvas, this.heat]) Object.assign(image, { width: Strip.WIDTH, height });
    if (height === 0) return;
    const context = this.heat.getContext("2d");
    const hot = getComputedStyle(document.documentElement).getPropertyValue("--hot");
    const heat = new Float64Array(height);
    for (const [line, own] of pane.own) {
      const index = pane.indexOf(line);
      if (index >= 0) heat[this.y(index)] = Math.max(heat[this.y(index)], own);
    }
    heat.forEach((own, y) => {
      if (own === 0) return;
      context.fillStyle = `rgba(${hot}, ${0.25 + 0.75 * Math.sqrt(own / pane.most)})`;
      context.fillRect(0, y, 8, 2);
    });
  }

  /** Draws what is lit over the costs. */
  draw() {
    const { pane, canvas } = this;
    if (canvas.height === 0 || this.heat.height === 0) return;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.heat, 0, 0);
    const style = getComputedStyle(document.documentElement);
    for (const [indices, colour] of [[pane.selectedRows, "--mark"], [pane.hoveredRows, "--accent"]]) {
      context.fillStyle = style.getPropertyValue(colour);
      for (const index of indices) context.fillRect(6, this.y(index), 6, 2);
    }
  }
}
