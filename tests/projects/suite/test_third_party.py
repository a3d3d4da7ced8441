"""An app of somebody else's, put into INSTALLED_APPS and nothing more, does all that it can from outside.

The last file of the suite: it charges people, and leaves a session running for the day the app goes (`unplugged.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from photographs import browser, path_of

from ppv_plugin.errors import NotAllowed
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.models import PricingSettings, RoomMode
from ppv_plugin.pages.addresses import page_types
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

pytestmark = pytest.mark.skipif(not apps.is_installed("encore"), reason="this site has no such app")
LABEL, TEXT = "Every third minute free", "every third minute is free"


@pytest.fixture(scope="module")
def priced(cast: Cast) -> Cast:
    PricingSettings.objects.filter(site=cast.site).update(rule="encore.third_free", grace_window_minutes=0)
    cast.fund(cast.di, 10_000)
    return cast


def page(cast: Cast, user: Any, kind: str) -> str:
    client = browser(cast.site)
    client.force_login(user)
    return client.get(path_of(page_types(kind)[0].objects.in_site(cast.site).get())).content.decode()


def filled_in(text: str) -> dict[str, str]:
    """What a browser would send of the page's forms, as they stand."""
    found = {}
    for field in BeautifulSoup(text, "html.parser").select("form input[name], form textarea[name], form select[name]"):
        name, kind = str(field["name"]), field.get("type")
        if field.name == "select":
            chosen = field.select_one("option[selected]")
            found[name] = str(chosen["value"]) if chosen is not None else ""
        elif field.name == "textarea":
            found[name] = field.get_text().strip()
        elif kind not in ("checkbox", "radio", "submit") or field.has_attr("checked"):
            found[name] = str(field.get("value", "on" if kind == "checkbox" else ""))
    return found


def test_editors_can_choose_its_billing_rule(admin: Client, cast: Cast) -> None:
    url = reverse("wagtailsettings:edit", args=["ppv_plugin", "pricingsettings", cast.site.pk])
    assert LABEL in admin.get(url).content.decode()
    assert LABEL in admin.get(reverse("wagtailsnippets_ppv_plugin_roommode:add")).content.decode()


def test_the_preview_shows_what_the_rule_charges(admin: Client, cast: Cast) -> None:
    form = {
        "private_cpm": "2.00", "private_audio_cpm": "1.00", "private_text_cpm": "0.50",
            "cpm_min": "0.10", "cpm_max": "5.00", "rule": "encore.third_free",
        "grace_seconds": "10", "minutes_to_start": "5", "reserve_minutes": "0", "performer_share_bp": "8000",
    }  # fmt: skip
    answer = admin.post(reverse("ppv_preview_prices", args=[cast.site.pk]), form)
    text = " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())
    assert TEXT in text
    assert "3 min 10 s 4.00" in text
    assert "5 min 10 s 8.00" in text  # five minutes after grace, one of them free


def test_a_session_is_charged_by_the_rule(priced: Cast) -> None:
    show = priced.private(priced.di)
    priced.pass_time(310, meter=Meter())
    shows.end_private(user=priced.di, private_id=show.id, now=priced.now)
    receipt = priced.receipt(show.session_id)
    assert (receipt.total, receipt.rule_text) == (800, TEXT)  # five minutes after grace, one of them free
    assert priced.balance(priced.di) == 10_000 - 800
    assert "8.00" in page(priced, priced.di, "wallet")


def test_a_mode_says_whom_it_is_for_and_a_veto_reads_it(admin: Client, priced: Cast) -> None:
    url = reverse("wagtailsnippets_ppv_plugin_roommode:edit", args=[priced.group.pk])
    assert "Members only" in admin.get(url).content.decode()
    form = filled_in(admin.get(url).content.decode()) | {"feature_encore_members": "on"}
    assert admin.post(url, form).status_code == 302
    priced.group.refresh_from_db()
    assert priced.group.features == {"encore_members": True}
    priced.live(priced.bo, priced.group)
    with pytest.raises(NotAllowed, match="for members"):
        priced.visit(priced.di)
    priced.visit(priced.cy)
    shows.leave_group(user=priced.cy, room_id=priced.bo_room.pk, now=priced.now)


def test_an_import_knows_its_setting(priced: Cast, tmp_path: Path) -> None:
    text = tmp_path / "modes.ini"
    text.write_text("[Late evening]\ncpm = 2.50\nmembers_only = 1\n")
    call_command("ppv_import_modes", str(text))
    assert RoomMode.objects.get(name="Late evening").features == {"encore_members": True}


def test_a_purchase_above_its_bound_is_refused_in_its_words(priced: Cast) -> None:
    client = browser(priced.site)
    client.force_login(priced.di)
    with override_settings(PPV_PLUGIN={**settings.PPV_PLUGIN, "TEST_PAYMENTS": True}):
        answer = client.post(reverse("ppv:top_up"), {"amount": "", "own": "501", "key": uuid4().hex})
    assert answer.status_code == 400
    assert "Not more than 500 at once" in answer.content.decode()


@pytest.mark.parametrize(("who", "kind"), [("di", "wallet"), ("ana", "dashboard")])
def test_its_panel_stands_on_the_page(priced: Cast, who: str, kind: str) -> None:
    text = page(priced, getattr(priced, who), kind)
    assert "From Encore" in text
    assert "can be spent" in text


def test_its_block_shows_who_is_live(priced: Cast) -> None:
    from encore.blocks import TonightBlock

    block = TonightBlock()
    text = block.render(block.to_python({"heading": "Tonight"}))
    assert priced.ana_room.title.replace("'", "&#x27;") in text
    assert f"from 0.20 a minute: {TEXT}" in text


def test_somebody_is_in_a_show_when_the_app_goes(priced: Cast) -> None:
    priced.private(priced.di)
    priced.pass_time(60, meter=Meter())
    assert MeteredSession.objects.filter(state="open", own_rule=True).count() == 1
