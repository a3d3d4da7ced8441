"""What is paid at once and takes no time, a tip for instance: a session that is closed as soon as it is opened.

So it has a receipt, a signature, a place in every history and report, and can be refunded, as what the meter charges.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.db import transaction

from ppv_plugin.errors import SessionLimitReached
from ppv_plugin.ledger import limits, receivables
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.signals import announce, session_closed

from . import rules
from .charging import PHASES, settlement
from .models import MeteredSession, SessionEvent, SessionPayee


@transaction.atomic
def charge_once(
    *,
    account_id: int,
    split: rules.Split,
    amount: int,
    subject: str,
    subject_id: UUID,
    facts: dict[str, Any],
    now: datetime,
) -> MeteredSession:
    """`amount` > 0 hundredths from what is free in this wallet to the parties of `split`, in one transfer.

    Raises InsufficientFunds (what running sessions hold is not free), LimitReached, SessionLimitReached; nothing is
    posted then. `subject_id` makes it happen once. Announces `session_closed`.
    """
    _check_session_limit(account_id, amount, now)
    tariff = rules.Tariff(rule=rules.ONCE, cpm=amount, split=split)
    hold = ledger.place_hold(account_id=account_id, source=subject, source_id=str(subject_id), amount=amount, now=now)
    session_id = uuid4()
    row = MeteredSession(
        id=session_id,
        phase=session_id.int % PHASES,
        **msgspec.structs.asdict(rules.price_of(tariff)),
        client_account_id=account_id,
        hold_id=hold.id,
        subject=subject,
        subject_id=subject_id,
        tariff=rules.tariff_to(tariff),
        facts=facts,
        opened_at=now,
        heard_at=now,
        state=MeteredSession.State.CLOSED,
        closed_at=now,
    )
    draft = settlement(row, tariff)
    assert draft is not None, "a price above 0 is owed from the first millisecond"
    ledger.post(drafts=[draft], now=now)
    payees = rules.shares(tariff.split, 0)
    receivables.repay(account_ids=payees, source_id=str(row.id), now=now)
    ledger.release_hold(hold_id=hold.id, now=now)
    row.save(force_insert=True)
    SessionPayee.objects.bulk_create(SessionPayee(session=row, account_id=pk) for pk in payees)
    SessionEvent.objects.create(session=row, at=now, used_ms=0, kind="paid")
    announce(session_closed, session_id=row.id, reason="")
    return row


def _check_session_limit(account_id: int, amount: int, now: datetime) -> None:
    """A limit for each session is one for each thing that is paid at once, too: no way leads round it."""
    allowance = limits.allowances(account_ids=[account_id], now=now).get(account_id)
    if allowance is not None and allowance.session is not None and amount > allowance.session:
        raise SessionLimitReached(limit=tokens(allowance.session))
