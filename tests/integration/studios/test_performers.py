"""Disabled and let back, leaving and being let go; what each means for what runs and for what comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from wagtail.models import ModelLogEntry

from ppv_plugin.errors import Busy, NotAllowed, NotApproved, NotFound
from ppv_plugin.models import MeteredSession, Performer, Room, Show
from ppv_plugin.people import services as people
from ppv_plugin.rooms.queries import client_prices
from ppv_plugin.rooms.services import set_client_cpm
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.queries import listing, regulars
from ppv_plugin.shows.worker import Meter
from ppv_plugin.studios import services

from .conftest import Eos


def go_live(eos: Eos, cid: str = "1") -> Show:
    cast = eos.cast
    return shows.go_live(user=cast.bo, room_id=cast.bo_room.pk, mode_id=cast.free.pk, cid=cid, now=cast.now)


def in_private(eos: Eos, seconds: float = 60) -> MeteredSession:
    cast = eos.cast
    cast.fund(cast.cy, 100_00)
    cast.live(cast.bo, cast.free)
    private = cast.private(cast.cy, room=cast.bo_room)
    cast.pass_time(seconds, meter=Meter())
    return MeteredSession.objects.get(pk=private.session_id)


def test_who_is_disabled_cannot_go_live_and_is_told_by_whom_and_why(eos: Eos) -> None:
    eos.disable(reason="Holiday")
    with pytest.raises(NotApproved, match=r"Your studio has disabled you for now. Holiday"):
        go_live(eos)


def test_who_is_let_back_can(eos: Eos) -> None:
    eos.disable()
    eos.enable()
    assert go_live(eos).state == "live"


def test_disabling_ends_what_runs_charged_to_the_last_proven_second(eos: Eos) -> None:
    session = in_private(eos, 60)
    eos.disable(reason="We talk first")
    session.refresh_from_db()
    assert (session.state, session.end_reason, session.used_ms) == ("closed", "staff", 60_000)
    assert eos.cast.receipt(session.pk).timeline[-1].text == "The end: We talk first"
    assert not Show.objects.filter(state="live").exists()


def test_a_disabled_performer_is_not_in_the_listing(eos: Eos) -> None:
    eos.disable()
    assert [tile.room.slug for tile in listing(site=eos.cast.site, now=eos.cast.now).rooms] == ["ana"]


def test_a_studio_cannot_let_back_whom_the_site_has_suspended(eos: Eos) -> None:
    people.decide(
        role="performer", subject=eos.bo.uuid, decision="suspend", reason="Complaint", actor=None, now=eos.cast.now
    )
    eos.disable()
    eos.enable()
    with pytest.raises(NotApproved, match=r"You are suspended. Complaint"):
        go_live(eos)


def test_nobody_disables_the_performer_of_somebody_else(eos: Eos) -> None:
    with pytest.raises(NotFound):
        eos.disable(Performer.objects.get(name="Ana"))


def test_disabling_and_letting_back_stand_in_the_log(eos: Eos) -> None:
    eos.disable(reason="Holiday")
    eos.disable(reason="Holiday")
    eos.enable()
    rows = ModelLogEntry.objects.filter(object_id=str(eos.bo.pk)).order_by("timestamp", "id")
    assert [(row.action, row.user) for row in rows] == [
        ("ppv_plugin.studio.disable", eos.user),
        ("ppv_plugin.studio.enable", eos.user),
    ]
    assert rows[0].message == "Disabled by the studio: Holiday"


def test_a_studio_does_not_go_live_itself_and_is_told_who_does(eos: Eos) -> None:
    room = eos.cast.bo_room
    with pytest.raises(NotAllowed, match="A studio does not go live itself: its performers do"):
        shows.go_live(user=eos.user, room_id=room.pk, mode_id=eos.cast.free.pk, cid="1", now=eos.cast.now)
    assert not Show.objects.exists()


def test_what_a_suspended_studios_performers_run_ends_at_once(eos: Eos) -> None:
    session = in_private(eos, 45)
    people.decide(
        role="studio", subject=eos.studio.uuid, decision="suspend", reason="Papers", actor=None, now=eos.cast.now
    )
    session.refresh_from_db()
    assert (session.state, session.used_ms) == ("closed", 45_000)
    with pytest.raises(NotApproved, match=r"The site has suspended your studio. You can leave it"):
        go_live(eos, "2")


def test_who_leaves_a_suspended_studio_may_go_on_alone(eos: Eos) -> None:
    type(eos.studio).objects.update(status="suspended")
    services.leave(user=eos.cast.bo, now=eos.cast.now)
    assert go_live(eos).state == "live"


def test_a_studio_that_waits_for_approval_does_not_hold_its_performers_back(eos: Eos) -> None:
    type(eos.studio).objects.update(status="submitted")
    assert go_live(eos).state == "live"


def test_who_leaves_keeps_the_split_of_what_runs_and_nothing_of_it_after(eos: Eos) -> None:
    cast, session = eos.cast, in_private(eos, 70)  # 60 paid seconds at 2.00: 1.60 to the performer's side
    services.leave(user=cast.bo, now=cast.now)
    shows.end_session(session_id=session.pk, reason="client", now=cast.now)
    assert (cast.earned(cast.bo), cast.studio_earned()) == (112, 48)
    cast.now += timedelta(hours=2)
    cast.private(cast.cy, room=cast.bo_room)
    cast.pass_time(70, meter=Meter())
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    assert (cast.earned(cast.bo), cast.studio_earned()) == (112 + 160, 48)


def test_who_leaves_gives_the_studios_rooms_back_and_keeps_their_own(eos: Eos) -> None:
    room = eos.room("Blue room", eos.bo)
    services.leave(user=eos.cast.bo, now=eos.cast.now)
    room.refresh_from_db()
    assert (room.performer, room.studio) == (None, eos.studio)
    assert list(Room.objects.filter(performer=eos.bo)) == [eos.cast.bo_room]


def test_nobody_leaves_while_live_in_a_room_of_the_studio(eos: Eos) -> None:
    room = eos.room("Blue room", eos.bo)
    shows.go_live(user=eos.cast.bo, room_id=room.pk, mode_id=eos.cast.free.pk, cid="1", now=eos.cast.now)
    with pytest.raises(Busy):
        services.leave(user=eos.cast.bo, now=eos.cast.now)
    with pytest.raises(Busy):
        eos.release()
    eos.bo.refresh_from_db()
    assert eos.bo.studio == eos.studio


def test_who_is_let_go_is_not_disabled_any_more(eos: Eos) -> None:
    eos.disable()
    eos.release()
    eos.bo.refresh_from_db()
    assert (eos.bo.studio, eos.bo.disabled, eos.bo.studio_since) == (None, False, None)
    assert go_live(eos).state == "live"


def test_leaving_stands_in_the_log_with_who_wanted_it(eos: Eos) -> None:
    services.leave(user=eos.cast.bo, now=eos.cast.now)
    row = ModelLogEntry.objects.get(action="ppv_plugin.studio.leave")
    assert (row.user, row.data) == (eos.cast.bo, {"studio": "Eos", "by": "performer"})


def test_a_share_agreed_for_one_performer_wins_and_the_sites_bound_wins_over_both(eos: Eos) -> None:
    cast = eos.cast
    eos.bo.studio_share_bp = 5000
    eos.bo.save()
    in_private(eos, 70)
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    assert (cast.earned(cast.bo), cast.studio_earned()) == (80, 80)
    eos.settings(studio_share_max_bp=1000)
    cast.now += timedelta(hours=2)
    in_private(eos, 70)
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    assert (cast.earned(cast.bo), cast.studio_earned()) == (80 + 144, 80 + 16)


def test_a_tighter_setting_of_who_may_go_live_holds_from_the_next_time_on(eos: Eos) -> None:
    Performer.objects.filter(pk=eos.bo.pk).update(status="submitted")
    eos.settings(unapproved_live="submitted")
    show = go_live(eos)
    eos.settings(unapproved_live="nobody")
    shows.close_suspended(now=eos.cast.now)
    show.refresh_from_db()
    assert show.state == "live"
    shows.leave(user=eos.cast.bo, room_id=eos.cast.bo_room.pk, now=eos.cast.now)
    with pytest.raises(NotApproved):
        go_live(eos, "2")


def test_a_room_in_other_hands_tells_nothing_of_whom_it_knew_and_asks_the_sites_price(eos: Eos) -> None:
    cast, ana = eos.cast, Performer.objects.get(name="Ana")
    Performer.objects.filter(pk=ana.pk).update(studio=eos.studio)
    room = eos.room("Blue room", eos.bo)
    Room.objects.filter(pk=room.pk).update(private_cpm=300)
    cast.fund(cast.cy, 100_00)
    shows.go_live(user=cast.bo, room_id=room.pk, mode_id=cast.free.pk, cid="1", now=cast.now)
    cast.join(cast.bo, room, "publish")
    room.refresh_from_db()
    cast.private(cast.cy, room=room, cpm=300)
    shows.leave(user=cast.bo, room_id=room.pk, now=cast.now)
    room.refresh_from_db()
    client = regulars(room=room).get()
    set_client_cpm(user=cast.bo, room_id=room.pk, client_id=client.pk, cpm=100, now=cast.now)
    changed = eos.change(room, performer=ana)
    assert list(regulars(room=changed)) == []
    assert (changed.private_cpm, client_prices(changed)) == (None, [])
