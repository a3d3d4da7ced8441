"""Shows: a performer live in a room, clients who pay to be inside, requests for private shows, private shows."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Show(models.Model):
    """A room being live, from going live to leaving. What the mode in force said is frozen in `terms`.

    The performer may change the mode meanwhile: `mode_number` counts the changes, and each leaves a `ModeSwitch`.
    """

    class State(models.TextChoices):
        LIVE = "live", pgettext_lazy("on air", "Live")
        ENDED = "ended", _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey("ppv_plugin.Room", on_delete=models.PROTECT, related_name="shows")
    performer = models.ForeignKey(
        "ppv_plugin.Performer", null=True, on_delete=models.PROTECT, related_name="+"
    )  # who was live: the room may be another's by now
    mode = models.ForeignKey("ppv_plugin.RoomMode", on_delete=models.PROTECT, related_name="+")
    terms = models.JSONField()  # rules.Terms of the mode when it was chosen
    mode_number = models.PositiveIntegerField(default=0)
    cid = models.CharField(max_length=40)  # the performer's idempotency key
    state = models.CharField(max_length=8, choices=State.choices, default=State.LIVE)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # once it has ended: the performer's last sign of life; until then its beginning
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["room"], condition=Q(state="live"), name="ppv_show_one_live_per_room"),
            models.UniqueConstraint(fields=["room", "cid"], name="ppv_show_cid"),
        ]
        indexes = [models.Index(fields=["performer", "seen_at"], name="ppv_show_online")]

    def __str__(self) -> str:
        return f"{self.room_id} {self.state}"


class ModeSwitch(models.Model):
    """A change of mode while live: what was in force until then (`terms_before`), what is from then on (`terms`)."""

    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="mode_switches")
    number = models.PositiveIntegerField()  # Show.mode_number from then on
    mode = models.ForeignKey("ppv_plugin.RoomMode", on_delete=models.PROTECT, related_name="+")
    terms_before = models.JSONField()
    terms = models.JSONField()
    cid = models.CharField(max_length=40)  # the performer's idempotency key
    at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["show", "number"], name="ppv_switch_number"),
            models.UniqueConstraint(fields=["show", "cid"], name="ppv_switch_cid"),
        ]

    def __str__(self) -> str:
        return f"{self.show_id} mode {self.number}"


class VisitQuerySet(models.QuerySet["Visit"]):
    def in_force(self) -> VisitQuerySet:
        """Inside, under the price that is in force now."""
        return self.filter(state=Visit.State.INSIDE, mode_number=F("show__mode_number"))

    def left_behind(self) -> VisitQuerySet:
        """Agreed to a price that a change of mode has ended, and not closed yet: no media, and soon no visit."""
        return self.filter(state=Visit.State.INSIDE, mode_number__lt=F("show__mode_number"))


class Visit(models.Model):
    """A client inside a paid show. One open visit per show and client: a second tab is no second meter (M-14).

    `mode_number`: which of the show's modes the client agreed to. It is worth nothing under another one.
    `manner`: as an ordinary viewer, unseen, or with the own camera sent to the performer.
    """

    class Manner(models.TextChoices):
        GROUP = "group", _("Group")
        VOYEUR = "voyeur", _("Voyeur")
        TWO_WAY = "two_way", _("2-way")

    class State(models.TextChoices):
        INSIDE = "inside", _("Inside")
        ENDED = "ended", _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="visits")
    client = models.ForeignKey("ppv_plugin.Client", on_delete=models.PROTECT, related_name="visits")
    session = models.OneToOneField("ppv_plugin.MeteredSession", on_delete=models.PROTECT, related_name="+")
    mode_number = models.PositiveIntegerField(default=0)
    manner = models.CharField(max_length=8, choices=Manner.choices, default=Manner.GROUP)
    cid = models.CharField(max_length=40)  # the client's idempotency key
    state = models.CharField(max_length=8, choices=State.choices, default=State.INSIDE)
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["show", "client"], condition=Q(state="inside"), name="ppv_visit_one_open"),
            models.UniqueConstraint(fields=["client", "cid"], name="ppv_visit_cid"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} in {self.show_id}"


class PrivateRequest(models.Model):
    """A client asks for a private show. The price is frozen and the minimum held while the performer decides."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Declined")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", pgettext_lazy("a request", "Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="requests")
    client = models.ForeignKey("ppv_plugin.Client", on_delete=models.PROTECT, related_name="requests")
    hold = models.OneToOneField("ppv_plugin.Hold", on_delete=models.PROTECT, related_name="+")
    media = models.CharField(max_length=8, default="video")
    watched = models.BooleanField(default=False)  # the client was told that voyeurs may watch
    recording = models.BooleanField(default=False)  # the client agrees to one
    tariff = models.JSONField()
    cid = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["client", "cid"], name="ppv_request_cid"),
            models.UniqueConstraint(
                fields=["show", "client"],
                condition=Q(state="pending"),
                name="ppv_request_one_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} asks {self.show_id}: {self.state}"


class PrivateShow(models.Model):
    """The two of them alone. At most one open per show."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ENDED = "ended", _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(PrivateRequest, on_delete=models.PROTECT, related_name="private_show")
    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="private_shows")
    client = models.ForeignKey("ppv_plugin.Client", on_delete=models.PROTECT, related_name="private_shows")
    session = models.OneToOneField("ppv_plugin.MeteredSession", on_delete=models.PROTECT, related_name="+")
    recorded = models.BooleanField(default=False)  # both agreed
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["show"], condition=Q(state="open"), name="ppv_private_one_open_per_show")
        ]

    def __str__(self) -> str:
        return f"private {self.id}"
