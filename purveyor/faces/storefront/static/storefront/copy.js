// Copying a coupon code with one click. Without this it is selected by hand.

const shown = 2000;

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const words = button.querySelector("span");
  const before = words.textContent;
  button.addEventListener("click", async () => {
    const code = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(code.textContent.trim());
      words.textContent = button.dataset.copied;
      setTimeout(() => { words.textContent = before; }, shown);
    } catch {
      getSelection().selectAllChildren(code);
    }
  });
}
