"""Balance 10.00 at 2.00 a minute with 10 s of grace: warnings, the exact end, and what a top-up meanwhile moves."""

from __future__ import annotations

from ppv_plugin.shows import queries
from ppv_plugin.shows.states import MeterView
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


def shown(cast: Cast) -> MeterView:
    me = queries.person_view(user=cast.cy, room_id=cast.ana_room.pk, connection=None, now=cast.now)
    assert me.meter is not None
    return me.meter


def warned_at(cast: Cast, session_id: object) -> list[tuple[str, int]]:
    """(minutes, seconds on the meter) of each warning."""
    timeline = cast.receipt(session_id).timeline  # type: ignore[arg-type]
    return [(line.note, line.used_ms // 1000) for line in timeline if line.kind == "warned"]


def test_the_end_is_shown_from_the_start_announced_twice_and_kept_to_the_millisecond(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    session_id = cast.private(cast.cy).session_id
    assert shown(cast).cutoff_ms == 310_000
    cast.pass_time(309, meter=(meter := Meter()), every=1)
    assert (shown(cast).cost, shown(cast).balance) == ("9.97", "0.03")
    cast.pass_time(20, meter=meter, every=1)
    receipt = cast.receipt(session_id)
    assert (receipt.used_ms, receipt.total, receipt.reason) == (310_000, 1000, "funds")
    assert (cast.balance(cast.cy), cast.available(cast.cy)) == (0, 0)
    assert warned_at(cast, session_id) == [("5", 10), ("2", 190)]


def test_a_top_up_at_300_seconds_moves_the_end_to_610(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    session_id = cast.private(cast.cy).session_id
    cast.pass_time(300, meter=(meter := Meter()), every=1)
    assert shown(cast).cutoff_ms == 310_000
    cast.fund(cast.cy, 1000)
    assert (shown(cast).cutoff_ms, shown(cast).balance) == (610_000, "10.33")
    cast.pass_time(309, meter=meter, every=1)
    assert shown(cast).used_ms == 609_000
    cast.pass_time(20, meter=meter, every=1)
    receipt = cast.receipt(session_id)
    assert (receipt.used_ms, receipt.total, receipt.reason) == (610_000, 2000, "funds")
    assert cast.balance(cast.cy) == 0
    assert [minutes for minutes, _at in warned_at(cast, session_id)] == ["5", "2", "5", "2"]


def test_a_top_up_after_the_end_does_not_bring_it_back(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    session_id = cast.private(cast.cy).session_id
    cast.pass_time(320, meter=(meter := Meter()), every=1)
    cast.fund(cast.cy, 1000)
    cast.pass_time(60, meter=meter, every=1)
    assert cast.receipt(session_id).used_ms == 310_000
    assert cast.available(cast.cy) == 1000
