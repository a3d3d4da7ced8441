"""The only writer of balances: post transfers, place and change holds.

Every function is one transaction (or joins the caller's), locks accounts in one global order (wallets of those who pay
first, the shared house last) and never locks and updates a row in the same statement: both were deadlocks once.
Isolation is READ COMMITTED; the locks, the unique keys and the check constraints carry the correctness.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, IntegerField, Value, When

from ppv_plugin.errors import Conflict, InsufficientFunds
from ppv_plugin.setwise import among, array, insert_rows, run
from ppv_plugin.signals import announce, wallet_changed

from . import limits
from .models import Account, Entry, Hold, Transfer
from .rules import tokens

_RANK = {
    Account.Kind.CLIENT: 0,
    Account.Kind.VEILED: 1,
    Account.Kind.PERFORMER: 2,
    Account.Kind.STUDIO: 3,
    Account.Kind.HOUSE: 4,
    Account.Kind.PROVIDER: 5,
    Account.Kind.RECEIVABLE: 6,
}
_UNBOUNDED = {Account.Kind.PROVIDER, Account.Kind.RECEIVABLE}


Key = tuple[str, str, int]  # source, source_id, seq


@dataclass(frozen=True, slots=True)
class Movement:
    """`amount` > 0 hundredths from the account `debit_id` to the account `credit_id`."""

    debit_id: int
    credit_id: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A transfer to be. `hold_use` hundredths of the hold `hold_id` pay for it."""

    source: str
    source_id: str
    seq: int = 0
    kind: str
    movements: tuple[Movement, ...]
    reason: str = ""
    actor: str = ""
    reverses_id: int | None = None
    hold_id: int | None = None
    hold_use: int = 0

    @property
    def key(self) -> Key:
        return (self.source, self.source_id, self.seq)

    @property
    def digest(self) -> str:
        legs = [(m.debit_id, m.credit_id, m.amount) for m in self.movements]
        return hashlib.sha256(repr((self.kind, legs, self.reverses_id)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Posted:
    transfer_id: int
    new: bool


def account(*, kind: str, owner: str = "") -> Account:
    """The account of this owner, made on first need."""
    floor = None if kind in _UNBOUNDED else 0
    found, _created = Account.objects.get_or_create(kind=kind, owner=owner, defaults={"floor": floor})
    return found


class Locked(NamedTuple):
    """The state of an account that this transaction has locked. `limited`: its owner has set limits."""

    id: int
    kind: str
    owner: str
    floor: int | None
    balance: int
    held: int
    limited: bool

    @property
    def available(self) -> int:
        return self.balance - self.held


def lock_accounts(ids: Iterable[int]) -> dict[int, Locked]:
    """Lock these accounts in the global order and return their present state. Call inside a transaction."""
    rank = Case(*(When(kind=kind, then=Value(number)) for kind, number in _RANK.items()), output_field=IntegerField())
    rows = Account.objects.filter(id__in=among(set(ids))).order_by(rank, "id")
    locked = rows.select_for_update(no_key=True).values_list(*Locked._fields)
    return {row[0]: Locked._make(row) for row in locked}


def lock_only(ids: Iterable[int]) -> None:
    """Lock these accounts in the global order without reading them: for statements that read them afterwards."""
    rank = " ".join(f"WHEN '{kind}' THEN {number}" for kind, number in _RANK.items())
    run(
        f"SELECT count(*) FROM (SELECT 1 FROM ppv_plugin_account WHERE id = ANY(%s::bigint[]) "  # noqa: S608 - no input
        f"ORDER BY CASE kind {rank} END, id FOR NO KEY UPDATE) locked",
        [array(set(ids))],
    )


def announce_wallets(changed: Iterable[tuple[int, str]]) -> None:
    """Tell that these client wallets, (account id, owner), changed. For callers of `statements`."""
    for account_id, owner in changed:
        announce(wallet_changed, account_id=account_id, owner=owner)


@transaction.atomic
def post(*, drafts: Sequence[Draft], now: datetime) -> list[Posted]:
    """Post every draft, all or none; one that was posted before is left alone and reported as not new.

    Raises InsufficientFunds when a balance less its holds would fall below its floor, LimitReached when a client would
    spend more than its own limits leave, Conflict when a key was used with other content, ValueError for an empty draft
    or an amount <= 0. Announces `wallet_changed` for each client.
    """
    for draft in drafts:
        if not draft.movements or any(m.amount <= 0 or m.debit_id == m.credit_id for m in draft.movements):
            raise ValueError("a transfer moves at least one amount > 0 between two accounts")
    locked = lock_accounts(i for d in drafts for m in d.movements for i in (m.debit_id, m.credit_id))
    digests = {draft.key: draft.digest for draft in drafts}
    if len(digests) != len(drafts):
        raise Conflict
    known = _already_posted(digests)
    fresh = [draft for draft in drafts if draft.key not in known]
    limits.check(wallets=locked, more=_spending(locked, fresh), now=now)
    made = _insert(fresh, digests, now)
    _move(locked, fresh)
    return [Posted(known[d.key], new=False) if d.key in known else Posted(made[d.key], new=True) for d in drafts]


def _already_posted(digests: Mapping[Key, str]) -> dict[Key, int]:
    """Keys that exist, after the locks: a rival with the same key holds the same accounts and has finished.

    Raises Conflict for one that exists with another digest.
    """
    known = {}
    for source, source_id, seq, digest, pk in _posted_rows(digests):
        key = (source, source_id, seq)
        if key in digests:
            if digests[key] != digest:
                raise Conflict
            known[key] = pk
    return known


def _posted_rows(keys: Collection[Key]) -> Iterable[tuple[str, str, int, str, int]]:
    if not keys:
        return []
    sources, source_ids, seqs = zip(*keys, strict=True)
    if connection.vendor == "postgresql":
        found, _count = run(
            "SELECT t.source, t.source_id, t.seq, t.digest, t.id FROM ppv_plugin_transfer t "
            "JOIN unnest(%s::text[], %s::text[], %s::bigint[]) AS k(source, source_id, seq) "
            "ON t.source = k.source AND t.source_id = k.source_id AND t.seq = k.seq",
            [list(sources), list(source_ids), array(seqs)],
        )
        return found
    rows = Transfer.objects.filter(source__in=set(sources), source_id__in=set(source_ids))
    return rows.values_list("source", "source_id", "seq", "digest", "id")


def _insert(drafts: Sequence[Draft], digests: Mapping[Key, str], now: datetime) -> dict[Key, int]:
    if not drafts:
        return {}
    try:
        with transaction.atomic():
            ids = insert_rows(
                Transfer,
                ["source", "source_id", "seq", "digest", "kind", "reason", "actor", "reverses", "posted_at"],
                [(*d.key, digests[d.key], d.kind, d.reason, d.actor, d.reverses_id, now) for d in drafts],
            )
    except IntegrityError as error:  # the same key with other accounts, at the same moment
        raise Conflict from error
    made = dict(zip((d.key for d in drafts), ids, strict=True))
    legs = [
        (made[draft.key], leg, m.debit_id, m.credit_id, m.amount)
        for draft in drafts
        for leg, m in enumerate(draft.movements)
    ]
    insert_rows(Entry, ["transfer", "leg", "debit", "credit", "amount"], legs)
    return made


def _move(locked: Mapping[int, Locked], drafts: Sequence[Draft]) -> None:
    balance: dict[int, int] = defaultdict(int)
    held: dict[int, int] = defaultdict(int)
    hold_change: dict[int, int] = defaultdict(int)
    owners = dict(
        Hold.objects.filter(id__in=among(d.hold_id for d in drafts if d.hold_id)).values_list("id", "account_id")
    )
    for draft in drafts:
        for m in draft.movements:
            balance[m.debit_id] -= m.amount
            balance[m.credit_id] += m.amount
        if draft.hold_id and draft.hold_use:
            hold_change[draft.hold_id] -= draft.hold_use
            held[owners[draft.hold_id]] -= draft.hold_use
    for pk, change in balance.items():
        row = locked[pk]
        left = row.balance + change - row.held - held[pk]
        if row.floor is not None and change - held[pk] < 0 and left < row.floor:
            raise InsufficientFunds(needed=tokens(-change), available=tokens(row.available))
    _add_to_accounts({pk: (balance[pk], held[pk]) for pk in {*balance, *held}})
    _add_to_holds(hold_change)
    for pk in balance:
        _announce_wallet(locked[pk])


def _spending(locked: Mapping[int, Locked], drafts: Sequence[Draft]) -> dict[int, int]:
    """What each wallet that limits itself would spend beyond what was held for it. Corrections are no spending."""
    limited = {pk for pk, row in locked.items() if row.limited}
    if not limited:
        return {}
    holds = dict(Hold.objects.filter(id__in=[d.hold_id for d in drafts if d.hold_id]).values_list("id", "account_id"))
    more = dict.fromkeys(limited, 0)
    for draft in drafts:
        if draft.hold_id and holds[draft.hold_id] in limited:
            more[holds[draft.hold_id]] -= draft.hold_use
        for m in draft.movements if draft.source not in limits.NO_SPENDING else ():
            if m.debit_id in limited and locked[m.credit_id].kind in limits.EARNERS:
                more[m.debit_id] += m.amount
            elif m.credit_id in limited and locked[m.debit_id].kind in limits.EARNERS:
                more[m.credit_id] -= m.amount
    return more


@transaction.atomic
def place_hold(*, account_id: int, source: str, source_id: str, amount: int, now: datetime) -> Hold:
    """Set `amount` >= 0 aside under the key `(source, source_id)`; the same call again returns the same hold.

    Raises InsufficientFunds, LimitReached, or Conflict when the key was used with another amount or account.
    """
    if amount < 0:
        raise ValueError("a hold is never negative")
    row = lock_accounts([account_id])[account_id]
    found = Hold.objects.filter(source=source, source_id=source_id).first()
    if found is not None:
        if found.account_id != account_id or found.amount != amount:
            raise Conflict
        return found
    if row.available < amount:
        raise InsufficientFunds(needed=tokens(amount), available=tokens(row.available))
    limits.check(wallets={row.id: row}, more={row.id: amount}, now=now)
    hold = Hold.objects.create(account_id=account_id, source=source, source_id=source_id, amount=amount, created_at=now)
    _add_to_accounts({account_id: (0, amount)})
    _announce_wallet(row)
    return hold


@transaction.atomic
def resize_holds(*, amounts: Mapping[int, int], now: datetime) -> None:
    """Give these holds (id -> new amount >= 0) other amounts. Raises InsufficientFunds, LimitReached; all or none."""
    if not amounts:
        return
    account_ids = Hold.objects.filter(id__in=amounts).values_list("account_id", flat=True)
    locked = lock_accounts(account_ids)
    held: dict[int, int] = defaultdict(int)
    hold_change: dict[int, int] = {}
    for hold in Hold.objects.filter(id__in=amounts, released_at__isnull=True):
        change = amounts[hold.id] - hold.amount
        if change:
            hold_change[hold.id] = change
            held[hold.account_id] += change
    for pk, change in held.items():
        if change > 0 and locked[pk].available < change:
            raise InsufficientFunds(needed=tokens(change), available=tokens(locked[pk].available))
    limits.check(wallets=locked, more=held, now=now)
    _add_to_accounts({pk: (0, change) for pk, change in held.items()})
    _add_to_holds(hold_change)
    for pk in held:
        _announce_wallet(locked[pk])


@transaction.atomic
def release_hold(*, hold_id: int, now: datetime) -> int:
    """Give back what the hold still sets aside; returns that amount (0 when it was released before)."""
    hold = Hold.objects.get(id=hold_id)
    row = lock_accounts([hold.account_id])[hold.account_id]
    hold.refresh_from_db()
    if hold.released_at is not None:
        return 0
    amount = hold.amount
    Hold.objects.filter(id=hold_id).update(amount=0, released_at=now)
    _add_to_accounts({row.id: (0, -amount)})
    _announce_wallet(row)
    return amount


def _announce_wallet(row: Locked) -> None:
    if row.kind == Account.Kind.CLIENT:
        announce(wallet_changed, account_id=row.id, owner=row.owner)


def _add_to_accounts(changes: Mapping[int, tuple[int, int]]) -> None:
    rows = [(pk, b, h) for pk, (b, h) in changes.items() if b or h]
    if not rows:
        return
    if connection.vendor == "postgresql":
        run(
            "UPDATE ppv_plugin_account a SET balance = a.balance + v.b, held = a.held + v.h "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS v(id, b, h) WHERE a.id = v.id",
            [array(column) for column in zip(*rows, strict=True)],
        )
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE ppv_plugin_account SET balance = balance + %s, held = held + %s WHERE id = %s",
            [(b, h, pk) for pk, b, h in rows],
        )


def _add_to_holds(changes: Mapping[int, int]) -> None:
    rows = [(pk, change) for pk, change in changes.items() if change]
    if not rows:
        return
    if connection.vendor == "postgresql":
        run(
            "UPDATE ppv_plugin_hold h SET amount = h.amount + v.d "
            "FROM unnest(%s::bigint[], %s::bigint[]) AS v(id, d) WHERE h.id = v.id",
            [array(column) for column in zip(*rows, strict=True)],
        )
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE ppv_plugin_hold SET amount = amount + %s WHERE id = %s", [(change, pk) for pk, change in rows]
        )
