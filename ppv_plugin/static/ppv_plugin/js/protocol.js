/**
 * The socket protocol `ppv.v1` as types; the server's side is `ppv_plugin/realtime/protocol.py`.
 * Amounts are decimal texts in tokens, durations milliseconds, moments Unix milliseconds.
 */

export const SUBPROTOCOL = "ppv.v1";

/** Codes after which coming back by itself would not help. */
export const CLOSED = Object.freeze({ SIGN_IN: 4001, BLOCKED: 4003, NO_ROOM: 4004, REPLACED: 4009 });

/**
 * @typedef {{cpm: string, grace_seconds: number, rule: string, rule_text: string}} Price
 * @typedef {{state: "open"|"busy"|"auto_reject"|"hidden"|"off", price: Price, minutes_to_start: number,
 *   minimum: string, request_seconds: number, watched?: boolean, kinds?: KindOffer[]}} PrivateOffer
 * @typedef {{kind: string, cpm: string, minimum: string, ends_ms?: number|null, special?: boolean}} KindOffer
 * @typedef {{state: "open"|"busy"|"full", price: Price, minimum: string, slots?: number, free?: number}} MannerOffer
 * @typedef {{slug: string, title: string, performer: string, status: "offline"|"free"|"paid"|"private"|"lobby",
 *   show: string|null, mode: string|null, group: Price|null, private: PrivateOffer, viewers: number,
 *   live_at: number|null, snapshot_url: string|null, group_minimum?: string|null, mode_key?: string|null,
 *   mode_number?: number, consent?: boolean, recorded?: boolean,
 *   recordable?: boolean, slow_seconds?: number,
 *   goals?: GoalView[], guests?: string[], tiles?: TileView[], voyeur?: MannerOffer|null, two_way?: MannerOffer|null,
 *   lobby?: boolean, talk?: boolean, by_link?: boolean, conference?: boolean, kind?: string}} RoomView
 * @typedef {{id: string, name: string}} TileView
 * @typedef {{id: string, name: string, state: "invited"|"in", room: string}} CheckInView
 * @typedef {{id: number, title: string, amount: string, filled: string, reached: boolean}} GoalView
 * @typedef {{id: string, state: string, media: string, price: Price, minimum: string, expires_at: number,
 *   client?: string|null, client_name?: string|null, funded_minutes?: number|null, recording?: boolean}} RequestView
 * @typedef {{kind: string, id: string, session: string, price: Price, partner: string, client?: string|null,
 *   mode_number?: number, recorded?: boolean, media?: string}} SessionView
 * @typedef {{session: string, used_ms: number, cost: string, flow: "idle"|"flowing"|"stalled"|"cut",
 *   grace_left_ms: number, cutoff_ms: number|null, balance?: string|null, earned?: string|null}} MeterView
 * @typedef {{session: string, url: string, total: string, used_ms: number, reason: string,
 *   earned?: string|null}} ReceiptView
 * @typedef {{group_grace_seconds?: number|null, private_grace_seconds?: number|null, allowance?: string|null,
 *   group_ends_ms?: number|null, private_ends_ms?: number|null,
 *   private_cpm?: string|null, private_minimum?: string|null, voyeur_ends_ms?: number|null,
 *   two_way_ends_ms?: number|null, private_kinds?: KindOffer[]}} OwnTerms
 * @typedef {{id: string, client: string, client_name: string}} CameraView
 * @typedef {{id: string, price: Price, minimum: string, expires_at: number|null, accepted: boolean,
 *   client_name?: string|null}} CallView
 * @typedef {{role: "performer"|"guest"|"client"|"visitor"|"moderator", name: string|null, blocked: boolean, balance: string|null,
 *   request?: RequestView|null, session?: SessionView|null, meter?: MeterView|null, elsewhere?: boolean,
 *   requests?: RequestView[], requests_mode?: string|null, earned_today?: string|null,
 *   own?: OwnTerms|null, ref?: string, voyeurs?: boolean|null, cameras?: CameraView[],
 *   blocked_until?: number|null, muted_until?: number|null, free_left_ms?: number|null,
 *   show_tips?: string|null, check_ins?: CheckInView[], visiting?: CheckInView[],
 *   call?: CallView|null, calls?: CallView[], private_kinds?: string[]}} PersonView
 * @typedef {{id: number, author: "performer"|"client"|"system", name: string, text: string, at: number,
 *   private?: boolean, mine?: boolean, deleted?: boolean, mentions?: {ref: string, name: string}[], event?: string,
 *   facts?: Record<string, string>}} ChatView
 */

/**
 * @typedef {{t: "welcome", epoch: string, seq: number, resumed: boolean, server_time: number, connection: string,
 *   room: RoomView, me: PersonView, chat: ChatView[], ice_servers: RTCIceServer[]}} Welcome
 * @typedef {{t: "me.state", me: PersonView}} MeState
 * @typedef {{t: "room.state", room: RoomView}} RoomState
 * @typedef {{t: "chat.msg", message: ChatView, seq?: number}} ChatMessage
 * @typedef {{t: "chat.gone", id: number, seq?: number}} ChatGone
 * @typedef {{t: "meter", meter: MeterView}} MeterMessage
 * @typedef {{t: "session.warning", session: string, left_ms: number}} SessionWarning
 * @typedef {{t: "session.ended", receipt: ReceiptView}} SessionEnded
 * @typedef {{t: "media.taken", connection: string}} MediaTaken
 * @typedef {{t: "listing.room", room: RoomView}} ListingChanged
 * @typedef {{t: "wallet.state", balance: string, held: string}} WalletState
 * @typedef {{t: "ack", cid: string, id?: string|null, sdp?: string|null, names?: string[]|null}} Ack
 * @typedef {{t: "error", code: string, text: string, cid?: string|null, retryable?: boolean}} ErrorMessage
 * @typedef {{t: "beat", n: number}} Beat
 * @typedef {{t: "pong", n: number, server_time: number}} Pong
 * @typedef {{t: "resync"}} Resync
 * @typedef {{t: "bye", code: number, retry_ms: number}} Bye
 * @typedef {Welcome|MeState|RoomState|ChatMessage|ChatGone|MeterMessage|SessionWarning|SessionEnded|MediaTaken|ListingChanged|
 *   WalletState|Ack|ErrorMessage|Beat|Pong|Resync|Bye} ServerMessage
 */

/**
 * What a client says, without its `cid`.
 * @typedef {{t: "chat.send", text: string} | {t: "chat.names", prefix: string}
 *   | {t: "chat.delete", id: number} | {t: "chat.mute", id: number, minutes: number} | {t: "chat.kick", id: number}
 *   | {t: "chat.ban", id: number, days: number|null, address: boolean} | {t: "chat.slow", seconds: number} | {t: "show.start", mode: number, recorded: boolean} | {t: "show.mode", mode: number, recorded: boolean}
 *   | {t: "show.end"}
 *   | {t: "requests.set", value: string} | {t: "request.create", media: string, cpm: string, watched: boolean,
 *     recording: boolean}
 *   | {t: "request.cancel", id: string} | {t: "request.answer", id: string, accept: boolean, free?: boolean,
 *     recording?: boolean}
 *   | {t: "call.join", id: string, cpm: string} | {t: "call.cancel", id: string}
 *   | {t: "private.end", id: string} | {t: "group.leave"}
 *   | {t: "group.enter", cpm: string, mode_number: number, manner?: "group"|"voyeur"|"two_way",
 *     recorded?: boolean}
 *   | {t: "camera.close", id: string} | {t: "voyeurs.set", value: boolean}
 *   | {t: "client.block", client: string}
 *   | {t: "tip.give", option: number, amount: string}
 *   | {t: "goal.add", title: string, amount: string} | {t: "goal.move", id: number, up: boolean}
 *   | {t: "goal.delete", id: number} | {t: "goals.reset"}
 *   | {t: "check_in.invite", performer: string} | {t: "check_in.answer", id: string, accept: boolean}
 *   | {t: "check_in.end", id: string}
 *   | {t: "media.offer", direction: "publish"|"subscribe", sdp: string, take_over: boolean,
 *     camera?: string}
 *   | {t: "media.attend", take_over: boolean} | {t: "kinds.set", value: string[]}
 *   | {t: "media.leave"}} Command
 */

/** A refusal: the server's `error`, or `offline` when no answer came. */
export class Refusal extends Error {
  /**
   * @param {string} code
   * @param {string} text for people; empty when the server said nothing
   * @param {boolean} retryable
   */
  constructor(code, text = "", retryable = false) {
    super(text || code);
    this.code = code;
    this.text = text;
    this.retryable = retryable;
  }
}
