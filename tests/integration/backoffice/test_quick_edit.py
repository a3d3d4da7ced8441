"""Quick edit: one or many, all or none, within the bounds, and every change in the log with what it was before."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from wagtail.models import ModelLogEntry, Site

from ppv_plugin.models import Performer, PricingSettings, Room
from ppv_plugin.testing.cast import Cast

from .staff import EDITORS, FINANCE, MODERATORS, member, signed_in

ROOMS = "/admin/bulk/ppv_plugin/room/ppv_quick_edit/"
PERFORMERS = "/admin/bulk/ppv_plugin/performer/ppv_quick_edit/"


def url_of(base: str, *rows: Any) -> str:
    return base + "?" + "&".join(f"id={row.pk}" for row in rows)


def changes_of(row: Any) -> list[tuple[dict[str, Any], str]]:
    entries = ModelLogEntry.objects.for_instance(row).filter(action="ppv_plugin.terms.change").order_by("pk")
    return [(entry.data["changes"], entry.data["reason"]) for entry in entries]


def test_many_rooms_get_a_price_at_once(admin: Client, worked: Cast) -> None:
    url = url_of(ROOMS, worked.ana_room, worked.bo_room)
    answer = admin.post(url, {"price": "own", "private_cpm": "2.50", "featured": "yes"})
    assert answer.status_code == 302
    assert set(Room.objects.values_list("private_cpm", "featured")) == {(250, True)}
    assert changes_of(worked.ana_room) == [({"private_cpm": [None, 250], "featured": [False, True]}, "")]
    assert len(changes_of(worked.bo_room)) == 1


def test_a_change_reads_well_in_the_history(admin: Client, worked: Cast) -> None:
    admin.post(url_of(ROOMS, worked.ana_room), {"price": "own", "private_cpm": "2.50"})
    entry = ModelLogEntry.objects.for_instance(worked.ana_room).get(action="ppv_plugin.terms.change")
    assert entry.message == "Terms changed: own private price per minute: not set → 2.50"
    page = admin.get(f"/admin/ppv_rooms/history/{worked.ana_room.pk}/").content.decode()
    assert "not set → 2.50" in page


def test_what_is_left_alone_stays(admin: Client, worked: Cast) -> None:
    Room.objects.filter(pk=worked.ana_room.pk).update(private_cpm=300, featured=True)
    admin.post(url_of(ROOMS, worked.ana_room), {"featured": "no"})
    worked.ana_room.refresh_from_db()
    assert (worked.ana_room.private_cpm, worked.ana_room.featured) == (300, False)


def test_a_room_goes_back_to_the_sites_price(admin: Client, worked: Cast) -> None:
    Room.objects.filter(pk=worked.ana_room.pk).update(private_cpm=300)
    admin.post(url_of(ROOMS, worked.ana_room), {"price": "site"})
    worked.ana_room.refresh_from_db()
    assert worked.ana_room.private_cpm is None


def test_a_value_that_is_there_already_is_no_change(admin: Client, worked: Cast) -> None:
    admin.post(url_of(ROOMS, worked.ana_room), {"featured": "no"})
    assert changes_of(worked.ana_room) == []


@pytest.mark.parametrize(
    ("cpm", "text"),
    [
        ("0.05", "The lowest price per minute is 0.10."),
        ("7", "The highest price per minute is 5.00."),
        ("", "Enter the price."),
        ("a lot", "Enter a number."),
    ],
)
def test_a_price_out_of_bounds_changes_nothing(admin: Client, worked: Cast, cpm: str, text: str) -> None:
    url = url_of(ROOMS, worked.ana_room, worked.bo_room)
    answer = admin.post(url, {"price": "own", "private_cpm": cpm, "featured": "yes"})
    assert answer.status_code == 200
    assert text in answer.content.decode()
    assert not Room.objects.filter(featured=True).exists()


def test_the_bounds_are_those_of_every_site_concerned(admin: Client, worked: Cast) -> None:
    other = Site.objects.create(hostname="two.example", root_page=worked.site.root_page)
    PricingSettings.objects.create(site=other, cpm_min=10, cpm_max=200, private_cpm=50)
    Room.objects.filter(pk=worked.bo_room.pk).update(site=other)
    url = url_of(ROOMS, worked.ana_room, worked.bo_room)
    answer = admin.post(url, {"price": "own", "private_cpm": "3.00"})
    assert "two.example" in str(answer.context["form"].errors["private_cpm"])
    assert "The highest price per minute is 2.00." in str(answer.context["form"].errors["private_cpm"])


@pytest.mark.parametrize(("form", "text"), [({}, "Choose at least one thing"), ({"suspended": "yes"}, "Say why")])
def test_a_form_that_says_nothing_is_refused(admin: Client, worked: Cast, form: dict[str, str], text: str) -> None:
    answer = admin.post(url_of(ROOMS, worked.ana_room), form)
    assert answer.status_code == 200
    assert text in answer.content.decode()


def test_performers_get_a_share_and_their_rooms_a_price(admin: Client, worked: Cast) -> None:
    url = url_of(PERFORMERS, worked.ana.ppv_performer, worked.bo.ppv_performer)
    form = {"share": "own", "share_bp": "7500", "price": "own", "private_cpm": "1.20", "featured": "yes"}
    assert admin.post(url, form).status_code == 302
    assert set(Performer.objects.values_list("share_bp", flat=True)) == {7500}
    assert set(Room.objects.values_list("private_cpm", "featured")) == {(120, True)}
    assert changes_of(worked.ana.ppv_performer) == [({"share_bp": [None, 7500]}, "")]


@pytest.mark.parametrize("share", ["-1", "10001", "", "half"])
def test_a_share_beyond_the_whole_changes_nothing(admin: Client, worked: Cast, share: str) -> None:
    form = {"share": "own", "share_bp": share, "featured": "yes"}
    answer = admin.post(url_of(PERFORMERS, worked.ana.ppv_performer), form)
    assert answer.status_code == 200
    assert "share_bp" in answer.context["form"].errors
    assert not Room.objects.filter(featured=True).exists()


def test_performers_are_suspended_and_let_back(admin: Client, worked: Cast) -> None:
    url = url_of(PERFORMERS, worked.ana.ppv_performer)
    admin.post(url, {"suspended": "yes", "reason": "Papers ran out"})
    assert Performer.objects.get(pk=worked.ana.ppv_performer.pk).status == "suspended"
    admin.post(url, {"suspended": "no", "reason": "New papers"})
    assert Performer.objects.get(pk=worked.ana.ppv_performer.pk).status == "approved"
    entries = ModelLogEntry.objects.for_instance(worked.ana.ppv_performer).order_by("pk")
    assert [(entry.action, entry.data["reason"]) for entry in entries] == [
        ("ppv_plugin.role.suspend", "Papers ran out"),
        ("ppv_plugin.role.approve", "New papers"),
    ]


def test_letting_back_approves_nobody_who_was_not_suspended(admin: Client, worked: Cast) -> None:
    Performer.objects.filter(pk=worked.bo.ppv_performer.pk).update(status="submitted")
    admin.post(url_of(PERFORMERS, worked.bo.ppv_performer), {"suspended": "no"})
    assert Performer.objects.get(pk=worked.bo.ppv_performer.pk).status == "submitted"


def test_who_may_not_review_people_is_not_offered_to_suspend_them(worked: Cast) -> None:
    user = get_user_model().objects.create_user("shaper", password="x")
    names = ("access_admin", "change_room", "change_performer")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = signed_in(user)
    url = url_of(PERFORMERS, worked.ana.ppv_performer)
    assert "suspended" not in client.get(url).context["form"].fields
    assert client.post(url, {"suspended": "yes", "reason": "Why not"}).status_code == 200
    assert Performer.objects.get(pk=worked.ana.ppv_performer.pk).status == "approved"


def test_finance_cannot_change_anything_by_guessing_the_address(worked: Cast) -> None:
    client = member(FINANCE)
    for url in (url_of(ROOMS, worked.ana_room), url_of(PERFORMERS, worked.ana.ppv_performer)):
        assert client.post(url, {"featured": "yes"}).status_code == 302
    assert not Room.objects.filter(featured=True).exists()


def test_all_rooms_are_never_meant(admin: Client, worked: Cast) -> None:
    """Wagtail's word for every row ignores the filter that the editor sees."""
    admin.post(ROOMS + "?id=all", {"featured": "yes"})
    assert not Room.objects.filter(featured=True).exists()


@pytest.mark.parametrize("group", [EDITORS, MODERATORS])
def test_the_list_offers_it_for_one_and_for_many(worked: Cast, group: str) -> None:
    page = member(group).get("/admin/ppv_rooms/").content.decode()
    assert f"{ROOMS}?id={worked.ana_room.pk}&amp;next=" in page
    assert 'data-bulk-action-footer="ROOM"' in page
    assert page.count("data-bulk-action-checkbox") == 2


def test_who_may_only_look_sees_no_checkboxes(worked: Cast) -> None:
    page = member("Video chat support").get("/admin/ppv_rooms/").content.decode()
    assert "data-bulk-action-checkbox" not in page


def test_the_edit_page_logs_old_and_new_values_too(admin: Client, worked: Cast) -> None:
    room, studio = worked.ana_room, worked.eos
    form = {"title": room.title, "slug": room.slug, "site": room.site_id, "performer": room.performer_id}
    admin.post(f"/admin/ppv_rooms/edit/{room.pk}/", {**form, "private_cpm": "1.10", "tags": "", "description": ""})
    admin.post(f"/admin/ppv_studios/edit/{studio.pk}/", {"name": "Eos", "owner": studio.owner_id, "share_bp": "2500"})
    assert changes_of(room) == [({"private_cpm": [None, 110]}, "")]
    assert changes_of(studio) == [({"share_bp": [3000, 2500]}, "")]


KINDS = {"private_cpm": "2.50", "private_audio_cpm": "1.20", "private_text_cpm": "0.40"}


@pytest.mark.parametrize("many", [False, True])
def test_an_editor_sets_the_price_of_each_kind(worked: Cast, many: bool) -> None:
    Room.objects.update(private_cpm=300, private_text_cpm=90)
    rooms = [worked.ana_room, worked.bo_room][: 1 + many]
    answer = member(EDITORS).post(url_of(ROOMS, *rooms), {**KINDS, "price": "own", "private_cpm": ""})
    assert answer.status_code == 302
    prices = Room.objects.order_by("slug").values_list("private_cpm", "private_audio_cpm", "private_text_cpm")
    assert list(prices) == [(300, 120, 40), (300, 120, 40) if many else (300, None, 90)]
    listed = member(MODERATORS).get("/admin/ppv_rooms/").content.decode()
    assert all(price in listed for price in ("3.00", "1.20", "0.40"))
    told = {"private_audio_cpm": [None, 120], "private_text_cpm": [90, 40]}
    assert changes_of(worked.ana_room) == [(told, "")]


@pytest.mark.parametrize("field", ["private_audio_cpm", "private_text_cpm"])
@pytest.mark.parametrize(
    ("cpm", "text"), [("0.05", "The lowest price per minute is 0.10."), ("7", "The highest price per minute is 5.00.")]
)
def test_a_price_of_a_kind_out_of_bounds_is_refused_at_its_field(
    admin: Client, worked: Cast, field: str, cpm: str, text: str
) -> None:
    for url in (url_of(ROOMS, worked.ana_room), url_of(PERFORMERS, worked.ana.ppv_performer)):
        answer = admin.post(url, {**KINDS, "price": "own", field: cpm})
        assert answer.status_code == 200
        assert answer.context["form"].errors == {field: [text]}
    assert set(Room.objects.values_list(*KINDS)) == {(None, None, None)}


def test_a_price_without_the_choice_of_an_own_one_is_not_left_aside_in_silence(admin: Client, worked: Cast) -> None:
    answer = admin.post(url_of(ROOMS, worked.ana_room), {"private_text_cpm": "0.40", "featured": "yes"})
    assert answer.status_code == 200
    assert "price" in answer.context["form"].errors
    assert not Room.objects.filter(featured=True).exists()


def test_the_room_page_names_what_the_quick_edit_of_performers_set(admin: Client, worked: Cast) -> None:
    performers = [worked.ana.ppv_performer, worked.bo.ppv_performer]
    assert admin.post(url_of(PERFORMERS, *performers), {**KINDS, "price": "own"}).status_code == 302
    assert set(Room.objects.values_list(*KINDS)) == {(250, 120, 40)}
    page = Client().get("/live/bo/").content.decode()
    for kind, price in (("video", "2.50"), ("audio", "1.20"), ("text", "0.40")):
        assert f'<span data-text="{kind}_price">{price}</span>' in page
