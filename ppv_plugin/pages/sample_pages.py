"""Invented facts for whole pages: Maya's room and console, Kim's wallet, a registration."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from ppv_plugin.ledger.queries import Balance
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.payments.forms import PRESETS, TopUpForm
from ppv_plugin.people.models import Client, Performer, Studio
from ppv_plugin.people.queries import Requirements
from ppv_plugin.rooms.forms import ClientCpmForm, PrivateCpmForm
from ppv_plugin.rooms.models import PricingSettings, Room, RoomMode
from ppv_plugin.shows.queries import HistoryRow
from ppv_plugin.shows.rules import unix_ms
from ppv_plugin.shows.states import MeterView, PersonView, ReceiptView, RequestView, RoomView, SessionView

from . import sample_figures
from .listing import SORTS, STATUSES, Filters
from .registration_forms import RoleForm
from .samples import GROUP_CPM, MINUTES, NOWHERE, PRIVATE_CPM, price, room_tiles, room_view
from .statements import Line

SESSION = "00000000-0000-4000-8000-000000000002"
_ROWS: dict[str, Any] = {"client": Client, "performer": Performer, "studio": Studio}


def listing(page: Any) -> dict[str, Any]:
    tiles = room_tiles()["tiles"]
    return {
        "tiles": tiles,
        "total": len(tiles),
        "filters": Filters(**{**dict.fromkeys((field.name for field in fields(Filters)), ""), "sort": SORTS[0][0]}),
        "statuses": STATUSES,
        "sorts": SORTS,
        "selects": [],
        "number": 1,
        "pages": 1,
        "socket_url": "",
        "wallet_url": NOWHERE,
    }


def room(state: str) -> dict[str, Any]:
    """`ended` is a paid show that Kim has just left, with the receipt on the screen."""
    view = room_view("paid" if state == "ended" else state)
    kim = PersonView(role="client", name="Kim", blocked=False, balance="42.00")
    receipt = ReceiptView(SESSION, NOWHERE, "18.20", 738_000, "client") if state == "ended" else None
    return {
        "room": view,
        "me": kim,
        "socket_url": "",
        "login_url": NOWHERE,
        "wallet_url": NOWHERE,
        "listing_url": NOWHERE,
        "console_url": NOWHERE,
        "preview_state": _state(view, kim, receipt=receipt),
    }


def dashboard(state: str) -> dict[str, Any]:
    view = room_view({"green_room": "offline", "private": "private"}.get(state, "free"), live_at=_ms(-12))
    maya = _maya(state)
    prices = PricingSettings()
    kept = Room(slug="maya", title=view.title, private_cpm=PRIVATE_CPM)
    return {
        "gate": "",
        "rooms": [kept],
        "room_row": kept,
        "room": view,
        "me": maya,
        "modes": _modes(),
        "pricing": prices,
        "socket_url": "",
        "login_url": NOWHERE,
        "listing_url": NOWHERE,
        "receipts_url": NOWHERE,
        "room_url": NOWHERE,
        "price_form": PrivateCpmForm(None, room=kept, pricing=prices),
        "client_price_form": ClientCpmForm(None, clients=Client.objects.none(), pricing=prices),
        **sample_figures.earned(),
        "earnings": Balance(None, 31_250, 0),
        "history": _history(earned=True),
        "preview_state": _state(view, maya, onAir=state != "green_room"),
    }


def books() -> dict[str, Any]:
    """Maya's earnings and calls."""
    return {
        **sample_figures.earned(),
        "gate": "",
        "books": True,
        "console_url": NOWHERE,
        "earnings": Balance(None, 31_250, 0),
        "history": _history(earned=True),
        "statement": _statement(earned=True),
        "login_url": NOWHERE,
        "listing_url": NOWHERE,
        "room_url": NOWHERE,
    }


def wallet(state: str) -> dict[str, Any]:
    if state == "signed_out":
        return {"signed_in": False, "login_url": NOWHERE}
    funded = state != "empty"
    running = [(sample_figures.running(), NOWHERE)] if state == "running" else []
    return {
        **sample_figures.spent(funded=funded),
        "signed_in": True,
        "balance": Balance(None, 4200 if funded else 0, 1000 if running else 0),
        "running": running,
        "history": _history(earned=False) if funded else [],
        "statement": _statement(earned=False) if funded else [],
        "limits": [],
        "top_up_form": TopUpForm.fresh(),
        "top_up_url": NOWHERE,
        "presets": PRESETS,
        "listing_url": NOWHERE,
    }


def registration(page: Any, state: str) -> dict[str, Any]:
    row = _ROWS[page.role](name="Maya", status=state) if state != "join" else None
    return {
        "role": page.role,
        "state": state,
        "wants": Requirements(open=True, approval=True, email=False),
        "row": row,
        "blocking": _("Your registration waits for approval.") if state == "submitted" else "",
        "role_form": None if row is not None else RoleForm(None, role=page.role, ask_email=False),
        "login_url": NOWHERE,
        "dashboard_url": NOWHERE,
        "listing_url": NOWHERE,
    }


def _maya(state: str) -> PersonView:
    session, meter = None, None
    if state == "private":
        session = SessionView("private", SESSION, SESSION, price(PRIVATE_CPM), "Kim", client=SESSION)
        meter = MeterView(SESSION, 254_000, "8.13", "flowing", 0, 1_254_000, earned="6.51")
    asking = [_request("Kim", 21, "a"), _request("Robin", None, "b")] if state == "requests" else []
    return PersonView(
        role="performer",
        name="Maya",
        blocked=False,
        balance=None,
        session=session,
        meter=meter,
        requests=asking,
        requests_mode="open",
        earned_today="37.40",
    )


def _request(name: str, minutes: int | None, key: str) -> RequestView:
    return RequestView(
        id=key,
        state="pending",
        media="video",
        price=price(PRIVATE_CPM),
        minimum=tokens(MINUTES * PRIVATE_CPM),
        expires_at=_ms(1.5),
        client=key,
        client_name=name,
        funded_minutes=minutes,
    )


def _modes() -> list[RoomMode]:
    return [
        RoomMode(pk=1, key="free", name=_("Free")),
        RoomMode(pk=2, key="paid", name=_("Paid by everybody"), group_cpm=GROUP_CPM),
    ]


def _state(room: RoomView, me: PersonView, **more: Any) -> str:
    """What `ppv/preview` shows, in the shapes that a socket would have sent."""
    talk = [("client", "Kim", _("Good evening!"), -4), ("performer", "Maya", _("Nice that you are here."), -3)]
    chat = [
        {"author": author, "name": name, "text": text, "at": _ms(minutes), "private": False, "mine": author == me.role}
        for author, name, text, minutes in talk
        if room.status == "free" or (me.role == "performer" and room.status == "private")
    ]
    return msgspec.json.encode({"room": room, "me": me, "chat": chat, **more}).decode()


def _history(*, earned: bool) -> list[HistoryRow]:
    rows = [("private", 738_000, 2460, "client"), ("group", 1_500_000, 3725, "show_ended")]
    return [
        HistoryRow(
            session=UUID(SESSION),
            kind=kind,
            media="video",
            partner="Kim" if earned else "Maya",
            room_title=room_view().title,
            started_at=_moment(-60 * 26 * (number + 1)),
            used_ms=used_ms,
            amount=paid * 8 // 10 if earned else -paid,
            refunded=0,
            reason=reason,
            url=NOWHERE,
        )
        for number, (kind, used_ms, paid, reason) in enumerate(rows)
    ]


def _statement(*, earned: bool) -> list[Line]:
    if earned:
        rows = [(_("Private"), 1968, 31_250), (_("Group"), 2980, 29_282)]
    else:
        rows = [(_("Private"), -2460, 4200), (_("Top-up"), 5000, 6660)]
    return [
        Line(_moment(-60 * 26 * (number + 1)), text, amount, after, "", "")
        for number, (text, amount, after) in enumerate(rows)
    ]


def _moment(minutes: float) -> datetime:
    return timezone.now() + timedelta(minutes=minutes)


def _ms(minutes: float) -> int:
    return unix_ms(_moment(minutes))
