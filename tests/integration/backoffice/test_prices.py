"""Prices in the admin: previews of what is not saved, profiles, imports; each for those who may, and logged."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, ModelLogEntry, Site

from ppv_plugin.models import PricingSettings, RoomMode, TipSettings
from ppv_plugin.testing.cast import Cast

MODE_PREVIEW = "/admin/ppv/prices/mode/"
IMPORT = "/admin/ppv/modes/import/"
MODES = "/admin/snippets/ppv_plugin/roommode/"


@pytest.fixture
def site(cast: Cast) -> Cast:
    call_command("ppv_setup", stdout=StringIO())
    return cast


@pytest.fixture
def admin(site: Cast) -> Client:
    model = get_user_model()
    client = Client()
    client.force_login(model.objects.create_superuser(**{model.USERNAME_FIELD: "root"}, password="root"))
    return client


def member(group: str) -> Client:
    model = get_user_model()
    user = model.objects.create_user(**{model.USERNAME_FIELD: group.split()[-1]}, password="x")
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def rows(response: Any) -> list[list[tuple[str, str, str, str]]]:
    return [[(s.time, s.paid, s.performers, s.house) for s in table.lines] for table in response.context["tables"]]


def preview_url(site: Cast) -> str:
    return f"/admin/ppv/prices/{site.site.pk}/"


def prices_form(**changes: Any) -> dict[str, Any]:
    values = {
        "private_cpm": "2.00",
        "private_audio_cpm": "0.30",
        "private_text_cpm": "0.20",
        "cpm_min": "0.10",
        "cpm_max": "5.00",
        "rule": "per_second",
        "grace_seconds": "10",
        "minutes_to_start": "5",
        "reserve_minutes": "0",
        "performer_share_bp": "8000",
    }
    return {**values, **changes}


def test_unsaved_values_of_a_mode_are_priced_by_the_server(admin: Client, site: Cast) -> None:
    response = admin.post(MODE_PREVIEW, {"group_cpm": "2.00", "grace_seconds": "10", "rule": "started_minutes"})
    (table,) = rows(response)
    assert len(table) == 13
    assert table[7] == ("3 min 5 s", "6.00", "4.80", "1.20")
    assert not RoomMode.objects.filter(group_cpm=200).exists()


def test_a_mode_without_a_rule_is_priced_by_the_sites(admin: Client, site: Cast) -> None:
    PricingSettings.objects.filter(site=site.site).update(rule="upfront_minutes", performer_share_bp=7500)
    (table,) = rows(admin.post(MODE_PREVIEW, {"group_cpm": "3.00", "grace_seconds": "30", "rule": ""}))
    assert table[9] == ("4 min", "15.00", "11.25", "3.75")


def test_sites_that_count_differently_have_a_table_each(admin: Client, site: Cast) -> None:
    other = Site.objects.create(hostname="other.example", site_name="Other", root_page=site.site.root_page)
    PricingSettings.objects.create(site=other, rule="started_minutes")
    response = admin.post(MODE_PREVIEW, {"group_cpm": "2.00", "grace_seconds": "10", "rule": ""})
    assert [table[2][1] for table in rows(response)] == ["0.03", "2.00"]
    assert "Other" in response.content.decode()


def test_unsaved_prices_of_the_site_are_priced(admin: Client, site: Cast) -> None:
    response = admin.post(preview_url(site), prices_form(rule="upfront_minutes", performer_pricing="on"))
    private, low, high = rows(response)
    assert private[7] == ("3 min 5 s", "8.00", "6.40", "1.60")
    assert (low[7][1], high[7][1]) == ("0.40", "20.00")
    assert "This rule does not use the grace of 10 s." in response.content.decode()
    assert PricingSettings.for_site(site.site).rule == "per_second"


@pytest.mark.parametrize(
    ("changes", "label", "text"),
    [
        ({"private_cpm": "6"}, "Private show, per minute", "above the highest price a broadcaster may set, 5.00"),
        ({"private_cpm": "0.05"}, "Private show, per minute", "below the lowest price a broadcaster may set, 0.10"),
        ({"cpm_max": "0.05"}, "Highest price a performer may set", "below the lowest price, 0.10"),
        ({"grace_seconds": "3601"}, "Grace in private shows", "less than or equal to 3600"),
        ({"grace_seconds": "soon"}, "Grace in private shows", "whole number"),
        ({"private_cpm": "1.005"}, "Private show, per minute", "2 decimal places"),
        ({"rule": "blocks"}, "Billing rule", "not one of the available choices"),
        ({"performer_share_bp": "10001"}, "share", "less than or equal to 10000"),
    ],
)
def test_bad_values_are_named_by_field_and_bound(
    admin: Client, site: Cast, changes: dict[str, str], label: str, text: str
) -> None:
    response = admin.post(preview_url(site), prices_form(**changes))
    assert rows(response) == []
    ((found, error),) = response.context["problems"]
    assert label.lower() in str(found).lower()
    assert text in str(error)


def test_a_modes_bad_values_are_named_too(admin: Client) -> None:
    response = admin.post(MODE_PREVIEW, {"group_cpm": "1000.01", "grace_seconds": "-1", "rule": "x"})
    assert [str(label) for label, _error in response.context["problems"]] == [
        "Price per minute", "Grace", "Billing rule",
    ]  # fmt: skip


def test_previews_are_for_those_who_may_change_what_they_show(site: Cast) -> None:
    editor, finance, support = (member(f"Video chat {name}") for name in ("editors", "finance", "support"))
    mode = {"group_cpm": "1", "grace_seconds": "0", "rule": ""}
    assert [c.post(MODE_PREVIEW, mode).status_code for c in (editor, finance, support)] == [200, 302, 302]
    found = [c.post(preview_url(site), prices_form()).status_code for c in (editor, finance, support)]
    assert found == [302, 200, 302]
    assert Client().post(MODE_PREVIEW, mode).status_code == 302
    assert editor.get(MODE_PREVIEW).status_code == 405


def test_both_forms_show_the_saved_prices_and_the_button(admin: Client, site: Cast) -> None:
    pages = {
        f"{MODES}edit/{site.group.pk}/": MODE_PREVIEW,
        f"{MODES}add/": MODE_PREVIEW,
        f"/admin/settings/ppv_plugin/pricingsettings/{site.site.pk}/": preview_url(site),
    }
    for url, target in pages.items():
        page = admin.get(url).content.decode()
        assert f'formaction="{target}"' in page
        assert page.count('<th scope="row">') >= 13
        assert "ppv_plugin/js/admin/price_preview.js" in page
        assert "<script>" not in page.split('data-controller="ppv-price-preview"')[1].split("</section>")[0]


def profile_url(site: Cast, name: str) -> str:
    return f"/admin/ppv/prices/{site.site.pk}/{name}/"


def confirm(client: Client, url: str) -> Any:
    return client.post(url, {"seen": client.get(url).context["seen"]})


@pytest.mark.parametrize(
    ("name", "expected"),
    [("vw", ("per_second", 30, 5, 8000, 9000)), ("sky", ("upfront_minutes", 0, 3, 7500, 1234))],
)
def test_a_profile_is_applied_after_it_was_shown(
    admin: Client, site: Cast, name: str, expected: tuple[Any, ...]
) -> None:
    PricingSettings.objects.filter(site=site.site).update(minutes_to_start=3, rule="steps", performer_share_bp=1000)
    TipSettings.objects.update_or_create(site=site.site, defaults={"share_bp": 1234})
    page = admin.get(profile_url(site, name)).content.decode()
    assert "Steps of some seconds" in page
    assert "10 %" in page
    assert PricingSettings.for_site(site.site).rule == "steps"
    assert confirm(admin, profile_url(site, name)).status_code == 302
    row = PricingSettings.for_site(site.site)
    tips = TipSettings.objects.get(site=site.site).share_bp
    assert (row.rule, row.grace_seconds, row.minutes_to_start, row.performer_share_bp, tips) == expected
    assert row.private_cpm == 200


def test_the_log_says_who_applied_what(admin: Client, site: Cast) -> None:
    confirm(admin, profile_url(site, "sky"))
    (entry,) = ModelLogEntry.objects.filter(action="ppv_plugin.prices.profile")
    assert entry.data["changes"]["performer_share_bp"] == [8000, 7500]
    assert entry.user.get_username() == "root"
    assert "80 % → 75 %" in entry.message
    assert "Sky" in entry.message


def test_prices_that_changed_meanwhile_are_shown_again(admin: Client, site: Cast) -> None:
    url = profile_url(site, "sky")
    seen = admin.get(url).context["seen"]
    PricingSettings.objects.filter(site=site.site).update(grace_seconds=99)
    assert admin.post(url, {"seen": seen}).url == url
    for odd in ("", "[]", "not json"):
        admin.post(url, {"seen": odd})
    assert PricingSettings.for_site(site.site).rule == "per_second"


def test_the_confirmation_says_what_changes_and_what_stays(admin: Client, site: Cast) -> None:
    RoomMode.objects.filter(pk=site.group.pk).update(rule="steps")
    page = admin.get(profile_url(site, "vw")).content.decode()
    assert "90 % of tips" in page
    assert "Share of tips" in page
    assert "which stays: Group" in page
    confirm(admin, profile_url(site, "vw"))
    assert "Everything is like this already" in admin.get(profile_url(site, "vw")).content.decode()


def test_profiles_are_for_those_who_may_change_prices(site: Cast) -> None:
    url = profile_url(site, "vw")
    for group in ("editors", "moderators", "support"):
        client = member(f"Video chat {group}")
        assert client.get(url).status_code == client.post(url).status_code == 302
    finance = member("Video chat finance")
    assert finance.get(url).status_code == 200
    assert finance.get(profile_url(site, "none")).status_code == 404
    assert ModelLogEntry.objects.filter(action="ppv_plugin.prices.profile").count() == 0


def test_an_edit_of_the_prices_is_logged_with_old_and_new(admin: Client, site: Cast) -> None:
    url = f"/admin/settings/ppv_plugin/pricingsettings/{site.site.pk}/"
    form = admin.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    admin.post(url, {**values, "performer_pricing": "on", "cpm_max": "6.00"})
    (entry,) = ModelLogEntry.objects.filter(action="ppv_plugin.prices.change")
    assert entry.data["changes"] == {"cpm_max": [500, 600]}
    assert "5.00 → 6.00" in entry.message


def mode_form(mode: RoomMode, **changes: Any) -> dict[str, Any]:
    values = {
        "name": mode.name,
        "key": mode.key,
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
    }
    return {**values, **changes}


def test_a_mode_costs_and_does_the_same_in_every_language(admin: Client, site: Cast) -> None:
    german = site.free.copy_for_translation(Locale.objects.create(language_code="de"))
    german.name = "Frei"
    german.save()
    admin.post(f"{MODES}edit/{site.free.pk}/", mode_form(site.free, key="open", name="Open"))
    german.refresh_from_db()
    assert (german.name, german.key, german.group_cpm, german.grace_seconds) == ("Frei", "open", 125, 20)


def test_a_key_that_another_mode_has_in_another_language_is_refused(admin: Client, site: Cast) -> None:
    german = Locale.objects.create(language_code="de")
    site.free.copy_for_translation(german).save()
    RoomMode.objects.create(key="abend", name="Abend", locale=german)
    response = admin.post(f"{MODES}edit/{site.free.pk}/", mode_form(site.free, key="abend"))
    assert "“Abend” has this key already" in str(response.context["form"].errors["key"])


def test_the_last_mode_that_can_be_chosen_stays_so(admin: Client, site: Cast) -> None:
    RoomMode.objects.exclude(pk=site.free.pk).update(active=False)
    response = admin.post(f"{MODES}edit/{site.free.pk}/", mode_form(site.free, active=""))
    assert "nobody can go live" in str(response.context["form"].errors["active"])


def test_places_below_one_are_refused(admin: Client, site: Cast) -> None:
    response = admin.post(f"{MODES}edit/{site.free.pk}/", mode_form(site.free, viewers_max="0"))
    assert "greater than or equal to 1" in str(response.context["form"].errors["viewers_max"])


def test_the_list_counts_the_shows_of_each_mode(admin: Client, site: Cast) -> None:
    site.live(site.ana, site.free)
    counts = {row.key: row.shows_count for row in admin.get(MODES).context["object_list"]}
    assert (counts["free"], counts["group"]) == (1, 0)


def test_an_import_is_tried_first_and_saved_second(admin: Client, site: Cast) -> None:
    text = "[Evening]\ncpm = 1.10\nvoyeur = 1\nparty = 1"
    form = {"text": text, "locale": site.free.locale_id, "grace_seconds": "30"}
    tried = admin.post(IMPORT, form).content.decode()
    assert "is added" in tried
    assert "party = 1" in tried
    assert not RoomMode.objects.filter(key="evening").exists()
    assert admin.post(IMPORT, {**form, "save": "1"}).url == MODES
    mode = RoomMode.objects.get(key="evening")
    assert (mode.group_cpm, mode.grace_seconds) == (110, 30)
    assert (mode.voyeur_enabled, mode.voyeur_cpm) == (True, 110)
    assert ModelLogEntry.objects.filter(action="ppv_plugin.mode.import").get().user.get_username() == "root"


def test_an_import_with_problems_names_every_line_and_saves_nothing(admin: Client, site: Cast) -> None:
    file = SimpleUploadedFile("modes.ini", b"[A]\ncpm=1.005\n[B]\ncmp=1")
    response = admin.post(IMPORT, {"file": file, "locale": site.free.locale_id, "save": "1"})
    assert response.status_code == 422
    assert [problem.line for problem in response.context["problems"]] == [2, 4]
    assert not RoomMode.objects.filter(key__in=["a", "b"]).exists()


def test_an_import_needs_a_file_or_a_text_and_the_right(admin: Client, site: Cast) -> None:
    assert "one of the two" in admin.post(IMPORT, {"locale": site.free.locale_id}).content.decode()
    assert member("Video chat finance").get(IMPORT).status_code == 302
    assert member("Video chat editors").get(IMPORT).status_code == 200
    assert reverse("ppv_import_modes") in admin.get(MODES).content.decode()
