"""What a room mode says of being inside unseen, or with the own camera sent to the performer (spec M-6, M-7)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ppv_plugin.amounts import written
from ppv_plugin.ledger.fields import TokensField
from ppv_plugin.wording import phrase

from .call_terms import CallTerms
from .rules import GROUP_CPM_MAX, TWO_WAY_SLOTS_MAX


class MannerTerms(CallTerms):
    voyeur_enabled = models.BooleanField(
        phrase(_("voyeurs: %(clients)s who watch unseen")),
        default=False,
        help_text=_("They are in no list and no count and cannot write. They pay their own price per minute."),
    )
    voyeur_cpm = TokensField(
        _("voyeur's price per minute"), default=0, help_text=_("Needed where voyeurs are let in; more than 0.")
    )
    voyeur_private = models.BooleanField(
        phrase(_("voyeurs also of private %(shows)s")),
        default=False,
        help_text=phrase(_("Where the %(performer)s allows it too. Whoever asks for a private %(show)s is told.")),
    )
    two_way_slots = models.PositiveSmallIntegerField(
        _("2-way places"),
        default=0,
        validators=[MaxValueValidator(TWO_WAY_SLOTS_MAX)],
        help_text=phrase(
            _("How many %(clients)s may send their camera to the %(performer)s, and to nobody else, at once. 0 = none.")
        ),
    )
    two_way_cpm = TokensField(
        _("2-way price per minute"), default=0, help_text=_("What who sends a camera pays instead; 0 = free.")
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        found = {
            name: _("%s at most.") % written(GROUP_CPM_MAX)
            for name in ("voyeur_cpm", "two_way_cpm")
            if (getattr(self, name) or 0) > GROUP_CPM_MAX
        }
        if self.voyeur_enabled and not self.voyeur_cpm:
            found["voyeur_cpm"] = _("Voyeurs pay: set a price above 0.")
        if self.voyeur_private and not self.voyeur_enabled:
            found["voyeur_private"] = _("Let voyeurs in first.")
        places: int | None = self.viewers_max  # type: ignore[attr-defined]
        if places is not None and (self.two_way_slots or 0) > places:
            found["two_way_slots"] = _("These are more than there are places.")
        if found:
            raise ValidationError(found)
