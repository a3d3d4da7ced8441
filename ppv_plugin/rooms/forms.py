"""The forms of a performer: own prices of private shows, for everybody and for one client; how the room is found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ppv_plugin.amounts import written
from ppv_plugin.ledger.fields import TokensFormField
from ppv_plugin.people.models import Client
from ppv_plugin.wording import phrase, sentence

from .kind_terms import KIND_CHOICES
from .listed import categories, language_choices
from .models import PricingSettings, Room
from .rules import AUDIO, CPM_FIELDS, TEXT, VIDEO
from .services import cpm_refusal
from .subjects import RoomCategory


class PrivateCpmForm(forms.Form):
    cpm = TokensFormField(label=phrase(_("Own price of a private %(show)s, per minute")), required=False)
    audio_cpm = TokensFormField(label=_("The same with audio only"), required=False)
    text_cpm = TokensFormField(label=_("The same with text only"), required=False)
    KINDS = {"cpm": VIDEO, "audio_cpm": AUDIO, "text_cpm": TEXT}

    def __init__(self, *args: Any, room: Room, pricing: PricingSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {name: getattr(room, CPM_FIELDS[kind]) for name, kind in self.KINDS.items()}
        self.initial = {**own, **(self.initial or {})}
        self.limits = pricing
        for name, kind in self.KINDS.items():
            field = self.fields[name]
            field.help_text = sentence(
                _(
                    "Between %(low)s and %(high)s. Empty = the site's price, %(site)s. "
                    "Running %(shows)s keep their price."
                ),
                low=written(pricing.cpm_min),
                high=written(pricing.cpm_max),
                site=written(getattr(pricing, CPM_FIELDS[kind])),
            )
            described = f"id_{name}_helptext id_{name}_error"
            field.widget.attrs |= {"inputmode": "decimal", "class": "ppv-input", "aria-describedby": described}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.KINDS:
            if refusal := cpm_refusal(cpm=cleaned.get(name), limits=self.limits):
                self.add_error(name, refusal)
        return cleaned

    @property
    def prices(self) -> dict[str, int | None]:
        """By kind."""
        return {kind: self.cleaned_data[name] for name, kind in self.KINDS.items()}


class ClientCpmForm(forms.Form):
    """A price for one of `clients`; empty takes it back."""

    client = forms.ModelChoiceField(Client.objects.none(), label=_("For"), empty_label=_("Choose…"))
    kind = forms.ChoiceField(label=_("Kind"), choices=KIND_CHOICES, initial=VIDEO, required=False)
    client_cpm = TokensFormField(label=phrase(_("Price of a private %(show)s, per minute")), required=False)

    def __init__(self, *args: Any, clients: QuerySet[Client], pricing: PricingSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limits = pricing
        choice: Any = self.fields["client"]
        choice.queryset = clients
        self.fields["client_cpm"].help_text = _("Between %(low)s and %(high)s. Empty = the price for everybody.") % {
            "low": written(pricing.cpm_min),
            "high": written(pricing.cpm_max),
        }
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "ppv-input", "aria-describedby": f"id_{name}_helptext id_{name}_error"}
        self.fields["client_cpm"].widget.attrs["inputmode"] = "decimal"

    def clean_client_cpm(self) -> int | None:
        cpm: int | None = self.cleaned_data["client_cpm"]
        if refusal := cpm_refusal(cpm=cpm, limits=self.limits):
            raise forms.ValidationError(refusal)
        return cpm


class FoundForm(forms.Form):
    """What visitors filter the listing by. Without categories there is none to choose."""

    category = forms.ModelChoiceField(RoomCategory.objects.none(), label=_("Category"), required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages you speak"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, room: Room, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken: Any = self.fields["languages"]
        chosen = list(room.languages.values_list("code", flat=True))
        spoken.choices = sorted(language_choices(), key=lambda choice: choice[0] not in chosen)  # those first
        offered = {row.key: row.pk for row in categories()}
        category: Any = self.fields["category"]
        category.queryset = RoomCategory.objects.filter(pk__in=offered.values())
        category.widget.attrs["class"] = "ppv-input"
        if not offered:
            del self.fields["category"]
        self.initial = {
            "category": offered.get(room.category.key) if room.category else None,
            "languages": chosen,
        }
