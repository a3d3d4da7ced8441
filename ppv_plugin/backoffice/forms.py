"""Forms of the admin. Prices are typed in tokens; what is out of bounds is refused with the bound named."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from ppv_plugin.errors import PPVError
from ppv_plugin.ledger.fields import TokensFormField
from ppv_plugin.ledger.rules import WHOLE_BP
from ppv_plugin.people.models import Performer
from ppv_plugin.rooms.listed import categories, language_choices
from ppv_plugin.rooms.models import PricingSettings, Room, RoomMode
from ppv_plugin.rooms.queries import pricing
from ppv_plugin.rooms.rules import CPM_FIELDS, GROUP_CPM_MAX, PriceRefused, check_own_cpm
from ppv_plugin.rooms.services import REFUSALS, set_languages, share_terms
from ppv_plugin.rooms.subjects import RoomCategory
from ppv_plugin.studios.common import need_unused
from ppv_plugin.wording import phrase

from .mode_features import WithFeatures

NOTE_MAX = 120  # as long as a line of a receipt's timeline


class RoomModeForm(WithFeatures, WagtailAdminModelForm):
    group_cpm = TokensFormField(
        max_hundredths=GROUP_CPM_MAX,
        label=_("Price per minute"),
        help_text=phrase(_("In %(tokens)s, 1000.00 at most. What everybody inside pays per minute; 0 = free.")),
    )

    def clean_key(self) -> str:
        """Unique in this language by the model; in the others of this mode the key changes with it."""
        key: str = self.cleaned_data["key"]
        others = RoomMode.objects.exclude(translation_key=self.instance.translation_key)
        taken = others.filter(key=key, locale__in=_locales_of(self.instance)).select_related("locale").first()
        if taken is not None:
            text = _("“%(name)s” has this key already (%(language)s).")
            raise ValidationError(text % {"name": taken.name, "language": taken.locale})
        return key

    def clean_active(self) -> bool:
        active: bool = self.cleaned_data["active"]
        others = RoomMode.objects.filter(active=True).exclude(translation_key=self.instance.translation_key)
        if not active and self.instance.pk and not others.exists():
            raise ValidationError(_("This is the only mode that can be chosen: without it nobody can go live."))
        return active

    def save(self, commit: bool = True) -> Any:
        """What the mode costs and does is saved for its other languages too."""
        self.instance.features = {**self.instance.features, **self.chosen_features()}
        mode = super().save(commit=commit)
        if commit:
            share_terms(mode=mode)
        return mode


def _locales_of(mode: RoomMode) -> list[int]:
    siblings = RoomMode.objects.filter(translation_key=mode.translation_key)
    found = list(siblings.values_list("locale_id", flat=True))
    return found or ([mode.locale_id] if mode.locale_id else [])


class RoomForm(WagtailAdminModelForm):
    private_cpm = TokensFormField(
        required=False,
        label=_("Own private price per minute"),
        help_text=phrase(_("In %(tokens)s. Empty = the site's price.")),
    )
    private_audio_cpm = TokensFormField(required=False, label=_("The same with audio only"))
    private_text_cpm = TokensFormField(required=False, label=_("The same with text only"))
    reason = forms.CharField(
        required=False,
        max_length=NOTE_MAX,
        label=_("Reason of the suspension"),
        help_text=_("Needed to suspend. Both sides of a session that ends read it on the receipt."),
    )
    spoken = forms.MultipleChoiceField(
        required=False,
        label=_("Languages spoken"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Visitors filter the listing by them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken: Any = self.fields["spoken"]
        spoken.choices = language_choices()
        if self.instance.pk:
            self.initial["spoken"] = list(self.instance.languages.values_list("code", flat=True))
        category: Any = self.fields["category"]
        own = [self.instance.category_id] if self.instance.category_id else []
        category.queryset = RoomCategory.objects.filter(pk__in=[*own, *(row.pk for row in categories())])

    def save(self, commit: bool = True) -> Any:
        room = super().save(commit=commit)
        if commit:
            set_languages(room=room, codes=self.cleaned_data["spoken"])
        return room

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_whose(cleaned.get("performer"), cleaned.get("studio"))
        if "suspended" in self.changed_data and cleaned.get("suspended") and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why: who is cut off reads it."))
        if (site := cleaned.get("site")) is not None:
            for field in CPM_FIELDS.values():
                self._check_price(field, cleaned.get(field), pricing(site))
        return cleaned

    def _check_price(self, field: str, cpm: int | None, limits: PricingSettings) -> None:
        """An editor may set a price where performers may not, within the same bounds."""
        if cpm is None:
            return
        try:
            check_own_cpm(cpm=cpm, low=limits.cpm_min, high=limits.cpm_max, allowed=True)
        except PriceRefused as refused:
            self.add_error(field, ValidationError(REFUSALS[refused.reason] % {"bound": refused.bound}))

    def _check_whose(self, performer: Any, studio: Any) -> None:
        room = self.instance
        if performer is None and studio is None and "performer" not in self.errors:
            self.add_error("performer", phrase(_("Whose is it? Choose a %(performer)s, a %(studio)s or both.")))
        elif performer is not None and studio is not None and performer.studio_id != studio.pk:
            self.add_error("performer", phrase(_("This %(performer)s is not one of that %(studio)s.")))
        before = Room.objects.filter(pk=room.pk).values_list("performer_id", flat=True).first() if room.pk else None
        if before is not None and (performer is None or performer.pk != before):
            _need_unused(self, "performer", [room])


def _need_unused(form: Any, field: str, rooms: Any) -> None:
    """Whoever is live in a room ends the show before it is another's."""
    try:
        for room in rooms:
            need_unused(room)
    except PPVError as refusal:
        form.add_error(field, str(refusal.text))


class PerformerForm(WagtailAdminModelForm):
    studio_share_bp = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=WHOLE_BP,
        label=phrase(_("Share of the %(studio)s")),
        help_text=phrase(
            _("Basis points of the part of this %(performer)s; empty = what its %(studio)s takes of all.")
        ),
    )
    share_bp = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=WHOLE_BP,
        label=_("Share"),
        help_text=phrase(_("Basis points of what %(clients)s pay: 8000 = 80 %%. Empty = the site's share.")),
    )
    tip_share_bp = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=WHOLE_BP,
        label=_("Share of tips"),
        help_text=_("Basis points of each tip: 9000 = 90 %. Empty = the site's share of tips."),
    )

    def clean(self) -> dict[str, Any]:
        """Who goes to another studio leaves the rooms of this one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        row, studio = self.instance, cleaned.get("studio")
        before = Performer.objects.filter(pk=row.pk).values_list("studio_id", flat=True).first() if row.pk else None
        if before is not None and (studio is None or studio.pk != before):
            _need_unused(self, "studio", Room.objects.filter(performer=row.pk, studio=before))
        return cleaned


class StudioForm(WagtailAdminModelForm):
    share_bp = forms.IntegerField(
        min_value=0,
        max_value=WHOLE_BP,
        initial=3000,
        label=_("Share"),
        help_text=phrase(_("Of the %(performer)s's part, in basis points: 3000 = 30 %%.")),
    )
