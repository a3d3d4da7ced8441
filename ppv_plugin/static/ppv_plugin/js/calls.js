/** Calls by link and the cameras beside the large picture: what follows from the state. */
import { cloneOf, language, part, showTexts } from "ppv/dom";
import { amount } from "ppv/format";
import { inPrivate, isPending, mediaPlan } from "ppv/store";

/** @typedef {import("ppv/store").State} State */

/**
 * Whether a call that was agreed to in this tab can begin now: the performer is there and not with somebody else.
 * @param {State} state
 */
export function joinsAgain({ room, me, joining, conn }) {
  if (!joining || me?.call?.id !== joining || conn.phase !== "open" || me.session || isPending(me.request)) return false;
  return Boolean(room?.show) && room?.status !== "private";
}

/**
 * The cameras beside the large picture that this person sees: everybody's but the own.
 * @param {State} state
 * @returns {{id: string, name: string}[]}
 */
export function seenCameras(state) {
  const { room, me, media } = state;
  const { subscribe } = mediaPlan(state);
  if (!room?.tiles || room.status === "private" || inPrivate(me) || media.subscribe !== "live") return [];
  return subscribe === null ? [] : room.tiles.filter((tile) => tile.id !== me?.session?.id);
}

/**
 * Calls by link that a performer expects, and who of them has come.
 * @param {HTMLElement} root
 * @param {readonly import("ppv/protocol").CallView[]} calls
 */
export function showExpected(root, calls) {
  const list = part(root, "call-list");
  const key = JSON.stringify(calls);
  if (!list || list.dataset["shown"] === key) return;
  list.dataset["shown"] = key;
  list.replaceChildren(
    ...calls.map((call) => {
      const item = cloneOf(root, "call-item");
      showTexts(item, { call_client: call.client_name ?? "", call_at: amount(call.price.cpm, language()) });
      part(item, "call-agreed")?.toggleAttribute("hidden", !call.accepted);
      return item;
    }),
  );
}
