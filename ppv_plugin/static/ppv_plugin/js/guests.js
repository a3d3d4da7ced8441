/** Check-ins in the console: who is with the performer, who is asked, and where one is asked to come. */
import { announce, cloneOf, need, part, showTexts } from "ppv/dom";

/** @typedef {import("ppv/protocol").CheckInView} CheckInView */
/** @typedef {import("ppv/session").RoomSession} RoomSession */

/**
 * @param {HTMLElement} root
 * @param {import("ppv/protocol").PersonView|null} me
 */
export function showGuests(root, me) {
  showList(root, "guest-list", "guest", me?.check_ins ?? []);
  showList(root, "visiting", "visit", me?.visiting ?? []);
}

/**
 * An item stays where it is while its check-in lives.
 * @param {HTMLElement} root
 * @param {string} listName
 * @param {string} templateName
 * @param {CheckInView[]} views
 */
function showList(root, listName, templateName, views) {
  const list = part(root, listName);
  if (!list) return;
  const known = new Map([...list.children].map((item) => [item.getAttribute("data-check-in"), item]));
  for (const view of views) {
    const old = known.get(view.id);
    known.delete(view.id);
    const item = old instanceof HTMLElement ? old : cloneOf(root, templateName);
    item.dataset["checkIn"] = view.id;
    item.querySelector("a")?.setAttribute("href", `?guest=${view.id}`);
    showTexts(item, { name: view.name, room: view.room });
    for (const one of item.querySelectorAll("[data-part='waits']")) one.toggleAttribute("hidden", view.state !== "invited");
    for (const one of item.querySelectorAll("[data-part='is-in']")) one.toggleAttribute("hidden", view.state !== "in");
    if (old) continue;
    list.append(item);
    if (templateName === "visit") announce(root, item.querySelector("p:not([hidden])")?.textContent?.trim() ?? "");
  }
  for (const gone of known.values()) {
    if (gone.contains(document.activeElement)) part(root, "guests-title")?.focus();
    gone.remove();
  }
}

/**
 * @param {RoomSession} session
 * @returns {Record<string, import("ppv/actions").Action>}
 */
export function guestActions(session) {
  /** @param {HTMLElement} button */
  const id = (button) => button.closest("[data-check-in]")?.getAttribute("data-check-in") ?? "";
  return {
    "guest-end": (button) => session.do({ t: "check_in.end", id: id(button) }),
    "visit-accept": (button) => session.do({ t: "check_in.answer", id: id(button), accept: true }),
    "visit-decline": (button) => session.do({ t: "check_in.answer", id: id(button), accept: false }),
  };
}

/** @param {RoomSession} session */
export function wireInvitation(session) {
  const form = part(session.root, "invite-form");
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const performer = need(form, "invite-choice", HTMLSelectElement).value;
    void session.perform(need(form, "invite", HTMLButtonElement), () => session.do({ t: "check_in.invite", performer }));
  });
}
