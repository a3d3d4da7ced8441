/**
 * Tips: the dialog in which a client gives one, the line that tells of it in the chat, and what is seen and heard then.
 * Sound comes only once the person has done something on the page, and never while it is switched off.
 */
import { cloneOf, language, need, part, showTexts } from "ppv/dom";
import { amount, hundredths } from "ppv/format";

/** @typedef {import("ppv/protocol").ChatView} ChatView */
/** @typedef {import("ppv/session").RoomSession} RoomSession */

const FRESH_MS = 20_000;
const EFFECT_MS = 3500;
const SECOND_MS = 1000;
const KEY = "ppv-tip-sound";

/**
 * The chat's line for a tip or a goal; null for everything else that is said.
 * @param {ParentNode} chat
 * @param {ChatView} line
 */
export function eventLine(chat, line) {
  if ((line.event !== "tip" && line.event !== "goal") || !part(chat, `${line.event}-line`)) return null;
  const facts = line.facts ?? {};
  const element = cloneOf(chat, `${line.event}-line`);
  showTexts(element, { ...facts, amount: amount(facts["amount"], language()) });
  if (line.event === "tip") {
    element.dataset["colour"] = facts["colour"] ?? "";
    if (!line.private) part(element, "private")?.remove();
    showFace(element, facts, "picture", "emoji");
  }
  return element;
}

/**
 * @param {ParentNode} root
 * @param {Record<string, string>} facts
 * @param {string} pictureName
 * @param {string} emojiName
 */
function showFace(root, facts, pictureName, emojiName) {
  const picture = need(root, pictureName, HTMLImageElement);
  picture.hidden = !facts["picture"];
  if (facts["picture"]) picture.src = facts["picture"];
  need(root, emojiName, HTMLElement).textContent = facts["picture"] ? "" : facts["emoji"] || "🎁";
}

/** What everybody in the room sees and hears of a tip. */
export class TipEffects {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer = undefined;

  /**
   * @param {HTMLElement} root
   * @param {{chime?: boolean, silent?: () => boolean, now?: () => number}} [options] chime: a tip without a sound of its
   *   own is heard too; silent: the person has switched the sound of the page off
   */
  constructor(root, { chime = false, silent = () => false, now = Date.now } = {}) {
    this.root = root;
    this.chime = chime;
    this.silent = silent;
    root.addEventListener("ppv-line", (event) => {
      const line = /** @type {CustomEvent<ChatView>} */ (event).detail;
      if (line.event === "tip" && Math.abs(now() - line.at) < FRESH_MS) this.#play(line.facts ?? {});
    });
    this.#mark();
  }

  get sounds() {
    try {
      return localStorage.getItem(KEY) !== "off";
    } catch {
      return true; // a browser that keeps nothing
    }
  }

  toggle() {
    const on = !this.sounds;
    try {
      localStorage.setItem(KEY, on ? "on" : "off");
    } catch {
      return;
    }
    this.#mark();
  }

  #mark() {
    part(this.root, "tip-sound")?.setAttribute("aria-pressed", String(this.sounds));
  }

  /** @param {Record<string, string>} facts */
  #play(facts) {
    const effect = part(this.root, "tip-effect");
    if (effect) {
      showFace(effect, facts, "tip-effect-picture", "tip-effect-emoji");
      need(effect, "tip-effect-text", HTMLElement).textContent =
        `${facts["client"]} · ${amount(facts["amount"], language())}`;
      effect.dataset["colour"] = facts["colour"] ?? "";
      effect.hidden = true;
      void effect.offsetWidth; // an animation that runs begins again
      effect.hidden = false;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => (effect.hidden = true), EFFECT_MS);
    }
    if (!this.sounds || this.silent() || !navigator.userActivation?.hasBeenActive) return;
    if (facts["sound"]) void new Audio(facts["sound"]).play().catch(() => {});
    else if (this.chime) ring();
  }
}

/** Two soft notes. */
function ring() {
  const audio = new AudioContext();
  [880, 1320].forEach((frequency, n) => {
    const [note, volume, at] = [audio.createOscillator(), audio.createGain(), audio.currentTime + n * 0.12];
    note.frequency.value = frequency;
    volume.gain.setValueAtTime(0.12, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    note.connect(volume).connect(audio.destination);
    note.start(at);
    note.stop(at + 0.5);
  });
  setTimeout(() => void audio.close(), SECOND_MS);
}

/** The dialog of somebody who may give. */
export class TipDialog {
  #until = 0;

  /** @param {RoomSession} session */
  constructor(session) {
    this.session = session;
    this.dialog = session.dialog("tip-dialog");
    this.waitSeconds = Number(this.dialog.dataset["waitSeconds"]) || 0;
    const form = need(this.dialog, "tip-form", HTMLFormElement);
    form.addEventListener("input", () => this.#show());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void session.perform(need(this.dialog, "tip-give", HTMLButtonElement), () => this.#give());
    });
    setInterval(() => this.#countDown(), SECOND_MS);
    this.#show();
  }

  open() {
    if (this.#left() > 0) return;
    const problem = part(this.dialog, "problem");
    if (problem) problem.hidden = true;
    this.#show();
    this.dialog.showModal();
  }

  /** @returns {HTMLInputElement|null} */
  get #chosen() {
    return this.dialog.querySelector("input[name='ppv-tip']:checked");
  }

  /** What the chosen option costs, as the server writes amounts. */
  get #amount() {
    const own = need(this.dialog, "tip-own-amount", HTMLInputElement);
    return this.#chosen?.dataset["amount"] || (own.value ? Number(own.value).toFixed(2) : "");
  }

  async #give() {
    await this.session.do({ t: "tip.give", option: Number(this.#chosen?.value), amount: this.#amount });
    this.#until = Date.now() + this.waitSeconds * SECOND_MS;
    this.dialog.close();
    this.#countDown();
  }

  #show() {
    const own = need(this.dialog, "tip-own", HTMLElement);
    own.hidden = Boolean(this.#chosen?.dataset["amount"]);
    need(this.dialog, "tip-own-amount", HTMLInputElement).required = !own.hidden;
    const sum = hundredths(this.#amount) > 0 ? amount(this.#amount, language()) : "…";
    need(this.dialog, "tip-amount", HTMLElement).textContent = sum;
  }

  #left() {
    return Math.ceil((this.#until - Date.now()) / SECOND_MS);
  }

  #countDown() {
    const button = part(this.session.root, "tip-open");
    const wait = button && part(button, "tip-wait");
    if (!button || !wait) return;
    const left = this.#left();
    button.setAttribute("aria-disabled", String(left > 0));
    wait.hidden = left <= 0;
    wait.textContent = left > 0 ? `${left} s` : "";
  }
}
