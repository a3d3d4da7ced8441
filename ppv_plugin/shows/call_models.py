"""Locked calls: a performer and one named client, by a link, at terms frozen when it was made (spec M-12)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ppv_plugin.ledger.fields import TokensField
from ppv_plugin.rooms.models import RULE_ID_MAX, Room
from ppv_plugin.wording import named, phrase


class LockedCall(models.Model):
    """One call. The link is good until either side has ended the call, it is cancelled, or its time is over; a call
    that broke off, or in which nothing flowed, leaves it open. Rows stay: they are the history."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Has taken place")
        CANCELLED = "cancelled", pgettext_lazy("a request", "Cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="locked_calls", verbose_name=named("room"))
    client = models.ForeignKey(
        "ppv_plugin.Client", on_delete=models.PROTECT, related_name="locked_calls", verbose_name=named("client")
    )
    cpm = TokensField(_("price per minute"), default=0, help_text=_("0 = free."))
    rule = models.CharField(_("billing rule"), max_length=RULE_ID_MAX)
    grace_seconds = models.PositiveIntegerField(_("grace"), default=0, validators=[MaxValueValidator(3600)])
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("made by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("good until"), null=True, blank=True, help_text=_("Empty = no end."))
    accepted_at = models.DateTimeField(_("agreed to"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    request = models.OneToOneField(  # the last attempt: a link that is still open may have had others
        "ppv_plugin.PrivateRequest", null=True, on_delete=models.SET_NULL, related_name="locked_call"
    )

    class Meta:
        verbose_name = phrase(_("call by link"))
        verbose_name_plural = phrase(_("calls by link"))
        default_permissions = ("add", "change", "view")
        constraints = [models.CheckConstraint(condition=Q(cpm__gte=0), name="ppv_locked_call_cpm_positive")]
        indexes = [models.Index(fields=["room", "state", "-created_at"], name="ppv_locked_call_room")]

    def __str__(self) -> str:
        return f"{self.client} · {self.room}"
