/** `<ppv-room>`: the room of somebody who visits it. */
import { need, part } from "ppv/dom";
import { hundredths } from "ppv/format";
import { chosenTerms, kindOf, kindTerms } from "ppv/kinds";
import { sendsCamera } from "ppv/manners";
import { agrees, untick } from "ppv/recording";
import { inPrivate, screenOf } from "ppv/store";
import { RoomSession } from "ppv/session";
import { TipDialog, TipEffects } from "ppv/tips";
import { showGoals } from "ppv/goals";
import { Refusal } from "ppv/protocol";
import { Wall } from "ppv/wall";
import { joinsAgain, seenCameras } from "ppv/calls";
import { reasonOf, tell, wireActions } from "ppv/actions";

/** @typedef {import("ppv/store").State} State */
/** @typedef {"voyeur"|"two_way"} Manner */

const MANNERS = /** @type {Manner[]} */ (["voyeur", "two_way"]);

export class PPVRoom extends HTMLElement {
  /** @type {RoomSession|null} */
  session = null;
  #shownPrice = "";
  #shownTerms = "";
  #shownManners = "";
  /** @type {Wall|null} */
  #wall = null;
  #joinedAt = "";

  connectedCallback() {
    if (this.session) return;
    const session = new RoomSession(this, screenOf, (state) => this.#render(state));
    this.session = session;
    wireActions(this, { ...session.actions(), ...this.#actions(session) }, session.say);
    this.#wireDialog(session);
    this.#wireModeDialog(session);
    for (const manner of MANNERS) this.#wireManner(session, manner);
    this.#wireVolume(session);
    this.#wireCall(session);
    this.#wall = new Wall(this, session);
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
    form.addEventListener("change", (event) => {
      const input = event.target;
      if (!(input instanceof HTMLInputElement) || input.name !== "ppv-kind") return;
      session.store.set({ kind: input.value });
      session.devices.limit(input.value);
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

  /**
   * Unseen, or with the own camera: each has a question of its own.
   * @param {RoomSession} session
   * @param {Manner} manner
   */
  #wireManner(session, manner) {
    const dialog = session.dialog(`${manner}-dialog`);
    need(dialog, `${manner}-form`, HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void session.perform(need(dialog, `${manner}-agree`, HTMLButtonElement), async () => {
        const { room } = session.store.state;
        const recorded = Boolean(room?.recorded); // as the dialog says
        const terms = { cpm: room?.[manner]?.price.cpm ?? "", mode_number: room?.mode_number ?? 0, recorded };
        session.devices.limit("video");
        if (manner === "two_way") await session.devices.set("camera", true);
        await session.do({ t: "group.enter", ...terms, manner });
        dialog.close();
      });
    });
  }

  /** A call by link: agreed to here, and begun when both are there. @param {RoomSession} session */
  #wireCall(session) {
    const form = part(this, "call-form");
    if (!(form instanceof HTMLFormElement)) return;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const consent = need(form, "call-consent", HTMLInputElement);
      const free = Number(session.store.state.me?.call?.price.cpm) === 0;
      if (!free && !consent.checked) return consent.focus();
      void session.perform(need(form, "call-join", HTMLButtonElement), async () => {
        for (const device of /** @type {const} */ (["camera", "microphone"])) await session.devices.set(device, true);
        session.store.set({ joining: session.store.state.me?.call?.id ?? "" });
        await this.#join(session);
      });
    });
  }

  /** @param {RoomSession} session */
  async #join(session) {
    const { me, room } = session.store.state;
    this.#joinedAt = `${room?.show}${room?.status}`;
    try {
      await session.do({ t: "call.join", id: me?.call?.id ?? "", cpm: me?.call?.price.cpm ?? "" });
    } catch (why) {
      if (!(why instanceof Refusal) || why.code !== "busy") session.store.set({ joining: "" });
      throw why;
    }
  }

  /**
   * @param {RoomSession} session
   * @param {Manner} manner
   */
  #askManner(session, manner) {
    need(this, `${manner}-consent`, HTMLInputElement).checked = false;
    session.dialog(`${manner}-dialog`).showModal();
  }

  /** The terms that are on the screen, no others. @param {RoomSession} session */
  #enter(session) {
    const { room } = session.store.state;
    const terms = { cpm: room?.group?.cpm ?? "", mode_number: room?.mode_number ?? 0, recorded: Boolean(room?.recorded) };
    return session.do({ t: "group.enter", ...terms });
  }

  /**
   * @param {RoomSession} session
   * @param {HTMLDialogElement} dialog
   */
  async #ask(session, dialog) {
    const { room, me, kind } = session.store.state;
    const terms = chosenTerms(kindTerms(room, me), kind, me?.balance);
    if (!terms) throw new Refusal("gone");
    const watched = Boolean(room?.private.watched);
    const recording = Boolean(room?.recordable) && agrees(dialog, "recording-consent");
    await session.do({ t: "request.create", media: terms.kind, cpm: terms.cpm, watched, recording });
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
        untick(this, "recording-consent");
        session.store.set({ kind: "" });
        const { room, me } = state();
        session.devices.limit(chosenTerms(kindTerms(room, me), "", me?.balance)?.kind ?? "video");
        session.dialog("ask-dialog").showModal();
        return session.devices.start();
      },
      "cancel-ask": () => session.do({ t: "request.cancel", id: state().me?.request?.id ?? "" }),
      enter: () => this.#enter(session),
      "ask-voyeur": () => this.#askManner(session, "voyeur"),
      "ask-two-way": () => this.#askManner(session, "two_way"),
      "leave-call": () => session.store.set({ joining: "" }),
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
    const sends = screen === "in-private" || sendsCamera(state.me);
    this.#renderKinds(state);
    if (sends) {
      session.devices.limit(sendsCamera(state.me) ? "video" : kindOf(state));
      if (!session.devices.running) void session.devices.start(); // after a reload: what the person chose before
      session.media.send(session.devices.stream);
      if (session.dialog("ask-dialog").open) session.dialog("ask-dialog").close();
    } else if (session.devices.running && screen !== "asking" && !session.dialog("ask-dialog").open) {
      session.devices.stop();
    }
    if (joinsAgain(state) && this.#joinedAt !== `${state.room?.show}${state.room?.status}`) {
      void this.#join(session).catch((why) => tell(this, reasonOf(why, session.say)));
    }
    if (state.media.subscribe !== "connecting") this.#wall?.follow(seenCameras(state));
    showGoals(this, state.room?.goals ?? []);
    session.stage.show(session.received);
    session.stage.showOwn(sends ? session.devices.stream : null);
  }

  /** What is chosen is checked; what the balance is too small for cannot be. @param {State} state */
  #renderKinds({ room, me, kind }) {
    const terms = kindTerms(room, me);
    const chosen = chosenTerms(terms, kind, me?.balance);
    for (const input of this.querySelectorAll("input[name='ppv-kind']")) {
      if (!(input instanceof HTMLInputElement)) continue;
      const own = terms.find((one) => one.kind === input.value);
      input.checked = input.value === chosen?.kind;
      input.disabled = !own || hundredths(me?.balance) < hundredths(own.minimum);
    }
  }

  /** A price that changes while somebody reads it is agreed to again. @param {State} state */
  #checkPrice({ room, me, kind }) {
    const offered = kindTerms(room, me);
    const chosen = chosenTerms(offered, kind, me?.balance);
    const price = JSON.stringify([room?.private.price, chosen, room?.private.watched]);
    if (price !== this.#shownPrice) need(this, "consent", HTMLInputElement).checked = false;
    this.#shownPrice = price;
    const terms = JSON.stringify([room?.mode_number, room?.group]);
    if (terms !== this.#shownTerms) need(this, "mode-consent", HTMLInputElement).checked = false;
    this.#shownTerms = terms;
    const manners = JSON.stringify([room?.mode_number, ...MANNERS.map((manner) => room?.[manner]?.price)]);
    if (manners !== this.#shownManners) {
      for (const manner of MANNERS) need(this, `${manner}-consent`, HTMLInputElement).checked = false;
    }
    this.#shownManners = manners;
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
