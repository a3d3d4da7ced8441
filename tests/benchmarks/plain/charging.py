"""One session charged for one minute."""

from __future__ import annotations

from django.db import transaction

from ppv_plugin.ledger.rules import split_by_weight

from .models import Entry, Posting, Session, Wallet

MINUTE_MS = 60_000


def charge(session_id: int, now_ms: int) -> bool:
    """Lock the session, then every wallet of it in one order; post the minute to all of them or end the session."""
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if session.state != 1 or session.due_ms > now_ms:
            return False
        shares = list(session.shares.all())
        ids = [session.client_id, *(share.wallet_id for share in shares)]
        wallets = {w.pk: w for w in Wallet.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
        client = wallets[session.client_id]
        if client.balance < session.cpm:
            session.state = 2
            session.save(update_fields=["state"])
            return False
        number = session.charged_no + 1
        posting = Posting.objects.create(source="session", source_id=session.pk, seq=number, kind="charge")
        entries = [Entry(posting=posting, wallet=client, amount=-session.cpm)]
        client.balance -= session.cpm
        parts = split_by_weight(session.cpm, [share.bp for share in shares])
        for share, part in zip(shares, parts, strict=True):
            wallets[share.wallet_id].balance += part
            entries.append(Entry(posting=posting, wallet_id=share.wallet_id, amount=part))
        Entry.objects.bulk_create(entries)
        for wallet in wallets.values():
            wallet.save(update_fields=["balance"])
        session.charged_no, session.due_ms = number, session.due_ms + MINUTE_MS
        session.save(update_fields=["charged_no", "due_ms"])
    return True
