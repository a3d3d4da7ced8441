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

from .listed import categories, language_choices
from .models import PricingSettings, Room
from .services import cpm_refusal
from .subjects import RoomCategory


class PrivateCpmForm(forms.Form):
    cpm = TokensFormField(label=phrase(_("Own price of a private %(show)s, per minute")), required=False)

    def __init__(self, *args: Any, room: Room, pricing: PricingSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"cpm": room.private_cpm, **(self.initial or {})}
        self.limits = pricing
        self.fields["cpm"].help_text = sentence(
            _("Between %(low)s and %(high)s. Empty = the site's price, %(site)s. Running %(shows)s keep their price."),
            low=written(pricing.cpm_min),
            high=written(pricing.cpm_max),
            site=written(pricing.private_cpm),
        )
        widget = self.fields["cpm"].widget
        widget.attrs |= {
            "inputmode": "decimal",
            "class": "ppv-input",
            "aria-describedby": "id_cpm_helptext id_cpm_error",
        }

    def clean_cpm(self) -> int | None:
        cpm: int | None = self.cleaned_data["cpm"]
        if refusal := cpm_refusal(cpm=cpm, limits=self.limits):
            raise forms.ValidationError(refusal)
        return cpm


class ClientCpmForm(forms.Form):
    """A price for one of `clients`; empty takes it back."""

    client = forms.ModelChoiceField(Client.objects.none(), label=_("For"), empty_label=_("Choose…"))
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
