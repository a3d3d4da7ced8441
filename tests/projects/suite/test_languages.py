"""A site in several languages: each has its own listing, and reads in its own direction."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core.management import call_command
from photographs import browser, path_of
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.models import Locale, Site

from ppv_plugin.pages.addresses import page_types
from ppv_plugin.testing.cast import Cast

pytestmark = pytest.mark.skipif(
    not getattr(settings, "WAGTAIL_I18N_ENABLED", False), reason="this site has one language"
)


@pytest.fixture(scope="module")
def translated(cast: Cast) -> dict[str, dict[str, str]]:
    """As Translate this page does. Language -> kind of page -> its path."""
    found: dict[str, dict[str, str]] = {"en": {}, "de": {}, "ar": {}}
    for kind in ("listing", "dashboard", "wallet"):
        page = page_types(kind)[0].objects.in_site(cast.site).get()
        found["en"][kind] = path_of(page)
        for code in ("de", "ar"):
            copy = CopyPageForTranslationAction(page, Locale.objects.get(language_code=code)).execute(
                skip_permission_checks=True
            )
            copy.save_revision().publish()
            found[code][kind] = path_of(copy)
    return found


@pytest.mark.parametrize(("code", "direction"), [("en", "ltr"), ("de", "ltr"), ("ar", "rtl")])
def test_the_listing_reads_in_its_language(translated: dict, cast: Cast, code: str, direction: str) -> None:
    path = translated[code]["listing"]
    assert path.startswith(f"/{code}/")
    text = browser(cast.site).get(path).content.decode()
    assert f'<html lang="{code}" dir="{direction}">' in text
    assert cast.ana_room.title.replace("'", "&#x27;") in text


@pytest.mark.parametrize("code", ["de", "ar"])
def test_links_stay_in_the_language(translated: dict, cast: Cast, code: str) -> None:
    client = browser(cast.site)
    client.force_login(cast.cy)
    room = client.get(f"{translated[code]['listing']}{cast.ana_room.slug}/")
    assert room.status_code == 200
    assert translated[code]["wallet"] in room.content.decode()
    assert translated["en"]["wallet"] not in room.content.decode()


TEXTS = {
    "de": {
        "listing": "Sortieren nach",
        "room": "Berechnet wird nur die Zeit, in der Ton und Bild bei Ihnen ankommen.",
        "wallet": "Limits setzen, Pause machen",
        "dashboard": "Sie sind hier nicht als Streamer registriert",
    },
    "ar": {
        "listing": "ترتيب حسب",
        "room": "لا يُحتسب إلا الوقت الذي يصلك فيه الصوت والصورة.",
        "wallet": "ضع حدودًا، خذ استراحة",
        "dashboard": "لست مسجّلًا هنا بصفة مذيع",
    },
}


@pytest.mark.parametrize("kind", ["listing", "room", "wallet", "dashboard"])
@pytest.mark.parametrize("code", ["de", "ar"])
def test_pages_speak_their_language_and_its_role_words(translated: dict, cast: Cast, code: str, kind: str) -> None:
    client = browser(cast.site)
    client.force_login(cast.cy)
    path = f"{translated[code]['listing']}{cast.ana_room.slug}/" if kind == "room" else translated[code][kind]
    text = client.get(path).content.decode()
    assert TEXTS[code][kind] in text
    assert "{%" not in text


@pytest.mark.parametrize(
    ("code", "amount"), [("en", r"\d\.\d\d&nbsp;tokens"), ("de", r"\d,\d\d&nbsp;Token"), ("ar", r"\d\.\d\d&nbsp;توكن")]
)
def test_amounts_are_written_as_in_the_language(translated: dict, cast: Cast, code: str, amount: str) -> None:
    client = browser(cast.site)
    client.force_login(cast.cy)
    assert re.search(amount, client.get(translated[code]["wallet"]).content.decode())


def test_a_site_without_translations_links_to_the_page_it_has(translated: dict, cast: Cast) -> None:
    second = Site.objects.exclude(pk=cast.site.pk).get()
    listing = page_types("listing")[0].objects.in_site(second).get()
    assert browser(second).get(path_of(listing)).status_code == 200


def test_setup_knows_its_translated_pages(translated: dict, capsys: pytest.CaptureFixture) -> None:
    call_command("ppv_setup")
    assert "added" not in capsys.readouterr().out
