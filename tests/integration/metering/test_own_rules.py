"""A session under a site's own billing rule: the first minute counts twice. CPM 2.00, grace 10 s."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from wagtail import hooks as wagtail_hooks

from ppv_plugin.errors import NoPrice
from ppv_plugin.hooks import BILLING_RULES, BillingRule
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering import queries as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.receipts.document import document_of, receipt_from
from ppv_plugin.models import PricingSettings
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.queries import person_view, room_view
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

TEXT = "the first minute counts twice"


def owed(cpm: int, grace_ms: int, used_ms: int) -> int:
    paid_ms = max(used_ms - grace_ms, 0)
    return (2 * cpm * (paid_ms + min(paid_ms, 60_000)) + 60_000) // 120_000


RULE = BillingRule("opening", "The first minute double", TEXT, owed)


@pytest.fixture
def installed() -> Iterator[list[BillingRule]]:
    """The rules that the site has; emptied, it is as if their app was gone."""
    there = [RULE]
    with wagtail_hooks.register_temporarily(BILLING_RULES, lambda: there):
        yield there


@pytest.fixture
def live(installed: list[BillingRule], cast: Cast, settings: Any) -> Cast:
    settings.PPV_PLUGIN = {**settings.PPV_PLUGIN, "SETTLE_SECONDS": 60}
    PricingSettings.objects.update(rule="opening", grace_window_minutes=0)
    cast.fund(cast.cy, 2000)
    cast.live(cast.ana, cast.free)
    return cast


def test_it_charges_what_the_rule_says(live: Cast) -> None:
    private = live.private(live.cy)
    meter = Meter()
    live.pass_time(100, meter=meter)
    shows.end_private(user=live.cy, private_id=private.id, now=live.now)
    receipt = live.receipt(private.session_id)
    assert receipt.total == 500  # 90 billed seconds and the first 60 once more
    assert live.balance(live.cy) == 1500
    assert live.earned(live.ana) + live.house() == 500


def test_it_ends_at_the_last_millisecond_that_the_wallet_pays_for(live: Cast) -> None:
    private = live.private(live.cy)
    (line,) = metering.meter_lines(now=live.now)
    assert line.cutoff_ms == 550_149  # 10 s of grace, 9 minutes of 10 and what rounds down
    live.pass_time(600, meter=Meter())
    receipt = live.receipt(private.session_id)
    assert (receipt.used_ms, receipt.total, receipt.reason) == (550_149, 2000, "funds")


def test_it_is_settled_now_and_then(live: Cast) -> None:
    private = live.private(live.cy)
    live.pass_time(200, meter=Meter())
    assert 0 < MeteredSession.objects.get(id=private.session_id).settled <= 833


def test_room_meter_and_receipt_have_the_rules_own_words(live: Cast) -> None:
    assert room_view(room_id=live.ana_room.pk, now=live.now).private.price.rule_text == TEXT
    private = live.private(live.cy)
    seen = person_view(user=live.cy, room_id=live.ana_room.pk, connection=None, now=live.now)
    assert seen.session is not None
    assert seen.session.price.rule_text == TEXT
    receipt = live.receipt(private.session_id)
    assert (receipt.rule, receipt.rule_text, receipt.grace_seconds) == ("opening", TEXT, 10)


def test_a_receipt_keeps_the_words_when_the_app_is_gone(live: Cast, installed: list[BillingRule]) -> None:
    private = live.private(live.cy)
    document = document_of(live.receipt(private.session_id))
    installed.clear()
    assert live.receipt(private.session_id).rule_text == TEXT
    assert receipt_from(document).rule_text == TEXT
    assert document["rule"] == {"name": "opening", "price_per_minute": "2.00", "grace_ms": 10_000, "text": TEXT}


def test_a_session_whose_rule_is_gone_ends_at_what_was_settled(
    live: Cast, installed: list[BillingRule], caplog: pytest.LogCaptureFixture
) -> None:
    private = live.private(live.cy)
    meter = Meter()
    live.pass_time(130, meter=meter)
    settled = MeteredSession.objects.get(id=private.session_id).settled
    assert settled
    installed.clear()
    with caplog.at_level(logging.ERROR):
        live.pass_time(5, meter=meter)
    receipt = live.receipt(private.session_id)
    assert (receipt.reason, receipt.total) == ("no_rule", settled)
    assert live.available(live.cy) == live.balance(live.cy) == 2000 - settled
    assert "opening" in caplog.text


def test_who_leaves_while_the_rule_is_gone_pays_what_was_settled(live: Cast, installed: list[BillingRule]) -> None:
    private = live.private(live.cy)
    live.pass_time(30, meter=Meter())
    installed.clear()
    shows.end_private(user=live.cy, private_id=private.id, now=live.now)
    assert (live.receipt(private.session_id).reason, live.balance(live.cy)) == ("client", 2000)


def test_a_rule_that_begins_to_fail_ends_its_sessions_like_one_that_is_gone(
    live: Cast, installed: list[BillingRule]
) -> None:
    private = live.private(live.cy)
    meter = Meter()
    live.pass_time(30, meter=meter)
    broken = BillingRule("opening", "x", "x", lambda cpm, grace_ms, used_ms: -5)
    installed[:] = [broken]
    live.pass_time(5, meter=meter)
    assert live.receipt(private.session_id).reason == "no_rule"
    assert live.available(live.cy) == 2000


def test_the_worker_goes_on_with_the_others(live: Cast, installed: list[BillingRule]) -> None:
    live.private(live.cy)
    PricingSettings.objects.update(rule="per_second")
    live.fund(live.di, 10_000)
    live.live(live.bo, live.group)
    visit = live.visit(live.di)
    meter = Meter()
    live.pass_time(20, meter=meter)
    installed.clear()
    live.pass_time(70, meter=meter)
    (line,) = metering.meter_lines(now=live.now)
    assert (line.session_id, line.cost) == (visit.session_id, 150)


def test_nothing_begins_under_a_rule_that_is_gone(live: Cast, installed: list[BillingRule]) -> None:
    asked = shows.request_private(
        user=live.cy, room_id=live.ana_room.pk, cid=uuid4().hex, media="video", cpm=200, now=live.now
    )
    installed.clear()
    with pytest.raises(NoPrice):
        shows.answer_request(user=live.ana, request_id=asked.id, accept=True, now=live.now)
    shows.expire_requests(now=live.now + timedelta(hours=1))
    with pytest.raises(NoPrice):
        shows.request_private(
            user=live.cy, room_id=live.ana_room.pk, cid=uuid4().hex, media="video", cpm=200, now=live.now
        )
    assert live.available(live.cy) == 2000
    offer = room_view(room_id=live.ana_room.pk, now=live.now).private
    assert (offer.price.rule_text, offer.minimum) == ("by a rule that is not there any more", tokens(1000))


def test_a_mode_may_have_it(installed: list[BillingRule], cast: Cast) -> None:
    cast.group.rule = "opening"
    cast.group.save()
    cast.fund(cast.di, 10_000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.di)
    cast.pass_time(90, meter=Meter())
    shows.leave_group(user=cast.di, room_id=cast.bo_room.pk, now=cast.now)
    assert cast.receipt(visit.session_id).total == 300  # 60 billed seconds, each twice
