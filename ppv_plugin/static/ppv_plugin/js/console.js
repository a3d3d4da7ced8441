/** `<ppv-console>`: where a performer goes live, answers requests and sees what comes in. */
import { announce, cloneOf, language, need, part, showTexts } from "ppv/dom";
import { amount, clock, fill } from "ppv/format";
import { tilesOf } from "ppv/company";
import { kindOf } from "ppv/kinds";
import { consoleScreenOf, inPrivate, mediaPlan } from "ppv/store";
import { permissionGiven } from "ppv/devices";
import { Cameras } from "ppv/cameras";
import { RoomSession } from "ppv/session";
import { TipEffects } from "ppv/tips";
import { guestActions, showGuests, wireInvitation } from "ppv/guests";
import { showExpected } from "ppv/calls";
import { agrees, asksAbout } from "ppv/recording";
import { goalActions, showGoals, wireGoalForm } from "ppv/goals";
import { Wall } from "ppv/wall";
import { wireActions } from "ppv/actions";

/** @typedef {import("ppv/store").State} State */
/** @typedef {import("ppv/protocol").RequestView} RequestView */

const SECOND_MS = 1000;

export class PPVConsole extends HTMLElement {
  /** @type {RoomSession|null} */
  session = null;
  /** @type {Map<string, HTMLElement>} cards by the id of their request */
  #cards = new Map();
  #shownMode = "";
  /** @type {Cameras|null} */
  #cameras = null;
  /** @type {Wall|null} */
  #wall = null;

  connectedCallback() {
    if (this.session) return;
    const session = new RoomSession(this, consoleScreenOf, (state) => this.#render(state));
    this.session = session;
    wireActions(this, { ...session.actions(), ...this.#actions(session) }, session.say);
    this.addEventListener("change", (event) => {
      const input = event.target;
      if (!(input instanceof HTMLInputElement)) return;
      if (input.name === "ppv-requests") {
        void session.perform(input, () => session.do({ t: "requests.set", value: input.value }));
      } else if (input.name === "ppv-mode" || input.dataset["asked"] !== undefined) {
        session.schedule();
      } else if (input.name === "ppv-kinds") {
        const value = this.#kindInputs().filter((one) => one.checked).map((one) => one.value);
        void session.perform(input, () => session.do({ t: "kinds.set", value }));
      } else if (input.name === "ppv-voyeurs") {
        void session.perform(input, () => session.do({ t: "voyeurs.set", value: input.checked }));
      }
    });
    this.#wireModes(session);
    this.#cameras = new Cameras(this, session);
    this.#wall = new Wall(this, session);
    wireGoalForm(session);
    wireInvitation(session);
    const effects = new TipEffects(this, { chime: true });
    wireActions(this, { ...goalActions(session), ...guestActions(session), "tip-sound": () => effects.toggle() }, session.say);
    setInterval(() => this.#countDown(), SECOND_MS);
    keepOnAir(session);
    session.start();
    void permissionGiven().then((given) => {
      if (given && !session.devices.running) void session.devices.start();
    });
  }

  /** @param {RoomSession} session */
  #wireModes(session) {
    const select = need(this, "mode-select", HTMLSelectElement);
    select.addEventListener("change", () => session.schedule());
    need(this, "mode-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void session.perform(need(this, "mode-change", HTMLButtonElement), async () => {
        await session.do({ t: "show.mode", mode: Number(select.value), recorded: agrees(this, "mode-recorded") });
        const mode = select.selectedOptions[0]?.textContent?.trim() ?? "";
        announce(this, fill(session.say("mode-changed"), { mode }));
      });
    });
  }

  /**
   * @param {RoomSession} session
   * @returns {Record<string, import("ppv/actions").Action>}
   */
  #actions(session) {
    const state = () => session.store.state;
    /** @param {HTMLElement} button */
    const camera = (button) => button.closest("[data-camera]")?.getAttribute("data-camera") ?? "";
    /** @param {HTMLElement} button */
    const card = (button) => button.closest("[data-request]")?.getAttribute("data-request") ?? "";
    return {
      "go-live": () => this.#goLive(session),
      resume: () => this.#onAir(session),
      "take-over": async () => {
        await this.#onAir(session);
        session.takeOver();
      },
      "ask-end": () => session.dialog("end-dialog").showModal(),
      "end-show": async () => {
        await session.do({ t: "show.end" });
        session.dialog("end-dialog").close();
        session.store.set({ onAir: false });
      },
      accept: (button) => this.#accept(session, button, false),
      "accept-free": (button) => this.#accept(session, button, true),
      decline: (button) => session.do({ t: "request.answer", id: card(button), accept: false }),
      "close-camera": (button) => session.do({ t: "camera.close", id: camera(button) }),
      "hear-camera": (button) => this.#cameras?.toggleSound(camera(button)),
      "ask-block": (button) => this.#askBlock(session, button),
      block: (button) => this.#block(session, button),
      "end-private": () => session.do({ t: "private.end", id: state().me?.session?.id ?? "" }),
    };
  }

  /**
   * @param {RoomSession} session
   * @param {HTMLElement} button
   * @param {boolean} free
   */
  #accept(session, button, free) {
    const request = button.closest("[data-request]");
    const recording = request !== null && agrees(request, "recording-answer");
    const id = request?.getAttribute("data-request") ?? "";
    return session.do({ t: "request.answer", id, accept: true, free, recording });
  }

  /** @param {RoomSession} session */
  async #goLive(session) {
    const chosen = this.querySelector("input[name='ppv-mode']:checked");
    if (!(chosen instanceof HTMLInputElement)) return;
    await this.#onAir(session);
    try {
      await session.do({ t: "show.start", mode: Number(chosen.value), recorded: agrees(this, "start-recorded") });
    } catch (why) {
      session.store.set({ onAir: false });
      throw why;
    }
  }

  /** @param {RoomSession} session */
  async #onAir(session) {
    if (!session.devices.ready) await session.devices.start();
    session.media.send(session.devices.stream);
    session.store.set({ onAir: true });
  }

  /**
   * @param {RoomSession} session
   * @param {HTMLElement} button
   */
  #askBlock(session, button) {
    const { me } = session.store.state;
    const id = button.closest("[data-request]")?.getAttribute("data-request");
    const request = me?.requests?.find((one) => one.id === id);
    const dialog = session.dialog("block-dialog");
    const sender = button.closest("[data-camera]")?.getAttribute("data-camera");
    const camera = me?.cameras?.find((one) => one.id === sender);
    const client = request?.client ?? camera?.client ?? (inPrivate(me) ? me?.session?.client : "") ?? "";
    need(dialog, "block-confirm", HTMLButtonElement).dataset["client"] = client;
    showTexts(dialog, { block_name: request?.client_name ?? camera?.client_name ?? me?.session?.partner ?? "" });
    dialog.showModal();
  }

  /**
   * @param {RoomSession} session
   * @param {HTMLElement} button
   */
  async #block(session, button) {
    await session.do({ t: "client.block", client: button.dataset["client"] ?? "" });
    session.dialog("block-dialog").close();
  }

  /** @param {State} state */
  #render(state) {
    const { session } = this;
    if (!session) return;
    const screen = consoleScreenOf(state);
    session.devices.limit(screen === "green-room" ? this.#chosenKind() : kindOf(state));
    const own = session.devices.running ? session.devices.stream : null;
    if (screen === "in-private") {
      session.stage.show(session.received);
      session.stage.showOwn(own);
    } else {
      session.stage.show(own, { silent: true });
      session.stage.showOwn(null);
    }
    const goLive = part(this, "go-live");
    const told = asksAbout(this, "start-recorded", this.querySelector("input[name='ppv-mode']:checked"));
    if (goLive instanceof HTMLButtonElement) goLive.disabled = !session.devices.ready || !told || state.conn.phase !== "open";
    const choices = [...this.querySelectorAll("input[name='ppv-requests']")].filter((one) => one instanceof HTMLInputElement);
    if (!choices.some((one) => one.ariaBusy === "true")) { // an older choice, told late, does not undo a new one
      for (const input of choices) input.checked = input.value === state.me?.requests_mode;
    }
    const kinds = this.#kindInputs();
    if (!kinds.some((one) => one.ariaBusy === "true")) {
      for (const input of kinds) input.checked = Boolean(state.me?.private_kinds?.includes(input.value));
    }
    const voyeurs = this.querySelector("input[name='ppv-voyeurs']");
    if (voyeurs instanceof HTMLInputElement) voyeurs.checked = Boolean(state.me?.voyeurs);
    this.#cameras?.render(state);
    this.#wall?.follow(tilesOf(state, mediaPlan(state)));
    showGoals(this, state.room?.goals ?? []);
    showGuests(this, state.me);
    showExpected(this, state.me?.calls ?? []);
    this.#renderMode(state);
    this.#renderRequests(state.me?.requests ?? [], session);
  }

  #kindInputs() {
    return [...this.querySelectorAll("input[name='ppv-kinds']")].filter((one) => one instanceof HTMLInputElement);
  }

  /** What the mode that is chosen before going live sends. */
  #chosenKind() {
    const chosen = this.querySelector("input[name='ppv-mode']:checked");
    return (chosen instanceof HTMLElement && chosen.dataset["kind"]) || "video";
  }

  /** What is in force is chosen when it changes; until then the choice is the performer's. @param {State} state */
  #renderMode({ room, conn }) {
    const select = need(this, "mode-select", HTMLSelectElement);
    const inForce = [...select.options].find((option) => option.dataset["key"] === room?.mode_key);
    const change = `${room?.show} ${room?.mode_number}`;
    if (inForce && change !== this.#shownMode) select.value = inForce.value;
    this.#shownMode = change;
    const button = need(this, "mode-change", HTMLButtonElement);
    const same = select.selectedOptions[0] === inForce;
    const told = asksAbout(this, "mode-recorded", same ? null : select.selectedOptions[0]);
    button.disabled = conn.phase !== "open" || !select.value || same || !told;
  }

  /**
   * Cards stay where they are while their request lives, so that a press never lands on another one.
   * @param {RequestView[]} requests
   * @param {RoomSession} session
   */
  #renderRequests(requests, session) {
    const list = need(this, "requests", HTMLElement);
    const alive = new Set(requests.map((request) => request.id));
    for (const [id, card] of this.#cards) {
      if (alive.has(id)) continue;
      if (card.contains(document.activeElement)) part(this, "requests-title")?.focus();
      card.remove();
      this.#cards.delete(id);
    }
    for (const request of requests) {
      if (this.#cards.has(request.id)) continue;
      const card = this.#cardOf(request);
      this.#cards.set(request.id, card);
      list.append(card);
      announce(this, card.querySelector("[data-part='spoken']")?.textContent?.replace(/\s+/g, " ").trim() ?? "");
    }
    this.#countDown();
    session.root.toggleAttribute("data-asked", requests.length > 0);
  }

  /** @param {RequestView} request */
  #cardOf(request) {
    const card = cloneOf(this, "request-card");
    card.dataset["request"] = request.id;
    const minutes = request.funded_minutes;
    card.dataset["kind"] = request.media;
    for (const text of card.querySelectorAll("[data-kind]")) {
      text.toggleAttribute("hidden", text.getAttribute("data-kind") !== request.media);
    }
    showTexts(card, {
      client_name: request.client_name ?? "",
      funded_minutes: minutes == null ? "" : String(minutes),
      price: amount(request.price.cpm, language()),
    });
    part(card, "funds")?.toggleAttribute("hidden", minutes == null);
    part(card, "recording-question")?.toggleAttribute("hidden", !request.recording);
    return card;
  }

  #countDown() {
    const state = this.session?.store.state;
    for (const request of state?.me?.requests ?? []) {
      const card = this.#cards.get(request.id);
      if (card && state) showTexts(card, { left: clock(request.expires_at - Date.now() - state.clockSkew) });
    }
  }
}

/**
 * While on air, what leads to another page opens it in a tab of its own: leaving this one would end the picture.
 * @param {RoomSession} session
 */
function keepOnAir(session) {
  /** @param {Event} event */
  const beside = (event) => {
    const way = event.target instanceof Element ? event.target.closest("a[href], form[action], form[method]") : null;
    if (!(way instanceof HTMLAnchorElement || way instanceof HTMLFormElement)) return;
    if (way instanceof HTMLAnchorElement && way.getAttribute("href")?.startsWith("#")) return;
    if (session.store.state.onAir) way.target = "_blank";
    else if (way.target === "_blank" && !way.hasAttribute("rel")) way.removeAttribute("target");
  };
  document.addEventListener("click", beside);
  document.addEventListener("submit", beside);
}

if (!customElements.get("ppv-console")) customElements.define("ppv-console", PPVConsole);
