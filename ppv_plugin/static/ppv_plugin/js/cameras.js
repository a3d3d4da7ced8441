/** The cameras that clients send to the performer, each a connection of its own, with a card per camera. */
import { announce, cloneOf, need, part, showTexts } from "ppv/dom";
import { fill } from "ppv/format";
import { Link } from "ppv/media";

/** @typedef {import("ppv/protocol").CameraView} CameraView */
/** @typedef {{card: HTMLElement, video: HTMLVideoElement, link: Link}} Shown */

export class Cameras {
  /** @type {Map<string, Shown>} by the id of the visit */
  #shown = new Map();

  /**
   * @param {HTMLElement} root
   * @param {import("ppv/session").RoomSession} session
   */
  constructor(root, session) {
    this.root = root;
    this.session = session;
  }

  /** @param {import("ppv/store").State} state */
  render({ room, me, onAir, conn, connection }) {
    const wanted = onAir && !me?.elsewhere && conn.phase !== "closed" ? (me?.cameras ?? []) : [];
    const alive = new Set(wanted.map((camera) => camera.id));
    for (const [id, shown] of this.#shown) {
      if (alive.has(id)) continue;
      if (shown.card.contains(document.activeElement)) part(this.root, "cameras-title")?.focus();
      shown.link.aim(null);
      shown.card.remove();
      this.#shown.delete(id);
    }
    for (const camera of wanted) {
      const shown = this.#shown.get(camera.id) ?? this.#add(camera, Boolean(room?.conference));
      if (conn.phase === "open") shown.link.aim(`${camera.id}@${connection}`);
    }
  }

  /** @param {string} id */
  toggleSound(id) {
    const shown = this.#shown.get(id);
    if (!shown) return;
    shown.video.muted = !shown.video.muted;
    part(shown.card, "hear")?.setAttribute("aria-pressed", String(!shown.video.muted));
  }

  /**
   * @param {CameraView} camera
   * @param {boolean} heard in a conference from the start
   */
  #add(camera, heard) {
    const card = cloneOf(this.root, "camera-card");
    card.dataset["camera"] = camera.id;
    showTexts(card, { camera_name: camera.client_name });
    const video = need(card, "camera", HTMLVideoElement);
    video.muted = !heard;
    part(card, "hear")?.setAttribute("aria-pressed", String(heard));
    const link = new Link("subscribe", {
      offer: async (direction, sdp) => {
        const ack = await this.session.do({ t: "media.offer", direction, sdp, take_over: false, camera: camera.id });
        return ack.sdp ?? "";
      },
      iceServers: () => this.session.store.state.ice,
      onState: (_direction, state) => card.setAttribute("data-link", state),
      onStream: (stream) => {
        if (video.srcObject !== stream) video.srcObject = stream;
        if (stream) void video.play().catch(() => {});
      },
      maxKbps: 0,
    });
    const shown = { card, video, link };
    this.#shown.set(camera.id, shown);
    need(this.root, "cameras", HTMLElement).append(card);
    announce(this.root, fill(this.session.say("camera-came"), { name: camera.client_name }));
    return shown;
  }
}
