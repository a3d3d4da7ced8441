import assert from "node:assert/strict";
import { test } from "node:test";
import { tilesOf } from "ppv/company";
import { initialState, mediaPlan } from "ppv/store";
import { client, performer, room } from "./cast.js";

const TILES = [{ id: "eva", name: "Eva" }, { id: "bo", name: "Bo" }];
/** @param {"invited"|"in"} state */
const guest = (state) => ({
  ...client({ visiting: [{ id: "bo", name: "Ana", state, room: "Ana plays" }] }),
  role: /** @type {const} */ ("guest"),
});
const state = (change = {}) => ({
  ...initialState(),
  conn: { phase: /** @type {const} */ ("open"), code: 0 },
  connection: "tab",
  room: room({ tiles: TILES }),
  onAir: true,
  ...change,
});
/** @param {import("ppv/store").State} now */
const names = (now) => tilesOf(now, mediaPlan(now)).map((tile) => tile.name);

test("a guest sends and sees once the devices are chosen, all but the own picture", () => {
  const now = state({ me: guest("in") });
  assert.deepEqual(mediaPlan(now), { publish: "bo@tab", subscribe: "bo@tab" });
  assert.deepEqual(names(now), ["Eva"]);
  assert.deepEqual(mediaPlan({ ...now, onAir: false }), { publish: null, subscribe: null });
});

test("a guest sends nothing while only asked, sent away, or the host is in private", () => {
  const none = { publish: null, subscribe: null };
  assert.deepEqual(mediaPlan(state({ me: guest("invited") })), none);
  assert.deepEqual(mediaPlan(state({ me: { ...guest("in"), visiting: [] } })), none);
  assert.deepEqual(mediaPlan(state({ me: guest("in"), room: room({ status: "private", tiles: TILES }) })), none);
});

test("the one who is live sees guests as tiles, and cameras of clients where they have cards", () => {
  const cameras = [{ id: "eva", client: "c", client_name: "Eva" }];
  assert.deepEqual(names(state({ me: performer({ cameras }) })), ["Bo"]);
  assert.deepEqual(names(state({ me: performer(), onAir: false })), []);
});
