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
    document.getElementById("preview-asset").addEventListener("input", later);
    show(form, preview);
  });
})();
