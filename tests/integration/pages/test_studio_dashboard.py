"""The studio dashboard as its owner uses it: what it shows, what it lets be done, and to whom it shows nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ppv_plugin.ledger.queries import balance_of
from ppv_plugin.models import Performer, RoleSettings, Room, StudioInvitation
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.studios import services as studios
from ppv_plugin.studios.letters import link
from ppv_plugin.testing.cast import Cast

from .conftest import Browse

PASSWORD = "a long enough secret"


@pytest.fixture
def owner(ppv_pages: Cast, browse: Browse) -> Client:
    return browse(ppv_pages.eos.owner)


def bo(cast: Cast) -> Performer:
    return Performer.objects.get(user=cast.bo)


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/team/{query}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def act(client: Client, what: str, /, **values: Any) -> Any:
    return client.post("/team/", {"act": what, **values})


def earn(cast: Cast) -> None:
    """Bo earns 1.60 now, of which Eos has 0.48."""
    cast.now = timezone.now()
    cast.fund(cast.cy, 100_00)
    cast.live(cast.bo, cast.free)
    cast.private(cast.cy, room=cast.bo_room)
    cast.pass_time(70, meter=Meter())
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)


def test_a_visitor_is_asked_to_sign_in(ppv_pages: Cast, browse: Browse) -> None:
    assert "Sign in to see your team" in page(browse(None))


def test_whoever_has_no_studio_is_told(ppv_pages: Cast, browse: Browse) -> None:
    assert "You do not have a studio here" in page(browse(ppv_pages.cy))


def test_it_shows_each_performer_with_state_balance_month_and_part(ppv_pages: Cast, owner: Client) -> None:
    earn(ppv_pages)
    text = re.sub(r"<[^>]+>", " ", page(owner))
    for shown in ("1 of 20", "0 of 50", "Bo", "Approved", "Offline", "1.12", "0.48", "30 %"):
        assert shown in text


def test_it_shows_who_is_live_and_where(ppv_pages: Cast, owner: Client) -> None:
    ppv_pages.live(ppv_pages.bo, ppv_pages.free)
    text = page(owner)
    assert 'data-part="live">1<' in text
    assert "Bo&#x27;s room, 0 watching" in text


def test_the_chart_says_in_words_what_it_shows(ppv_pages: Cast, owner: Client) -> None:
    earn(ppv_pages)
    text = page(owner)
    assert '<title id="ppv-studio-chart-title">Your part of each of the last 30 days</title>' in text
    assert "The highest bar is 0.48" in text


def test_the_number_of_queries_does_not_grow_with_performers(
    ppv_pages: Cast, owner: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    earn(ppv_pages)
    page(owner)
    with CaptureQueriesContext(connection) as before:
        page(owner)
    model = get_user_model()
    for number in range(5):
        user = model.objects.create_user(**{model.USERNAME_FIELD: f"p{number}"}, password="x")
        performer = Performer.objects.create(user=user, name=f"P{number}", studio=ppv_pages.eos)
        Room.objects.create(
            site=ppv_pages.site, slug=f"p{number}", title="P", studio=ppv_pages.eos, performer=performer
        )
    with django_assert_num_queries(len(before)):
        page(owner)


def test_an_invitation_is_sent_shown_and_withdrawn(ppv_pages: Cast, owner: Client) -> None:
    answer = act(owner, "invite", name="Fay", email="fay@people.example")
    assert (answer.status_code, answer["Location"]) == (302, f"/team/?studio={ppv_pages.eos.pk}&done=invite")
    text = page(owner, "?done=invite")
    assert "The letter is on its way." in text
    assert 'data-invited="fay@people.example"' in text
    act(owner, "withdraw", id=StudioInvitation.objects.get().pk)
    assert "fay@people.example" not in page(owner)


def test_what_was_typed_is_kept_when_it_is_refused(ppv_pages: Cast, owner: Client) -> None:
    RoleSettings.objects.update_or_create(site=ppv_pages.site, defaults={"studio_performers_max": 1})
    answer = act(owner, "invite", name="Fay", email="fay@people.example")
    text = answer.content.decode()
    assert "broadcasters are limited to 1 here" in text
    assert 'value="fay@people.example"' in text
    assert not mail.outbox


def test_a_form_that_is_wrong_says_where(ppv_pages: Cast, owner: Client) -> None:
    text = act(owner, "invite", name="Fay", email="fay").content.decode()
    assert "id_email_error" in text
    assert "Enter a valid email address" in text


def test_a_room_is_made_given_and_named(ppv_pages: Cast, owner: Client) -> None:
    act(owner, "create_room", **{"room-new-title": "Blue room", "room-new-performer": ""})
    room = Room.objects.get(slug="blue-room")
    assert "Nobody&#x27;s for now" in page(owner) or "Nobody's for now" in page(owner)
    form = {f"room-{room.pk}-title": "Green room", f"room-{room.pk}-performer": bo(ppv_pages).pk}
    assert act(owner, "room", id=room.pk, **form).status_code == 302
    room.refresh_from_db()
    assert (room.title, room.performer) == ("Green room", bo(ppv_pages))


def test_a_performer_is_disabled_and_let_back(ppv_pages: Cast, owner: Client) -> None:
    act(owner, "disable", id=bo(ppv_pages).pk, reason="Holiday")
    assert "Disabled by you" in page(owner)
    act(owner, "enable", id=bo(ppv_pages).pk)
    assert "Disabled by you" not in page(owner)


def test_a_performer_is_let_go(ppv_pages: Cast, owner: Client) -> None:
    act(owner, "release", id=bo(ppv_pages).pk)
    assert bo(ppv_pages).studio is None


@pytest.mark.parametrize("act_name", ["disable", "release", "enable", "withdraw", "again", "room", "invite", "nothing"])
def test_nonsense_changes_nothing_and_breaks_nothing(ppv_pages: Cast, owner: Client, act_name: str) -> None:
    for target in ("", "x", "0", str(10**30)):
        assert act(owner, act_name, id=target).status_code == 200
    assert bo(ppv_pages).studio == ppv_pages.eos


def test_a_form_without_its_token_is_refused(ppv_pages: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ppv_pages.eos.owner)
    assert act(client, "release", id=bo(ppv_pages).pk).status_code == 403


@pytest.mark.parametrize("status", ["submitted", "suspended"])
def test_a_studio_that_is_not_approved_is_told_and_has_no_forms_to_make_anything(
    ppv_pages: Cast, owner: Client, status: str
) -> None:
    type(ppv_pages.eos).objects.update(status=status)
    text = page(owner)
    assert 'value="invite"' not in text
    assert 'value="create_room"' not in text
    assert ("None of your broadcasters can go live meanwhile" in text) is (status == "suspended")


def test_the_studio_reads_the_statements_of_its_performers_and_its_own(ppv_pages: Cast, owner: Client) -> None:
    earn(ppv_pages)
    for kind, owner_key, amount in (("performer", bo(ppv_pages).uuid, "1.12"), ("studio", ppv_pages.eos.uuid, "0.48")):
        account = balance_of(kind=kind, owner=str(owner_key)).account_id
        answer = owner.get(reverse("ppv:statement", args=[account]))
        assert answer.status_code == 200
        assert amount in answer.content.decode()


def test_the_studio_reads_nobody_elses_statement(ppv_pages: Cast, owner: Client) -> None:
    earn(ppv_pages)
    account = balance_of(kind="performer", owner=str(bo(ppv_pages).uuid)).account_id
    client = balance_of(kind="client", owner=str(ppv_pages.cy.ppv_client.uuid)).account_id
    assert owner.get(reverse("ppv:statement", args=[client])).status_code == 404
    Performer.objects.filter(pk=bo(ppv_pages).pk).update(studio=None)
    assert owner.get(reverse("ppv:statement", args=[account])).status_code == 404
    assert owner.get(reverse("ppv:statement_file", args=[account])).status_code == 404


def test_what_was_earned_before_joining_is_not_the_studios_business(ppv_pages: Cast, owner: Client) -> None:
    earn(ppv_pages)
    Performer.objects.filter(pk=bo(ppv_pages).pk).update(studio_since=timezone.now() + timedelta(minutes=5))
    account = balance_of(kind="performer", owner=str(bo(ppv_pages).uuid)).account_id
    text = owner.get(reverse("ppv:statement", args=[account])).content.decode()
    assert "No movements yet." in text
    file = b"".join(owner.get(reverse("ppv:statement_file", args=[account])).streaming_content).decode()
    assert "Private" not in file


def test_a_studio_that_opens_the_go_live_page_is_told_that_it_does_not(ppv_pages: Cast, owner: Client) -> None:
    text = owner.get("/studio/").content.decode()
    assert "A studio does not go live itself" in text
    assert 'href="/team/"' in text


def test_a_performer_leaves_on_the_own_dashboard(ppv_pages: Cast, browse: Browse) -> None:
    client = browse(ppv_pages.bo)
    assert "Leave Eos" in client.get("/studio/").content.decode()
    assert client.post("/studio/", {"leave_studio": "1"}).status_code == 302
    assert bo(ppv_pages).studio is None
    assert "You work for yourself now" in client.get("/studio/?done=left").content.decode()


def test_a_disabled_performer_reads_why_and_can_leave(ppv_pages: Cast, browse: Browse) -> None:
    studios.disable(
        user=ppv_pages.eos.owner, studio_id=ppv_pages.eos.pk, performer_id=bo(ppv_pages).pk, reason="Holiday",
        now=ppv_pages.now
    )  # fmt: skip
    text = browse(ppv_pages.bo).get("/studio/").content.decode()
    assert "You cannot go live for now" in text
    assert "Holiday" in text
    assert "Leave Eos" in text


def invited(cast: Cast, email: str = "fay@people.example") -> str:
    made = studios.invite(
        user=cast.eos.owner, studio_id=cast.eos.pk, name="Fay", email=email, site=cast.site, language="en",
        now=timezone.now()
    )  # fmt: skip
    return re.sub(r"^https?://[^/]+", "", link(made))


def test_the_letter_leads_to_an_account_with_a_password_of_ones_own(ppv_pages: Cast, browse: Browse) -> None:
    RoleSettings.objects.update_or_create(site=ppv_pages.site, defaults={"performer_approval": False})
    visitor, url = browse(None), invited(ppv_pages)
    assert "Eos takes 30" in visitor.get(url).content.decode().replace("<strong>", "")
    form = {"account-username": "fay", "account-password1": PASSWORD, "account-password2": PASSWORD, "name": "Fay"}
    assert visitor.post(url, {**form, "accept": "1"}).status_code == 302
    user = get_user_model().objects.get(username="fay")
    assert (user.email, user.check_password(PASSWORD)) == ("fay@people.example", True)
    assert (user.ppv_performer.studio, user.ppv_performer.status) == (ppv_pages.eos, "approved")
    assert "You are with Eos now." in visitor.get(url).content.decode()


def test_the_address_of_the_letter_cannot_be_changed(ppv_pages: Cast, browse: Browse) -> None:
    form = {"account-username": "fay", "account-password1": PASSWORD, "account-password2": PASSWORD, "name": "Fay"}
    browse(None).post(invited(ppv_pages), {**form, "account-email": "other@people.example", "accept": "1"})
    assert get_user_model().objects.get(username="fay").email == "fay@people.example"


def test_opening_the_link_answers_nothing(ppv_pages: Cast, browse: Browse) -> None:
    browse(None).get(invited(ppv_pages))
    assert StudioInvitation.objects.get().state == "open"


def test_whose_address_has_an_account_signs_in_to_it(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.di.email = "di@people.example"
    ppv_pages.di.save()
    url = invited(ppv_pages, "di@people.example")
    visitor = browse(None)
    assert "Sign in to it and come back here" in visitor.get(url).content.decode()
    form = {"account-username": "di2", "account-password1": PASSWORD, "account-password2": PASSWORD, "name": "Di"}
    visitor.post(url, {**form, "accept": "1"})
    assert StudioInvitation.objects.get().state == "open"
    assert not get_user_model().objects.filter(username="di2").exists()
    browse(ppv_pages.di).post(url, {"accept": "1", "name": "Di"})
    assert Performer.objects.get(user=ppv_pages.di).studio == ppv_pages.eos


def test_somebody_else_who_is_signed_in_is_told_whose_letter_it_is_not(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.di.email = "di@people.example"
    ppv_pages.di.save()
    url, other = invited(ppv_pages, "di@people.example"), browse(ppv_pages.cy)
    assert "this letter is for another account" in other.get(url).content.decode()
    other.post(url, {"accept": "1", "name": "Cy"})
    assert not Performer.objects.filter(user=ppv_pages.cy).exists()


def test_no_is_an_answer(ppv_pages: Cast, browse: Browse) -> None:
    url, visitor = invited(ppv_pages), browse(None)
    visitor.post(url, {"decline": "1"})
    assert "You have said no." in visitor.get(url).content.decode()


def test_a_link_that_nobody_made_is_not_found(ppv_pages: Cast, browse: Browse) -> None:
    assert browse(None).get(reverse("ppv:invitation", args=["nothing"])).status_code == 404
