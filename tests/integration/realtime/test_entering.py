"""Opening a socket, saying hello, and being refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from ppv_plugin.models import Client, Presence, Room
from ppv_plugin.people import services as people
from ppv_plugin.realtime import runtime, socket

from .conftest import HOST, Tab, Tabs, in_thread


async def test_hello_is_answered_with_everything_a_screen_starts_from(tabs: Tabs) -> None:
    cast = tabs.cast
    await in_thread(cast.fund, cast.cy, 5_000)
    tab = await tabs.at(cast.cy, cast.ana_room)
    welcome = await tab.hello()
    assert welcome["resumed"] is False
    assert welcome["room"]["performer"] == "Ana"
    assert welcome["room"]["status"] == "offline"
    assert (welcome["me"]["role"], welcome["me"]["balance"]) == ("client", "50.00")
    assert welcome["chat"] == []
    assert welcome["epoch"]
    present = await in_thread(lambda: Presence.objects.values_list("id", "role", "user_key").get())
    assert (str(present[0]), present[1:]) == (welcome["connection"], ("client", str(cast.cy.pk)))


async def test_the_performer_of_the_room_is_known_as_such_and_nobody_else(tabs: Tabs) -> None:
    cast = tabs.cast
    roles = {}
    for name, user in (("ana", cast.ana), ("bo", cast.bo), ("nobody", None)):
        tab = await tabs.at(user, cast.ana_room)
        roles[name] = (await tab.hello())["me"]["role"]
    assert roles == {"ana": "performer", "bo": "client", "nobody": "visitor"}


async def test_the_subprotocol_is_agreed_on(tabs: Tabs) -> None:
    path = f"/ws/ppv/room/{tabs.cast.ana_room.uuid}/"
    tab = Tab(path)
    assert await tab.open()
    assert tab.subprotocol == "ppv.v1"
    await tab.leave()
    assert await Tab(path, subprotocols=["other.v9"]).open() is False


@pytest.mark.parametrize(
    ("origin", "host"),
    [("https://evil.example", HOST), (None, HOST), ("https://rebound.example", "rebound.example")],
)
async def test_a_foreign_page_gets_no_socket(tabs: Tabs, origin: str | None, host: str) -> None:
    tab = Tab(f"/ws/ppv/room/{tabs.cast.ana_room.uuid}/", origin=origin, host=host)
    assert await tab.open() is False


async def test_an_address_that_does_not_exist_gets_no_socket(tabs: Tabs) -> None:
    for path in ("/ws/ppv/room/1/", "/ws/ppv/", "/ws/ppv/live/x/", "/ws/ppv/room/../admin/"):
        assert await Tab(path).open() is False


async def test_a_room_that_does_not_exist_or_is_suspended_says_so(tabs: Tabs) -> None:
    await in_thread(Room.objects.filter(pk=tabs.cast.bo_room.pk).update, suspended=True)
    for room in (Room(uuid=uuid4()), tabs.cast.bo_room):
        tab = await tabs.at(None, room)
        await tab.send("hello")
        assert await tab.until_closed() == 4004
        assert tab.seen[-1]["code"] == "not_found"


async def test_a_blocked_client_is_told_and_closed_and_is_not_present(tabs: Tabs) -> None:
    cast = tabs.cast
    await in_thread(block, cast)
    tab = await tabs.at(cast.cy, cast.ana_room)
    await tab.send("hello")
    assert await tab.until_closed() == 4003
    assert tab.seen[-1]["code"] == "blocked"
    assert not await in_thread(Presence.objects.exists)


async def test_a_client_who_is_blocked_while_inside_is_put_out(tabs: Tabs) -> None:
    cast = tabs.cast
    tab = await tabs.inside(cast.cy, cast.ana_room)
    client = await in_thread(lambda: people.ensure_client(user=cast.cy))
    ana = await tabs.inside(cast.ana, cast.ana_room)
    assert (await ana.command("client.block", client=str(client.uuid)))["t"] == "ack"
    assert await tab.until_closed() == 4003


async def test_a_visitor_watches_but_does_nothing_that_needs_a_name(tabs: Tabs) -> None:
    cast = tabs.cast
    tab = await tabs.inside(None, cast.ana_room)
    ana = await tabs.inside(cast.ana, cast.ana_room)
    assert (await ana.command("show.start", mode=cast.free.pk))["t"] == "ack"
    assert (await tab.until("room.state"))["room"]["status"] == "free"
    for kind, fields in (
        ("chat.send", {"text": "hello"}),
        ("show.start", {"mode": cast.free.pk}),
        ("show.end", {}),
        ("request.create", {"media": "video", "cpm": "2.00"}),
        ("group.enter", {"cpm": "1.50"}),
    ):
        answer = await tab.command(kind, **fields)
        assert (answer["t"], answer["code"]) == ("error", "sign_in"), kind


async def test_a_cookie_of_nobody_is_a_visitor(tabs: Tabs) -> None:
    tab = Tab(f"/ws/ppv/room/{tabs.cast.ana_room.uuid}/", cookie="x" * 32)
    assert await tab.open()
    assert (await tab.hello())["me"]["role"] == "visitor"
    await tab.leave()


async def test_who_does_not_say_hello_is_closed(tabs: Tabs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "HELLO_SECONDS", 0.1)
    tab = await tabs.at(None, tabs.cast.ana_room)
    assert await tab.until_closed() == 4000


async def test_a_command_before_hello_is_closed(tabs: Tabs) -> None:
    tab = await tabs.at(tabs.cast.cy, tabs.cast.ana_room)
    await tab.send("chat.send", cid="a", text="too early")
    assert await tab.until_closed() == 4000


async def test_the_newest_sockets_of_a_user_stay(tabs: Tabs, settings: Any) -> None:
    settings.PPV_PLUGIN = {**settings.PPV_PLUGIN, "MAX_SOCKETS_PER_USER": 2}
    cast = tabs.cast
    first = await tabs.inside(cast.cy, cast.ana_room)
    visitor = await tabs.inside(None, cast.ana_room)
    second = await tabs.inside(cast.cy, cast.bo_room)
    await tabs.inside(cast.cy, cast.ana_room)
    assert await first.until_closed() == 4009
    for still in (second, visitor):
        await still.send("ping", n=3)
        assert (await still.until("pong"))["n"] == 3


async def test_presence_ends_with_the_socket(tabs: Tabs) -> None:
    tab = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    await tab.leave()
    assert not await in_thread(Presence.objects.exists)


async def test_who_signed_out_or_lost_the_account_is_closed_at_the_next_check(tabs: Tabs) -> None:
    cast = tabs.cast
    gone, inactive, stays = [await tabs.inside(user, cast.ana_room) for user in (cast.cy, cast.di, cast.bo)]

    def end() -> None:
        from django.contrib.sessions.models import Session

        for row in Session.objects.all():
            if row.get_decoded().get("_auth_user_id") == str(cast.cy.pk):
                row.delete()
        cast.di.is_active = False
        cast.di.save()

    await in_thread(end)
    await (await runtime.running()).upkeep.recheck()
    assert await gone.until_closed() == 4001
    assert await inactive.until_closed() == 4001
    await stays.send("ping", n=1)
    assert (await stays.until("pong"))["n"] == 1


async def test_when_the_process_ends_everybody_is_asked_to_come_back(tabs: Tabs) -> None:
    tab = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    await runtime.stop_running()
    assert await tab.until_closed() == 1012
    assert tab.seen[-1]["t"] == "bye"
    assert tab.seen[-1]["retry_ms"] >= 500
    assert not await in_thread(Presence.objects.exists)


def block(cast: Any) -> None:
    client: Client = people.ensure_client(user=cast.cy)
    people.block(performer_id=cast.ana_room.performer_id, client_id=client.pk, until=None, reason="")
