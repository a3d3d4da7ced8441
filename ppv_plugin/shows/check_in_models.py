"""Check-ins: performers who are in somebody else's show, and share what it earns (spec M-8)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CheckIn(models.Model):
    """One performer in one show of another, from the invitation on. Rows stay: they are the history."""

    class State(models.TextChoices):
        INVITED = "invited", _("Invited")
        IN = "in", _("Checked in")
        DECLINED = "declined", _("Declined")
        LEFT = "left", _("Left")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    show = models.ForeignKey("ppv_plugin.Show", on_delete=models.PROTECT, related_name="check_ins")
    performer = models.ForeignKey("ppv_plugin.Performer", on_delete=models.PROTECT, related_name="check_ins")
    state = models.CharField(max_length=8, choices=State.choices, default=State.INVITED)
    invited_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["show", "performer"],
                condition=Q(state__in=["invited", "in"]),
                name="ppv_check_in_once_per_show",
            ),
            models.UniqueConstraint(fields=["performer"], condition=Q(state="in"), name="ppv_check_in_one_at_a_time"),
        ]
        indexes = [models.Index(fields=["performer", "left_at"], name="ppv_check_in_online")]

    def __str__(self) -> str:
        return f"{self.performer_id} in {self.show_id}: {self.state}"
