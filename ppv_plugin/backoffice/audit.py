"""What Wagtail's audit log says of money that staff moved. `docs/reference/log-actions.md` lists the actions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogFormatter, log

from ppv_plugin.ledger.rules import tokens

ACTIONS: dict[str, Any] = {
    "ppv_plugin.refund.request": gettext_lazy("Refund asked for"),
    "ppv_plugin.refund.post": gettext_lazy("Refund posted"),
    "ppv_plugin.refund.decline": gettext_lazy("Refund declined"),
    "ppv_plugin.adjustment.request": gettext_lazy("Adjustment asked for"),
    "ppv_plugin.adjustment.post": gettext_lazy("Adjustment posted"),
    "ppv_plugin.adjustment.decline": gettext_lazy("Adjustment declined"),
}


def register(actions: Any) -> None:
    for name, label in ACTIONS.items():
        actions.register_action(name)(type("MoneyFormatter", (_MoneyFormatter,), {"label": label}))


def record(*, subject: Any, correction: Any, action: str, user: Any) -> None:
    """`subject` is the session or account, in whose history the entry stands; `correction` the refund or adjustment."""
    data = {"id": str(correction.pk), "amount": correction.amount, "reason": correction.reason}
    log(instance=subject, action=action, user=user, data=data)


class _MoneyFormatter(LogFormatter):
    def format_message(self, log_entry: Any) -> str:
        facts = {"what": self.label, "amount": tokens(log_entry.data["amount"]), "reason": log_entry.data["reason"]}
        return _("%(what)s: %(amount)s, %(reason)s") % facts
