import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Refusal } from "ppv/protocol";
import {
  ANSWER_MS, PING_MS, PPVSocket, RETRY_MAX_MS, RETRY_MIN_MS, SILENCE_MS, retryDelay, socketAddress,
} from "ppv/socket";
import { Clock, FakeWebSocket, welcome } from "./cast.js";

/** @type {Clock} */
let clock;
/** @type {any[]} */
let heard;
/** @type {string[]} */
let phases;
/** @type {PPVSocket} */
let socket;
/** @type {number} */
let ids;

const last = () => /** @type {FakeWebSocket} */ (FakeWebSocket.made.at(-1));

beforeEach(() => {
  clock = new Clock();
  heard = [];
  phases = [];
  ids = 0;
  FakeWebSocket.made = [];
  socket = new PPVSocket({
    url: "ws://x/",
    onMessage: (message) => heard.push(message),
    onState: ({ phase }) => phases.push(phase),
    env: {
      WebSocket: /** @type {any} */ (FakeWebSocket),
      setTimeout: clock.setTimeout,
      clearTimeout: clock.clearTimeout,
      random: () => 0.5,
      newId: () => `cid-${++ids}`,
    },
  });
  socket.open();
});

/** @param {Partial<import("ppv/protocol").Welcome>} [change] */
const welcomed = (change) => {
  last().accept();
  last().says(welcome(change));
};

describe("saying hello", () => {
  test("asks for the protocol and for everything from now", () => {
    last().accept();
    assert.deepEqual(last().protocols, ["ppv.v1"]);
    assert.deepEqual(last().sent, [{ t: "hello", epoch: "", seq: 0 }]);
    assert.deepEqual(phases, []);
  });
  test("is answered by a welcome, and only then the line is open", () => {
    welcomed();
    assert.deepEqual(phases, ["open"]);
    assert.equal(heard[0].t, "welcome");
  });
});

describe("resuming", () => {
  test("asks for what came after the last event seen", () => {
    welcomed({ epoch: "e1", seq: 7 });
    last().says({ t: "chat.msg", seq: 9, message: {} });
    last().drops(1006);
    clock.pass(RETRY_MAX_MS);
    last().accept();
    assert.deepEqual(last().sent, [{ t: "hello", epoch: "e1", seq: 9 }]);
  });
  test("keeps its place until the missed events have come", () => {
    welcomed({ seq: 7 });
    last().drops(1006);
    clock.pass(RETRY_MAX_MS);
    welcomed({ seq: 12, resumed: true });
    assert.equal(socket.seq, 7);
  });
  test("starts afresh when the server cannot replay", () => {
    welcomed();
    last().says({ t: "resync" });
    assert.deepEqual(last().sent.at(-1), { t: "hello", epoch: "", seq: 0 });
    assert.equal(heard.length, 1);
  });
});

describe("coming back", () => {
  test("waits between half a second and fifteen, with full jitter", () => {
    for (let attempt = 0; attempt < 30; attempt += 1) {
      for (const random of [0, 0.3, 0.999]) {
        const delay = retryDelay(attempt, () => random);
        assert.ok(delay >= RETRY_MIN_MS && delay <= RETRY_MAX_MS);
      }
    }
    assert.ok(retryDelay(9, () => 0.999) > 14_000);
    assert.equal(retryDelay(9, () => 0), RETRY_MIN_MS);
  });
  test("waits longer after each failure, and anew after success", () => {
    last().drops(1006);
    clock.pass(751);
    assert.equal(FakeWebSocket.made.length, 2);
    last().drops(1006);
    clock.pass(751);
    assert.equal(FakeWebSocket.made.length, 2);
    clock.pass(RETRY_MAX_MS);
    welcomed();
    assert.equal(socket.attempt, 0);
  });
  test("happens at once when the network or the tab wakes", () => {
    last().drops(1006);
    socket.wake();
    assert.equal(FakeWebSocket.made.length, 2);
    clock.pass(RETRY_MAX_MS);
    assert.equal(FakeWebSocket.made.length, 2, "and not a second time by the timer");
  });
  test("obeys the server that asks for patience", () => {
    welcomed();
    last().says({ t: "bye", code: 1012, retry_ms: 4000 });
    last().drops(1012);
    clock.pass(3999);
    assert.equal(FakeWebSocket.made.length, 1);
    clock.pass(1);
    assert.equal(FakeWebSocket.made.length, 2);
  });
  for (const code of [4001, 4003, 4004, 4009]) {
    test(`does not happen after ${code}`, () => {
      welcomed();
      last().drops(code);
      socket.wake();
      clock.pass(60_000);
      assert.equal(FakeWebSocket.made.length, 1);
      assert.deepEqual(socket.conn, { phase: "closed", code });
    });
  }
});

describe("a command", () => {
  test("gets the answer that carries its cid", async () => {
    welcomed();
    const first = socket.send({ t: "group.enter", cpm: "1.50", mode_number: 0 });
    const second = socket.send({ t: "group.leave" });
    last().says({ t: "ack", cid: "cid-2" });
    last().says({ t: "ack", cid: "cid-1", id: "visit-1" });
    assert.equal((await first).id, "visit-1");
    assert.equal((await second).cid, "cid-2");
    assert.equal(heard.length, 1, "answers are not events");
  });
  test("is refused with the server's reason", async () => {
    welcomed();
    const asked = socket.send({ t: "group.enter", cpm: "1.50", mode_number: 0 });
    last().says({ t: "error", code: "funds", text: "Too little.", cid: "cid-1" });
    await assert.rejects(asked, (why) => why instanceof Refusal && why.code === "funds" && why.text === "Too little.");
  });
  test("fails when the line breaks, when nobody answers, and when there is no line", async () => {
    welcomed();
    const broken = socket.send({ t: "show.end" });
    last().drops(1006);
    await assert.rejects(broken, { code: "offline", retryable: true });
    await assert.rejects(socket.send({ t: "show.end" }), { code: "offline" });
    clock.pass(RETRY_MAX_MS);
    welcomed();
    const silent = socket.send({ t: "show.end" });
    clock.pass(ANSWER_MS);
    await assert.rejects(silent, { code: "offline" });
  });
});

describe("a line that looks open", () => {
  test("is asked whether it lives, and left when it does not answer", () => {
    welcomed();
    clock.pass(PING_MS);
    assert.equal(last().sent.at(-1).t, "ping");
    clock.pass(SILENCE_MS);
    assert.equal(socket.conn.phase, "lost");
  });
  test("is kept when it answers", () => {
    welcomed();
    clock.pass(PING_MS);
    last().says({ t: "pong", n: 1, server_time: 0 });
    clock.pass(SILENCE_MS);
    assert.equal(socket.conn.phase, "open");
  });
});

test("a listing is open as soon as hello is said", () => {
  socket.welcomed = false;
  last().accept();
  assert.deepEqual(last().sent, [{ t: "hello", epoch: "", seq: 0 }]);
  assert.deepEqual(phases, ["open"]);
});

test("what is not JSON is not listened to", () => {
  welcomed();
  last().onmessage?.({ data: "<html>" });
  assert.equal(heard.length, 1);
});

test("a socket has the scheme of its page", () => {
  assert.equal(socketAddress("/ws/a/", { href: "https://x.example/live/" }), "wss://x.example/ws/a/");
  assert.equal(socketAddress("/ws/a/", { href: "http://localhost:8000/" }), "ws://localhost:8000/ws/a/");
});
