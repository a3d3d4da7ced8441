/**
 * `<ppv-wallet>`: the way to the wallet on pages that are the same for everybody. Who is there, and what they can spend,
 * is asked of `data-state` once the page is open; until then, and without an answer, it is a plain link.
 */
import { language, part } from "ppv/dom";
import { amount } from "ppv/format";

/** @typedef {{signed_in: boolean, available: string|null}} WalletState */

export class PPVWallet extends HTMLElement {
  connectedCallback() {
    addEventListener("pageshow", this.#back);
    void this.ask();
  }

  disconnectedCallback() {
    removeEventListener("pageshow", this.#back);
  }

  /** Back from the wallet: what the page showed when it was left is old. @param {PageTransitionEvent} event */
  #back = (event) => {
    if (event.persisted) void this.ask();
  };

  async ask() {
    const url = this.dataset["state"];
    if (!url) return;
    try {
      const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (answer.ok) this.show(/** @type {WalletState} */ (await answer.json()));
    } catch {
      // the line is down: the link is there all the same
    }
  }

  /** @param {WalletState} state */
  show(state) {
    part(this, "wallet")?.toggleAttribute("hidden", !state.signed_in);
    part(this, "sign-in")?.toggleAttribute("hidden", state.signed_in);
    part(this, "balance")?.toggleAttribute("hidden", !state.available);
    const place = part(this, "amount");
    if (!place || !state.available) return;
    place.textContent = amount(state.available, language());
    part(this, "one")?.toggleAttribute("hidden", state.available !== "1.00");
    part(this, "many")?.toggleAttribute("hidden", state.available === "1.00");
  }
}

if (!customElements.get("ppv-wallet")) customElements.define("ppv-wallet", PPVWallet);
