"""What the state machine's model says of moments that chance hardly ever meets, each played on purpose."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import receivables
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.services import UsageReport

from .books import Books
from .reference import Terms


@pytest.fixture
def books(db: None) -> Books:
    made = Books()
    draft = made.draft("fund", "outside", {"cy": 1_000})
    ledger.post(drafts=[draft], now=made.now)
    return made


def spend_all(books: Books, who: str) -> None:
    balance = ledger_queries.balances_of(account_ids=[books.ids[who]])[books.ids[who]].balance
    move = Movement(books.ids[who], books.ids["outside"], balance)
    ledger.post(drafts=[Draft(source="test", source_id=uuid4().hex, kind="payout", movements=(move,))], now=books.now)


def test_a_share_that_falls_by_a_hundredth_closes_though_the_payee_has_spent_it(books: Books) -> None:
    """Largest remainder gives 6:6:2 of 0.10 as 4, 4, 2 and of 0.11 as 5, 5, 1 (the Alabama paradox)."""
    terms = Terms("per_second", 2, 0, (("ana", 6, "", 0), ("bo", 6, "", 0), ("flo", 2, "", 0)), performers_bp=10_000)
    hold = books.reserve("cy", terms, 1)
    session = books.open("cy", hold, terms, 1)
    metering.record_usage(reports=[UsageReport(session.participant, "b", 300_000, "flowing")], now=books.now)
    assert metering.tick(now=books.now).settled == [session.id]
    spend_all(books, "flo")
    metering.record_usage(reports=[UsageReport(session.participant, "b", 330_000, "flowing")], now=books.now)
    assert metering.close_session(session_id=session.id, reason="client", now=books.now)
    session.refresh_from_db()
    assert session.settled == 11
    assert receivables.owed_by(account_ids=[books.ids["flo"]]) == {books.ids["flo"]: 1}
    assert ledger_queries.violations() == []


def test_asking_again_for_the_last_money_finds_it_held(books: Books) -> None:
    """The first answer was lost on its way; the second is the same hold, not a refusal."""
    terms = Terms("per_second", 200, 0, (("ana", 1, "", 0),), minutes_to_start=5)
    assert books.reserve("cy", terms, 1) == books.reserve("cy", terms, 1)
