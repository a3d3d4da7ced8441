"""Who may go live, where, and how often."""

from __future__ import annotations

import pytest

from ppv_plugin.errors import BadInput, Busy, Elsewhere, Gone, NotAllowed, NotFound
from ppv_plugin.models import Performer, Room, RoomMode, Show
from ppv_plugin.shows import queries
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast


def test_going_live_twice_is_one_show(cast: Cast) -> None:
    assert cast.live(cast.ana, cast.free).id == cast.live(cast.ana, cast.free).id
    assert Show.objects.count() == 1


def test_the_same_command_after_the_end_does_not_go_live_again(cast: Cast) -> None:
    again = {"user": cast.ana, "room_id": cast.ana_room.pk, "mode_id": cast.free.pk, "cid": "one"}
    first = shows.go_live(**again, now=cast.now)
    shows.leave(user=cast.ana, room_id=cast.ana_room.pk, now=cast.now)
    assert shows.go_live(**again, now=cast.now) == first
    assert Show.objects.filter(state="live").count() == 0


def test_nobody_goes_live_in_somebody_elses_room(cast: Cast) -> None:
    for user in (cast.bo, cast.cy):
        with pytest.raises(NotAllowed):
            shows.go_live(user=user, room_id=cast.ana_room.pk, mode_id=cast.free.pk, cid="c", now=cast.now)


@pytest.mark.parametrize("status", ["draft", "submitted", "rejected", "suspended"])
def test_only_approved_performers_go_live(cast: Cast, status: str) -> None:
    Performer.objects.filter(user=cast.ana).update(status=status)
    with pytest.raises(NotAllowed):
        cast.live(cast.ana, cast.free)


def test_a_suspended_room_stays_dark(cast: Cast) -> None:
    Room.objects.filter(pk=cast.ana_room.pk).update(suspended=True)
    with pytest.raises(NotAllowed):
        cast.live(cast.ana, cast.free)


def test_a_mode_that_does_not_exist_or_was_retired_is_refused(cast: Cast) -> None:
    RoomMode.objects.filter(pk=cast.group.pk).update(active=False)
    for mode_id in (999_999, -1, cast.group.pk):
        with pytest.raises(NotFound):
            shows.go_live(user=cast.ana, room_id=cast.ana_room.pk, mode_id=mode_id, cid="c", now=cast.now)


def test_one_performer_is_live_in_one_room(cast: Cast) -> None:
    second = Room.objects.create(
        site=cast.site, slug="ana-2", title="Two", performer=cast.ana.ppv_performer, description="x"
    )
    cast.live(cast.ana, cast.free)
    with pytest.raises(Busy):
        shows.go_live(user=cast.ana, room_id=second.pk, mode_id=cast.free.pk, cid="c", now=cast.now)


def test_an_edited_mode_leaves_the_running_show_alone(cast: Cast) -> None:
    cast.live(cast.bo, cast.group)
    RoomMode.objects.filter(pk=cast.group.pk).update(group_cpm=500)
    view = queries.room_view(room_id=cast.bo_room.pk, now=cast.now)
    assert view.group is not None
    assert view.group.cpm == "1.50"


def test_a_second_tab_of_the_performer_takes_over_only_when_told(cast: Cast) -> None:
    from uuid import uuid4

    cast.live(cast.ana, cast.free)
    other = uuid4()
    with pytest.raises(Elsewhere):
        cast.join(cast.ana, cast.ana_room, "publish", connection=other)
    cast.join(cast.ana, cast.ana_room, "publish", connection=other, take_over=True)


def test_offline_there_is_nothing_to_join(cast: Cast) -> None:
    with pytest.raises(Gone):
        cast.join(cast.cy, cast.ana_room, "subscribe")


def test_requests_take_only_known_values(cast: Cast) -> None:
    with pytest.raises(BadInput):
        shows.set_requests(user=cast.ana, room_id=cast.ana_room.pk, value="anything", now=cast.now)


def test_what_a_crash_left_open_in_an_ended_show_is_closed_by_supervision(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ppv_plugin.shows.services import endings
    from ppv_plugin.shows.worker import Meter

    cast.fund(cast.cy, 5000)
    show = cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    meter = Meter()
    cast.pass_time(90, meter=meter)
    with monkeypatch.context() as crash:
        crash.setattr(endings, "end_visit", None)
        with pytest.raises(TypeError):
            endings.close_show(show_id=show.id, reason="performer", now=cast.now)
    cast.pass_time(60, meter=meter)
    assert cast.receipt(visit.session_id).total == 150
    assert cast.available(cast.cy) == 4850
