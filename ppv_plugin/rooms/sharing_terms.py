"""What a site says of performers who are checked in together (spec M-8)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ppv_plugin.wording import phrase


class SharingTerms(models.Model):
    check_in_split = models.CharField(
        _("paid group time and tips are split"),
        max_length=8,
        choices=[("equal", _("Equally")), ("presence", _("By presence seconds"))],
        default="equal",
        help_text=phrase(
            _(
                "Among %(performers)s who are checked in together. Presence seconds are those in which one's sound or "
                "picture came in. Holds for %(shows)s that begin from now on; private ones are not split."
            )
        ),
    )

    class Meta:
        abstract = True
