"""Facts on their way to screens: the room's state, one's own, the wallet, the meter, the receipt, the listing."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ppv_plugin import signals
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.models import Presence, Room
from ppv_plugin.realtime import runtime
from ppv_plugin.rooms import presence
from ppv_plugin.shows.worker import Meter

from .conftest import Tab, Tabs, in_thread


async def private_show(tabs: Tabs) -> tuple[Tab, Tab]:
    """Ana and Cy in a private show with media flowing, two minutes and a half funded. Messages so far are read."""
    cast = tabs.cast
    await in_thread(cast.fund, cast.cy, 100_000)
    ana = await tabs.inside(cast.ana, cast.ana_room)
    cy = await tabs.inside(cast.cy, cast.ana_room)
    await in_thread(cast.live, cast.ana, cast.free)
    await in_thread(cast.private, cast.cy)
    return ana, cy


async def test_a_burst_of_changes_is_one_room_state_and_it_is_the_last(tabs: Tabs) -> None:
    room = tabs.cast.ana_room
    tab = await tabs.inside(None, room)

    def burst() -> None:
        for number in range(30):
            Room.objects.filter(pk=room.pk).update(title=f"Title {number}")
            signals.announce(signals.room_changed, room_id=room.pk)

    await in_thread(burst)
    await tab.texts_until_quiet(0.4)
    titles = [m["room"]["title"] for m in tab.seen if m["t"] == "room.state"]
    assert titles[-1] == "Title 29"
    assert len(titles) < 10


async def test_what_changes_is_told_to_each_in_the_language_they_read(tabs: Tabs) -> None:
    room, languages = tabs.cast.ana_room, ("en", "de")
    inside = [await tabs.inside(None, room, language=language) for language in languages]
    outside = [await tabs.listing(language=language) for language in languages]
    for tab in outside:
        await tab.texts_until_quiet()
        tab.seen.clear()
    await in_thread(signals.announce, signals.room_changed, room_id=room.pk)
    states = [await tab.until("room.state") for tab in inside]
    tiles = [await tab.until("listing.room") for tab in outside]
    for english, german in (states, tiles):
        assert english["room"]["private"]["price"]["rule_text"] == "charged by the second"
        assert german["room"]["private"]["price"]["rule_text"] == "sekundengenau berechnet"
    for tab in inside:
        await tab.texts_until_quiet()
    assert [[m["t"] for m in tab.seen].count("room.state") for tab in inside] == [1, 1], "told in two languages"


async def test_a_request_reaches_the_performer_and_its_answer_the_client(tabs: Tabs) -> None:
    cast = tabs.cast
    await in_thread(cast.fund, cast.cy, 100_000)
    ana = await tabs.inside(cast.ana, cast.ana_room)
    await ana.command("show.start", mode=cast.free.pk)
    cy = await tabs.inside(cast.cy, cast.ana_room)
    made = await cy.command("request.create", media="video", cpm="2.00")
    state = await ana.until(lambda m: m["t"] == "me.state" and m["me"]["requests"])
    assert [row["id"] for row in state["me"]["requests"]] == [made["id"]]
    assert (await ana.command("request.answer", id=made["id"], accept=False))["t"] == "ack"
    await cy.until(lambda m: m["t"] == "me.state" and (m["me"]["request"] or {}).get("state") != "pending")


async def test_the_wallet_is_told_on_every_socket_of_its_owner_and_on_no_other(tabs: Tabs) -> None:
    cast = tabs.cast
    first = await tabs.inside(cast.cy, cast.ana_room)
    second = await tabs.inside(cast.cy, cast.bo_room)
    other = await tabs.inside(cast.di, cast.ana_room)
    from ppv_plugin.payments import services as payments

    await in_thread(top_up, payments, cast)
    for tab in (first, second):
        assert (await tab.until("wallet.state"))["balance"] == "25.00"
    await other.texts_until_quiet()
    assert "wallet.state" not in {m["t"] for m in other.seen}


async def test_the_meter_is_seen_by_both_sides_and_by_nobody_else(tabs: Tabs) -> None:
    ana, cy = await private_show(tabs)
    di = await tabs.inside(tabs.cast.di, tabs.cast.ana_room)
    await in_thread(tabs.cast.pass_time, 70, meter=Meter())
    await cy.until(lambda m: m["t"] == "meter" and m["meter"]["used_ms"] >= 60_000)
    await ana.until(lambda m: m["t"] == "meter" and m["meter"]["used_ms"] >= 60_000)
    mine = [m["meter"] for m in cy.seen if m["t"] == "meter"][-1]
    theirs = [m["meter"] for m in ana.seen if m["t"] == "meter"][-1]
    assert (mine["earned"], theirs["balance"]) == (None, None)
    assert mine["balance"] is not None
    assert theirs["earned"] is not None
    await di.texts_until_quiet()
    assert not {"meter", "session.warning", "session.ended"} & {m["t"] for m in di.seen}


async def test_the_end_brings_the_receipt_to_both(tabs: Tabs) -> None:
    ana, cy = await private_show(tabs)
    await in_thread(tabs.cast.pass_time, 70, meter=Meter())
    show = await in_thread(lambda: MeteredSession.objects.get().subject_id)
    assert (await cy.command("private.end", id=str(show)))["t"] == "ack"
    receipts = [(await until_ended(tab))["receipt"] for tab in (cy, ana)]
    assert receipts[0]["total"] == receipts[1]["total"] == "2.00"
    assert receipts[0]["earned"] is None
    assert receipts[1]["earned"] is not None


async def test_taking_over_in_another_tab_is_told_to_the_first(tabs: Tabs) -> None:
    cast = tabs.cast
    first = await tabs.inside(cast.ana, cast.ana_room)
    assert (await first.command("show.start", mode=cast.free.pk))["t"] == "ack"
    offer = {"direction": "publish", "sdp": "v=0 offer"}
    assert (await first.command("media.offer", **offer))["t"] == "ack"
    second = await tabs.at(cast.ana, cast.ana_room)
    welcome = await second.hello()
    assert welcome["me"]["elsewhere"] is True
    assert (await second.command("media.offer", **offer))["t"] == "error"
    assert (await second.command("media.offer", take_over=True, **offer))["t"] == "ack"
    assert (await first.until("media.taken"))["connection"] == welcome["connection"]
    await first.until(lambda m: m["t"] == "me.state" and m["me"]["elsewhere"])
    await second.until(lambda m: m["t"] == "me.state" and not m["me"]["elsewhere"])


async def test_the_listing_shows_every_room_and_then_what_changes(tabs: Tabs) -> None:
    cast = tabs.cast
    listing = await tabs.listing()
    names = {(await listing.until("listing.room"))["room"]["slug"] for _ in range(2)}
    assert names == {"ana", "bo"}
    ana = await tabs.inside(cast.ana, cast.ana_room)
    await ana.command("show.start", mode=cast.free.pk)
    changed = await listing.until(lambda m: m["t"] == "listing.room" and m["room"]["status"] == "free")
    assert changed["room"]["slug"] == "ana"
    assert (await listing.command("show.end"))["code"] == "not_allowed"


async def test_viewers_are_counted_once_per_person_and_told_when_they_change(tabs: Tabs) -> None:
    cast = tabs.cast
    ana = await tabs.inside(cast.ana, cast.ana_room)
    await ana.command("show.start", mode=cast.free.pk)
    watching = await tabs.inside(cast.cy, cast.ana_room)
    await tabs.inside(cast.cy, cast.ana_room)
    visitor = await tabs.inside(None, cast.ana_room)
    upkeep = (await runtime.running()).upkeep
    await upkeep.count_viewers()
    await watching.until(lambda m: m["t"] == "room.state" and m["room"]["viewers"] == 2)
    await upkeep.count_viewers()
    await watching.texts_until_quiet()
    assert [m["room"]["viewers"] for m in watching.seen if m["t"] == "room.state"][-2:] in ([2], [0, 2])
    await visitor.leave()
    await upkeep.count_viewers()
    assert (await watching.until("room.state"))["room"]["viewers"] == 1


async def test_presence_is_kept_alive_and_restored_when_it_was_swept(tabs: Tabs) -> None:
    welcome = await (await tabs.at(tabs.cast.cy, tabs.cast.ana_room)).hello()
    old = timezone.now().replace(year=2020)
    await in_thread(Presence.objects.update, seen_at=old)
    upkeep = (await runtime.running()).upkeep
    await upkeep.keep_presence()
    assert (await in_thread(Presence.objects.get)).seen_at > old
    await in_thread(Presence.objects.all().delete)
    await upkeep.keep_presence()
    assert str((await in_thread(Presence.objects.get)).pk) == welcome["connection"]


async def test_sockets_of_a_process_that_died_are_swept_and_not_counted(tabs: Tabs) -> None:
    from uuid import uuid4

    room = tabs.cast.ana_room
    long_ago = timezone.now().replace(year=2020)
    await in_thread(
        presence.open_presence, connection=uuid4(), room_id=room.pk, user_key="77", role="client", now=long_ago
    )
    await in_thread(Room.objects.filter(pk=room.pk).update, viewers=1)
    upkeep = (await runtime.running()).upkeep
    await upkeep.keep_presence()
    await upkeep.count_viewers()
    assert not await in_thread(Presence.objects.exists)
    assert (await in_thread(Room.objects.get, pk=room.pk)).viewers == 0


async def until_ended(tab: Tab) -> Any:
    for message in tab.seen:
        if message["t"] == "session.ended":
            return message
    return await tab.until("session.ended")


def top_up(payments: Any, cast: Any) -> None:
    payments.top_up(user=cast.cy, amount=2_500, key="a-key", now=timezone.now())
