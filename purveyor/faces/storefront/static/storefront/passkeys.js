// Passkeys: the device answers, and its answer goes with the form.

const isAble = Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON);

const ask = {
  create: (options) =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey),
    }),
  get: (options) =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey),
    }),
};

// At the sign-in nobody is known yet: the challenge is fetched when it is needed.
async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.action, {
    headers: { "X-Requested-With": "XMLHttpRequest" },
  });
  return (await answer.json()).request_options;
}

async function send(form) {
  const failed = form.querySelector("[data-failed]");
  const nameless = form.querySelector("[data-nameless]");
  failed.hidden = nameless.hidden = true;
  try {
    const credential = await ask[form.dataset.passkey](await optionsOf(form));
    form.elements.credential.value = JSON.stringify(credential);
  } catch (error) {
    // An address of numbers has no name that a passkey could be for.
    const said = error.name === "SecurityError" ? nameless : failed;
    said.hidden = false;
    return;
  }
  form.submit();
}

if (isAble) {
  for (const words of document.querySelectorAll("[data-without-passkeys]")) {
    words.hidden = true;
  }
  for (const form of document.querySelectorAll("[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
}
