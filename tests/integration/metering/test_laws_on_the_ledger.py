"""The six laws for random histories of the real services: tops-ups, reports, ticks, replays, clock steps, closes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppv_plugin.errors import InsufficientFunds
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering import rules
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.services import UsageReport
from ppv_plugin.testing.cast import BEGIN, Cast

steps = st.lists(
    st.one_of(
        st.tuples(st.just("flow"), st.integers(0, 120_000)),
        st.tuples(st.just("report again"), st.integers(0, 10)),
        st.tuples(st.just("tick"), st.integers(1, 3)),
        st.tuples(st.just("top up"), st.integers(1, 500)),
        st.tuples(st.just("boot"), st.just(0)),
        st.tuples(st.just("clock"), st.integers(-3600, 3600)),
    ),
    max_size=12,
)


class History:
    """Drives one session and knows, without any database, what it has to cost."""

    def __init__(self, cast: Cast, tariff: rules.Tariff, funds: int) -> None:
        self.now, self.funds, self.tariff = BEGIN, funds, tariff
        self.owner = uuid4().hex
        self.wallet = ledger.account(kind="client", owner=self.owner)
        self.provider = ledger.account(kind="provider", owner="test")
        self.top_up(funds)
        hold = metering.reserve(
            account_id=self.wallet.id, tariff=tariff, source="visit", source_id=self.owner, now=self.now
        )
        self.session = metering.open_session(
            client_account_id=self.wallet.id, hold_id=hold.id, subject="group", subject_id=uuid4(),
            participant=f"v-{self.owner}", tariff=tariff, facts={"room_id": cast.ana_room.pk}, now=self.now,
        )  # fmt: skip
        self.boot, self.flow_ms, self.reports = 0, 0, [("boot-0", 0)]

    def top_up(self, amount: int) -> None:
        move = ledger.Movement(self.provider.id, self.wallet.id, amount)
        draft = ledger.Draft(source="test", source_id=uuid4().hex, kind="top_up", movements=(move,))
        for _twice in range(2):
            ledger.post(drafts=[draft], now=self.now)

    def do(self, verb: str, number: int) -> None:
        if verb == "flow":
            self.flow_ms += number
            self.reports.append((f"boot-{self.boot}", self.flow_ms))
            self.report(-1)
        elif verb == "report again":
            self.report(number)
        elif verb == "tick":
            for _again in range(number):
                metering.tick(now=self.now)
        elif verb == "top up":
            self.funds += number
            self.top_up(number)
        elif verb == "boot":
            self.boot, self.flow_ms = self.boot + 1, 0
        else:
            self.now += timedelta(seconds=number)

    def report(self, number: int) -> None:
        boot, flow_ms = self.reports[number % len(self.reports)]
        report = UsageReport(f"v-{self.owner}", boot, flow_ms, "flowing")
        metering.record_usage(reports=[report, report], now=self.now)

    def true_used_ms(self) -> int:
        return sum(max((ms for b, ms in self.reports if b == boot), default=0) for boot in {b for b, _ in self.reports})

    def close(self) -> MeteredSession:
        for reason in ("client", "performer"):
            metering.close_session(session_id=self.session.id, reason=reason, now=self.now)
        return MeteredSession.objects.get(id=self.session.id)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rule=st.sampled_from([r for r in rules.RULES if r != "blocks"]),
    cpm=st.integers(1, 900),
    grace_ms=st.sampled_from([0, 10_000, 30_000]),
    funds=st.integers(1, 3000),
    history=steps,
)
def test_any_history_is_charged_exactly_once(
    cast: Cast, rule: str, cpm: int, grace_ms: int, funds: int, history: list[tuple[str, int]]
) -> None:
    tariff = _tariff(cast, rule=rule, cpm=cpm, grace_ms=grace_ms)
    try:
        run = History(cast, tariff, funds)
    except InsufficientFunds:
        assert funds < rules.minimum_funds(tariff)
        return
    for verb, number in history:
        run.do(verb, number)
    used = run.true_used_ms()
    closed = run.close()
    wallet = ledger_queries.balance_of(kind="client", owner=run.owner)
    expected = rules.owed(tariff, min(used, rules.affordable_ms(tariff, run.funds)))
    assert closed.settled == expected
    assert wallet.balance == wallet.available == run.funds - expected
    posted = ledger_queries.transfer_amounts(source="session", source_id=str(closed.id))
    assert sum(posted.values()) == 0
    shares = rules.shares(tariff.split, expected)
    assert all(posted.get(account, 0) == amount for account, amount in shares.items())
    assert ledger_queries.violations() == []


def _tariff(cast: Cast, **values: Any) -> rules.Tariff:
    performer = ledger.account(kind="performer", owner=str(cast.bo.ppv_performer.uuid)).id
    studio = ledger.account(kind="studio", owner=str(cast.eos.uuid)).id
    split = rules.Split(8000, (rules.Party(performer, 1, studio, 3000),), ledger.account(kind="house").id)
    return rules.Tariff(split=split, minutes_to_start=0, **values)
