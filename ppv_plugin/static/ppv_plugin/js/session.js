/** What the room and the console have in common: the line, the state, the media, and the page that follows them. */
import { announce, focusFirst, hasFocus, language, need, part, showTexts, showWhen, textsOf } from "ppv/dom";
import { fill } from "ppv/format";
import { Presence, kindOf, planOfKind } from "ppv/kinds";
import { Media } from "ppv/media";
import { PPVSocket, socketAddress, wakeWithPage } from "ppv/socket";
import { Store, mediaPlan, viewOf } from "ppv/store";
import { valuesOf } from "ppv/values";
import { perform, reasonOf, tell } from "ppv/actions";
import { PPVChat } from "ppv/chat";
import { orderActions, wireSlowMode } from "ppv/order";
import { PPVDevices } from "ppv/devices";
import { PPVMeter } from "ppv/meter";
import { PPVStage } from "ppv/stage";

/** @typedef {import("ppv/store").State} State */
/** @typedef {import("ppv/protocol").Command} Command */

const SECOND_MS = 1000;

export class RoomSession {
  /**
   * @param {HTMLElement} root carries data-socket and data-max-kbps
   * @param {(state: State) => string} screen
   * @param {(state: State, view: Record<string, string>) => void} render what the page shows besides
   */
  constructor(root, screen, render) {
    this.root = root;
    this.screen = screen;
    this.renderMore = render;
    this.say = textsOf(root);
    this.store = new Store();
    /** @type {MediaStream|null} */
    this.received = null;
    this.scheduled = false;
    this.unsaid = { text: "", cid: "" };
    this.stage = need(root, "stage", PPVStage);
    this.devices = need(root, "devices", PPVDevices);
    this.chat = need(root, "chat", PPVChat);
    this.meters = [...root.querySelectorAll("ppv-meter")].filter((element) => element instanceof PPVMeter);
    this.socket = new PPVSocket({
      url: socketAddress(root.dataset["socket"] ?? ""),
      onMessage: (message) => this.#take(message),
      onState: (conn) => this.store.set({ conn }),
    });
    this.presence = new Presence((takeOver) => this.do({ t: "media.attend", take_over: takeOver }));
    this.media = new Media({
      offer: (direction, sdp, takeOver) => this.#offer(direction, sdp, takeOver),
      iceServers: () => this.store.state.ice,
      onState: (direction, state) =>
        this.store.set({ media: { ...this.store.state.media, [direction]: state } }),
      onStream: (stream) => {
        this.received = stream;
        this.schedule();
      },
      maxKbps: Number(root.dataset["maxKbps"]) || 1000,
    });
  }

  start() {
    this.store.listen(() => this.schedule());
    this.chat.names = async (prefix) => (await this.do({ t: "chat.names", prefix })).names ?? [];
    wireSlowMode(this);
    this.chat.say = async (text) => {
      // the same words again, after an answer that was lost, are the same message
      if (this.unsaid.text !== text) this.unsaid = { text, cid: this.socket.env.newId() };
      try {
        await this.socket.send({ t: "chat.send", text }, this.unsaid.cid);
        this.unsaid = { text: "", cid: "" };
        tell(this.root, "");
      } catch (why) {
        tell(this.root, reasonOf(why, this.say));
        throw why;
      }
    };
    this.root.addEventListener("ppv-devices", () => {
      this.media.send(this.devices.stream);
      this.schedule();
    });
    this.root.addEventListener("ppv-low-funds", (event) => {
      const { minutes } = /** @type {CustomEvent<{minutes: number}>} */ (event).detail;
      announce(this.root, fill(this.say("low-funds"), { minutes }));
    });
    const { root } = this;
    // a dialog gives the focus back to what opened it, which may be hidden by now (capture: `close` does not bubble)
    root.addEventListener("close", () => hasFocus() || focusFirst(root), true);
    addEventListener("pagehide", () => {
      this.socket.parting({ t: "media.leave" });
      this.media.end();
    });
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    wakeWithPage(this.socket);
    setInterval(() => this.#showTexts(), SECOND_MS);
    this.socket.open();
    this.schedule();
  }

  /** @param {Command} command */
  do(command) {
    return this.socket.send(command);
  }

  /** Moves the show from another tab to this one. */
  takeOver() {
    const { me } = this.store.state;
    if (!me) return;
    this.store.set({ me: { ...me, elsewhere: false } });
    this.#follow(true);
  }

  /** @param {boolean} [takeOver] */
  #follow(takeOver = false) {
    const { state } = this.store;
    const { attend, ...plan } = planOfKind(mediaPlan(state), state);
    this.media.follow(plan, takeOver);
    if (state.conn.phase === "open") this.presence.aim(attend, takeOver);
  }

  /** A real <dialog>. @param {string} name */
  dialog(name) {
    return need(this.root, name, HTMLDialogElement);
  }

  /**
   * @param {HTMLElement} button
   * @param {() => unknown} run
   */
  perform(button, run) {
    return perform(this.root, button, run, this.say);
  }

  /** @param {import("ppv/protocol").ServerMessage} message */
  #take(message) {
    if (message.t === "beat") {
      if (this.presence.key) this.socket.tell({ t: "beat.back", n: message.n });
      return;
    }
    const held = [this.media.publisher, this.media.subscriber, this.presence].some(({ key }) => key !== null);
    this.store.take(message);
    this.chat.ref = this.store.state.me?.ref ?? "";
    if (message.t === "welcome") {
      this.chat.fill(message.chat);
      // after a break the server may still believe in this tab's old socket: the show is ours, so take it back
      if (held && message.me.elsewhere) this.takeOver();
    } else if (message.t === "chat.msg") {
      this.chat.take(message.message);
      this.root.dispatchEvent(new CustomEvent("ppv-line", { detail: message.message }));
    } else if (message.t === "chat.gone") {
      this.chat.gone(message.id);
    } else if (message.t === "error" && message.code !== "blocked") { // that screen says it itself
      tell(this.root, message.text);
    }
  }

  /**
   * @param {"publish"|"subscribe"} direction
   * @param {string} sdp
   * @param {boolean} takeOver
   */
  async #offer(direction, sdp, takeOver) {
    const ack = await this.do({ t: "media.offer", direction, sdp, take_over: takeOver });
    return ack.sdp ?? "";
  }

  /** Several changes of one moment are shown once. */
  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      this.render();
    });
  }

  render() {
    const { state } = this.store;
    if (state.conn.phase === "open" || state.conn.phase === "closed") this.#follow();
    /** @type {Record<string, string>} */
    const view = { ...viewOf(state, this.screen), ...this.#deviceView() };
    const before = this.root.dataset["screen"];
    this.root.dataset["screen"] = view["screen"];
    this.#showTexts();
    this.renderMore(state, view);
    showWhen(this.root, view);
    this.stage.setKind(kindOf(state));
    for (const meter of this.meters) meter.show(state.me?.meter);
    if (state.receipt) this.#linkReceipt(state.receipt);
    if (before !== view["screen"]) announce(this.root, this.say(`screen-${view["screen"]}`));
  }

  /** Who paid nothing has nothing to rate. @param {import("ppv/protocol").ReceiptView} receipt */
  #linkReceipt(receipt) {
    for (const link of this.root.querySelectorAll("[data-part='receipt-link']")) link.setAttribute("href", receipt.url);
    const rating = part(this.root, "rating-link");
    rating?.setAttribute("href", `${receipt.url}#rating`);
    rating?.toggleAttribute("hidden", Number(receipt.total) === 0);
  }

  #deviceView() {
    const { devices } = this;
    return {
      camera: devices.has("camera") ? "on" : "off",
      microphone: devices.has("microphone") ? "on" : "off",
      device: devices.problem || "ok",
      previewing: devices.running ? "yes" : "no",
      ready: devices.ready ? "yes" : "no",
      devices: devices.kind,
    };
  }

  #showTexts() {
    const { receipt } = this.store.state;
    const texts = valuesOf(this.store.state, Date.now(), language());
    if (receipt) texts["receipt_reason"] = this.say(`reason-${receipt.reason}`);
    showTexts(this.root, texts);
  }

  /** What both pages can do with the picture and the devices. @returns {Record<string, import("ppv/actions").Action>} */
  actions() {
    return {
      ...orderActions(this),
      sound: () => this.stage.toggleSound(),
      fullscreen: () => this.stage.toggleFullScreen(),
      pip: () => this.stage.togglePictureInPicture(),
      "retry-media": () => this.media.again(),
      "take-over": () => this.takeOver(),
      reload: () => location.reload(),
      preview: () => this.devices.start(),
      camera: () => this.devices.set("camera", !this.devices.on.camera),
      microphone: () => this.devices.set("microphone", !this.devices.on.microphone),
      "close-receipt": () => this.store.set({ receipt: null }),
      "close-outcome": () => this.store.set({ outcome: "" }),
      "close-dialog": (button) => button.closest("dialog")?.close(),
    };
  }

}
