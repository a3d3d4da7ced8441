"""What the chat says by itself: who enters a paid show, and a changed mode. Follows a commit; the chat never holds up a
show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils import timezone

from ppv_plugin.chat import services as chat
from ppv_plugin.chat.queries import chat_settings
from ppv_plugin.signals import mode_switched, session_opened

from .models import ModeSwitch, Visit

JOINS_SAID_MAX = 20  # inside at once: beyond, names would push away what people say


@receiver(mode_switched, dispatch_uid="ppv_plugin.chat.mode")
def say_mode(*, show_id: UUID, room_id: int, number: int, **_facts: Any) -> None:
    switch = ModeSwitch.objects.filter(show_id=show_id, number=number).first()
    if switch is not None:
        facts = {"mode": str(switch.terms["name"])}
        cid = f"mode-{show_id.hex[:24]}-{number}"
        chat.post_system(room_id=room_id, event="mode", facts=facts, cid=cid, now=timezone.now())


@receiver(session_opened, dispatch_uid="ppv_plugin.chat.joins")
def say_join(*, session_id: UUID, **_facts: Any) -> None:
    """Of a visit to a paid show that everybody inside may know of."""
    visit = (
        Visit.objects.filter(session_id=session_id, session__subject="group").select_related("show__room__site").first()
    )
    visit = visit if visit is not None and _is_seen(visit) else None
    if visit is None or not chat_settings(visit.show.room.site).joins:
        return
    if Visit.objects.in_force().filter(show=visit.show).count() <= JOINS_SAID_MAX:
        room_id, cid = visit.show.room_id, f"join-{visit.pk.hex}"
        chat.post_system(
            room_id=room_id, event="joined", facts={"name": visit.client.name}, cid=cid, now=timezone.now()
        )


def _is_seen(visit: Any) -> bool:
    """A voyeur's visit is nobody's business."""
    return not getattr(visit, "voyeur", False)
