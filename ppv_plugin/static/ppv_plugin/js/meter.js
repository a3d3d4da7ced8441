/**
 * `<ppv-meter>`: time used, what it costs or earns. Values are the server's; only seconds run on between its words.
 * Screen readers hear it at 5, 2 and 1 minutes of funds, not every second.
 */
import { clock } from "ppv/format";
import { part } from "ppv/dom";
import { Thresholds, shownMs } from "ppv/ticking";

const TICK_MS = 250;

/**
 * @param {Element} place
 * @param {string} text
 */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

export class PPVMeter extends HTMLElement {
  /** @type {import("ppv/protocol").MeterView|null} */
  meter = null;
  since = 0;
  thresholds = new Thresholds();
  /** @type {ReturnType<typeof setInterval>|undefined} */
  timer = undefined;

  connectedCallback() {
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  /** @param {import("ppv/protocol").MeterView|null|undefined} meter */
  show(meter) {
    if (meter === this.meter) return;
    this.meter = meter ?? null;
    this.since = performance.now();
    this.tick();
    const minutes = meter && this.thresholds.crossed(meter);
    if (minutes) this.dispatchEvent(new CustomEvent("ppv-low-funds", { bubbles: true, detail: { minutes } }));
  }

  tick() {
    const time = part(this, "used");
    if (!time) return;
    const ms = this.meter ? shownMs(this.meter, performance.now() - this.since) : 0;
    write(time, clock(ms));
    const left = part(this, "left");
    if (left) write(left, clock((this.meter?.cutoff_ms ?? ms) - ms));
  }
}

if (!customElements.get("ppv-meter")) customElements.define("ppv-meter", PPVMeter);
