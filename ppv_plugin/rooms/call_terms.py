"""What a room mode says of rooms without a public picture, and of cameras that everybody sees (spec M-1, M-2)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ppv_plugin.wording import phrase


class CallTerms(models.Model):
    lobby = models.BooleanField(
        phrase(_("lobby: calls only, no public %(show)s")),
        default=False,
        help_text=phrase(_("Nobody is shown in public: %(clients)s wait and ask for a private %(show)s.")),
    )
    lobby_chat = models.BooleanField(
        _("chat in the lobby"), default=False, help_text=_("Whoever waits in the lobby may write there.")
    )
    by_link = models.BooleanField(
        _("locked: calls by link only"),
        default=False,
        help_text=phrase(
            _("A call begins when the %(client)s opens the link that was made for it, and for nobody else.")
        ),
    )
    conference = models.BooleanField(
        _("conference: everybody sees the cameras"),
        default=False,
        help_text=phrase(_("The cameras of the 2-way places are seen by all, not by the %(performer)s alone.")),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        mode = self._of_mode()
        found: dict[str, object] = {}
        if (self.by_link or self.lobby_chat) and not self.lobby:
            found["by_link" if self.by_link else "lobby_chat"] = _("Choose the lobby first.")
        if self.lobby and (mode["group_cpm"] or mode["voyeur_enabled"] or mode["two_way_slots"]):
            found["lobby"] = _("In a lobby there is nothing to watch: set no price, no voyeurs and no 2-way places.")
        if self.by_link and mode["requests_enabled"]:
            found["by_link"] = _("Switch private requests off: calls come by link only.")
        if self.conference and not mode["two_way_slots"]:
            found["conference"] = _("Say how many 2-way places there are.")
        if self.conference and mode["voyeur_enabled"]:
            found["conference"] = _("Nobody watches unseen where everybody is seen: let no voyeurs in.")
        if found:
            raise ValidationError(found)

    def _of_mode(self) -> dict[str, object]:
        names = ("group_cpm", "voyeur_enabled", "two_way_slots", "requests_enabled")
        return {name: getattr(self, name) for name in names}
