/** The texts that templates show under `data-text`, made from the state. No document. */
import { amount, clock, fundedMinutes, hundredths } from "ppv/format";
import { chosenTerms, kindTerms, privatePrices } from "ppv/kinds";
import { leftMs } from "ppv/store";

/**
 * @param {import("ppv/store").State} state
 * @param {number} now this machine's clock
 * @param {string} [language]
 * @returns {Record<string, string>}
 */
export function valuesOf(state, now, language) {
  return {
    ...ofRoom(state, now, language),
    ...ofPerson(state, now, language),
    ...ofOwnTerms(state, language),
    ...ofReceipt(state, language),
    ...ofKinds(state, language),
  };
}

/**
 * @param {import("ppv/store").State} state
 * @param {number} now
 * @param {string} [language]
 * @returns {Record<string, string>}
 */
function ofRoom({ room, clockSkew }, now, language) {
  if (!room) return {};
  return {
    viewers: new Intl.NumberFormat(language).format(room.viewers),
    mode: room.mode ?? "",
    guests: (room.guests ?? []).join(", "),
    live_time: room.live_at ? clock(now + clockSkew - room.live_at) : "",
    ...ofPrice("group", room.group, language),
    ...ofPrice("private", room.private.price, language),
    ...ofManner("voyeur", room.voyeur, language),
    ...ofManner("two_way", room.two_way, language),
    group_minimum: amount(room.group_minimum, language),
    private_minimum: amount(room.private.minimum, language),
    private_held: amount(room.private.minimum, language),
    private_minutes: String(room.private.minutes_to_start),
    request_seconds: String(room.private.request_seconds),
    slow_seconds: String(room.slow_seconds ?? 0),
  };
}

/**
 * @param {string} name
 * @param {import("ppv/protocol").Price|null} price
 * @param {string} [language]
 * @returns {Record<string, string>}
 */
function ofPrice(name, price, language) {
  if (!price) return {};
  return {
    [`${name}_price`]: amount(price.cpm, language),
    [`${name}_grace`]: String(price.grace_seconds),
    [`${name}_rule`]: price.rule_text,
  };
}

/**
 * @param {string} name
 * @param {import("ppv/protocol").MannerOffer|null|undefined} offer
 * @param {string} [language]
 * @returns {Record<string, string>}
 */
function ofManner(name, offer, language) {
  if (!offer) return {};
  return {
    ...ofPrice(name, offer.price, language),
    [`${name}_minimum`]: amount(offer.minimum, language),
    [`${name}_slots`]: String(offer.slots ?? 0),
    [`${name}_free`]: String(offer.free ?? 0),
  };
}

/**
 * @param {import("ppv/store").State} state
 * @param {number} now
 * @param {string} [language]
 * @returns {Record<string, string>}
 */
function ofPerson({ me, room, clockSkew }, now, language) {
  if (!me) return {};
  const { session, meter, request } = me;
  const cpm = session?.price.cpm ?? (room?.status === "paid" ? room.group?.cpm : kindTerms(room, me)[0]?.cpm);
  const minutes = fundedMinutes(meter?.balance ?? me.balance, cpm);
  return {
    my_name: me.name ?? "",
    balance: amount(meter?.balance ?? me.balance, language),
    balance_minutes: Number.isFinite(minutes) ? String(minutes) : "",
    partner: session?.partner ?? "",
    ...ofPrice("session", session?.price ?? null, language),
    cutoff: clock(meter?.cutoff_ms ?? 0),
    cost: amount(meter?.cost ?? "0", language),
    earned: amount(meter?.earned ?? "0", language),
    earned_today: amount(me.earned_today, language),
    show_tips: amount(me.show_tips, language),
    left_minutes: String(Math.ceil(leftMs(meter) / 60_000)),
    ...ofPrice("request", request?.price ?? null, language),
    ...ofPrice("call", me.call?.price ?? null, language),
    call_minimum: amount(me.call?.minimum, language),
    call_until: moment(me.call?.expires_at, language),
    request_minimum: amount(request?.minimum, language),
    request_left: request ? clock(request.expires_at - now - clockSkew) : "",
    requests_count: String(me.requests?.length ?? 0),
    free_left: String(Math.ceil((me.free_left_ms ?? 0) / 60_000)),
    muted_until: moment(me.muted_until, language),
    blocked_until: moment(me.blocked_until, language),
  };
}

/**
 * @param {number|null|undefined} at
 * @param {string} [language]
 */
function moment(at, language) {
  return at ? new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" }) : "";
}

/**
 * What is different for this client: they come after the room's own values and take their place.
 * @param {import("ppv/store").State} state
 * @param {string} [language]
 * @returns {Record<string, string>}
 */
function ofOwnTerms({ me, room }, language) {
  const own = me?.own;
  if (!own) return {};
  const minimum = own.private_minimum ?? room?.private.minimum;
  const limited = own.allowance != null && minimum && hundredths(own.allowance) < hundredths(minimum);
  return {
    ...(own.private_cpm == null ? {} : { private_price: amount(own.private_cpm, language) }),
    ...(own.private_minimum == null
      ? {}
      : { private_minimum: amount(own.private_minimum, language), private_held: amount(own.private_minimum, language) }),
    ...(limited ? { private_held: amount(own.allowance, language) } : {}),
    ...(own.group_grace_seconds == null ? {} : graceOfVisits(String(own.group_grace_seconds))),
    ...(own.private_grace_seconds == null ? {} : { private_grace: String(own.private_grace_seconds) }),
    allowance: amount(own.allowance, language),
    group_ends: clock(own.group_ends_ms ?? 0),
    private_ends: clock(own.private_ends_ms ?? 0),
    voyeur_ends: clock(own.voyeur_ends_ms ?? 0),
    two_way_ends: clock(own.two_way_ends_ms ?? 0),
  };
}

/**
 * What a private show costs by kind, and how long the balance lasts; `ask_` is the one that is chosen.
 * @param {import("ppv/store").State} state
 * @param {string} [language]
 * @returns {Record<string, string>}
 */
function ofKinds({ room, me, kind }, language) {
  const terms = kindTerms(room, me);
  const chosen = chosenTerms(terms, kind, me?.balance);
  const { lowest } = privatePrices(room, me);
  /** @type {Record<string, string>} */
  const found = {
    private_from: amount(lowest?.cpm, language),
    private_from_minimum: amount(lowest?.minimum, language),
  };
  for (const one of terms) {
    found[`${one.kind}_price`] = amount(one.cpm, language);
    found[`${one.kind}_minimum`] = amount(one.minimum, language);
    const minutes = fundedMinutes(me?.balance, one.cpm);
    found[`${one.kind}_lasts`] = Number.isFinite(minutes) ? String(minutes) : "∞";
  }
  if (!room || !chosen) return found;
  const limited = me?.own?.allowance != null && hundredths(me.own.allowance) < hundredths(chosen.minimum);
  return {
    ...found,
    ask_price: amount(chosen.cpm, language),
    ask_minimum: amount(chosen.minimum, language),
    ask_held: amount(limited ? me?.own?.allowance : chosen.minimum, language),
    ask_grace: String(me?.own?.private_grace_seconds ?? room.private.price.grace_seconds),
    ask_rule: room.private.price.rule_text,
    ask_ends: clock(chosen.ends_ms ?? 0),
  };
}

/** Every visit uses the same free seconds, however one is inside. @param {string} seconds */
function graceOfVisits(seconds) {
  return { group_grace: seconds, voyeur_grace: seconds, two_way_grace: seconds };
}

/**
 * @param {import("ppv/store").State} state
 * @param {string} [language]
 * @returns {Record<string, string>}
 */
function ofReceipt({ receipt }, language) {
  if (!receipt) return {};
  return {
    receipt_total: amount(receipt.total, language),
    receipt_time: clock(receipt.used_ms),
    receipt_earned: amount(receipt.earned, language),
  };
}
