"""The top-up form of the wallet. The amount is asked in tokens and checked here and again in the service."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from ppv_plugin.amounts import written
from ppv_plugin.ledger.fields import TokensFormField

from .services import TOP_UP_MAX, TOP_UP_MIN

PRESETS = [(1000, "10"), (2000, "20"), (5000, "50"), (10_000, "100")]


class TopUpForm(forms.Form):
    """One of the offered amounts, or an own one. `key` is the browser's idempotency key: sent twice, it counts once."""

    amount = TokensFormField(required=False)
    own = TokensFormField(required=False, label=_("Another amount"))
    key = forms.CharField(validators=[RegexValidator(r"\A[A-Za-z0-9-]{8,40}\Z")])

    @classmethod
    def fresh(cls) -> TopUpForm:
        return cls(initial={"key": uuid.uuid4().hex})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        total = cleaned.get("own") if cleaned.get("own") is not None else cleaned.get("amount")
        if total is None:
            raise ValidationError(_("Choose an amount, or type one."))
        if not TOP_UP_MIN <= total <= TOP_UP_MAX:
            raise ValidationError(
                _("One top-up lies between %(low)s and %(high)s.")
                % {"low": written(TOP_UP_MIN), "high": written(TOP_UP_MAX)}
            )
        cleaned["total"] = total
        return cleaned

    @property
    def refusal(self) -> str:
        """All that was wrong, as one text."""
        if "key" in self.errors:
            return str(_("This form is out of date. Please open your wallet again."))
        if {"amount", "own"} & set(self.errors):
            return str(
                _("That is not an amount. Type one between %(low)s and %(high)s, with at most two decimals.")
                % {"low": written(TOP_UP_MIN), "high": written(TOP_UP_MAX)}
            )
        return " ".join(str(error) for error in self.non_field_errors())
