"""Who was a client in a room: whom a performer may know by name."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ppv_plugin.people.models import Client

from ..models import PrivateRequest, Visit


def regulars(*, room: Any) -> QuerySet[Client]:
    """Clients who were in a paid show there or asked for a private one, by name."""
    visited = Exists(Visit.objects.filter(show__room=room, client=OuterRef("pk")))
    asked = Exists(PrivateRequest.objects.filter(show__room=room, client=OuterRef("pk")))
    return Client.objects.filter(Q(visited) | Q(asked)).order_by("name", "id")
