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
    """Of a visit to a paid show that everybody inside may know of: never a voyeur's."""
    seen = Visit.objects.exclude(manner=Visit.Manner.VOYEUR)
    visit = seen.filter(session_id=session_id).select_related("client", "show__room__site").first()
    if visit is None or not chat_settings(visit.show.room.site).joins:
        return
    if seen.in_force().filter(show=visit.show).count() <= JOINS_SAID_MAX:
        facts, cid = {"name": visit.client.name}, f"join-{visit.pk.hex}"
        chat.post_system(room_id=visit.show.room_id, event="joined", facts=facts, cid=cid, now=timezone.now())
