"""The form in which a performer sets the own price of a private show."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ppv_plugin.ledger.fields import TokensFormField
from ppv_plugin.ledger.rules import tokens

from .models import PricingSettings, Room
from .services import cpm_refusal


class PrivateCpmForm(forms.Form):
    cpm = TokensFormField(label=_("Own price of a private show, per minute"), required=False)

    def __init__(self, *args: Any, room: Room, pricing: PricingSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"cpm": room.private_cpm, **(self.initial or {})}
        self.limits = pricing
        self.fields["cpm"].help_text = _(
            "Between %(low)s and %(high)s. Empty = the site's price, %(site)s. Running shows keep their price."
        ) % {
            "low": tokens(pricing.cpm_min),
            "high": tokens(pricing.cpm_max),
            "site": tokens(pricing.private_cpm),
        }
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
