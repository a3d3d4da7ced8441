"""Who watched unseen: shown to those who may know, one session at a time, with a reason that is logged."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.shows.models import Visit

from . import audit
from .correcting import TrailMixin

SEE = "ppv_plugin.see_voyeur"


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Stands in the history of the session."))


class VoyeurView(TrailMixin, WagtailAdminTemplateMixin, FormView):  # type: ignore[misc,type-arg]
    page_title = _("Who watched unseen")
    header_icon = "view"
    template_name = "ppv_plugin/backoffice/unseen.html"
    form_class = ReasonForm
    list_url_name = "ppv_sessions:index"
    list_title = _("Sessions")

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(SEE):
            raise PermissionDenied
        self.session = get_object_or_404(MeteredSession, pk=self.kwargs["pk"], subject=Visit.Manner.VOYEUR)
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.session.facts["room"])

    def form_valid(self, form: Any) -> HttpResponse:
        audit.voyeur_seen(session=self.session, reason=form.cleaned_data["reason"], user=self.request.user)
        visit = Visit.objects.select_related("client").get(session=self.session)
        return self.render_to_response(self.get_context_data(form=form, client=visit.client))
