"""Listing pictures: at the mode's pace, of public shows only unless the site says otherwise, and never old ones."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.test import Client

from ppv_plugin.media import services as media
from ppv_plugin.models import RecordingSettings, RoomMode, Snapshot
from ppv_plugin.shows import queries as views
from ppv_plugin.shows import rules
from ppv_plugin.shows import services as shows
from ppv_plugin.shows import snapshots as taking
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def mode(cast: Cast) -> RoomMode:
    cast.fund(cast.cy, 10_000)
    RoomMode.objects.filter(pk=cast.free.pk).update(snapshot_seconds=20)
    cast.free.refresh_from_db()
    return cast.free


def taken_at() -> Any:
    return Snapshot.objects.values_list("taken_at", flat=True).first()


def test_a_picture_comes_at_the_modes_pace_and_stands_in_the_listing(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.ana, mode)
    meter = Meter()
    moments = set()
    for _second in range(60):
        cast.pass_time(1, meter=meter, every=1)
        moments.add(taken_at())
    times = sorted(moment for moment in moments if moment)
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(times)]
    assert len(times) in (3, 4)
    assert all(20 <= gap <= 26 for gap in gaps)
    [tile] = views.listing(site=cast.site, now=cast.now, status="free").rooms
    assert tile.room.snapshot_url is not None
    picture = Client().get(tile.room.snapshot_url)
    assert picture.content == media.snapshot(
        stage=rules.stage_name(cast.ana_room.pk),
        participant=rules.performer_participant(shows_id(cast)),
        width=480,
    )


def shows_id(cast: Cast) -> Any:
    from ppv_plugin.models import Show

    return Show.objects.get(state="live").pk


def test_a_private_show_gives_no_picture_and_none_right_after_it(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.ana, mode)
    private = cast.private(cast.cy)
    cast.pass_time(60, meter=Meter())
    assert taken_at() is None
    shows.end_private(user=cast.ana, private_id=private.id, now=cast.now)
    taking.take_snapshots(now=cast.now)
    assert taken_at() is None, "the engine may still hold a picture of the private show"
    cast.pass_time(10)
    taking.take_snapshots(now=cast.now)
    assert taken_at() == cast.now


def test_a_site_may_want_pictures_of_private_shows(cast: Cast, mode: RoomMode) -> None:
    RecordingSettings.objects.update_or_create(site=cast.site, defaults={"private_pictures": True})
    cast.live(cast.ana, mode)
    cast.private(cast.cy)
    taking.take_snapshots(now=cast.now)
    assert taken_at() == cast.now


def test_a_private_show_that_begins_while_the_picture_is_taken_is_not_shown(
    cast: Cast, mode: RoomMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.live(cast.ana, mode)

    def slow(**where: Any) -> bytes:
        monkeypatch.undo()
        cast.private(cast.cy)
        return b"\xff\xd8 of the private show"

    monkeypatch.setattr(taking.media, "snapshot", slow)
    taking.take_snapshots(now=cast.now)
    assert taken_at() is None


def test_the_picture_is_gone_when_the_mode_has_none_or_the_show_ends(cast: Cast, mode: RoomMode) -> None:
    plain = RoomMode.objects.create(
        locale=mode.locale, key="plain", name="Plain", snapshots_enabled=False, sort_order=9
    )
    cast.live(cast.ana, mode)
    facts: dict[str, Any] = {"user": cast.ana, "room_id": cast.ana_room.pk}
    taking.take_snapshots(now=cast.now)
    assert taken_at()
    shows.switch_mode(mode_id=plain.pk, cid="a", now=cast.now, **facts)
    cast.pass_time(60, meter=Meter())
    assert taken_at() is None
    shows.switch_mode(mode_id=mode.pk, cid="b", now=cast.now, **facts)
    cast.pass_time(10, meter=Meter())
    assert taken_at()
    shows.leave(now=cast.now, **facts)
    assert taken_at() is None


def test_a_lost_stream_leaves_no_old_picture_for_long(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.ana, mode)
    taking.take_snapshots(now=cast.now)
    media.get_engine().stall(rules.performer_participant(shows_id(cast)))  # type: ignore[attr-defined]
    cast.pass_time(30, meter=Meter())
    assert taken_at(), "a short gap takes nothing away"
    cast.pass_time(40, meter=Meter())
    assert taken_at() is None
