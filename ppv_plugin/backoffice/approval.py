"""Where staff approves, rejects or suspends somebody in a role, and sees who did so before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button, HeaderButton

from ppv_plugin.errors import PPVError
from ppv_plugin.people import rules, services
from ppv_plugin.people.models import Performer
from ppv_plugin.people.queries import ROLES, history_of, holder_of
from ppv_plugin.wording import named

from . import audit
from .correcting import TrailMixin

REVIEW = "ppv_plugin.review_role"
DECISIONS = {
    "approve": gettext_lazy("Approve"),
    "reject": gettext_lazy("Reject"),
    "suspend": gettext_lazy("Suspend: what runs ends now"),
}
DONE = {
    "approve": gettext_lazy("%(name)s is approved and is told by e-mail."),
    "reject": gettext_lazy("%(name)s is not approved and is told by e-mail."),
    "suspend": gettext_lazy("%(name)s is suspended and is told by e-mail."),
}


class ReviewForm(forms.Form):
    decision = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed to reject and to suspend. The person reads it in the e-mail and on the site."),
    )

    def __init__(self, *args: Any, status: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = [(name, DECISIONS[name]) for name in rules.decisions_for(status)]
        self.fields["decision"].choices = possible  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("decision") in rules.NEEDS_REASON and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why."))
        return cleaned


class ReviewView(TrailMixin, WagtailAdminTemplateMixin, FormView):  # type: ignore[misc,type-arg]
    template_name = "ppv_plugin/backoffice/review.html"
    page_title = gettext_lazy("Review")
    header_icon = "success"
    form_class = ReviewForm
    role = ""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(REVIEW):
            raise PermissionDenied
        self.subject = get_object_or_404(ROLES[self.role], pk=self.kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    @property
    def list_url_name(self) -> str:
        return f"ppv_{self.role}s:index"

    @property
    def list_title(self) -> Any:
        return named(self.role, plural=True, cap=True)

    def get_page_subtitle(self) -> str:
        return str(self.subject)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "status": self.subject.status}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = holder_of(self.subject)
        facts = [
            (named(self.role, cap=True), self.subject.name),
            (_("User"), str(user.get_username())),
            (_("Status"), self.subject.get_status_display()),
        ]
        if about := getattr(self.subject, "bio", ""):
            facts.append((_("About"), about))
        history = history_of(role=self.role, subject=self.subject.uuid)
        return super().get_context_data(facts=facts, history=history, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        decision, reason = form.cleaned_data["decision"], form.cleaned_data["reason"].strip()
        try:
            services.decide(
                role=self.role,
                subject=self.subject.uuid,
                decision=decision,
                reason=reason,
                actor=self.request.user,
                now=timezone.now(),
            )
        except PPVError:
            messages.error(self.request, _("Somebody else has decided meanwhile. Please look again."))
        else:
            audit.reviewed(subject=self.subject, decision=decision, reason=reason, user=self.request.user)
            messages.success(self.request, DONE[decision] % {"name": self.subject.name})
        return redirect(self.request.path)


def reviewed(role: str) -> Any:
    """Class decorator of a viewset of people in `role`: its rows lead to their review."""

    def decorate(viewset: Any) -> Any:
        lists, pages = (
            type("Reviewed", (_ReviewedRows,), {"role": role}),
            type("Reviewed", (_Reviewed,), {"role": role}),
        )
        for name, mixin in (("index", lists), ("edit", pages), ("inspect", pages)):
            attribute = f"{name}_view_class"
            view = getattr(viewset, attribute)
            setattr(viewset, attribute, type(view.__name__, (mixin, view), {}))
        patterns = viewset.get_urlpatterns

        def get_urlpatterns(self: Any) -> list[Any]:
            return [*patterns(self), path("review/<int:pk>/", ReviewView.as_view(role=role), name="review")]

        viewset.get_urlpatterns = get_urlpatterns
        viewset.list_display = [*viewset.list_display, *_status_column(viewset)]
        viewset.list_filter = list(dict.fromkeys(["status", *viewset.list_filter]))
        return viewset

    return decorate


def _status_column(viewset: Any) -> list[Any]:
    from wagtail.admin.ui.tables import StatusTagColumn

    if any(getattr(column, "name", "") == "get_status_display" for column in viewset.list_display):
        return []
    approved = Performer.Status.APPROVED
    return [
        StatusTagColumn(
            "get_status_display",
            label=gettext_lazy("Status"),
            sort_key="status",
            primary=lambda row: row.status == approved,
        )
    ]


class _Reviewed:
    """For the page of one person."""

    role = ""

    @cached_property
    def header_buttons(self) -> list[Any]:
        buttons = list(super().header_buttons)  # type: ignore[misc]
        if self.request.user.has_perm(REVIEW):  # type: ignore[attr-defined]
            url = review_url(self.role, self.object)  # type: ignore[attr-defined]
            buttons.append(HeaderButton(_("Review"), url=url, icon_name="success"))
        return buttons


class _ReviewedRows:
    """For the list."""

    role = ""

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        buttons: list[Any] = super().get_list_more_buttons(instance)  # type: ignore[misc]
        if self.request.user.has_perm(REVIEW):  # type: ignore[attr-defined]
            url = review_url(self.role, instance)
            buttons.append(Button(_("Review"), url=url, icon_name="success", priority=12))
        return buttons


def review_url(role: str, row: Any) -> str:
    return reverse(f"ppv_{role}s:review", args=[row.pk])
