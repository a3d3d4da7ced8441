"""Admin lists of what nobody may change: sessions, accounts, and the ledger's movements."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from ppv_plugin.amounts import written
from ppv_plugin.metering.adjustments import ADJUSTABLE
from ppv_plugin.metering.kinds import kind_text
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.refund_queries import refunded
from ppv_plugin.wording import named

from . import correcting, spend_limits, unseen
from .columns import ClockColumn, ReceiptColumn, TokensColumn, clock
from .exports import Cell, Spreadsheet, amount_at, at
from .facts import SESSION_FACTS, PlainFacts, account_text, called, lines, movement_text, session_text
from .owners import names_of, owned_by_named
from .policies import view_only

# Reached by name: only the ledger imports its tables.
Account: Any = apps.get_model("ppv_plugin", "Account")
Entry: Any = apps.get_model("ppv_plugin", "Entry")


class TitledIndexView(Spreadsheet, IndexView):
    """Headed as in the menu: the rows' own names are bookkeepers' words."""

    title: Any = ""

    def get_page_title(self) -> str:
        return str(self.title)


class SessionIndexView(TitledIndexView):
    title = _("Sessions")
    export_name = "sessions"
    cells = {
        "id": Cell(pgettext_lazy("of a row", "Number"), lambda row: str(row.pk)),
        "subject": Cell(_("Kind"), at("subject")),
        **{name: Cell(label, lambda row, name=name: row.facts.get(name)) for name, label in SESSION_FACTS},
        "cpm": Cell(_("Per minute"), amount_at("cpm")),
        "opened_at": Cell(_("Opened"), at("opened_at")),
        "started_at": Cell(_("Started"), at("started_at")),
        "closed_at": Cell(_("Closed"), at("closed_at")),
        "used_ms": Cell(_("Milliseconds"), at("used_ms")),
        "settled": Cell(_("Paid"), amount_at("settled")),
        "given_back": Cell(_("Given back"), amount_at("given_back")),
        "state": Cell(_("State"), at("get_state_display")),
        "end_reason": Cell(_("How it ended"), at("get_end_reason_display")),
    }

    def describe(self, rows: list[Any]) -> None:
        given = refunded(session_ids=[row.pk for row in rows])
        for row in rows:
            row.given_back = given.get(row.pk, 0)


class AccountIndexView(TitledIndexView):
    """Names the owners of one page of accounts with one query per kind of owner."""

    title = _("Accounts")
    export_name = "accounts"
    is_searchable = True
    cells = {
        "id": Cell(pgettext_lazy("of a row", "Number"), at("pk")),
        "kind": Cell(_("Kind"), at("get_kind_display")),
        "owner": Cell(_("Owner"), at("owner_name")),
        "balance": Cell(_("Balance"), amount_at("balance")),
        "held": Cell(_("Held"), amount_at("held")),
        "created_at": Cell(_("Since"), at("created_at")),
    }

    def search_queryset(self, queryset: Any) -> Any:
        """By the owner's name, which the ledger does not know."""
        return queryset.filter(owned_by_named(self.search_query)) if self.is_searching else queryset

    def describe(self, rows: list[Any]) -> None:
        names = names_of(keys=[(row.kind, row.owner) for row in rows])
        for row in rows:
            row.owner_name = names.get((row.kind, row.owner), "")


class EntryIndexView(TitledIndexView):
    """The same for both sides of one page of movements."""

    title = _("Ledger")
    export_name = "ledger"
    cells = {
        "id": Cell(pgettext_lazy("of a row", "Number"), at("pk")),
        "posted_at": Cell(_("Posted"), at("transfer.posted_at")),
        "kind": Cell(_("What"), at("transfer.kind")),
        "source": Cell(_("For"), at("transfer.__str__")),
        "reason": Cell(_("Reason"), at("transfer.reason")),
        "debit": Cell(_("From"), at("debit_name")),
        "credit": Cell(_("To"), at("credit_name")),
        "amount": Cell(_("Amount"), amount_at("amount")),
    }

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("transfer", "debit", "credit")

    def describe(self, rows: list[Any]) -> None:
        may_see = self.request.user.has_perm(unseen.SEE)
        names = names_of(keys=[(account.kind, account.owner) for row in rows for account in (row.debit, row.credit)])
        for row in rows:
            row.debit_name, row.credit_name = (called(account, names) for account in (row.debit, row.credit))
            if row.transfer.kind == "voyeur" and row.debit.kind == "client" and not may_see:
                row.debit_name = str(_("Unseen"))


class SessionInspectView(PlainFacts, InspectView):
    """Says what was given back, and leads to giving back more."""

    def get_page_subtitle(self) -> str:
        return session_text(self.object)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        buttons = [HeaderButton(_("Receipt"), url=reverse("ppv:receipt", args=[self.object.pk]), icon_name="doc-full")]
        closed = self.object.state == MeteredSession.State.CLOSED
        if closed and self.request.user.has_perm(correcting.REFUND):
            url = reverse("ppv_sessions:refund", args=[self.object.pk])
            buttons.append(HeaderButton(_("Refund"), url=url, icon_name="rotate", priority=1))
        if self.object.subject == "voyeur" and self.request.user.has_perm(unseen.SEE):
            url = reverse("ppv_sessions:voyeur", args=[self.object.pk])
            buttons.append(HeaderButton(_("Who was it?"), url=url, icon_name="view", priority=2))
        return buttons

    def get_facts_display_value(self) -> Any:
        """Without what tells who watched unseen."""
        facts = self.object.facts
        if self.object.subject != "voyeur":
            return facts
        return {name: value for name, value in facts.items() if name != "client_user"}

    def get_fields_context(self) -> list[dict[str, Any]]:
        given = refunded(session_ids=[self.object.pk]).get(self.object.pk, 0)
        who = [(label, self.object.facts.get(name, "")) for name, label in SESSION_FACTS]
        sums = [(_("Charged"), written(self.object.settled)), (_("Given back"), written(given))]
        return [*lines(who), *super().get_fields_context(), *lines(sums)]

    def get_subject_display_value(self) -> str:
        return kind_text(self.object.subject)

    def get_used_ms_display_value(self) -> str:
        return clock(self.object.used_ms)


class AccountInspectView(PlainFacts, InspectView):
    """Leads to the statement and to adjusting what people have."""

    def get_page_subtitle(self) -> str:
        return account_text(self.object)

    def get_balance_display_value(self) -> str:
        return written(self.object.balance)

    def get_held_display_value(self) -> str:
        return written(self.object.held)

    def get_owner_display_value(self) -> str:
        return names_of(keys=[(self.object.kind, self.object.owner)]).get((self.object.kind, self.object.owner), "")

    @property
    def header_buttons(self) -> list[HeaderButton]:
        user, buttons = self.request.user, []
        if user.has_perm("ppv_plugin.view_entry"):
            url = reverse("ppv:statement", args=[self.object.pk])
            buttons.append(HeaderButton(_("Statement"), url=url, icon_name="list-ul"))
        if user.has_perm(correcting.ADJUST) and self.object.kind in ADJUSTABLE:
            url = reverse("ppv_accounts:adjust", args=[self.object.pk])
            buttons.append(HeaderButton(_("Adjust"), url=url, icon_name="plus-inverse", priority=1))
        if user.has_perm(spend_limits.VIEW) and self.object.limited:
            url = f"{reverse('ppv_limits:index')}?account={self.object.pk}"
            buttons.append(HeaderButton(_("Spend limits"), url=url, icon_name="warning"))
        return buttons

    def get_fields_context(self) -> list[dict[str, Any]]:
        fields: list[dict[str, Any]] = super().get_fields_context()
        if not self.request.user.has_perm(spend_limits.VIEW):
            return fields
        return [*fields, *lines(spend_limits.lines_of(self.object.pk) if self.object.limited else [])]


class EntryInspectView(PlainFacts, InspectView):
    def get_page_subtitle(self) -> str:
        return movement_text(self.object)

    def get_debit_display_value(self) -> str:
        return account_text(self.object.debit)

    def get_credit_display_value(self) -> str:
        return account_text(self.object.credit)

    def get_amount_display_value(self) -> str:
        return written(self.object.amount)


@view_only
class SessionViewSet(ModelViewSet):
    model = MeteredSession
    name = "ppv_sessions"
    index_view_class = SessionIndexView
    inspect_view_class = SessionInspectView
    icon = "time"
    menu_label = _("Sessions")
    pk_path_converter = "uuid"
    ordering = ("-opened_at",)
    list_display = [
        ReceiptColumn("opened_at", label=_("Opened"), sort_key="opened_at"),
        Column("subject", label=_("Kind"), accessor=lambda row: kind_text(row.subject), sort_key="subject"),
        Column("performer", label=named("performer", cap=True), accessor=lambda row: row.facts.get("performer", "")),
        Column("client", label=named("client", cap=True), accessor=lambda row: row.facts.get("client", "")),
        ClockColumn("used_ms", label=_("Time"), sort_key="used_ms"),
        TokensColumn("settled", label=_("Paid"), sort_key="settled"),
        StatusTagColumn(
            "get_state_display",
            label=_("State"),
            sort_key="state",
            primary=lambda row: row.state == MeteredSession.State.OPEN,
        ),
        Column("get_end_reason_display", label=_("How it ended"), sort_key="end_reason"),
    ]
    list_filter = ["subject", "state", "end_reason", "opened_at"]
    search_fields = ["facts__room", "facts__performer", "facts__client"]
    inspect_view_fields = ["subject", "state", "opened_at", "started_at", "closed_at", "used_ms", "end_reason"]

    def get_urlpatterns(self) -> list[Any]:
        refund = correcting.RefundView.as_view()
        voyeur = unseen.VoyeurView.as_view()
        return [
            *super().get_urlpatterns(),
            path("refund/<uuid:pk>/", refund, name="refund"),
            path("voyeur/<uuid:pk>/", voyeur, name="voyeur"),
        ]


@view_only
class AccountViewSet(ModelViewSet):
    model = Account
    name = "ppv_accounts"
    icon = "folder-open-inverse"
    menu_label = _("Accounts")
    index_view_class = AccountIndexView
    inspect_view_class = AccountInspectView
    ordering = ("kind", "id")
    list_display = [
        Column("get_kind_display", label=_("Kind"), sort_key="kind"),
        Column("owner_name", label=_("Owner")),
        TokensColumn("balance", label=_("Balance"), sort_key="balance"),
        TokensColumn("held", label=_("Held"), sort_key="held"),
    ]
    list_filter = ["kind"]
    inspect_view_fields = ["kind", "owner", "balance", "held", "created_at"]

    def get_urlpatterns(self) -> list[Any]:
        adjust = correcting.AdjustView.as_view()
        return [*super().get_urlpatterns(), path("adjust/<int:pk>/", adjust, name="adjust")]


@view_only
class LedgerViewSet(ModelViewSet):
    model = Entry
    name = "ppv_ledger"
    icon = "list-ul"
    menu_label = _("Ledger")
    index_view_class = EntryIndexView
    inspect_view_class = EntryInspectView
    ordering = ("-id",)
    list_display = [
        DateColumn("transfer.posted_at", label=_("Posted"), accessor="transfer.posted_at", sort_key="id"),
        Column("kind", label=_("What"), accessor=lambda row: kind_text(row.transfer.kind)),
        Column("source", label=_("For"), accessor="transfer"),
        Column("debit_name", label=_("From")),
        Column("credit_name", label=_("To")),
        TokensColumn("amount", label=_("Amount"), sort_key="amount"),
    ]
    list_filter = ["transfer__kind", "transfer__posted_at"]
    search_fields = ["transfer__source_id", "transfer__reason", "transfer__actor"]
    inspect_view_fields = ["transfer", "debit", "credit", "leg", "amount"]
