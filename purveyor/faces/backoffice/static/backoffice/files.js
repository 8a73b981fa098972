// A file that is too large is named at once, not after it was sent.
document.addEventListener("change", (event) => {
  "use strict";

  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.dataset.bytesMax) return;
  const field = input.closest(".field-row, .form-row, .bss-ask") ?? input.form;
  field.querySelector("[data-told-too-large]")?.remove();
  if ([...input.files].every((file) => file.size <= Number(input.dataset.bytesMax))) return;
  input.value = "";
  const told = document.createElement("p");
  told.className = "bss-error";
  told.dataset.toldTooLarge = "";
  told.setAttribute("role", "alert");
  told.textContent = input.dataset.tooLarge;
  field.append(told);
}, true);
