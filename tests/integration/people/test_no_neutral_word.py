"""With words that no text of ours can know, no page has any other word for a role or a thing in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from wagtail.models import Site

from ppv_plugin.models import Label, LabelSettings
from ppv_plugin.people import letters
from scripts.gallery import story
from scripts.gallery.places import VISITOR, Place, places

WORDS = {
    "performer": ("zorp", "zorps", "a zorp"),
    "client": ("umpling", "umplings", "an umpling"),
    "studio": ("abode", "abodes", "an abode"),
    "room": ("blip", "blips", "a blip"),
    "show": ("ekko", "ekkos", "an ekko"),
    "token": ("glim", "glims", "a glim"),
}
NEUTRAL = re.compile(r"\b(performer|client|studio|room|show|token|broadcaster|viewer)s?\b", re.IGNORECASE)
WRONG_ARTICLE = re.compile(r"\b(a (umpling|abode|ekko)|an (zorp|blip|glim))", re.IGNORECASE)
# What a neutral word may stand in, and why.
ALLOWED = {
    "Wagtail's frame": {"Show keyboard shortcuts", "Add or show comments", "Show filters"},
    "the verb, not the noun": {
        "The listing shows a still picture while live.",
        "shows no picture.",
        "· show",
        "Show",
        "Text only: neither camera nor microphone is needed. Keep this page open, it shows that you are there.",
        "Show dots instead of the word",
        "glims: it ends by itself when the meter shows",
    },
    "a filter that Wagtail names after the column": {"Performer abode"},
    "design's tokens, not money": {
        "What the pages are made of. A site changes a token or an element once, and has it everywhere.",
        "Tokens",
        "Tokens, light",
        "Tokens, dark",
    },
    "what editors wrote": {
        "Studio",
        "Studio · Lantern",  # the title that the setup gave the page, and a mode's description
        "Everybody may watch and write; private shows on request.",
    },
}
APART = {
    "home",  # the demo's front page is one piece of editors' text
    "settings-label",  # here the neutral word says which word is meant
    "usage-room",  # Wagtail's index of references names the kinds of rows
}
SAID = ("aria-label", "title", "placeholder", "alt", "content", "data-ppv-summary")


class Text(HTMLParser):
    """What a page says: its text, and the attributes that are read aloud or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "code")
        if tag == "meta" and ("name", "description") not in attrs:
            return
        self.said += [value for name, value in attrs if name in SAID and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "code")

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.said.append(data)


def texts_of(page: str) -> Iterator[str]:
    reader = Text()
    reader.feed(page)
    return (" ".join(text.split()) for text in reader.said)


def left_in(page: str) -> list[str]:
    allowed = set().union(*ALLOWED.values())
    wrong = (text for text in texts_of(page) if NEUTRAL.search(text) or WRONG_ARTICLE.search(text))
    return [text for text in dict.fromkeys(wrong) if text not in allowed]


def renamed() -> None:
    row, _made = LabelSettings.objects.get_or_create(site=Site.objects.get(is_default_site=True))
    for term, (one, many, article) in WORDS.items():
        Label.objects.create(setting=row, term=term, singular=one, plural=many, indefinite=article)


@pytest.fixture
def keys(commits: None) -> dict[str, str]:
    """The demo after a month of work, in words that nobody has heard before."""
    call_command("seed_demo", stdout=StringIO())
    told = story.tell()
    renamed()
    return told


def visitor_of(place: Place) -> Client:
    browser = Client()
    if place.who != VISITOR:
        browser.force_login(get_user_model().objects.get(username=place.who))
    return browser


def test_no_page_says_another_word_than_the_sites(keys: dict[str, str]) -> None:
    found: list[Any] = []
    for place in places():
        if place.name in APART:
            continue
        answer = visitor_of(place).get(place.path.format_map(keys))
        assert answer.status_code == 200, (place, answer.status_code)
        found += [f"{place.name}: {text}" for text in left_in(answer.content.decode())]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("letter", ["activation", "approved", "known", "rejected", "suspended"])
@pytest.mark.django_db
def test_letters_say_the_sites_words(letter: str, mailoutbox: list[Any]) -> None:
    renamed()
    user = get_user_model().objects.create_user("eve", "eve@example.org", "eve")
    facts = {"role": "client", "name": "Eve", "reason": "because", "url": "https://example.org", "hours": 2}
    letters.send(letter=letter, user=user, site=Site.objects.get(is_default_site=True), language="", **facts)
    (sent,) = mailoutbox
    text = f"{sent.subject}\n{sent.body}"
    assert not NEUTRAL.search(text)
    assert not WRONG_ARTICLE.search(text)
    assert letter == "known" or "an umpling" in text
