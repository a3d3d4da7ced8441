"""A reviewer's decision: kept in history, told to the person, in force at once."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import override_settings

from ppv_plugin import signals
from ppv_plugin.errors import BadInput, Gone, NotFound
from ppv_plugin.models import Label, LabelSettings, Performer, Show
from ppv_plugin.pages.models import PerformerDashboardPage
from ppv_plugin.people import services
from ppv_plugin.people.queries import history_of
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


def decide(cast: Cast, decision: str, reason: str = "", who: Any = None) -> Any:
    performer = (who or cast.ana).ppv_performer
    return services.decide(
        role="performer", subject=performer.uuid, decision=decision, reason=reason, actor=cast.di, now=cast.now
    )


@pytest.fixture
def waiting(cast: Cast) -> Cast:
    """Ana has registered and waits; she has an address."""
    Performer.objects.filter(user=cast.ana).update(status="submitted", site=cast.site)
    cast.ana.email = "ana@people.example"
    cast.ana.save()
    return cast


def test_history_says_who_decided_when_and_why(waiting: Cast) -> None:
    decide(waiting, "reject", "The picture shows somebody else.")
    decide(waiting, "approve")
    newest, oldest = history_of(role="performer", subject=waiting.ana.ppv_performer.uuid)
    assert (newest.before, newest.after, newest.actor) == ("rejected", "approved", waiting.di)
    assert (oldest.before, oldest.after, oldest.reason, oldest.at) == (
        "submitted",
        "rejected",
        "The picture shows somebody else.",
        waiting.now,
    )


@pytest.mark.parametrize("decision", ["reject", "suspend"])
def test_nobody_is_refused_without_a_reason(waiting: Cast, decision: str) -> None:
    with pytest.raises(BadInput):
        decide(waiting, decision, "  ")
    assert Performer.objects.get(user=waiting.ana).status == "submitted"


def test_what_is_decided_is_not_decided_again(waiting: Cast) -> None:
    decide(waiting, "approve")
    for decision in ("approve", "reject"):
        with pytest.raises(Gone):
            decide(waiting, decision, "Late")


def test_there_are_no_other_decisions(waiting: Cast) -> None:
    with pytest.raises(NotFound):
        decide(waiting, "promote")


@pytest.mark.parametrize(
    ("decision", "subject"),
    [
        ("approve", "You are a broadcaster on"),
        ("reject", "as a broadcaster on"),
        ("suspend", "has suspended you as a broadcaster"),
    ],
)
def test_the_person_is_told_by_e_mail(waiting: Cast, decision: str, subject: str) -> None:
    decide(waiting, decision, "Because of this & that")
    (letter,) = mail.outbox
    assert letter.to == ["ana@people.example"]
    assert subject in letter.subject
    assert ("Because of this & that" in letter.body) is (decision != "approve")


@override_settings(LANGUAGE_CODE="en")
def test_the_letter_is_in_the_persons_language_with_the_sites_words(waiting: Cast) -> None:
    row = LabelSettings.for_site(waiting.site)
    for language, word in (("", "an artist"), ("de", "eine Lehrerin"), ("ar", "معلمة")):
        Label.objects.create(
            setting=row, language=language, term="performer", singular=word, plural=word, indefinite=word
        )
    for language, word in (("en", "an artist"), ("de", "eine Lehrerin"), ("ar", "معلمة")):
        mail.outbox.clear()
        Performer.objects.filter(user=waiting.ana).update(status="submitted", language=language)
        decide(waiting, "approve")
        assert word in mail.outbox[0].body


def test_a_mail_server_that_fails_keeps_nobody_from_deciding(waiting: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_more: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("ppv_plugin.people.letters.send_mail", refuse)
    assert decide(waiting, "approve").status == "approved"


def test_who_has_no_address_is_told_nothing_by_e_mail(cast: Cast) -> None:
    decide(cast, "suspend", "Away")
    assert mail.outbox == []


def test_suspending_ends_the_running_show_charged_to_the_second(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    show = cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    cast.pass_time(95, meter=Meter())
    cast.pass_time(1)  # not read by the meter yet
    decide(cast, "suspend", "Not what was agreed")
    show.refresh_from_db()
    assert (show.state, show.end_reason) == ("ended", "staff")
    receipt = cast.receipt(private.session_id)
    assert receipt.used_ms == 96_000
    assert receipt.total == 287  # 86 of 96 seconds at 200 a minute


def test_a_suspension_nobody_was_told_of_is_seen_by_the_worker(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    Performer.objects.filter(user=cast.ana).update(status="suspended")
    cast.pass_time(1, meter=Meter())
    assert not Show.objects.filter(state="live").exists()


def test_who_may_be_live_unapproved_stays_live(cast: Cast) -> None:
    from ppv_plugin.models import RoleSettings

    RoleSettings.objects.create(site=cast.site, unapproved_live="submitted")
    Performer.objects.filter(user=cast.ana).update(status="submitted")
    cast.live(cast.ana, cast.free)
    cast.pass_time(2, meter=Meter())
    assert Show.objects.filter(state="live").count() == 1


def test_others_are_told_by_a_signal(cast: Cast) -> None:
    heard: list[dict[str, Any]] = []

    def hear(**facts: Any) -> None:
        heard.append(facts)

    signals.role_changed.connect(hear)
    try:
        decide(cast, "suspend", "Away")
    finally:
        signals.role_changed.disconnect(hear)
    assert heard[0]["role"] == "performer"
    assert (heard[0]["before"], heard[0]["after"], heard[0]["user_key"]) == ("approved", "suspended", str(cast.ana.pk))


def test_the_letter_leads_to_where_one_begins(waiting: Cast) -> None:
    call_command("ppv_setup", stdout=StringIO())
    decide(waiting, "approve")
    dashboard = PerformerDashboardPage.objects.get()
    assert dashboard.full_url in mail.outbox[-1].body


def test_without_such_a_page_the_letter_leads_to_the_site(waiting: Cast) -> None:
    decide(waiting, "approve")
    assert f"{waiting.site.root_url}/\n" in mail.outbox[-1].body
