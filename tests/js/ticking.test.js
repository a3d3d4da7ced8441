import assert from "node:assert/strict";
import { test } from "node:test";
import { AHEAD_MAX_MS, Thresholds, shownMs } from "ppv/ticking";
import { meter } from "./cast.js";

test("seconds run on between two words of the server while media flow", () => {
  assert.equal(shownMs(meter(), 700), 60_700);
});

test("seconds stand still while nothing flows", () => {
  for (const flow of /** @type {const} */ (["idle", "stalled", "cut"])) {
    assert.equal(shownMs(meter({ flow }), 700), 60_000);
  }
});

test("a silent server is not run away from", () => {
  assert.equal(shownMs(meter(), 60_000), 60_000 + AHEAD_MAX_MS);
});

test("shown time never passes the end of the funds", () => {
  assert.equal(shownMs(meter({ used_ms: 599_900 }), 1_000), 600_000);
});

test("time never runs backwards", () => {
  assert.equal(shownMs(meter(), -50), 60_000);
});

/** @param {Thresholds} thresholds @param {number[]} used */
const said = (thresholds, used) => used.map((used_ms) => thresholds.crossed(meter({ used_ms })));

test("each threshold is announced once", () => {
  assert.deepEqual(
    said(new Thresholds(), [100_000, 300_000, 301_000, 480_000, 481_000, 540_000, 599_000]),
    [null, 5, null, 2, null, 1, null],
  );
});

test("a page opened late says where it stands, not what it missed", () => {
  assert.deepEqual(said(new Thresholds(), [550_000, 551_000]), [1, null]);
});

test("after a top-up the same threshold is announced again", () => {
  const thresholds = new Thresholds();
  assert.equal(thresholds.crossed(meter({ used_ms: 300_000 })), 5);
  assert.equal(thresholds.crossed(meter({ used_ms: 300_000, cutoff_ms: 900_000 })), null);
  assert.equal(thresholds.crossed(meter({ used_ms: 600_000, cutoff_ms: 900_000 })), 5);
});

test("a new session begins anew", () => {
  const thresholds = new Thresholds();
  assert.equal(thresholds.crossed(meter({ used_ms: 590_000 })), 1);
  assert.equal(thresholds.crossed(meter({ used_ms: 590_000, session: "session-2" })), 1);
});

test("funds without an end are not announced", () => {
  assert.equal(new Thresholds().crossed(meter({ cutoff_ms: null })), null);
});
