"""The admin: every list, by permission; prices in tokens, refused when they cannot be meant."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ppv_plugin.amounts import written
from ppv_plugin.models import Performer, PricingSettings, Room, RoomMode, Studio
from ppv_plugin.testing.cast import Cast

from .staff import member

LISTS = {
    "rooms": "/admin/ppv_rooms/",
    "performers": "/admin/ppv_performers/",
    "studios": "/admin/ppv_studios/",
    "clients": "/admin/ppv_clients/",
    "modes": "/admin/snippets/ppv_plugin/roommode/",
    "calls": "/admin/ppv_calls/",
    "categories": "/admin/snippets/ppv_plugin/roomcategory/",
    "ratings": "/admin/ppv_ratings/",
    "tips": "/admin/snippets/ppv_plugin/tipoption/",
    "goals": "/admin/ppv_goals/",
    "sessions": "/admin/ppv_sessions/",
    "accounts": "/admin/ppv_accounts/",
    "refunds": "/admin/ppv_refunds/",
    "adjustments": "/admin/ppv_adjustments/",
    "ledger": "/admin/ppv_ledger/",
}
MAY_SEE = {
    "Video chat editors": {"rooms", "performers", "studios", "modes", "calls", "categories", "tips", "goals"},
    "Video chat moderators": {"rooms", "performers", "clients", "ratings"},
    "Video chat finance": {"performers", "studios", "sessions", "refunds", "accounts", "adjustments", "ledger"},
    "Video chat support": {"rooms", "performers", "clients", "sessions", "refunds", "accounts"},
}


@pytest.mark.parametrize("name", LISTS)
def test_every_list_answers(admin: Client, name: str) -> None:
    assert admin.get(LISTS[name]).status_code == 200


def test_lists_show_tokens_names_and_times(admin: Client) -> None:
    sessions = admin.get(LISTS["sessions"]).content.decode()
    assert "2.83" in sessions
    assert "1:35" in sessions
    assert "ended by the viewer" in sessions
    accounts = admin.get(LISTS["accounts"]).content.decode()
    assert "97.17" in accounts
    assert "Ana" in accounts
    assert "1.50" in admin.get(LISTS["modes"]).content.decode()


def test_pages_of_facts_show_amounts_in_tokens_and_kinds_in_words(admin: Client, worked: Cast) -> None:
    def facts(name: str, pk: Any) -> dict[str, Any]:
        page = admin.get(f"{LISTS[name]}inspect/{pk}/")
        return {str(line["label"]): str(line["value"]) for line in page.context["fields"]}

    RoomMode.objects.filter(pk=worked.group.pk).update(voyeur_enabled=True, voyeur_cpm=175, two_way_cpm=200)
    mode = facts("modes", worked.group.pk)
    assert (mode["Voyeur's price per minute"], mode["2-way price per minute"]) == ("1.75", "2.00")
    wallet = next(row for row in admin.get(LISTS["accounts"]).context["object_list"] if row.kind == "client")
    assert facts("accounts", wallet.pk)["Balance"] == written(wallet.balance)
    session = admin.get(LISTS["sessions"]).context["object_list"][0]
    assert facts("sessions", session.pk)["Kind"] in ("Private", "Group")


@pytest.mark.parametrize("name", ["clients", "sessions", "accounts", "ledger"])
def test_what_nobody_may_change_has_no_way_to_change_it(admin: Client, name: str) -> None:
    url = LISTS[name]
    rows = admin.get(url).context["object_list"]
    assert rows
    for action in ("new/", f"edit/{rows[0].pk}/", f"delete/{rows[0].pk}/"):
        assert admin.get(f"{url}{action}").status_code == 302
        assert admin.post(f"{url}{action}").status_code == 302
    assert admin.get(f"{url}inspect/{rows[0].pk}/").status_code == 200
    assert admin.get(f"{url}history/{rows[0].pk}/").status_code == 200
    rows[0].refresh_from_db()


@pytest.mark.parametrize("group", MAY_SEE)
def test_each_group_sees_its_own_lists_only(worked: Cast, group: str) -> None:
    client = member(group)
    seen = {name for name, url in LISTS.items() if client.get(url).status_code == 200}
    assert seen == MAY_SEE[group]


def test_a_user_without_rights_sees_no_menu_group(worked: Cast) -> None:
    plain = Client()
    plain.force_login(worked.di)
    for url in LISTS.values():
        assert plain.get(url).status_code == 302


def room_form(room: Room, **changes: Any) -> dict[str, Any]:
    values = {
        "title": room.title,
        "slug": room.slug,
        "site": room.site_id,
        "performer": room.performer_id,
        "description": room.description,
        "tags": "Keys",
        "private_cpm": "",
    }
    return {**values, **changes}


@pytest.mark.parametrize(
    ("cpm", "text"),
    [
        ("-1", "greater than or equal to 0"),
        ("0.05", "The lowest price per minute is 0.10."),
        ("7", "The highest price per minute is 5.00."),
        ("1e15", "price"),
        ("a lot", "Enter a number"),
    ],
)
def test_a_rooms_price_out_of_bounds_is_refused(admin: Client, worked: Cast, cpm: str, text: str) -> None:
    url = f"/admin/ppv_rooms/edit/{worked.ana_room.pk}/"
    response = admin.post(url, room_form(worked.ana_room, private_cpm=cpm))
    assert response.status_code == 200
    errors = str(response.context["form"].errors["private_cpm"])
    assert text in errors or "less than or equal" in errors
    worked.ana_room.refresh_from_db()
    assert worked.ana_room.private_cpm is None


def test_a_rooms_price_and_tags_are_saved(admin: Client, worked: Cast) -> None:
    response = admin.post(
        f"/admin/ppv_rooms/edit/{worked.ana_room.pk}/", room_form(worked.ana_room, private_cpm="2.50", featured="on")
    )
    assert response.status_code == 302
    worked.ana_room.refresh_from_db()
    assert (worked.ana_room.private_cpm, worked.ana_room.featured) == (250, True)
    assert [tag.name for tag in worked.ana_room.tags.all()] == ["Keys"]


def test_saving_a_room_leaves_its_state_alone(admin: Client, worked: Cast) -> None:
    assert worked.ana_room.__class__.objects.get(pk=worked.ana_room.pk).state == "free"
    admin.post(f"/admin/ppv_rooms/edit/{worked.ana_room.pk}/", room_form(worked.ana_room))
    worked.ana_room.refresh_from_db()
    assert worked.ana_room.state == "free"


def mode_form(**changes: str) -> dict[str, str]:
    values = {
        "name": "Workshop",
        "key": "workshop",
        "description": "",
        "group_cpm": "1.25",
        "grace_seconds": "20",
        "rule": "",
        "kind": "video",
        "requests_enabled": "on",
        "private_video": "on",
        "viewers_max": "",
        "voyeur_cpm": "0.00",
        "two_way_slots": "0",
        "two_way_cpm": "0.00",
        "active": "on",
        "snapshots_enabled": "on",
        "snapshot_seconds": "15",
        "locale": "1",
    }
    return {**values, **changes}


def test_a_room_mode_is_made_with_a_price_in_tokens(admin: Client) -> None:
    response = admin.post("/admin/snippets/ppv_plugin/roommode/add/", mode_form())
    assert response.status_code == 302
    assert RoomMode.objects.get(key="workshop").group_cpm == 125


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("group_cpm", "-0.01", "greater than or equal to 0"),
        ("group_cpm", "1000.01", "less than or equal to 1000"),
        ("group_cpm", "1.005", "2 decimal places"),
        ("group_cpm", "", "required"),
        ("grace_seconds", "3601", "less than or equal to 3600"),
        ("grace_seconds", "-1", "greater than or equal to 0"),
        ("snapshot_seconds", "1", "greater than or equal to 5"),
        ("rule", "blocks", "not one of the available choices"),
    ],
)
def test_a_room_mode_that_cannot_be_meant_is_refused(admin: Client, field: str, value: str, text: str) -> None:
    response = admin.post("/admin/snippets/ppv_plugin/roommode/add/", mode_form(**{field: value}))
    assert response.status_code == 200
    assert text in str(response.context["form"].errors[field])
    assert not RoomMode.objects.filter(key="workshop").exists()


def test_room_modes_are_put_in_order(admin: Client, worked: Cast) -> None:
    last = RoomMode.objects.order_by("-sort_order").first()
    assert last is not None
    response = admin.post(f"/admin/snippets/ppv_plugin/roommode/reorder/{last.pk}/?position=0")
    assert response.status_code == 200
    assert RoomMode.objects.order_by("sort_order").first() == last


@pytest.mark.parametrize("name", ["modes", "rooms"])
def test_what_shows_still_need_is_kept_and_the_editor_is_told(admin: Client, worked: Cast, name: str) -> None:
    row = {"modes": worked.free, "rooms": worked.ana_room}[name]
    response = admin.post(f"{LISTS[name]}delete/{row.pk}/", follow=True)
    assert response.status_code == 200
    assert "is still needed" in response.content.decode()
    assert type(row).objects.filter(pk=row.pk).exists()


def test_performers_with_rooms_and_studios_with_performers_are_kept(admin: Client, worked: Cast) -> None:
    for name, row in (("performers", worked.ana.ppv_performer), ("studios", worked.eos)):
        assert admin.post(f"{LISTS[name]}delete/{row.pk}/").status_code == 302
        assert type(row).objects.filter(pk=row.pk).exists()


def test_a_room_mode_nobody_used_is_deleted(admin: Client, worked: Cast) -> None:
    admin.post(f"{LISTS['modes']}delete/{worked.group.pk}/")
    assert not RoomMode.objects.filter(pk=worked.group.pk).exists()


@pytest.mark.parametrize("share", ["-1", "10001", "half"])
def test_shares_beyond_the_whole_are_refused(admin: Client, worked: Cast, share: str) -> None:
    for url, row in (
        ("/admin/ppv_performers/", worked.ana.ppv_performer),
        ("/admin/ppv_studios/", worked.eos),
    ):
        form = {"name": row.name, "user": worked.ana.pk, "owner": worked.eos.owner_id, "status": "approved"}
        response = admin.post(f"{url}edit/{row.pk}/", {**form, "bio": "", "share_bp": share})
        assert "share_bp" in response.context["form"].errors
    assert not Performer.objects.filter(share_bp__isnull=False).exists()
    assert Studio.objects.get().share_bp == 3000


def test_limits_of_the_site_that_contradict_each_other_are_refused(admin: Client, worked: Cast) -> None:
    url = f"/admin/settings/ppv_plugin/pricingsettings/{worked.site.pk}/"
    page = admin.get(url)
    values = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    values["performer_pricing"] = "on"
    refused = admin.post(url, {**values, "cpm_min": "6.00", "cpm_max": "5.00"})
    assert "below the lowest price, 6.00" in str(refused.context["form"].errors)
    assert admin.post(url, {**values, "cpm_min": "0.20", "private_cpm": "2.00"}).status_code == 302
    assert PricingSettings.for_site(worked.site).cpm_min == 20
