import assert from "node:assert/strict";
import { test } from "node:test";
import { amount, clock, fill, fundedMinutes, hundredths, initials } from "ppv/format";

test("amounts become whole hundredths without floating point", () => {
  assert.equal(hundredths("5.83"), 583);
  assert.equal(hundredths("-0.05"), -5);
  assert.equal(hundredths("1.5"), 150);
  assert.equal(hundredths("12"), 1200);
  assert.equal(hundredths("0.29"), 29);
});

test("what is not an amount is nothing", () => {
  for (const text of ["", "abc", "1,50", "1.234", null, undefined, "Infinity"]) assert.equal(hundredths(text), 0);
});

test("amounts are written with two decimals, in the language of the page", () => {
  assert.equal(amount("1234.5", "en"), "1,234.50");
  assert.equal(amount("1234.50", "de"), "1.234,50");
  // as the page asks for Arabic, and as the server writes it: ppv_plugin/amounts.py
  assert.equal(amount("1234.5", "ar-u-nu-latn"), "1,234.50");
  assert.equal(amount(null, "en"), "");
});

test("durations are written in minutes and seconds, with hours when there are any", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(185_900), "3:05");
  assert.equal(clock(3_729_000), "1:02:09");
  assert.equal(clock(-5), "0:00");
});

test("funded minutes are whole and never more than the balance pays", () => {
  assert.equal(fundedMinutes("10.00", "2.00"), 5);
  assert.equal(fundedMinutes("9.99", "2.00"), 4);
  assert.equal(fundedMinutes("9.99", "0.00"), Infinity);
  assert.equal(fundedMinutes(null, "2.00"), 0);
});

test("texts of the page take values and keep what they do not know", () => {
  assert.equal(fill("{minutes} of {all}", { minutes: 5 }), "5 of {all}");
});

test("initials are the first letters of two words, whole letters of any script", () => {
  assert.equal(initials("ana maria lopez"), "AM");
  assert.equal(initials("𝒜na"), "𝒜");
  assert.equal(initials(""), "");
});
