"""The listing is right within a minute, whatever ends a connection: with a clock, and with the processes' own beats."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from ppv_plugin.models import Presence, Room
from ppv_plugin.realtime import runtime, upkeep
from ppv_plugin.rooms import presence

from .conftest import Tabs, in_thread


def test_a_beat_is_so_often_that_one_lost_beat_ends_nobody() -> None:
    from ppv_plugin.chat.free_time import BEAT_MS
    from ppv_plugin.conf import conf

    assert conf.PRESENCE_SECONDS >= 2 * upkeep.PRESENCE_EVERY
    assert upkeep.PRESENCE_EVERY * 1000 == BEAT_MS
    assert conf.PRESENCE_SECONDS + upkeep.PRESENCE_EVERY <= 60


async def test_tabs_and_devices_of_one_person_count_once_and_closing_one_changes_nothing(tabs: Tabs) -> None:
    room = tabs.cast.ana_room
    first = await tabs.inside(tabs.cast.cy, room)
    await tabs.inside(tabs.cast.cy, room)
    await tabs.inside(None, room)
    keeper = (await runtime.running()).upkeep
    await keeper.count_viewers()
    assert (await in_thread(Room.objects.get, pk=room.pk)).viewers == 2
    await first.leave()
    await keeper.count_viewers()
    assert (await in_thread(Room.objects.get, pk=room.pk)).viewers == 2


async def test_what_a_killed_server_left_behind_is_swept_and_counted_out(tabs: Tabs) -> None:
    room = tabs.cast.ana_room
    await tabs.inside(tabs.cast.di, room)
    stale = timezone.now() - timedelta(seconds=46)
    for number in range(3):  # sockets of a process that died with nobody to close them
        await in_thread(
            presence.open_presence, connection=uuid4(), room_id=room.pk, user_key=f"gone-{number}", role="client",
            now=stale,
        )  # fmt: skip
    keeper = (await runtime.running()).upkeep
    await keeper.keep_presence()
    await keeper.count_viewers()
    assert (await in_thread(Room.objects.get, pk=room.pk)).viewers == 1
    assert await in_thread(Presence.objects.count) == 1


async def test_a_socket_that_was_swept_while_its_process_stood_still_is_back_with_the_next_beat(tabs: Tabs) -> None:
    room = tabs.cast.ana_room
    await tabs.inside(tabs.cast.cy, room)
    await in_thread(Presence.objects.all().delete)
    keeper = (await runtime.running()).upkeep
    await keeper.keep_presence()
    await keeper.count_viewers()
    assert (await in_thread(Room.objects.get, pk=room.pk)).viewers == 1
