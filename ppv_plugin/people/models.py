"""Who is who: performers, clients, studios, blocks, and the words a site uses for them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Orderable

from .labels import PRESET_CHOICES, TERM_CHOICES


class Studio(models.Model):
    """Manages performers and takes a share of their part."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ppv_studios")
    share_bp = models.PositiveIntegerField(
        _("share"),
        default=3000,
        help_text=_("Of the performer's part, in basis points: 3000 = 30 %."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("studio")
        verbose_name_plural = _("studios")
        constraints = [models.CheckConstraint(condition=Q(share_bp__lte=10_000), name="ppv_studio_share")]

    def __str__(self) -> str:
        return self.name


class Performer(models.Model):
    """Earns. One per user; the account in the ledger carries `uuid` as its owner key."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        SUSPENDED = "suspended", _("Suspended")

    class Requests(models.TextChoices):
        OPEN = "open", _("Open to private requests")
        AUTO_REJECT = "auto_reject", _("Decline private requests automatically")
        HIDDEN = "hidden", _("Hide the request button")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ppv_performer")
    name = models.CharField(_("public name"), max_length=80)
    bio = models.TextField(_("about"), blank=True, default="", max_length=2000)
    studio = models.ForeignKey(Studio, null=True, blank=True, on_delete=models.PROTECT, related_name="performers")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.APPROVED)
    requests = models.CharField(max_length=12, choices=Requests.choices, default=Requests.OPEN)
    share_bp = models.PositiveIntegerField(
        _("share"),
        null=True,
        blank=True,
        help_text=_("Basis points of what clients pay; empty = the site's share."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("performer")
        verbose_name_plural = _("performers")
        constraints = [
            models.CheckConstraint(
                condition=Q(share_bp__isnull=True) | Q(share_bp__lte=10_000),
                name="ppv_performer_share",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Client(models.Model):
    """Pays. Made for a user on first need; the wallet's owner key is `uuid`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ppv_client")
    name = models.CharField(_("public name"), max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")

    def __str__(self) -> str:
        return self.name


class Block(models.Model):
    """A client whom a performer does not let in, for good (`until` empty) or for a time."""

    performer = models.ForeignKey(Performer, on_delete=models.CASCADE, related_name="blocks")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="blocks")
    until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["performer", "client"], name="ppv_block_pair")]

    def __str__(self) -> str:
        return f"{self.performer} ✕ {self.client}"


@register_setting(icon="group", order=410)
class LabelSettings(ClusterableModel, BaseSiteSetting):
    """What this site calls its roles and things (spec R-2, R-3): a preset, and words of its own per language."""

    preset = models.CharField(_("words"), max_length=20, choices=PRESET_CHOICES, default="broadcaster")

    class Meta:
        verbose_name = _("Video chat: words")


class Label(Orderable):
    """One word of a site, in one language; empty language = all."""

    setting = ParentalKey(LabelSettings, on_delete=models.CASCADE, related_name="labels")
    language = models.CharField(
        _("language"), max_length=12, blank=True, default="", help_text=_("Empty = every language.")
    )
    term = models.CharField(_("for"), max_length=20, choices=TERM_CHOICES)
    singular = models.CharField(_("one"), max_length=40)
    plural = models.CharField(_("many"), max_length=40)
    indefinite = models.CharField(
        _("with article"), max_length=50, blank=True, default="", help_text=_("As in “a teacher”.")
    )

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["setting", "language", "term"], name="ppv_label_once_per_language")
        ]

    def __str__(self) -> str:
        return self.singular
