/** `<ppv-room>`: the room of somebody who visits it. */
import { need, part } from "ppv/dom";
import { inPrivate, privateTerms, screenOf } from "ppv/store";
import { RoomSession } from "ppv/session";
import { TipDialog, TipEffects } from "ppv/tips";
import { showGoals } from "ppv/goals";
import { Refusal } from "ppv/protocol";
import { wireActions } from "ppv/actions";

/** @typedef {import("ppv/store").State} State */

export class PPVRoom extends HTMLElement {
  /** @type {RoomSession|null} */
  session = null;
  #shownPrice = "";
  #shownTerms = "";

  connectedCallback() {
    if (this.session) return;
    const session = new RoomSession(this, screenOf, (state) => this.#render(state));
    this.session = session;
    wireActions(this, { ...session.actions(), ...this.#actions(session) }, session.say);
    this.#wireDialog(session);
    this.#wireModeDialog(session);
    this.#wireVolume(session);
    const effects = new TipEffects(this, { silent: () => session.stage.sound !== "on" });
    const tips = part(this, "tip-dialog") ? new TipDialog(session) : null;
    wireActions(this, { tip: () => tips?.open(), "tip-sound": () => effects.toggle() }, session.say);
    session.start();
  }

  /** @param {RoomSession} session */
  #wireDialog(session) {
    const dialog = session.dialog("ask-dialog");
    const form = need(dialog, "ask-form", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = need(dialog, "ask-start", HTMLButtonElement);
      void session.perform(button, () => this.#ask(session, dialog));
    });
    dialog.addEventListener("close", () => {
      // the preview goes dark with the dialog, unless the request was sent and the devices wait for the answer
      if (session.store.state.me?.request?.state !== "pending" && !inPrivate(session.store.state.me)) {
        session.devices.stop();
      }
    });
  }

  /** Closed without a yes is a no: one stays outside and may enter from there. @param {RoomSession} session */
  #wireModeDialog(session) {
    const dialog = session.dialog("mode-dialog");
    need(dialog, "mode-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void session.perform(need(dialog, "mode-agree", HTMLButtonElement), () => this.#enter(session));
    });
    dialog.addEventListener("close", () => session.store.set({ asked: false }));
  }

  /** The terms that are on the screen, no others. @param {RoomSession} session */
  #enter(session) {
    const { room } = session.store.state;
    return session.do({ t: "group.enter", cpm: room?.group?.cpm ?? "", mode_number: room?.mode_number ?? 0 });
  }

  /**
   * @param {RoomSession} session
   * @param {HTMLDialogElement} dialog
   */
  async #ask(session, dialog) {
    const terms = privateTerms(session.store.state.room, session.store.state.me);
    if (!terms) throw new Refusal("gone");
    await session.do({ t: "request.create", media: "video", cpm: terms.cpm });
    await this.#pending(session);
    dialog.close();
  }

  /**
   * The state that follows an accepted request, so that the closing dialog knows of it.
   * @param {RoomSession} session
   * @returns {Promise<void>}
   */
  #pending(session) {
    return new Promise((resolve) => {
      const done = () => {
        stop();
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(done, 2000);
      const stop = session.store.listen(({ me }) => (me?.request?.state === "pending" || me?.session) && done());
      if (session.store.state.me?.request?.state === "pending") done();
    });
  }

  /** @param {RoomSession} session */
  #wireVolume(session) {
    const volume = part(this, "volume");
    if (!(volume instanceof HTMLInputElement)) return;
    volume.addEventListener("input", () => session.stage.setVolume(Number(volume.value) / 100));
  }

  /**
   * @param {RoomSession} session
   * @returns {Record<string, import("ppv/actions").Action>}
   */
  #actions(session) {
    const state = () => session.store.state;
    return {
      ask: () => {
        need(this, "consent", HTMLInputElement).checked = false;
        session.dialog("ask-dialog").showModal();
        return session.devices.start();
      },
      "cancel-ask": () => session.do({ t: "request.cancel", id: state().me?.request?.id ?? "" }),
      enter: () => this.#enter(session),
      leave: () => session.do({ t: "group.leave" }),
      "end-private": () => session.do({ t: "private.end", id: state().me?.session?.id ?? "" }),
    };
  }

  /** @param {State} state */
  #render(state) {
    const { session } = this;
    if (!session) return;
    const screen = screenOf(state);
    this.#checkPrice(state);
    this.#showModeDialog(state, session);
    if (screen === "in-private") {
      if (!session.devices.running) void session.devices.start(); // after a reload: what the person chose before
      session.media.send(session.devices.stream);
      if (session.dialog("ask-dialog").open) session.dialog("ask-dialog").close();
    } else if (session.devices.running && screen !== "asking" && !session.dialog("ask-dialog").open) {
      session.devices.stop();
    }
    showGoals(this, state.room?.goals ?? []);
    session.stage.show(session.received);
    session.stage.showOwn(screen === "in-private" ? session.devices.stream : null);
  }

  /** A price that changes while somebody reads it is agreed to again. @param {State} state */
  #checkPrice({ room, me }) {
    const price = JSON.stringify([room?.private.price, privateTerms(room, me)]);
    if (price !== this.#shownPrice) need(this, "consent", HTMLInputElement).checked = false;
    this.#shownPrice = price;
    const terms = JSON.stringify([room?.mode_number, room?.group]);
    if (terms !== this.#shownTerms) need(this, "mode-consent", HTMLInputElement).checked = false;
    this.#shownTerms = terms;
  }

  /**
   * @param {State} state
   * @param {RoomSession} session
   */
  #showModeDialog({ asked }, session) {
    const dialog = session.dialog("mode-dialog");
    if (asked === dialog.open) return;
    if (asked) {
      need(this, "mode-consent", HTMLInputElement).checked = false;
      session.dialog("ask-dialog").close();
      dialog.showModal();
    } else dialog.close();
  }
}

if (!customElements.get("ppv-room")) customElements.define("ppv-room", PPVRoom);
