// An order by keyboard alone: from the account to the item, Submit, Execute Order.
"use strict";

(() => {
  const form = () => document.getElementById("order_form");
  const dialog = () => document.querySelector("#modal-content form");
  const isShown = (element) => element && element.getClientRects().length > 0;
  const isTyping = (target) =>
    target.isContentEditable || target.closest("input, select, textarea, [role=combobox], [role=searchbox]");
  const FIELDS = "input:not([type=hidden]):not([disabled]), select, textarea";

  // ------------------------------------------------------------ the draft

  const emptyProduct = () =>
    [...document.querySelectorAll("select[name^=items-][name$=-product]")].find(
      (select) => isShown(select) && !select.value,
    );

  const addLine = () => {
    if (!emptyProduct()) document.querySelector("#items-group .add-row a")?.click();
    emptyProduct()?.focus();
  };

  const submitDraft = () => {
    const button = document.querySelector("[name=orders_order_submit]");
    if (isShown(button)) button.click();
  };

  const begin = () => {
    const account = document.getElementById("id_account");
    if (!account || !form() || !location.pathname.endsWith("/add/")) return;
    const $ = window.django && window.django.jQuery;
    if (!$) return;
    if (account.value) {
      emptyProduct()?.focus();
      return;
    }
    $(account).select2("open"); // what is typed now looks for the account
    $(account).on("select2:select", () => setTimeout(() => emptyProduct()?.focus(), 0));
  };

  // ------------------------------------------------------------ dialogs

  const opens = (verb) => document.querySelector(`a[href*="/orders/order/"][hx-get$="/${verb}/"]`);
  let held = null; // where the focus was when a dialog was drawn anew

  const hold = () => {
    const active = document.activeElement;
    held = active && dialog()?.contains(active) ? [active.name, active.value] : null;
  };

  const focusDialog = () => {
    const fields = [...(dialog()?.querySelectorAll(FIELDS) || [])].filter(isShown);
    const same = held && fields.find((each) => each.name === held[0] && each.value === held[1]);
    (same || fields[0] || dialog()?.querySelector("button[type=submit]"))?.focus();
  };

  const answerDialog = () => {
    const asked = dialog();
    if (!isShown(asked)) return false;
    asked.querySelector("button[type=submit]")?.click();
    return true;
  };

  // ------------------------------------------------------------ keys

  const onKey = (event) => {
    const { key, target } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (!answerDialog()) submitDraft();
      event.preventDefault();
    } else if (key === "Enter" && target.matches("#items-group input")) {
      addLine();
      event.preventDefault();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(target)) {
      const link = { e: opens("execute"), d: opens("deliver") }[key];
      if (!link || isShown(dialog())) return;
      link.click();
      event.preventDefault();
    }
  };

  document.addEventListener("keydown", onKey);
  document.addEventListener("DOMContentLoaded", () => {
    setTimeout(begin, 0); // after the searching select is there
    document.body.addEventListener("htmx:beforeSwap", hold);
    document.body.addEventListener("htmx:afterSettle", (event) => {
      if (event.target.closest("#modal-content")) setTimeout(focusDialog, 30);
    });
  });
})();
