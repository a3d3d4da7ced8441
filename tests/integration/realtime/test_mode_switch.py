"""A change of mode on its way to screens: the question, the answer, and what nobody is asked."""

from __future__ import annotations

from ppv_plugin.rooms.models import Presence

from .conftest import Tabs, in_thread


async def test_everybody_hears_that_consent_is_needed_and_one_agrees(tabs: Tabs) -> None:
    cast = tabs.cast
    await in_thread(cast.fund, cast.cy, 10_000)
    bo = await tabs.inside(cast.bo, cast.bo_room)
    await bo.command("show.start", mode=cast.free.pk)
    cy = await tabs.inside(cast.cy, cast.bo_room)
    visitor = await tabs.inside(None, cast.bo_room)
    assert (await bo.command("show.mode", mode=cast.group.pk))["t"] == "ack"
    for tab in (cy, visitor):
        room = (await tab.until(lambda m: m["t"] == "room.state" and m["room"]["status"] == "paid"))["room"]
        assert (room["consent"], room["mode_number"], room["mode_key"]) == (True, 1, "group")
        assert (room["group"]["cpm"], room["group"]["grace_seconds"], room["group_minimum"]) == ("1.50", 30, "7.50")
    assert (await cy.command("group.enter", cpm="1.50", mode_number=0))["code"] == "price"
    assert (await cy.command("group.enter", cpm="1.50", mode_number=1))["t"] == "ack"
    me = (await cy.until(lambda m: m["t"] == "me.state" and m["me"]["session"]))["me"]
    assert me["session"]["mode_number"] == 1
    assert (await visitor.command("group.enter", cpm="1.50", mode_number=1))["code"] == "sign_in"


async def test_who_is_inside_gets_the_receipt_and_is_out(tabs: Tabs) -> None:
    cast = tabs.cast
    await in_thread(cast.fund, cast.cy, 10_000)
    bo = await tabs.inside(cast.bo, cast.bo_room)
    await bo.command("show.start", mode=cast.group.pk)
    cy = await tabs.inside(cast.cy, cast.bo_room)
    await cy.command("group.enter", cpm="1.50")
    await bo.command("show.mode", mode=cast.free.pk)
    ended, _me, free = await cy.in_any_order(
        lambda m: m["t"] == "session.ended",
        lambda m: m["t"] == "me.state" and m["me"]["session"] is None,
        lambda m: m["t"] == "room.state" and m["room"]["status"] == "free",
    )
    assert ended["receipt"]["reason"] == "mode_changed"
    assert free["room"]["consent"] is False


async def test_the_performer_reads_why_it_is_refused(tabs: Tabs) -> None:
    cast = tabs.cast
    await in_thread(cast.fund, cast.cy, 10_000)
    bo = await tabs.inside(cast.bo, cast.bo_room)
    assert (await bo.command("show.mode", mode=cast.free.pk))["code"] == "gone"
    await bo.command("show.start", mode=cast.free.pk)
    cy = await tabs.inside(cast.cy, cast.bo_room)
    asked = await cy.command("request.create", media="video", cpm="2.00")
    await bo.command("request.answer", id=asked["id"], accept=True)
    refusal = await bo.command("show.mode", mode=cast.group.pk)
    assert (refusal["code"], refusal["retryable"]) == ("in_private", True)
    assert (await cy.command("show.mode", mode=cast.group.pk))["code"] == "not_allowed"


async def test_what_entering_means_for_each_one_is_told_anew(tabs: Tabs) -> None:
    cast = tabs.cast
    bo = await tabs.inside(cast.bo, cast.bo_room)
    await bo.command("show.start", mode=cast.free.pk)
    cy = await tabs.inside(cast.cy, cast.bo_room)
    assert await in_thread(Presence.objects.filter(user_key=str(cast.cy.pk)).exists)
    await bo.command("show.mode", mode=cast.group.pk)
    await cy.until("me.state")
