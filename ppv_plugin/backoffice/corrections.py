"""Admin lists of refunds and adjustments, with what waits for a second person."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from ppv_plugin.amounts import written
from ppv_plugin.metering.models import Adjustment, Correction, Refund
from ppv_plugin.metering.refund_queries import reason_text

from .columns import WHOLE, TokensColumn
from .correcting import APPROVE, DecideView, inspect_url
from .exports import Cell, amount_at, at
from .facts import PlainFacts, account_text, called, session_text
from .money import TitledIndexView
from .owners import names_of
from .policies import view_only
from .staff import staff_names


class CorrectionIndexView(TitledIndexView):
    """Names people with one query for a page of rows."""

    cells = {
        "id": Cell(pgettext_lazy("of a row", "Number"), lambda row: str(row.pk)),
        "subject": Cell(_("For"), at("subject")),
        "amount": Cell(_("Amount"), amount_at("amount")),
        "reason": Cell(_("Reason"), lambda row: reason_text(row.reason)),
        "state": Cell(_("State"), at("get_state_display")),
        "asker": Cell(_("Asked for by"), at("asker")),
        "requested_at": Cell(_("Asked for"), at("requested_at")),
        "decider": Cell(_("Decided by"), at("decider")),
        "decided_at": Cell(_("Decided"), at("decided_at")),
    }

    def describe(self, rows: list[Any]) -> None:
        names = staff_names(key for row in rows for key in (row.requested_by, row.decided_by))
        self.name_subjects(rows)
        for row in rows:
            row.asker, row.decider = names[row.requested_by], names[row.decided_by]

    def name_subjects(self, rows: list[Any]) -> None:
        raise NotImplementedError


class RefundIndexView(CorrectionIndexView):
    title = _("Refunds")
    export_name = "refunds"

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("session")

    def name_subjects(self, rows: list[Any]) -> None:
        for row in rows:
            row.subject = session_text(row.session)


class AdjustmentIndexView(CorrectionIndexView):
    title = _("Adjustments")
    export_name = "adjustments"

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("account")

    def name_subjects(self, rows: list[Any]) -> None:
        names = names_of(keys=[(row.account.kind, row.account.owner) for row in rows])
        for row in rows:
            row.subject = called(row.account, names)


class CorrectionInspectView(PlainFacts, InspectView):  # type: ignore[misc]
    """Leads to the decision while it waits, for those who may take it."""

    decide_url_name = ""

    @property
    def header_buttons(self) -> list[HeaderButton]:
        user = self.request.user
        may = user.has_perm(APPROVE) or self.object.requested_by == str(user.pk)
        if self.object.state != Correction.State.PENDING or not may:
            return []
        return [HeaderButton(_("Decide"), url=reverse(self.decide_url_name, args=[self.object.pk]), icon_name="check")]

    def get_amount_display_value(self) -> str:
        return written(self.object.amount)

    def get_reason_display_value(self) -> str:
        return reason_text(self.object.reason)

    def get_requested_by_display_value(self) -> str:
        return staff_names([self.object.requested_by])[self.object.requested_by]

    def get_decided_by_display_value(self) -> str:
        return staff_names([self.object.decided_by])[self.object.decided_by]


class RefundInspectView(CorrectionInspectView):
    decide_url_name = "ppv_refunds:decide"

    def get_page_subtitle(self) -> str:
        return session_text(self.object.session)

    def get_session_display_value(self) -> str:
        return session_text(self.object.session)


class AdjustmentInspectView(CorrectionInspectView):
    decide_url_name = "ppv_adjustments:decide"

    def get_page_subtitle(self) -> str:
        return account_text(self.object.account)

    def get_account_display_value(self) -> str:
        return account_text(self.object.account)


class CorrectionViewSet(ModelViewSet):  # type: ignore[misc]
    pk_path_converter = "uuid"
    ordering = ("-requested_at",)
    list_filter = ["state", "requested_at"]
    kind = ""
    list_display = [
        TitleColumn("subject", label=_("For"), get_url=inspect_url, classname=WHOLE),
        TokensColumn("amount", label=_("Amount"), sort_key="amount"),
        Column("reason", label=_("Reason"), accessor=lambda row: reason_text(row.reason)),
        StatusTagColumn(
            "get_state_display",
            label=_("State"),
            sort_key="state",
            primary=lambda row: row.state == Correction.State.PENDING,
        ),
        Column("asker", label=_("Asked for by")),
        Column("requested_at", label=_("Asked for"), sort_key="requested_at"),
        Column("decider", label=_("Decided by")),
    ]

    def get_urlpatterns(self) -> list[Any]:
        decide = DecideView.as_view(kind=self.kind)
        return [*super().get_urlpatterns(), path("decide/<uuid:pk>/", decide, name="decide")]


@view_only
class RefundViewSet(CorrectionViewSet):
    model = Refund
    name = "ppv_refunds"
    kind = "refund"
    icon = "rotate"
    menu_label = _("Refunds")
    search_fields = ["reason", "session__facts__client", "session__facts__performer"]
    index_view_class = RefundIndexView
    inspect_view_class = RefundInspectView
    inspect_view_fields = [
        "session", "amount", "reason", "state", "requested_by", "requested_at", "decided_by", "decided_at"
    ]  # fmt: skip


@view_only
class AdjustmentViewSet(CorrectionViewSet):
    model = Adjustment
    name = "ppv_adjustments"
    kind = "adjustment"
    icon = "plus-inverse"
    menu_label = _("Adjustments")
    search_fields = ["reason"]
    index_view_class = AdjustmentIndexView
    inspect_view_class = AdjustmentInspectView
    inspect_view_fields = [
        "account", "amount", "reason", "state", "requested_by", "requested_at", "decided_by", "decided_at"
    ]  # fmt: skip
