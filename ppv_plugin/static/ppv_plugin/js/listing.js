/**
 * `<ppv-listing>`: keeps the tiles that are on the page up to date. Tiles never move or appear by themselves; rooms that
 * went live since are counted in a link that loads the page anew.
 */
import { holds, language, part } from "ppv/dom";
import { amount } from "ppv/format";
import { privatePrices } from "ppv/kinds";
import { PPVSocket, socketAddress, wakeWithPage } from "ppv/socket";

/** @typedef {import("ppv/protocol").RoomView} RoomView */

const STALE_MS = 3000;
/** @type {Map<string, Feed>} by address: several listings of a page share one socket */
const feeds = new Map();

/** The socket that tells of every room, and who listens on this page. */
class Feed {
  /** @type {Set<PPVListing>} */
  listings = new Set();

  /** @param {string} path */
  constructor(path) {
    this.socket = new PPVSocket({
      url: socketAddress(path),
      welcomed: false,
      onMessage: (message) => {
        if (message.t === "listing.room") for (const listing of this.listings) listing.update(message.room);
      },
      onState: (conn) => {
        const stale = conn.phase === "lost" || conn.phase === "closed";
        for (const listing of this.listings) listing.showStale(stale);
      },
    });
    wakeWithPage(this.socket);
    addEventListener("pagehide", () => this.socket.close());
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    this.socket.open();
  }

  /** @param {string} path */
  static of(path) {
    const feed = feeds.get(path) ?? new Feed(path);
    feeds.set(path, feed);
    return feed;
  }
}

export class PPVListing extends HTMLElement {
  /** @type {Set<string>} rooms that are live and not on this page */
  newcomers = new Set();
  /** the server's clock when the page was made, in Unix milliseconds */
  madeAt = Date.now();
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #staleTimer = undefined;

  connectedCallback() {
    const path = this.dataset["socket"];
    if (!path) return;
    if (this.dataset["madeAt"]) this.madeAt = Number(this.dataset["madeAt"]);
    Feed.of(path).listings.add(this);
  }

  disconnectedCallback() {
    for (const feed of feeds.values()) feed.listings.delete(this);
  }

  /** @param {RoomView} room */
  update(room) {
    const tile = this.querySelector(`[data-room="${CSS.escape(room.slug)}"]`);
    if (!(tile instanceof HTMLElement)) {
      this.#absent(room);
      return;
    }
    const wasLive = tile.dataset["status"] !== "offline";
    tile.dataset["status"] = room.status;
    const view = { status: room.status, lobby: room.lobby ? "yes" : "no" };
    for (const badge of tile.querySelectorAll("[data-when]")) {
      badge.toggleAttribute("hidden", !holds(badge.getAttribute("data-when") ?? "", view));
    }
    setText(tile, "mode", room.mode ?? "");
    setText(tile, "viewers", new Intl.NumberFormat(language()).format(room.viewers));
    part(tile, "audience")?.toggleAttribute("hidden", room.status === "offline");
    part(tile, "group")?.toggleAttribute("hidden", !room.group);
    if (room.group) setAmount(tile, "group-cpm", room.group.cpm);
    part(tile, "voyeur")?.toggleAttribute("hidden", !room.voyeur);
    if (room.voyeur) setAmount(tile, "voyeur-cpm", room.voyeur.price.cpm);
    part(tile, "two-way")?.toggleAttribute("hidden", !room.two_way);
    if (room.two_way) setAmount(tile, "two-way-cpm", room.two_way.price.cpm);
    const { lowest, several } = privatePrices(room);
    setAmount(tile, "private-cpm", lowest?.cpm ?? room.private.price.cpm);
    part(tile, "private-several")?.toggleAttribute("hidden", !several);
    const offline = room.status === "offline";
    const asked = offline || !["off", "hidden"].includes(room.private.state);
    part(tile, "private")?.toggleAttribute("hidden", !asked);
    showLastOnline(tile, { offline, justNow: offline && wasLive });
    showPicture(tile, room.snapshot_url);
  }

  /**
   * A room that is not on this page. One that was live when the page was made is no news, on whatever page it stands.
   * @param {RoomView} room
   */
  #absent(room) {
    if (room.status === "offline") this.newcomers.delete(room.slug);
    else if ((room.live_at ?? 0) > this.madeAt) this.newcomers.add(room.slug);
    this.#showNewcomers();
  }

  #showNewcomers() {
    const line = part(this, "newcomers");
    if (!line) return;
    line.hidden = this.newcomers.size === 0;
    setText(line, "newcomers-count", String(this.newcomers.size));
  }

  /** @param {boolean} stale */
  showStale(stale) {
    clearTimeout(this.#staleTimer);
    const notice = part(this, "stale");
    if (!notice) return;
    if (stale) this.#staleTimer = setTimeout(() => (notice.hidden = false), STALE_MS);
    else notice.hidden = true;
  }
}

/**
 * @param {ParentNode} root
 * @param {string} name
 * @param {string} text
 */
function setText(root, name, text) {
  const element = part(root, name);
  if (element && element.textContent !== text) element.textContent = text;
}

/**
 * The number changes, the site's word for the unit stays.
 * @param {ParentNode} root
 * @param {string} name
 * @param {string} value
 */
function setAmount(root, name, value) {
  const element = part(root, name);
  if (!element) return;
  const holder = element.querySelector(".ppv-money") ?? element;
  const unit = (holder.textContent ?? "").replace(/^[\s\d.,]+/, "");
  holder.textContent = unit ? `${amount(value, language())}\u00a0${unit}` : amount(value, language());
}

/**
 * The moment that the page was made with is the last one until the room goes live while it is open.
 * @param {HTMLElement} tile
 * @param {{offline: boolean, justNow: boolean}} now
 */
function showLastOnline(tile, { offline, justNow }) {
  if (!offline || justNow) part(tile, "seen")?.remove();
  if (!offline || justNow) part(tile, "seen-now")?.toggleAttribute("hidden", !offline);
}

/**
 * @param {HTMLElement} tile
 * @param {string|null} url
 */
function showPicture(tile, url) {
  const picture = part(tile, "picture");
  if (!(picture instanceof HTMLImageElement)) return;
  if (url && picture.getAttribute("src") !== url) picture.src = url;
  if (!url) picture.removeAttribute("src");
  picture.hidden = !url;
  part(tile, "initials")?.toggleAttribute("hidden", Boolean(url));
}

if (!customElements.get("ppv-listing")) customElements.define("ppv-listing", PPVListing);
