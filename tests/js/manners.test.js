import assert from "node:assert/strict";
import { test } from "node:test";
import { mannerStateOf } from "ppv/manners";
import { initialState, mediaPlan, screenOf, viewOf } from "ppv/store";
import { PRICE, client, paidRoom, performer, session, visitor } from "./cast.js";

/** @type {import("ppv/protocol").MannerOffer} */
const OFFER = { state: "open", price: PRICE, minimum: "10.00" };
const both = (change = {}) => paidRoom({ voyeur: OFFER, two_way: { ...OFFER, slots: 2, free: 1 }, ...change });
const state = (change = {}) => ({
  ...initialState(),
  conn: { phase: /** @type {const} */ ("open"), code: 0 },
  connection: "tab",
  ...change,
});

test("a manner that the mode does not have is off", () => {
  assert.equal(mannerStateOf("voyeur", paidRoom(), client()), "off");
  assert.equal(mannerStateOf("two_way", both(), performer()), "off");
});

test("whoever has not enough is told so, whoever is not signed in too", () => {
  assert.equal(mannerStateOf("voyeur", both(), client({ balance: "9.99" })), "no-funds");
  assert.equal(mannerStateOf("voyeur", both(), visitor()), "sign-in");
});

test("full and busy are the server's words", () => {
  const full = both({ two_way: { ...OFFER, state: "full" } });
  assert.equal(mannerStateOf("two_way", full, client()), "full");
});

test("only who has a place sends a camera", () => {
  const inside = (/** @type {string} */ kind) => mediaPlan(state({ room: both(), me: client({ session: session(kind) }) }));
  assert.equal(inside("two_way").publish, "two_way-1@tab");
  assert.equal(inside("group").publish, null);
  assert.equal(inside("voyeur").publish, null);
});

test("who watches unseen cannot write, nor ask for a private show", () => {
  const view = viewOf(state({ room: both(), me: client({ session: session("voyeur") }) }));
  assert.equal(view["talk"], "no");
  assert.equal(view["ask"], "unseen");
});

test("a private show goes on only for who may watch it unseen", () => {
  const screen = (/** @type {string} */ kind, /** @type {"open"|"busy"} */ voyeur) =>
    screenOf(
      state({
        room: both({ status: "private", voyeur: { ...OFFER, state: voyeur } }),
        me: client({ session: session(kind) }),
      }),
    );
  assert.equal(screen("voyeur", "open"), "inside-group");
  assert.equal(screen("voyeur", "busy"), "others-private");
  assert.equal(screen("group", "open"), "others-private");
});
