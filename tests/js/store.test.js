import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Store, askStateOf, consoleScreenOf, initialState, mediaPlan, reduce, screenOf, viewOf } from "ppv/store";
import { valuesOf } from "ppv/values";
import { client, meter, paidRoom, performer, receipt, request, room, session, visitor, welcome } from "./cast.js";

/** @param {Partial<import("ppv/store").State>} change @returns {import("ppv/store").State} */
const state = (change) => ({
  ...initialState(),
  room: room(),
  me: client(),
  connection: "c1",
  conn: { phase: "open", code: 0 },
  ...change,
});

describe("the screen of a visitor", () => {
  /** @type {[string, Partial<import("ppv/store").State>][]} */
  const table = [
    ["connecting", { room: null, me: null, conn: { phase: "connecting", code: 0 } }],
    ["offline", { room: room({ status: "offline", show: null }) }],
    ["own-room", { me: performer() }],
    ["watch-free", {}],
    ["watch-free", { me: visitor() }],
    ["ask-to-enter", { room: paidRoom() }],
    ["sign-in", { room: paidRoom(), me: visitor() }],
    ["no-funds", { room: paidRoom(), me: client({ balance: "7.49" }) }],
    ["ask-to-enter", { room: paidRoom(), me: client({ balance: "7.50" }) }],
    ["inside-group", { room: paidRoom(), me: client({ session: session("group") }) }],
    ["asking", { me: client({ request: request() }) }],
    ["watch-free", { me: client({ request: request("rejected") }) }],
    ["in-private", { room: room({ status: "private" }), me: client({ session: session("private") }) }],
    ["others-private", { room: room({ status: "private" }) }],
    ["others-private", { room: room({ status: "private" }), me: client({ session: session("group") }) }],
    ["ended-with-receipt", { receipt: receipt() }],
    ["in-private", { receipt: receipt(), me: client({ session: session("private") }) }],
    ["elsewhere", { me: client({ session: session("private"), elsewhere: true }) }],
    ["blocked", { me: client({ blocked: true }) }],
    ["blocked", { conn: { phase: "closed", code: 4003 } }],
    ["signed-out", { conn: { phase: "closed", code: 4001 } }],
    ["replaced", { conn: { phase: "closed", code: 4009 } }],
    ["no-room", { conn: { phase: "closed", code: 4004 } }],
    ["watch-free", { conn: { phase: "lost", code: 1006 } }],
  ];
  for (const [screen, change] of table) {
    test(`is ${screen} for ${JSON.stringify(change).slice(0, 90)}`, () => {
      assert.equal(screenOf(state(change)), screen);
    });
  }
});

describe("the screen of the performer", () => {
  const live = { me: performer(), onAir: true };
  test("is the green room until the show starts", () => {
    assert.equal(consoleScreenOf(state({ me: performer(), room: room({ status: "offline" }) })), "green-room");
  });
  test("is live with a picture, and asks to resume without one", () => {
    assert.equal(consoleScreenOf(state(live)), "live");
    assert.equal(consoleScreenOf(state({ ...live, onAir: false })), "resume");
  });
  test("is the private show while there is one", () => {
    const me = performer({ session: session("private") });
    assert.equal(consoleScreenOf(state({ ...live, me, room: room({ status: "private" }) })), "in-private");
  });
  test("says that another tab is live", () => {
    assert.equal(consoleScreenOf(state({ ...live, me: performer({ elsewhere: true }) })), "elsewhere");
  });
  test("is closed to somebody else", () => {
    assert.equal(consoleScreenOf(state({ me: client() })), "blocked");
  });
});

describe("a private show can be asked for", () => {
  test("by a client with the minimum balance", () => {
    assert.equal(askStateOf(room(), client({ balance: "10.00" })), "open");
    assert.equal(askStateOf(room(), client({ balance: "9.99" })), "no-funds");
    assert.equal(askStateOf(room(), visitor()), "sign-in");
  });
  test("not in a room that is offline, in private, or closed to requests", () => {
    assert.equal(askStateOf(room({ status: "offline" }), client()), "off");
    assert.equal(askStateOf(room({ status: "private" }), client()), "busy");
    const hidden = room();
    assert.equal(askStateOf({ ...hidden, private: { ...hidden.private, state: "hidden" } }, client()), "hidden");
  });
});

describe("media", () => {
  const plan = (/** @type {Partial<import("ppv/store").State>} */ change) => mediaPlan(state(change));
  test("of a free room are received under the show's key, anew for each connection", () => {
    assert.deepEqual(plan({}), { publish: null, subscribe: "show-1@c1" });
    assert.deepEqual(plan({ connection: "c2" }), { publish: null, subscribe: "show-1@c2" });
  });
  test("of a paid room are received only inside", () => {
    assert.deepEqual(plan({ room: paidRoom() }), { publish: null, subscribe: null });
    const inside = plan({ room: paidRoom(), me: client({ session: session("group") }) });
    assert.deepEqual(inside, { publish: null, subscribe: "group-1@c1" });
  });
  test("go both ways in a private show", () => {
    const me = client({ session: session("private") });
    assert.deepEqual(plan({ me, room: room({ status: "private" }) }), {
      publish: "private-1@c1",
      subscribe: "private-1@c1",
    });
  });
  test("of somebody who waits outside a private show stay as they are", () => {
    assert.deepEqual(plan({ room: room({ status: "private" }) }), { publish: null, subscribe: "keep" });
  });
  test("of a client who waits inside keep the visit's key", () => {
    const me = client({ session: session("group") });
    assert.equal(plan({ me, room: room({ status: "private" }) }).subscribe, "group-1@c1");
  });
  test("of the performer are sent under the show's key, also through a private show", () => {
    const me = performer({ session: session("private") });
    assert.deepEqual(plan({ me: performer(), onAir: true }), { publish: "show-1@c1", subscribe: null });
    assert.deepEqual(plan({ me, onAir: true, room: room({ status: "private" }) }), {
      publish: "show-1@c1",
      subscribe: "private-1@c1",
    });
    assert.equal(plan({ me: performer() }).publish, null);
  });
  test("end where another tab holds them, and for the blocked", () => {
    assert.equal(plan({ me: client({ session: session("group"), elsewhere: true }) }).subscribe, null);
    assert.equal(plan({ me: client({ blocked: true }) }).subscribe, null);
  });
});

describe("messages", () => {
  test("a welcome fills the state and measures the server's clock", () => {
    const next = reduce(initialState(), welcome({ server_time: 5_000 }), 3_000);
    assert.equal(next.room?.slug, "ana");
    assert.equal(next.connection, "c1");
    assert.equal(next.clockSkew, 2_000);
  });
  test("a meter is taken for one's own session only", () => {
    const before = state({ me: client({ session: session("private") }) });
    assert.equal(reduce(before, { t: "meter", meter: meter() }, 0).me?.meter?.cost, "2.00");
    assert.equal(reduce(before, { t: "meter", meter: meter({ session: "other" }) }, 0), before);
  });
  test("money that comes in is seen at once", () => {
    const poor = state({ me: client({ balance: "9.99" }) });
    const told = reduce(poor, { t: "wallet.state", balance: "10.99", held: "0.00" }, 0);
    assert.equal(told.me?.balance, "10.99");
    const onAir = state({ me: performer() });
    assert.equal(reduce(onAir, { t: "wallet.state", balance: "1.00", held: "0.00" }, 0), onAir);
  });
  test("a receipt stays until a new session begins", () => {
    const ended = reduce(state({}), { t: "session.ended", receipt: receipt() }, 0);
    assert.equal(ended.receipt?.total, "5.83");
    assert.equal(reduce(ended, { t: "me.state", me: client() }, 0).receipt?.total, "5.83");
    assert.equal(reduce(ended, { t: "me.state", me: client({ session: session("group") }) }, 0).receipt, null);
  });
  for (const answer of ["rejected", "expired", "cancelled"]) {
    test(`a request that was ${answer} is said once`, () => {
      const asked = reduce(state({}), { t: "me.state", me: client({ request: request() }) }, 0);
      const told = reduce(asked, { t: "me.state", me: client({ request: request(answer) }) }, 0);
      assert.equal(told.outcome, answer);
      const again = reduce(told, { t: "me.state", me: client({ request: request() }) }, 0);
      assert.equal(again.outcome, "");
    });
  }
  test("an old answer is not news to a page that was just opened", () => {
    assert.equal(reduce(initialState(), welcome({ me: client({ request: request("rejected") }) }), 0).outcome, "");
  });
  test("media taken by another tab make this one stand back, its own do not", () => {
    assert.equal(reduce(state({}), { t: "media.taken", connection: "c2" }, 0).me?.elsewhere, true);
    assert.equal(reduce(state({}), { t: "media.taken", connection: "c1" }, 0).me?.elsewhere, false);
  });
  test("an unknown message changes nothing and wakes nobody", () => {
    const store = new Store(() => 0);
    let heard = 0;
    store.listen(() => (heard += 1));
    store.take(/** @type {any} */ ({ t: "from.the.future" }));
    assert.equal(heard, 0);
  });
});

describe("a mode that changes while live", () => {
  const paid = paidRoom({ mode_number: 1, consent: true });
  const free = room({ mode_number: 1 });
  const ended = { ...receipt(), reason: "mode_changed" };
  const visit = (/** @type {number} */ number) => ({ ...session("group"), mode_number: number });
  /** @param {import("ppv/store").State} before @param {...any} messages */
  const after = (before, ...messages) => messages.reduce((state, message) => reduce(state, message, 0), before);

  test("asks whoever watched for free, signed in or not", () => {
    assert.equal(after(state({}), { t: "room.state", room: paid }).asked, true);
    assert.equal(after(state({ me: visitor() }), { t: "room.state", room: paid }).asked, true);
  });
  test("asks those inside for another price, in whichever order they hear of it", () => {
    const inside = state({ room: paidRoom({ consent: true }), me: client({ session: visit(0) }) });
    const messages = [
      { t: "room.state", room: paid },
      { t: "session.ended", receipt: ended },
      { t: "me.state", me: client() },
    ];
    for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
      assert.equal(after(inside, ...order.map((n) => messages[n])).asked, true, String(order));
    }
  });
  test("asks after a break of the line too", () => {
    assert.equal(after(state({}), welcome({ room: paid })).asked, true);
  });
  test("asks nobody who waits outside, and not the performer", () => {
    const outside = state({ room: paidRoom({ consent: true }) });
    assert.equal(after(outside, { t: "room.state", room: paid }).asked, false);
    assert.equal(after(state({ me: performer(), onAir: true }), { t: "room.state", room: paid }).asked, false);
  });
  test("asks nothing when it is free, or when another show has begun", () => {
    assert.equal(after(state({ room: paidRoom(), me: client({ session: visit(0) }) }), { t: "room.state", room: free }).asked, false);
    assert.equal(after(state({}), { t: "room.state", room: { ...paid, show: "show-2" } }).asked, false);
  });
  test("has its answer when one is inside under its number, whichever tab said so", () => {
    const asked = after(state({}), { t: "room.state", room: paid });
    assert.equal(after(asked, { t: "me.state", me: client({ session: visit(0) }) }).asked, true);
    assert.equal(after(asked, { t: "me.state", me: client({ session: visit(1) }) }).asked, false);
    const elsewhere = state({ me: client({ session: visit(1) }) });
    assert.equal(after(elsewhere, { t: "room.state", room: paid }).asked, false);
  });
  test("is asked no more once it is free again or the show has ended", () => {
    const asked = after(state({}), { t: "room.state", room: paid });
    assert.equal(after(asked, { t: "room.state", room: room({ mode_number: 2 }) }).asked, false);
    assert.equal(after(asked, { t: "room.state", room: room({ status: "offline", show: null }) }).asked, false);
  });
  test("sends nothing to anybody until the answer", () => {
    const asked = after(state({}), { t: "room.state", room: paid });
    assert.deepEqual(mediaPlan(asked), { publish: null, subscribe: null });
  });
  test("leaves the picture to those who may go on for nothing, with the receipt beside it", () => {
    assert.equal(screenOf(state({ room: free, receipt: ended })), "watch-free");
    assert.equal(screenOf(state({ room: paid, receipt: ended })), "ended-with-receipt");
    assert.equal(screenOf(state({ room: free, receipt: receipt() })), "ended-with-receipt");
  });
  test("can be entered as any paid show can", () => {
    assert.equal(viewOf(state({ room: paid }))["entry"], "open");
    assert.equal(viewOf(state({ room: paid, me: client({ balance: "7.49" }) }))["entry"], "no-funds");
    assert.equal(viewOf(state({ room: paid, me: visitor() }))["entry"], "sign-in");
  });
});

describe("the view", () => {
  test("names the tightest threshold of funds, for the client only", () => {
    const low = (/** @type {number} */ used) =>
      viewOf(state({ me: client({ session: session("private"), meter: meter({ used_ms: used }) }) }))["low"];
    assert.equal(low(0), "no");
    assert.equal(low(300_000), "5");
    assert.equal(low(480_000), "2");
    assert.equal(low(545_000), "1");
    const me = performer({ session: session("private"), meter: meter({ used_ms: 590_000 }) });
    assert.equal(viewOf(state({ me }))["low"], "no");
  });
  test("knows the grace before the first word of the meter", () => {
    assert.equal(viewOf(state({ me: client({ session: session("private") }) }))["grace"], "yes");
    const paid = client({ session: session("private"), meter: meter({ grace_left_ms: 0 }) });
    assert.equal(viewOf(state({ me: paid }))["grace"], "no");
  });
});

describe("a client's own terms", () => {
  const own = { private_grace_seconds: 4, allowance: "0.33", private_ends_ms: 9_900, group_ends_ms: null };
  test("take the place of the room's", () => {
    const values = valuesOf(state({ me: client({ own }) }), 0, "en");
    assert.equal(values["private_grace"], "4");
    assert.equal(values["allowance"], "0.33");
    assert.equal(values["private_ends"], "0:09");
    assert.deepEqual([values["private_minimum"], values["private_held"]], ["10.00", "0.33"]);
  });
  test("say what a limit ends, and what it does not reach", () => {
    const view = viewOf(state({ me: client({ own }) }));
    assert.deepEqual([view["private_again"], view["private_bound"]], ["yes", "some"]);
    assert.deepEqual([view["group_again"], view["group_bound"]], ["no", "no"]);
  });
  test("say that a limit is reached", () => {
    assert.equal(viewOf(state({ me: client({ own: { ...own, allowance: "0.00" } }) }))["private_bound"], "none");
  });
  test("are a price of one's own, that decides what can be asked for", () => {
    const priced = { private_cpm: "1.50", private_minimum: "7.50" };
    const values = valuesOf(state({ me: client({ own: priced }) }), 0, "en");
    assert.deepEqual(
      [values["private_price"], values["private_minimum"], values["private_held"]],
      ["1.50", "7.50", "7.50"],
    );
    assert.equal(viewOf(state({ me: client({ own: priced, balance: "7.50" }) }))["ask"], "open");
    assert.equal(viewOf(state({ me: client({ own: priced, balance: "7.49" }) }))["ask"], "no-funds");
    assert.equal(viewOf(state({ me: client({ balance: "7.50" }) }))["ask"], "no-funds");
  });
  test("leave everybody else the room's", () => {
    assert.equal(valuesOf(state({ me: client() }), 0, "en")["private_grace"], "10");
    assert.equal(viewOf(state({ me: client() }))["private_bound"], "no");
  });
});

describe("the values", () => {
  test("are the server's words about money, written for people", () => {
    const me = client({ session: session("private"), meter: meter({ cost: "5.83", balance: "12.17" }) });
    const values = valuesOf(state({ me }), 0, "en");
    assert.equal(values["cost"], "5.83");
    assert.equal(values["balance"], "12.17");
    assert.equal(values["balance_minutes"], "6");
    assert.equal(values["left_minutes"], "9");
  });
  test("count a request down on the server's clock", () => {
    const asked = state({ me: client({ request: request() }), clockSkew: 1_000 });
    assert.equal(valuesOf(asked, 60_000, "en")["request_left"], "1:00");
  });
});
