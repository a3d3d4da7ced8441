/** Whether what one sees or sends is recorded: what templates may ask of it. No document. */
import { part } from "ppv/dom";

/** @typedef {import("ppv/protocol").RoomView} RoomView */
/** @typedef {import("ppv/protocol").PersonView} PersonView */

/**
 * `recorded`: the public show is. `rec`: what this person watches or sends right now is.
 * @param {RoomView|null} room
 * @param {PersonView|null} me
 * @returns {Record<string, string>}
 */
export function viewOfRecording(room, me) {
  const inPrivate = me?.session?.kind === "private";
  const public_ = Boolean(room?.recorded && room.status !== "private" && room.status !== "offline");
  return {
    recorded: room?.recorded ? "yes" : "no",
    rec: (inPrivate ? me?.session?.recorded : public_) ? "yes" : "no",
    recordable: room?.recordable ? "yes" : "no",
  };
}

/**
 * Whether the box is ticked that a template shows where it matters; an unseen or missing box is a no.
 * @param {ParentNode} root
 * @param {string} name
 */
export function agrees(root, name) {
  const box = part(root, name);
  return box instanceof HTMLInputElement && box.checked;
}

/**
 * A tick is for one question only: the next one is asked with an empty box.
 * @param {ParentNode} root
 * @param {string} name
 */
export function untick(root, name) {
  const box = part(root, name);
  if (box instanceof HTMLInputElement) box.checked = false;
}

/**
 * The question about a recording stands where the chosen mode is recorded, and is asked anew with every choice.
 * @param {ParentNode} root
 * @param {string} name of the box
 * @param {Element|null|undefined} choice with `data-recorded`
 * @returns {boolean} whether what is chosen may begin
 */
export function asksAbout(root, name, choice) {
  const box = part(root, name);
  if (!(box instanceof HTMLInputElement)) return true;
  const recorded = choice?.hasAttribute("data-recorded") ?? false;
  const key = choice instanceof HTMLInputElement || choice instanceof HTMLOptionElement ? choice.value : "";
  if (box.dataset["asked"] !== key) box.checked = false;
  box.dataset["asked"] = key;
  box.closest("label")?.toggleAttribute("hidden", !recorded);
  return !recorded || box.checked;
}
