/**
 * One socket to the server: says hello, resumes after a break, comes back by itself, and gives every command its answer.
 * Knows no document; everything it touches is passed in, so tests can hold the clock.
 */
import { CLOSED, Refusal, SUBPROTOCOL } from "ppv/protocol";

/** @typedef {import("ppv/protocol").ServerMessage} ServerMessage */
/** @typedef {import("ppv/protocol").Command} Command */
/** @typedef {import("ppv/protocol").Ack} Ack */
/** @typedef {"connecting"|"open"|"lost"|"closed"} Phase */
/** @typedef {{phase: Phase, code: number}} Conn */
/**
 * @typedef {object} Env
 * @property {new (url: string, protocols: string[]) => WebSocket} WebSocket
 * @property {(run: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random
 * @property {() => string} newId
 */
/**
 * @typedef {object} Options
 * @property {string} url
 * @property {(message: ServerMessage) => void} onMessage
 * @property {(conn: Conn) => void} onState
 * @property {boolean} [welcomed] hello is answered by a welcome (rooms); at a listing it is not
 * @property {Env} [env]
 */

export const RETRY_MIN_MS = 500;
export const RETRY_MAX_MS = 15_000;
export const PING_MS = 20_000;
export const SILENCE_MS = 12_000;
export const ANSWER_MS = 20_000;
const FINAL = new Set(Object.values(CLOSED));
const TOO_MANY = 4029;

/**
 * Full jitter: anything between the least wait and a ceiling that doubles.
 * @param {number} attempt 0 for the first try again
 * @param {() => number} random
 */
export function retryDelay(attempt, random) {
  const ceiling = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (attempt + 1));
  return Math.round(RETRY_MIN_MS + random() * (ceiling - RETRY_MIN_MS));
}

/** @returns {Env} */
function browserEnv() {
  return {
    WebSocket,
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    random: Math.random,
    newId: () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join(""),
  };
}

export class PPVSocket {
  /** @param {Options} options */
  constructor({ url, onMessage, onState, welcomed = true, env = browserEnv() }) {
    this.url = url;
    this.onMessage = onMessage;
    this.onState = onState;
    this.welcomed = welcomed;
    this.env = env;
    this.epoch = "";
    this.seq = 0;
    this.attempt = 0;
    this.nextDelay = -1; // the server's wish, from `bye`
    /** @type {Conn} */
    this.conn = { phase: "connecting", code: 0 };
    /** @type {WebSocket|null} */
    this.ws = null;
    /** @type {Map<string, {resolve: (ack: Ack) => void, reject: (why: Refusal) => void, timer: any}>} */
    this.pending = new Map();
    /** @type {any} */
    this.retryTimer = null;
    /** @type {any} */
    this.pingTimer = null;
    this.pings = 0;
  }

  open() {
    this.env.clearTimeout(this.retryTimer);
    this.retryTimer = null;
    const ws = new this.env.WebSocket(this.url, [SUBPROTOCOL]);
    this.ws = ws;
    ws.onopen = () => {
      this.tell({ t: "hello", epoch: this.epoch, seq: this.seq });
      if (!this.welcomed) this.#opened();
    };
    ws.onmessage = (event) => this.#receive(String(event.data));
    ws.onclose = (event) => {
      if (ws === this.ws) this.#closed(event.code);
    };
  }

  /** The network or the tab came back: no waiting. A socket that looks open is asked whether it lives. */
  wake() {
    if (this.conn.phase === "closed") return;
    if (this.retryTimer !== null) {
      this.attempt = 0;
      this.open();
    } else if (this.conn.phase === "open") {
      this.#ping();
    }
  }

  /** For good, or until `open`. */
  close() {
    const ws = this.ws;
    this.ws = null;
    this.#quiet();
    this.env.clearTimeout(this.retryTimer);
    this.retryTimer = null;
    ws?.close(1000);
    this.#failPending();
    this.#state("closed", 1000);
  }

  /**
   * Sends a command; settles with its `ack` or a Refusal.
   * @param {Command} command
   * @param {string} [cid] an earlier cid: the same command said again
   * @returns {Promise<Ack>}
   */
  send(command, cid = this.env.newId()) {
    if (this.conn.phase !== "open") return Promise.reject(new Refusal("offline", "", true));
    return new Promise((resolve, reject) => {
      const timer = this.env.setTimeout(() => {
        this.pending.delete(cid);
        reject(new Refusal("offline", "", true));
      }, ANSWER_MS);
      this.pending.set(cid, { resolve, reject, timer });
      this.tell({ ...command, cid });
    });
  }

  /**
   * Sends a frame that nobody waits for.
   * @param {object} message
   */
  tell(message) {
    if (this.ws?.readyState === 1) this.ws.send(JSON.stringify(message));
  }

  /** A command without waiting, for a page that is being left. @param {Command} command */
  parting(command) {
    this.tell({ ...command, cid: this.env.newId() });
  }

  /** @param {string} frame */
  #receive(frame) {
    /** @type {ServerMessage} */
    let message;
    try {
      message = JSON.parse(frame);
    } catch {
      return; // not ours: the protocol is JSON only
    }
    this.#heard();
    switch (message.t) {
      case "welcome":
        this.epoch = message.epoch;
        if (!message.resumed) this.seq = message.seq;
        this.#opened();
        break;
      case "chat.msg":
      case "chat.gone":
        if (message.seq) this.seq = Math.max(this.seq, message.seq);
        break;
      case "resync":
        this.epoch = "";
        this.seq = 0;
        this.tell({ t: "hello", epoch: "", seq: 0 });
        return;
      case "bye":
        this.nextDelay = message.retry_ms;
        return;
      case "pong":
        return;
      case "ack":
      case "error":
        if (this.#settle(message)) return;
        break;
    }
    this.onMessage(message);
  }

  /**
   * @param {import("ppv/protocol").Ack | import("ppv/protocol").ErrorMessage} answer
   * @returns {boolean} whether somebody waited for it
   */
  #settle(answer) {
    const waiting = answer.cid ? this.pending.get(answer.cid) : undefined;
    if (!waiting || !answer.cid) return false;
    this.pending.delete(answer.cid);
    this.env.clearTimeout(waiting.timer);
    if (answer.t === "ack") waiting.resolve(answer);
    else waiting.reject(new Refusal(answer.code, answer.text, answer.retryable));
    return true;
  }

  #opened() {
    this.attempt = 0;
    this.nextDelay = -1;
    this.#state("open", 0);
    this.#heard();
  }

  /** @param {number} code */
  #closed(code) {
    this.#quiet();
    this.#failPending();
    if (FINAL.has(/** @type {any} */ (code))) {
      this.#state("closed", code);
      return;
    }
    this.#state("lost", code);
    const jittered = retryDelay(code === TOO_MANY ? 9 : this.attempt, this.env.random);
    const delay = this.nextDelay >= 0 ? Math.max(jittered, this.nextDelay) : jittered;
    this.attempt += 1;
    this.nextDelay = -1;
    this.retryTimer = this.env.setTimeout(() => this.open(), delay);
  }

  #failPending() {
    for (const { reject, timer } of this.pending.values()) {
      this.env.clearTimeout(timer);
      reject(new Refusal("offline", "", true));
    }
    this.pending.clear();
  }

  /** Anything heard proves that the line lives; ask again after a while. */
  #heard() {
    this.env.clearTimeout(this.pingTimer);
    this.pingTimer = this.env.setTimeout(() => this.#ping(), PING_MS);
  }

  #ping() {
    this.env.clearTimeout(this.pingTimer);
    this.tell({ t: "ping", n: ++this.pings });
    const ws = this.ws;
    this.pingTimer = this.env.setTimeout(() => {
      if (ws !== this.ws) return;
      ws?.close(4000); // a dead line may take minutes to say so: do not wait for it
      this.ws = null;
      this.#closed(1006);
    }, SILENCE_MS);
  }

  #quiet() {
    this.env.clearTimeout(this.pingTimer);
    this.pingTimer = null;
  }

  /**
   * @param {Phase} phase
   * @param {number} code
   */
  #state(phase, code) {
    if (phase === this.conn.phase && code === this.conn.code) return;
    this.conn = { phase, code };
    this.onState(this.conn);
  }
}

/**
 * The full address of a socket path, with the scheme that belongs to the page's.
 * @param {string} path
 * @param {{href: string}} [place]
 */
export function socketAddress(path, place = location) {
  const url = new URL(path, place.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/**
 * Wakes the socket when the network or the tab comes back.
 * @param {PPVSocket} socket
 */
export function wakeWithPage(socket) {
  addEventListener("online", () => socket.wake());
  addEventListener("pageshow", (event) => event.persisted && socket.wake());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && socket.wake());
}
