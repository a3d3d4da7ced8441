"""Open, meter, settle and close paid sessions. Money moves here and nowhere else while a show runs.

The engine's reports move `used_ms`; a tick extends the hold so that the time to come is paid for before it passes, and
posts "owed so far less already settled" now and then; closing posts the rest and gives back what was held too much.
Any of it may be repeated, raced or cut short at any moment without changing a bill (laws 5 and 6).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from django.db import transaction
from django.db.models import Q

from ppv_plugin.errors import InsufficientFunds, NoPrice
from ppv_plugin.ledger import limits, receivables, veils
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.signals import announce, session_closed, session_opened, session_settled

from . import rules
from .charging import OPEN, PHASES, PhaseWheel, Tick, settlement, tick
from .models import MeteredSession, SessionEvent, SessionPayee
from .purse import Purse
from .usage import EngineReader, Heartbeat, SpokenFor, UsageReport, clocks_of, proven_ms, record_usage

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

__all__ = [
    "EngineReader",
    "Heartbeat",
    "PhaseWheel",
    "SpokenFor",
    "Tick",
    "UsageReport",
    "close_session",
    "mark_warned",
    "open_session",
    "record_usage",
    "reserve",
    "tick",
]


def reserve(*, account_id: int, tariff: rules.Tariff, source: str, source_id: str, now: datetime) -> Any:
    """Hold what a client must have to start, or as much of it as its own limits allow.

    Raises InsufficientFunds naming that sum, LimitReached when the limits allow nothing, NoPrice when the billing rule
    is not there; nothing is held then.
    """
    needed = _priced(lambda: rules.minimum_funds(tariff))
    amount = _allowed(needed, account_id, source, source_id, now)
    try:
        return ledger.place_hold(account_id=account_id, source=source, source_id=source_id, amount=amount, now=now)
    except InsufficientFunds as error:
        raise InsufficientFunds(needed=tokens(needed), available=error.details["available"]) from error


def _allowed(needed: int, account_id: int, source: str, source_id: str, now: datetime) -> int:
    """As much of `needed` as a client's own limits allow; the wallet must have all of it, limits do not lower that."""
    allowance = limits.allowances(account_ids=[account_id], now=now).get(account_id)
    more = allowance.more() if allowance is not None else None
    if allowance is None or more is None or not needed:
        return needed
    if (known := ledger_queries.hold_of(source=source, source_id=source_id)) is not None:
        return known  # asked for before
    wallet = ledger_queries.balances_of(account_ids=[account_id])[account_id]
    if wallet.available < needed:
        raise InsufficientFunds(needed=tokens(needed), available=tokens(wallet.available))
    if more <= 0:
        raise allowance.refusal()
    return min(needed, more)


@transaction.atomic
def open_session(
    *,
    client_account_id: int,
    hold_id: int,
    subject: str,
    subject_id: UUID,
    participant: str,
    tariff: rules.Tariff,
    facts: dict[str, Any],
    now: datetime,
) -> MeteredSession:
    """Start metering `participant` under a frozen tariff, paid from an existing hold. Raises NoPrice when the billing
    rule is not there. Announces `session_opened`."""
    held = ledger_queries.hold_amounts(hold_ids=[hold_id])[hold_id]
    beside = ledger_queries.balances_of(account_ids=[client_account_id])[client_account_id].available
    kept = min(beside - rules.reserve(tariff), 0)  # of the hold, where the rest of the wallet is less than the reserve
    got = _priced(lambda: rules.grant(tariff, used_ms=0, settled=0, held=held, available=kept, ahead_ms=0))
    session_id = uuid4()
    session = MeteredSession.objects.create(
        id=session_id,
        phase=session_id.int % PHASES,
        **_columns(tariff),
        client_account_id=client_account_id,
        hold_id=hold_id,
        subject=subject,
        subject_id=subject_id,
        participant=participant,
        tariff=rules.tariff_to(tariff),
        facts=facts,
        granted_ms=got.granted_ms,
        opened_at=now,
        heard_at=now,
    )
    payees = rules.shares(tariff.split, 0)
    behind = veils.payees_of(account_ids=payees)
    SessionPayee.objects.bulk_create(SessionPayee(session=session, account_id=behind.get(pk, pk)) for pk in payees)
    SessionEvent.objects.create(session=session, at=now, used_ms=0, kind="opened")
    announce(session_opened, session_id=session.id)
    return session


def _columns(tariff: rules.Tariff) -> dict[str, Any]:
    """What statements know of a tariff."""
    own = rules.is_own(tariff.rule)
    price = rules.Price(tariff.cpm) if own else rules.price_of(tariff)
    return {**msgspec.structs.asdict(price), "reserve": rules.reserve(tariff), "own_rule": own}


def _priced(work: Callable[[], _T]) -> _T:
    try:
        return work()
    except rules.RuleUnavailable as problem:
        _log.error("nothing can begin: %s", problem)
        raise NoPrice from problem


@transaction.atomic
def close_session(*, session_id: UUID, reason: str, now: datetime, note: str = "") -> bool:
    """End a session at its last proven millisecond: post the rest, give back the hold. False when it was closed before.

    Where its billing rule is not there any more nothing is posted beside what was before. Announces `session_closed`.
    """
    row = MeteredSession.objects.select_for_update(no_key=True).get(id=session_id)
    if row.state != OPEN:
        return False
    tariff = rules.tariff_from(row.tariff)
    row.used_ms = proven_ms(row, clocks_of([row]))
    purse = Purse.of(ledger.lock_accounts([row.client_account_id]), now=now)[row.client_account_id]
    try:
        _post_rest(row, tariff, purse, now)
    except rules.RuleUnavailable as problem:
        _log.error("session %s is closed at what was settled: %s", row.id, problem)
    if row.settled:
        receivables.repay(account_ids=rules.parts(tariff, 0), source_id=str(row.id), now=now)
    ledger.release_hold(hold_id=row.hold_id, now=now)
    row.used_ms = min(row.used_ms, row.granted_ms)
    row.state, row.closed_at, row.end_reason = MeteredSession.State.CLOSED, now, reason
    row.save(
        update_fields=[
            "granted_ms", "settled", "settled_ms", "settle_seq", "used_ms", "tariff", "state", "closed_at", "end_reason"
        ]
    )  # fmt: skip
    SessionEvent.objects.create(session=row, at=now, used_ms=row.used_ms, kind="closed", note=note)
    announce(session_closed, session_id=row.id, reason=reason)
    return True


def _post_rest(row: MeteredSession, tariff: rules.Tariff, purse: Purse, now: datetime) -> None:
    """Raises RuleUnavailable before anything is written."""
    held = ledger_queries.hold_amounts(hold_ids=[row.hold_id])[row.hold_id]
    got = purse.grant(row, tariff, held=held, ahead_ms=0)
    row.granted_ms = got.granted_ms
    draft = settlement(row, tariff)
    if got.hold != held:
        ledger.resize_holds(amounts={row.hold_id: got.hold}, now=now)
    if draft:
        # a share can fall by a hundredth (`rules.shares`), and its payee may have spent it
        ledger.post(drafts=[receivables.owing(draft=draft, credit_id=row.client_account_id)], now=now)
        announce(session_settled, session_ids=[row.id])


@transaction.atomic
def mark_warned(*, session_id: UUID, left_ms: int | None, now: datetime) -> bool:
    """Remember that the client was warned of `left_ms`; None forgets it (after a top-up). False: nothing changed."""
    rows = MeteredSession.objects.filter(id=session_id, state=OPEN)
    if left_ms is None:
        return bool(rows.filter(warned_ms__isnull=False).update(warned_ms=None))
    if not rows.filter(Q(warned_ms__isnull=True) | Q(warned_ms__gt=left_ms)).update(warned_ms=left_ms):
        return False
    row = rows.get()
    SessionEvent.objects.create(session=row, at=now, used_ms=row.used_ms, kind="warned", note=str(left_ms // 60_000))
    return True
