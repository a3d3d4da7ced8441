"""Others share what an open session earns from a moment on: what was used up to then is posted to those before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ppv_plugin.ledger import receivables
from ppv_plugin.ledger import services as ledger

from . import rules
from .charging import OPEN, settlement
from .models import MeteredSession, SessionEvent, SessionPayee
from .usage import clocks_of, proven_ms

NOTE_MAX = 120


@transaction.atomic
def share_from_now_on(
    *, session_ids: Collection[UUID], split: rules.Split, names: Mapping[int, str], now: datetime
) -> int:
    """Those of these sessions that are open are shared by the parties of `split` from their proven time on. `names`:
    the parties' accounts and how receipts call them. Returns how many sessions that were."""
    rows = MeteredSession.objects.select_for_update(no_key=True).filter(id__in=list(session_ids), state=OPEN)
    found = list(rows.order_by("id"))
    clocks = clocks_of(found)
    for row in found:
        _share(row, proven_ms(row, clocks), split, names, now)
    return len(found)


def _share(row: MeteredSession, used_ms: int, split: rules.Split, names: Mapping[int, str], now: datetime) -> None:
    row.used_ms = used_ms
    tariff = rules.tariff_from(row.tariff)
    if draft := settlement(row, tariff):
        ledger.post(drafts=[receivables.owing(draft=draft, credit_id=row.client_account_id)], now=now)
    shared = rules.shared_from(rules.tariff_from(row.tariff), row.settled, split)
    row.tariff = rules.tariff_to(shared)
    row.facts = {**row.facts, "names": {**row.facts.get("names", {}), **{str(pk): name for pk, name in names.items()}}}
    row.save(update_fields=["used_ms", "settled", "settled_ms", "settle_seq", "tariff", "facts"])
    known = set(row.payees.values_list("account_id", flat=True))
    SessionPayee.objects.bulk_create(
        SessionPayee(session=row, account_id=pk) for pk in rules.parts(shared, 0) if pk not in known
    )
    note = ", ".join(names[party.account] for party in split.parties)
    together = "shared_by_time" if rules.shared_by_presence(shared) else "shared"
    kind = together if len(split.parties) > 1 else "alone"
    SessionEvent.objects.create(session=row, at=now, used_ms=row.used_ms, kind=kind, note=note[:NOTE_MAX])
