"""Sign the receipt of a closed session, once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ppv_plugin.metering import queries as metering

from . import rules
from .document import document_of
from .keys import key_ring
from .models import SignedReceipt


def signed_receipt(*, session_id: UUID, now: datetime) -> SignedReceipt | None:
    """The signed receipt; signs it now when that was missed. None while the session is open. Raises NotFound."""
    if found := SignedReceipt.objects.filter(session_id=session_id).first():
        return found
    receipt = metering.receipt(session_id=session_id)
    if receipt.closed_at is None:
        return None
    key = key_ring().signer
    text = rules.canonical(document_of(receipt))
    row, _made = SignedReceipt.objects.get_or_create(
        session_id=session_id,
        defaults={"document": text, "key_id": key.id, "signature": rules.sign(text, key), "signed_at": now},
    )
    return row
