"""Guests' own cameras: who may send into a show, who sees them, and what ends it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from ppv_plugin.errors import Gone, NotAllowed
from ppv_plugin.media import services as media
from ppv_plugin.media.engine import AV, Direction, FlowState, ParticipantPlan
from ppv_plugin.models import CheckIn
from ppv_plugin.rooms import presence
from ppv_plugin.shows import queries, rules
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast, connection_of

from .inside import inside, seen_mode


def checked_in(cast: Cast) -> CheckIn:
    """Ana in Bo's show."""
    guest = cast.ana.ppv_performer.uuid
    check_in = shows.invite(user=cast.bo, room_id=cast.bo_room.pk, performer=guest, now=cast.now)
    shows.answer_invitation(user=cast.ana, check_in_id=check_in.pk, accept=True, now=cast.now)
    return check_in


def on_camera(cast: Cast) -> CheckIn:
    check_in = checked_in(cast)
    sends(cast)
    return check_in


def sends(cast: Cast, user: Any = None) -> None:
    cast.join(user or cast.ana, cast.bo_room, "publish", role="guest")


def looks(cast: Cast, user: Any, check_in: CheckIn, **more: Any) -> None:
    cast.join(user, cast.bo_room, "subscribe", camera=check_in.pk, **more)


def plan(cast: Cast) -> dict[str, ParticipantPlan]:
    found = media.get_engine().plan_of(f"room-{cast.bo_room.pk}")  # type: ignore[attr-defined]
    return {person.id: person for person in found}


def tile(watcher: str, check_in: CheckIn) -> str:
    return rules.tile_participant(watcher, check_in.pk)


def seen(cast: Cast) -> list[str]:
    return [tile.name for tile in queries.room_view(room_id=cast.bo_room.pk, now=cast.now).tiles]


def flowing(cast: Cast, participant: str) -> bool:
    everybody = media.evidence().participants
    return any(one.id == participant and one.state is FlowState.FLOWING for one in everybody)


def test_everybody_in_the_show_sees_the_camera_and_the_guest_sees_the_one_who_is_live(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    show = cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    check_in = on_camera(cast)
    cast.join(cast.ana, cast.bo_room, "subscribe", role="guest")
    guest, payer = f"g-{check_in.pk}", f"v-{visit.id}"
    assert (plan(cast)[guest].publishes, plan(cast)[guest].source) == (AV, f"p-{show.id}")
    assert seen(cast) == ["Ana"]
    watchers = {tile(f"p-{show.id}", check_in), tile(payer, check_in)}
    assert {person.id for person in plan(cast).values() if person.source == guest} == watchers
    for user in (cast.bo, cast.cy):
        looks(cast, user, check_in)
    cast.pass_time(10)
    assert all(flowing(cast, name) for name in watchers)


def test_who_pays_sees_no_guest_while_what_it_pays_for_does_not_reach_it(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    check_in = on_camera(cast)
    visit = shows.enter_group(user=cast.cy, room_id=cast.bo_room.pk, cid="c", cpm=150, now=cast.now)
    looks(cast, cast.cy, check_in)
    cast.pass_time(10)
    assert not flowing(cast, tile(f"v-{visit.id}", check_in))
    cast.join(cast.cy, cast.bo_room, "subscribe")
    cast.pass_time(10)
    assert flowing(cast, tile(f"v-{visit.id}", check_in))


def test_outside_a_paid_show_nobody_sees_the_guest(cast: Cast) -> None:
    cast.live(cast.bo, cast.group)
    check_in = on_camera(cast)
    for stranger in (cast.di, None):
        with pytest.raises(NotAllowed):
            looks(cast, stranger, check_in)


def test_a_visitor_of_a_free_show_sees_the_guest(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    check_in = on_camera(cast)
    connection = uuid4()
    looks(cast, None, check_in, connection=connection)
    cast.pass_time(5)
    assert flowing(cast, tile(f"c-{connection}", check_in))


def test_nobody_sends_into_a_show_who_has_not_come_in(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    asked = shows.invite(user=cast.bo, room_id=cast.bo_room.pk, performer=cast.ana.ppv_performer.uuid, now=cast.now)
    for user in (cast.ana, cast.cy):  # asked only, and not even that
        with pytest.raises(NotAllowed):
            sends(cast, user)
    assert f"g-{asked.pk}" not in plan(cast)
    assert seen(cast) == []


def test_who_is_checked_in_and_comes_as_a_client_sends_nothing(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    checked_in(cast)
    with pytest.raises(NotAllowed):
        cast.join(cast.ana, cast.bo_room, "publish")


@pytest.mark.parametrize("who", ["guest", "host"])
def test_who_leaves_or_is_sent_away_is_cut_off_and_cannot_send_on(cast: Cast, who: str) -> None:
    cast.live(cast.bo, cast.free)
    check_in = on_camera(cast)
    shows.end_check_in(user=cast.ana if who == "guest" else cast.bo, check_in_id=check_in.pk, now=cast.now)
    assert f"g-{check_in.pk}" not in plan(cast)
    assert seen(cast) == []
    with pytest.raises(NotAllowed):
        sends(cast)
    with pytest.raises(NotAllowed):
        looks(cast, cast.bo, check_in)


def test_a_guest_whose_page_is_gone_is_no_tile_any_more_and_may_come_back(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    check_in = on_camera(cast)
    presence.close_presence(connection=connection_of(cast.ana), now=cast.now)
    assert seen(cast) == []
    assert CheckIn.objects.get(pk=check_in.pk).state == "in"
    sends(cast)
    assert seen(cast) == ["Ana"]


def test_a_private_show_pauses_the_guests_and_the_room_shows_none(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.free)
    check_in = on_camera(cast)
    private = cast.private(cast.cy, room=cast.bo_room)
    guest = plan(cast)[f"g-{check_in.pk}"]
    assert (guest.publishes, guest.source) == (frozenset(), None)
    assert [person.id for person in plan(cast).values() if person.source == guest.id] == []
    assert media.get_engine().joined(f"room-{cast.bo_room.pk}", guest.id) == frozenset()  # type: ignore[attr-defined]
    assert seen(cast) == []
    for direction in ("publish", "subscribe"):
        with pytest.raises(NotAllowed):
            cast.join(cast.ana, cast.bo_room, direction, role="guest")
    for user in (cast.cy, cast.bo):
        with pytest.raises(NotAllowed):
            looks(cast, user, check_in)
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    sends(cast)
    assert seen(cast) == ["Ana"]
    assert Direction.PUBLISH in media.get_engine().joined(f"room-{cast.bo_room.pk}", guest.id)  # type: ignore[attr-defined]


def test_a_voyeur_sees_the_guest_and_nothing_on_the_stage_tells_of_it(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, seen_mode(cast))
    check_in = on_camera(cast)
    visit = inside(cast, cast.cy, "voyeur", 175)
    looks(cast, cast.cy, check_in)
    cast.pass_time(5)
    end = tile(f"v-{visit.id}", check_in)
    assert (plan(cast)[end].unseen, flowing(cast, end)) == (True, True)


def test_the_end_of_the_show_ends_the_guests_camera(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    on_camera(cast)
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    assert media.get_engine().plan_of(f"room-{cast.bo_room.pk}") is None  # type: ignore[attr-defined]
    with pytest.raises(Gone):
        sends(cast)


def test_a_guest_is_no_viewer_and_keeps_no_show_alive(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    on_camera(cast)
    assert presence.viewer_count(room_id=cast.bo_room.pk, now=cast.now) == 0
    assert presence.performers_present(room_ids=[cast.bo_room.pk], within_seconds=60, now=cast.now) == {cast.bo_room.pk}
    presence.close_presence(connection=connection_of(cast.bo), now=cast.now)
    assert presence.performers_present(room_ids=[cast.bo_room.pk], within_seconds=60, now=cast.now) == set()


def test_a_guest_speaks_under_the_own_name_while_checked_in(cast: Cast) -> None:
    cast.live(cast.bo, cast.group)
    check_in = on_camera(cast)
    said = {"user": cast.ana, "room_id": cast.bo_room.pk, "text": "hello", "now": cast.now}
    line = shows.say(**said, cid="1")
    assert (line.author_kind, line.author_name) == ("performer", "Ana")
    shows.end_check_in(user=cast.bo, check_in_id=check_in.pk, now=cast.now)
    with pytest.raises(NotAllowed):
        shows.say(**said, cid="2")


def test_the_guest_reads_its_own_check_in_until_it_ends(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    check_in = on_camera(cast)

    def me() -> Any:
        return queries.person_view(
            user=cast.ana, room_id=cast.bo_room.pk, connection=connection_of(cast.ana), now=cast.now, guest=True
        )

    assert (me().role, me().elsewhere, [view.state for view in me().visiting]) == ("guest", False, ["in"])
    shows.end_check_in(user=cast.bo, check_in_id=check_in.pk, now=cast.now)
    assert me().visiting == []


def test_the_meter_of_who_pays_goes_on_whatever_the_guest_does(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    check_in = on_camera(cast)
    looks(cast, cast.cy, check_in)
    cast.pass_time(60, meter=(meter := Meter()))
    media.get_engine().vanish(f"g-{check_in.pk}")  # type: ignore[attr-defined]
    cast.pass_time(70, meter=meter)
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    assert cast.receipt(visit.session_id).total == 250
