/**
 * What a screen shows as a function of what is known: the room, this person, the line, the media. No document, no clock
 * of its own. `reduce` takes in a message, `viewOf` says which screen it is, `mediaPlan` which media belong to it.
 */
import { CLOSED } from "ppv/protocol";
import { hundredths } from "ppv/format";
import { guestMedia } from "ppv/company";
import { kindOf, kindTerms, viewOfKinds } from "ppv/kinds";
import { viewOfRecording } from "ppv/recording";
import { boundOf, sendsCamera, viewOfManners, watchesPrivate } from "ppv/manners";

/** @typedef {import("ppv/protocol").RoomView} RoomView */
/** @typedef {import("ppv/protocol").PersonView} PersonView */
/** @typedef {import("ppv/protocol").ServerMessage} ServerMessage */
/** @typedef {import("ppv/socket").Conn} Conn */
/** @typedef {"none"|"connecting"|"live"|"failed"} LinkState */
/** @typedef {{publish: LinkState, subscribe: LinkState}} MediaState */
/**
 * @typedef {object} State
 * @property {RoomView|null} room
 * @property {PersonView|null} me
 * @property {Conn} conn
 * @property {string} connection name the server gave this socket
 * @property {RTCIceServer[]} ice
 * @property {import("ppv/protocol").ReceiptView|null} receipt of the last paid stretch, until it is put away
 * @property {MediaState} media
 * @property {boolean} onAir the performer chose devices in this tab
 * @property {number} clockSkew server's clock minus ours
 * @property {string} outcome what became of the last request: "", rejected, expired, cancelled
 * @property {string} joining the call by link that was agreed to in this tab, which waits for the performer
 * @property {string} kind of the private show one is about to ask for; empty = not chosen yet
 * @property {boolean} asked whoever watched is asked to agree to the price of a mode that began meanwhile
 */

const MODE_CHANGED = "mode_changed";
const PERFORMING = ["performer", "guest"];

/** @returns {State} */
export function initialState() {
  return {
    room: null,
    me: null,
    conn: { phase: "connecting", code: 0 },
    connection: "",
    ice: [],
    receipt: null,
    media: { publish: "none", subscribe: "none" },
    onAir: false,
    clockSkew: 0,
    outcome: "",
    joining: "",
    kind: "",
    asked: false,
  };
}

/**
 * The state after a message; the same object when nothing changed.
 * @param {State} state
 * @param {ServerMessage} message
 * @param {number} now
 * @returns {State}
 */
export function reduce(state, message, now) {
  switch (message.t) {
    case "welcome":
      return {
        ...withPerson(withRoom(state, message.room), message.me),
        connection: message.connection,
        ice: message.ice_servers,
        clockSkew: message.server_time - now,
      };
    case "me.state":
      return withPerson(state, message.me);
    case "room.state":
      return withRoom(state, message.room);
    case "meter":
      if (!state.me?.session || state.me.session.session !== message.meter.session) return state;
      return { ...state, me: { ...state.me, meter: message.meter } };
    case "wallet.state":
      if (state.me?.role !== "client") return state;
      return { ...state, me: { ...state.me, balance: message.balance } };
    case "session.ended":
      return withReceipt(state, message.receipt);
    case "media.taken":
      if (!state.me || message.connection === state.connection) return state;
      return { ...state, me: { ...state.me, elsewhere: true } };
    default:
      return state;
  }
}

/**
 * What became of a request is worth saying once, to the tab that saw it pending.
 * @param {State} state
 * @param {PersonView} me
 * @returns {State}
 */
function withPerson(state, me) {
  const asked = isPending(state.me?.request);
  const answered = asked && !isPending(me.request) && !me.session;
  const begun = me.session && me.session.session !== state.me?.session?.session;
  const outcome = answered ? (me.request?.state ?? "cancelled") : asked || me.session ? "" : state.outcome;
  return {
    ...state,
    me,
    outcome: isPending(me.request) ? "" : outcome,
    receipt: begun ? null : state.receipt,
    asked: state.asked && lacksConsent(state.room, me),
  };
}

/**
 * A mode that began while somebody watched is asked about; who waits outside reads its price there.
 * @param {State} state
 * @param {RoomView} room
 * @returns {State}
 */
function withRoom(state, room) {
  const old = state.room;
  const changed = old?.show && old.show === room.show && (room.mode_number ?? 0) > (old.mode_number ?? 0);
  return { ...state, room, asked: (state.asked || Boolean(changed && hasWatched(state))) && lacksConsent(room, state.me) };
}

/**
 * What a change of mode ended may be told last of all, when nothing else shows any more that one was inside.
 * @param {State} state
 * @param {import("ppv/protocol").ReceiptView} receipt
 * @returns {State}
 */
function withReceipt(state, receipt) {
  const asked = state.asked || (receipt.reason === MODE_CHANGED && lacksConsent(state.room, state.me));
  return { ...state, receipt, asked };
}

/** @param {State} state */
function hasWatched(state) {
  if (state.me?.role === "performer") return false;
  return mediaPlan(state).subscribe !== null || state.receipt?.reason === MODE_CHANGED;
}

/**
 * Whether the paid show is closed to this person until it agrees to the price in force.
 * @param {RoomView|null} room
 * @param {PersonView|null} me
 */
function lacksConsent(room, me) {
  if (!room?.consent || me?.role === "moderator") return false;
  return !me?.session || (!inPrivate(me) && me.session.mode_number !== room.mode_number);
}

/** @param {import("ppv/protocol").RequestView|null|undefined} request */
export function isPending(request) {
  return request?.state === "pending";
}

/** @param {PersonView|null|undefined} me */
export function inPrivate(me) {
  return me?.session?.kind === "private";
}

/**
 * The screen of somebody who visits a room.
 * @param {State} state
 * @returns {string}
 */
export function screenOf({ room, me, conn, receipt }) {
  if (conn.phase === "closed") return screenOfClosed(conn.code);
  if (!room || !me) return "connecting";
  if (me.blocked) return "blocked";
  if (receipt && !me.session && !goesOnFree(receipt, room)) return "ended-with-receipt";
  if (me.elsewhere) return "elsewhere";
  if (inPrivate(me)) return "in-private";
  if (me.session) return room.status === "private" && !watchesPrivate(room, me) ? "others-private" : "inside-group";
  if (isPending(me.request)) return "asking";
  if (room.status === "offline") return "offline";
  if (me.role === "performer") return "own-room";
  if (room.status === "private") return "others-private";
  if (room.status === "lobby") return "lobby";
  if (me.role === "moderator") return "watch-free";
  if (room.status === "free") return me.free_left_ms === 0 ? "free-over" : "watch-free";
  const entry = entryStateOf(room, me);
  return entry === "open" ? "ask-to-enter" : entry;
}

/**
 * Whether the paid show can be entered: open, or the reason why not.
 * @param {RoomView|null} room
 * @param {PersonView|null} me
 */
function entryStateOf(room, me) {
  if (!me || me.role === "visitor") return "sign-in";
  return hundredths(me.balance) < hundredths(room?.group_minimum) ? "no-funds" : "open";
}

/**
 * Nothing ends for somebody who may go on watching for nothing: the receipt stands beside the picture then.
 * @param {import("ppv/protocol").ReceiptView} receipt
 * @param {RoomView} room
 */
function goesOnFree(receipt, room) {
  return receipt.reason === MODE_CHANGED && room.status === "free";
}

/**
 * The screen of the performer in the own room.
 * @param {State} state
 * @returns {string}
 */
export function consoleScreenOf({ room, me, conn, onAir }) {
  if (conn.phase === "closed") return screenOfClosed(conn.code);
  if (!room || !me) return "connecting";
  if (me.role !== "performer") return "blocked";
  if (room.status === "offline") return "green-room";
  if (me.elsewhere) return "elsewhere";
  if (!onAir) return "resume";
  return inPrivate(me) ? "in-private" : "live";
}

/** @param {number} code */
export function screenOfClosed(code) {
  if (code === CLOSED.BLOCKED) return "blocked";
  if (code === CLOSED.SIGN_IN) return "signed-out";
  if (code === CLOSED.NO_ROOM) return "no-room";
  return code === CLOSED.REPLACED ? "replaced" : "connecting";
}

/**
 * Whether a private show can be asked for here and now: open, or the reason why not.
 * @param {RoomView|null} room
 * @param {PersonView|null} me
 */
export function askStateOf(room, me) {
  if (!room || !me || room.status === "offline") return "off";
  if (me.session?.kind === "voyeur") return "unseen";
  if (room.status === "private") return "busy";
  if (room.private.state !== "open") return room.private.state;
  if (me.role === "visitor") return "sign-in";
  if (me.role === "moderator") return "off";
  const enough = kindTerms(room, me).some((one) => hundredths(me.balance) >= hundredths(one.minimum));
  return enough ? "open" : "no-funds";
}

/** Minutes of funds at which something is said. */
export const THRESHOLDS = Object.freeze([1, 2, 5]);

/**
 * How long the funds last, in milliseconds of used time; Infinity when there is no end.
 * @param {{used_ms: number, cutoff_ms: number|null}|null|undefined} meter
 */
export function leftMs(meter) {
  return meter?.cutoff_ms == null ? Infinity : Math.max(0, meter.cutoff_ms - meter.used_ms);
}

/**
 * The tightest threshold that is reached, or null.
 * @param {number} left milliseconds
 */
export function thresholdOf(left) {
  return THRESHOLDS.find((minutes) => left <= minutes * 60_000) ?? null;
}

/**
 * Everything a template may ask in `data-when`.
 * @param {State} state
 * @param {(state: State) => string} [screen]
 * @returns {Record<string, string>}
 */
export function viewOf(state, screen = screenOf) {
  const { room, me, conn, media } = state;
  const meter = me?.meter;
  const receives = Boolean(mediaPlan(state).subscribe);
  return {
    screen: screen(state),
    status: room?.status ?? "offline",
    role: me?.role ?? "visitor",
    ask: askStateOf(room, me),
    entry: entryStateOf(room, me),
    line: conn.phase,
    flow: meter?.flow ?? "idle",
    grace: me?.session && (meter?.grace_left_ms ?? me.session.price.grace_seconds * 1000) > 0 ? "yes" : "no",
    endless: meter?.cutoff_ms == null ? "yes" : "no",
    offer: room?.private.state ?? "off",
    ...viewOfKinds(state),
    talk: mayTalk(state) ? "yes" : "no",
    muted: me?.muted_until ? "yes" : "no",
    slow: room?.slow_seconds && me?.role !== "performer" ? "yes" : "no",
    free: me?.free_left_ms == null ? "no" : me.free_left_ms > 0 ? "left" : "over",
    back: me?.blocked_until ? "yes" : "no",
    low: me?.role === "client" && me.session ? String(thresholdOf(leftMs(meter)) ?? "no") : "no",
    session: me?.session?.kind ?? "no",
    ...viewOfManners(room, me),
    ...viewOfCalls(state),
    ...viewOfRecording(room, me),
    receiving: receives ? media.subscribe : "none",
    sending: media.publish,
    requests: me?.requests?.length ? "yes" : "no",
    goals: room?.goals?.length ? "yes" : "no",
    guests: room?.guests?.length ? "yes" : "no",
    visiting: me?.visiting?.length ? "yes" : "no",
    group_again: me?.own?.group_grace_seconds == null ? "no" : "yes",
    group_bound: boundOf(me?.own, me?.own?.group_ends_ms),
    private_again: me?.own?.private_grace_seconds == null ? "no" : "yes",
    private_bound: boundOf(me?.own, me?.own?.private_ends_ms),
    accepts: me?.requests_mode ?? "open",
    receipt: state.receipt ? "yes" : "no",
    outcome: state.outcome || "none",
    earns: state.receipt?.earned ? "yes" : "no",
  };
}

/** @param {State} state @returns {Record<string, string>} */
function viewOfCalls({ room, me, joining }) {
  return {
    lobby: room?.lobby ? "yes" : "no",
    by_link: room?.by_link ? "yes" : "no",
    call: me?.call ? (joining === me.call.id ? "waiting" : "open") : "no",
    call_free: hundredths(me?.call?.price.cpm) ? "no" : "yes",
    call_ends: me?.call?.expires_at ? "yes" : "no",
    calls: me?.calls?.length ? "yes" : "no",
    paying: me?.session && hundredths(me.session.price.cpm) ? "yes" : "no",
  };
}

/**
 * Whether what one writes is taken: somebody is live, and one is inside where inside is paid for.
 * @param {State} state
 */
function mayTalk(state) {
  const { room, me } = state;
  if (!room?.show || !me || me.blocked || me.muted_until || me.free_left_ms === 0) return false;
  if (me.role === "visitor" || me.role === "moderator" || me.session?.kind === "voyeur") return false;
  if (room.talk === false && !PERFORMING.includes(me.role) && !me.session) return false;
  const performs = PERFORMING.includes(me.role);
  const proven = kindOf(state) !== "text" || performs || me.meter?.flow === "flowing";
  return performs || (me.session ? proven : !room.group);
}

/**
 * Which media belong to this state: a key per direction. A new key means a new connection, the same key leaves it alone,
 * null ends it, "keep" keeps what there is and starts nothing.
 * @param {State} state
 * @returns {{publish: string|null, subscribe: string|null}}
 */
export function mediaPlan({ room, me, connection, onAir, conn }) {
  const none = { publish: null, subscribe: null };
  if (conn.phase === "closed" || !room || !me || me.blocked || me.elsewhere || !room.show) return none;
  const key = (/** @type {string} */ id) => `${id}@${connection}`;
  if (me.role === "performer") {
    if (!onAir || room.status === "lobby") return none; // nobody is shown before a call begins
    return { publish: key(room.show), subscribe: inPrivate(me) && me.session ? key(me.session.id) : null };
  }
  if (me.role === "guest") return guestMedia({ room, me, onAir }, key);
  if (me.session && inPrivate(me)) return { publish: key(me.session.id), subscribe: key(me.session.id) };
  if (me.session) return { publish: sendsCamera(me) ? key(me.session.id) : null, subscribe: key(me.session.id) };
  if (me.role === "moderator" && room.status === "paid") return { publish: null, subscribe: key(room.show) };
  if (room.status === "free") return { publish: null, subscribe: me.free_left_ms === 0 ? null : key(room.show) };
  return { publish: null, subscribe: room.status === "private" ? "keep" : null };
}

/** A state with listeners. */
export class Store {
  /** @param {() => number} [now] */
  constructor(now = Date.now) {
    this.now = now;
    this.state = initialState();
    /** @type {Set<(state: State, before: State) => void>} */
    this.listeners = new Set();
  }

  /** @param {(state: State, before: State) => void} listener */
  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @param {Partial<State>} change */
  set(change) {
    this.#become({ ...this.state, ...change });
  }

  /** @param {ServerMessage} message */
  take(message) {
    this.#become(reduce(this.state, message, this.now()));
  }

  /** @param {State} next */
  #become(next) {
    const before = this.state;
    if (next === before) return;
    this.state = next;
    for (const listener of this.listeners) listener(next, before);
  }
}
