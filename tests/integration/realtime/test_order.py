"""Order over the sockets: what moderators do reaches everybody at once, whoever is put out is out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission

from ppv_plugin.models import ChatSettings, Presence, Room

from .conftest import Tab, Tabs, in_thread

ADDRESS = ("192.0.2.7", 4711)


async def live(tabs: Tabs) -> Tab:
    ana = await tabs.inside(tabs.cast.ana, tabs.cast.ana_room)
    assert (await ana.command("show.start", mode=tabs.cast.free.pk))["t"] == "ack"
    return ana


async def says(tab: Tab, text: str) -> int:
    answer = await tab.command("chat.send", text=text)
    assert answer["t"] == "ack", answer
    return int(answer["id"])


async def from_address(tabs: Tabs, user: Any, *, as_moderator: bool = False, address: Any = ADDRESS) -> Tab:
    tab = await tabs.at(user, tabs.cast.ana_room)
    await tab.leave()
    tab = Tab(f"/ws/ppv/room/{tabs.cast.ana_room.uuid}/", cookie=await in_thread(_session, user))
    tab.socket.scope["client"] = address  # type: ignore[attr-defined]
    if as_moderator:
        tab.socket.scope["query_string"] = b"as=moderator"  # type: ignore[attr-defined]
    assert await tab.open()
    tabs.opened.append(tab)
    await tab.send("hello")
    return tab


def _session(user: Any) -> str:
    from .conftest import session_of

    return session_of(user) if user is not None else ""


async def test_a_deleted_line_goes_from_every_screen_also_of_who_was_away(tabs: Tabs) -> None:
    ana = await live(tabs)
    cy = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    di = await tabs.at(tabs.cast.di, tabs.cast.ana_room)
    welcome = await di.hello()
    line = await says(cy, "rude")
    seq = (await di.until("chat.msg"))["seq"]
    await di.leave()
    assert (await ana.command("chat.delete", id=line))["t"] == "ack"
    gone = await cy.until("chat.gone")
    assert (gone["id"], gone["seq"]) == (line, seq + 1)
    back = await tabs.inside(tabs.cast.di, tabs.cast.ana_room, epoch=welcome["epoch"], seq=seq)
    assert (await back.until("chat.gone"))["id"] == line
    late = await tabs.at(None, tabs.cast.ana_room)
    assert [(one["text"], one["deleted"]) for one in (await late.hello())["chat"]] == [("", True)]


async def test_who_is_kicked_is_put_out_at_once_with_every_tab_and_told_until_when(tabs: Tabs) -> None:
    ana = await live(tabs)
    first = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    second = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    line = await says(first, "rude")
    assert (await ana.command("chat.kick", id=line))["t"] == "ack"
    for tab in (first, second):
        refusal = await tab.until("error")
        assert (refusal["code"], "come back on" in refusal["text"]) == ("blocked", True)
        assert await tab.until_closed() == 4003
    again = await tabs.at(tabs.cast.cy, tabs.cast.ana_room)
    await again.send("hello")
    assert await again.until_closed() == 4003
    assert await in_thread(Presence.objects.filter(user_key=str(tabs.cast.cy.pk)).count) == 0


async def test_a_banned_address_puts_out_whoever_shares_it_and_nobody_else(tabs: Tabs) -> None:
    ana = await live(tabs)
    cy, neighbour = await from_address(tabs, tabs.cast.cy), await from_address(tabs, None)
    far = await from_address(tabs, tabs.cast.di, address=("198.51.100.1", 1))
    for tab in (cy, neighbour, far):
        await tab.until("welcome")
    line = await says(cy, "rude")
    assert (await ana.command("chat.ban", id=line, days=None, address=True))["t"] == "ack"
    assert await cy.until_closed() == 4003
    assert await neighbour.until_closed() == 4003
    await says(far, "still here")
    assert await (await from_address(tabs, None)).until_closed() == 4003


async def test_a_flood_is_answered_and_others_write_meanwhile(tabs: Tabs) -> None:
    await live(tabs)
    cy = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    di = await tabs.inside(tabs.cast.di, tabs.cast.ana_room)
    for number in range(12):
        await cy.send("chat.send", cid=f"flood-{number}", text=f"flood {number}")
    await says(di, "hello")
    answers = [await cy.until(lambda m: m["t"] in {"ack", "error"}) for _number in range(12)]
    refused = [answer for answer in answers if answer["t"] == "error"]
    assert {answer["code"] for answer in refused} == {"rate"}
    assert len(answers) - len(refused) <= 6
    assert all("wait" in answer["text"].lower() for answer in refused)


async def test_a_moderator_is_there_unseen_writes_nothing_and_leaves_a_note(tabs: Tabs) -> None:
    from wagtail.models import ModelLogEntry

    await live(tabs)
    await in_thread(_trust, tabs.cast.di)
    watcher = await from_address(tabs, tabs.cast.di, as_moderator=True)
    assert (await watcher.until("welcome"))["me"]["role"] == "moderator"
    assert (await watcher.command("chat.send", text="hello"))["code"] == "not_allowed"
    cy = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    line = await says(cy, "rude @di")
    assert (await watcher.until("chat.msg"))["message"]["mentions"] == []
    assert (await watcher.command("chat.mute", id=line, minutes=5))["t"] == "ack"
    assert (await cy.command("chat.send", text="again"))["code"] == "muted"
    notes = await in_thread(lambda: list(ModelLogEntry.objects.order_by("pk").values_list("action", flat=True)))
    assert notes == ["ppv_plugin.room.watch", "ppv_plugin.chat.mute"]
    plain = await from_address(tabs, tabs.cast.cy, as_moderator=True)
    assert (await plain.until("welcome"))["me"]["role"] == "client"


def _trust(user: Any) -> None:
    user.user_permissions.add(Permission.objects.get(codename="moderate_chat"))


async def test_a_mention_names_one_person_and_tells_the_others_nothing_about_it(tabs: Tabs) -> None:
    ana = await live(tabs)
    welcome = await (await tabs.at(tabs.cast.ana, tabs.cast.ana_room)).hello()
    cy = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    assert (await cy.command("chat.names", prefix="a"))["names"] == ["Ana"]
    await says(cy, "@Ana hello")
    (mention,) = (await ana.until("chat.msg"))["message"]["mentions"]
    assert mention == {"ref": welcome["me"]["ref"], "name": "Ana"}
    assert str(tabs.cast.ana.pk) != mention["ref"]


async def test_slow_mode_is_told_to_everybody(tabs: Tabs) -> None:
    ana = await live(tabs)
    cy = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    assert (await ana.command("chat.slow", seconds=30))["t"] == "ack"
    told = await cy.until(lambda m: m["t"] == "room.state" and m["room"]["slow_seconds"] == 30)
    assert told["room"]["slow_seconds"] == 30
    await says(cy, "one")
    assert (await cy.command("chat.send", text="two"))["code"] == "rate"
    assert (await cy.command("chat.slow", seconds=0))["code"] == "not_allowed"


async def test_rules_are_the_sites_where_the_performer_has_none(tabs: Tabs) -> None:
    await live(tabs)
    await in_thread(ChatSettings.objects.update_or_create, site=tabs.cast.site, defaults={"words": "rude"})
    cy = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    await says(cy, "how rude")
    assert await cy.texts_until_quiet() == ["how ••••"]
    assert await in_thread(Room.objects.filter(chat__isnull=False).count) == 0
