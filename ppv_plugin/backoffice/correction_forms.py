"""Forms with which staff moves money. The key in them makes a form that is sent twice count once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from ppv_plugin.ledger.fields import TokensFormField

AMOUNT_MAX = 10_000_000


class CorrectionForm(forms.Form):
    amount = TokensFormField(label=_("Amount"), min_hundredths=1, max_hundredths=AMOUNT_MAX)
    reason = forms.CharField(label=_("Reason"), max_length=190, help_text=_("The people concerned read this."))
    cid = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"cid": uuid4().hex, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class RefundForm(CorrectionForm):
    pass


class AdjustmentForm(CorrectionForm):
    direction = forms.ChoiceField(
        label=_("Direction"),
        choices=[("give", _("The site gives to this account")), ("take", _("The site takes from this account"))],
        widget=forms.RadioSelect,
    )
    field_order = ["direction", "amount", "reason"]

    @property
    def signed(self) -> int:
        amount: int = self.cleaned_data["amount"]
        return amount if self.cleaned_data["direction"] == "give" else -amount
