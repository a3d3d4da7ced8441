"""What the wallet page shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from ppv_plugin.conf import conf
from ppv_plugin.ledger.limit_queries import limits_of
from ppv_plugin.ledger.queries import balance_of
from ppv_plugin.payments.forms import PRESETS, TopUpForm
from ppv_plugin.people.queries import client_of
from ppv_plugin.shows.models import PrivateShow, Visit
from ppv_plugin.shows.queries import client_history

from . import addresses
from .limit_views import limit_rows
from .statements import lines

ROWS = 20


def context(*, page: Any, request: HttpRequest, now: datetime) -> dict[str, Any]:
    if not request.user.is_authenticated:
        return {"signed_in": False, "login_url": addresses.login_url(request)}
    client = client_of(request.user)
    balance = balance_of(kind="client", owner=str(client.uuid) if client else "")
    limits = limits_of(account_id=balance.account_id, now=now)
    first = _first_row(request)
    history = client_history(client=client, limit=ROWS + 1, offset=first) if client else []
    return {
        "signed_in": True,
        "balance": balance,
        "running": _running(request, client) if client else None,
        "history": history[:ROWS],
        "older": first + ROWS if len(history) > ROWS else None,
        "newer": max(first - ROWS, 0) if first else None,
        "statement": lines(account_id=balance.account_id, limit=ROWS),
        "limits": [row for row in limit_rows(limits) if row.limit.amount is not None or row.limit.changes_at],
        "break_until": limits.break_until,
        "top_up_form": TopUpForm.fresh() if conf.TEST_PAYMENTS else None,
        "top_up_url": reverse("ppv:top_up"),
        "presets": PRESETS,
        "added": request.GET.get("added") == "1",
        "back_url": addresses.back_url(request, request.GET.get("next", "")),
        "listing_url": addresses.url_of(request, "listing"),
    }


def _first_row(request: HttpRequest) -> int:
    text = request.GET.get("from", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _running(request: HttpRequest, client: Any) -> dict[str, str] | None:
    """The show this client pays for right now; its room page has the meter."""
    private = PrivateShow.objects.filter(client=client, state=PrivateShow.State.OPEN)
    visit = Visit.objects.filter(client=client, state=Visit.State.INSIDE)
    for kind, rows in (("private", private), ("group", visit)):
        if row := rows.select_related("show__room").first():
            room = row.show.room
            return {"kind": kind, "title": room.title, "url": addresses.room_url(request, room.slug)}
    return None
