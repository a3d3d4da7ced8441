/** Who performs together: what a guest sends and sees, and whose cameras those who perform see beside the large picture. Pure. */

/** @typedef {import("ppv/store").State} State */
/** @typedef {{publish: string|null, subscribe: string|null}} Plan */

/**
 * The check-in of a guest who has come in, or nothing.
 * @param {import("ppv/protocol").PersonView|null} me
 */
export function ownCheckIn(me) {
  return me?.role === "guest" ? me.visiting?.find((one) => one.state === "in") : undefined;
}

/**
 * A guest sends and sees once the devices were chosen in this tab, not while the one who is live is in private.
 * @param {Pick<State, "room"|"me"|"onAir">} state
 * @param {(id: string) => string} key
 * @returns {Plan}
 */
export function guestMedia({ room, me, onAir }, key) {
  const own = ownCheckIn(me);
  const id = own && onAir && room?.status !== "private" ? key(own.id) : null;
  return { publish: id, subscribe: id };
}

/**
 * The cameras that whoever performs sees beside the large picture: never the own one, nor those with cards of their own.
 * @param {Pick<State, "room"|"me">} state
 * @param {Plan} plan what else is received and sent
 */
export function tilesOf({ room, me }, plan) {
  if (me?.session?.kind === "private") return [];
  const watches = me?.role === "performer" ? plan.publish : plan.subscribe;
  if (!watches || watches === "keep") return [];
  const apart = new Set([ownCheckIn(me)?.id, ...(me?.cameras ?? []).map((camera) => camera.id)]);
  return (room?.tiles ?? []).filter((tile) => !apart.has(tile.id));
}
