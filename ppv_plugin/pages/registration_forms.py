"""What a role needs to know of whoever registers for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ppv_plugin.wording import phrase

NAME_LABELS = {
    "client": _("Your name, as others see it"),
    "performer": _("Your name, as others see it"),
    "studio": phrase(_("Name of the %(studio)s")),
}


def has_field(model: Any, name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())


class RoleForm(forms.Form):
    name = forms.CharField(
        max_length=80, widget=forms.TextInput(attrs={"class": "ppv-input", "autocomplete": "nickname"})
    )
    about = forms.CharField(
        label=_("About you"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "ppv-input", "rows": 5}),
    )
    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"class": "ppv-input", "autocomplete": "email"})
    )

    def __init__(self, *args: Any, role: str, ask_email: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = NAME_LABELS[role]
        if role != "performer":
            del self.fields["about"]
        if not ask_email:
            del self.fields["email"]
