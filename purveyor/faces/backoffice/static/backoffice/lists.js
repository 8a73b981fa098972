// On a phone a list is shown as cards: each cell says which column it is.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";

  for (const table of document.querySelectorAll("#result_list, .bss-cards-on-phones")) {
    const heads = [...table.querySelectorAll("thead th")].map((head) => (head.querySelector(".text") ?? head).innerText.trim());
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.children].forEach((cell, place) => {
        if (!cell.dataset.label && heads[place]) cell.dataset.label = heads[place];
      });
    }
  }
});
