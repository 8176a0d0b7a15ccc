// Shows the rows that fit every filter, and tells how many.  Tiles and the heat map's cells set filters; the address
// holds them, so that a view can be handed on.  Keys: / searches, Escape shows all, arrows walk the heat map.
"use strict";
(() => {
  const rows = Array.from(document.querySelectorAll("#open tr[data-status]"));
  const rules = Array.from(document.querySelectorAll("#open .rule"));
  const filters = Array.from(document.querySelectorAll(".filters [data-of]"));
  const shown = document.getElementById("shown");
  const nothing = document.getElementById("nothing");
  const of = (name) => filters.find((filter) => filter.dataset.of === name);
  const words = new Map();
  const said = (row) => {
    if (!words.has(row)) {
      const head = row.closest(".rule").querySelector("header").textContent;
      words.set(row, `${head} ${row.textContent}`.toLowerCase());
    }
    return words.get(row);
  };

  const fits = (row, wanted) =>
    wanted.every(([name, value]) => (name === "text" ? said(row).includes(value) : row.dataset[name] === value));

  const apply = () => {
    const wanted = filters
      .map((filter) => [filter.dataset.of, filter.dataset.of === "text" ? filter.value.trim().toLowerCase() : filter.value.replace(/^=/, "")])
      .filter(([name, value], place) => filters[place].value !== "" && (name !== "text" || value !== ""));
    let many = 0;
    rows.forEach((row) => {
      row.hidden = !fits(row, wanted);
      many += row.hidden ? 0 : 1;
    });
    rules.forEach((rule) => { rule.hidden = !rule.querySelector("tr[data-status]:not([hidden])"); });
    shown.textContent = `${many} / ${rows.length}`;
    nothing.hidden = many > 0 || rows.length === 0;
  };

  const keep = () => {
    const held = new URLSearchParams();
    filters.filter((filter) => filter.value !== "").forEach((filter) => held.set(filter.dataset.of, filter.value));
    history.replaceState(null, "", `#${held.size ? `?${held}` : ""}`);
  };

  const set = (values) => {
    filters.forEach((filter) => { filter.value = values[filter.dataset.of] || ""; });
    apply();
    keep();
  };

  const show = (values) => {
    set(values);
    document.getElementById("open").scrollIntoView();
  };

  const walk = (event) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    const cell = event.target.closest("td");
    if (!step || !cell) return;
    event.preventDefault();
    const lines = Array.from(cell.closest("tbody").rows);
    let [down, across] = [lines.indexOf(cell.parentElement), cell.cellIndex];
    for (;;) {
      [down, across] = [down + step[0], across + step[1]];
      const next = lines[down] && lines[down].cells[across];
      if (!next || across === 0) return;
      const button = next.querySelector("button");
      if (button) {
        event.target.tabIndex = -1;
        button.tabIndex = 0;
        button.focus();
        return;
      }
    }
  };

  filters.forEach((filter) => ["input", "change"].forEach((told) => filter.addEventListener(told, () => { apply(); keep(); })));
  document.querySelectorAll(".heat tbody").forEach((body) => {
    body.addEventListener("keydown", walk);
    body.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) show({ site: `=${button.dataset.site}`, domain: `=${button.dataset.domain}` });
    });
    body.querySelectorAll("button").forEach((button, place) => { button.tabIndex = place ? -1 : 0; });
  });
  document.querySelectorAll(".tiles button").forEach((button) =>
    button.addEventListener("click", () => show({ status: button.dataset.status, severity: button.dataset.severity })));
  document.getElementById("all").addEventListener("click", () => set({}));
  document.getElementById("print").addEventListener("click", () => window.print());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") set({});
    if (event.key === "/" && !/^(INPUT|SELECT)$/.test(event.target.tagName)) {
      event.preventDefault();
      of("text").focus();
    }
  });
  document.querySelectorAll(".filters").forEach((bar) => { bar.hidden = false; });
  if (location.hash.startsWith("#?")) set(Object.fromEntries(new URLSearchParams(location.hash.slice(2))));
  apply();
})();
