"""Views in which staff refunds a session, adjusts an account, and decides what waits for a second person."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Site

from ppv_plugin.amounts import written
from ppv_plugin.errors import Gone, InsufficientFunds, MoreThanCharged, PPVError
from ppv_plugin.metering import adjustments, refunds
from ppv_plugin.metering.models import Adjustment, Correction, MeteredSession, Refund
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.queries import pricing

from . import audit
from .correction_forms import AdjustmentForm, CorrectionForm, RefundForm
from .owners import names_of
from .staff import staff_names

REFUND, ADJUST, APPROVE = (
    "ppv_plugin.refund_session",
    "ppv_plugin.adjust_account",
    "ppv_plugin.approve_correction",
)


class TrailMixin:
    """Where one is: the list, then this page with its title."""

    list_url_name: Any
    list_title: Any

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        own = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}  # type: ignore[attr-defined]
        first = {"url": reverse(self.list_url_name), "label": self.list_title}
        return [*super().get_breadcrumbs_items(), first, own]  # type: ignore[misc]


class CorrectingView(TrailMixin, WagtailAdminTemplateMixin, FormView):  # type: ignore[misc,type-arg]
    """A form that asks for a correction of `subject`. What the services refuse is said at the field it is about."""

    template_name = "ppv_plugin/backoffice/correction_form.html"
    permission = ""
    kind = ""  # of the audit log's actions

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        self.subject = self.find_subject()
        return super().dispatch(request, *args, **kwargs)

    def find_subject(self) -> Any:
        raise NotImplementedError

    def ask(self, form: Any, now: Any) -> Correction:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        now = timezone.now()
        try:
            correction = self.ask(form, now)
        except PPVError as error:
            form.add_error("amount" if isinstance(error, MoreThanCharged | InsufficientFunds) else None, _said(error))
            return self.form_invalid(form)
        posted = correction.state == Correction.State.POSTED
        if correction.requested_at == now:  # the same form sent twice is one act
            action = f"ppv_plugin.{self.kind}.{'post' if posted else 'request'}"
            audit.record(subject=self.subject, correction=correction, action=action, user=self.request.user)
        amount = written(abs(correction.amount))  # type: ignore[attr-defined]
        if posted:
            messages.success(self.request, _("%(amount)s posted.") % {"amount": amount})
        else:
            messages.warning(self.request, _("%(amount)s wait for a second person.") % {"amount": amount})
        return redirect(inspect_url(correction))


class RefundView(CorrectingView):
    page_title = gettext_lazy("Refund")
    header_icon = "rotate"
    form_class: type[CorrectionForm] = RefundForm
    permission = REFUND
    list_url_name = "ppv_sessions:index"
    list_title = gettext_lazy("Sessions")
    kind = "refund"

    def find_subject(self) -> MeteredSession:
        return get_object_or_404(MeteredSession, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return _session_name(self.subject)

    def get_initial(self) -> dict[str, Any]:
        return {"amount": refunds.refundable(session_id=self.subject.pk)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        left = refunds.refundable(session_id=self.subject.pk)
        facts = [
            (_("Charged"), written(self.subject.settled)),
            (_("Can still be given back"), written(left)),
            (_("Limit for one person"), written(alone_max_of(self.subject))),
        ]
        return super().get_context_data(facts=facts, **kwargs)

    def ask(self, form: Any, now: Any) -> Refund:
        return refunds.request_refund(
            session_id=self.subject.pk,
            amount=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            cid=form.cleaned_data["cid"],
            alone_max=alone_max_of(self.subject),
            actor=str(self.request.user.pk),
            now=now,
        )


class AdjustView(CorrectingView):
    page_title = gettext_lazy("Adjust")
    header_icon = "plus-inverse"
    form_class: type[CorrectionForm] = AdjustmentForm
    permission = ADJUST
    list_url_name = "ppv_accounts:index"
    list_title = gettext_lazy("Accounts")
    kind = "adjustment"

    def find_subject(self) -> Any:
        account: Any = apps.get_model("ppv_plugin", "Account")
        return get_object_or_404(account, pk=self.kwargs["pk"], kind__in=adjustments.ADJUSTABLE)

    def get_page_subtitle(self) -> str:
        return _account_name(self.subject)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = [
            (_("Balance"), written(self.subject.balance)),
            (_("Held"), written(self.subject.held)),
            (_("Limit for one person, in a day"), written(smallest_alone_max())),
        ]
        return super().get_context_data(facts=facts, **kwargs)

    def ask(self, form: Any, now: Any) -> Adjustment:
        return adjustments.request_adjustment(
            account_id=self.subject.pk,
            amount=form.signed,
            reason=form.cleaned_data["reason"],
            cid=form.cleaned_data["cid"],
            alone_max=smallest_alone_max(),
            actor=str(self.request.user.pk),
            now=now,
        )


class DecideView(TrailMixin, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Approve or decline what waits. Who asked may only take it back."""

    template_name = "ppv_plugin/backoffice/decide.html"
    page_title = gettext_lazy("Decide")
    header_icon = "check"
    kind = ""

    @property
    def list_url_name(self) -> str:
        return f"ppv_{self.kind}s:index"

    @property
    def list_title(self) -> str:
        return _("Refunds") if self.kind == "refund" else _("Adjustments")

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        model = Refund if self.kind == "refund" else Adjustment
        self.correction: Any = get_object_or_404(model, pk=self.kwargs["pk"])
        self.own = self.correction.requested_by == str(request.user.pk)
        if not self.own and not request.user.has_perm(APPROVE):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        if self.kind == "adjustment":
            return _account_name(self.correction.account)
        return _session_name(self.correction.session)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asker = self.correction.requested_by
        facts = [
            (_("Amount"), written(self.correction.amount)),
            (_("Reason"), self.correction.reason),
            (_("Asked for by"), staff_names([asker])[asker]),
            (_("Asked for"), localize(timezone.localtime(self.correction.requested_at))),
        ]
        pending = self.correction.state == Correction.State.PENDING
        return super().get_context_data(facts=facts, pending=pending, own=self.own, **kwargs)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        approve = request.POST.get("decision") == "approve"
        was_pending = self.correction.state == Correction.State.PENDING
        try:
            self._decide(approve, str(request.user.pk))
        except PPVError as error:
            messages.error(request, _said(error))
        else:
            if was_pending:
                action = f"ppv_plugin.{self.kind}.{'post' if approve else 'decline'}"
                subject = self.correction.session if self.kind == "refund" else self.correction.account
                audit.record(subject=subject, correction=self.correction, action=action, user=request.user)
            messages.success(request, _("Posted.") if approve else _("Declined."))
        return redirect(inspect_url(self.correction))

    def _decide(self, approve: bool, actor: str) -> None:
        now = timezone.now()
        if self.kind == "refund":
            decide = refunds.approve_refund if approve else refunds.decline_refund
            decide(refund_id=self.correction.pk, actor=actor, now=now)
        else:
            settle = adjustments.approve_adjustment if approve else adjustments.decline_adjustment
            settle(adjustment_id=self.correction.pk, actor=actor, now=now)


def inspect_url(correction: Any) -> str:
    viewset = "ppv_refunds" if isinstance(correction, Refund) else "ppv_adjustments"
    return reverse(f"{viewset}:inspect", args=[correction.pk])


def alone_max_of(session: MeteredSession) -> int:
    """What the site of the session's room lets one person refund alone."""
    room = Room.objects.select_related("site").filter(pk=session.facts.get("room_id")).first()
    return pricing(room.site).refund_alone_max if room else smallest_alone_max()


def smallest_alone_max() -> int:
    """Accounts belong to no one site: the strictest limit holds."""
    return min((pricing(site).refund_alone_max for site in Site.objects.all()), default=0)


def _session_name(session: MeteredSession) -> str:
    return f"{session.facts.get('client', '')} · {session.facts.get('performer', '')}"


def _account_name(account: Any) -> str:
    key = (account.kind, account.owner)
    return f"{account.get_kind_display()}: {names_of(keys=[key]).get(key, account.owner)}"


def _said(error: PPVError) -> str:
    if isinstance(error, InsufficientFunds):
        return _("There are only %(available)s on the account that has to pay.") % error.details
    if isinstance(error, Gone):
        return _("This is not possible: it still runs, or somebody else has decided already.")
    return str(error.text)
