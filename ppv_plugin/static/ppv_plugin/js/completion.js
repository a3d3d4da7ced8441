/** Names behind an @ are completed while one writes: a list below the field, by arrow keys, Enter, Tab or a press. */

const WAIT_MS = 120;
const OPENS = /(?:^|\s)@([^@\n]{0,40})$/;

/**
 * What is being completed at the end of a text, or null.
 * @param {string} text up to the caret
 */
export function prefixOf(text) {
  return OPENS.exec(text)?.[1] ?? null;
}

/**
 * The text with the name in place of what was written of it.
 * @param {string} text
 * @param {number} caret
 * @param {string} name
 * @returns {{text: string, caret: number}}
 */
export function completed(text, caret, name) {
  const before = text.slice(0, caret).replace(OPENS, (found) => found.slice(0, found.indexOf("@") + 1)) + name;
  const after = text.slice(caret);
  const gap = after.startsWith(" ") ? "" : " ";
  return { text: `${before}${gap}${after}`, caret: before.length + 1 };
}

export class Completion {
  #timer = 0;
  #active = -1;
  #asked = 0;

  /**
   * @param {HTMLInputElement} input
   * @param {HTMLElement} list role="listbox"
   * @param {(prefix: string) => Promise<string[]>} names
   */
  constructor(input, list, names) {
    this.input = input;
    this.list = list;
    this.names = names;
    input.addEventListener("input", () => this.#later());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the focus stays in the field
      const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
      if (option) this.#take(option.textContent ?? "");
    });
  }

  close() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#active = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  #prefix() {
    return prefixOf(this.input.value.slice(0, this.input.selectionStart ?? this.input.value.length));
  }

  #later() {
    clearTimeout(this.#timer);
    if (this.#prefix() === null) this.close();
    else this.#timer = window.setTimeout(() => void this.#look(), WAIT_MS);
  }

  async #look() {
    const prefix = this.#prefix();
    if (prefix === null) return;
    const asked = ++this.#asked;
    const names = await this.names(prefix);
    if (asked !== this.#asked || this.#prefix() !== prefix) return;
    if (!names.length) {
      this.close();
      return;
    }
    this.list.replaceChildren(
      ...names.map((name, index) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}-${index}`;
        option.role = "option";
        option.dir = "auto";
        option.textContent = name;
        return option;
      }),
    );
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.#point(0);
  }

  /** @param {number} index */
  #point(index) {
    const options = [...this.list.children];
    this.#active = (index + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.#active)));
    this.input.setAttribute("aria-activedescendant", options[this.#active]?.id ?? "");
    options[this.#active]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.list.hidden) return;
    if (event.key === "ArrowDown") this.#point(this.#active + 1);
    else if (event.key === "ArrowUp") this.#point(this.#active - 1);
    else if (event.key === "Enter" || event.key === "Tab") this.#take(this.list.children[this.#active]?.textContent ?? "");
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  /** @param {string} name */
  #take(name) {
    const { input } = this;
    const made = completed(input.value, input.selectionStart ?? input.value.length, name);
    if (name && made.text.length <= input.maxLength) {
      input.value = made.text;
      input.setSelectionRange(made.caret, made.caret);
    }
    this.close();
    input.focus();
  }
}
