"""Importing room modes in the admin: a text is tried first, then saved. And what the list of modes shows of use."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button
from wagtail.models import Locale

from ppv_plugin.rooms.importing import ImportReport, import_modes
from ppv_plugin.rooms.ini import BYTES_MAX, read_modes
from ppv_plugin.rooms.models import RoomMode
from ppv_plugin.shows.models import Show
from ppv_plugin.wording import phrase, sentence

from . import audit
from .correcting import TrailMixin

IMPORT = ("ppv_plugin.add_roommode", "ppv_plugin.change_roommode")


class LeadsToImport:
    """For the list of modes: a way to import some."""

    @property
    def header_more_buttons(self) -> list[Any]:
        buttons: list[Any] = [*super().header_more_buttons]  # type: ignore[misc]
        if self.request.user.has_perms(IMPORT):  # type: ignore[attr-defined]
            url = reverse("ppv_import_modes")
            buttons.append(Button(_("Import from a text"), url=url, icon_name="upload", priority=50))
        return buttons


def with_show_counts(rows: Any) -> Any:
    """Room modes with `shows_count`: how many shows began in each."""
    shows = Show.objects.filter(mode=OuterRef("pk")).order_by().values("mode").annotate(count=Count("pk"))
    return rows.annotate(shows_count=Coalesce(Subquery(shows.values("count")), 0))


class ImportForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Text file"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or the text itself"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=gettext_lazy("One [section] for each mode, with lines such as cpm = 1.50."),
    )
    locale = forms.ModelChoiceField(Locale.objects.none(), label=gettext_lazy("Language"), empty_label=None)
    update = forms.BooleanField(label=gettext_lazy("Change modes that are there already and differ"), required=False)
    grace_seconds = forms.IntegerField(
        label=gettext_lazy("Free seconds at the start, for all of them"),
        required=False,
        min_value=0,
        max_value=3600,
        help_text=gettext_lazy("The text knows no grace. Empty = 10 for new modes; others keep theirs."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locales: Any = self.fields["locale"]
        locales.queryset, locales.initial = Locale.objects.order_by("language_code"), Locale.get_default()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if bool(file) == bool(cleaned.get("text", "").strip()):
            raise forms.ValidationError(_("Choose a file or paste the text: one of the two."))
        cleaned["modes"] = file.read(BYTES_MAX + 1) if file else cleaned["text"]
        return cleaned


class ModeImportView(TrailMixin, WagtailAdminTemplateMixin, FormView):  # type: ignore[misc,type-arg]
    """Tries the text first: what would be done, or every problem with its line. Saves on the second button."""

    template_name = "ppv_plugin/backoffice/mode_import.html"
    page_title = phrase(gettext_lazy("Import %(room)s modes"))
    header_icon = "upload"
    form_class = ImportForm
    list_title = phrase(gettext_lazy("%(room)s modes"), cap=True)

    @property
    def list_url_name(self) -> str:
        return mode_url_name("list")

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perms(IMPORT):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        found, values = read_modes(form.cleaned_data["modes"]), form.cleaned_data
        if found.problems:
            context = self.get_context_data(form=form, problems=found.problems)
            return self.render_to_response(context, status=422)
        save = "save" in self.request.POST
        report = import_modes(
            found=found,
            locale=values["locale"],
            update=values["update"],
            grace_seconds=values["grace_seconds"],
            dry_run=not save,
        )
        if not save:
            return self.render_to_response(self.get_context_data(form=form, report=report, rows=rows_of(report)))
        log_import(report, user=self.request.user)
        done = report.count("added") + report.count("changed")
        text = ngettext("%(count)s %(room)s mode added or changed.", "%(count)s %(room)s modes added or changed.", done)
        messages.success(self.request, sentence(text, count=done))
        return redirect(mode_url_name("list"))


def mode_url_name(view: str) -> str:
    return str(RoomMode.snippet_viewset.get_url_name(view))  # type: ignore[attr-defined]


OUTCOMES = {
    "added": gettext_lazy("is added"),
    "changed": gettext_lazy("is changed"),
    "same": gettext_lazy("is there and the same"),
    "differs": gettext_lazy("is there, differs, and stays as it is"),
}


def rows_of(report: ImportReport) -> list[dict[str, Any]]:
    return [
        {
            "mode": mode,
            "outcome": OUTCOMES[mode.outcome],
            "changes": [
                (
                    audit.FIELDS.get(change.field, change.field),
                    audit.value_text(change.field, change.old),
                    audit.value_text(change.field, change.new),
                )
                for change in mode.changes
            ],
        }
        for mode in report.modes
    ]


def log_import(report: ImportReport, *, user: Any) -> None:
    """What was added or changed, in the history of each mode."""
    for mode in report.modes:
        if mode.outcome == "added":
            changes = {"group_cpm": (None, mode.row.group_cpm)} if mode.row else {}
        elif mode.outcome == "changed":
            changes = {change.field: (change.old, change.new) for change in mode.changes}
        else:
            continue
        audit.changed(subject=mode.row, changes=changes, user=user, action=audit.IMPORT)
