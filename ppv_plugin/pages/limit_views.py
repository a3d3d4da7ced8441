"""Where a client sees and sets its own spend limits. It works without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ppv_plugin.conf import conf
from ppv_plugin.errors import PPVError
from ppv_plugin.ledger import limit_queries, limiting
from ppv_plugin.ledger.limit_queries import LimitNow
from ppv_plugin.ledger.queries import balance_of
from ppv_plugin.ledger.services import account
from ppv_plugin.people.queries import client_of
from ppv_plugin.people.services import ensure_client

from . import addresses
from .limit_forms import LABELS, BreakForm, LimitsForm

_SAID = ("saved", "taken_back", "on_break")


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit for the page: `spent_percent` and `held_percent` of it are drawn as a bar."""

    limit: LimitNow
    label: Any
    spent_percent: float = 0
    held_percent: float = 0


def limit_rows(found: limit_queries.Limits) -> list[LimitRow]:
    return [_row(limit) for limit in found.kinds]


def _row(limit: LimitNow) -> LimitRow:
    label = LABELS[limit.kind]
    if limit.amount is None or limit.ends_at is None:
        return LimitRow(limit, label)
    whole = max(limit.amount, 1)
    spent = min(100 * limit.spent / whole, 100)
    return LimitRow(limit, label, round(spent, 2), round(min(100 * limit.held / whole, 100 - spent), 2))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def limits_page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(addresses.login_url(request, back_to=request.path))
    now = timezone.now()
    forms = _forms(request, now)
    if request.method == "POST":
        said = _apply(request, forms, now)
        if said:
            return redirect(f"{request.path}?done={said}")
    found = _limits(request, now)
    done = request.GET.get("done", "")
    context = {
        "ppv_base": conf.BASE_TEMPLATE,
        "limits": limit_rows(found),
        "break_until": found.break_until,
        "cool_off_hours": conf.LIMIT_COOL_OFF_HOURS,
        "done": done if done in _SAID else "",
        "wallet_url": addresses.url_of(request, "wallet"),
        **forms,
    }
    return render(request, "ppv_plugin/pages/limits.html", context, status=400 if request.method == "POST" else 200)


def _limits(request: HttpRequest, now: datetime) -> limit_queries.Limits:
    client = client_of(request.user)
    wallet = balance_of(kind="client", owner=str(client.uuid) if client else "")
    return limit_queries.limits_of(account_id=wallet.account_id, now=now)


def _forms(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """The form that was sent is bound, so that nothing that was typed is lost."""
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    wished = {row.kind: row.changes_to if row.changes_at else row.amount for row in _limits(request, now).kinds}
    return {
        "limits_form": LimitsForm(request.POST if sent == "limits" else None, initial=wished),
        "break_form": BreakForm(request.POST if sent == "break" else None, now=now),
    }


def _apply(request: HttpRequest, forms: dict[str, Any], now: datetime) -> str:
    """What was done, or nothing when a form says why not."""
    limits_form, break_form, taken_back = forms["limits_form"], forms["break_form"], request.POST.get("take_back", "")
    wallet = account(kind="client", owner=str(ensure_client(user=request.user).uuid))
    common: dict[str, Any] = {"account_id": wallet.id, "actor": str(request.user.pk), "now": now}
    if taken_back in LABELS:
        in_force = {row.kind: row.amount for row in limit_queries.limits_of(account_id=wallet.id, now=now).kinds}
        limiting.set_limit(kind=taken_back, amount=in_force[taken_back], **common)
        return "taken_back"
    if limits_form.is_bound and limits_form.is_valid():
        with transaction.atomic():
            for kind, amount in limits_form.wishes().items():
                limiting.set_limit(kind=kind, amount=amount, **common)
        return "saved"
    if break_form.is_bound and break_form.is_valid():
        try:
            limiting.take_break(until=break_form.until, **common)
        except PPVError as refusal:
            break_form.add_error("last_day", str(refusal.text))
        else:
            return "on_break"
    return ""
