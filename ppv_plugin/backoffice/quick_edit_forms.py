"""Forms of the quick edit: each field is left alone unless somebody chooses otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from ppv_plugin.ledger.fields import TokensFormField
from ppv_plugin.ledger.rules import WHOLE_BP
from ppv_plugin.rooms.queries import pricing
from ppv_plugin.rooms.rules import CPM_FIELDS, PriceRefused, check_own_cpm
from ppv_plugin.rooms.services import REFUSALS
from ppv_plugin.wording import phrase

from .forms import NOTE_MAX

KEEP, SITE, OWN, YES, NO = "", "site", "own", "yes", "no"
PRICE_FIELDS = ("price", *CPM_FIELDS.values(), "share", "share_bp")


def _choice(label: Any, *choices: tuple[str, Any]) -> forms.ChoiceField:
    kept = (KEEP, _("Leave as it is"))
    return forms.ChoiceField(label=label, required=False, choices=[kept, *choices], widget=forms.RadioSelect)


class RoomTermsForm(forms.Form):
    """`values` are the fields of `Room` to set."""

    price = _choice(_("Private price"), (SITE, _("The site's price")), (OWN, _("An own price")))
    private_cpm = TokensFormField(
        label=_("Own price per minute"), required=False, help_text=phrase(_("In %(tokens)s."))
    )
    private_audio_cpm = TokensFormField(label=_("The same with audio only"), required=False)
    private_text_cpm = TokensFormField(
        label=_("The same with text only"), required=False, help_text=_("Of these three an empty one stays as it is.")
    )
    featured = _choice(_("Featured"), (YES, _("Yes")), (NO, _("No")))
    suspended = _choice(_("Suspended"), (YES, _("Yes: end what runs there now, and hide it")), (NO, _("No")))
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=NOTE_MAX,
        help_text=_("Needed to suspend. Both sides of a session that ends read it on the receipt."),
    )

    def __init__(self, *args: Any, sites: Sequence[Site] = (), may_price: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = sites
        for name in () if may_price else PRICE_FIELDS:
            self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._refuse_unused("price", CPM_FIELDS.values())
        if cleaned.get("price") == OWN:
            self._check_prices({field: cpm for field in CPM_FIELDS.values() if (cpm := cleaned.get(field)) is not None})
        if cleaned.get("suspended") == YES and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why: who is cut off reads it."))
        if not self.errors and not self.chosen():
            raise ValidationError(_("Choose at least one thing to change."))
        return cleaned

    def _refuse_unused(self, choice: str, fields: Iterable[str]) -> None:
        """A value that somebody typed without choosing it is not left aside in silence."""
        unused = choice in self.fields and self.cleaned_data.get(choice) != OWN
        if unused and any(self.data.get(field) for field in fields):
            own = dict(self.fields[choice].choices)[OWN]
            self.add_error(choice, _("Choose “%(own)s”, or empty what is typed below.") % {"own": own})

    def _check_prices(self, prices: dict[str, int]) -> None:
        """Within the bounds of each site that these rooms are on."""
        if not prices and not self.errors.keys() & CPM_FIELDS.values():
            self.add_error("private_cpm", _("Enter the price."))
        for site, (field, cpm) in product(self.sites, prices.items()):
            limits = pricing(site)
            try:
                check_own_cpm(cpm=cpm, low=limits.cpm_min, high=limits.cpm_max, allowed=True)
            except PriceRefused as refused:
                text = REFUSALS[refused.reason] % {"bound": refused.bound}
                self.add_error(field, f"{site}: {text}" if len(self.sites) > 1 else text)

    def chosen(self) -> bool:
        return bool(self.values)

    @property
    def values(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if price := self.cleaned_data.get("price"):
            own = {field: self.cleaned_data.get(field) for field in CPM_FIELDS.values()}
            given = {field: cpm for field, cpm in own.items() if cpm is not None}
            values |= given if price == OWN else dict.fromkeys(CPM_FIELDS.values())
        for name in ("featured", "suspended"):
            if answer := self.cleaned_data.get(name):
                values[name] = answer == YES
        return values


class PerformerTermsForm(RoomTermsForm):
    """`values` are for each of the performers' rooms, `own_values` for the performers themselves."""

    share = _choice(_("Share"), (SITE, _("The site's share")), (OWN, _("An own share")))
    share_bp = forms.IntegerField(
        label=_("Own share"),
        required=False,
        min_value=0,
        max_value=WHOLE_BP,
        help_text=phrase(_("Basis points of what %(clients)s pay: 8000 = 80 %%.")),
    )
    field_order = ["price", *CPM_FIELDS.values(), "share", "share_bp", "featured", "suspended", "reason"]

    def __init__(self, *args: Any, may_review: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_review:
            del self.fields["suspended"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._refuse_unused("share", ["share_bp"])
        if cleaned.get("share") == OWN and cleaned.get("share_bp") is None and "share_bp" not in self.errors:
            self.add_error("share_bp", _("Enter the share."))
        return cleaned

    def chosen(self) -> bool:
        return bool(self.values or self.own_values) or self.suspend is not None

    @property
    def values(self) -> dict[str, Any]:
        """A performer is suspended itself: its rooms keep their own mark."""
        return {name: value for name, value in super().values.items() if name != "suspended"}

    @property
    def own_values(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if share := self.cleaned_data.get("share"):
            values["share_bp"] = self.cleaned_data.get("share_bp") if share == OWN else None
        return values

    @property
    def suspend(self) -> bool | None:
        """None: leave everybody as they are."""
        answer = self.cleaned_data.get("suspended")
        return answer == YES if answer else None
