"""What a client fills in to limit its own spending, or to stop it for a time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ppv_plugin.ledger.fields import TokensFormField
from ppv_plugin.ledger.limiting import BREAK_MAX, KINDS
from ppv_plugin.wording import phrase

LABELS = {
    "session": phrase(_("Each visit or private %(show)s")),
    "day": _("Each day"),
    "week": _("Each week"),
    "month": _("Each month"),
}
_DAY = forms.DateInput(attrs={"type": "date", "class": "ppv-input"}, format="%Y-%m-%d")


class LimitsForm(forms.Form):
    """An amount for each kind; an empty field is no limit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS:
            widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "ppv-input"})
            self.fields[kind] = TokensFormField(label=LABELS[kind], required=False, widget=widget)

    def wishes(self) -> dict[str, int | None]:
        """The kinds that were changed; the others stay as they are, whatever happened to them meanwhile."""
        return {kind: self.cleaned_data[kind] for kind in KINDS if kind in self.changed_data}


class BreakForm(forms.Form):
    last_day = forms.DateField(label=_("Last day without spending"), widget=_DAY)
    sure = forms.BooleanField(label=_("I know that I cannot end this break earlier."))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        self.today = now.astimezone(timezone.get_default_timezone()).date()
        super().__init__(*args, **kwargs)

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        if day < self.today:
            raise forms.ValidationError(_("This day has passed."))
        if day >= self.today + BREAK_MAX - timedelta(days=1):
            raise forms.ValidationError(_("A break lasts five years at most."))
        return day

    @property
    def until(self) -> datetime:
        """The midnight that ends the last day, in the site's time zone."""
        day = self.cleaned_data["last_day"] + timedelta(days=1)
        return datetime.combine(day, time.min, timezone.get_default_timezone())
