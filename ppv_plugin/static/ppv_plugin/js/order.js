/** What can be done with a line of the chat: speak to its writer, and for whoever keeps order more. */
import { part } from "ppv/dom";

const MUTE_MINUTES = 10;
const WEEK_DAYS = 7;

/**
 * @param {import("ppv/session").RoomSession} session
 * @returns {Record<string, import("ppv/actions").Action>}
 */
export function orderActions(session) {
  const { chat } = session;
  const id = () => chat.chosen?.id ?? 0;
  const address = () => {
    const box = part(chat, "line-address");
    return box instanceof HTMLInputElement && box.checked;
  };
  /** @param {() => import("ppv/protocol").Command} command */
  const decide = (command) => async () => {
    await session.do(command());
    session.dialog("line-dialog").close();
  };
  return {
    "line-mention": () => {
      session.dialog("line-dialog").close();
      chat.write(`@${chat.chosen?.name ?? ""} `);
    },
    "line-delete": decide(() => ({ t: "chat.delete", id: id() })),
    "line-mute": decide(() => ({ t: "chat.mute", id: id(), minutes: MUTE_MINUTES })),
    "line-kick": decide(() => ({ t: "chat.kick", id: id() })),
    "line-ban": decide(() => ({ t: "chat.ban", id: id(), days: WEEK_DAYS, address: address() })),
    "line-ban-ever": decide(() => ({ t: "chat.ban", id: id(), days: null, address: address() })),
  };
}

/** The slow mode: a choice that is in force at once. @param {import("ppv/session").RoomSession} session */
export function wireSlowMode(session) {
  const select = part(session.chat, "slow");
  if (!(select instanceof HTMLSelectElement)) return;
  select.addEventListener("change", () => {
    void session.perform(select, () => session.do({ t: "chat.slow", seconds: Number(select.value) }));
  });
  session.store.listen(({ room }) => {
    const value = String(room?.slow_seconds ?? 0);
    if (document.activeElement !== select && [...select.options].some((option) => option.value === value)) {
      select.value = value;
    }
  });
}
