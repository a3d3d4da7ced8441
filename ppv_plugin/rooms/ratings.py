"""What clients gave rooms. `shows` lets those rate who paid, and adds the stars up in the room."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ppv_plugin.wording import named


class Rating(models.Model):
    """What a client who paid for a show thinks of the room, from 1 to 5: one for each of them, their last word."""

    room = models.ForeignKey(
        "ppv_plugin.Room", on_delete=models.CASCADE, related_name="ratings", verbose_name=named("room")
    )
    client = models.ForeignKey(
        "ppv_plugin.Client", on_delete=models.CASCADE, related_name="+", verbose_name=named("client")
    )
    session = models.ForeignKey(
        "ppv_plugin.MeteredSession", on_delete=models.PROTECT, related_name="+", verbose_name=_("session")
    )
    stars = models.PositiveSmallIntegerField(_("stars"))
    given_at = models.DateTimeField(_("given"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        default_permissions = ("view", "delete")
        constraints = [
            models.UniqueConstraint(fields=["room", "client"], name="ppv_rating_once"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="ppv_rating_stars"),
        ]

    def __str__(self) -> str:
        return f"{self.stars} / 5"
