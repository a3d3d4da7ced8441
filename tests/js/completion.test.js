import assert from "node:assert/strict";
import { test } from "node:test";
import { completed, prefixOf } from "ppv/completion";

test("a name is completed behind an @ that begins a word", () => {
  for (const [text, prefix] of [["@", ""], ["hi @An", "An"], ["@Ana Ma", "Ana Ma"], ["me@an", null], ["hello", null]]) {
    assert.equal(prefixOf(/** @type {string} */ (text)), prefix);
  }
});

test("the name takes the place of what was written of it, and a space follows", () => {
  assert.deepEqual(completed("hi @an", 6, "Ana Maria"), { text: "hi @Ana Maria ", caret: 14 });
  assert.deepEqual(completed("@a there", 2, "Ana"), { text: "@Ana there", caret: 5 });
});
