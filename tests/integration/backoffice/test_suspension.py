"""A room or performer is suspended: what runs ends at once, charged to the last millisecond, with the reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from ppv_plugin.errors import NotAllowed, PPVError
from ppv_plugin.models import MeteredSession, PrivateShow, Room, Show, Visit
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

ROOMS = "/admin/bulk/ppv_plugin/room/ppv_quick_edit/"
PERFORMERS = "/admin/bulk/ppv_plugin/performer/ppv_quick_edit/"
SUSPEND = {"suspended": "yes", "reason": "A complaint is looked into"}


@pytest.fixture
def running(worked: Cast) -> Cast:
    """Ana in private with Cy for 47 seconds, of which the meter knows 45; grace is used up."""
    worked.private(worked.cy)
    worked.pass_time(45, meter=Meter())
    worked.pass_time(2)
    return worked


def session(cast: Cast) -> MeteredSession:
    return MeteredSession.objects.order_by("-opened_at", "-id").filter(facts__performer="Ana").latest("opened_at")


def test_a_private_show_ends_charged_to_the_second(admin: Client, running: Cast) -> None:
    admin.post(f"{ROOMS}?id={running.ana_room.pk}", SUSPEND)
    closed = session(running)
    assert (closed.state, closed.end_reason, closed.used_ms) == ("closed", "staff", 47_000)
    assert not Show.objects.filter(room=running.ana_room, state="live").exists()
    assert not PrivateShow.objects.filter(state="open").exists()


def test_the_receipt_says_why(admin: Client, running: Cast) -> None:
    admin.post(f"{ROOMS}?id={running.ana_room.pk}", SUSPEND)
    receipt = running.receipt(session(running).id)
    assert receipt.reason == "staff"
    assert receipt.timeline[-1].text == "The end: A complaint is looked into"


def test_nothing_is_charged_for_what_comes_after(admin: Client, running: Cast) -> None:
    admin.post(f"{ROOMS}?id={running.ana_room.pk}", SUSPEND)
    balance = running.balance(running.cy)
    running.pass_time(60, meter=Meter())
    assert running.balance(running.cy) == balance
    assert running.available(running.cy) == balance


def test_the_log_has_the_suspension_and_what_it_ended(admin: Client, running: Cast) -> None:
    admin.post(f"{ROOMS}?id={running.ana_room.pk}", SUSPEND)
    entries = ModelLogEntry.objects.for_instance(running.ana_room).order_by("pk")
    told = {entry.action: entry for entry in entries}
    assert told["ppv_plugin.terms.change"].data["changes"] == {"suspended": [False, True]}
    ended = told["ppv_plugin.show.end"]
    assert (ended.data, ended.user.get_username()) == ({"sessions": 1, "reason": SUSPEND["reason"]}, "root")
    assert ended.message == "Show ended by the site, 1 paid sessions closed: A complaint is looked into"


def edit_page(room: Room) -> dict[str, Any]:
    form = {"title": room.title, "slug": room.slug, "site": room.site_id, "performer": room.performer_id}
    return {**form, "suspended": "on", "private_cpm": "", "tags": "", "description": room.description}


def test_the_edit_page_asks_why(admin: Client, running: Cast) -> None:
    answer = admin.post(f"/admin/ppv_rooms/edit/{running.ana_room.pk}/", edit_page(running.ana_room))
    assert "Say why" in str(answer.context["form"].errors["reason"])
    assert session(running).state == "open"


def test_the_edit_page_ends_it_as_well(admin: Client, running: Cast) -> None:
    room = running.ana_room
    answer = admin.post(f"/admin/ppv_rooms/edit/{room.pk}/", {**edit_page(room), "reason": SUSPEND["reason"]})
    assert answer.status_code == 302
    assert session(running).end_reason == "staff"
    assert running.receipt(session(running).id).timeline[-1].text == "The end: A complaint is looked into"
    room.refresh_from_db()
    assert (room.state, room.suspended) == ("offline", True)


def test_everybody_in_a_paid_show_is_let_out(admin: Client, worked: Cast) -> None:
    worked.fund(worked.di, 5_000)
    worked.live(worked.bo, worked.group)
    worked.visit(worked.di)
    worked.visit(worked.cy)
    worked.pass_time(61, meter=Meter())
    admin.post(f"{ROOMS}?id={worked.bo_room.pk}", SUSPEND)
    assert set(MeteredSession.objects.filter(subject="group").values_list("state", "end_reason", "used_ms")) == {
        ("closed", "staff", 61_000)
    }
    assert not Visit.objects.filter(state="inside").exists()


def test_a_request_that_waits_gives_its_hold_back(admin: Client, worked: Cast) -> None:
    shows.request_private(
        user=worked.cy, room_id=worked.ana_room.pk, cid="wait", media="video", cpm=200, now=worked.now
    )
    assert worked.available(worked.cy) < worked.balance(worked.cy)
    admin.post(f"{ROOMS}?id={worked.ana_room.pk}", SUSPEND)
    assert worked.available(worked.cy) == worked.balance(worked.cy)


def test_a_suspended_performer_goes_off_stage_in_every_room(admin: Client, running: Cast) -> None:
    admin.post(f"{PERFORMERS}?id={running.ana.ppv_performer.pk}", SUSPEND)
    closed = session(running)
    assert (closed.end_reason, closed.used_ms) == ("staff", 47_000)
    assert running.receipt(closed.id).timeline[-1].text == "The end: A complaint is looked into"
    assert ModelLogEntry.objects.for_instance(running.ana_room).filter(action="ppv_plugin.show.end").count() == 1


def test_nobody_goes_live_in_a_suspended_room(admin: Client, running: Cast) -> None:
    admin.post(f"{ROOMS}?id={running.ana_room.pk}", SUSPEND)
    with pytest.raises(PPVError):
        running.live(running.ana, running.free)


def test_a_room_that_is_suspended_while_its_performer_goes_live_stays_dark(
    worked: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ppv_plugin.shows.services import going_live

    found = going_live.choose

    def suspended_meanwhile(**facts: Any) -> Any:
        choice = found(**facts)
        Room.objects.filter(pk=worked.bo_room.pk).update(suspended=True)
        return choice

    monkeypatch.setattr(going_live, "choose", suspended_meanwhile)
    with pytest.raises(NotAllowed):
        worked.live(worked.bo, worked.group)
    assert not Show.objects.filter(room=worked.bo_room).exists()


def test_the_meter_ends_what_was_suspended_by_other_ways(running: Cast) -> None:
    Room.objects.filter(pk=running.ana_room.pk).update(suspended=True)
    running.pass_time(1, meter=Meter(), every=1)
    assert session(running).end_reason == "staff"


def test_other_rooms_go_on(admin: Client, running: Cast) -> None:
    running.live(running.bo, running.group)
    admin.post(f"{ROOMS}?id={running.ana_room.pk}", SUSPEND)
    assert Show.objects.filter(room=running.bo_room, state="live").exists()


def test_a_suspension_that_fails_ends_nothing(admin: Client, running: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from ppv_plugin.backoffice import audit

    def broken(**facts: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(audit, "changed", broken)
    with pytest.raises(RuntimeError):
        admin.post(f"{ROOMS}?id={running.ana_room.pk}", SUSPEND)
    assert session(running).state == "open"
    assert not Room.objects.filter(suspended=True).exists()


def test_lifting_a_suspension_lets_the_performer_back(admin: Client, running: Cast) -> None:
    admin.post(f"{ROOMS}?id={running.ana_room.pk}", SUSPEND)
    admin.post(f"{ROOMS}?id={running.ana_room.pk}", {"suspended": "no"})
    running.now = timezone.now() + timedelta(seconds=1)
    assert running.live(running.ana, running.free).state == "live"
