// On the form of a draft order: when an account is chosen, offer its payers and recipients.
"use strict";

(() => {
  const offer = (select, rows, chosen) => {
    if (!select) return;
    const none = new Option("–", "");
    const options = rows.map(([value, text]) => new Option(text, value));
    select.replaceChildren(none, ...options);
    select.value = String(chosen);
  };

  const choose = async (account) => {
    const [before] = location.pathname.split("/orders/order/");
    const address = new URL(`${before}/orders/order/parties/`, location.origin);
    address.searchParams.set("account", account.value);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const parties = await answer.json();
    offer(document.getElementById("id_bill_to"), parties.bill_to, parties.payer);
    offer(document.getElementById("id_recipient"), parties.recipient, "");
    const currency = document.getElementById("id_currency");
    if (!currency) return;
    currency.value = parties.currency;
    currency.dispatchEvent(new Event("change", { bubbles: true })); // the prices follow
  };

  document.addEventListener("DOMContentLoaded", () => {
    const account = document.getElementById("id_account");
    const form = document.getElementById("order_form");
    if (!account || !form) return;
    // The autocomplete tells of a choice through jQuery only.
    const listen = window.django && window.django.jQuery;
    if (listen) listen(account).on("change", () => choose(account));
    else account.addEventListener("change", () => choose(account));
  });
})();
