/** `<ppv-guest>`: where a performer joins the show of another, with a camera and a microphone of the own. */
import { ownCheckIn, tilesOf } from "ppv/company";
import { guestActions } from "ppv/guests";
import { kindOf } from "ppv/kinds";
import { mediaPlan, screenOfClosed } from "ppv/store";
import { RoomSession } from "ppv/session";
import { Wall } from "ppv/wall";
import { permissionGiven } from "ppv/devices";
import { wireActions } from "ppv/actions";

/** @typedef {import("ppv/store").State} State */

/**
 * @param {State} state
 * @returns {string}
 */
export function guestScreenOf(state) {
  const { room, me, conn, onAir } = state;
  if (conn.phase === "closed") return screenOfClosed(conn.code);
  if (!room || !me) return "connecting";
  if (me.role !== "guest" || !me.visiting?.length) return "guest-over";
  if (!ownCheckIn(me)) return "guest-asked";
  if (me.elsewhere) return "elsewhere";
  if (!onAir) return "guest-green";
  return room.status === "private" ? "guest-waits" : "guest-live";
}

export class PPVGuest extends HTMLElement {
  /** @type {RoomSession|null} */
  session = null;
  /** @type {Wall|null} */
  #wall = null;

  connectedCallback() {
    if (this.session) return;
    const session = new RoomSession(this, guestScreenOf, (state) => this.#render(state));
    this.session = session;
    this.#wall = new Wall(this, session);
    wireActions(this, { ...session.actions(), ...guestActions(session), ...this.#actions(session) }, session.say);
    session.start();
    void permissionGiven().then((given) => {
      if (given && !session.devices.running) void session.devices.start();
    });
  }

  /**
   * @param {RoomSession} session
   * @returns {Record<string, import("ppv/actions").Action>}
   */
  #actions(session) {
    const onAir = async () => {
      if (!session.devices.ready) await session.devices.start();
      session.media.send(session.devices.stream);
      session.store.set({ onAir: true });
    };
    return {
      "guest-join": onAir,
      "take-over": async () => {
        await onAir();
        session.takeOver();
      },
    };
  }

  /** @param {State} state */
  #render(state) {
    const { session } = this;
    if (!session) return;
    const id = state.me?.visiting?.[0]?.id;
    if (id) this.dataset["checkIn"] = id;
    session.devices.limit(kindOf(state));
    const join = this.querySelector("[data-act='guest-join']");
    if (join instanceof HTMLButtonElement) join.disabled = !session.devices.ready || state.conn.phase !== "open";
    if (guestScreenOf(state) === "guest-over" && session.devices.running) session.devices.stop();
    session.stage.show(session.received);
    session.stage.showOwn(session.devices.running ? session.devices.stream : null);
    this.#wall?.follow(tilesOf(state, mediaPlan(state)));
  }
}

if (!customElements.get("ppv-guest")) customElements.define("ppv-guest", PPVGuest);
