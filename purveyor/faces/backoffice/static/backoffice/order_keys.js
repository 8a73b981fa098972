// An order by keyboard alone: from the account to the item, Submit, Execute Order.
"use strict";

(() => {
  const form = () => document.getElementById("order_form");
  const dialog = () => document.querySelector("#modal-content form");
  const isShown = (element) => element && element.getClientRects().length > 0;
  const isTyping = (target) =>
    target.isContentEditable || target.closest("input, select, textarea, [role=combobox], [role=searchbox]");

  // ------------------------------------------------------------ the draft

  const emptyProduct = () =>
    [...document.querySelectorAll("select[name^=items-][name$=-product]")].find(
      (select) => isShown(select) && !select.value,
    );

  const boxOf = (select) => select.nextElementSibling?.querySelector(".select2-selection");

  const standIn = (select) => select && (boxOf(select) || select).focus();

  const addLine = () => {
    if (!emptyProduct()) document.querySelector("#items-group a.add-row")?.click();
    standIn(emptyProduct());
  };

  const submitDraft = () => {
    const button = document.querySelector("[name=orders_order_submit]");
    if (isShown(button)) button.click();
  };

  const goOn = (event) => {
    // A choice from a searching select leads to what is typed next.
    const next = event.target.id === "id_account"
      ? emptyProduct()
      : event.target.closest("tr")?.querySelector("[name$=-quantity]");
    setTimeout(() => standIn(next), 0);
  };

  const begin = (triesLeft) => {
    const account = document.getElementById("id_account");
    if (!account || !form() || !location.pathname.endsWith("/add/")) return;
    const box = boxOf(account);
    if (!isShown(box)) {
      // The page is hidden, or the searching select is not there yet.
      if (triesLeft) setTimeout(() => begin(triesLeft - 1), 50);
      return;
    }
    if (account.value) standIn(emptyProduct());
    else box.focus();
  };

  const searches = (event) => {
    // What is typed on a searching select looks for it; without this it must be opened first.
    // The first letter is put there by hand: where the browser sends it depends on how busy it is.
    const box = event.target.closest(".select2-selection");
    const select = box?.closest(".select2-container").previousElementSibling;
    if (!select || event.key.length !== 1 || event.key === " ") return false;
    window.django.jQuery(select).select2("open");
    const search = document.querySelector(".select2-container--open .select2-search__field");
    if (!search) return true;
    search.focus();
    search.value += event.key;
    search.dispatchEvent(new Event("input", { bubbles: true }));
    event.preventDefault();
    return true;
  };

  // ------------------------------------------------------------ dialogs

  const opens = (verb) => document.querySelector(`a[href*="/orders/order/"][hx-get$="/${verb}/"]`);

  // ------------------------------------------------------------ keys

  const onKey = (event) => {
    const { key, target } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      submitDraft(); // shortcuts.js answers a dialog
      event.preventDefault();
    } else if (key === "Enter" && target.matches("#items-group input")) {
      addLine();
      event.preventDefault();
    } else if (event.ctrlKey || event.metaKey || event.altKey || searches(event)) {
      return;
    } else if (!isTyping(target)) {
      const link = { e: opens("execute"), d: opens("deliver") }[key];
      if (!link || isShown(dialog())) return;
      link.click();
      event.preventDefault();
    }
  };

  document.addEventListener("keydown", onKey);
  document.addEventListener("DOMContentLoaded", () => {
    begin(100);
    window.django?.jQuery?.(form()).on("select2:select", goOn);
  });
})();
