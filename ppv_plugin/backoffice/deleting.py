"""Deleting in the admin: what others still need stays, and the editor is told so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.views.generic import DeleteView
from wagtail.snippets.views.snippets import DeleteView as SnippetDeleteView

from ppv_plugin.rooms.models import RoomMode
from ppv_plugin.wording import named

from .mode_usage import Uses, uses_of

NEEDED = gettext_lazy("“%(name)s” is still needed (%(kinds)s) and stays. Take it out of use instead.")
LAST = gettext_lazy("Without “%(name)s” no mode could be chosen and nobody could go live. Make another first.")


class KeepsWhatIsNeeded:
    """For a delete view: a row that shows, sessions or rooms refer to is kept, with a message instead of an error."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except ProtectedError as error:
            kinds = sorted({str(row._meta.verbose_name_plural) for row in error.protected_objects})
            messages.error(self.request, NEEDED % {"name": self.object, "kinds": ", ".join(kinds)})  # type: ignore[attr-defined]
            return redirect(self.get_success_url())  # type: ignore[attr-defined]
        return response


class RowDeleteView(KeepsWhatIsNeeded, DeleteView):
    pass


class ModeDeleteView(KeepsWhatIsNeeded, SnippetDeleteView):
    """Counts the rooms that use the mode, which Wagtail's index of references does not know."""

    def get_usage(self) -> Uses | None:
        return uses_of(self.object) if self.usage_url else None

    def form_valid(self, form: Any) -> HttpResponse:
        if self.usage and self.usage.is_protected:
            messages.error(self.request, NEEDED % {"name": self.object, "kinds": named("room", plural=True)})
            return redirect(self.get_success_url())
        return super().form_valid(form)


def keep_the_last_mode(request: HttpRequest, rows: Sequence[Any]) -> HttpResponse | None:
    """Before snippets are deleted, one or many: with no mode to choose nobody could go live."""
    modes = [row for row in rows if isinstance(row, RoomMode) and row.active]
    others = RoomMode.objects.filter(active=True).exclude(pk__in=[mode.pk for mode in modes])
    if not modes or others.exists():
        return None
    messages.error(request, LAST % {"name": ", ".join(str(mode) for mode in modes)})
    return redirect(RoomMode.snippet_viewset.get_url_name("list"))  # type: ignore[attr-defined]
