/**
 * Pictures beside the large one, each with a name: cameras of a conference, guests. A tile stands where it is while it
 * lives. The grid is `data-part="tiles"`, a tile comes from `<template data-part="tile-card">`.
 *
 *   const tiles = new Tiles(root);
 *   tiles.show({ id, name, stream });   // adds the tile, or gives the one of this id another stream or name
 *   tiles.remove(id);
 *
 * Tiles are heard when the large picture is: `<ppv-stage>` says so with the event `ppv-sound`.
 */
import { cloneOf, need, part, showTexts } from "ppv/dom";
import { initials } from "ppv/format";

/**
 * @typedef {object} Tile
 * @property {string} id
 * @property {string} name
 * @property {MediaStream|null} stream null while it is on its way
 * @property {boolean} [own] one's own picture: never heard, and as in a mirror
 */

export class Tiles {
  /** @type {Map<string, HTMLElement>} */
  #cards = new Map();
  #silent = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.grid = need(root, "tiles", HTMLElement);
    root.addEventListener("ppv-sound", (event) => {
      const { sound } = /** @type {CustomEvent<{sound: string}>} */ (event).detail;
      this.silence(sound !== "on");
    });
  }

  /** @param {Tile} tile */
  show({ id, name, stream, own = false }) {
    const card = this.#cards.get(id) ?? this.#add(id);
    card.toggleAttribute("data-own", own);
    showTexts(card, { tile_name: name, tile_initials: initials(name) });
    const video = need(card, "tile-video", HTMLVideoElement);
    video.setAttribute("aria-label", name);
    video.muted = own || this.#silent;
    if (video.srcObject === stream) return;
    video.srcObject = stream;
    if (stream) void play(video);
  }

  /** @param {string} id */
  remove(id) {
    const card = this.#cards.get(id);
    if (!card) return;
    const video = need(card, "tile-video", HTMLVideoElement);
    video.srcObject = null;
    card.remove();
    this.#cards.delete(id);
    this.#count();
  }

  /** @param {boolean} silent */
  silence(silent) {
    this.#silent = silent;
    for (const card of this.#cards.values()) {
      const video = need(card, "tile-video", HTMLVideoElement);
      video.muted = silent || card.hasAttribute("data-own");
      if (video.srcObject && video.paused) void play(video);
    }
  }

  /** @param {string} id */
  #add(id) {
    const card = cloneOf(this.root, "tile-card");
    card.dataset["tile"] = id;
    this.#cards.set(id, card);
    this.grid.append(card);
    this.#count();
    return card;
  }

  #count() {
    this.grid.hidden = this.#cards.size === 0;
    part(this.root, "stage")?.toggleAttribute("data-tiles", this.#cards.size > 0);
  }
}

/** A browser may refuse to play aloud before the first press: then silently. @param {HTMLVideoElement} video */
async function play(video) {
  try {
    await video.play();
  } catch (why) {
    if (!(why instanceof DOMException) || why.name !== "NotAllowedError") return;
    video.muted = true;
    await video.play().catch(() => {});
  }
}
