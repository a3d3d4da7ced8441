/** Calls by link and the cameras of a conference: what follows from the state. No document. */
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
