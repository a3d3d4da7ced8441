/** The arithmetic of a meter on a screen: seconds run smoothly between two words of the server, money never does. */
import { leftMs, thresholdOf } from "ppv/store";

/** @typedef {import("ppv/protocol").MeterView} MeterView */

export const AHEAD_MAX_MS = 3000; // the server speaks every second; longer silence is not made up

/**
 * Used time to show: what the server proved, plus the time since while media flow, never beyond the end of the funds.
 * @param {MeterView} meter
 * @param {number} sinceMs
 */
export function shownMs(meter, sinceMs) {
  if (meter.flow !== "flowing") return meter.used_ms;
  const ahead = Math.min(Math.max(0, sinceMs), AHEAD_MAX_MS);
  return Math.min(meter.used_ms + ahead, meter.cutoff_ms ?? Infinity);
}

/** Says each threshold once per session, only when it is crossed downwards. */
export class Thresholds {
  session = "";
  /** @type {number|null} */
  last = null;

  /**
   * @param {MeterView} meter
   * @returns {number|null} minutes to announce now
   */
  crossed(meter) {
    if (meter.session !== this.session) {
      this.session = meter.session;
      this.last = null;
    }
    const reached = thresholdOf(leftMs(meter));
    const says = reached !== null && (this.last === null || reached < this.last);
    this.last = reached; // after a top-up the same threshold is worth saying again
    return says ? reached : null;
  }
}
