"""Who was a client in a room: whom a performer may know by name."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ppv_plugin.people.models import Client

from ..models import PrivateRequest, Visit
from ..rules import VOYEUR


def regulars(*, room: Any) -> QuerySet[Client]:
    """Clients who were in a paid show of its performer there or asked for a private one, by name. Who watched unseen is
    not among them."""
    theirs = {"show__room": room, "show__performer": room.performer_id, "client": OuterRef("pk")}
    visited = Exists(Visit.objects.filter(**theirs).exclude(manner=VOYEUR))
    asked = Exists(PrivateRequest.objects.filter(**theirs))
    return Client.objects.filter(Q(visited) | Q(asked)).order_by("name", "id")
