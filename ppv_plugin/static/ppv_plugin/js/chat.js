/**
 * `<ppv-chat>`: the log of a room and the line to write in. Lines are copies of <template data-part="line">, their words
 * are text, never markup. The log stands still while it is paused or scrolled back.
 */
import { cloneOf, language, need, part } from "ppv/dom";
import { eventLine } from "ppv/tips";

/** @typedef {import("ppv/protocol").ChatView} ChatView */

const LINES_MAX = 300;
const NEAR_END_PX = 60;
const COUNT_FROM = 100;

export class PPVChat extends HTMLElement {
  /** @type {(text: string) => Promise<unknown>} set by the room */
  say = async () => {};
  paused = false;
  /** @type {Set<number>} */
  #known = new Set();
  /** @type {HTMLElement[]} lines that wait while the log is paused */
  #waiting = [];

  connectedCallback() {
    const form = part(this, "form");
    if (form instanceof HTMLFormElement) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        void this.#send(form);
      });
      this.#input?.addEventListener("input", () => this.#count());
    }
    part(this, "pause")?.addEventListener("click", () => this.pause(!this.paused));
    part(this, "newer")?.addEventListener("click", () => this.pause(false));
    this.#log.addEventListener("scroll", () => this.#atEnd() && !this.paused && this.#mark(), { passive: true });
  }

  /**
   * The recent lines of a fresh start: what is known stays.
   * @param {ChatView[]} lines
   */
  fill(lines) {
    for (const line of lines) this.take(line);
    this.#toEnd();
  }

  /** @param {ChatView} line */
  take(line) {
    if (this.#known.has(line.id)) return;
    this.#known.add(line.id);
    const element = this.#lineOf(line);
    if (this.paused) {
      this.#waiting.push(element);
      this.#mark();
      return;
    }
    const follow = line.mine || this.#atEnd();
    this.#append([element]);
    if (follow) this.#toEnd();
    else this.#mark(true);
  }

  /** @param {boolean} paused */
  pause(paused) {
    this.paused = paused;
    part(this, "pause")?.setAttribute("aria-pressed", String(paused));
    if (!paused) {
      this.#append(this.#waiting.splice(0));
      this.#toEnd();
    }
    this.#mark();
  }

  /** @param {HTMLElement[]} lines */
  #append(lines) {
    const log = this.#log;
    log.append(...lines);
    while (log.childElementCount > LINES_MAX) log.firstElementChild?.remove();
    part(this, "empty")?.toggleAttribute("hidden", log.childElementCount > 0);
  }

  /** @param {ChatView} line */
  #lineOf(line) {
    const element = eventLine(this, line) ?? this.#spokenLine(line);
    const time = need(element, "time", HTMLTimeElement);
    const at = new Date(line.at);
    time.dateTime = at.toISOString();
    time.textContent = at.toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit" });
    return element;
  }

  /** @param {ChatView} line */
  #spokenLine(line) {
    const element = cloneOf(this, "line");
    element.dataset["author"] = line.mine ? "mine" : line.author;
    element.toggleAttribute("data-private", Boolean(line.private));
    need(element, "name", HTMLElement).textContent = line.name;
    need(element, "text", HTMLElement).textContent = line.text;
    for (const badge of element.querySelectorAll("[data-for]")) {
      const wanted = badge.getAttribute("data-for");
      const shown = wanted === "private" ? line.private : wanted === (line.mine ? "mine" : line.author);
      if (!shown) badge.remove();
    }
    return element;
  }

  /** @param {HTMLFormElement} form */
  async #send(form) {
    const input = this.#input;
    const text = input?.value.trim();
    if (!input || !text || form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    try {
      await this.say(text);
      if (input.value.trim() === text) input.value = "";
      this.#count();
    } catch {
      // the room says why; the words stay in the field
    } finally {
      form.ariaBusy = "false";
    }
  }

  #count() {
    const left = part(this, "left");
    const input = this.#input;
    if (!left || !input) return;
    const rest = input.maxLength - input.value.length;
    left.hidden = rest > COUNT_FROM;
    const number = part(left, "left-number");
    if (number) number.textContent = String(rest);
  }

  /** @param {boolean} [below] there is something below that is not seen */
  #mark(below = false) {
    const count = this.#waiting.length;
    part(this, "newer")?.toggleAttribute("hidden", !(below || count > 0));
  }

  #atEnd() {
    const log = this.#log;
    return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#mark();
  }

  get #log() {
    return need(this, "log", HTMLElement);
  }

  get #input() {
    const input = part(this, "input");
    return input instanceof HTMLInputElement ? input : null;
  }
}

if (!customElements.get("ppv-chat")) customElements.define("ppv-chat", PPVChat);
