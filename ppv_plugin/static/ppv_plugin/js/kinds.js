/** What is sent in a show, video, audio or text: which media belong to it, and what a private show of each kind costs. */
import { hundredths } from "ppv/format";
import { boundOf } from "ppv/manners";
import { Refusal } from "ppv/protocol";

/** @typedef {"video"|"audio"|"text"} Kind */
/** @typedef {import("ppv/protocol").RoomView} RoomView */
/** @typedef {import("ppv/protocol").PersonView} PersonView */
/** @typedef {{publish: string|null, subscribe: string|null}} Plan */
/** @typedef {{kind: string, cpm: string, minimum: string, ends_ms?: number|null}} KindTerms */

const RETRY_MS = 2000;

/**
 * What is sent here and now: in one's own private show its kind, else that of the mode.
 * @param {{room: RoomView|null, me: PersonView|null}} state
 * @returns {Kind}
 */
export function kindOf({ room, me }) {
  const kind = me?.session?.kind === "private" ? me.session.media : room?.kind;
  return kind === "audio" || kind === "text" ? kind : "video";
}

/**
 * The media of this kind: text has none, but where it is paid for one proves to be there under a key of its own.
 * @param {Plan} plan
 * @param {{room: RoomView|null, me: PersonView|null}} state
 * @returns {Plan & {attend: string|null}}
 */
export function planOfKind(plan, state) {
  const kind = kindOf(state);
  if (kind === "video") return { ...plan, attend: null };
  if (kind === "audio") return { publish: heard(plan.publish), subscribe: heard(plan.subscribe), attend: null };
  const attends = state.me?.role === "performer" ? plan.publish : state.me?.session ? plan.subscribe : null;
  return { publish: null, subscribe: null, attend: attends === "keep" ? null : attends };
}

/** Another key, so that a change of kind is another connection. @param {string|null} key */
function heard(key) {
  return key && key !== "keep" ? `${key}/audio` : key;
}

/** @param {string} key */
export function kindsOfKey(key) {
  return key.endsWith("/audio") ? ["audio"] : ["audio", "video"];
}

/**
 * What a private show of each offered kind costs this person. What everybody pays, and which kinds there are, the room knows
 * best: nobody is told anew of their own terms when it changes.
 * @param {RoomView|null} room
 * @param {PersonView|null} [me]
 * @returns {KindTerms[]}
 */
export function kindTerms(room, me) {
  if (!room) return [];
  const { kinds, price, minimum } = room.private;
  const own = me?.own;
  if (kinds?.length) return kinds.map((one) => termsOf(one, own?.private_kinds?.find(({ kind }) => kind === one.kind)));
  return [{ kind: "video", cpm: own?.private_cpm ?? price.cpm, minimum: own?.private_minimum ?? minimum }];
}

/**
 * @param {import("ppv/protocol").KindOffer} everybodys
 * @param {import("ppv/protocol").KindOffer} [own]
 * @returns {KindTerms}
 */
function termsOf(everybodys, own) {
  return own?.special ? own : { ...everybodys, ...(own?.ends_ms == null ? {} : { ends_ms: own.ends_ms }) };
}

/**
 * The cheapest kind, and whether another costs more.
 * @param {RoomView|null} room
 * @param {PersonView|null} [me]
 */
export function privatePrices(room, me) {
  const terms = kindTerms(room, me);
  const lowest = [...terms].sort((one, other) => hundredths(one.cpm) - hundredths(other.cpm))[0];
  return { lowest, several: terms.some((one) => hundredths(one.cpm) !== hundredths(lowest?.cpm)) };
}

/**
 * The one that is chosen; without a choice the first that the balance is enough for, or the first.
 * @param {KindTerms[]} terms
 * @param {string} chosen
 * @param {string|null|undefined} balance
 */
export function chosenTerms(terms, chosen, balance) {
  const affordable = terms.find((one) => hundredths(one.minimum) <= hundredths(balance));
  return terms.find((one) => one.kind === chosen) ?? affordable ?? terms[0] ?? null;
}

/**
 * Whether a private show of this kind can be asked for: yes, no, or too little money.
 * @param {KindTerms[]} terms
 * @param {PersonView|null} me
 * @param {string} kind
 */
function offersOf(terms, me, kind) {
  const own = terms.find((one) => one.kind === kind);
  if (!own) return "no";
  return me?.role === "client" && hundredths(me.balance) < hundredths(own.minimum) ? "no-funds" : "yes";
}

/**
 * What templates may ask in `data-when` about kinds; `ask_` is about the one that is chosen.
 * @param {{room: RoomView|null, me: PersonView|null, kind: string}} state
 * @returns {Record<string, string>}
 */
export function viewOfKinds(state) {
  const { room, me } = state;
  const terms = kindTerms(room, me);
  const chosen = chosenTerms(terms, state.kind, me?.balance);
  return {
    kind: kindOf(state),
    kinds: terms.length > 1 || (terms[0]?.kind ?? "video") !== "video" ? "some" : "one",
    offers_video: offersOf(terms, me, "video"),
    offers_audio: offersOf(terms, me, "audio"),
    offers_text: offersOf(terms, me, "text"),
    private_prices: privatePrices(room, me).several ? "several" : "one",
    ask_kind: chosen?.kind ?? "video",
    ask_again: me?.own?.private_grace_seconds == null ? "no" : "yes",
    ask_bound: boundOf(me?.own, chosen?.ends_ms),
  };
}

/** Being there for text. `aim(key)` is the only thing to call: it attends, leaves alone, or stops answering. */
export class Presence {
  /** @param {(takeOver: boolean) => Promise<unknown>} attend */
  constructor(attend) {
    this.attend = attend;
    /** @type {string|null} */
    this.key = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
  }

  /**
   * @param {string|null} key
   * @param {boolean} [takeOver]
   */
  aim(key, takeOver = false) {
    if (key === this.key && !takeOver) return;
    this.key = key;
    clearTimeout(this.timer);
    if (key) void this.#begin(key, takeOver);
  }

  /**
   * @param {string} key
   * @param {boolean} takeOver
   */
  async #begin(key, takeOver) {
    try {
      await this.attend(takeOver);
    } catch (why) {
      if (key !== this.key || (why instanceof Refusal && !why.retryable)) return;
      this.timer = setTimeout(() => key === this.key && void this.#begin(key, takeOver), RETRY_MS);
    }
  }
}
