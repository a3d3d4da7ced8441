"""Frames nobody should send: each is refused in clear words, and nothing happens."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ppv_plugin.models import Message, PrivateRequest, Show, Transfer
from ppv_plugin.realtime import commands
from ppv_plugin.realtime.protocol import FRAME_BYTES_MAX, SDP_FRAME_BYTES_MAX

from .conftest import Tab, Tabs, in_thread

BAD = [
    "no json",
    "[1,2]",
    '{"t":"nonsense","cid":"a"}',
    '{"t":"chat.send","cid":"a"}',
    json.dumps({"t": "chat.send", "cid": "a", "text": "x" * 501}),
    json.dumps({"t": "chat.send", "cid": "a", "text": "x", "padding": "y" * FRAME_BYTES_MAX}),
    json.dumps({"t": "media.offer", "cid": "a", "direction": "publish", "sdp": "v" * SDP_FRAME_BYTES_MAX}),
]


async def live(tabs: Tabs) -> Tab:
    ana = await tabs.inside(tabs.cast.ana, tabs.cast.ana_room)
    assert (await ana.command("show.start", mode=tabs.cast.free.pk))["t"] == "ack"
    return ana


@pytest.mark.parametrize("frame", BAD, ids=lambda frame: frame[:30])
async def test_a_bad_frame_is_answered_and_the_socket_lives(tabs: Tabs, frame: str) -> None:
    tab = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    await tab.send_raw(frame)
    answer = await tab.until("error")
    assert answer["code"] == "bad_input"
    assert "Traceback" not in answer["text"]
    await tab.send("ping", n=1)
    assert (await tab.until("pong"))["n"] == 1
    assert not await in_thread(Message.objects.exists)


async def test_a_bad_command_is_answered_with_its_own_key(tabs: Tabs) -> None:
    tab = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    assert (await tab.command("request.create", media="smell", cpm="2.00"))["code"] == "bad_input"


async def test_a_binary_frame_is_refused(tabs: Tabs) -> None:
    tab = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    await tab.send_raw(b"\x00\x01")
    assert (await tab.until("error"))["code"] == "bad_input"


async def test_who_goes_on_sending_nonsense_is_closed(tabs: Tabs) -> None:
    tab = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    for _ in range(6):
        await tab.send_raw("nonsense")
    assert await tab.until_closed() == 4000


async def test_forged_fields_change_nothing(tabs: Tabs) -> None:
    cast = tabs.cast
    await live(tabs)
    tab = await tabs.inside(cast.cy, cast.ana_room)
    ack = await tab.command("chat.send", text="hi", author_kind="performer", author_key=str(cast.ana.pk), room=99)
    assert ack["t"] == "ack"
    row = await in_thread(lambda: Message.objects.get(pk=ack["id"]))
    assert (row.author_kind, row.author_key, row.room_id) == ("client", str(cast.cy.pk), cast.ana_room.pk)


@pytest.mark.parametrize("cpm", ["-2.00", "0.00", "1e9", "NaN", "Infinity", "2.005", "", "9" * 40, "1.99"])
async def test_a_forged_price_is_refused_and_nothing_is_held(tabs: Tabs, cpm: str) -> None:
    cast = tabs.cast
    await in_thread(cast.fund, cast.cy, 100_000)
    transfers = await in_thread(Transfer.objects.count)
    await live(tabs)
    tab = await tabs.inside(cast.cy, cast.ana_room)
    answer = await tab.command("request.create", media="video", cpm=cpm)
    assert answer["t"] == "error", answer
    assert not await in_thread(PrivateRequest.objects.exists)
    assert await in_thread(Transfer.objects.count) == transfers
    assert await in_thread(cast.available, cast.cy) == 100_000


@pytest.mark.parametrize("forged", ["not-a-uuid", "00000000-0000-0000-0000-000000000000", "1", "x" * 64])
async def test_an_id_of_nothing_is_not_found(tabs: Tabs, forged: str) -> None:
    await live(tabs)
    tab = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    for kind, fields in (("request.cancel", {}), ("request.answer", {"accept": True}), ("private.end", {})):
        answer = await tab.command(kind, id=forged, **fields)
        assert (answer["t"], answer["code"]) in {("error", "not_found"), ("error", "not_allowed")}, (kind, answer)


async def test_another_ones_request_cannot_be_answered_or_cancelled(tabs: Tabs) -> None:
    cast = tabs.cast
    await in_thread(cast.fund, cast.cy, 100_000)
    await live(tabs)
    cy = await tabs.inside(cast.cy, cast.ana_room)
    made = await cy.command("request.create", media="video", cpm="2.00")
    assert made["t"] == "ack", made
    di = await tabs.inside(cast.di, cast.ana_room)
    for kind, fields in (("request.cancel", {}), ("request.answer", {"accept": True})):
        answer = await di.command(kind, id=made["id"], **fields)
        assert answer["t"] == "error", answer
    assert (await in_thread(PrivateRequest.objects.get)).state == "pending"


async def test_a_client_cannot_run_the_show(tabs: Tabs) -> None:
    cast = tabs.cast
    tab = await tabs.inside(cast.cy, cast.ana_room)
    for kind, fields in (
        ("show.start", {"mode": cast.free.pk}),
        ("requests.set", {"value": "hidden"}),
        ("client.block", {"client": "00000000-0000-0000-0000-000000000000"}),
        ("media.offer", {"direction": "publish", "sdp": "v=0"}),
    ):
        answer = await tab.command(kind, **fields)
        assert answer["t"] == "error", (kind, answer)
    assert not await in_thread(Show.objects.exists)


async def test_flooding_is_refused_and_then_closed(tabs: Tabs) -> None:
    cast = tabs.cast
    await live(tabs)
    tab = await tabs.inside(cast.cy, cast.ana_room)
    for number in range(120):
        await tab.send("chat.send", cid=f"c{number}", text=f"line {number}")
    assert await tab.until_closed() == 4029
    codes = {m["code"] for m in tab.seen if m["t"] == "error"}
    assert codes == {"rate"}
    assert await in_thread(Message.objects.count) < 20


async def test_a_failure_inside_is_told_in_general_words(
    tabs: Tabs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(commands.shows, "say", broken)
    tab = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    answer = await tab.command("chat.send", text="hello")
    assert answer["code"] == "error"
    assert "secret" not in json.dumps(answer)
    assert "secret detail" in caplog.text


async def test_commands_of_one_socket_stay_in_order_and_do_not_keep_it_from_answering(
    tabs: Tabs, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    gate = threading.Event()
    said = commands.shows.say

    def slow(**facts: Any) -> Any:
        if facts["text"] == "first":
            assert gate.wait(5)
        return said(**facts)

    monkeypatch.setattr(commands.shows, "say", slow)
    await live(tabs)
    tab = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    await tab.send("chat.send", cid="one", text="first")
    await tab.send("chat.send", cid="two", text="second")
    await tab.send("ping", n=9)
    assert (await tab.until("pong"))["n"] == 9
    other = await tabs.inside(tabs.cast.di, tabs.cast.ana_room)
    assert (await other.command("chat.send", text="meanwhile"))["t"] == "ack"
    gate.set()
    await tab.until(lambda m: m.get("cid") == "two")
    assert [m["cid"] for m in tab.seen if m["t"] == "ack"] == ["one", "two"]
