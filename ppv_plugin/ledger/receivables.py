"""What somebody owes to the house: taking back more than an account has, and repaying it from what comes in later.

The account that owes has one receivable, whose owner key is its id. It stands at or below zero: -500 = 5.00 are owed.
Receivables are locked last, so whoever holds the account that owes may take its receivable at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from .models import Account
from .services import Draft, Movement, account, lock_accounts, post

_KIND = Account.Kind.RECEIVABLE


def owed_by(*, account_ids: Iterable[int]) -> dict[int, int]:
    """account id -> hundredths that it owes; those that owe nothing are left out."""
    keys = {str(pk) for pk in account_ids}
    rows = Account.objects.filter(kind=_KIND, owner__in=keys, balance__lt=0).values_list("owner", "balance")
    return {int(owner): -balance for owner, balance in rows}


def take_back(*, parts: Mapping[int, int], credit_id: int) -> tuple[Movement, ...]:
    """Movements that bring `parts` (account id -> amount) to `credit_id`; what an account lacks is owed from then on.

    Call inside the transaction that posts them: the accounts stay locked until it ends.
    """
    locked = lock_accounts([credit_id, *parts])
    movements = []
    for pk, amount in parts.items():
        own = min(amount, max(locked[pk].available, 0))
        if own:
            movements.append(Movement(pk, credit_id, own))
        if amount > own:
            movements.append(Movement(account(kind=_KIND, owner=str(pk)).id, credit_id, amount - own))
    return tuple(movements)


def owing(*, draft: Draft, credit_id: int) -> Draft:
    """The same draft, where what brings money back to `credit_id` is owed by whom lacks it. Call it as `take_back`."""
    back = {m.debit_id: m.amount for m in draft.movements if m.credit_id == credit_id}
    if not back:
        return draft
    lock_accounts(pk for m in draft.movements for pk in (m.debit_id, m.credit_id))
    kept = (m for m in draft.movements if m.credit_id != credit_id)
    return replace(draft, movements=(*kept, *take_back(parts=back, credit_id=credit_id)))


@transaction.atomic
def repay(*, account_ids: Iterable[int], source_id: str, now: datetime) -> int:
    """Pay what these accounts owe from what they have now; returns the sum. `source_id` names what brought it in.

    The caller holds no account of a higher rank than these unless it holds these too.
    """
    debtors = owed_by(account_ids=account_ids)
    if not debtors:
        return 0
    receivables = {pk: account(kind=_KIND, owner=str(pk)).id for pk in debtors}
    locked = lock_accounts([*debtors, *receivables.values()])
    movements = []
    for pk, receivable in receivables.items():
        amount = min(-locked[receivable].balance, locked[pk].available)
        if amount > 0:
            movements.append(Movement(pk, receivable, amount))
    if movements:
        draft = Draft(source="repayment", source_id=source_id, kind="repayment", movements=tuple(movements))
        post(drafts=[draft], now=now)
    return sum(movement.amount for movement in movements)
