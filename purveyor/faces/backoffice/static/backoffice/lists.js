// On a phone a list is shown as cards: each cell says which column it is.
(() => {
  "use strict";

  const labelCells = (part) => {
    for (const table of part.querySelectorAll("#result_list, .bss-cards-on-phones")) {
      const heads = [...table.querySelectorAll("thead th")].map((head) => (head.querySelector(".text") ?? head).innerText.trim());
      for (const row of table.querySelectorAll(":is(tbody, tfoot) tr")) {
        [...row.children].forEach((cell, place) => {
          if (!cell.dataset.label && heads[place]) cell.dataset.label = heads[place];
        });
      }
    }
  };

  document.addEventListener("DOMContentLoaded", () => labelCells(document));
  document.addEventListener("htmx:afterSettle", (event) => labelCells(event.target.parentElement ?? document));
})();
