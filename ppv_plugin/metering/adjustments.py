"""Adjustments: the house gives to an account or takes from it, with a reason; above a limit two people do it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Abs

from ppv_plugin.errors import BadInput, Conflict, Gone, NotFound, SecondPersonNeeded
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.services import Draft, Movement

from .models import Adjustment

ADJUSTABLE = frozenset({"client", "performer", "studio", "receivable"})
ALONE_FOR = timedelta(days=1)  # what one person does to one account in this time counts together
_PENDING, _POSTED, _DECLINED = Adjustment.State.PENDING, Adjustment.State.POSTED, Adjustment.State.DECLINED


@transaction.atomic
def request_adjustment(
    *, account_id: int, amount: int, reason: str, cid: str, alone_max: int | None, actor: str, now: datetime
) -> Adjustment:
    """The house gives `amount` > 0 to the account, or takes -`amount` from it, at once or once a second person agrees.

    A receivable can only be given to, up to what is owed: that writes the debt off. The same `cid` again returns the
    same adjustment. Raises NotFound, BadInput (no reason, no amount, an account that cannot be adjusted),
    InsufficientFunds (the account's or the house's), or Conflict when the cid came with other values.
    """
    _lock(account_id, amount)
    known = Adjustment.objects.filter(account_id=account_id, cid=cid).first()
    if known is not None:
        if (known.amount, known.reason) != (amount, reason):
            raise Conflict
        return known
    if not reason.strip() or not amount:
        raise BadInput
    row = Adjustment.objects.create(
        account_id=account_id, cid=cid, amount=amount, reason=reason, requested_by=actor, requested_at=now
    )
    if alone_max is None or _alone(account_id, actor, now) + abs(amount) <= alone_max:
        _post(row, actor, now)
    return row


@transaction.atomic
def approve_adjustment(*, adjustment_id: UUID, actor: str, now: datetime) -> Adjustment:
    """Post an adjustment that waits. Approved again by the same person it is left as it is.

    Raises NotFound, SecondPersonNeeded (the one who asked), Gone (decided by somebody else), InsufficientFunds.
    """
    row = _pending(adjustment_id)
    if row.state == _POSTED and row.decided_by == actor:
        return row
    if row.state != _PENDING:
        raise Gone
    if actor == row.requested_by:
        raise SecondPersonNeeded
    _post(row, actor, now)
    return row


@transaction.atomic
def decline_adjustment(*, adjustment_id: UUID, actor: str, now: datetime) -> Adjustment:
    """Let one that waits come to nothing; the one who asked may, too. Raises NotFound, Gone (it was posted)."""
    row = _pending(adjustment_id)
    if row.state == _POSTED:
        raise Gone
    if row.state == _PENDING:
        row.state, row.decided_by, row.decided_at = _DECLINED, actor, now
        row.save(update_fields=["state", "decided_by", "decided_at"])
    return row


def _lock(account_id: int, amount: int) -> int:
    """Both accounts, in the ledger's order; returns the house's."""
    kind, _owner = ledger_queries.owners_of(account_ids=[account_id]).get(account_id, ("", ""))
    if not kind:
        raise NotFound
    house = ledger.account(kind="house").id
    row = ledger.lock_accounts([account_id, house])[account_id]
    if kind not in ADJUSTABLE or (kind == "receivable" and not 0 < amount <= -row.balance):
        raise BadInput
    return house


def _alone(account_id: int, actor: str, now: datetime) -> int:
    own = Adjustment.objects.filter(
        account_id=account_id,
        state=_POSTED,
        requested_by=actor,
        decided_by=F("requested_by"),
        decided_at__gt=now - ALONE_FOR,
    )
    return sum(own.annotate(size=Abs("amount")).values_list("size", flat=True))


def _pending(adjustment_id: UUID) -> Adjustment:
    row = Adjustment.objects.select_for_update(no_key=True).filter(id=adjustment_id).first()
    if row is None:
        raise NotFound
    return row


def _post(row: Adjustment, actor: str, now: datetime) -> None:
    house = _lock(row.account_id, row.amount)
    debit, credit = (house, row.account_id) if row.amount > 0 else (row.account_id, house)
    ledger.post(
        drafts=[
            Draft(
                source="adjustment",
                source_id=str(row.id),
                kind="adjustment",
                movements=(Movement(debit, credit, abs(row.amount)),),
                reason=row.reason,
                actor=actor,
            )
        ],
        now=now,
    )
    row.state, row.decided_by, row.decided_at = _POSTED, actor, now
    row.save(update_fields=["state", "decided_by", "decided_at"])
