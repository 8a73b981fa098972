// Keyboard shortcuts: go to a page, walk the rows of a list, answer a dialog. The table of
// them stands in the help page (#shortcuts), which shows only what the person may see.
(() => {
  "use strict";

  const SEQUENCE_MS = 1200;
  const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";
  const FIELDS = "input:not([type=hidden]):not([disabled]), select:not(.select2-hidden-accessible), textarea";
  const OPEN = ["openModal", "openCommandResults", "shortcutsOpen", "filterOpen"];

  let begun = 0; // when "g" was pressed
  let place = -1; // of the row that is chosen

  const rows = () => [...document.querySelectorAll("#result_list tr.data-row")];
  const isTyping = (element) => Boolean(element?.closest?.(TYPING) || element?.closest?.(".select2-container"));

  function isSomethingOpen() {
    const state = window.Alpine?.$data(document.documentElement);
    return Boolean(state && OPEN.some((name) => state[name]));
  }

  function goTo(letter) {
    const line = document.querySelector(`#shortcuts [data-keys="g ${CSS.escape(letter)}"]`);
    if (line) window.location.assign(line.dataset.href);
  }

  function choose(next) {
    const all = rows();
    if (!all.length) return;
    all[place]?.classList.remove("bss-chosen");
    all[place]?.removeAttribute("aria-current");
    place = Math.min(Math.max(next, 0), all.length - 1);
    all[place].classList.add("bss-chosen");
    all[place].setAttribute("aria-current", "true");
    all[place].scrollIntoView({ block: "nearest" });
  }

  function openRow() {
    const link = rows()[place]?.querySelector("th a, td a");
    if (link) window.location.assign(link.href);
    return Boolean(link);
  }

  function tickRow() {
    rows()[place]?.querySelector("input.action-select")?.click();
  }

  // ------------------------------------------------------------ dialogs

  const isShown = (element) => Boolean(element?.getClientRects().length);
  const dialog = () => document.querySelector("#modal-content form");
  const dialogButton = () => dialog()?.querySelector("button[type=submit]");
  let held = null; // where the focus was when a dialog was drawn anew

  function answerDialog() {
    if (!isShown(dialogButton())) return false;
    dialogButton().click();
    return true;
  }

  function holdFocus() {
    const active = document.activeElement;
    held = active && dialog()?.contains(active) ? [active.name, active.value] : null;
  }

  function focusDialog() {
    const fields = [...(dialog()?.querySelectorAll(FIELDS) || [])].filter(isShown);
    if (fields.includes(document.activeElement)) return; // somebody writes already
    const same = held && fields.find((each) => each.name === held[0] && each.value === held[1]);
    (same || fields[0] || dialogButton())?.focus();
  }

  document.addEventListener("htmx:beforeSwap", holdFocus);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.closest("#modal-content")) setTimeout(focusDialog, 30);
  });

  // ------------------------------------------------------------ keys

  const ON_LISTS = {
    j: () => choose(place + 1),
    k: () => choose(place - 1),
    x: tickRow,
    n: () => document.querySelector("a.addlink")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    const isFind = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    if (isFind && isTyping(event.target) && event.target.id !== "search-input-command") {
      event.preventDefault(); // elsewhere unfold itself listens
      window.dispatchEvent(new CustomEvent("opencommand"));
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && answerDialog()) {
      event.preventDefault();
      event.stopImmediatePropagation(); // on an order's page it would submit the draft
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key === "g") return;
    if (isTyping(event.target) || isSomethingOpen()) return;
    if (begun && Date.now() - begun < SEQUENCE_MS) {
      begun = 0;
      event.preventDefault();
      event.stopImmediatePropagation(); // "f" and "c" mean something else alone
      goTo(event.key);
      return;
    }
    begun = event.key === "g" ? Date.now() : 0;
    if (event.key === "Enter" && place >= 0 && !event.target.closest("a, button")) {
      if (openRow()) event.preventDefault();
      return;
    }
    const act = ON_LISTS[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  }, { capture: true });
})();
