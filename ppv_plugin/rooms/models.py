"""Rooms, room modes, the site's price limits, and presence."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import TranslatableMixin

from ppv_plugin import hooks
from ppv_plugin.amounts import written
from ppv_plugin.ledger.fields import TokensField
from ppv_plugin.wording import named, phrase

from .bounds import above_highest, below_lowest
from .kind_terms import KindTerms
from .manner_terms import MannerTerms
from .presence_row import Presence as Presence
from .recording_terms import RecordingTerms
from .rules import CPM_FIELDS, TEXT, VIDEO
from .sharing_terms import SharingTerms
from .subjects import RoomCategory, TaggedRoom

BILLING_RULES = [
    ("per_second", _("Per second, after grace")),
    ("started_minutes", _("Started minutes, after grace")),
    ("upfront_minutes", _("Up-front minutes, no grace")),
    ("upfront_after_grace", _("Up-front minutes, after grace")),
    ("threshold", _("Per second, free below a threshold")),
    ("steps", _("Steps of some seconds, after grace")),
    ("minimum", _("A minimum, then per second")),
    ("blocks", _("Fixed blocks")),
]
# The block rule asks the client before each new block; until that question exists in the room, sites cannot choose it.
SELECTABLE_RULES = [choice for choice in BILLING_RULES if choice[0] != "blocks"]
RULE_ID_MAX = 24


def selectable_rules() -> list[tuple[str, Any]]:
    """Ours and the site's own; asked anew each time, so that no migration knows them."""
    return [*SELECTABLE_RULES, *((rule.id, rule.label) for rule in hooks.billing_rules().values())]


NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a room was online that has not been yet


class RoomMode(KindTerms, RecordingTerms, MannerTerms, TranslatableMixin, models.Model):
    """How a live room works and what it costs (spec M-1). Editors define as many as they want."""

    key = models.SlugField(
        _("key"), max_length=40, help_text=_("The short name in addresses and imports, the same in every language.")
    )
    name = models.CharField(
        _("name"), max_length=60, help_text=phrase(_("What %(performers)s choose and %(clients)s read."))
    )
    description = models.CharField(
        _("description"),
        max_length=240,
        blank=True,
        default="",
        help_text=phrase(_("One sentence for %(performers)s who choose a mode.")),
    )
    group_cpm = TokensField(
        _("price per minute"),
        default=0,
        help_text=_("What everybody inside pays per minute; 0 = free."),
    )
    grace_seconds = models.PositiveIntegerField(
        _("grace"),
        default=10,
        help_text=_(
            "Free seconds at the start of each visit, 3600 at most. Up-front minutes without grace ignore them."
        ),
        validators=[MaxValueValidator(3600)],
    )
    rule = models.CharField(
        _("billing rule"),
        max_length=RULE_ID_MAX,
        blank=True,
        default="",
        choices=selectable_rules,
        help_text=_("Empty = the site's rule."),
    )
    requests_enabled = models.BooleanField(
        _("private requests"),
        default=True,
        help_text=phrase(_("%(clients)s may ask for a private %(show)s while this mode runs."), cap=True),
    )
    snapshots_enabled = models.BooleanField(
        _("pictures in the listing"), default=True, help_text=_("The listing shows a still picture while live.")
    )
    snapshot_seconds = models.PositiveIntegerField(
        _("seconds between pictures"),
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(3600)],
        help_text=_("From 5 to 3600."),
    )
    viewers_max = models.PositiveIntegerField(
        _("places"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How many may be inside at once. Empty = no limit."),
    )
    features = models.JSONField(default=dict, blank=True, editable=False)  # key of a `hooks.ModeFeature` -> its value
    sort_order = models.IntegerField(default=0, editable=False)
    active = models.BooleanField(
        _("can be chosen"),
        default=True,
        help_text=phrase(_("Off = %(performers)s do not see it; %(shows)s that run in it go on.")),
    )

    class Meta(TranslatableMixin.Meta):
        verbose_name = phrase(_("%(room)s mode"))
        verbose_name_plural = phrase(_("%(room)s modes"))
        ordering = ("sort_order", "id")
        constraints = [
            models.UniqueConstraint(fields=["key", "locale"], name="ppv_mode_key_per_locale"),
            models.CheckConstraint(condition=Q(group_cpm__gte=0), name="ppv_mode_cpm_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_paid(self) -> bool:
        return self.group_cpm > 0

    @property
    def records(self) -> bool:
        """Text leaves nothing to record."""
        return self.recorded and self.kind != TEXT


@register_setting(icon="tag", order=400)
class PricingSettings(SharingTerms, BaseSiteSetting):
    """Prices and limits of a site (spec M-5, B-3 to B-8)."""

    private_cpm = TokensField(
        phrase(_("private %(show)s, per minute")),
        default=50,
        help_text=phrase(
            _("Where %(a_performer)s has no price of their own. Between the lowest and the highest price below.")
        ),
    )
    private_audio_cpm = TokensField(phrase(_("the same with audio only")), default=30)
    private_text_cpm = TokensField(phrase(_("the same with text only")), default=20)
    cpm_min = TokensField(
        phrase(_("lowest price %(a_performer)s may set")),
        default=10,
        help_text=_("Per minute. An own price that is lower already counts as this one."),
    )
    cpm_max = TokensField(
        phrase(_("highest price %(a_performer)s may set")),
        default=500,
        help_text=_("Per minute. An own price that is higher already counts as this one."),
    )
    performer_pricing = models.BooleanField(
        phrase(_("%(performers)s set their own prices")),
        default=True,
        help_text=phrase(
            _("Off = every private %(show)s costs the site's price; own prices are kept for later, and not used.")
        ),
    )
    rule = models.CharField(
        _("billing rule"),
        max_length=RULE_ID_MAX,
        choices=selectable_rules,
        default="per_second",
        help_text=phrase(_("For private %(shows)s, and for %(room)s modes without a rule of their own.")),
    )
    grace_seconds = models.PositiveIntegerField(
        phrase(_("grace in private %(shows)s")),
        default=10,
        validators=[MaxValueValidator(3600)],
        help_text=_("Free seconds at the start, 3600 at most. Up-front minutes without grace ignore them."),
    )
    grace_window_minutes = models.PositiveIntegerField(
        _("minutes in which grace is given once"),
        default=60,
        validators=[MaxValueValidator(10_080)],
        help_text=_(
            "Who comes back to the same person within so many minutes of a visit has only the free seconds left that "
            "earlier visits did not use. Private and group visits count apart. 0 = every visit has its own grace."
        ),
    )
    minutes_to_start = models.PositiveIntegerField(
        phrase(_("minutes %(a_client)s must be able to pay")),
        default=5,
        validators=[MaxValueValidator(120)],
        help_text=phrase(
            _("To ask for a private %(show)s or to enter a paid one, 120 at most. All of it may then be spent.")
        ),
    )
    reserve_minutes = models.PositiveIntegerField(
        _("minutes that stay in the wallet"),
        default=0,
        validators=[MaxValueValidator(120)],
        help_text=_(
            "A paid session ends when what is left would fall below the price of so many minutes. Fewer than those "
            "needed to start; 0 = all may be spent."
        ),
    )
    performer_share_bp = models.PositiveIntegerField(
        phrase(_("%(performer)s's share")),
        default=8000,
        validators=[MaxValueValidator(10_000)],
        help_text=phrase(_("Basis points of what %(clients)s pay: 8000 = 80 %%.")),
    )
    request_seconds = models.PositiveIntegerField(
        _("seconds to answer a request"),
        default=120,
        validators=[MinValueValidator(15), MaxValueValidator(900)],
        help_text=_("From 15 to 900. A request that nobody answered ends by itself and costs nothing."),
    )
    refund_alone_max = TokensField(
        _("refunds one person may make alone"),
        default=5000,
        help_text=phrase(_("In %(tokens)s, for one session or account. Above it a second person has to approve.")),
    )
    fault_refund_seconds = models.PositiveIntegerField(
        _("technical faults that are refunded by themselves"),
        default=60,
        validators=[MaxValueValidator(3600)],
        help_text=phrase(
            _(
                "When the %(performer)s's side or the media is lost within so many seconds on the meter, "
                "everything is given back. 0 = never."
            )
        ),
    )

    class Meta:
        verbose_name = _("Video chat: prices")
        constraints = [
            models.CheckConstraint(
                condition=Q(cpm_min__gte=0) & Q(cpm_max__gte=models.F("cpm_min")),
                name="ppv_pricing_bounds",
            )
        ]

    def clean(self) -> None:
        super().clean()
        if self.reserve_minutes and self.minutes_to_start is not None and self.reserve_minutes >= self.minutes_to_start:
            text = _("This is not below the minutes needed to start, %s: with just that nobody could spend anything.")
            raise ValidationError({"reserve_minutes": text % self.minutes_to_start})
        if None in (self.cpm_min, self.cpm_max):
            return
        low, high = written(self.cpm_min), written(self.cpm_max)
        if self.cpm_max < self.cpm_min:
            raise ValidationError({"cpm_max": _("This is below the lowest price, %s.") % low})
        found = {}
        for name in CPM_FIELDS.values():
            cpm = getattr(self, name)
            if cpm is not None and not self.cpm_min <= cpm <= self.cpm_max:
                found[name] = below_lowest(low) if cpm < self.cpm_min else above_highest(high)
        if found:
            raise ValidationError(found)


class Room(models.Model):
    """Where a performer is met. `state` is what the listing shows; only `shows` writes it.

    A room of a studio is assigned to one of its performers, or to nobody: then it is seen by nobody else.
    """

    class State(models.TextChoices):
        OFFLINE = "offline", _("Offline")
        FREE = "free", pgettext_lazy("on air", "Live")
        PAID = "paid", _("Live, paid")
        PRIVATE = "private", _("In private")
        LOBBY = "lobby", _("Takes calls")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+", verbose_name=_("site"))
    slug = models.SlugField(_("slug"), max_length=60)
    title = models.CharField(_("title"), max_length=80)
    description = models.TextField(_("about"), blank=True, default="", max_length=4000)
    # Any: None only where no show can be, and whoever works on a show need not ask
    performer: Any = models.ForeignKey(
        "ppv_plugin.Performer",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rooms",
        verbose_name=named("performer"),
        help_text=phrase(
            _("Empty = nobody's for now, which only %(rooms)s of %(a_studio)s may be: nobody sees it then.")
        ),
    )
    studio = models.ForeignKey(
        "ppv_plugin.Studio",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rooms",
        verbose_name=named("studio"),
        help_text=phrase(_("Whose it is and who assigns it; empty = it belongs to the %(performer)s.")),
    )
    mode = models.ForeignKey(
        RoomMode,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=phrase(_("Chosen when the %(performer)s went live last.")),
        verbose_name=phrase(_("%(room)s mode")),
    )
    category = models.ForeignKey(
        RoomCategory, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("category")
    )
    private_cpm = TokensField(
        _("own private price per minute"), null=True, blank=True, help_text=_("Empty = the site's price.")
    )
    private_audio_cpm = TokensField(
        _("own price with audio only"), null=True, blank=True, help_text=_("Empty = the site's price.")
    )
    private_text_cpm = TokensField(
        _("own price with text only"), null=True, blank=True, help_text=_("Empty = the site's price.")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OFFLINE)
    offline = models.GeneratedField(  # what the listing sorts by first, so that an index can have it
        expression=Q(state="offline"), output_field=models.BooleanField(), db_persist=True
    )
    live_at = models.DateTimeField(_("live since"), null=True, blank=True)
    # The last show's end, while live its beginning. Never empty: databases differ in where they sort what is not there.
    online_at = models.DateTimeField(default=NEVER, editable=False)
    viewers = models.PositiveIntegerField(_("watching"), default=0)
    featured = models.BooleanField(_("featured"), default=False)
    suspended = models.BooleanField(_("suspended"), default=False)
    # What clients gave, added up by `shows` whenever one of them rates; the listing counts nothing.
    rating_sum = models.PositiveIntegerField(default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, editable=False)
    rating_score = models.PositiveIntegerField(default=0, editable=False)  # what the listing sorts by
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    tags = TaggableManager(through=TaggedRoom, blank=True)

    class Meta:
        verbose_name = named("room")
        verbose_name_plural = named("room", plural=True)
        permissions = [("change_prices", _("Can change prices and shares of rooms and people"))]
        constraints = [
            models.UniqueConstraint(fields=["site", "slug"], name="ppv_room_slug_per_site"),
            models.CheckConstraint(
                condition=Q(private_cpm__isnull=True) | Q(private_cpm__gte=0),
                name="ppv_room_cpm_positive",
            ),
            *(
                models.CheckConstraint(
                    condition=Q((f"{name}__isnull", True)) | Q((f"{name}__gte", 0)), name=f"ppv_room_{kind}_positive"
                )
                for kind, name in CPM_FIELDS.items()
                if kind != VIDEO
            ),
            models.CheckConstraint(
                condition=Q(performer__isnull=False) | Q(studio__isnull=False), name="ppv_room_is_somebodys"
            ),
        ]
        # One for each order of the listing, except by viewers: they change all the time, and each change would then be
        # written into every index. What is live is found by the others and is sorted.
        indexes = [
            models.Index(fields=["site", "offline", "-featured", "-online_at", "id"], name="ppv_room_listing"),
            models.Index(fields=["site", "-featured", "offline", "-online_at", "id"], name="ppv_room_featured"),
            models.Index(fields=["site", "offline", "-online_at", "id"], name="ppv_room_seen"),
            models.Index(fields=["site", "-rating_score", "-rating_count", "id"], name="ppv_room_rating"),
            models.Index(fields=["site", "-created_at", "id"], name="ppv_room_new"),
            models.Index("site", Lower("title"), "id", name="ppv_room_name"),
        ]

    def __str__(self) -> str:
        return self.title
