"""Who is in a room: one row for each open socket."""

from __future__ import annotations

import uuid

from django.db import models


class Presence(models.Model):
    """One open socket in a room. Rows not touched for `PRESENCE_SECONDS` count as gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey("ppv_plugin.Room", on_delete=models.CASCADE, related_name="presence")
    user_key = models.CharField(max_length=64, blank=True, default="")
    role = models.CharField(max_length=12)  # performer, client, visitor, moderator, voyeur
    address = models.CharField(max_length=32, blank=True, default="")  # keyed hash
    visitor = models.CharField(max_length=32, blank=True, default="")  # of a signed cookie
    participant = models.CharField(max_length=64, blank=True, default="")  # whose media it holds
    seen_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["room", "role", "seen_at"], name="ppv_presence_room")]

    def __str__(self) -> str:
        return f"{self.role} in {self.room_id}"
