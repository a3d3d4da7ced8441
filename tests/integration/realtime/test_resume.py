"""Coming back: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio

import pytest

from ppv_plugin.realtime import runtime

from .conftest import Tab, Tabs, in_thread


async def live(tabs: Tabs) -> Tab:
    ana = await tabs.inside(tabs.cast.ana, tabs.cast.ana_room)
    assert (await ana.command("show.start", mode=tabs.cast.free.pk))["t"] == "ack"
    return ana


async def say(tab: Tab, *texts: str) -> None:
    for text in texts:
        assert (await tab.command("chat.send", text=text))["t"] == "ack"


async def test_a_line_reaches_everybody_once_and_its_author_knows_it_as_his(tabs: Tabs) -> None:
    ana = await live(tabs)
    cy = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room)
    nobody = await tabs.inside(None, tabs.cast.ana_room)
    await say(cy, "hello")
    for tab, mine in ((ana, False), (cy, True), (nobody, False)):
        assert await tab.texts_until_quiet() == ["hello"]
        line = next(m for m in tab.seen if m["t"] == "chat.msg")
        assert (line["message"]["mine"], line["seq"]) == (mine, 1)


async def test_after_a_lost_connection_what_was_missed_comes_once(tabs: Tabs) -> None:
    ana = await live(tabs)
    di = await tabs.at(tabs.cast.di, tabs.cast.ana_room)
    welcome = await di.hello()
    await say(ana, "one", "two")
    assert await di.texts_until_quiet() == ["one", "two"]
    seq = max(m["seq"] for m in di.seen if m["t"] == "chat.msg")
    await di.leave()
    await say(ana, "three", "four")
    back = await tabs.at(tabs.cast.di, tabs.cast.ana_room)
    again = await back.hello(welcome["epoch"], seq)
    assert (again["resumed"], again["chat"]) == (True, [])
    await say(ana, "five")
    assert await back.texts_until_quiet() == ["three", "four", "five"]


async def test_what_a_client_says_himself_is_his_after_coming_back_too(tabs: Tabs) -> None:
    await live(tabs)
    cy = await tabs.at(tabs.cast.cy, tabs.cast.ana_room)
    welcome = await cy.hello()
    await say(cy, "mine")
    await cy.leave()
    back = await tabs.inside(tabs.cast.cy, tabs.cast.ana_room, epoch=welcome["epoch"], seq=0)
    line = await back.until("chat.msg")
    assert (line["message"]["text"], line["message"]["mine"]) == ("mine", True)


@pytest.mark.parametrize(("epoch", "seq"), [("another", 1), (None, 10_000)])
async def test_a_position_that_cannot_be_resumed_gets_the_recent_lines(tabs: Tabs, epoch: str | None, seq: int) -> None:
    ana = await live(tabs)
    welcome = await (await tabs.at(None, tabs.cast.ana_room)).hello()
    await say(ana, "one", "two")
    late = await tabs.at(tabs.cast.di, tabs.cast.ana_room)
    again = await late.hello(epoch or welcome["epoch"], seq)
    assert again["resumed"] is False
    assert [line["text"] for line in again["chat"]] == ["one", "two"]
    await say(ana, "three")
    assert await late.texts_until_quiet() == ["three"]


async def test_hello_again_on_the_same_socket_begins_anew(tabs: Tabs) -> None:
    ana = await live(tabs)
    di = await tabs.inside(tabs.cast.di, tabs.cast.ana_room)
    await say(ana, "one")
    await di.until("chat.msg")
    again = await di.hello()
    assert [line["text"] for line in again["chat"]] == ["one"]
    await say(ana, "two")
    assert await di.texts_until_quiet() == ["one", "two"]


async def test_coming_and_going_while_others_talk_loses_and_doubles_nothing(tabs: Tabs) -> None:
    ana = await live(tabs)
    welcome = await (await tabs.at(None, tabs.cast.ana_room)).hello()
    bo = await tabs.inside(tabs.cast.bo, tabs.cast.ana_room)
    epoch, seq, got = welcome["epoch"], welcome["seq"], []
    texts = [f"line {number}" for number in range(8)]

    async def talk() -> None:
        for number, text in enumerate(texts):
            await say((ana, bo)[number % 2], text)
            await asyncio.sleep(0.05)

    talking = asyncio.create_task(talk())
    for visit in range(6):
        tab = await tabs.inside(tabs.cast.di, tabs.cast.ana_room, epoch=epoch, seq=seq)
        await asyncio.sleep(0.03 * visit)
        if visit == 5:
            await talking
            await tab.texts_until_quiet()
        while not await tab.socket.receive_nothing(timeout=0.02):
            await tab.next()
        lines = [m for m in tab.seen if m["t"] == "chat.msg"]
        got += [m["message"]["text"] for m in lines]
        seq = max([seq, *(m["seq"] for m in lines)])
        await tab.leave()
    assert got == texts


async def test_lines_of_a_private_show_are_between_the_two_and_shown_again_after_coming_back(tabs: Tabs) -> None:
    cast = tabs.cast
    await in_thread(cast.fund, cast.cy, 100_000)
    ana = await live(tabs)
    cy = await tabs.at(cast.cy, cast.ana_room)
    welcome = await cy.hello()
    di = await tabs.inside(cast.di, cast.ana_room)
    made = await cy.command("request.create", media="video", cpm="2.00")
    assert (await ana.command("request.answer", id=made["id"], accept=True))["t"] == "ack"
    await say(cy, "psst")
    assert await ana.texts_until_quiet() == ["psst"]
    assert await di.texts_until_quiet() == []
    await cy.leave()
    back = await tabs.at(cast.cy, cast.ana_room)
    again = await back.hello(welcome["epoch"], welcome["seq"])
    assert again["resumed"] is True
    assert [(line["text"], line["private"], line["mine"]) for line in again["chat"]] == [("psst", True, True)]
    assert (await di.hello())["chat"] == []


async def test_a_line_lost_on_the_way_is_mended_from_the_log(tabs: Tabs) -> None:
    ana = await live(tabs)
    di = await tabs.inside(tabs.cast.di, tabs.cast.ana_room)
    hub = (await runtime.running()).hub
    deliver = hub._subscription._deliver  # type: ignore[attr-defined]
    hub._subscription._deliver = lambda event: None  # type: ignore[attr-defined]
    await say(ana, "lost")
    hub._subscription._deliver = deliver  # type: ignore[attr-defined]
    assert await di.texts_until_quiet() == []
    await hub.mend()
    assert await di.texts_until_quiet() == ["lost"]
