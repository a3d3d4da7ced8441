"""What the wallet page, the client's dashboard, shows. Everything is the client's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from ppv_plugin.conf import conf
from ppv_plugin.ledger.limit_queries import limits_of
from ppv_plugin.ledger.queries import balance_of, purchases
from ppv_plugin.payments.forms import PRESETS, TopUpForm
from ppv_plugin.people.queries import client_of
from ppv_plugin.shows.queries import Running, running, to_rate

from . import addresses, figures, histories, spells
from .limit_views import limit_rows
from .statements import lines

ROWS = 10
BOUGHT = 5


def context(*, page: Any, request: HttpRequest, now: datetime) -> dict[str, Any]:
    if not request.user.is_authenticated:
        return {"signed_in": False, "login_url": addresses.login_url(request)}
    client = client_of(request.user)
    balance = balance_of(kind="client", owner=str(client.uuid) if client else "")
    limits = limits_of(account_id=balance.account_id, now=now)
    return {
        "signed_in": True,
        "balance": balance,
        "running": [(one, room_address(request, one)) for one in running(client=client)] if client else [],
        "running_url": reverse("ppv:wallet_running"),
        "to_rate": to_rate(client=client) if client else [],
        "bought": purchases(account_id=balance.account_id, limit=BOUGHT) if balance.account_id else [],
        "statement": lines(account_id=balance.account_id, limit=ROWS),
        "limits": [row for row in limit_rows(limits) if row.limit.amount is not None or row.limit.changes_at],
        "break_until": limits.break_until,
        "top_up_form": TopUpForm.fresh() if conf.TEST_PAYMENTS else None,
        "top_up_url": reverse("ppv:top_up"),
        "presets": PRESETS,
        "added": request.GET.get("added") == "1",
        "back_url": addresses.back_url(request, request.GET.get("next", "")),
        "listing_url": addresses.url_of(request, "listing"),
        **_past(request, balance.account_id, now),
    }


def _past(request: HttpRequest, account_id: int | None, now: datetime) -> dict[str, Any]:
    """What was spent in the days that are asked for, and the sessions."""
    choice = spells.spell(request.GET.get("period", ""), now=now) or spells.default(now)
    money = figures.spent(account_id=account_id, spell=choice)
    rows = histories.reader(user=request.user, side="paid") or histories.nothing
    kinds = [row.kind for row in money.rows]
    return {
        "spell": choice,
        "spell_links": histories.spell_links(request, choice, now=now),
        "spent": money,
        **histories.context(request=request, now=now, side="paid", rows=rows, kinds=kinds),
    }


def room_address(request: HttpRequest, session: Running) -> str:
    return addresses.room_url(request, session.slug) if session.slug else ""
