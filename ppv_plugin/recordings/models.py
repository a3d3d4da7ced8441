"""Recordings of shows, and who agreed to be in a recorded show."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ppv_plugin.wording import named


class Recording(models.Model):
    """One file, of one agreed stretch of a show: a mode's public part, or a private show. What broke off has several.

    `stretch` is the name the engine is told, `file` where the finished file lies in the store.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Being recorded")
        WAITING = "waiting", _("Being finished")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        EMPTY = "empty", _("Nothing was recorded")
        DELETED = "deleted", _("Deleted")

    class Trouble(models.TextChoices):
        """Why something is missing. The first two are the engine's words."""

        SPACE = "space", _("The disk was full.")
        FOLDER = "folder", _("The folder could not be written to.")
        CLOSED = "closed", _("The site may not read the file.")
        BROKEN = "broken", _("The file is broken.")
        MISSING = "missing", _("No file came.")

    class Kind(models.TextChoices):
        GROUP = "group", _("Public")
        PRIVATE = "private", _("Private")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stretch = models.UUIDField(default=uuid.uuid4, editable=False)
    part = models.PositiveIntegerField(default=1)
    room = models.ForeignKey("ppv_plugin.Room", on_delete=models.PROTECT, related_name="+", verbose_name=named("room"))
    performer = models.ForeignKey(
        "ppv_plugin.Performer", on_delete=models.PROTECT, related_name="recordings", verbose_name=named("performer")
    )
    show = models.ForeignKey("ppv_plugin.Show", on_delete=models.PROTECT, related_name="+")
    private_show = models.ForeignKey("ppv_plugin.PrivateShow", null=True, on_delete=models.PROTECT, related_name="+")
    mode_number = models.PositiveIntegerField()
    mode = models.CharField(_("mode"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    trouble = models.CharField(_("trouble"), max_length=8, choices=Trouble.choices, blank=True, default="")
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    file = models.CharField(max_length=200, blank=True, default="")
    bytes = models.PositiveBigIntegerField(_("size"), default=0)
    length_ms = models.PositiveBigIntegerField(_("length"), default=0)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view", "delete")
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        constraints = [
            models.UniqueConstraint(fields=["stretch", "part"], name="ppv_recording_part"),
            models.UniqueConstraint(
                fields=["room"], condition=Q(state="running"), name="ppv_recording_one_running_per_room"
            ),
        ]
        indexes = [models.Index(fields=["performer", "-started_at"], name="ppv_recording_owner")]

    def __str__(self) -> str:
        return f"{self.room} {self.started_at:%Y-%m-%d %H:%M}"


class RecordingConsent(models.Model):
    """That somebody was told in these words that a show is recorded, and what they said. Never changed."""

    show = models.ForeignKey("ppv_plugin.Show", on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey("ppv_plugin.PrivateRequest", null=True, on_delete=models.PROTECT, related_name="+")
    mode_number = models.PositiveIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    role = models.CharField(max_length=10)  # performer, client
    unseen = models.BooleanField(default=False)  # a voyeur, whom lists do not name
    agreed = models.BooleanField()
    wording = models.TextField()
    language = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("consent to a recording")
        verbose_name_plural = _("consents to recordings")
        indexes = [models.Index(fields=["show", "user"], name="ppv_recording_consent")]

    def __str__(self) -> str:
        return f"{self.role} {self.show_id}: {'yes' if self.agreed else 'no'}"
