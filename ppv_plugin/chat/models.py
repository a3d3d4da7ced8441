"""What was said in a room. A message is shown as sent only when it is stored here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ppv_plugin.wording import named


class Message(models.Model):
    """`cid` is the sender's idempotency key: sending again stores nothing new. `private_show` empty = public chat."""

    class Author(models.TextChoices):
        PERFORMER = "performer", named("performer", cap=True)
        CLIENT = "client", named("client", cap=True)
        SYSTEM = "system", _("System")

    room = models.ForeignKey("ppv_plugin.Room", on_delete=models.CASCADE, related_name="messages")
    private_show = models.UUIDField(null=True, blank=True)
    author_kind = models.CharField(max_length=10, choices=Author.choices)
    author_key = models.CharField(max_length=64, blank=True, default="")
    author_name = models.CharField(max_length=80, blank=True, default="")
    text = models.CharField(max_length=500)
    event = models.CharField(max_length=16, blank=True, default="")
    facts = models.JSONField(default=dict, blank=True)
    cid = models.CharField(max_length=40)
    hidden = models.BooleanField(default=False)
    sent_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["room", "author_key", "cid"], name="ppv_message_cid"),
            models.CheckConstraint(condition=~Q(text=""), name="ppv_message_text"),
        ]
        indexes = [models.Index(fields=["room", "private_show", "-id"], name="ppv_message_room")]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:40]}"
