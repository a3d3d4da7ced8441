/** Cameras that the server lets this person see, each received over a connection of its own and shown as a tile. */
import { Link } from "ppv/media";
import { Tiles } from "ppv/tiles";

/** @typedef {{id: string, name: string}} Seen a camera: `id` is what `media.offer` takes as `camera` */
/** @typedef {{link: Link, name: string, stream: MediaStream|null}} Held */

export class Wall {
  /** @type {Map<string, Held>} */
  #held = new Map();

  /**
   * @param {HTMLElement} root
   * @param {import("ppv/session").RoomSession} session
   */
  constructor(root, session) {
    this.session = session;
    this.tiles = new Tiles(root);
  }

  /**
   * These cameras are seen, and no others. Nothing is begun anew while the line is being mended.
   * @param {readonly Seen[]} wanted
   */
  follow(wanted) {
    const { conn, connection } = this.session.store.state;
    const alive = new Set(wanted.map((camera) => camera.id));
    for (const [id, { link }] of this.#held) {
      if (alive.has(id)) continue;
      this.#held.delete(id);
      link.aim(null);
      this.tiles.remove(id);
    }
    for (const { id, name } of wanted) {
      const held = this.#held.get(id) ?? this.#begin(id, name);
      held.name = name;
      this.tiles.show({ id, name, stream: held.stream });
      if (conn.phase === "open") held.link.aim(`${id}@${connection}`);
    }
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  #begin(id, name) {
    const link = new Link("subscribe", {
      offer: async (direction, sdp) => {
        const ack = await this.session.do({ t: "media.offer", direction, sdp, take_over: false, camera: id });
        return ack.sdp ?? "";
      },
      iceServers: () => this.session.store.state.ice,
      onState: () => {},
      onStream: (stream) => {
        held.stream = stream;
        if (this.#held.get(id) === held) this.tiles.show({ id, name: held.name, stream });
      },
      maxKbps: 0,
    });
    /** @type {Held} */
    const held = { link, name, stream: null };
    this.#held.set(id, held);
    return held;
  }
}
