"""What the pages of facts say in words where rows keep keys: accounts by their owners, sessions by who was in them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from ppv_plugin.amounts import written
from ppv_plugin.ledger.fields import TokensField
from ppv_plugin.wording import named, phrase

from .owners import names_of

SESSION_FACTS: tuple[tuple[str, Any], ...] = (
    ("room", named("room", cap=True)),
    ("mode", phrase(_("%(room)s mode"), cap=True)),
    ("performer", named("performer", cap=True)),
    ("client", named("client", cap=True)),
)


def called(account: Any, names: dict[tuple[str, str], str]) -> str:
    """`names` by (kind, owner's key), of many accounts at once."""
    name = names.get((account.kind, account.owner), account.owner)
    return f"{account.get_kind_display()}: {name}" if name else str(account.get_kind_display())


def account_text(account: Any) -> str:
    return called(account, names_of(keys=[(account.kind, account.owner)]))


def session_text(session: Any) -> str:
    return f"{session.facts.get('client', '')} · {session.facts.get('performer', '')}"


def movement_text(entry: Any) -> str:
    names = names_of(keys=[(account.kind, account.owner) for account in (entry.debit, entry.credit)])
    return f"{called(entry.debit, names)} → {called(entry.credit, names)}, {written(entry.amount)}"


def lines(pairs: Any) -> list[dict[str, Any]]:
    """Lines of Wagtail's page of facts, of (label, text)."""
    return [{"label": label, "value": text, "component": None} for label, text in pairs]


class PlainFacts:
    """For a page of facts: yes and no, a dash for nothing, prices in tokens."""

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        value = super().get_field_display_value(field_name, field)  # type: ignore[misc]
        if isinstance(field, TokensField) and isinstance(value, int):
            return written(value)
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        return "–" if value is None or value == "" else value
