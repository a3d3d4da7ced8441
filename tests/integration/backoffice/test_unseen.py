"""Who watched unseen: in no list of the admin; shown for a reason to those who may know, and logged."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from ppv_plugin.testing.cast import Cast

from ..shows.inside import leave, seen_mode, voyeur


@pytest.fixture
def session_id(cast: Cast) -> Any:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, seen_mode(cast))
    visit = voyeur(cast, cast.cy)
    cast.pass_time(120)
    leave(cast, cast.cy)
    return visit.session_id


def staff(*permissions: str) -> Client:
    user = get_user_model().objects.create_user(username="mo", password="mo")
    wanted = ("access_admin", "view_meteredsession", *permissions)
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client = Client()
    client.force_login(user)
    return client


def test_lists_pages_and_receipts_name_nobody(cast: Cast, session_id: Any) -> None:
    mo = staff("view_entry")
    pages = (
        reverse("ppv_sessions:index"),
        reverse("ppv_sessions:inspect", args=[session_id]),
        reverse("ppv_ledger:index"),
        reverse("ppv:receipt", args=[session_id]),
    )
    for page in pages:
        text = mo.get(page).content.decode()
        assert "client_user" not in text
        assert "wallet of a client: cy" not in text.lower(), page
        assert ">cy<" not in text


def test_it_is_shown_with_a_reason_and_logged(cast: Cast, session_id: Any) -> None:
    mo = staff("see_voyeur")
    page = reverse("ppv_sessions:voyeur", args=[session_id])
    assert page in mo.get(reverse("ppv_sessions:inspect", args=[session_id])).content.decode()
    assert ">cy<" not in mo.get(page).content.decode()
    assert ">cy<" not in mo.post(page, {"reason": ""}).content.decode()
    assert not ModelLogEntry.objects.filter(action="ppv_plugin.voyeur.see").exists()
    assert ">cy<" in mo.post(page, {"reason": "A complaint"}).content.decode()
    entry = ModelLogEntry.objects.get(action="ppv_plugin.voyeur.see")
    assert (entry.object_id, entry.data["reason"]) == (str(session_id), "A complaint")


def test_without_the_permission_there_is_neither_page_nor_way(cast: Cast, session_id: Any) -> None:
    mo = staff()
    page = reverse("ppv_sessions:voyeur", args=[session_id])
    assert page not in mo.get(reverse("ppv_sessions:inspect", args=[session_id])).content.decode()
    assert mo.post(page, {"reason": "curious"}).status_code in (302, 403)
    assert not ModelLogEntry.objects.filter(action="ppv_plugin.voyeur.see").exists()
