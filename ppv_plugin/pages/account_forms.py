"""A form for a new account of the site's own kind. Import it late: Django's own forms need the user model."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import BaseUserCreationForm, UsernameField
from django.db import models
from django.utils.translation import gettext_lazy as _

from .registration_forms import has_field


def account_fields() -> list[str]:
    """What the site's user model wants of a new account, and an e-mail address where it has one."""
    model = get_user_model()
    wanted = [model.USERNAME_FIELD, *model.REQUIRED_FIELDS]
    email = model.get_email_field_name()
    return [*wanted, *([email] if email not in wanted and has_field(model, email) else [])]


class _AccountForm(BaseUserCreationForm):  # type: ignore[type-arg]
    """`taken` says that the address belongs to somebody. Whoever looks on learns that only where there is no other way:
    with `masked` it is no error, and the owner of the address is told by e-mail."""

    def __init__(self, *args: Any, masked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.masked, self.taken = masked, False
        email = self._meta.model.get_email_field_name()
        if masked and email in self.fields:
            self.fields[email].required = True
        for name, field in self.fields.items():
            field.widget.attrs.update({"class": "ppv-input"})
            field.widget.attrs.pop("autofocus", None)  # the page is read from its beginning
            if name == email:
                field.widget.attrs["autocomplete"] = "email"

    def _post_clean(self) -> None:
        super()._post_clean()
        model = self._meta.model
        login, email = model.USERNAME_FIELD, model.get_email_field_name()
        for name in {login, *([email] if self.masked else [])}:
            value = self.cleaned_data.get(name)
            if value and name not in self.errors and self._is_taken(name, value):
                self._say_taken(name)

    def validate_unique(self) -> None:
        self._judge(self.instance.validate_unique)

    def validate_constraints(self) -> None:
        self._judge(self.instance.validate_constraints)

    def _judge(self, validate: Any) -> None:
        """As the model says, but for an address that is nobody's business: `_post_clean` looks at that."""
        exclude = self._get_validation_exclusions()
        if self.masked:
            exclude.add(self._meta.model.get_email_field_name())
        try:
            validate(exclude=exclude)
        except forms.ValidationError as error:
            self._update_errors(error)

    def _is_taken(self, name: str, value: Any) -> bool:
        return bool(self._meta.model._default_manager.filter(**{f"{name}__iexact": value}).exists())

    def _say_taken(self, name: str) -> None:
        if self.masked and name == self._meta.model.get_email_field_name():
            self.taken = True
        else:
            self.add_error(name, _("This is taken. Please choose another, or sign in."))


def account_form(*args: Any, masked: bool, **kwargs: Any) -> Any:
    """A form for the user model of the site, known only when the site runs."""
    model = get_user_model()
    named = isinstance(model._meta.get_field(model.USERNAME_FIELD), models.EmailField)
    classes = {} if named else {model.USERNAME_FIELD: UsernameField}
    meta = type("Meta", (), {"model": model, "fields": account_fields(), "field_classes": classes})
    return type("AccountForm", (_AccountForm,), {"Meta": meta})(*args, masked=masked, prefix="account", **kwargs)
