"""Invented figures for previews: a month of Maya's earnings, a month of Kim's spending, a session that runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from ppv_plugin.ledger.queries import Purchase
from ppv_plugin.metering.turnover import Counted, Moved
from ppv_plugin.shows.queries import Running, ToRate
from ppv_plugin.shows.states import MeterView

from . import figures, spells
from .histories import Asked, SpellLink
from .samples import NOWHERE, PRIVATE_CPM, room_view
from .spells import Spell

_SESSION = UUID("00000000-0000-4000-8000-000000000002")
_HOUR_MS = 3_600_000


def earned() -> dict[str, Any]:
    spell = spells.default(timezone.now())
    money = _money(spell, scale=10)
    online = {day: (90 + 17 * (n * 5 % 7)) * 60_000 for n, day in enumerate(spell.days) if n % 7 not in (1, 4)}
    time = figures.online_plotted(spell=spell, found=online)
    return {
        **_around(spell),
        "books_url": NOWHERE,
        "earned": money,
        "online": time,
        "per_hour": figures.per_hour(money.amount, time.ms),
    }


def spent(*, funded: bool) -> dict[str, Any]:
    spell = spells.default(timezone.now())
    nothing = figures.plotted(spell=spell, moved=[], counts={}, before=0)
    now = timezone.now()
    visited = ToRate(room_view().title, "Maya", _SESSION, now - timedelta(days=1))
    return {
        **_around(spell),
        "spent": _money(spell, scale=3) if funded else nothing,
        "to_rate": [visited] if funded else [],
        "bought": [Purchase(now - timedelta(days=3), 5000, "")] if funded else [],
    }


def running() -> Running:
    meter = MeterView(str(_SESSION), 254_000, "8.13", "flowing", 0, 1_254_000, balance="33.87")
    began = timezone.now() - timedelta(minutes=5)
    return Running(_SESSION, "private", room_view().title, "Maya", "maya", PRIVATE_CPM, began, meter, NOWHERE)


def _around(spell: Spell) -> dict[str, Any]:
    links = [SpellLink(one.title, NOWHERE, one.key == spell.key) for one in spells.offered(timezone.now())[:4]]
    return {"spell": spell, "spell_links": links, "asked": Asked("", None, 0), "history_file": NOWHERE}


def _money(spell: Spell, *, scale: int) -> figures.Money:
    days = [day for n, day in enumerate(spell.days) if n % 7 not in (1, 4)]
    moved = [
        *(Moved(day, "private", scale * (110 + 70 * (n * 7 % 5))) for n, day in enumerate(days)),
        *(Moved(day, "group", scale * (40 + 30 * (n * 3 % 4))) for n, day in enumerate(days) if n % 2),
        *(Moved(day, "tip", scale * 20 * (n % 3)) for n, day in enumerate(days) if n % 3),
    ]
    counts = {"private": Counted(24, 9 * _HOUR_MS), "group": Counted(11, 5 * _HOUR_MS), "tip": Counted(15, 0)}
    return figures.plotted(spell=spell, moved=moved, counts=counts, before=scale * 3200)
