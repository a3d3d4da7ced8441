"""A site's own feature of room modes: in the form, in imports, frozen in the show, read by vetoes and templates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django import forms
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from wagtail import hooks as wagtail_hooks
from wagtail.models import Locale

from ppv_plugin import api
from ppv_plugin.errors import NotAllowed
from ppv_plugin.hooks import ModeFeature
from ppv_plugin.models import RoomMode
from ppv_plugin.rooms.importing import import_modes
from ppv_plugin.rooms.ini import read_modes
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast


def age_field() -> forms.Field:
    return forms.IntegerField(label="Lowest age", min_value=0, max_value=99, required=False, help_text="In years.")


FEATURE = ModeFeature(key="test_age", field=age_field, default=0, imported_as="lowest_age")


@pytest.fixture
def feature() -> Iterator[list[ModeFeature]]:
    there = [FEATURE]
    with wagtail_hooks.register_temporarily("ppv_mode_features", lambda: there):
        yield there


@pytest.fixture
def admin(client: Client, cast: Cast) -> Client:
    client.force_login(get_user_model().objects.create_superuser("root", password="root"))
    return client


def edit_url(mode: RoomMode) -> str:
    return reverse("wagtailsnippets_ppv_plugin_roommode:edit", args=[mode.pk])


def filled(mode: RoomMode, **changes: str) -> dict[str, str]:
    return {
        "name": mode.name, "key": mode.key, "group_cpm": "1.50", "grace_seconds": "10", "rule": "", "active": "on",
        "snapshot_seconds": "15", "description": "", "viewers_max": "", "voyeur_cpm": "0.25", "two_way_slots": "0",
        "two_way_cpm": "0.50", "kind": "video", "requests_enabled": "on", "private_video": "on", **changes,
    }  # fmt: skip


def test_the_form_of_a_mode_has_its_field_once(feature: Any, admin: Client, cast: Cast) -> None:
    page = admin.get(edit_url(cast.group)).content.decode()
    assert "Lowest age" in page
    assert page.count('name="feature_test_age"') == 1


def test_what_editors_choose_is_kept_with_the_mode(feature: Any, admin: Client, cast: Cast) -> None:
    RoomMode.objects.filter(pk=cast.group.pk).update(features={"gone": True})
    answer = admin.post(edit_url(cast.group), filled(cast.group, feature_test_age="18"))
    assert answer.status_code == 302
    cast.group.refresh_from_db()
    assert cast.group.features["test_age"] == 18
    assert cast.group.features["gone"] is True  # the app may come back
    assert 'value="18"' in admin.get(edit_url(cast.group)).content.decode()


def test_what_is_out_of_bounds_is_refused(feature: Any, admin: Client, cast: Cast) -> None:
    answer = admin.post(edit_url(cast.group), filled(cast.group, feature_test_age="100"))
    assert "less than or equal to 99" in answer.content.decode()
    cast.group.refresh_from_db()
    assert cast.group.features == {}


def test_the_show_keeps_what_the_mode_said(feature: Any, cast: Cast) -> None:
    RoomMode.objects.filter(pk=cast.group.pk).update(features={"test_age": 18})
    assert api.features(room=cast.bo_room) == {}
    cast.live(cast.bo, cast.group)
    RoomMode.objects.update(features={"test_age": 21})
    assert api.features(room=cast.bo_room)["test_age"] == 18


def test_a_veto_reads_it(feature: Any, cast: Cast) -> None:
    RoomMode.objects.filter(pk=cast.group.pk).update(features={"test_age": 18})
    cast.fund(cast.di, 10_000)
    asked = []

    def too_young(user: Any, features: Any) -> str | None:
        asked.append(features["test_age"])
        return "Come back later." if features["test_age"] else None

    cast.live(cast.bo, cast.group)
    with (
        wagtail_hooks.register_temporarily("ppv_veto_group_entry", too_young),
        pytest.raises(NotAllowed, match="Come back"),
    ):
        shows.enter_group(user=cast.di, room_id=cast.bo_room.pk, cid=uuid4().hex, cpm=150, now=cast.now)
    assert asked == [18]


def test_going_live_is_asked_with_what_the_chosen_mode_says(feature: Any, cast: Cast) -> None:
    asked = []
    with wagtail_hooks.register_temporarily("ppv_veto_go_live", lambda features: asked.append(features["test_age"])):
        cast.live(cast.ana, cast.free)
    assert asked == [0]


def read(line: str) -> Any:
    return read_modes(f"[Late]\ncpm = 2.00\n{line}\n")


def test_imports_may_set_it(feature: Any, cast: Cast) -> None:
    for line in ("lowest_age = 18", "LOWEST_AGE=18 ; years"):
        assert read(line).modes[0].values["features"] == {"test_age": 18}
    import_modes(found=read("lowest_age = 18"), locale=Locale.get_default())
    late = RoomMode.objects.get(key="late")
    assert late.features == {"test_age": 18}
    RoomMode.objects.filter(pk=late.pk).update(features={"test_age": 18, "other": 1})
    (same,) = import_modes(found=read("lowest_age = 18"), locale=Locale.get_default()).modes
    assert same.outcome == "same"
    import_modes(found=read("lowest_age = 21"), locale=Locale.get_default(), update=True)
    late.refresh_from_db()
    assert late.features == {"test_age": 21, "other": 1}


def test_an_import_names_a_value_that_cannot_be_meant(feature: Any) -> None:
    (problem,) = read("lowest_age = old").problems
    assert (problem.line, problem.text) == (3, "lowest_age = old: Enter a whole number.")


def test_without_its_app_the_setting_is_unknown() -> None:
    (problem,) = read("lowest_age = 18").problems
    assert "lowest_age is no setting" in problem.text
