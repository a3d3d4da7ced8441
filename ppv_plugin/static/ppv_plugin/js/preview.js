/**
 * The screen of a room or a console in an editor's preview: what a socket would have sent stands in `data-preview`, and is
 * shown once. Nothing here connects, listens or moves, and nothing that does is loaded.
 */
import { cloneOf, language, need, part, showTexts, showWhen, textsOf } from "ppv/dom";
import { amount, clock } from "ppv/format";
import { consoleScreenOf, initialState, screenOf, viewOf } from "ppv/store";
import { valuesOf } from "ppv/values";

/** @typedef {import("ppv/protocol").ChatView} ChatView */
/** @typedef {import("ppv/protocol").RequestView} RequestView */
/** @typedef {Partial<import("ppv/store").State> & {chat?: ChatView[]}} Sample */

/** A camera that runs, so that no device problem is shown. */
const DEVICES = { camera: "on", microphone: "on", device: "ok", previewing: "yes", ready: "yes" };

/** @param {HTMLElement} root */
export function show(root) {
  const sample = /** @type {Sample} */ (JSON.parse(root.dataset["preview"] ?? "{}"));
  const state = {
    ...initialState(),
    conn: { phase: /** @type {const} */ ("open"), code: 0 },
    media: { publish: /** @type {const} */ ("live"), subscribe: /** @type {const} */ ("live") },
    ...sample,
  };
  const screen = root.localName === "ppv-console" ? consoleScreenOf : screenOf;
  /** @type {Record<string, string>} */
  const view = { ...viewOf(state, screen), ...DEVICES };
  root.dataset["screen"] = view["screen"];
  const texts = valuesOf(state, Date.now(), language());
  if (state.receipt) texts["receipt_reason"] = textsOf(root)(`reason-${state.receipt.reason}`);
  showWhen(root, view);
  showTexts(root, texts);
  showMeter(root, state.me?.meter);
  for (const request of state.me?.requests ?? []) part(root, "requests")?.append(cardOf(root, request));
  showChat(root, sample.chat ?? []);
}

/**
 * @param {HTMLElement} root
 * @param {import("ppv/protocol").MeterView|null|undefined} meter
 */
function showMeter(root, meter) {
  const used = part(root, "used");
  if (used && meter) used.textContent = clock(meter.used_ms);
}

/**
 * @param {HTMLElement} root
 * @param {RequestView} request
 */
function cardOf(root, request) {
  const card = cloneOf(root, "request-card");
  showTexts(card, {
    client_name: request.client_name ?? "",
    funded_minutes: String(request.funded_minutes ?? ""),
    price: amount(request.price.cpm, language()),
    left: clock(request.expires_at - Date.now()),
  });
  part(card, "funds")?.toggleAttribute("hidden", request.funded_minutes == null);
  return card;
}

/**
 * @param {HTMLElement} root
 * @param {ChatView[]} lines
 */
function showChat(root, lines) {
  const log = part(root, "log");
  if (!log) return;
  for (const line of lines) {
    const element = cloneOf(root, "line");
    need(element, "name", HTMLElement).textContent = line.name;
    need(element, "text", HTMLElement).textContent = line.text;
    for (const badge of element.querySelectorAll("[data-for]")) {
      if (badge.getAttribute("data-for") !== (line.mine ? "mine" : line.author)) badge.remove();
    }
    log.append(element);
  }
  part(root, "empty")?.toggleAttribute("hidden", lines.length > 0);
}

for (const root of document.querySelectorAll("[data-preview]")) {
  if (root instanceof HTMLElement) show(root);
}
