"""The meter's tick: the design errors that once looked right, each with a test (see docs/explanation/metering.md)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.rules import Party, Split, Tariff
from ppv_plugin.metering.services import UsageReport
from ppv_plugin.testing.cast import Cast


def opened(cast: Cast, user: Any, *, cpm: int, minutes_to_start: int = 0, rule: str = "per_second") -> MeteredSession:
    wallet = cast._wallet(user).account_id
    assert wallet is not None
    performer = ledger.account(kind="performer", owner=str(cast.ana.ppv_performer.uuid)).id
    split = Split(8000, (Party(performer),), ledger.account(kind="house").id)
    tariff = Tariff(rule=rule, cpm=cpm, split=split, minutes_to_start=minutes_to_start)
    subject = uuid4()
    hold = metering.reserve(account_id=wallet, tariff=tariff, source="test", source_id=str(subject), now=cast.now)
    return metering.open_session(
        client_account_id=wallet,
        hold_id=hold.id,
        subject="group",
        subject_id=subject,
        participant=f"v-{subject}",
        tariff=tariff,
        facts={"room_id": cast.ana_room.pk},
        now=cast.now,
    )


def used(cast: Cast, session: MeteredSession, seconds: float, boot: str = "b1") -> None:
    report = UsageReport(session.participant, boot, round(seconds * 1000), "flowing")
    metering.record_usage(reports=[report], now=cast.now)


def closed(cast: Cast, session: MeteredSession) -> int:
    metering.close_session(session_id=session.id, reason="client", now=cast.now)
    session.refresh_from_db()
    return session.settled


def test_a_dear_session_that_cannot_go_on_does_not_end_a_cheap_one(cast: Cast) -> None:
    """Design error 1: the failing session was counted against the funds of the others of the same client."""
    cast.fund(cast.cy, 6030)
    dear = opened(cast, cast.cy, cpm=6000, rule="started_minutes")
    cheap = opened(cast, cast.cy, cpm=6)
    used(cast, dear, 61), used(cast, cheap, 61)
    assert metering.tick(now=cast.now).exhausted == [dear.id]
    used(cast, cheap, 200)
    assert metering.tick(now=cast.now).exhausted == [dear.id]
    assert (closed(cast, dear), closed(cast, cheap)) == (6000, 20)


def test_doubled_late_and_reordered_reports_bill_the_same(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    session = opened(cast, cast.cy, cpm=200)
    for boot, seconds in [("a", 30), ("a", 30), ("a", 10), ("b", 20), ("a", 60), ("b", 5), ("b", 20)]:
        used(cast, session, seconds, boot)
        metering.tick(now=cast.now)
    assert closed(cast, session) == 267  # 60 s of the first boot, 20 s of the second


def test_a_long_session_is_settled_on_the_way_and_sums_up(cast: Cast) -> None:
    cast.fund(cast.cy, 100_000)
    session = opened(cast, cast.cy, cpm=77)
    for minute in range(1, 61):
        used(cast, session, minute * 60)
        metering.tick(now=cast.now)
    session.refresh_from_db()
    assert session.settle_seq == 12
    assert closed(cast, session) == 77 * 60
    posted = ledger_queries.transfer_amounts(source="session", source_id=str(session.id))
    assert sorted(posted.values()) == [-4620, 924, 3696]


def test_a_poison_row_stops_no_other(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.fund(cast.di, 5000)
    bad, good = opened(cast, cast.cy, cpm=200), opened(cast, cast.di, cpm=200)
    MeteredSession.objects.filter(id=bad.id).update(tariff={"rule": "no such rule"}, unit_ms=0)
    used(cast, bad, 50), used(cast, good, 50)
    done = metering.tick(now=cast.now)
    assert done.failed == [bad.id]
    good.refresh_from_db()
    assert good.granted_ms >= 110_000
    MeteredSession.objects.filter(id=bad.id).update(tariff=good.tariff, unit_ms=1)


def test_closing_again_is_no_second_charge(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    session = opened(cast, cast.cy, cpm=200)
    used(cast, session, 60)
    assert closed(cast, session) == 200
    assert metering.close_session(session_id=session.id, reason="staff", now=cast.now) is False
    assert cast.balance(cast.cy) == 4800


def test_a_late_meter_charges_no_more_than_the_wallet(cast: Cast) -> None:
    cast.fund(cast.cy, 300)
    session = opened(cast, cast.cy, cpm=200)
    used(cast, session, 3600)
    assert closed(cast, session) == 300
    session.refresh_from_db()
    assert session.used_ms == 90_000
    assert cast.balance(cast.cy) == 0


def test_a_free_session_has_a_meter_and_costs_nothing(cast: Cast) -> None:
    cast.fund(cast.cy, 300)
    session = opened(cast, cast.cy, cpm=0)
    used(cast, session, 600)
    metering.tick(now=cast.now)
    assert closed(cast, session) == 0
    session.refresh_from_db()
    assert session.used_ms == 600_000


@pytest.mark.parametrize("rule", ["started_minutes", "upfront_minutes", "upfront_after_grace", "steps", "minimum"])
def test_every_rule_spends_no_more_than_there_is(cast: Cast, rule: str) -> None:
    cast.fund(cast.cy, 1111)
    session = opened(cast, cast.cy, cpm=200, rule=rule)
    for seconds in range(0, 700, 10):
        used(cast, session, seconds)
        if session.id in metering.tick(now=cast.now).exhausted:
            break
    total = closed(cast, session)
    assert 0 < total <= 1111
    assert cast.balance(cast.cy) == 1111 - total


def test_a_report_of_an_unknown_participant_changes_nothing(cast: Cast) -> None:
    assert metering.record_usage(reports=[UsageReport("v-nobody", "b", 5000, "flowing")], now=cast.now) == []
    assert metering.close_session.__doc__
    with pytest.raises(MeteredSession.DoesNotExist):
        metering.close_session(session_id=UUID(int=0), reason="client", now=cast.now)
