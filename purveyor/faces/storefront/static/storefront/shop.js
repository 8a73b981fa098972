// What makes the Storefront quicker. Every page works without it.

const seconds = 1000;
const askedFor = 15 * seconds;

// Light or dark: at once, and kept by the same form that works without this.
for (const form of document.querySelectorAll("[data-look-switch]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const look = event.submitter.value;
    document.documentElement.dataset.look = look;
    for (const button of document.querySelectorAll("[data-look-switch] button")) {
      button.setAttribute("aria-pressed", String(button.value === look));
    }
    const kept = new FormData(form);
    kept.set("look", look);
    fetch(form.action, { method: "POST", body: kept, redirect: "manual" });
  });
}

// The menu closes as people expect a menu to close.
const menu = document.querySelector("[data-menu]");
if (menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// What is sent is sent once; the server holds to that without this, too.
for (const form of document.querySelectorAll("[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button[type=submit]")) {
      button.setAttribute("aria-disabled", "true");
    }
  });
}
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) {
      button.removeAttribute("aria-disabled");
    }
  }
});

// The basket is kept as soon as a field is left.
const basket = document.querySelector("[data-basket]");
if (basket) {
  const update = basket.querySelector("[data-update]");
  update.hidden = true;
  basket.addEventListener("change", (event) => {
    if (event.target.checkValidity()) basket.requestSubmit(update);
  });
}

// How the delivery goes: asked every second for a while, then said what it waits for.
const delivery = document.querySelector("[data-poll]");
if (delivery) {
  const endsAt = Date.now() + askedFor;
  const ask = async () => {
    const shown = delivery.querySelector("#progress");
    if (!shown || !("moving" in shown.dataset)) return;
    if (Date.now() > endsAt) {
      delivery.querySelector("[data-late]").hidden = false;
      return;
    }
    try {
      const answer = await fetch(delivery.dataset.poll, { headers: { "X-Part": "progress" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("#progress");
        if (fresh) shown.replaceWith(fresh);
      }
    } catch {
      // Without a connection nothing is lost: the next second asks again.
    }
    setTimeout(ask, 1 * seconds);
  };
  setTimeout(ask, 1 * seconds);
}
