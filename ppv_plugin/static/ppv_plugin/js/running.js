/**
 * `<ppv-running>`: what the client pays for right now, on a page that is not the room. The server is asked for the meters
 * (`data-state`) every few seconds while the page is looked at; seconds run on in between, money never does.
 */
import { language, part } from "ppv/dom";
import { amount } from "ppv/format";
import { PPVMeter } from "ppv/meter";

/** @typedef {import("ppv/protocol").MeterView} MeterView */

const ASK_MS = 3000;

export class PPVRunning extends HTMLElement {
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #timer = undefined;
  #asking = false;

  connectedCallback() {
    this.#timer = setInterval(() => void this.ask(), ASK_MS);
    document.addEventListener("visibilitychange", this.#looked);
    void this.ask();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#looked);
  }

  #looked = () => {
    if (!document.hidden) void this.ask();
  };

  async ask() {
    const url = this.dataset["state"];
    if (!url || document.hidden || this.#asking) return;
    this.#asking = true;
    try {
      const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (answer.ok) this.show(/** @type {{meters: MeterView[]}} */ (await answer.json()).meters);
    } catch {
      // the line is down: the next round asks again
    } finally {
      this.#asking = false;
    }
  }

  /** @param {MeterView[]} meters */
  show(meters) {
    let any = false;
    for (const place of this.querySelectorAll("[data-session]")) {
      const meter = meters.find((one) => one.session === place.getAttribute("data-session"));
      if (meter) showMeter(place, meter);
      else showEnd(place);
      any ||= Boolean(meter);
    }
    if (!any) clearInterval(this.#timer);
  }
}

/**
 * @param {Element} place
 * @param {MeterView} meter
 */
function showMeter(place, meter) {
  const element = place.querySelector("ppv-meter");
  if (element instanceof PPVMeter) element.show(meter);
  const cost = part(place, "cost");
  if (cost) cost.textContent = amount(meter.cost, language());
}

/** The last numbers that were shown are not the receipt's: they go, and the receipt comes. @param {Element} place */
function showEnd(place) {
  if (part(place, "is-over")?.hidden === false) return;
  place.querySelector("ppv-meter")?.remove();
  part(place, "is-running")?.remove();
  part(place, "go-there")?.remove();
  for (const name of ["is-over", "receipt"]) part(place, name)?.removeAttribute("hidden");
}

if (!customElements.get("ppv-running")) customElements.define("ppv-running", PPVRunning);
