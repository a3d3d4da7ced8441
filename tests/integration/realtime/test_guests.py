"""A guest over the sockets: who comes in as one, what everybody is told, and what somebody else's client cannot do."""

from __future__ import annotations

from typing import Any

from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import OFFER

from .conftest import Tab, Tabs, in_thread, session_of


async def as_guest(tabs: Tabs, user: Any) -> Tab:
    tab = Tab(f"/ws/ppv/room/{tabs.cast.bo_room.uuid}/", cookie=await in_thread(session_of, user))
    tab.socket.scope["query_string"] = b"as=guest"  # type: ignore[attr-defined]
    assert await tab.open()
    tabs.opened.append(tab)
    return tab


async def checked_in(tabs: Tabs) -> str:
    """Ana in Bo's show."""
    cast = tabs.cast
    await in_thread(cast.live, cast.bo, cast.free)
    ask = {"user": cast.bo, "room_id": cast.bo_room.pk, "performer": cast.ana.ppv_performer.uuid}
    check_in = await in_thread(lambda: shows.invite(**ask, now=cast.now))
    answer = {"user": cast.ana, "check_in_id": check_in.pk, "accept": True}
    await in_thread(lambda: shows.answer_invitation(**answer, now=cast.now))
    return str(check_in.pk)


async def sends(tab: Tab) -> dict[str, Any]:
    return await tab.command("media.offer", direction="publish", sdp=OFFER)


async def test_only_who_is_asked_or_in_comes_as_a_guest(tabs: Tabs) -> None:
    await checked_in(tabs)
    roles = [(await (await as_guest(tabs, user)).hello())["me"]["role"] for user in (tabs.cast.ana, tabs.cast.cy)]
    assert roles == ["guest", "client"]


async def test_a_guest_who_sends_is_a_tile_for_everybody_until_it_goes(tabs: Tabs) -> None:
    check_in = await checked_in(tabs)
    viewer = await tabs.at(tabs.cast.cy, tabs.cast.bo_room)
    assert (await viewer.hello())["room"]["tiles"] == []
    guest = await as_guest(tabs, tabs.cast.ana)
    await guest.hello()
    assert (await sends(guest))["t"] == "ack"
    told = await viewer.until("room.state")
    while not told["room"]["tiles"]:
        told = await viewer.until("room.state")
    assert told["room"]["tiles"] == [{"id": check_in, "name": "Ana"}]
    await guest.leave()
    while told["room"]["tiles"]:
        told = await viewer.until("room.state")


async def test_a_client_who_says_it_is_a_guest_sends_nothing(tabs: Tabs) -> None:
    await checked_in(tabs)
    tab = await as_guest(tabs, tabs.cast.cy)
    await tab.hello()
    assert (await sends(tab))["code"] == "not_allowed"
