"""Registering on the site's pages: with an account, without one, by the site's own sign-up, by a link in a letter."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client, override_settings

from ppv_plugin.models import Performer, RoleSettings, Room
from ppv_plugin.people import letters
from ppv_plugin.testing.cast import Cast

from .conftest import Browse

CLIENT, PERFORMER = "/register/", "/register-to-go-live/"
PASSWORD = "a harp in the rain"


def configure(cast: Cast, **values: Any) -> None:
    RoleSettings.objects.update_or_create(site=cast.site, defaults=values)


def account(name: str = "eve", **more: str) -> dict[str, str]:
    """Of the stock user model."""
    given = {
        "account-username": name,
        "account-email": f"{name}@people.example",
        "account-password1": PASSWORD,
        "account-password2": PASSWORD,
        "name": name.capitalize(),
    }
    return {**given, **more}


def user(name: str) -> Any:
    return get_user_model().objects.filter(username=name).first()


def link() -> str:
    found = re.search(r"https?://[^/]+(/ppv/activate/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def said(response: Any) -> str:
    return str(response.content.decode())


def test_a_visitor_gets_an_account_and_the_role_with_one_form(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(None)
    page = said(browser.get(PERFORMER))
    for label in ("Register as a broadcaster", "Username", "Email", "Password", "Your name, as others see it"):
        assert label in page
    response = browser.post(PERFORMER, account(about="I play the harp."), follow=True)
    assert "waits for approval" in said(response)
    performer = Performer.objects.get(user=user("eve"))
    assert (performer.name, performer.bio, performer.status) == ("Eve", "I play the harp.", "submitted")
    assert Room.objects.get(performer=performer).slug == "eve"
    assert "waits for approval" in said(browser.get("/studio/"))  # signed in


def test_an_account_that_is_there_takes_a_role_with_one_field(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(ppv_pages.di)
    assert "account-username" not in said(browser.get(PERFORMER))
    assert "Submitted" in said(browser.post(PERFORMER, {"name": "Di"}, follow=True))
    assert "You are a viewer here" in said(browser.post(CLIENT, {"name": "Di"}, follow=True))


def test_a_role_that_somebody_has_is_not_taken_twice(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(ppv_pages.ana)
    assert "You are a broadcaster here" in said(browser.post(PERFORMER, {"name": "Another"}, follow=True))
    assert Performer.objects.get(user=ppv_pages.ana).name == "Ana"


def test_a_closed_role_says_so_and_takes_nobody(ppv_pages: Cast, browse: Browse) -> None:
    configure(ppv_pages, performer_open=False)
    browser = browse(None)
    assert "Nobody can register here" in said(browser.get(PERFORMER))
    browser.post(PERFORMER, account())
    assert user("eve") is None


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"account-password1": "12345", "account-password2": "12345"}, "too short"),
        ({"account-password2": "another harp"}, "didn’t match"),
        ({"account-username": "ANA"}, "This is taken"),
        ({"account-username": ""}, "This field is required"),
        ({"account-email": "no address"}, "valid email address"),
        ({"name": ""}, "This field is required"),
    ],
)
@override_settings(
    AUTH_PASSWORD_VALIDATORS=[{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
)
def test_what_is_wrong_is_said_at_its_field(
    ppv_pages: Cast, browse: Browse, changes: dict[str, str], text: str
) -> None:
    response = browse(None).post(PERFORMER, account(**changes))
    assert text in said(response)
    assert user("eve") is None
    assert PASSWORD not in said(response)


def test_a_form_of_another_site_is_refused(ppv_pages: Cast) -> None:
    assert Client(enforce_csrf_checks=True).post(PERFORMER, account()).status_code == 403


@override_settings(PPV_PLUGIN={"SIGN_UPS_PER_HOUR": 2})
def test_too_many_tries_from_one_address_are_stopped(ppv_pages: Cast) -> None:
    for number in range(2):
        Client().post(CLIENT, account(f"eve{number}"))
    assert "too many tries" in said(Client().post(CLIENT, account("eve2")))
    assert user("eve1") is not None
    assert user("eve2") is None


@override_settings(PPV_PLUGIN={"SIGNUP_URL": "/accounts/signup/"})
def test_a_site_with_its_own_sign_up_is_used(ppv_pages: Cast, browse: Browse) -> None:
    page = said(browse(None).get(PERFORMER))
    assert f'href="/accounts/signup/?next={PERFORMER}"' in page.replace("%2F", "/")
    browse(None).post(PERFORMER, account())
    assert user("eve") is None


# --- by e-mail


@pytest.fixture
def by_mail(ppv_pages: Cast) -> Cast:
    configure(ppv_pages, client_email=True, performer_email=True)
    return ppv_pages


def test_an_account_sleeps_until_its_address_is_confirmed(by_mail: Cast, browse: Browse) -> None:
    browser = browse(None)
    assert "Look into your mail" in said(browser.post(CLIENT, account(), follow=True))
    assert user("eve").is_active is False
    assert "Yes, this is my address" in said(browser.get(link()))
    assert user("eve").is_active is False  # opening it is not enough
    assert "Your address is confirmed" in said(browser.post(link()))
    assert user("eve").is_active is True
    assert user("eve").ppv_client.status == "approved"


def test_a_link_may_be_used_again(by_mail: Cast, browse: Browse) -> None:
    browse(None).post(PERFORMER, account())
    for _time in range(2):
        assert "Your address is confirmed" in said(browse(None).post(link()))
    assert user("eve").ppv_performer.status == "submitted"


def test_a_link_ends_after_its_hours(by_mail: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    browse(None).post(CLIENT, account())
    later = time.time() + 73 * 3600
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    response = browse(None).post(link())
    assert response.status_code == 404
    assert "does not work any more" in said(response)
    assert user("eve").is_active is False


def test_a_changed_link_confirms_nothing(by_mail: Cast, browse: Browse) -> None:
    browse(None).post(CLIENT, account())
    assert browse(None).post(link()[:-3] + "xx/").status_code == 404
    assert user("eve").ppv_client.status == "draft"


def test_whoever_staff_locked_out_stays_out(by_mail: Cast, browse: Browse) -> None:
    browse(None).post(CLIENT, account())
    first = link()
    browse(None).post(first)
    get_user_model().objects.filter(username="eve").update(is_active=False)
    browse(None).post(first)
    assert user("eve").is_active is False


def test_nobody_learns_whether_an_address_is_known(by_mail: Cast, browse: Browse) -> None:
    by_mail.cy.email = "Cy@people.example"
    by_mail.cy.save()
    new = browse(None).post(CLIENT, account(), follow=True)
    known = browse(None).post(CLIENT, account("mallory", **{"account-email": "cy@people.example"}), follow=True)

    def body(response: Any) -> str:
        return re.sub(r'nonce[^ >]*|value="\w{64}"', "", said(response))

    assert body(known) == body(new)
    assert user("mallory") is None
    assert [message.to for message in mail.outbox] == [["eve@people.example"], ["Cy@people.example"]]
    assert "You have an account" in mail.outbox[1].subject


def test_signing_up_again_sends_the_link_again(by_mail: Cast, browse: Browse) -> None:
    browse(None).post(CLIENT, account())
    browse(None).post(CLIENT, account("eve2", **{"account-email": "eve@people.example"}))
    assert [message.to for message in mail.outbox] == [["eve@people.example"]] * 2
    assert "Your address is confirmed" in said(browse(None).post(link()))
    assert user("eve").is_active is True


def test_an_account_without_an_address_is_asked_for_one(by_mail: Cast, browse: Browse) -> None:
    browser = browse(by_mail.di)
    assert 'name="email"' in said(browser.get(PERFORMER))
    page = said(browser.post(PERFORMER, {"name": "Di", "email": "di@people.example"}, follow=True))
    assert "confirm your e-mail address" in page
    assert "A new link is on its way" in said(browser.post(PERFORMER, {"again": "1"}, follow=True))
    assert [message.to for message in mail.outbox] == [["di@people.example"]] * 2


def test_letters_to_one_person_are_few(by_mail: Cast, browse: Browse) -> None:
    browser = browse(by_mail.di)
    browser.post(PERFORMER, {"name": "Di", "email": "di@people.example"})
    for _time in range(9):
        browser.post(PERFORMER, {"again": "1"})
    assert len(mail.outbox) == 6  # the first, and five an hour


def test_the_link_names_the_sites_own_address_whatever_the_request_claims(by_mail: Cast) -> None:
    with override_settings(ALLOWED_HOSTS=["*"]):
        Client().post(CLIENT, account(), headers={"host": "evil.example"})
    assert "evil.example" not in str(mail.outbox[-1].body)


# --- what somebody is told


def test_a_rejection_is_told_with_its_reason_and_may_be_mended(ppv_pages: Cast, browse: Browse) -> None:
    from ppv_plugin.people import services

    browser = browse(ppv_pages.di)
    browser.post(PERFORMER, {"name": "Di"})
    services.decide(
        role="performer",
        subject=ppv_pages.di.ppv_performer.uuid,
        decision="reject",
        reason="Please write who you are.",
        actor=ppv_pages.eos.owner,
        now=ppv_pages.now,
    )
    for address in ("/studio/", PERFORMER):
        assert "Please write who you are." in said(browser.get(address))
    browser.post(PERFORMER, {"name": "Di", "about": "A harpist."})
    assert Performer.objects.get(user=ppv_pages.di).status == "submitted"


def test_who_may_go_live_meanwhile_has_a_console_and_a_notice(ppv_pages: Cast, browse: Browse) -> None:
    configure(ppv_pages, unapproved_live="submitted")
    Performer.objects.filter(user=ppv_pages.ana).update(status="submitted")
    page = said(browse(ppv_pages.ana).get("/studio/"))
    assert "<ppv-console" in page
    assert "You can go live meanwhile" in page


def test_the_dashboard_leads_others_to_the_registration(ppv_pages: Cast, browse: Browse) -> None:
    assert f'href="{PERFORMER}"' in said(browse(ppv_pages.cy).get("/studio/"))


def test_a_user_model_without_an_address_gets_no_letter(ppv_pages: Cast) -> None:
    assert letters.address_of(ppv_pages.ana) == ""
