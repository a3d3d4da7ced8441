"""What is earned while nobody may know that it is: it waits in an account of its own, and is moved on afterwards.

A veiled account belongs to a payee's account and to one occasion; its owner key is "<payee's account id>:<occasion>".
The books are whole all the time. Only the payee's own balance and statement, which the payee reads, know nothing yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from .models import Account, Transfer
from .receivables import repay
from .services import Draft, Movement, account, lock_accounts, post

_KIND = Account.Kind.VEILED
SOURCE = "veil"


def veil_of(*, account_id: int, occasion: UUID) -> int:
    """The account in which this payee's part waits."""
    return account(kind=_KIND, owner=f"{account_id}:{occasion}").id


def payees_of(*, account_ids: Iterable[int]) -> dict[int, int]:
    """Of these accounts the veiled ones -> whose they are."""
    rows = Account.objects.filter(id__in=set(account_ids), kind=_KIND).values_list("id", "owner")
    return {pk: _payee(owner) for pk, owner in rows}


def lifted(*, account_ids: Iterable[int]) -> dict[int, int]:
    """Of these accounts the veiled ones whose money has been moved on -> to whom."""
    payees = payees_of(account_ids=account_ids)
    moved = Transfer.objects.filter(source=SOURCE, source_id__in=[str(pk) for pk in payees])
    done = {int(source_id) for source_id in moved.values_list("source_id", flat=True)}
    return {pk: payee for pk, payee in payees.items() if pk in done}


def waiting() -> dict[UUID, list[int]]:
    """Occasion -> the veiled accounts that have money."""
    found: dict[UUID, list[int]] = {}
    for pk, owner in Account.objects.filter(kind=_KIND, balance__gt=0).order_by("id").values_list("id", "owner"):
        found.setdefault(UUID(owner.partition(":")[2]), []).append(pk)
    return found


@transaction.atomic
def lift(*, account_ids: Collection[int], now: datetime) -> int:
    """Move what waits in these veiled accounts to whose it is; what a payee owes to the house is paid from it first.
    Returns the sum. Doing it again moves nothing."""
    payees = payees_of(account_ids=account_ids)
    locked = lock_accounts([*payees, *payees.values()])
    drafts = [
        Draft(
            source=SOURCE,
            source_id=str(pk),
            seq=Transfer.objects.filter(source=SOURCE, source_id=str(pk)).count(),
            kind="voyeur",
            movements=(Movement(pk, payee, locked[pk].balance),),
        )
        for pk, payee in payees.items()
        if locked[pk].balance > 0
    ]
    if drafts:
        post(drafts=drafts, now=now)
        for draft in drafts:
            source_id = f"{SOURCE}:{draft.source_id}:{draft.seq}"
            repay(account_ids=[draft.movements[0].credit_id], source_id=source_id, now=now)
    return sum(draft.movements[0].amount for draft in drafts)


def _payee(owner: str) -> int:
    return int(owner.partition(":")[0])
