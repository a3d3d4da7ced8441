"""A model field that stores hundredths of a token and lets people type tokens."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .rules import parse_tokens, tokens


class TokensFormField(forms.DecimalField):
    """Takes "1.50", gives 150. Refuses negatives unless `min_tokens` says otherwise."""

    def __init__(self, *, min_hundredths: int = 0, max_hundredths: int = 10**9, **kwargs: Any) -> None:
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("min_value", Decimal(min_hundredths) / 100)
        kwargs.setdefault("max_value", Decimal(max_hundredths) / 100)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return tokens(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned in self.empty_values:
            return None
        try:
            return parse_tokens(cleaned)
        except ValueError as error:
            raise ValidationError(_("Enter an amount with at most two decimals.")) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class TokensField(models.BigIntegerField):  # type: ignore[type-arg]
    """Hundredths of a token in the database, tokens in forms."""

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(self, **{"form_class": TokensFormField, "required": not self.blank, **kwargs})
