"""Who is who: performers, clients, studios, blocks, and the words a site uses for them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Orderable

from ppv_plugin.wording import named, phrase

from .label_forms import LabelSettingsForm
from .labels import PRESET_CHOICES, TERM_CHOICES
from .rules import APPROVED, DRAFT, REJECTED, SUBMITTED, SUSPENDED


def every_kind() -> list[str]:
    """Of private shows."""
    return ["video", "audio", "text"]


class Status(models.TextChoices):
    """How far somebody has come in a role (spec R-5). A draft waits for its own e-mail to be confirmed."""

    DRAFT = DRAFT, _("Draft")
    SUBMITTED = SUBMITTED, _("Submitted")
    APPROVED = APPROVED, _("Approved")
    REJECTED = REJECTED, _("Rejected")
    SUSPENDED = SUSPENDED, _("Suspended")


class Role(models.TextChoices):
    """What a user may be here; several at a time (spec R-1). The values are also the words' terms."""

    CLIENT = "client", named("client", cap=True)
    PERFORMER = "performer", named("performer", cap=True)
    STUDIO = "studio", named("studio", cap=True)


class RoleHolder(models.Model):
    """What every row that gives a user a role has. Status is changed by `people.services` only, which keeps history."""

    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.APPROVED)
    site = models.ForeignKey(
        "wagtailcore.Site", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )  # where they registered: its words and rules are theirs
    language = models.CharField(
        max_length=12, default="", editable=False
    )  # of what is written to them; empty = the site's

    class Meta:
        abstract = True


class Studio(RoleHolder):
    """Manages performers and takes a share of their part."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ppv_studios", verbose_name=_("owner")
    )
    share_bp = models.PositiveIntegerField(
        _("share"),
        default=3000,
        help_text=phrase(_("Of the part of the %(performer)s, in basis points: 3000 = 30 %%.")),
    )
    performers_max = models.PositiveIntegerField(
        phrase(_("%(performers)s at most")), null=True, blank=True, help_text=_("Empty = the site's limit.")
    )
    rooms_max = models.PositiveIntegerField(
        phrase(_("%(rooms)s at most")), null=True, blank=True, help_text=_("Empty = the site's limit.")
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = named("studio")
        verbose_name_plural = named("studio", plural=True)
        constraints = [models.CheckConstraint(condition=Q(share_bp__lte=10_000), name="ppv_studio_share")]

    def __str__(self) -> str:
        return self.name


class Performer(RoleHolder):
    """Earns. One per user; the account in the ledger carries `uuid` as its owner key."""

    Status = Status

    class Requests(models.TextChoices):
        OPEN = "open", _("Open to private requests")
        AUTO_REJECT = "auto_reject", _("Decline private requests automatically")
        HIDDEN = "hidden", _("Hide the request button")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ppv_performer", verbose_name=_("user")
    )
    name = models.CharField(_("public name"), max_length=80)
    bio = models.TextField(_("about"), blank=True, default="", max_length=2000)
    studio = models.ForeignKey(
        Studio,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="performers",
        verbose_name=named("studio"),
    )
    studio_since = models.DateTimeField(
        null=True, editable=False
    )  # what was earned before is not the studio's business
    studio_share_bp = models.PositiveIntegerField(
        phrase(_("share of the %(studio)s")),
        null=True,
        blank=True,
        help_text=phrase(
            _("Basis points of the part of this %(performer)s; empty = what its %(studio)s takes of all.")
        ),
    )
    disabled = models.BooleanField(default=False, editable=False)  # by its studio; the site suspends by `status`
    disabled_reason = models.CharField(max_length=120, blank=True, default="", editable=False)
    requests = models.CharField(_("private requests"), max_length=12, choices=Requests.choices, default=Requests.OPEN)
    voyeurs_in_private = models.BooleanField(
        phrase(_("voyeurs may watch private %(shows)s")), default=False, editable=False
    )  # where the room's mode allows it too
    private_kinds = models.JSONField(default=every_kind, editable=False)  # that may be asked for, where the mode has it
    share_bp = models.PositiveIntegerField(
        _("share"),
        null=True,
        blank=True,
        help_text=phrase(_("Basis points of what %(clients)s pay; empty = the site's share.")),
    )
    tip_share_bp = models.PositiveIntegerField(
        _("share of tips"),
        null=True,
        blank=True,
        help_text=_("Basis points of each tip; empty = the site's share of tips."),
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = named("performer")
        verbose_name_plural = named("performer", plural=True)
        permissions = [("review_role", _("Can approve, reject and suspend people in their roles"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(share_bp__isnull=True) | Q(share_bp__lte=10_000),
                name="ppv_performer_share",
            ),
            models.CheckConstraint(
                condition=Q(tip_share_bp__isnull=True) | Q(tip_share_bp__lte=10_000),
                name="ppv_performer_tip_share",
            ),
            models.CheckConstraint(
                condition=Q(studio_share_bp__isnull=True) | Q(studio_share_bp__lte=10_000),
                name="ppv_performer_studio_share",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Client(RoleHolder):
    """Pays. Made for a user on first need; the wallet's owner key is `uuid`."""

    uuid = models.UUIDField(_("number"), default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ppv_client", verbose_name=_("user")
    )
    name = models.CharField(_("public name"), max_length=80)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = named("client")
        verbose_name_plural = named("client", plural=True)

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


class StatusChange(models.Model):
    """One step of somebody in a role: who decided it, when and why. Rows are added, never changed."""

    role = models.CharField(max_length=12, choices=Role.choices)
    subject = models.UUIDField()  # `uuid` of the performer, client or studio
    before = models.CharField(max_length=12, choices=Status.choices, blank=True, default="")
    after = models.CharField(max_length=12, choices=Status.choices)
    reason = models.CharField(max_length=500, blank=True, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["role", "subject"], name="ppv_status_history")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_after_display()}"


@register_setting(icon="group", order=405)
class RoleSettings(BaseSiteSetting):
    """Who may register on this site, and what it takes (spec R-1, R-5)."""

    class Unapproved(models.TextChoices):
        NOBODY = "nobody", _("Nobody before approval")
        SUBMITTED = "submitted", _("Who waits for approval")
        DRAFT = "draft", _("Also who has not confirmed the e-mail address")

    client_open = models.BooleanField(_("may register"), default=True)
    client_approval = models.BooleanField(
        _("need approval"), default=False, help_text=_("Before that they can watch what is free, and nothing else.")
    )
    client_email = models.BooleanField(
        _("confirm their e-mail address"), default=False, help_text=_("By a link that is sent to it.")
    )
    performer_open = models.BooleanField(_("may register"), default=True)
    performer_approval = models.BooleanField(_("need approval"), default=True)
    performer_email = models.BooleanField(
        _("confirm their e-mail address"), default=False, help_text=_("By a link that is sent to it.")
    )
    performer_room = models.BooleanField(
        phrase(_("get %(a_room)s of their own")),
        default=True,
        help_text=_("Made when they register, under their public name. Otherwise somebody makes it here."),
    )
    unapproved_live = models.CharField(
        _("who may go live without approval"),
        max_length=12,
        choices=Unapproved.choices,
        default=Unapproved.NOBODY,
        help_text=_("Who was rejected or suspended never goes live."),
    )
    studio_open = models.BooleanField(_("may register"), default=False)
    studio_approval = models.BooleanField(_("need approval"), default=True)
    studio_email = models.BooleanField(
        _("confirm their e-mail address"), default=False, help_text=_("By a link that is sent to it.")
    )

    studio_performers_max = models.PositiveIntegerField(
        phrase(_("%(performers)s of one %(studio)s at most")),
        default=20,
        validators=[MaxValueValidator(10_000)],
        help_text=_("With those who are invited and have not answered. One with a limit of its own has that instead."),
    )
    studio_rooms_max = models.PositiveIntegerField(
        phrase(_("%(rooms)s of one %(studio)s at most")),
        default=50,
        validators=[MaxValueValidator(10_000)],
        help_text=_("One with a limit of its own has that instead."),
    )
    studio_share_max_bp = models.PositiveIntegerField(
        phrase(_("highest share of %(a_studio)s")),
        default=10_000,
        validators=[MaxValueValidator(10_000)],
        help_text=phrase(
            _("Basis points of the part of %(a_performer)s: 4000 = 40 %%. A share that is higher counts as this one.")
        ),
    )

    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel(f"client_{name}") for name in ("open", "approval", "email")],
                heading=named("client", plural=True, cap=True),
            ),
            MultiFieldPanel(
                [
                    *(FieldPanel(f"performer_{name}") for name in ("open", "approval", "email", "room")),
                    FieldPanel("unapproved_live"),
                ],
                heading=named("performer", plural=True, cap=True),
            ),
            MultiFieldPanel(
                [
                    *(FieldPanel(f"studio_{name}") for name in ("open", "approval", "email")),
                    *(FieldPanel(f"studio_{name}") for name in ("performers_max", "rooms_max", "share_max_bp")),
                ],
                heading=named("studio", plural=True, cap=True),
            ),
        ]
    )

    class Meta:
        verbose_name = _("Video chat: roles")


@register_setting(icon="group", order=410)
class LabelSettings(ClusterableModel, BaseSiteSetting):
    """What this site calls its roles and things (spec R-2, R-3): a preset, and words of its own per language."""

    preset = models.CharField(
        _("words"),
        max_length=20,
        choices=PRESET_CHOICES,
        default="broadcaster",
        help_text=_("The words of the whole site, in pages, messages and this admin. They change as soon as you save."),
    )

    edit_handler = ObjectList(
        [
            FieldPanel("preset"),
            HelpPanel(
                content=_(
                    "<p>Words that you add below win over those above. A word for one language wins over a word for "
                    "every language.</p>"
                )
            ),
            InlinePanel(
                "labels",
                heading=_("Words of your own"),
                label=_("Word"),
                panels=[
                    FieldRowPanel([FieldPanel("term"), FieldPanel("language")]),
                    FieldRowPanel([FieldPanel("singular"), FieldPanel("plural"), FieldPanel("indefinite")]),
                ],
            ),
        ],
        base_form_class=LabelSettingsForm,
    )

    class Meta:
        verbose_name = _("Video chat: words")


class Label(Orderable):
    """One word of a site, in one language; empty language = all."""

    setting = ParentalKey(LabelSettings, on_delete=models.CASCADE, related_name="labels")
    language = models.CharField(
        _("language"),
        max_length=12,
        blank=True,
        default="",
        help_text=_("Its code, as in “de” or “en-gb”. Empty = every language."),
    )
    term = models.CharField(_("for"), max_length=20, choices=TERM_CHOICES)
    singular = models.CharField(pgettext_lazy("singular", "one"), max_length=40, help_text=_("As in “teacher”."))
    plural = models.CharField(_("many"), max_length=40, help_text=_("As in “teachers”."))
    indefinite = models.CharField(
        _("with article"),
        max_length=50,
        blank=True,
        default="",
        help_text=_("As in “a teacher”. Empty = the word alone."),
    )

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["setting", "language", "term"], name="ppv_label_once_per_language")
        ]

    def __str__(self) -> str:
        return self.singular
