// Setup > Notifications: the mail as the typed texts would make it, while they are typed.
"use strict";

(() => {
  const PAUSE_MILLISECONDS = 400;

  const show = async (form, preview) => {
    const answer = await fetch(preview.dataset.address, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Requested-With": "XMLHttpRequest" },
    });
    if (answer.ok && !answer.redirected) preview.innerHTML = await answer.text();
  };

  // A click on a placeholder puts it where the person has written last.
  const insertOnClick = (form, changed) => {
    const texts = [...form.querySelectorAll("[name=subject], [name=text], [name=html]")];
    let last = texts[1];
    for (const each of texts) each.addEventListener("focus", () => { last = each; });
    for (const button of document.querySelectorAll("[data-insert]")) {
      button.addEventListener("click", () => {
        if (!last) return;
        last.setRangeText(button.dataset.insert, last.selectionStart, last.selectionEnd, "end");
        last.focus();
        changed();
      });
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("template_form");
    const preview = document.getElementById("preview");
    if (!form || !preview) return;
    let timer = 0;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => show(form, preview), PAUSE_MILLISECONDS);
    };
    form.addEventListener("input", later);
    document.getElementById("preview-number").addEventListener("input", later);
    insertOnClick(form, later);
    show(form, preview);
  });
})();
