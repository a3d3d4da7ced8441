/** Being inside unseen, or with the own camera sent to the performer: whether one can, and what templates may ask. */
import { hundredths } from "ppv/format";

/** @typedef {import("ppv/protocol").RoomView} RoomView */
/** @typedef {import("ppv/protocol").PersonView} PersonView */

/** Whether one's own camera goes to the performer. @param {PersonView|null|undefined} me */
export function sendsCamera(me) {
  return me?.session?.kind === "two_way";
}

/**
 * Whether somebody unseen goes on watching while the performer is in private.
 * @param {RoomView} room
 * @param {PersonView} me
 */
export function watchesPrivate(room, me) {
  return me.session?.kind === "voyeur" && room.voyeur?.state === "open";
}

/**
 * Whether one can be inside in this manner, here and now: open, or the reason why not.
 * @param {"voyeur"|"two_way"} manner
 * @param {RoomView|null} room
 * @param {PersonView|null} me
 */
export function mannerStateOf(manner, room, me) {
  const offer = room?.[manner];
  if (!offer || !me || me.role === "performer" || me.session?.kind === "private") return "off";
  if (me.session?.kind === manner) return "inside";
  if (me.role === "visitor") return "sign-in";
  if (offer.state !== "open") return offer.state;
  const held = me.session ? Infinity : hundredths(me.balance); // who is inside has held money, which counts again
  return held < hundredths(offer.minimum) ? "no-funds" : "open";
}

/**
 * What the client's own limits do to something it could enter: "no", nothing; "some", they end it before the funds do;
 * "none", they let it not begin.
 * @param {import("ppv/protocol").OwnTerms|null|undefined} own
 * @param {number|null|undefined} endsMs
 */
export function boundOf(own, endsMs) {
  if (own?.allowance == null || endsMs == null) return "no";
  return hundredths(own.allowance) > 0 ? "some" : "none";
}

/**
 * What templates may ask in `data-when`, beside what the store says.
 * @param {RoomView|null} room
 * @param {PersonView|null} me
 * @returns {Record<string, string>}
 */
export function viewOfManners(room, me) {
  const again = me?.own?.group_grace_seconds == null ? "no" : "yes";
  return {
    voyeur: mannerStateOf("voyeur", room, me),
    two_way: mannerStateOf("two_way", room, me),
    offers: room?.voyeur || room?.two_way ? "yes" : "no",
    watched: room?.private.watched ? "yes" : "no",
    two_way_free: hundredths(room?.two_way?.price.cpm) ? "no" : "yes",
    conference: room?.conference ? "yes" : "no",
    cameras: me?.cameras?.length ? "yes" : "no",
    voyeur_again: again,
    voyeur_bound: boundOf(me?.own, me?.own?.voyeur_ends_ms),
    two_way_again: again,
    two_way_bound: boundOf(me?.own, me?.own?.two_way_ends_ms),
  };
}
