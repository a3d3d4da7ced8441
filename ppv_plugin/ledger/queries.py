"""Reads of the ledger: balances, statements, and the proof that they agree (`violations`, see `proof`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Q, Sum, When

from .models import Account, Entry, Hold, Transfer
from .proof import violations as violations


@dataclass(frozen=True, slots=True)
class Balance:
    """Hundredths of a token. `available` = `balance` - `held`."""

    account_id: int | None
    balance: int
    held: int

    @property
    def available(self) -> int:
        return self.balance - self.held


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer as its owner sees it: `amount` is signed, `balance_after` the balance once it was posted."""

    at: datetime
    kind: str
    reason: str
    amount: int
    balance_after: int
    source: str
    source_id: str


def balance_of(*, kind: str, owner: str) -> Balance:
    """The balance of an owner; zero when it has no account yet."""
    row = Account.objects.filter(kind=kind, owner=owner).values_list("id", "balance", "held").first()
    return Balance(*row) if row else Balance(None, 0, 0)


def balances_of(*, account_ids: Iterable[int]) -> dict[int, Balance]:
    rows = Account.objects.filter(id__in=set(account_ids)).values_list("id", "balance", "held")
    return {row[0]: Balance(*row) for row in rows}


def totals_by_kind() -> dict[str, int]:
    """kind of account -> what all of that kind have together; over all kinds that is zero."""
    rows = Account.objects.order_by("kind").values_list("kind").annotate(total=Sum("balance"))
    return {kind: int(total) for kind, total in rows}


def owners_of(*, account_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """account id -> (kind, owner)."""
    rows = Account.objects.filter(id__in=set(account_ids)).values_list("id", "kind", "owner")
    return {pk: (kind, owner) for pk, kind, owner in rows}


def account_ids_of(*, kind: str, owners: Iterable[str]) -> dict[str, int]:
    rows = Account.objects.filter(kind=kind, owner__in=set(owners)).values_list("owner", "id")
    return dict(rows)


def hold_amounts(*, hold_ids: Iterable[int]) -> dict[int, int]:
    return dict(Hold.objects.filter(id__in=set(hold_ids)).values_list("id", "amount"))


def hold_of(*, source: str, source_id: str) -> int | None:
    """What is held under this key; None when nothing ever was."""
    return Hold.objects.filter(source=source, source_id=source_id).values_list("amount", flat=True).first()


def statement(*, account_id: int, limit: int = 50, offset: int = 0) -> list[StatementLine]:
    """Newest first. Every line carries the balance after it, so pages agree with each other."""
    newest = _newest_transfers(account_id, offset + limit)[offset:]
    page = list(moves(account_id=account_id).filter(transfer_id__in=newest).order_by("-transfer_id"))
    if not page:
        return []
    now_balance = Account.objects.values_list("balance", flat=True).get(id=account_id)
    newer = Entry.objects.filter(_touches(account_id), transfer_id__gt=page[0]["transfer_id"])
    running = now_balance - _sum_of(newer, account_id)
    lines = []
    for move in page:
        lines.append(line_of(move, running))
        running -= move["moved"]
    return lines


def _newest_transfers(account_id: int, count: int) -> list[int]:
    """Newest first, from the ends of two indexes: what a long history costs is what is shown of it."""
    found: set[int] = set()
    for side in ("debit_id", "credit_id"):
        ids = Entry.objects.filter(**{side: account_id}).order_by("-transfer_id").values_list("transfer_id", flat=True)
        found.update(ids.distinct()[:count])
    return sorted(found, reverse=True)[:count]


@dataclass(frozen=True, slots=True)
class Purchase:
    at: datetime
    amount: int
    reference: str


def purchases(*, account_id: int, limit: int) -> list[Purchase]:
    """What was bought into this wallet, the newest first."""
    bought = Entry.objects.filter(credit_id=account_id, transfer__kind="top_up").order_by("-transfer_id")
    rows = bought.values_list("transfer__posted_at", "amount", "transfer__source", "transfer__source_id")[:limit]
    return [Purchase(at, amount, f"{source}/{source_id}") for at, amount, source, source_id in rows]


def moves(*, account_id: int) -> Any:
    """One row for each transfer that touches the account, with what it `moved` there in all; to be ordered and cut.

    How a transfer divides its amount among others is not the account's business.
    """
    mine = Entry.objects.filter(_touches(account_id))
    signed = Case(When(credit_id=account_id, then=F("amount")), default=-F("amount"))
    names = {name: F(f"transfer__{name}") for name in ("posted_at", "kind", "reason", "source", "source_id")}
    return mine.values("transfer_id", **names).annotate(moved=Sum(signed))


def line_of(move: dict[str, Any], balance_after: int) -> StatementLine:
    """A row of `moves` as a line."""
    return StatementLine(
        at=move["posted_at"],
        kind=move["kind"],
        reason=move["reason"],
        amount=move["moved"],
        balance_after=balance_after,
        source=move["source"],
        source_id=move["source_id"],
    )


def _touches(account_id: int) -> Q:
    return Q(debit_id=account_id) | Q(credit_id=account_id)


def transfer_amounts(*, source: str, source_id: str) -> dict[int, int]:
    """account id -> signed sum of everything posted under this source and id, all sequences together."""
    found: dict[int, int] = {}
    for debit, credit, amount in Entry.objects.filter(
        transfer__source=source, transfer__source_id=source_id
    ).values_list("debit_id", "credit_id", "amount"):
        found[debit] = found.get(debit, 0) - amount
        found[credit] = found.get(credit, 0) + amount
    return found


def last_transfer(*, source: str, source_id: str) -> int | None:
    """The newest posting under this source and id."""
    rows = Transfer.objects.filter(source=source, source_id=source_id).order_by("-seq")
    return rows.values_list("id", flat=True).first()


def earned_since(*, account_id: int, since: datetime) -> int:
    """What was credited to the account by sessions since then, less what was taken back."""
    return _sum_of(
        Entry.objects.filter(
            _touches(account_id),
            transfer__source__in=("session", "refund"),
            transfer__posted_at__gte=since,
        ),
        account_id,
    )


def _sum_of(entries: object, account_id: int) -> int:
    came = entries.filter(credit_id=account_id).aggregate(s=Sum("amount"))["s"] or 0  # type: ignore[attr-defined]
    went = entries.filter(debit_id=account_id).aggregate(s=Sum("amount"))["s"] or 0  # type: ignore[attr-defined]
    return int(came) - int(went)
