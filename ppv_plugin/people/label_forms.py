"""The form in which editors type their own words: each term once per language, in languages that the site has."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm


class LabelSettingsForm(WagtailAdminModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        seen: set[tuple[str, str]] = set()
        for form in self.formsets["labels"].forms if "labels" in self.formsets else []:
            if not form.is_valid() or form.cleaned_data.get("DELETE") or not form.cleaned_data.get("term"):
                continue
            language, term = form.cleaned_data["language"].strip().lower(), form.cleaned_data["term"]
            form.cleaned_data["language"] = form.instance.language = language
            if language and language not in _languages():
                known = ", ".join(sorted(_languages()))
                form.add_error("language", _("The site has no such language. It has: %(known)s.") % {"known": known})
            elif (language, term) in seen:
                form.add_error("term", _("There is another word for the same thing in the same language."))
            seen.add((language, term))
        return cleaned


def _languages() -> set[str]:
    """Codes that a request may have, and their bases: a word for "pt" serves "pt-br"."""
    codes = {code.lower() for code, _name in settings.LANGUAGES}
    return codes | {code.split("-")[0] for code in codes}
