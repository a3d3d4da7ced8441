"""Refunds of closed sessions: whole or part, by one person, above a limit by two, or by the site's policy for faults.

A refund is a new transfer that reverses the session's last posting and carries its own reason and actor. Every payee
gives back in proportion to what it got; what one no longer has, it owes (`ledger.receivables`). Together the refunds of
a session never exceed what was charged: every verb first locks the session's row.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from ppv_plugin.errors import AlreadyRefunded, BadInput, Conflict, Gone, MoreThanCharged, NotFound, SecondPersonNeeded
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import receivables, veils
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.ledger.services import Draft
from ppv_plugin.signals import announce, refund_posted

from . import rules
from .models import MeteredSession, Refund, SessionEvent
from .refund_queries import FAULT

POLICY = "policy"  # the actor of what the site does by itself
FAULTS = frozenset({MeteredSession.EndReason.PERFORMER_LOST, MeteredSession.EndReason.MEDIA_LOST})
_PENDING, _POSTED, _DECLINED = Refund.State.PENDING, Refund.State.POSTED, Refund.State.DECLINED


@transaction.atomic
def request_refund(
    *,
    session_id: UUID,
    amount: int | None,
    reason: str,
    cid: str,
    alone_max: int | None,
    actor: str,
    now: datetime,
) -> Refund:
    """Give `amount` hundredths of a closed session back (None = all that is left), or ask a second person to.

    It is posted at once when `actor` has then refunded at most `alone_max` of this session alone (None = no limit), and
    waits for `approve_refund` otherwise. The same `cid` again returns the same refund. Raises NotFound, Gone (the
    session still runs), BadInput (no reason, amount <= 0), MoreThanCharged, AlreadyRefunded, or Conflict when the cid
    came with other values.
    """
    session = _locked(session_id)
    known = session.refunds.filter(cid=cid).first()
    if known is not None:
        if known.reason != reason or (amount is not None and known.amount != amount):
            raise Conflict
        return known
    if session.state != MeteredSession.State.CLOSED:
        raise Gone
    left = _left(session, [_PENDING, _POSTED])
    amount = left if amount is None else amount
    if not reason.strip() or amount <= 0:
        raise BadInput
    if amount > left:
        raise _too_much(session, left)
    refund = Refund.objects.create(
        session=session, cid=cid, amount=amount, reason=reason, requested_by=actor, requested_at=now
    )
    if alone_max is None or _alone(session, actor) + amount <= alone_max:
        _post(session, refund, actor, now)
    return refund


@transaction.atomic
def approve_refund(*, refund_id: UUID, actor: str, now: datetime) -> Refund:
    """Post a refund that waits. Approved again by the same person it is left as it is.

    Raises NotFound, SecondPersonNeeded (the one who asked), Gone (decided by somebody else).
    """
    session, refund = _pending(refund_id)
    if refund.state == _POSTED and refund.decided_by == actor:
        return refund
    if refund.state != _PENDING:
        raise Gone
    if actor == refund.requested_by:
        raise SecondPersonNeeded
    _post(session, refund, actor, now)
    return refund


@transaction.atomic
def decline_refund(*, refund_id: UUID, actor: str, now: datetime) -> Refund:
    """Let a refund that waits come to nothing; the one who asked may, too. Raises NotFound, Gone (it was posted)."""
    _session, refund = _pending(refund_id)
    if refund.state == _POSTED:
        raise Gone
    if refund.state == _PENDING:
        refund.state, refund.decided_by, refund.decided_at = _DECLINED, actor, now
        refund.save(update_fields=["state", "decided_by", "decided_at"])
    return refund


@transaction.atomic
def refund_fault(*, session_id: UUID, within_seconds: int, now: datetime) -> Refund | None:
    """The site's policy: all of a session that was cut off by the performer's side or the media within so many seconds
    on the meter. None when it does not apply. Doing it again changes nothing."""
    session = _locked(session_id)
    applies = session.end_reason in FAULTS and session.used_ms <= within_seconds * 1000 and within_seconds > 0
    known = session.refunds.filter(cid=POLICY).first()
    if known is not None or not applies or not _left(session, [_PENDING, _POSTED]):
        return known
    return request_refund(
        session_id=session_id, amount=None, reason=FAULT, cid=POLICY, alone_max=None, actor=POLICY, now=now
    )


def refundable(*, session_id: UUID) -> int:
    """What could still be asked for, in hundredths. Raises NotFound."""
    session = MeteredSession.objects.filter(id=session_id).first()
    if session is None:
        raise NotFound
    return _left(session, [_PENDING, _POSTED])


def _locked(session_id: UUID) -> MeteredSession:
    row = MeteredSession.objects.select_for_update(no_key=True).filter(id=session_id).first()
    if row is None:
        raise NotFound
    return row


def _pending(refund_id: UUID) -> tuple[MeteredSession, Refund]:
    session_id = Refund.objects.filter(id=refund_id).values_list("session_id", flat=True).first()
    if session_id is None:
        raise NotFound
    session = _locked(session_id)
    return session, session.refunds.get(id=refund_id)


def _left(session: MeteredSession, states: list[str]) -> int:
    taken = session.refunds.filter(state__in=states).aggregate(s=Sum("amount"))["s"] or 0
    return int(session.settled - taken)


def _alone(session: MeteredSession, actor: str) -> int:
    own = session.refunds.filter(state=_POSTED, requested_by=actor, decided_by=F("requested_by"))
    return int(own.aggregate(s=Sum("amount"))["s"] or 0)


def _too_much(session: MeteredSession, left: int) -> MoreThanCharged:
    kind = MoreThanCharged if left else AlreadyRefunded
    return kind(left=tokens(left), charged=tokens(session.settled), refunded=tokens(session.settled - left))


def _post(session: MeteredSession, refund: Refund, actor: str, now: datetime) -> None:
    """The session's row is locked. Nothing of it is left for anybody else to refund meanwhile."""
    left = _left(session, [_POSTED])
    if refund.amount > left:
        raise _too_much(session, left)
    parts = _parts(session, refund.amount)
    moved = veils.lifted(account_ids=parts)  # what waited behind a veil may have reached its payee by now
    behind = veils.payees_of(account_ids=parts)
    ledger.post(
        drafts=[
            Draft(
                source="refund",
                source_id=str(refund.id),
                kind="refund",
                movements=receivables.take_back(
                    parts={moved.get(pk, pk): part for pk, part in parts.items()}, credit_id=session.client_account_id
                ),
                reason=refund.reason,
                actor=actor,
                reverses_id=ledger_queries.last_transfer(source="session", source_id=str(session.id)),
            )
        ],
        now=now,
    )
    refund.parts = {str(behind.get(pk, pk)): part for pk, part in parts.items()}
    refund.state, refund.decided_by, refund.decided_at = _POSTED, actor, now
    refund.save(update_fields=["parts", "state", "decided_by", "decided_at"])
    SessionEvent.objects.create(
        session=session, at=now, used_ms=session.used_ms, kind="refunded", note=tokens(refund.amount)
    )
    announce(refund_posted, refund_id=refund.id, session_id=session.id, amount=refund.amount)


def _parts(session: MeteredSession, amount: int) -> dict[int, int]:
    """account that was paid -> its part of this refund; in the order of the tariff's split. A part behind a veil is
    kept under its payee's account."""
    posted = ledger_queries.transfer_amounts(source="session", source_id=str(session.id))
    payees = [pk for pk in rules.parts(rules.tariff_from(session.tariff), 0) if posted.get(pk, 0) > 0]
    behind = veils.payees_of(account_ids=payees)
    given = dict.fromkeys(payees, 0)
    veiled = {payee: pk for pk, payee in behind.items()}
    for row in session.refunds.filter(state=_POSTED):
        for pk, part in row.parts.items():
            given[veiled.get(int(pk), int(pk))] += part
    parts = rules.give_back(amount, got=[posted[pk] for pk in payees], given=[given[pk] for pk in payees])
    return {pk: part for pk, part in zip(payees, parts, strict=True) if part}
