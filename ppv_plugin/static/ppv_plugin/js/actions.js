/** Presses on `data-act`: one at a time per button, with a sign that it works, and with the reason when it did not. */
import { part } from "ppv/dom";
import { Refusal } from "ppv/protocol";

/** @typedef {(button: HTMLElement, event: Event) => unknown} Action */

/**
 * @param {HTMLElement} root
 * @param {Record<string, Action>} actions
 * @param {(key: string) => string} say texts of the page, for reasons that the server did not word
 */
export function wireActions(root, actions, say) {
  root.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    if (!(button instanceof HTMLElement) || button.ariaBusy === "true") return;
    const action = actions[button.dataset["act"] ?? ""];
    if (action) void perform(root, button, () => action(button, event), say);
  });
}

/**
 * @param {HTMLElement} root
 * @param {HTMLElement} button
 * @param {() => unknown} run
 * @param {(key: string) => string} say
 */
export async function perform(root, button, run, say) {
  const place = button.closest("dialog") ?? root;
  tell(place, "");
  button.ariaBusy = "true";
  try {
    await run();
  } catch (why) {
    tell(place, reasonOf(why, say));
  } finally {
    button.ariaBusy = "false";
  }
}

/**
 * @param {unknown} why
 * @param {(key: string) => string} say
 */
export function reasonOf(why, say) {
  if (why instanceof Refusal) return why.text || say(why.code) || say("failed");
  return say("failed");
}

/**
 * Shows a reason where the person looks, or takes it away.
 * @param {ParentNode} place
 * @param {string} text
 */
export function tell(place, text) {
  const problem = part(place, "problem");
  if (!problem) return;
  const words = part(problem, "problem-text") ?? problem;
  words.textContent = text;
  problem.hidden = text === "";
}
