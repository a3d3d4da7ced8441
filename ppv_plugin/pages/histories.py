"""Past sessions of one person as a page asks for them: by kind and time, some at a time; and the same as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering.kinds import kind_text
from ppv_plugin.people.queries import client_of, performer_of
from ppv_plugin.shows.queries import HistoryRow, client_history, performer_history

from . import addresses, spells
from .spells import Spell
from .statement_views import safe_cell, sent_as_csv

ROWS = 10
FILE_ROWS = 500
KIND_MAX = 16
Side = Literal["paid", "earned"]
COLUMNS = ("time", "kind", "room", "with", "seconds", "amount", "refunded", "ended", "receipt")
_KEPT = ("room", "view", "period", "kind", "when")  # what a link of the page leaves as it is


@dataclass(frozen=True, slots=True)
class Asked:
    kind: str
    when: Spell | None
    first: int

    @property
    def filters(self) -> dict[str, Any]:
        when = {"start": self.when.start, "end": self.when.end} if self.when else {}
        return {"kind": self.kind, **when}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.when)


def asked(request: HttpRequest, *, now: datetime) -> Asked:
    """What cannot be is as if it had not been asked for."""
    kind, text = request.GET.get("kind", ""), request.GET.get("from", "")
    first = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    clean = kind if len(kind) <= KIND_MAX and kind.isascii() and kind.isidentifier() else ""
    return Asked(clean, spells.spell(request.GET.get("when", ""), now=now), first)


def link(request: HttpRequest, **changes: Any) -> str:
    """The same page with something else asked for; an empty value takes it back."""
    kept = {name: request.GET[name] for name in _KEPT if request.GET.get(name)}
    query = {name: value for name, value in {**kept, **changes}.items() if value not in ("", None)}
    return f"?{urlencode(query)}"


def kept(request: HttpRequest, *without: str) -> list[tuple[str, str]]:
    """For the hidden fields of a form that changes the others."""
    return [(name, request.GET[name]) for name in _KEPT if name not in without and request.GET.get(name)]


def context(
    *, request: HttpRequest, now: datetime, side: Side, rows: Callable[..., list[HistoryRow]], kinds: list[str]
) -> dict[str, Any]:
    """`rows` reads them; `kinds` are those that the figures of the page know of."""
    want = asked(request, now=now)
    found = rows(limit=ROWS + 1, offset=want.first, **want.filters)
    known = [*kinds, *sorted({row.kind for row in found} - set(kinds))]
    choices = known if not want.kind or want.kind in known else [*known, want.kind]
    query = {"kind": want.kind, "when": want.when.key if want.when else ""}
    return {
        "history": found[:ROWS],
        "asked": want,
        "history_kinds": [(kind, kind_text(kind)) for kind in choices],
        "history_spells": spells.offered(now),
        "history_kept": kept(request, "kind", "when"),
        "history_all_url": link(request, kind="", when=""),
        "history_file": f"{reverse('ppv:history_file', args=[side])}?{urlencode(query)}",
        "older_url": link(request, **{"from": want.first + ROWS}) if len(found) > ROWS else "",
        "newer_url": link(request, **{"from": max(want.first - ROWS, 0)}) if want.first else "",
    }


@dataclass(frozen=True, slots=True)
class SpellLink:
    title: str
    url: str
    current: bool


def spell_links(request: HttpRequest, chosen: Spell, *, now: datetime) -> list[SpellLink]:
    """The lengths, the running month, and from a month on those beside it."""
    lengths = [known for length in spells.LENGTHS if (known := spells.spell(str(length), now=now))]
    this = spells.months(now)[0]
    near = [chosen.before, chosen, chosen.following] if chosen.is_month else [this]
    shown = [*lengths, *(one for one in near if one.first <= this.first)]
    return [SpellLink(one.title, link(request, period=one.key), one.key == chosen.key) for one in shown]


def nothing(**asked: Any) -> list[HistoryRow]:
    """The history of somebody without that role."""
    return []


@never_cache
@require_safe
def history_file(request: HttpRequest, side: str) -> HttpResponseBase:
    """Sent while it is read. One's own only: who is asked about is who is signed in."""
    if not request.user.is_authenticated:
        return redirect(addresses.login_url(request))
    now = timezone.now()
    rows = reader(user=request.user, side=side)
    if rows is None:
        raise Http404("no such history")
    want = asked(request, now=now)
    return sent_as_csv(request, _file(rows, want), f"sessions-{side}-{spells.today(now).isoformat()}.csv")


def reader(*, user: Any, side: str) -> Callable[..., list[HistoryRow]] | None:
    """None for somebody without that role."""
    if side not in ("paid", "earned"):
        return None
    if side == "paid":
        client = client_of(user)
        return None if client is None else lambda **asked: client_history(client=client, **asked)
    performer = performer_of(user)
    return None if performer is None else lambda **asked: performer_history(performer=performer, **asked)


def _file(rows: Callable[..., list[HistoryRow]], want: Asked) -> Iterator[str]:
    yield _text([COLUMNS])
    first = 0
    while found := rows(limit=FILE_ROWS, offset=first, **want.filters):
        yield _text(
            (
                timezone.localtime(row.started_at).isoformat(timespec="seconds"),
                row.kind,
                safe_cell(row.room_title),
                safe_cell(row.partner),
                row.used_ms // 1000,
                tokens(row.amount),
                tokens(row.refunded),
                row.reason,
                row.session,
            )
            for row in found
        )
        first += FILE_ROWS


def _text(rows: Any) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
