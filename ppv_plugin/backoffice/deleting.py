"""Deleting in the admin: what others still need stays, and the editor is told so."""

from __future__ import annotations

from typing import Any

from django.db.models import ProtectedError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views.generic import DeleteView
from wagtail.snippets.views.snippets import DeleteView as SnippetDeleteView


class KeepsWhatIsNeeded:
    """For a delete view: a row that shows, sessions or rooms refer to is kept, with a message instead of an error."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except ProtectedError as error:
            kinds = sorted({str(row._meta.verbose_name_plural) for row in error.protected_objects})
            text = _("“%(name)s” is still needed (%(kinds)s) and stays. Take it out of use instead.")
            messages.error(self.request, text % {"name": self.object, "kinds": ", ".join(kinds)})  # type: ignore[attr-defined]
            return redirect(self.get_success_url())  # type: ignore[attr-defined]
        return response


class RowDeleteView(KeepsWhatIsNeeded, DeleteView):
    pass


class ModeDeleteView(KeepsWhatIsNeeded, SnippetDeleteView):
    pass
