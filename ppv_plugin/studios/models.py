"""Invitations: how a studio comes by its performers. Nobody is made a performer, or a studio's, without a yes."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StudioInvitation(models.Model):
    """A letter to an address, and what became of it. An open one takes a place among the studio's performers."""

    class State(models.TextChoices):
        OPEN = "open", _("Invited")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    studio = models.ForeignKey("ppv_plugin.Studio", on_delete=models.CASCADE, related_name="invitations")
    site = models.ForeignKey("wagtailcore.Site", null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=80)  # what the studio calls them; they may choose another
    email = models.EmailField()
    language = models.CharField(max_length=12, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    performer = models.ForeignKey(
        "ppv_plugin.Performer", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # who accepted

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["studio", "email"], condition=Q(state="open"), name="ppv_invited_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"
