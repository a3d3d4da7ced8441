/**
 * Peer connections, one per direction. The offer is posted at once (candidates are not waited for), the answer comes with
 * the `ack`. A connection that fails is made anew, with pauses that grow.
 */
import { kindsOfKey } from "ppv/kinds";
import { Refusal } from "ppv/protocol";

/** @typedef {import("ppv/store").LinkState} LinkState */
/** @typedef {"publish"|"subscribe"} Direction */
/**
 * @typedef {object} Outside
 * @property {(direction: Direction, sdp: string, takeOver: boolean) => Promise<string>} offer posts an offer, gives the answer
 * @property {() => RTCIceServer[]} iceServers
 * @property {(direction: Direction, state: LinkState) => void} onState
 * @property {(stream: MediaStream|null) => void} onStream what is received
 * @property {number} maxKbps
 */

const LOST_MS = 4000; // "disconnected" often mends itself; after this long it is not waited for any more
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const FAILED_AFTER = 4;
const HOPELESS = new Set(["not_allowed", "sign_in", "blocked", "not_found", "gone", "bad_input"]);

/** One direction. `aim(key)` is the only thing to call: it connects, leaves alone, or ends. */
export class Link {
  /**
   * @param {Direction} direction
   * @param {Outside} outside
   */
  constructor(direction, outside) {
    this.direction = direction;
    this.outside = outside;
    /** @type {string|null} */
    this.key = null;
    /** @type {RTCPeerConnection|null} */
    this.pc = null;
    /** @type {MediaStream|null} */
    this.source = null;
    this.failures = 0;
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
    this.failures = 0;
    this.#drop();
    if (key) void this.#connect(takeOver);
    else this.#report("none");
  }

  /** Tries at once, after a failure was shown. */
  again() {
    if (!this.key) return;
    this.failures = 0;
    this.#drop();
    void this.#connect(false);
  }

  /** @param {MediaStream|null} stream what a publisher sends; may change while it sends */
  send(stream) {
    this.source = stream;
    for (const transceiver of this.pc?.getTransceivers() ?? []) {
      const track = trackOf(stream, transceiver.receiver.track.kind);
      if (transceiver.sender.track !== track) void transceiver.sender.replaceTrack(track).catch(() => {});
    }
  }

  /** @param {boolean} takeOver */
  async #connect(takeOver) {
    const key = this.key;
    const pc = new RTCPeerConnection({ iceServers: this.outside.iceServers(), bundlePolicy: "max-bundle" });
    this.pc = pc;
    this.#report("connecting");
    pc.onconnectionstatechange = () => this.#changed(pc);
    const kinds = kindsOfKey(key ?? "");
    if (this.direction === "publish") addSenders(pc, this.source, this.outside.maxKbps, kinds);
    else this.#addReceivers(pc, kinds);
    try {
      await pc.setLocalDescription(await pc.createOffer());
      const sdp = await this.outside.offer(this.direction, pc.localDescription?.sdp ?? "", takeOver);
      if (pc !== this.pc || key !== this.key) return;
      await pc.setRemoteDescription({ type: "answer", sdp });
    } catch (why) {
      if (pc === this.pc) this.#failed(why instanceof Refusal && HOPELESS.has(why.code));
    }
  }

  /**
   * @param {RTCPeerConnection} pc
   * @param {string[]} kinds
   */
  #addReceivers(pc, kinds) {
    const stream = new MediaStream();
    for (const kind of kinds) pc.addTransceiver(kind, { direction: "recvonly" });
    pc.ontrack = ({ track }) => {
      if (pc !== this.pc) return;
      stream.addTrack(track);
      this.outside.onStream(stream);
    };
  }

  /** @param {RTCPeerConnection} pc */
  #changed(pc) {
    if (pc !== this.pc) return;
    clearTimeout(this.timer);
    const state = pc.connectionState;
    if (state === "connected") {
      this.failures = 0;
      this.#report("live");
    } else if (state === "disconnected") {
      this.timer = setTimeout(() => pc === this.pc && this.#failed(false), LOST_MS);
    } else if (state === "failed" || state === "closed") {
      this.#failed(false);
    }
  }

  /** @param {boolean} hopeless the server said no: only another key, or a person, tries again */
  #failed(hopeless) {
    this.#drop();
    this.failures += 1;
    this.#report(hopeless || this.failures >= FAILED_AFTER ? "failed" : "connecting");
    if (hopeless) return;
    const pause = PAUSES_MS[Math.min(this.failures - 1, PAUSES_MS.length - 1)] ?? 0;
    this.timer = setTimeout(() => this.key && void this.#connect(false), pause * (0.75 + Math.random() / 2));
  }

  #drop() {
    clearTimeout(this.timer);
    const pc = this.pc;
    this.pc = null;
    if (pc) pc.onconnectionstatechange = pc.ontrack = null;
    pc?.close();
    if (this.direction === "subscribe" && !this.key) this.outside.onStream(null);
  }

  /** @param {LinkState} state */
  #report(state) {
    this.outside.onState(this.direction, state);
  }
}

/**
 * Senders of these kinds from the start, so that turning a camera on later needs no new offer.
 * @param {RTCPeerConnection} pc
 * @param {MediaStream|null} stream
 * @param {number} maxKbps
 * @param {string[]} kinds
 */
function addSenders(pc, stream, maxKbps, kinds) {
  const streams = stream ? [stream] : [];
  const audio = pc.addTransceiver("audio", { direction: "sendonly", streams });
  void audio.sender.replaceTrack(trackOf(stream, "audio"));
  if (!kinds.includes("video")) return;
  const video = pc.addTransceiver("video", {
    direction: "sendonly",
    streams,
    sendEncodings: [{ maxBitrate: maxKbps * 1000 }],
  });
  void video.sender.replaceTrack(trackOf(stream, "video"));
}

/**
 * @param {MediaStream|null} stream
 * @param {string} kind
 */
function trackOf(stream, kind) {
  return stream?.getTracks().find((track) => track.kind === kind) ?? null;
}

/** Both directions of this tab. */
export class Media {
  /** @param {Outside} outside */
  constructor(outside) {
    this.publisher = new Link("publish", outside);
    this.subscriber = new Link("subscribe", outside);
  }

  /**
   * @param {{publish: string|null, subscribe: string|null}} plan
   * @param {boolean} [takeOver]
   */
  follow(plan, takeOver = false) {
    if (plan.publish !== "keep") this.publisher.aim(plan.publish, takeOver);
    if (plan.subscribe !== "keep") this.subscriber.aim(plan.subscribe, takeOver);
  }

  /** @param {MediaStream|null} stream */
  send(stream) {
    this.publisher.send(stream);
  }

  again() {
    this.publisher.again();
    this.subscriber.again();
  }

  end() {
    this.follow({ publish: null, subscribe: null });
  }
}
