"""What was said in a room, who may not say more, and the site's rules of the chat.

A message is shown as sent only when it is stored here. Network addresses are kept as keyed hashes, for a time.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from ppv_plugin.wording import named, phrase


class Message(models.Model):
    """`cid` is the sender's idempotency key: sending again stores nothing new. `private_show` empty = public chat.

    `hidden`: deleted by a moderator; everybody sees that something was, staff sees what. A system line has an `event`
    with `facts`, which each screen words in its own language.
    """

    class Author(models.TextChoices):
        PERFORMER = "performer", named("performer", cap=True)
        CLIENT = "client", named("client", cap=True)
        SYSTEM = "system", _("System")

    room = models.ForeignKey(
        "ppv_plugin.Room", on_delete=models.CASCADE, related_name="messages", verbose_name=named("room")
    )
    private_show = models.UUIDField(null=True, blank=True)
    author_kind = models.CharField(_("written by"), max_length=10, choices=Author.choices)
    author_key = models.CharField(max_length=64, blank=True, default="")
    author_name = models.CharField(_("name"), max_length=80, blank=True, default="")
    text = models.CharField(_("text"), max_length=500)
    event = models.CharField(max_length=16, blank=True, default="")
    facts = models.JSONField(default=dict, blank=True)
    mentions = models.JSONField(default=list, blank=True)  # [user key, name]
    address = models.CharField(max_length=32, blank=True, default="")  # keyed hash, for a time
    cid = models.CharField(max_length=40)
    hidden = models.BooleanField(_("deleted"), default=False)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    hidden_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("chat message")
        verbose_name_plural = _("chat messages")
        default_permissions = ("view",)
        permissions = [("moderate_chat", _("Can moderate the chat of every room, and enter it unseen"))]
        constraints = [
            models.UniqueConstraint(fields=["room", "author_key", "cid"], name="ppv_message_cid"),
            models.CheckConstraint(condition=~Q(text=""), name="ppv_message_text"),
        ]
        indexes = [
            models.Index(fields=["room", "private_show", "-id"], name="ppv_message_room"),
            models.Index(fields=["room", "author_key", "-id"], name="ppv_message_author"),
            models.Index(fields=["sent_at"], condition=~Q(address=""), name="ppv_message_address"),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:40]}"


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def in_force(self, now: Any) -> SanctionQuerySet:
        return self.filter(Q(until__isnull=True) | Q(until__gt=now), lifted_at__isnull=True)


class Sanction(models.Model):
    """Somebody may not write in a room (mute), or not come in (kick, ban), for a time or for good (`until` empty).

    Rows stay when they have ended or were lifted: they are the history. `address` is a keyed hash, and goes with the
    end of the sanction or when its time of keeping is over.
    """

    class Kind(models.TextChoices):
        MUTE = "mute", _("May not write")
        KICK = "kick", _("Put out")
        BAN = "ban", _("Banned")

    room = models.ForeignKey(
        "ppv_plugin.Room", on_delete=models.CASCADE, related_name="sanctions", verbose_name=named("room")
    )
    client = models.ForeignKey("ppv_plugin.Client", on_delete=models.CASCADE, related_name="sanctions")
    kind = models.CharField(_("what"), max_length=4, choices=Kind.choices)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    address = models.CharField(max_length=32, blank=True, default="")
    by_address = models.BooleanField(_("and the address"), default=False)
    reason = models.CharField(_("because of"), max_length=500, blank=True, default="")  # the line it was about
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    cid = models.CharField(max_length=40, blank=True, default="")
    at = models.DateTimeField(_("when"))
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = SanctionQuerySet.as_manager()

    class Meta:
        verbose_name = _("ban")
        verbose_name_plural = _("bans")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["room", "cid"], condition=~Q(cid=""), name="ppv_sanction_cid")]
        indexes = [
            models.Index(fields=["room", "client", "kind"], name="ppv_sanction_client"),
            models.Index(fields=["address"], condition=~Q(address=""), name="ppv_sanction_address"),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.get_kind_display()}"


class RoomChat(models.Model):
    """What the performer decided about the chat of one room."""

    room = models.OneToOneField("ppv_plugin.Room", on_delete=models.CASCADE, related_name="chat")
    slow_seconds = models.PositiveIntegerField(default=0)
    words = models.TextField(blank=True, default="", max_length=4000)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"chat of {self.room_id}"


class FreeUse(models.Model):
    """How long somebody watched for free on a day. `key`: a user, a visitor's cookie or a hashed address."""

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    key = models.CharField(max_length=72)
    used_ms = models.PositiveBigIntegerField(default=0)
    counted_to = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["site", "day", "key"], name="ppv_free_use_once")]

    def __str__(self) -> str:
        return f"{self.key} on {self.day}"


@register_setting(icon="comment", order=402)
class ChatSettings(BaseSiteSetting):
    """The chat of a site: how fast, which words, how long for free (spec H-1, M-15)."""

    class Filter(models.TextChoices):
        MASK = "mask", _("Show dots instead of the word")
        REFUSE = "refuse", _("Refuse the message and say why")

    slow_seconds = models.PositiveIntegerField(
        _("slow mode: seconds between two messages of one person"),
        default=0,
        validators=[MaxValueValidator(600)],
        help_text=phrase(_("0 = off; 600 at most. %(performers)s may set more for their own chat, never less.")),
    )
    per_person = models.PositiveIntegerField(
        _("messages of one person in 10 seconds"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    per_room = models.PositiveIntegerField(
        _("messages of everybody in one chat in 10 seconds"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(500)],
        help_text=_("Above it the newest are refused, and the writer is asked to wait."),
    )
    words = models.TextField(
        _("unwanted words"),
        blank=True,
        default="",
        max_length=20_000,
        help_text=_("One to a line. Whole words, whatever their case or width; a line may hold several words."),
    )
    word_action = models.CharField(
        _("a message with such a word"), max_length=6, choices=Filter.choices, default=Filter.MASK
    )
    joins = models.BooleanField(
        phrase(_("say who enters a paid %(show)s")),
        default=True,
        help_text=_("Nobody is announced where watching is free."),
    )
    address_days = models.PositiveIntegerField(
        _("days for which hashed addresses are kept"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("A ban of an address ends after so many days; the ban of the person does not."),
    )
    free_caps = models.BooleanField(_("limit how long people watch for free"), default=False)
    visitor_free_minutes = models.PositiveIntegerField(
        _("minutes a day without signing in"), default=60, validators=[MaxValueValidator(1440)]
    )
    member_free_minutes = models.PositiveIntegerField(
        _("minutes a day for who is signed in and has an empty wallet"),
        default=720,
        validators=[MaxValueValidator(1440)],
    )

    edit_handler = ObjectList(
        [
            MultiFieldPanel([FieldPanel(n) for n in ("slow_seconds", "per_person", "per_room")], heading=_("Pace")),
            MultiFieldPanel([FieldPanel(n) for n in ("words", "word_action")], heading=_("Words")),
            MultiFieldPanel([FieldPanel(n) for n in ("joins", "address_days")], heading=_("People")),
            MultiFieldPanel(
                [FieldPanel(n) for n in ("free_caps", "visitor_free_minutes", "member_free_minutes")],
                heading=_("Watching for free"),
            ),
        ]
    )

    class Meta:
        verbose_name = _("Video chat: chat")
