"""A receipt is signed once its session's end has been committed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils import timezone

from ppv_plugin.signals import session_closed

from . import services


@receiver(session_closed, dispatch_uid="ppv_plugin.metering.receipts")
def sign(*, session_id: UUID, **_facts: Any) -> None:
    """What fails here is logged by the sender and made up for when the receipt is first looked at."""
    services.signed_receipt(session_id=session_id, now=timezone.now())
