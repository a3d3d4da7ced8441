"""Listing pictures of live rooms."""

from __future__ import annotations

from django.db import models

from .models import Room


class Snapshot(models.Model):
    """The last listing picture of a room, taken by the relay from its own frames; gone when the show ends."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="snapshot")
    jpeg = models.BinaryField()
    taken_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.room_id} at {self.taken_at}"
