"""Tips: what may be given, what was given, and the goals that it fills (spec M-9)."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import TranslatableMixin

from ppv_plugin.amounts import written
from ppv_plugin.ledger.fields import TokensField
from ppv_plugin.wording import named, phrase

SOUND_BYTES_MAX = 512 * 1024
PICTURE_BYTES_MAX = 1024 * 1024


def check_sound_size(file: models.fields.files.FieldFile) -> None:
    _check_size(file, SOUND_BYTES_MAX)


def check_picture_size(file: models.fields.files.FieldFile) -> None:
    _check_size(file, PICTURE_BYTES_MAX)


def _check_size(file: models.fields.files.FieldFile, most: int) -> None:
    if file.size > most:
        raise ValidationError(_("This file is larger than %(most)s KB.") % {"most": most // 1024})


class TipOption(TranslatableMixin, models.Model):
    """Something that clients may give: an amount with a name and a look."""

    class Colour(models.TextChoices):
        AMBER = "amber", _("Amber")
        ROSE = "rose", _("Rose")
        VIOLET = "violet", _("Violet")
        BLUE = "blue", _("Blue")
        GREEN = "green", _("Green")
        GREY = "grey", _("Grey")

    key = models.SlugField(_("key"), max_length=40, help_text=_("The same in every language."))
    name = models.CharField(_("name"), max_length=40)
    amount = TokensField(
        _("amount"),
        null=True,
        blank=True,
        help_text=phrase(
            _("In %(tokens)s. Empty = the %(client)s chooses, between the bounds in the settings of tips.")
        ),
    )
    emoji = models.CharField(_("emoji"), max_length=8, blank=True, default="", help_text=_("Shown without a picture."))
    picture = models.ImageField(
        _("picture"),
        upload_to="ppv/tips",
        blank=True,
        validators=[FileExtensionValidator(["png", "webp", "gif", "jpg", "jpeg"]), check_picture_size],
        help_text=_("Square, at least 128 pixels, 1 MB at most. PNG, WebP, GIF or JPEG."),
    )
    sound = models.FileField(
        _("sound"),
        upload_to="ppv/tips",
        blank=True,
        validators=[FileExtensionValidator(["mp3", "ogg", "wav", "m4a", "webm"]), check_sound_size],
        help_text=_("A few seconds, 512 KB at most. MP3, Ogg, WAV, M4A or WebM."),
    )
    colour = models.CharField(_("colour"), max_length=8, choices=Colour.choices, default=Colour.AMBER)
    sort_order = models.IntegerField(default=0, editable=False)
    active = models.BooleanField(_("is offered"), default=True)

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("tip option")
        verbose_name_plural = _("tip options")
        ordering = ("sort_order", "id")
        constraints = [
            models.UniqueConstraint(fields=["key", "locale"], name="ppv_tip_key_per_locale"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="ppv_tip_option_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.amount is not None and self.amount <= 0:
            raise ValidationError({"amount": _("An amount is more than 0.")})


@register_setting(icon="pick", order=410)
class TipSettings(BaseSiteSetting):
    """Whether and how tips are given on a site."""

    enabled = models.BooleanField(phrase(_("%(clients)s may give tips")), default=True)
    share_bp = models.PositiveIntegerField(
        phrase(_("share of the %(performer)s")),
        default=9000,
        validators=[MaxValueValidator(10_000)],
        help_text=_("Basis points of each tip: 9000 = 90 %."),
    )
    custom_min = TokensField(_("lowest own amount"), default=100, help_text=_("Where the amount is chosen freely."))
    custom_max = TokensField(_("highest own amount"), default=50_000)
    cool_down_seconds = models.PositiveIntegerField(
        _("seconds between two tips"),
        default=15,
        validators=[MinValueValidator(0), MaxValueValidator(3600)],
        help_text=phrase(_("Of the same %(client)s in the same %(room)s.")),
    )

    class Meta:
        verbose_name = _("Video chat: tips")
        constraints = [
            models.CheckConstraint(
                condition=Q(custom_min__gt=0) & Q(custom_max__gte=F("custom_min")), name="ppv_tip_custom_bounds"
            ),
            models.CheckConstraint(condition=Q(share_bp__lte=10_000), name="ppv_tip_settings_share"),
        ]

    def clean(self) -> None:
        super().clean()
        if self.custom_min is not None and self.custom_min <= 0:
            raise ValidationError({"custom_min": _("An amount is more than 0.")})
        if None not in (self.custom_min, self.custom_max) and self.custom_max < self.custom_min:
            raise ValidationError({"custom_max": _("This is below the lowest own amount.")})


class Tip(models.Model):
    """A tip that was given. The money, its split and its refunds are the session's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    show = models.ForeignKey("ppv_plugin.Show", on_delete=models.PROTECT, related_name="tips")
    client = models.ForeignKey("ppv_plugin.Client", on_delete=models.PROTECT, related_name="tips")
    option = models.ForeignKey(TipOption, null=True, on_delete=models.SET_NULL, related_name="+")
    session = models.OneToOneField("ppv_plugin.MeteredSession", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    amount = models.BigIntegerField()
    private = models.BooleanField(default=False)  # given in a private show: only the two know of it
    cid = models.CharField(max_length=40)  # the client's idempotency key
    given_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["client", "cid"], name="ppv_tip_cid"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ppv_tip_positive"),
        ]
        indexes = [models.Index(fields=["client", "-given_at"], name="ppv_tip_client")]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount}"


class Goal(models.Model):
    """Something that tips in a room add up to. Goals are filled one after the other."""

    room = models.ForeignKey(
        "ppv_plugin.Room", on_delete=models.CASCADE, related_name="goals", verbose_name=named("room")
    )
    title = models.CharField(_("title"), max_length=80)
    amount = TokensField(_("amount"), help_text=phrase(_("In %(tokens)s.")))
    filled = models.BigIntegerField(default=0, editable=False)
    sort_order = models.IntegerField(_("place"), default=0)
    reached_at = models.DateTimeField(null=True, blank=True, editable=False)
    cid = models.CharField(max_length=40, blank=True, default="", editable=False)  # idempotency key of the performer

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ("sort_order", "id")
        constraints = [
            models.UniqueConstraint(fields=["room", "cid"], condition=~Q(cid=""), name="ppv_goal_cid"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ppv_goal_positive"),
            models.CheckConstraint(
                condition=Q(filled__gte=0) & Q(filled__lte=F("amount")), name="ppv_goal_filled_in_bounds"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        if self.amount is not None and self.amount < self.filled:
            raise ValidationError({"amount": _("%(filled)s are in it already.") % {"filled": written(self.filled)}})
