"""What a room mode says of what is sent, and of the kinds of private shows that may be asked for (spec M-1, M-4)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ppv_plugin.wording import phrase

from .rules import VIDEO, offered_kinds

KIND_CHOICES = [
    ("video", _("Video")),
    ("audio", _("Audio only")),
    ("text", _("Text only")),
]


class KindTerms(models.Model):
    kind = models.CharField(
        _("what is sent"),
        max_length=8,
        choices=KIND_CHOICES,
        default=VIDEO,
        help_text=_(
            "Audio only: nobody sends a picture. Text only: neither picture nor sound, and paid minutes are those in "
            "which both are there. Both go without pictures in the listing and 2-way places."
        ),
    )
    private_video = models.BooleanField(phrase(_("private %(shows)s with video")), default=True)
    private_audio = models.BooleanField(phrase(_("private %(shows)s with audio only")), default=True)
    private_text = models.BooleanField(
        phrase(_("private %(shows)s with text only")),
        default=True,
        help_text=phrase(
            _(
                "Which may be asked for, where private requests are on and the %(performer)s offers them. Never more "
                "than the mode itself sends: no video from a mode with audio only."
            )
        ),
    )

    class Meta:
        abstract = True

    @property
    def private_kinds(self) -> tuple[str, ...]:
        """Those that may be asked for in this mode."""
        ticked = {"video": self.private_video, "audio": self.private_audio, "text": self.private_text}
        return offered_kinds(self.kind, [kind for kind, on in ticked.items() if on])

    def clean(self) -> None:
        super().clean()
        found = {}
        if self.kind != VIDEO and self.two_way_slots:  # type: ignore[attr-defined]
            found["two_way_slots"] = _("2-way places are for cameras, which this mode does without: set 0.")
        if self.kind != VIDEO and self.snapshots_enabled:  # type: ignore[attr-defined]
            found["snapshots_enabled"] = _("There is no picture in this mode: switch them off.")
        if self.requests_enabled and not self.private_kinds:  # type: ignore[attr-defined]
            found["private_text"] = _("Choose at least one that this mode can send, or switch private requests off.")
        if found:
            raise ValidationError(found)
