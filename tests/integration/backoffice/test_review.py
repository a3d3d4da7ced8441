"""Staff approves, rejects and suspends in the admin, by permission, with a reason, in the log."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.models import ModelLogEntry

from ppv_plugin.models import Performer
from ppv_plugin.testing.cast import Cast

from .staff import member


@pytest.fixture
def url(worked: Cast) -> str:
    Performer.objects.filter(user=worked.ana).update(status="submitted")
    return f"/admin/ppv_performers/review/{worked.ana.ppv_performer.pk}/"


def status(cast: Cast) -> Any:
    return Performer.objects.get(user=cast.ana).status


def test_a_moderator_approves_and_the_log_says_so(worked: Cast, url: str) -> None:
    response = member("Video chat moderators").post(url, {"decision": "approve", "reason": ""}, follow=True)
    assert "Ana is approved" in response.content.decode()
    assert status(worked) == "approved"
    assert ModelLogEntry.objects.filter(action="ppv_plugin.role.approve").count() == 1


@pytest.mark.parametrize("decision", ["reject", "suspend"])
def test_a_refusal_needs_a_reason(worked: Cast, admin: Client, url: str, decision: str) -> None:
    assert "Say why." in admin.post(url, {"decision": decision, "reason": " "}).content.decode()
    assert status(worked) == "submitted"


def test_the_reason_stands_in_the_history_and_the_log(worked: Cast, admin: Client, url: str) -> None:
    page = admin.post(url, {"decision": "reject", "reason": "Picture missing"}, follow=True).content.decode()
    assert "Picture missing" in page
    assert "Submitted → Rejected" in page
    log = admin.get(f"/admin/ppv_performers/history/{worked.ana.ppv_performer.pk}/").content.decode()
    assert "Not approved: Picture missing" in log


def test_only_decisions_that_are_possible_are_offered(admin: Client, worked: Cast, url: str) -> None:
    Performer.objects.filter(user=worked.ana).update(status="approved")
    page = admin.get(url).content.decode()
    assert 'value="suspend"' in page
    assert 'value="reject"' not in page
    assert "Select a valid choice" in admin.post(url, {"decision": "reject", "reason": "x"}).content.decode()


@pytest.mark.parametrize("group", ["Video chat finance", "Video chat support"])
def test_others_do_not_decide(worked: Cast, url: str, group: str) -> None:
    client = member(group)
    client.post(url, {"decision": "approve", "reason": ""})
    assert status(worked) == "submitted"
    assert "ppv_performers/review/" not in client.get("/admin/ppv_performers/").content.decode()


@pytest.mark.parametrize("role", ["performer", "studio", "client"])
def test_every_role_has_its_review(worked: Cast, admin: Client, role: str) -> None:
    rows = admin.get(f"/admin/ppv_{role}s/")
    address = f"/admin/ppv_{role}s/review/{rows.context['object_list'][0].pk}/"
    assert address in rows.content.decode()
    assert admin.get(address).status_code == 200


def test_the_page_of_a_person_leads_to_the_review(admin: Client, worked: Cast, url: str) -> None:
    pk = worked.ana.ppv_performer.pk
    for page in ("edit", "inspect"):
        assert url in admin.get(f"/admin/ppv_performers/{page}/{pk}/").content.decode()
