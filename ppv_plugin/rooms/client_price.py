"""Prices that performers set for single clients."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ppv_plugin.amounts import written
from ppv_plugin.ledger.fields import TokensField

from .kind_terms import KIND_CHOICES
from .models import Room
from .rules import VIDEO


class ClientPrice(models.Model):
    """What private shows in a room cost one client (spec M-5). Used where performers may set prices, within bounds."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="client_prices")
    client = models.ForeignKey("ppv_plugin.Client", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=KIND_CHOICES, default=VIDEO)
    cpm = TokensField()
    set_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["room", "client", "kind"], name="ppv_client_price_once"),
            models.CheckConstraint(condition=Q(cpm__gte=0), name="ppv_client_price_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} in {self.room_id}: {written(self.cpm)}"
