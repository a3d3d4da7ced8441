"""Panels on the first page of Wagtail's admin: who is live, what came in, what is owed, what waits for somebody.

Each shows to those who may see what it sums, and asks the database a few questions however much there is.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component

from ppv_plugin.charts import chart
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.metering.models import Adjustment, Correction, Refund
from ppv_plugin.metering.reports import Takings
from ppv_plugin.people.models import Performer
from ppv_plugin.rooms.models import Room
from ppv_plugin.wording import phrase

from . import audit, takings
from .correcting import APPROVE
from .quick_edit import REVIEW
from .rule_alerts import PRICES, rules_gone

SEE_ROOMS = ("ppv_plugin.view_room", "ppv_plugin.change_room")
ROOMS_SHOWN = 5


class Panel(Component):
    """`user` is who looks at it."""

    order = 90

    def __init__(self, user: Any) -> None:
        self.user = user

    @classmethod
    def is_for(cls, user: Any) -> bool:
        raise NotImplementedError


class AlertsPanel(Panel):
    order = 80
    template_name = "ppv_plugin/backoffice/alerts_panel.html"

    @classmethod
    def is_for(cls, user: Any) -> bool:
        return any(user.has_perm(name) for name in (APPROVE, REVIEW, takings.VIEW, PRICES))

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        alerts: list[tuple[str, str]] = []
        books, accounts = self.user.has_perm(takings.VIEW), reverse("ppv_accounts:index")
        proof = audit.last_proof() if books else None
        if books and (drift := sum(ledger_queries.totals_by_kind().values())):
            text = _("The ledger's balances sum to %(drift)s hundredths, not to zero: run ppv_reconcile.")
            alerts.append((text % {"drift": drift}, accounts))
        if proof is not None and proof.data["drifts"]:
            text = _("The last proof of the whole ledger found %(drifts)s drifts: run ppv_reconcile, which names them.")
            alerts.append((text % {"drifts": proof.data["drifts"]}, accounts))
        if self.user.has_perm(PRICES):
            alerts += rules_gone()
        if self.user.has_perm(APPROVE):
            alerts += _waiting()
        if self.user.has_perm(REVIEW):
            alerts += _submitted()
        return {"alerts": alerts, "books": books, "proof": proof, "accounts_url": accounts}


def _waiting() -> list[tuple[str, str]]:
    found = []
    if refunds := Refund.objects.filter(state=Correction.State.PENDING).count():
        text = ngettext("%(count)s refund waits for a second person.", "%(count)s refunds wait for a second person.", refunds)  # fmt: skip  # noqa: E501
        found.append((text % {"count": refunds}, f"{reverse('ppv_refunds:index')}?state=pending"))
    if adjustments := Adjustment.objects.filter(state=Correction.State.PENDING).count():
        text = ngettext("%(count)s adjustment waits for a second person.", "%(count)s adjustments wait for a second person.", adjustments)  # fmt: skip  # noqa: E501
        found.append((text % {"count": adjustments}, f"{reverse('ppv_adjustments:index')}?state=pending"))
    return found


def _submitted() -> list[tuple[str, str]]:
    waiting = Performer.objects.filter(status=Performer.Status.SUBMITTED).count()
    if not waiting:
        return []
    text = ngettext("%(count)s profile waits for approval.", "%(count)s profiles wait for approval.", waiting)
    return [(text % {"count": waiting}, f"{reverse('ppv_performers:index')}?status=submitted")]


class LivePanel(Panel):
    template_name = "ppv_plugin/backoffice/live_panel.html"

    @classmethod
    def is_for(cls, user: Any) -> bool:
        return any(user.has_perm(name) for name in SEE_ROOMS)

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        live = Room.objects.exclude(state=Room.State.OFFLINE)
        by_state = live.order_by("state").values("state").annotate(rooms=Count("pk"), people=Sum("viewers"))
        states = [(Room.State(row["state"]).label, row["rooms"], row["people"]) for row in by_state]
        rooms = list(live.select_related("performer").order_by("-viewers", "title")[:ROOMS_SHOWN]) if states else []
        return {
            "rooms": sum(count for _label, count, _people in states),
            "viewers": sum(people for _label, _count, people in states),
            "states": states,
            "fullest": rooms,
            "list_url": reverse("ppv_rooms:index"),
        }


class RevenuePanel(Panel):
    template_name = "ppv_plugin/backoffice/revenue_panel.html"

    @classmethod
    def is_for(cls, user: Any) -> bool:
        return bool(user.has_perm(takings.VIEW))

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        rows = takings.by_day(takings.Period.newest(takings.DAYS))
        total = sum((row.takings for row in rows), Takings())
        return {
            "days": takings.DAYS,
            "chart": chart([(row.label, row.takings.net) for row in rows]),
            "sums": [(label, getattr(total, name)) for name, label in takings.SUMS],
            "report_url": reverse("ppv_report", args=["day"]),
        }


class LiabilityPanel(Panel):
    """What the site would have to pay if everybody came today."""

    template_name = "ppv_plugin/backoffice/liability_panel.html"

    @classmethod
    def is_for(cls, user: Any) -> bool:
        return bool(user.has_perm(takings.VIEW))

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        balances = ledger_queries.totals_by_kind()
        owed = [
            (phrase(_("In the wallets of %(clients)s")), balances.get("client", 0)),
            (phrase(_("Earned by %(performers)s")), balances.get("performer", 0)),
            (phrase(_("Earned by %(studios)s")), balances.get("studio", 0)),
        ]
        return {
            "owed": owed,
            "total": sum(amount for _label, amount in owed),
            "receivable": -balances.get("receivable", 0),
            "list_url": reverse("ppv_accounts:index"),
        }


PANELS: tuple[type[Panel], ...] = (AlertsPanel, LivePanel, RevenuePanel, LiabilityPanel)


def add_panels(request: Any, panels: list[Any]) -> None:
    panels.extend(panel(request.user) for panel in PANELS if panel.is_for(request.user))
