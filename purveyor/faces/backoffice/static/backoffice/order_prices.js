// On the form of a draft order: what its lines cost, while they are typed.
"use strict";

(() => {
  const PAUSE_MS = 200;
  const CELLS = ["price", "cost", "tax", "net", "discount"];
  const NOTHING = "–";
  const PRICED_BY = "[name^=items-], #id_account, #id_bill_to, #id_currency";

  let begun = 0; // the timer of the next question
  let question = null; // the one that is under way

  const lines = (form) =>
    [...form.querySelectorAll("select[name^=items-][name$=-product]")].filter(
      (product) => !product.name.includes("__prefix__"),
    );

  const explain = (product, words) => {
    const cell = product.closest("td");
    let note = cell.querySelector(".bss-line-refusal");
    if (!note && !words) return;
    if (!note) {
      note = document.createElement("p");
      note.className = "bss-line-refusal";
      note.setAttribute("role", "status");
      cell.append(note);
    }
    note.textContent = words;
  };

  const fill = (product, offer) => {
    const row = product.closest("tr");
    for (const name of CELLS) {
      const text = row.querySelector(`td.field-${name} .readonly`);
      if (text) text.textContent = offer[name] || NOTHING;
    }
    const agreed = row.querySelector("[name$=-agreed_price]");
    if (agreed && offer.listed) agreed.placeholder = offer.listed;
    explain(product, offer.refusal || "");
  };

  const ask = async (form) => {
    question?.abort();
    question = new AbortController();
    const { signal } = question;
    try {
      const address = new URL("../prices/", location.href);
      const answer = await fetch(address, { method: "POST", body: new FormData(form), signal });
      if (!answer.ok) return;
      const offers = await answer.json();
      lines(form).forEach((product) => fill(product, offers[product.name.replace(/-product$/, "")] || {}));
    } catch (failure) {
      if (failure.name !== "AbortError") throw failure;
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("order_form");
    if (!form || !lines(form).length) return;
    // The searching selects tell of a choice through jQuery only.
    window.django?.jQuery?.(form).on("input change", PRICED_BY, () => {
      clearTimeout(begun);
      begun = setTimeout(() => ask(form), PAUSE_MS);
    });
  });
})();
