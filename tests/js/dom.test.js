import assert from "node:assert/strict";
import { test } from "node:test";
import { holds } from "ppv/dom";

test("a condition holds when each of its terms does", () => {
  const view = { screen: "asking", ask: "open" };
  assert.ok(holds("screen=asking", view));
  assert.ok(holds("screen=watch-free|asking ask=open", view));
  assert.ok(!holds("screen=asking ask=busy", view));
  assert.ok(holds("ask!=busy|off", view));
  assert.ok(!holds("ask!=open", view));
});

test("a name that the view lacks is empty", () => {
  assert.ok(!holds("low=5", {}));
  assert.ok(holds("low!=5", {}));
});
