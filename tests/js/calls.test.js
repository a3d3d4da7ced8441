import assert from "node:assert/strict";
import { test } from "node:test";
import { joinsAgain, seenCameras } from "ppv/calls";
import { initialState, mediaPlan, screenOf } from "ppv/store";
import { room } from "./cast.js";

/** @type {import("ppv/protocol").PersonView} */
const ME = { role: "client", name: "cy", blocked: false, balance: "100.00" };
const PRICE = { cpm: "2.00", grace_seconds: 0, rule: "per_second", rule_text: "" };
const CALL = { id: "call-1", price: PRICE, minimum: "10.00", expires_at: null, accepted: true };

/** @param {Partial<import("ppv/store").State>} change */
const state = (change) => ({ ...initialState(), conn: { phase: /** @type {const} */ ("open"), code: 0 }, connection: "c", ...change });

test("in a lobby nothing is received, and nobody sends before a call begins", () => {
  const lobby = room({ status: "lobby", lobby: true });
  assert.equal(screenOf(state({ room: lobby, me: ME })), "lobby");
  assert.deepEqual(mediaPlan(state({ room: lobby, me: ME })), { publish: null, subscribe: null });
  const performer = { ...ME, role: /** @type {const} */ ("performer") };
  assert.equal(mediaPlan(state({ room: lobby, me: performer, onAir: true })).publish, null);
});

test("a call that was agreed to here begins when the performer is there and free", () => {
  const me = { ...ME, call: CALL };
  assert.equal(joinsAgain(state({ room: room({ show: null, status: "offline" }), me, joining: "call-1" })), false);
  assert.equal(joinsAgain(state({ room: room({ status: "private" }), me, joining: "call-1" })), false);
  assert.equal(joinsAgain(state({ room: room({ status: "lobby" }), me, joining: "call-1" })), true);
  assert.equal(joinsAgain(state({ room: room({ status: "lobby" }), me })), false);
});

test("everybody's camera is seen but the own one", () => {
  const tiles = [{ id: "v1", name: "cy" }, { id: "v2", name: "di" }];
  const session = { kind: "two_way", id: "v1", session: "s", price: PRICE, partner: "Ana" };
  const media = { publish: /** @type {const} */ ("live"), subscribe: /** @type {const} */ ("live") };
  const here = state({ room: room({ conference: true, tiles }), me: { ...ME, session }, media });
  assert.deepEqual(seenCameras(here), [{ id: "v2", name: "di" }]);
});
