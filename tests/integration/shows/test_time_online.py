"""Time online: what shows and check-ins say, per day, without a second of it counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from ppv_plugin.media import services as media
from ppv_plugin.models import Presence
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.models import Show
from ppv_plugin.shows.queries.online import by_day, online_days
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import BEGIN, Cast

HOUR_MS = 3_600_000
BERLIN = ZoneInfo("Europe/Berlin")


def days(
    cast: Cast, performer: Any, *, first: date = date(2026, 2, 1), last: date = date(2026, 3, 31)
) -> dict[date, int]:
    return online_days(performer=performer.ppv_performer, first=first, last=last, zone=UTC, now=cast.now)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_show_that_runs_counts_until_now(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    cast.now += timedelta(minutes=90)
    assert days(cast, cast.ana) == {BEGIN.date(): 90 * 60_000}
    assert days(cast, cast.bo) == {}


def test_a_show_that_was_left_counts_to_its_end(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    cast.now += timedelta(minutes=30)
    shows.leave(user=cast.ana, room_id=cast.ana_room.pk, now=cast.now)
    cast.now += timedelta(days=3)
    assert days(cast, cast.ana) == {BEGIN.date(): 30 * 60_000}


def test_a_show_over_midnight_is_parted_between_its_days(cast: Cast) -> None:
    cast.now = at("2026-03-01T23:15:00+00:00")
    cast.live(cast.ana, cast.free)
    cast.now += timedelta(hours=2)
    assert days(cast, cast.ana) == {date(2026, 3, 1): 45 * 60_000, date(2026, 3, 2): 75 * 60_000}
    assert days(cast, cast.ana, first=date(2026, 3, 2)) == {date(2026, 3, 2): 75 * 60_000}


def test_a_performer_who_was_lost_was_online_until_the_last_sign(cast: Cast) -> None:
    meter = Meter()
    show = cast.live(cast.ana, cast.free)
    cast.pass_time(600, meter=meter)
    seen = cast.now
    Presence.objects.all().delete()
    media.reset_engine()
    for _step in range(12):
        cast.now += timedelta(seconds=5)
        cast.mono += 5
        meter.step(now=cast.now, mono=cast.mono)
    show.refresh_from_db()
    assert (show.end_reason, show.seen_at) == ("performer_lost", seen)
    assert show.ended_at > seen
    assert days(cast, cast.ana) == {BEGIN.date(): 600_000}


def test_after_a_crash_presence_says_when_the_performer_was_seen_last(cast: Cast) -> None:
    show = cast.live(cast.ana, cast.free)
    cast.pass_time(600, meter=Meter())
    seen = cast.now
    media.reset_engine()
    cast.now += timedelta(hours=5)  # everything stood still meanwhile
    restarted = Meter()
    for _step in range(12):
        cast.now += timedelta(seconds=5)
        cast.mono += 5
        restarted.step(now=cast.now, mono=cast.mono)
    show.refresh_from_db()
    assert (show.end_reason, show.seen_at) == ("performer_lost", seen)
    restarted.step(now=cast.now, mono=cast.mono + 1)
    assert not Presence.objects.filter(room=cast.ana_room).exists()


def test_a_guest_is_online_while_checked_in(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    asked = shows.invite(user=cast.ana, room_id=cast.ana_room.pk, performer=cast.bo.ppv_performer.uuid, now=cast.now)
    cast.now += timedelta(minutes=10)
    shows.answer_invitation(user=cast.bo, check_in_id=asked.pk, accept=True, now=cast.now)
    cast.now += timedelta(minutes=20)
    assert days(cast, cast.bo) == {BEGIN.date(): 20 * 60_000}
    shows.leave(user=cast.ana, room_id=cast.ana_room.pk, now=cast.now)
    cast.now += timedelta(minutes=20)
    assert days(cast, cast.bo) == {BEGIN.date(): 20 * 60_000}
    assert days(cast, cast.ana) == {BEGIN.date(): 30 * 60_000}


def test_an_invitation_that_was_declined_is_no_time(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    asked = shows.invite(user=cast.ana, room_id=cast.ana_room.pk, performer=cast.bo.ppv_performer.uuid, now=cast.now)
    shows.answer_invitation(user=cast.bo, check_in_id=asked.pk, accept=False, now=cast.now)
    cast.now += timedelta(minutes=20)
    assert days(cast, cast.bo) == {}


@pytest.mark.parametrize(
    ("spans", "hours"),
    [
        ([("10:00", "11:00"), ("10:30", "12:00")], 2),
        ([("10:00", "13:00"), ("11:00", "12:00")], 3),
        ([("10:00", "11:00"), ("11:00", "12:00")], 2),
        ([("12:00", "12:00"), ("13:00", "12:00")], 0),
    ],
)
def test_what_overlaps_counts_once(spans: list[tuple[str, str]], hours: int) -> None:
    whole = [(at(f"2026-05-05T{a}:00+00:00"), at(f"2026-05-05T{b}:00+00:00")) for a, b in spans]
    assert sum(by_day(whole, zone=UTC).values()) == hours * HOUR_MS


def test_days_of_the_change_of_clocks_have_23_and_25_hours() -> None:
    whole = [(at("2026-03-01T00:00:00+00:00"), at("2026-11-15T00:00:00+00:00"))]
    found = by_day(whole, zone=BERLIN)
    assert found[date(2026, 3, 29)] == 23 * HOUR_MS
    assert found[date(2026, 10, 25)] == 25 * HOUR_MS
    assert found[date(2026, 7, 1)] == 24 * HOUR_MS
    assert sum(found.values()) == (whole[0][1] - whole[0][0]) // timedelta(milliseconds=1)


def test_a_long_past_takes_as_many_queries_as_a_short_one(cast: Cast, django_assert_num_queries: Any) -> None:
    for number in range(40):
        began = BEGIN - timedelta(days=number, hours=2)
        Show.objects.create(
            id=uuid4(), room=cast.ana_room, performer=cast.ana.ppv_performer, mode=cast.free, terms={}, cid=str(number),
            state=Show.State.ENDED, started_at=began, ended_at=began + timedelta(hours=1),
            seen_at=began + timedelta(hours=1),
        )  # fmt: skip
    with django_assert_num_queries(2):
        assert len(days(cast, cast.ana)) == 28 + 1
