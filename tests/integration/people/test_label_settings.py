"""Editors type their own words in the admin: each once per language, in languages that the site has."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import Site
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from ppv_plugin.models import LabelSettings

pytestmark = pytest.mark.django_db

WORD = {"term": "performer", "language": "", "singular": "tutor", "plural": "tutors", "indefinite": "a tutor"}


@pytest.fixture
def admin() -> Client:
    model = get_user_model()
    client = Client()
    client.force_login(model.objects.create_superuser(**{model.USERNAME_FIELD: "root"}, password="root"))
    return client


def save(admin: Client, *words: dict[str, Any]) -> Any:
    url = f"/admin/settings/ppv_plugin/labelsettings/{Site.objects.get(is_default_site=True).pk}/"
    form = nested_form_data({"preset": "teacher", "labels": inline_formset(list(words))})
    return admin.post(url, form)


def test_words_are_typed_below_the_preset(admin: Client) -> None:
    assert save(admin, WORD, {**WORD, "language": "DE", "singular": "Lehrkraft"}).status_code == 302
    row = LabelSettings.objects.get()
    assert row.preset == "teacher"
    assert list(row.labels.order_by("sort_order").values_list("language", "term", "singular")) == [
        ("", "performer", "tutor"),
        ("de", "performer", "Lehrkraft"),
    ]


def test_the_same_word_twice_in_a_language_is_refused(admin: Client) -> None:
    response = save(admin, WORD, {**WORD, "singular": "coach"})
    assert response.status_code == 200
    assert "another word for the same thing in the same language" in response.content.decode()
    assert not LabelSettings.objects.get().labels.exists()


def test_a_language_the_site_does_not_have_is_refused(admin: Client) -> None:
    response = save(admin, {**WORD, "language": "tlh"})
    assert "The site has no such language" in response.content.decode()


def test_a_word_without_its_plural_is_refused(admin: Client) -> None:
    assert save(admin, {**WORD, "plural": ""}).status_code == 200
    assert not LabelSettings.objects.get().labels.exists()


def test_the_page_explains_itself(admin: Client) -> None:
    page = admin.get("/admin/settings/ppv_plugin/labelsettings/", follow=True).content.decode()
    for said in ("They change as soon as you save", "As in “a teacher”", "Words of your own", "Teacher / student"):
        assert said in page


def test_the_roles_page_is_headed_by_the_sites_words(admin: Client) -> None:
    save(admin, WORD)
    page = admin.get("/admin/settings/ppv_plugin/rolesettings/", follow=True).content.decode()
    for said in ("Tutors", "Students", "Schools", "Get a classroom of their own", "Nobody before approval"):
        assert said in page
