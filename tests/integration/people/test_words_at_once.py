"""Relabelling shows everywhere with the next request, on every process, and in no migration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override
from wagtail.models import Page, Site

from ppv_plugin import wording
from ppv_plugin.models import Label, LabelSettings, Performer, Room
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def site(cast: Cast) -> Cast:
    call_command("ppv_setup", stdout=StringIO())
    return cast


@pytest.fixture
def admin(site: Cast) -> Client:
    user = get_user_model().objects.create_superuser(**{get_user_model().USERNAME_FIELD: "root"}, password="root")
    client = Client()
    client.force_login(user)
    return client


def call(site: Site, term: str, one: str, many: str, article: str = "", language: str = "") -> None:
    """As another process would: nothing in this one hears of it."""
    row, _made = LabelSettings.objects.get_or_create(site=site)
    Label.objects.update_or_create(
        setting=row,
        language=language,
        term=term,
        defaults={"singular": one, "plural": many, "indefinite": article},
    )


@contextmanager
def request(**told: Any) -> Iterator[None]:
    """What Django's signals say around a web request, without closing the test's database."""
    wording._begin(**(told or {"environ": {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}}))
    try:
        yield
    finally:
        wording._end()


def text(client: Client, url: str, **headers: Any) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, url
    return response.content.decode()


@pytest.mark.parametrize(
    ("url", "before", "after"),
    [
        ("/admin/", "Broadcasters", "Tutors"),  # the menu
        ("/admin/ppv_performers/", "<title>\n        Broadcasters", "<title>\n        Tutors"),
        ("/admin/ppv_performers/", "Add broadcaster", "Add tutor"),
        ("/admin/ppv_performers/new/", "Broadcasters", "Tutors"),
        ("/admin/ppv_rooms/", "Broadcaster", "Tutor"),  # a column
        ("/admin/ppv_sessions/", "Broadcaster", "Tutor"),
        ("/studio/", "You are not a broadcaster here", "You are not a tutor here"),
        ("/register-to-go-live/", "Register as a broadcaster", "Register as a tutor"),
    ],
)
def test_a_new_word_is_there_with_the_next_request(
    site: Cast, admin: Client, url: str, before: str, after: str
) -> None:
    assert "".join(before.split()) in "".join(text(admin, url).split())
    call(site.site, "performer", "tutor", "tutors", "a tutor")
    page = "".join(text(admin, url).split())
    assert "".join(after.split()) in page
    where = page.find("".join(before.split()))
    assert where == -1, page[max(where - 200, 0) : where + 100]


def test_a_preset_renames_everything_at_once(site: Cast, admin: Client) -> None:
    LabelSettings.objects.filter(site=site.site).update(preset="therapist")
    menu = text(admin, "/admin/")
    for word in ("Therapists", "Patients", "Practices", "Offices"):
        assert word in menu
    assert "Offices" in text(admin, "/admin/ppv_rooms/")


def test_each_site_has_its_own_words(site: Cast, admin: Client) -> None:
    other = Site.objects.create(hostname="other.example", root_page=Page.objects.get(depth=2))
    call(other, "performer", "tutor", "tutors")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.ALLOWED_HOSTS", ["*"])
        assert "Tutors" in admin.get("/admin/ppv_performers/", headers={"host": "other.example"}).content.decode()
    assert "Broadcasters" in text(admin, "/admin/ppv_performers/")


@pytest.mark.parametrize(
    ("language", "word"), [("en", "a tutor"), ("de", "eine Lehrkraft"), ("ar", "معلّم"), ("de-at", "eine Lehrkraft")]
)
def test_each_language_has_its_own_words(site: Cast, language: str, word: str) -> None:
    call(site.site, "performer", "tutor", "tutors", "a tutor")
    call(site.site, "performer", "Lehrkraft", "Lehrkräfte", "eine Lehrkraft", language="de")
    call(site.site, "performer", "معلّم", "معلّمون", "معلّم", language="ar")
    browser = Client()
    browser.force_login(site.cy)
    page = browser.get("/studio/", headers={"accept-language": language}).content.decode()
    assert word in page


def test_reasons_in_the_admin_use_the_words(site: Cast) -> None:
    from ppv_plugin.metering.models import MeteredSession

    call(site.site, "client", "guest", "guests")
    with request():
        assert str(MeteredSession.EndReason.CLIENT.label) == "ended by the guest"
    assert str(MeteredSession.EndReason.CLIENT.label) == "ended by the client"


def test_names_of_models_stay_neutral_without_a_request_so_no_migration_is_made(site: Cast) -> None:
    LabelSettings.objects.filter(site=site.site).update(preset="teacher")
    assert str(Performer._meta.verbose_name) == "performer"
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_relabelling_changes_no_user_and_no_room(site: Cast) -> None:
    before = (list(Performer.objects.values()), list(Room.objects.values()))
    LabelSettings.objects.filter(site=site.site).update(preset="teacher")
    call(site.site, "room", "venue", "venues")
    assert (list(Performer.objects.values()), list(Room.objects.values())) == before


def test_a_request_reads_the_words_once(site: Cast, django_assert_num_queries: Any) -> None:
    with request(), override("en"), django_assert_num_queries(2):  # the site, and its words
        for term in ("performer", "client", "room", "performer"):
            assert str(wording.named(term, plural=True))


def test_what_outlives_its_request_remembers_nothing(site: Cast) -> None:
    with request():
        assert str(wording.named("performer")) == "broadcaster"
        running = wording._running()
    assert running is not None
    wording._active.request = running  # as in a task that the request had started
    call(site.site, "performer", "tutor", "tutors")
    assert str(wording.named("performer")) == "performer"


def test_an_asgi_request_finds_its_site_too(site: Cast) -> None:
    call(site.site, "performer", "tutor", "tutors")
    scope = {"type": "http", "server": ("localhost", 80), "headers": [(b"host", b"localhost")]}
    with request(scope=scope):
        assert str(wording.named("performer", cap=True)) == "Tutor"
