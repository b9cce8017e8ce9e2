"use strict";
// Search and filter. Everything can be read without this.
(() => {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("filters"));
  const shown = document.getElementById("shown");
  const none = document.getElementById("none");
  if (!form || !shown || !none) return;

  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("tbody.finding")]);
  const texts = new Map(rows.map((row) => [row, (row.textContent || "").toLowerCase()]));

  /** @param {string} name */
  const wanted = (name) => String(new FormData(form).get(name) || "").trim();

  /** @param {HTMLElement} row */
  const matches = (row) => {
    const words = wanted("search").toLowerCase().split(/\s+/);
    const text = texts.get(row) || "";
    const state = wanted("state");
    return words.every((word) => text.includes(word))
      && ["category", "party", "kind"].every((key) => !wanted(key) || row.dataset[key] === wanted(key))
      && (!state || (row.dataset.states || "").split(" ").includes(state))
      && (!wanted("early") || "early" in row.dataset);
  };

  const apply = () => {
    for (const row of rows) row.hidden = !matches(row);
    const count = rows.filter((row) => !row.hidden).length;
    shown.textContent = `${count} of ${rows.length} shown`;
    none.hidden = count > 0;
  };

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  for (const tile of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-pick]"))) {
    tile.addEventListener("click", () => {
      form.reset();
      const select = /** @type {HTMLSelectElement} */ (form.elements.namedItem("category"));
      select.value = tile.dataset.pick || "";
      apply();
    });
  }
  apply();
})();
