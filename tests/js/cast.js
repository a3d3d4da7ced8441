/** Rooms and people as the server describes them, and a socket and a clock that tests hold in their hands. */

/** @typedef {import("ppv/protocol").RoomView} RoomView */
/** @typedef {import("ppv/protocol").PersonView} PersonView */

/** @type {import("ppv/protocol").Price} */
export const PRICE = { cpm: "2.00", grace_seconds: 10, rule: "per_second", rule_text: "Per second, after grace" };

/** @param {Partial<RoomView>} [change] @returns {RoomView} */
export function room(change = {}) {
  return {
    slug: "ana",
    title: "Ana plays",
    performer: "Ana",
    status: "free",
    show: "show-1",
    mode: "Free",
    group: null,
    private: { state: "open", price: PRICE, minutes_to_start: 5, minimum: "10.00", request_seconds: 120 },
    viewers: 3,
    live_at: 1_000,
    snapshot_url: null,
    ...change,
  };
}

/** @param {Partial<RoomView>} [change] */
export const paidRoom = (change = {}) => 
  room({ status: "paid", group: { ...PRICE, cpm: "1.50" }, group_minimum: "7.50", ...change });

/** @param {Partial<PersonView>} [change] @returns {PersonView} */
export function client(change = {}) {
  return { role: "client", name: "Cy", blocked: false, balance: "20.00", elsewhere: false, requests: [], ...change };
}

/** @param {Partial<PersonView>} [change] @returns {PersonView} */
export function performer(change = {}) {
  return { ...client(), role: "performer", name: "Ana", balance: null, requests_mode: "open", ...change };
}

/** @returns {PersonView} */
export const visitor = () => ({ role: "visitor", name: null, blocked: false, balance: null });

/** @param {string} kind @returns {import("ppv/protocol").SessionView} */
export function session(kind) {
  return { kind, id: `${kind}-1`, session: "session-1", price: PRICE, partner: "Ana" };
}

/** @param {Partial<import("ppv/protocol").MeterView>} [change] @returns {import("ppv/protocol").MeterView} */
export function meter(change = {}) {
  return {
    session: "session-1",
    used_ms: 60_000,
    cost: "2.00",
    flow: "flowing",
    grace_left_ms: 0,
    cutoff_ms: 600_000,
    balance: "18.00",
    ...change,
  };
}

/** @param {string} [state] @returns {import("ppv/protocol").RequestView} */
export function request(state = "pending") {
  return { id: "request-1", state, media: "video", price: PRICE, minimum: "10.00", expires_at: 121_000 };
}

/** @returns {import("ppv/protocol").ReceiptView} */
export function receipt() {
  return { session: "session-1", url: "/r/1", total: "5.83", used_ms: 185_000, reason: "client" };
}

/** @param {Partial<import("ppv/protocol").Welcome>} [change] @returns {import("ppv/protocol").Welcome} */
export function welcome(change = {}) {
  return {
    t: "welcome",
    epoch: "e1",
    seq: 7,
    resumed: false,
    server_time: 5_000,
    connection: "c1",
    room: room(),
    me: client(),
    chat: [],
    ice_servers: [],
    ...change,
  };
}

/** Time that passes when it is told to. */
export class Clock {
  now = 0;
  /** @type {{at: number, run: () => void}[]} */
  timers = [];

  /** @param {() => void} run @param {number} ms */
  setTimeout = (run, ms) => {
    const timer = { at: this.now + ms, run };
    this.timers.push(timer);
    return timer;
  };

  /** @param {{at: number, run: () => void}} timer */
  clearTimeout = (timer) => {
    this.timers = this.timers.filter((one) => one !== timer);
  };

  /** @param {number} ms */
  pass(ms) {
    const end = this.now + ms;
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.clearTimeout(next);
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }
}

/** A WebSocket whose other end is the test. */
export class FakeWebSocket {
  /** @type {FakeWebSocket[]} */
  static made = [];
  readyState = 0;
  /** @type {any[]} */
  sent = [];
  /** @type {(() => void)|null} */
  onopen = null;
  /** @type {((event: {data: string}) => void)|null} */
  onmessage = null;
  /** @type {((event: {code: number}) => void)|null} */
  onclose = null;

  /** @param {string} url @param {string[]} protocols */
  constructor(url, protocols) {
    this.url = url;
    this.protocols = protocols;
    FakeWebSocket.made.push(this);
  }

  /** @param {string} frame */
  send(frame) {
    this.sent.push(JSON.parse(frame));
  }

  close() {
    this.readyState = 3;
  }

  accept() {
    this.readyState = 1;
    this.onopen?.();
  }

  /** @param {object} message */
  says(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** @param {number} code */
  drops(code) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}
