/**
 * `<ppv-chat>`: the log of a room and the line to write in. Lines are copies of <template data-part="line">, their words
 * are text, never markup. The log stands still while it is paused or scrolled back.
 */
import { cloneOf, language, need, part } from "ppv/dom";
import { fill } from "ppv/format";
import { Completion } from "ppv/completion";
import { wireEmoji } from "ppv/emoji";
import { eventLine } from "ppv/tips";

/** @typedef {import("ppv/protocol").ChatView} ChatView */
/** @typedef {{line: ChatView, element: HTMLElement}} Shown */

const LINES_MAX = 300;
const NEAR_END_PX = 60;
const COUNT_FROM = 100;
const KEYS = new Set(["ArrowUp", "ArrowDown", "Home", "End"]);

export class PPVChat extends HTMLElement {
  /** @type {(text: string) => Promise<unknown>} set by the room */
  say = async () => {};
  /** @type {(prefix: string) => Promise<string[]>} who can be mentioned; set by the room */
  names = async () => [];
  /** Stands for this person in mentions; set by the room. */
  ref = "";
  paused = false;
  /** @type {Map<number, Shown>} */
  #lines = new Map();
  /** @type {HTMLElement[]} lines that wait while the log is paused */
  #waiting = [];
  /** @type {ChatView|null} the line whose actions are open */
  chosen = null;

  connectedCallback() {
    const form = part(this, "form");
    const input = this.#input;
    if (form instanceof HTMLFormElement && input) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        void this.#send(form);
      });
      input.addEventListener("input", () => this.#count());
      new Completion(input, need(this, "names", HTMLElement), (prefix) => this.#namesFor(prefix));
      wireEmoji(this, input);
    }
    part(this, "pause")?.addEventListener("click", () => this.pause(!this.paused));
    part(this, "newer")?.addEventListener("click", () => this.pause(false));
    this.#log.addEventListener("scroll", () => this.#atEnd() && !this.paused && this.#mark(), { passive: true });
    this.#log.addEventListener("keydown", (event) => this.#move(event));
    this.#log.addEventListener("click", (event) => this.#choose(event.target));
  }

  /**
   * The recent lines of a fresh start: what is known stays.
   * @param {ChatView[]} lines
   */
  fill(lines) {
    for (const line of lines) {
      if (line.deleted) this.gone(line.id);
      this.take(line);
    }
    this.#toEnd();
  }

  /** @param {ChatView} line */
  take(line) {
    if (this.#lines.has(line.id)) return;
    const element = this.#lineOf(line);
    this.#lines.set(line.id, { line, element });
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

  /** Somebody who keeps order has deleted a line. @param {number} id */
  gone(id) {
    const shown = this.#lines.get(id);
    if (!shown || shown.line.deleted) return;
    const line = { ...shown.line, deleted: true, text: "", mentions: [] };
    const element = this.#lineOf(line);
    const focused = shown.element.contains(document.activeElement);
    shown.element.replaceWith(element);
    this.#waiting = this.#waiting.map((waiting) => (waiting === shown.element ? element : waiting));
    this.#lines.set(id, { line, element });
    if (focused) this.#log.focus();
  }

  /** Puts words into the line that is being written. @param {string} text */
  write(text) {
    const input = this.#input;
    if (!input) return;
    const gap = input.value && !input.value.endsWith(" ") ? " " : "";
    input.value = `${input.value}${gap}${text}`.slice(0, input.maxLength);
    input.focus();
    this.#count();
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
    while (log.childElementCount > LINES_MAX) {
      const first = log.firstElementChild;
      if (first instanceof HTMLElement) this.#lines.delete(Number(first.dataset["line"]));
      first?.remove();
    }
    part(this, "empty")?.toggleAttribute("hidden", log.childElementCount > 0);
  }

  /** @param {ChatView} line */
  #lineOf(line) {
    const element = eventLine(this, line) ?? this.#spokenLine(line);
    element.dataset["line"] = String(line.id);
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
    element.toggleAttribute("data-deleted", Boolean(line.deleted));
    const toMe = Boolean(this.ref && line.mentions?.some((mention) => mention.ref === this.ref));
    element.toggleAttribute("data-to-me", toMe);
    need(element, "name", HTMLElement).textContent = line.name;
    const text = need(element, "text", HTMLElement);
    if (line.event) text.textContent = this.#worded(line);
    else if (line.deleted) text.textContent = this.#words("deleted");
    else text.append(...withMentions(line));
    /** @type {Record<string, boolean>} */
    const shown = {
      private: Boolean(line.private),
      "to-me": toMe,
      mine: Boolean(line.mine),
      performer: !line.mine && line.author === "performer",
    };
    for (const badge of element.querySelectorAll("[data-for]")) {
      if (!shown[badge.getAttribute("data-for") ?? ""]) badge.remove();
    }
    const actions = part(element, "actions");
    if (line.event || line.deleted || line.mine) actions?.remove();
    else if (actions) need(actions, "of", HTMLElement).append(` ${line.name}`);
    return element;
  }

  /** @param {ChatView} line */
  #worded(line) {
    const facts = line.facts ?? {};
    const off = line.event === "slow" && facts["seconds"] === "0";
    const words = this.#words(off ? "slow-off" : (line.event ?? ""));
    return words ? fill(words, facts) : line.text;
  }

  /** @param {string} key */
  #words(key) {
    const texts = need(this, "events", HTMLTemplateElement).content;
    return texts.querySelector(`[data-say="${CSS.escape(key)}"]`)?.textContent?.trim() ?? "";
  }

  /** Names one has read come first; the server adds those who are silent. @param {string} prefix */
  async #namesFor(prefix) {
    const read = [...this.#lines.values()].reverse().filter(({ line }) => line.name && !line.mine && !line.event);
    const known = new Set(read.map(({ line }) => line.name));
    const wanted = prefix.toLocaleLowerCase();
    const near = [...known].filter((name) => name.toLocaleLowerCase().startsWith(wanted));
    const asked = await this.names(prefix).catch(() => []);
    return [...new Set([...near, ...asked])].slice(0, 8);
  }

  /** With the arrow keys from line to line that something can be done with. @param {KeyboardEvent} event */
  #move(event) {
    if (!KEYS.has(event.key)) return;
    const buttons = [...this.#log.querySelectorAll("[data-part='actions']")].filter((one) => one instanceof HTMLElement);
    if (!buttons.length) return;
    const now = buttons.findIndex((button) => button === document.activeElement);
    const last = buttons.length - 1;
    const up = now < 0 ? last : Math.max(0, now - 1);
    const down = now < 0 ? last : Math.min(last, now + 1);
    const next = { ArrowUp: up, ArrowDown: down, Home: 0, End: last }[event.key] ?? last;
    event.preventDefault();
    buttons[next]?.focus();
  }

  /** @param {EventTarget|null} target */
  #choose(target) {
    const button = target instanceof Element ? target.closest("[data-part='actions']") : null;
    const id = Number(button?.closest("[data-line]")?.getAttribute("data-line"));
    const shown = button ? this.#lines.get(id) : undefined;
    const dialog = part(this, "line-dialog");
    if (!shown || !(dialog instanceof HTMLDialogElement)) return;
    this.chosen = shown.line;
    need(dialog, "line-name", HTMLElement).textContent = shown.line.name;
    need(dialog, "line-text", HTMLElement).textContent = shown.line.text;
    dialog.toggleAttribute("data-performer", shown.line.author === "performer");
    dialog.showModal();
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

/**
 * The words of a line, the names behind an @ in elements of their own.
 * @param {ChatView} line
 * @returns {(string|HTMLElement)[]}
 */
function withMentions({ text, mentions }) {
  /** @type {(string|HTMLElement)[]} */
  const parts = [];
  let rest = text;
  for (;;) {
    const lower = rest.toLocaleLowerCase();
    const places = (mentions ?? [])
      .map(({ name }) => ({ at: lower.indexOf(`@${name.toLocaleLowerCase()}`), length: name.length + 1 }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.length - a.length);
    const [first] = places;
    if (!first) return [...parts, rest];
    const mention = document.createElement("span");
    mention.className = "ppv-line__mention";
    mention.textContent = rest.slice(first.at, first.at + first.length);
    parts.push(rest.slice(0, first.at), mention);
    rest = rest.slice(first.at + first.length);
  }
}

if (!customElements.get("ppv-chat")) customElements.define("ppv-chat", PPVChat);
