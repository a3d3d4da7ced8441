"""Fields of the site's own features (hook `ppv_mode_features`) in the form of a room mode, and their panel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from wagtail.admin.panels import ObjectList, Panel

from ppv_plugin import hooks

_PREFIX = "feature_"


class WithFeatures(forms.BaseForm):
    """For a form of a room mode. What a feature's app left behind when it went is kept for its return."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.features = hooks.mode_features() if "key" in self.fields else {}
        stored = self.instance.features  # type: ignore[attr-defined]
        for key, feature in self.features.items():
            field = feature.field()
            field.initial = stored.get(key, feature.default)
            self.fields[_PREFIX + key] = field

    def feature_fields(self) -> Iterator[forms.BoundField]:
        return (self[_PREFIX + key] for key in self.features)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for key in self.features:
            try:
                json.dumps(cleaned.get(_PREFIX + key))
            except TypeError:
                self.add_error(_PREFIX + key, ValidationError(_("This kind of value cannot be kept with a mode.")))
        return cleaned

    def chosen_features(self) -> dict[str, Any]:
        return {key: self.cleaned_data.get(_PREFIX + key) for key in self.features}


class ModeFeaturesPanel(Panel):  # type: ignore[misc]
    """Nothing where no app has a feature."""

    class BoundPanel(Panel.BoundPanel):  # type: ignore[misc]
        template_name = "ppv_plugin/backoffice/mode_features_panel.html"

        def is_shown(self) -> bool:
            return bool(getattr(self.form, "features", None))

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return {**context, "fields": list(self.form.feature_fields())}


class PanelsWithFeatures(ObjectList):  # type: ignore[misc]
    class BoundPanel(ObjectList.BoundPanel):  # type: ignore[misc]
        def render_missing_fields(self) -> str:
            """Wagtail puts what no panel claims at the end. A feature is drawn by its panel: of two fields of one name
            the browser sends both, and the one at the end would win over what was chosen."""
            claimed = self.panel.get_form_options().get("fields", [])
            missing = [name for name in self.form.fields if name not in claimed and not name.startswith(_PREFIX)]
            return format_html_join("", "{}", ((self.form[name],) for name in missing))
