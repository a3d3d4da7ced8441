"""Tips in the admin: options and goals are edited, a free amount has none, files that are none are refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ppv_plugin.models import Goal, TipOption
from ppv_plugin.testing.cast import Cast


def sent(**values: Any) -> dict[str, Any]:
    return {"name": "Lily", "key": "lily", "amount": "5", "emoji": "🌹", "colour": "rose", "active": "on", **values}


def adding() -> str:
    return reverse("wagtailsnippets_ppv_plugin_tipoption:add")


def test_an_option_is_added_in_tokens_and_kept_in_hundredths(admin: Client) -> None:
    admin.post(adding(), sent())
    assert TipOption.objects.get(key="lily").amount == 500


def test_an_empty_amount_means_that_the_giver_chooses(admin: Client) -> None:
    admin.post(adding(), sent(amount=""))
    assert TipOption.objects.get(key="lily").amount is None


@pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
def test_an_amount_is_more_than_nothing(admin: Client, amount: str) -> None:
    assert admin.post(adding(), sent(amount=amount)).status_code == 200
    assert not TipOption.objects.filter(key="lily").exists()


@pytest.mark.parametrize(
    ("field", "name", "content"),
    [("picture", "a.svg", b"<svg/>"), ("sound", "a.html", b"<p>"), ("sound", "a.mp3", b"x" * 600_000)],
)
def test_a_file_of_another_kind_or_too_large_is_refused(admin: Client, field: str, name: str, content: bytes) -> None:
    answer = admin.post(adding(), sent(**{field: SimpleUploadedFile(name, content)}))
    assert answer.status_code == 200
    assert not TipOption.objects.filter(key="lily").exists()


def test_both_lists_open_and_a_goal_is_edited(admin: Client, cast: Cast) -> None:
    goal = Goal.objects.create(room=cast.ana_room, title="A song", amount=500, filled=100)
    assert "Rose" in admin.get(reverse("wagtailsnippets_ppv_plugin_tipoption:list")).text
    assert "A song" in admin.get(reverse("ppv_goals:index")).text
    edited = {"room": cast.ana_room.pk, "title": "Two songs", "amount": "10", "sort_order": "0"}
    admin.post(reverse("ppv_goals:edit", args=[goal.pk]), edited)
    goal.refresh_from_db()
    assert (goal.title, goal.amount, goal.filled) == ("Two songs", 1000, 100)


def test_a_goal_never_asks_for_less_than_is_in_it(admin: Client, cast: Cast) -> None:
    goal = Goal.objects.create(room=cast.ana_room, title="A song", amount=500, filled=300)
    edited = {"room": cast.ana_room.pk, "title": "A song", "amount": "2", "sort_order": "0"}
    answer = admin.post(reverse("ppv_goals:edit", args=[goal.pk]), edited)
    assert answer.status_code == 200
    goal.refresh_from_db()
    assert goal.amount == 500
