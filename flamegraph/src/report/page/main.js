// The page as a whole: the bar above, keys, and the order in which its parts come to life.

const THEMES = ["auto", "dark", "light"];

function initTheme() {
  const button = document.getElementById("theme");
  let theme = "auto";
  const set = (to) => {
    theme = to;
    button.textContent = `Theme: ${to}`;
    if (to === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = to;
    codes.panes.forEach((pane) => pane.drawMap());
  };
  button.addEventListener("click", () => set(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]));
}

function initBar() {
  const { head } = shared;
  const metric = document.getElementById("metric");
  head.metrics.forEach((name, index) => {
    metric.append(make("option", { value: index, text: `${name} — ${grouped(head.totals[index])}`, disabled: head.totals[index] === 0 }));
  });
  metric.value = shared.metric;
  metric.addEventListener("change", () => shared.setMetric(Number(metric.value)));
  const search = document.getElementById("search");
  search.addEventListener("input", () => shared.setSearch(search.value));
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    search.value = "";
    shared.setSearch("");
    search.blur();
  });
  const keys = document.getElementById("keys");
  document.getElementById("help").addEventListener("click", () => keys.showModal());
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, select, dialog");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const section = { 1: "summary", 2: "flame", 3: "rows", 4: "code" }[event.key];
    if (section) {
      document.getElementById(section).scrollIntoView({ block: section === "summary" ? "end" : "center" });
      if (section === "summary") window.scrollTo({ top: 0 });
      else if (section === "code") codes.panes[0]?.list.element.focus();
      else document.getElementById(section).focus();
    } else if (event.key === "/") search.focus();
    else if (event.key === "m") metric.focus();
    else if (event.key === "t") document.getElementById("theme").click();
    else if (event.key === "?") keys.showModal();
    else return;
    event.preventDefault();
  });
}

async function main() {
  initTheme();
  const head = await unpack("head-data");
  shared.head = head;
  shared.tree = new CallTree(head);
  shared.metric = head.default_metric;
  shared.values = shared.tree.byFunction(shared.metric);
  initBar();
  initSummary();
  flame.init();
  table.init();
  document.documentElement.dataset.ready = "head";
  // What was drawn so far is seen first.
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  codes.init(await unpack("code-data"));
  document.documentElement.dataset.ready = "all";
}

main().catch((error) => {
  document.documentElement.dataset.ready = "failed";
  document.querySelector("main").prepend(make("p", { class: "note", role: "alert", text: `The report cannot be shown: ${error.message}` }));
});
