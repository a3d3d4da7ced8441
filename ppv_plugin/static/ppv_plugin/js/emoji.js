/** A small panel of emoji: the system's own characters, put where the caret is. */
import { part } from "ppv/dom";

/**
 * @param {HTMLElement} root
 * @param {HTMLInputElement} input
 */
export function wireEmoji(root, input) {
  const toggle = part(root, "emoji");
  const panel = part(root, "emoji-panel");
  if (!toggle || !panel) return;
  const buttons = [...panel.querySelectorAll("button")];
  buttons.forEach((button, index) => (button.tabIndex = index ? -1 : 0));
  const show = (/** @type {boolean} */ open) => {
    panel.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    if (open) (buttons.find((button) => button.tabIndex === 0) ?? buttons[0])?.focus();
  };
  toggle.addEventListener("click", () => show(panel.hidden !== false));
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      show(false);
      toggle.focus();
      event.preventDefault();
      return;
    }
    const to = step(event.key, buttons, panel);
    if (to === null) return;
    event.preventDefault();
    for (const button of buttons) button.tabIndex = -1;
    const next = buttons[to];
    if (next) next.tabIndex = 0;
    next?.focus();
  });
  panel.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const sign = button?.textContent?.trim();
    if (!sign) return;
    const at = input.selectionStart ?? input.value.length;
    const text = input.value.slice(0, at) + sign + input.value.slice(input.selectionEnd ?? at);
    if (text.length > input.maxLength) return;
    input.value = text;
    show(false);
    input.focus();
    input.setSelectionRange(at + sign.length, at + sign.length);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  root.addEventListener("focusout", () =>
    setTimeout(() => !panel.hidden && !panel.contains(document.activeElement) && document.activeElement !== toggle && show(false)),
  );
}

/**
 * Where an arrow key leads in the grid, or null.
 * @param {string} key
 * @param {HTMLElement[]} buttons
 * @param {HTMLElement} panel
 */
function step(key, buttons, panel) {
  const now = buttons.findIndex((button) => button === document.activeElement);
  const columns = Math.max(1, getComputedStyle(panel).gridTemplateColumns.split(" ").length);
  const forward = getComputedStyle(panel).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
  const by = { [forward]: 1, [back]: -1, ArrowDown: columns, ArrowUp: -columns }[key];
  if (by === undefined) return { Home: 0, End: buttons.length - 1 }[key] ?? null;
  return Math.min(buttons.length - 1, Math.max(0, now + by));
}
