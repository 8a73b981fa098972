// On a phone a list is shown as cards, and so are the rows of a form: each cell says which
// column it is.
(() => {
  "use strict";

  const TABLES = "#result_list, .bss-cards-on-phones, table[data-inline-formset]";
  const wordsOf = (head) => (head.querySelector(".text, span > span") ?? head).innerText.trim();

  const labelCells = (part) => {
    for (const table of part.querySelectorAll(TABLES)) {
      const heads = [...table.querySelectorAll("thead th")].map(wordsOf);
      for (const row of table.querySelectorAll(":is(tbody, tfoot) tr")) {
        [...row.children].forEach((cell, place) => {
          if (!cell.dataset.label && heads[place]) cell.dataset.label = heads[place];
        });
      }
    }
  };

  document.addEventListener("DOMContentLoaded", () => labelCells(document));
  document.addEventListener("formset:added", () => labelCells(document));
  document.addEventListener("htmx:afterSettle", (event) => labelCells(event.target.parentElement ?? document));
})();
