"""`ppv_reconcile` is silent about a true ledger and names each kind of drift with its account or session and sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from ppv_plugin.ledger import append_only, proof
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.models import Account, Entry, Hold, Transfer
from ppv_plugin.metering import adjustments, refunds
from ppv_plugin.metering import proof as metering_proof
from ppv_plugin.metering.models import Adjustment, MeteredSession, Refund
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


class Undone(Exception):
    pass


@pytest.fixture
def books(cast: Cast) -> Cast:
    """One session of each kind, a refund, one that waits, an adjustment, a debt."""
    cast.fund(cast.cy, 10_000)
    cast.live(cast.ana, cast.free)
    show = cast.private(cast.cy)
    cast.pass_time(185, meter=Meter(), every=5)
    shows.end_private(user=cast.cy, private_id=show.id, now=cast.now)
    cast.private(cast.cy)
    given: dict[str, Any] = {"reason": "r", "actor": "a", "now": cast.now}
    refunds.request_refund(session_id=show.session_id, amount=100, cid="1", alone_max=None, **given)
    refunds.request_refund(session_id=show.session_id, amount=100, cid="2", alone_max=0, **given)
    account_id = cast._wallet(cast.cy).account_id
    assert account_id is not None
    adjustments.request_adjustment(account_id=account_id, amount=-7, cid="1", alone_max=None, **given)
    adjustments.request_adjustment(account_id=account_id, amount=-8, cid="2", alone_max=0, **given)
    return cast


@pytest.fixture
def spoiled(books: Cast) -> Iterator[Callable[[Callable[[], object]], str]]:
    """What the command says while the given change is in force; afterwards it is undone."""

    def say(change: Callable[[], object]) -> str:
        out = StringIO()
        try:
            with transaction.atomic():
                append_only.remove(connection)
                change()
                with pytest.raises(CommandError) as stopped:
                    call_command("ppv_reconcile", stdout=out, stderr=StringIO())
                assert stopped.value.returncode == 1
                raise Undone
        except Undone:
            return out.getvalue()

    yield say
    call_command("ppv_reconcile", stdout=StringIO(), stderr=StringIO())


def test_true_books_have_no_drift_however_often_it_is_asked(books: Cast) -> None:
    for _twice in range(2):
        out = StringIO()
        call_command("ppv_reconcile", stdout=out, stderr=StringIO())
        assert out.getvalue().startswith("No drift in 16 checks")


def test_on_a_terminal_it_shows_how_far_it_is(books: Cast) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    call_command("ppv_reconcile", stdout=StringIO(), stderr=shown, no_color=True)
    for check in (*proof.CHECKS, *metering_proof.checks()):
        assert f"{check.title} ... no drift" in shown.getvalue()


def wallet() -> Account:
    return Account.objects.get(kind="client")


def test_a_wrong_balance_and_a_wrong_sum(spoiled: Any) -> None:
    said = spoiled(lambda: Account.objects.filter(kind="client").update(balance=12_345))
    assert f"account {wallet().id} has 12345, its entries sum to 9510" in said
    assert "the balances sum to 2835, not to zero" in said


def test_a_lost_entry(spoiled: Any) -> None:
    posting = Transfer.objects.filter(source="session").get()
    said = spoiled(lambda: Entry.objects.filter(transfer=posting, leg=0).delete())
    session = MeteredSession.objects.get(state="closed")
    assert f"session {session.id} has settled 583, its postings sum to 117" in said
    assert "its entries sum to" in said


def test_an_entry_of_an_account_that_is_gone(spoiled: Any) -> None:
    entry = Entry.objects.latest("id")

    def point_nowhere() -> None:
        Entry.objects.filter(id=entry.id).update(credit_id=2**40)

    assert f"entry {entry.id} names a transfer or an account that does not exist" in spoiled(point_nowhere)


@pytest.mark.parametrize("kind", ["client", "house"])
def test_nobody_deletes_an_account(books: Cast, kind: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ppv_plugin_account WHERE kind = %s", [kind])


def test_a_transfer_without_entries_and_one_too_many(spoiled: Any) -> None:
    session = MeteredSession.objects.get(state="closed")

    def add() -> None:
        row = Transfer.objects.get(source="session")
        row.pk, row.seq = None, 2
        row.save(force_insert=True)

    said = spoiled(add)
    assert "has no entries" in said
    assert f"session {session.id} has made 1 postings, there are 2" in said


def test_a_posting_without_its_session(spoiled: Any) -> None:
    stranger = uuid4()
    said = spoiled(lambda: Transfer.objects.filter(source="session").update(source_id=str(stranger)))
    assert f"is for session {stranger}, which does not exist" in said
    assert "has settled 583, its postings sum to 0" in said


def test_a_hold_that_no_account_knows_of(spoiled: Any) -> None:
    session = MeteredSession.objects.get(state="closed")
    said = spoiled(lambda: Hold.objects.filter(id=session.hold_id).update(amount=55, released_at=None))
    assert f"account {wallet().id} holds 1000, its holds sum to 1055" in said
    assert f"session {session.id} is closed and still holds 55" in said


def test_a_hold_of_another_client(spoiled: Any) -> None:
    session = MeteredSession.objects.get(state="open")
    own, other = wallet(), ledger.account(kind="client", owner="other")
    said = spoiled(lambda: MeteredSession.objects.filter(id=session.id).update(client_account=other))
    assert f"session {session.id} of account {other.id} holds money of account {own.id}" in said


def test_a_wallet_that_was_below_zero_once(spoiled: Any) -> None:
    house, client = Account.objects.get(kind="house"), wallet()

    def overdraw_and_fill() -> None:
        for seq, (debit, credit) in enumerate([(client, house), (house, client)]):
            row = Transfer.objects.create(
                source="t", source_id="x", seq=seq, digest="", kind="t", posted_at="2026-01-01T00:00Z"
            )
            Entry.objects.create(transfer=row, leg=0, debit=debit, credit=credit, amount=10_000)

    assert spoiled(overdraw_and_fill).splitlines() == [
        f"account {client.id} was at -490 once: a wallet may never be below zero"
    ]


def test_a_debt_turned_into_a_claim(spoiled: Any) -> None:
    debt = ledger.account(kind="receivable", owner="1")
    said = spoiled(lambda: Account.objects.filter(id=debt.id).update(balance=5))
    assert f"receivable {debt.id} stands at 5, above zero" in said


def test_refunds_that_say_something_else(spoiled: Any) -> None:
    posted = Refund.objects.get(state="posted")
    said = spoiled(lambda: Refund.objects.filter(id=posted.id).update(amount=99))
    assert said.splitlines() == [f"refund {posted.id} of session {posted.session_id} says 99, it gave 100"]
    waiting = Refund.objects.get(state="pending")
    said = spoiled(lambda: Refund.objects.filter(id=waiting.id).update(state="posted", decided_at="2026-01-01T00:00Z"))
    assert f"refund {waiting.id} of session {posted.session_id} says 100, it gave 0" in said
    said = spoiled(lambda: Refund.objects.filter(id=posted.id).update(amount=584))
    assert f"session {posted.session_id} cost 583, 584 was given back" in said


def test_adjustments_that_say_something_else(spoiled: Any) -> None:
    row = Adjustment.objects.get(state="posted")
    said = spoiled(lambda: Adjustment.objects.filter(id=row.id).update(amount=7))
    assert said.splitlines() == [f"adjustment {row.id} of account {row.account_id} says 7, it moved -7"]


@pytest.mark.postgres
def test_below_the_floor(spoiled: Any) -> None:
    """The database refuses this; the proof does not rely on it. (SQLite cannot drop a constraint in a transaction.)"""
    client = wallet()

    def lower() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ppv_plugin_account DROP CONSTRAINT ppv_account_floor")
        Account.objects.filter(id=client.id).update(floor=9000)

    assert f"account {client.id} is below its floor: 9510, of which 1000 are held, over 9000" in spoiled(lower)
