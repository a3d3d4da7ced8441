"""The statement of an account for a period: a page, and the same as CSV."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any

from asgiref.sync import sync_to_async
from django import forms
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ppv_plugin.conf import conf
from ppv_plugin.ledger import periods
from ppv_plugin.ledger.rules import tokens

from . import addresses
from .statements import Holder, holder, in_words

SHOWN = 500  # lines on the page; the file has all of them
MAX_ID = 2**63 - 1  # an address may name a larger one, a database cannot
_HOME: dict[str, addresses.Kind] = {"client": "wallet", "studio": "studio"}
COLUMNS = ("time", "what", "reference", "amount", "balance")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_DAY = forms.DateInput(attrs={"type": "date", "class": "ppv-input"}, format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """Both days are included."""

    first = forms.DateField(label=_("From"), widget=_DAY)
    last = forms.DateField(label=_("Until"), widget=_DAY)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        if last and last.year >= date.max.year:
            self.add_error("last", _("This day is too far away."))
        return cleaned


@dataclass(frozen=True, slots=True)
class Asked:
    """A period in days of the site's time zone; `since`: what came before is not shown."""

    first: date
    last: date
    since: datetime | None = None

    @property
    def start(self) -> datetime:
        start = timezone.make_aware(datetime.combine(self.first, time.min))
        return min(max(start, self.since), self.end) if self.since is not None else start

    @property
    def end(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))


@never_cache
@require_safe
def statement_page(request: HttpRequest, account: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(addresses.login_url(request))
    whose = _holder(request, account)
    form, asked = _asked(request, whose.since)
    period = periods.period(account_id=account, start=asked.start, end=asked.end)
    shown = periods.chunk(account_id=account, start=asked.start, end=asked.end, balance=period.opening, limit=SHOWN)
    days = urlencode({"first": asked.first.isoformat(), "last": asked.last.isoformat()})
    context = {
        "ppv_base": conf.BASE_TEMPLATE,
        "holder": whose,
        "form": form,
        "asked": asked,
        "period": period,
        "statement": in_words(shown.lines),
        "shortened": shown.after is not None,
        "shown": SHOWN,
        "file_url": f"{reverse('ppv:statement_file', args=[account])}?{days}",
        "back_url": addresses.url_of(request, _HOME.get(whose.role, "dashboard")),
    }
    return render(request, "ppv_plugin/pages/statement.html", context)


@never_cache
@require_safe
def statement_file(request: HttpRequest, account: int) -> HttpResponseBase:
    """Sent while it is read, so its length costs no memory."""
    if not request.user.is_authenticated:
        return redirect(addresses.login_url(request))
    form, asked = _asked(request, _holder(request, account).since)
    if form.is_bound and not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=400, content_type="text/plain; charset=utf-8")
    name = f"statement-{account}-{asked.first.isoformat()}-{asked.last.isoformat()}.csv"
    return sent_as_csv(request, _csv(account, asked), name)


def sent_as_csv(request: HttpRequest, rows: Iterator[str], name: str) -> StreamingHttpResponse:
    """While it is read, so its length costs no memory."""
    return StreamingHttpResponse(
        _in_threads(rows) if isinstance(request, ASGIRequest) else rows,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


def safe_cell(text: str) -> str:
    """A spreadsheet takes a text that begins like a formula for one; an apostrophe keeps it a text."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _holder(request: HttpRequest, account: int) -> Holder:
    found = holder(user=request.user, account_id=account) if account <= MAX_ID else None
    if found is None:
        raise Http404("no such statement")
    return found


def _asked(request: HttpRequest, since: datetime | None) -> tuple[PeriodForm, Asked]:
    """What the address asks for; this month when it asks for nothing, or for nothing that can be."""
    today = timezone.localdate()
    month = Asked(today.replace(day=1), today, since)
    if "first" not in request.GET and "last" not in request.GET:
        return PeriodForm(initial={"first": month.first, "last": month.last}), month
    form = PeriodForm(request.GET)
    given = form.cleaned_data if form.is_valid() else None
    return form, Asked(given["first"], given["last"], since) if given is not None else month


def _csv(account: int, asked: Asked) -> Iterator[str]:
    period = periods.period(account_id=account, start=asked.start, end=asked.end)
    balance = period.opening
    yield _rows([COLUMNS, (_moment(asked.start), "opening balance", "", "", tokens(balance))])
    for part in periods.chunks(account_id=account, start=asked.start, end=asked.end, opening=period.opening):
        words = in_words(part)
        yield _rows(
            (_moment(line.at), safe_cell(line.text), line.reference, tokens(line.amount), tokens(line.balance_after))
            for line in words
        )
        balance = words[-1].balance_after if words else balance
    yield _rows([(_moment(asked.end), "closing balance", "", "", tokens(balance))])


def _rows(rows: Any) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _moment(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


async def _in_threads(rows: Iterator[str]) -> AsyncIterator[str]:
    """An ASGI server would first read a plain iterator whole."""

    def following() -> str | None:
        return next(rows, None)

    while (part := await sync_to_async(following)()) is not None:
        yield part
