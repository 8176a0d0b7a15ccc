// Shows the rows that fit every filter, and tells how many; the heat map's cells set two filters at once.
"use strict";
(() => {
  const rows = Array.from(document.querySelectorAll("#open tbody tr"));
  const filters = Array.from(document.querySelectorAll(".filters [data-of]"));
  const shown = document.getElementById("shown");
  const words = rows.map((row) => row.textContent.toLowerCase());

  const fits = (row, place) =>
    filters.every((filter) => {
      const wanted = filter.value.trim().toLowerCase();
      if (wanted === "") return true;
      if (filter.dataset.of === "text") return words[place].includes(wanted);
      return (row.dataset[filter.dataset.of] || "").toLowerCase() === wanted.replace(/^=/, "");
    });

  const apply = () => {
    let many = 0;
    rows.forEach((row, place) => {
      row.hidden = !fits(row, place);
      if (!row.hidden) many += 1;
    });
    shown.textContent = `${many} / ${rows.length}`;
  };

  const set = (name, value) => {
    filters.filter((filter) => filter.dataset.of === name).forEach((filter) => { filter.value = value; });
  };

  filters.forEach((filter) => filter.addEventListener("input", apply));
  document.querySelectorAll(".heat button").forEach((button) =>
    button.addEventListener("click", () => {
      set("site", `=${button.dataset.site}`);
      set("domain", `=${button.dataset.domain}`);
      apply();
      document.getElementById("open").scrollIntoView();
    }));
  document.getElementById("all").addEventListener("click", () => {
    filters.forEach((filter) => { filter.value = ""; });
    apply();
  });
  document.getElementById("print").addEventListener("click", () => window.print());
  document.querySelectorAll(".filters").forEach((bar) => { bar.hidden = false; });
  apply();
})();
