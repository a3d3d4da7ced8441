"""Whether shows are recorded: what a room mode says, and what the site allows (spec M-10, M-11)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from ppv_plugin.wording import phrase


class RecordingTerms(models.Model):
    recorded = models.BooleanField(
        _("recorded"),
        default=False,
        help_text=phrase(
            _(
                "What the %(performer)s sends is kept in a private file. Everybody is told and asked before. Only "
                "where the site's settings let %(shows)s be recorded."
            )
        ),
    )

    class Meta:
        abstract = True


@register_setting(icon="media", order=410)
class RecordingSettings(BaseSiteSetting):
    """What of shows a site keeps. Off until somebody decides otherwise."""

    enabled = models.BooleanField(
        phrase(_("record %(shows)s")),
        default=False,
        help_text=phrase(_("In %(room)s modes that say so. It holds for %(shows)s that begin from then on.")),
    )
    private_enabled = models.BooleanField(
        phrase(_("offer recording of private %(shows)s")),
        default=False,
        help_text=_("One is recorded only if both sides agree to it."),
    )
    retention_days = models.PositiveIntegerField(
        _("days until recordings are deleted"),
        default=30,
        validators=[MaxValueValidator(3650)],
        help_text=_("0 = they stay until somebody deletes them."),
    )
    private_pictures = models.BooleanField(
        phrase(_("listing pictures of private %(shows)s too")),
        default=False,
        help_text=phrase(_("They show the %(performer)s alone. Off = the picture stays that of before.")),
    )

    class Meta:
        verbose_name = _("Video chat: recording and pictures")
