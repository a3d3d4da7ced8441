/** `<ppv-copy>`: a text with a button that copies it, where the browser lets it. Without, the text can be selected. */
import { need, part } from "ppv/dom";

const SHOWN_MS = 3000;

export class PPVCopy extends HTMLElement {
  connectedCallback() {
    const button = need(this, "copy", HTMLButtonElement);
    const text = need(this, "copied", HTMLInputElement);
    text.addEventListener("focus", () => text.select());
    button.hidden = !("clipboard" in navigator);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.value);
        this.#say(true);
      } catch {
        text.select(); // not allowed: the person copies what is selected
      }
    });
  }

  /** @param {boolean} done */
  #say(done) {
    part(this, "before")?.toggleAttribute("hidden", done);
    part(this, "after")?.toggleAttribute("hidden", !done);
    if (done) setTimeout(() => this.#say(false), SHOWN_MS);
  }
}

if (!customElements.get("ppv-copy")) customElements.define("ppv-copy", PPVCopy);
