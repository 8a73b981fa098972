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

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

// The basket is kept as soon as a field is left. Only sums and words are put in anew,
// so what is being typed stays, and whoever goes by keyboard stays where they are.
const basket = document.querySelector("[data-basket]");
if (basket) {
  const update = basket.querySelector("[data-update]");
  const shown = () => document.querySelectorAll("[data-fresh]");
  let kept = Promise.resolve();
  let isByKey = false;

  const keep = async () => {
    const sent = { method: "POST", body: new FormData(basket) };
    const answer = await fetch(basket.action, sent);
    if (!answer.ok) return basket.requestSubmit(update);
    const page = parsed(await answer.text());
    const fresh = [...page.querySelectorAll("[data-fresh]")];
    if (fresh.length !== shown().length) return location.assign(answer.url);
    shown().forEach((part, place) => part.replaceWith(fresh[place]));
  };

  update.hidden = true;
  basket.addEventListener("keydown", () => { isByKey = true; });
  basket.addEventListener("pointerdown", () => { isByKey = false; });
  basket.addEventListener("change", ({ target }) => {
    if (!target.checkValidity()) return;
    // The arrow keys come past what leads to another page; there “Checkout” goes on.
    if (isByKey && target.dataset.leadsOn === target.value) return;
    kept = kept.then(keep).catch(() => basket.requestSubmit(update));
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
        const fresh = parsed(await answer.text()).querySelector("#progress");
        // What is as it was is left alone: nobody's focus is taken, nothing said twice.
        if (fresh && fresh.outerHTML !== shown.outerHTML) shown.replaceWith(fresh);
      }
    } catch {
      // Without a connection nothing is lost: the next second asks again.
    }
    setTimeout(ask, 1 * seconds);
  };
  setTimeout(ask, 1 * seconds);
}
