"""Recorded shows: told and agreed to on both sides before, and never anybody's camera but the performer's."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from ppv_plugin.errors import ConsentNeeded
from ppv_plugin.media import services as media
from ppv_plugin.models import Recording, RecordingConsent, RecordingSettings, RoomMode
from ppv_plugin.shows import queries as views
from ppv_plugin.shows import rules
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast

from .inside import seen_mode


@pytest.fixture
def site_records(cast: Cast) -> RecordingSettings:
    for client in (cast.cy, cast.di):
        cast.fund(client, 10_000)
    made, _new = RecordingSettings.objects.update_or_create(
        site=cast.site, defaults={"enabled": True, "private_enabled": True}
    )
    return made


@pytest.fixture
def mode(cast: Cast, site_records: RecordingSettings) -> RoomMode:
    return seen_mode(cast, recorded=True)


def live(cast: Cast, mode: RoomMode, *, recorded: bool = True) -> Any:
    room = cast.bo_room
    show = shows.go_live(
        user=cast.bo, room_id=room.pk, mode_id=mode.pk, cid=uuid4().hex, now=cast.now, recorded=recorded
    )
    cast.join(cast.bo, room, "publish")
    return show


def enter(cast: Cast, client: Any, *, manner: str = "group", cpm: int = 150, recorded: bool = True) -> Any:
    visit = shows.enter_group(
        user=client, room_id=cast.bo_room.pk, cid=uuid4().hex, cpm=cpm, now=cast.now, manner=manner, recorded=recorded
    )
    cast.join(client, cast.bo_room, "subscribe")
    return visit


def private(cast: Cast, *, client_agrees: bool, performer_agrees: bool, kind: str = "video", cpm: int = 200) -> Any:
    request = shows.request_private(
        user=cast.cy, room_id=cast.bo_room.pk, cid=uuid4().hex, media=kind, cpm=cpm, now=cast.now,
        recording=client_agrees,
    )  # fmt: skip
    shows.answer_request(user=cast.bo, request_id=request.id, accept=True, now=cast.now, recording=performer_agrees)
    request.refresh_from_db()
    return request.private_show


def kept(cast: Cast) -> list[tuple[str, str]]:
    return sorted(Recording.objects.values_list("kind", "state"))


def planned(cast: Cast) -> dict[str, str]:
    """participant -> the recording of it, of those that have one."""
    shows.apply_stage(room_id=cast.bo_room.pk)
    plan = media.get_engine().plan_of(rules.stage_name(cast.bo_room.pk))  # type: ignore[attr-defined]
    return {person.id: person.record for person in plan or () if person.record}


def said() -> list[tuple[str, bool]]:
    return list(RecordingConsent.objects.order_by("id").values_list("role", "agreed"))


# --- the public show


def test_nobody_goes_live_in_a_recorded_mode_without_knowing_it(cast: Cast, mode: RoomMode) -> None:
    with pytest.raises(ConsentNeeded):
        live(cast, mode, recorded=False)
    assert kept(cast) == []
    show = live(cast, mode)
    consent = RecordingConsent.objects.get()
    assert (consent.user, consent.role, consent.agreed, consent.at) == (cast.bo, "performer", True, cast.now)
    assert "your picture and sound are kept" in consent.wording
    assert planned(cast) == {rules.performer_participant(show.id): str(Recording.objects.get().stretch)}


def test_nothing_is_recorded_where_the_site_does_not_want_it(cast: Cast, mode: RoomMode) -> None:
    RecordingSettings.objects.update(enabled=False)
    live(cast, mode, recorded=False)
    assert (kept(cast), planned(cast), said()) == ([], {}, [])


@pytest.mark.parametrize(("manner", "cpm"), [("group", 150), ("voyeur", 175), ("two_way", 200)])
def test_nobody_enters_a_recorded_show_untold(cast: Cast, mode: RoomMode, manner: str, cpm: int) -> None:
    live(cast, mode)
    with pytest.raises(ConsentNeeded):
        enter(cast, cast.cy, manner=manner, cpm=cpm, recorded=False)
    assert cast.available(cast.cy) == 10_000
    enter(cast, cast.cy, manner=manner, cpm=cpm)
    consent = RecordingConsent.objects.get(role="client")
    assert (consent.user, consent.unseen) == (cast.cy, manner == "voyeur")
    assert consent.wording == "This is recorded. The file holds the picture and sound of Bo, never yours."


def test_a_second_tab_and_a_repeated_frame_agree_once(cast: Cast, mode: RoomMode) -> None:
    live(cast, mode)
    for _time in range(2):
        shows.enter_group(user=cast.cy, room_id=cast.bo_room.pk, cid="same", cpm=150, now=cast.now, recorded=True)
    enter(cast, cast.cy)
    assert RecordingConsent.objects.filter(role="client").count() == 1


def test_cameras_of_clients_and_voyeurs_are_in_no_file(cast: Cast, mode: RoomMode) -> None:
    show = live(cast, mode)
    enter(cast, cast.cy, manner="two_way", cpm=200)
    enter(cast, cast.di, manner="voyeur", cpm=175)
    assert list(planned(cast)) == [rules.performer_participant(show.id)]


def test_everybody_sees_that_it_is_recorded(cast: Cast, mode: RoomMode) -> None:
    assert not views.room_view(room_id=cast.bo_room.pk, now=cast.now).recorded
    live(cast, mode)
    assert views.room_view(room_id=cast.bo_room.pk, now=cast.now).recorded


def test_a_change_into_a_recorded_mode_asks_everybody_again(cast: Cast, mode: RoomMode) -> None:
    plain = seen_mode(cast)
    live(cast, plain, recorded=False)
    enter(cast, cast.cy, recorded=False)
    facts: dict[str, Any] = {"user": cast.bo, "room_id": cast.bo_room.pk, "now": cast.now}
    with pytest.raises(ConsentNeeded):
        shows.switch_mode(mode_id=mode.pk, cid="a", **facts)
    assert kept(cast) == []
    shows.switch_mode(mode_id=mode.pk, cid="b", recorded=True, **facts)
    assert kept(cast) == [("group", "running")]
    with pytest.raises(ConsentNeeded):
        enter(cast, cast.cy, recorded=False)
    enter(cast, cast.cy)
    assert said() == [("performer", True), ("client", True)]
    shows.switch_mode(mode_id=plain.pk, cid="c", **facts)
    assert kept(cast) == [("group", "waiting")]
    assert planned(cast) == {}


def test_what_is_recorded_ends_with_the_show(cast: Cast, mode: RoomMode) -> None:
    live(cast, mode)
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    assert kept(cast) == [("group", "waiting")]


def test_a_text_show_is_not_recorded_whatever_its_mode_says(cast: Cast, mode: RoomMode) -> None:
    RoomMode.objects.filter(pk=mode.pk).update(kind="text")
    shows.go_live(user=cast.bo, room_id=cast.bo_room.pk, mode_id=mode.pk, cid="a", now=cast.now)
    assert (kept(cast), said()) == ([], [])


# --- private shows


@pytest.mark.parametrize("client_agrees", [False, True])
@pytest.mark.parametrize("performer_agrees", [False, True])
def test_a_private_show_is_recorded_only_if_both_agree(
    cast: Cast, mode: RoomMode, client_agrees: bool, performer_agrees: bool
) -> None:
    live(cast, mode)
    recorded = private(cast, client_agrees=client_agrees, performer_agrees=performer_agrees)
    both = client_agrees and performer_agrees
    assert recorded.recorded == both
    assert kept(cast) == [("group", "waiting"), *([("private", "running")] if both else [])]
    assert bool(planned(cast)) == both
    assert all(name.startswith("p-") for name in planned(cast)), "never the client's camera"
    asked = [("client", client_agrees)] + ([("performer", performer_agrees)] if client_agrees else [])
    assert said() == [("performer", True), *asked], "a no is kept too"
    me = views.person_view(user=cast.cy, room_id=cast.bo_room.pk, connection=None, now=cast.now)
    assert me.session is not None
    assert me.session.recorded == both


def test_the_public_recording_goes_on_after_a_private_show(cast: Cast, mode: RoomMode) -> None:
    live(cast, mode)
    shown = private(cast, client_agrees=False, performer_agrees=True)
    shows.end_private(user=cast.bo, private_id=shown.id, now=cast.now)
    assert kept(cast) == [("group", "running"), ("group", "waiting")]
    assert len(planned(cast)) == 1


def test_a_site_that_does_not_offer_it_records_no_private_show(cast: Cast, mode: RoomMode) -> None:
    RecordingSettings.objects.update(private_enabled=False)
    live(cast, mode)
    assert not private(cast, client_agrees=True, performer_agrees=True).recorded
    assert said() == [("performer", True)]


def test_nobody_is_asked_about_a_recording_of_text(cast: Cast, mode: RoomMode) -> None:
    live(cast, mode)
    assert not private(cast, client_agrees=True, performer_agrees=True, kind="text", cpm=20).recorded
    assert said() == [("performer", True)]


def test_the_performer_reads_what_the_client_said(cast: Cast, mode: RoomMode) -> None:
    live(cast, mode)
    shows.request_private(
        user=cast.cy, room_id=cast.bo_room.pk, cid="a", media="video", cpm=200, now=cast.now, recording=True
    )
    me = views.person_view(user=cast.bo, room_id=cast.bo_room.pk, connection=None, now=cast.now)
    assert [request.recording for request in me.requests] == [True]
    assert views.room_view(room_id=cast.bo_room.pk, now=cast.now).recordable
