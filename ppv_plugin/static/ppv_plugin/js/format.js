/** How amounts, durations and counts are written, and the small sums behind them. No document, no clock. */

/**
 * "5.83" -> 583. Anything else than a plain amount gives 0.
 * @param {string|null|undefined} text
 */
export function hundredths(text) {
  const found = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text ?? "");
  if (!found) return 0;
  const value = Number(found[2]) * 100 + Number((found[3] ?? "").padEnd(2, "0"));
  return found[1] ? -value : value;
}

/**
 * An amount as people of `language` write it, always with two decimals: "1234.5" -> "1,234.50".
 * @param {string|null|undefined} text
 * @param {string} [language]
 */
export function amount(text, language) {
  if (text == null || text === "") return "";
  return new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(
    hundredths(text) / 100,
  );
}

/**
 * A duration as 3:05 or 1:02:09.
 * @param {number} milliseconds
 */
export function clock(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/**
 * Whole minutes that `balance` pays at `cpm`; Infinity when nothing is charged.
 * @param {string|null|undefined} balance
 * @param {string|null|undefined} cpm
 */
export function fundedMinutes(balance, cpm) {
  const price = hundredths(cpm);
  return price > 0 ? Math.max(0, Math.floor(hundredths(balance) / price)) : Infinity;
}

/**
 * Puts values into a text of the page: fill("{n} left", {n: 3}) -> "3 left". Unknown names stay.
 * @param {string} text
 * @param {Record<string, string|number>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * Up to two letters that stand for a picture.
 * @param {string} name
 */
export function initials(name) {
  const words = name.trim().split(/\s+/).slice(0, 2);
  return words.map((word) => [...word][0] ?? "").join("").toUpperCase();
}
