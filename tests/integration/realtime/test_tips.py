"""Tips and goals on their way to screens: who is told, and frames that no page of ours sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from wagtail.models import Locale

from ppv_plugin.models import Tip, TipOption

from .conftest import Tab, Tabs, in_thread


def rose() -> TipOption:
    return TipOption.objects.create(locale=Locale.get_default(), key="rose", name="Rose", amount=500, emoji="🌹")


def tells_of(event: str) -> Any:
    return lambda m: m["t"] == "chat.msg" and m["message"]["event"] == event


async def heard(tab: Tab, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Also what came before the answer to a command."""
    return next((m for m in tab.seen if matches(m)), None) or await tab.until(matches)


async def answer_to(tab: Tab, **fields: Any) -> dict[str, Any]:
    cid = uuid4().hex
    await tab.send_raw(json.dumps({"t": "tip.give", "cid": cid, **fields}))
    return await tab.until(lambda m: m["t"] in {"ack", "error"} and m.get("cid") == cid)


async def test_everybody_sees_the_tip_and_how_far_the_goal_is(tabs: Tabs) -> None:
    cast = tabs.cast
    option = await in_thread(rose)
    await in_thread(cast.fund, cast.cy, 10_000)
    bo = await tabs.inside(cast.bo, cast.bo_room)
    await bo.command("show.start", mode=cast.free.pk)
    assert (await bo.command("goal.add", title="A song", amount="4.00"))["t"] == "ack"
    cy = await tabs.inside(cast.cy, cast.bo_room)
    visitor = await tabs.inside(None, cast.bo_room)
    assert (await answer_to(cy, option=option.pk, amount="5.00"))["t"] == "ack"
    for tab in (bo, cy, visitor):
        facts = (await heard(tab, tells_of("tip")))["message"]["facts"]
        assert (facts["client"], facts["tip"], facts["amount"], facts["emoji"]) == ("cy", "Rose", "5.00", "🌹")
        assert (await heard(tab, tells_of("goal")))["message"]["facts"]["title"] == "A song"
    room = (await heard(visitor, lambda m: m["t"] == "room.state" and m["room"]["goals"][0]["reached"]))["room"]
    assert room["goals"][0]["filled"] == "4.00"
    me = (await heard(bo, lambda m: m["t"] == "me.state" and m["me"]["show_tips"] == "5.00"))["me"]
    assert me["earned_today"] == "3.15"  # the studio has its part


async def test_a_forged_frame_is_refused_and_nothing_is_posted(tabs: Tabs) -> None:
    cast = tabs.cast
    option = await in_thread(rose)
    await in_thread(cast.fund, cast.cy, 10_000)
    bo = await tabs.inside(cast.bo, cast.bo_room)
    await bo.command("show.start", mode=cast.free.pk)
    cy = await tabs.inside(cast.cy, cast.bo_room)
    true = {"option": option.pk, "amount": "5.00"}
    forged: list[dict[str, Any]] = [{"ratio": 1}, {"share_bp": 0}, {"user": 1}, {"amount": 5}, {"option": "1"}]
    forged += [{"amount": text} for text in ("0", "-5.00", "4.99", "5.001", "NaN", "1e9", "")]
    for fields in forged:
        assert (await answer_to(cy, **{**true, **fields}))["code"] == "bad_input", fields
    visitor = await tabs.inside(None, cast.bo_room)
    assert (await answer_to(visitor, **true))["code"] == "sign_in"
    assert await in_thread(Tip.objects.count) == 0
    assert await in_thread(cast.balance, cast.cy) == 10_000


async def test_nobody_but_the_performer_changes_goals(tabs: Tabs) -> None:
    cast = tabs.cast
    bo = await tabs.inside(cast.bo, cast.bo_room)
    goal = int((await bo.command("goal.add", title="A song", amount="5"))["id"])
    ana = await tabs.inside(cast.ana, cast.bo_room)
    for t, fields in (
        ("goal.add", {"title": "x", "amount": "1"}),
        ("goal.move", {"id": goal, "up": True}),
        ("goal.delete", {"id": goal}),
        ("goals.reset", {}),
    ):
        assert (await ana.command(t, **fields))["code"] == "not_allowed"
    for t, fields in (("goal.move", {"id": goal, "up": False}), ("goals.reset", {}), ("goal.delete", {"id": goal})):
        assert (await bo.command(t, **fields))["t"] == "ack"
