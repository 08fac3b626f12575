// The page as a whole: the bar above, keys, and the order in which its parts come to life.

/** The theme: the system's until the button says another, which is kept if the browser lets a page keep things. */
function initTheme() {
  const KEY = "zkasm-profile-theme";
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  let theme = "auto";
  const set = (to) => {
    theme = to;
    button.textContent = `Theme: ${to}`;
    if (to === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = to;
    codes.redrawStrips();
  };
  const kept = (action) => {
    try {
      return action(window.localStorage);
    } catch {
      // Some browsers keep nothing for files.
      return null;
    }
  };
  button.addEventListener("click", () => {
    // The first press changes what is seen.
    const order = system.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    set(order[(order.indexOf(theme) + 1) % order.length]);
    kept((storage) => (theme === "auto" ? storage.removeItem(KEY) : storage.setItem(KEY, theme)));
  });
  const last = kept((storage) => storage.getItem(KEY));
  if (last === "dark" || last === "light") set(last);
}

function initSearch() {
  const search = document.getElementById("search");
  search.addEventListener("input", () => shared.setSearch(search.value));
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") flame.nextMatch();
    if (event.key !== "Escape") return;
    search.value = "";
    shared.setSearch("");
    search.blur();
  });
}

/** Goes to a section, so that keys are meant for it. */
function goToSection(id) {
  const element = document.getElementById(id);
  if (id === "code") {
    element.scrollIntoView();
    codes.panes[0]?.list.element.focus({ preventScroll: true });
    return;
  }
  if (id === "summary") window.scrollTo({ top: 0 });
  else element.scrollIntoView({ block: "center" });
  element.focus({ preventScroll: true });
}

function initBar() {
  const { head } = shared;
  const metric = document.getElementById("metric");
  head.metrics.forEach((name, index) => {
    metric.append(make("option", { value: index, text: `${name} — ${grouped(head.totals[index])}`, disabled: head.totals[index] === 0 }));
  });
  metric.value = shared.metric;
  metric.addEventListener("change", () => shared.setMetric(Number(metric.value)));
  initSearch();
  const keys = document.getElementById("keys");
  document.getElementById("help").addEventListener("click", () => keys.showModal());
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input[type=search], select, dialog");
    if (isTyping || isForBrowser(event)) return;
    const section = { 1: "summary", 2: "flame", 3: "rows", 4: "code" }[event.key];
    if (section) goToSection(section);
    else if (event.key === "/") document.getElementById("search").focus();
    else if (event.key === "m") metric.focus();
    else if (event.key === "t") document.getElementById("theme").click();
    else if (event.key === "?") keys.showModal();
    else return;
    event.preventDefault();
  });
  // What is scrolled to must not be below the bar.
  const bar = document.getElementById("bar");
  const measure = () => {
    const isSticky = getComputedStyle(bar).position === "sticky";
    document.documentElement.style.setProperty("--bar", `${isSticky ? bar.offsetHeight : 0}px`);
  };
  new ResizeObserver(measure).observe(bar);
  measure();
}

async function main() {
  document.documentElement.dataset.ready = "begun";
  initTheme();
  const { tree, ...rest } = await unpack("head-data");
  const head = { ...allVisible(rest), tree };
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
  const code = await unpack("code-data");
  for (const names of ["inlined", "operators", "rules", "causes"]) code[names] = code[names].map(visible);
  for (const row of code.functions) row[0] = visible(row[0]);
  codes.init(code);
  document.documentElement.dataset.ready = "all";
}

main().catch((error) => {
  document.documentElement.dataset.ready = "failed";
  document.querySelector("main").prepend(make("p", { class: "note", role: "alert", text: `The report cannot be shown: ${error.message}` }));
});
