import assert from "node:assert/strict";
import { test } from "node:test";
import { kindTerms, privatePrices } from "ppv/kinds";
import { initialState, viewOf } from "ppv/store";
import { valuesOf } from "ppv/values";
import { client, room, visitor } from "./cast.js";

const VIDEO = { kind: "video", cpm: "2.00", minimum: "10.00" };
const TEXT = { kind: "text", cpm: "0.20", minimum: "1.00" };
/** @param {import("ppv/protocol").KindOffer[]} kinds */
const offering = (kinds) => room({ private: { ...room().private, kinds } });
const state = (change = {}) => ({ ...initialState(), room: offering([VIDEO, TEXT]), ...change });

test("the lowest price stands for all, and is told to be one of several", () => {
  assert.deepEqual(privatePrices(offering([VIDEO, TEXT])), { lowest: TEXT, several: true });
  assert.equal(privatePrices(offering([VIDEO])).several, false);
  assert.equal(privatePrices(offering([VIDEO, { ...TEXT, cpm: "2.00" }])).several, false);
  assert.equal(privatePrices(null).lowest, undefined);
});

test("the button says from, where there are several", () => {
  assert.equal(viewOf(state({ me: visitor() }))["private_prices"], "several");
  const values = valuesOf(state({ me: client() }), 0, "en");
  assert.deepEqual([values["private_from"], values["private_from_minimum"]], ["0.20", "1.00"]);
});

test("a balance that is enough for the cheaper kind is enough to ask", () => {
  assert.equal(viewOf(state({ me: client({ balance: "1.00" }) }))["ask"], "open");
  assert.equal(viewOf(state({ me: client({ balance: "0.99" }) }))["ask"], "no-funds");
});

test("a price of one's own takes the place of everybody's", () => {
  const me = client({ own: { private_kinds: [{ ...VIDEO, cpm: "0.10", minimum: "0.50", special: true }, TEXT] } });
  assert.equal(privatePrices(offering([VIDEO, TEXT]), me).lowest?.kind, "video");
});

test("a change for everybody is seen at once, also by who has terms of their own", () => {
  const own = { private_kinds: [VIDEO, { ...TEXT, ends_ms: 5000 }] };
  const dearer = offering([{ ...TEXT, cpm: "0.40", minimum: "2.00" }]);
  assert.deepEqual(kindTerms(dearer, client({ own })), [{ ...TEXT, cpm: "0.40", minimum: "2.00", ends_ms: 5000 }]);
});
