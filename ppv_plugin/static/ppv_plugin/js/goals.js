/** The goals of a room: how far they are, and in the console what the performer does with them. */
import { cloneOf, language, need, part } from "ppv/dom";
import { amount, hundredths } from "ppv/format";

/** @typedef {import("ppv/protocol").GoalView} GoalView */
/** @typedef {import("ppv/session").RoomSession} RoomSession */

/**
 * Items stay where they are while only their sums change, so that a press or the focus is never lost.
 * @param {HTMLElement} root
 * @param {GoalView[]} goals
 */
export function showGoals(root, goals) {
  const list = part(root, "goals");
  if (!list) return;
  list.hidden = goals.length === 0;
  const known = new Map([...list.children].map((item) => [item.getAttribute("data-goal"), item]));
  const focused = document.activeElement;
  goals.forEach((goal, place) => {
    const item = known.get(String(goal.id)) ?? cloneOf(root, "goal");
    known.delete(String(goal.id));
    if (item instanceof HTMLElement) fillItem(item, goal);
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  });
  for (const gone of known.values()) gone.remove();
  if (focused instanceof HTMLElement && list.contains(focused)) focused.focus(); // moving an item takes its focus
}

/**
 * @param {HTMLElement} item
 * @param {GoalView} goal
 */
function fillItem(item, goal) {
  item.dataset["goal"] = String(goal.id);
  item.toggleAttribute("data-reached", goal.reached);
  for (const title of item.querySelectorAll("[data-part='goal-title']")) title.textContent = goal.title;
  need(item, "goal-filled", HTMLElement).textContent = amount(goal.filled, language());
  need(item, "goal-amount", HTMLElement).textContent = amount(goal.amount, language());
  need(item, "goal-reached", HTMLElement).hidden = !goal.reached;
  const bar = need(item, "goal-bar", HTMLProgressElement);
  bar.max = hundredths(goal.amount);
  bar.value = hundredths(goal.filled);
  bar.setAttribute("aria-label", goal.title);
}

/**
 * @param {RoomSession} session
 * @returns {Record<string, import("ppv/actions").Action>}
 */
export function goalActions(session) {
  /** @param {HTMLElement} button */
  const id = (button) => Number(button.closest("[data-goal]")?.getAttribute("data-goal"));
  return {
    "goal-up": (button) => session.do({ t: "goal.move", id: id(button), up: true }),
    "goal-down": (button) => session.do({ t: "goal.move", id: id(button), up: false }),
    "goal-delete": async (button) => {
      await session.do({ t: "goal.delete", id: id(button) });
      part(session.root, "goal-new-title")?.focus();
    },
    "goals-reset": () => session.do({ t: "goals.reset" }),
  };
}

/** @param {RoomSession} session */
export function wireGoalForm(session) {
  const form = part(session.root, "goal-form");
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const title = need(form, "goal-new-title", HTMLInputElement);
    const sum = need(form, "goal-new-amount", HTMLInputElement);
    void session.perform(need(form, "goal-add", HTMLButtonElement), async () => {
      await session.do({ t: "goal.add", title: title.value, amount: Number(sum.value).toFixed(2) });
      form.reset();
      title.focus();
    });
  });
}
