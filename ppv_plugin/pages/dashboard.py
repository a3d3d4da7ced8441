"""What the performer dashboard shows, and the performer's own price."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ppv_plugin.conf import conf
from ppv_plugin.errors import PPVError
from ppv_plugin.ledger.queries import balance_of
from ppv_plugin.ledger.receivables import owed_by
from ppv_plugin.people.models import Performer
from ppv_plugin.people.queries import may_perform, performer_of
from ppv_plugin.people.texts import blocking_text
from ppv_plugin.recordings.queries import last_trouble, ready_count
from ppv_plugin.rooms.forms import ClientCpmForm, FoundForm, PrivateCpmForm
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.presence import GUEST
from ppv_plugin.rooms.queries import client_prices, modes, pricing, recording_settings
from ppv_plugin.rooms.rules import VIDEO
from ppv_plugin.rooms.services import set_client_cpm, set_private_cpm
from ppv_plugin.shows.queries import (
    options_offered,
    performer_history,
    performers_to_ask,
    person_view,
    regulars,
    room_view,
    room_visited,
)
from ppv_plugin.shows.queries.rooms import mode_features

from . import addresses, call_views, chat_views, figures, histories, spells
from .room import socket_url
from .statements import lines

ROWS = 10
LAST_ROWS = 5
BOOKS = "books"  # of `view` in the address


def context(*, page: Any, request: HttpRequest, now: datetime) -> dict[str, Any]:
    """`gate` says why there is no console: sign_in, not_performer, status or no_room; empty when there is one."""
    found: dict[str, Any] = {
        "login_url": addresses.login_url(request),
        "listing_url": addresses.url_of(request, "listing"),
    }
    if not request.user.is_authenticated:
        return {**found, "gate": "sign_in"}
    performer = performer_of(request.user)
    if performer is None:
        url = addresses.registration_url(request, "performer")
        return {**found, "gate": "not_performer", "registration_url": url}
    found |= {"performer": performer, **_earnings(request, performer, now)}
    found |= {"recordings_count": ready_count(performer=performer), "unrecorded": last_trouble(performer=performer)}
    if found["books"]:
        return {**found, "gate": ""}
    if blocking := blocking_text(role="performer", row=performer):
        found |= {"blocking": blocking, "registration_url": addresses.registration_url(request, "performer")}
        if not may_perform(performer=performer, site=page.get_site()):
            return {**found, "gate": "status"}
    rooms = _rooms(page, performer)
    row = _chosen(request, rooms)
    if row is None:
        return {**found, "gate": "no_room"}
    if guest := _guest(request, now):
        return {**found, "gate": "", "guest": guest, "max_kbps": conf.RELAY_MAX_KBPS}
    return {
        **found,
        "gate": "",
        "rooms": rooms,
        "room_row": row,
        "room": room_view(room_id=row.id, now=now),
        "me": person_view(user=request.user, room_id=row.id, connection=None, now=now),
        "modes": (choice := modes(row.site)),
        "voyeurs_possible": any(mode.voyeur_private for mode in choice),
        "pricing": pricing(row.site),
        "site_records": recording_settings(row.site).enabled,
        "socket_url": socket_url(row),
        "max_kbps": conf.RELAY_MAX_KBPS,
        "tip_options": options_offered(row.site),
        "features": mode_features(room_id=row.id),
        "performers_to_ask": performers_to_ask(room=row),
        "receipts_url": found["books_url"],
        "room_url": addresses.room_url(request, row.slug),
        "price_saved": request.GET.get("saved") == "price",
        "found_saved": request.GET.get("saved") == "found",
        "found_form": FoundForm(room=row),
        "client_prices": client_prices(row),
        "chat_order": chat_views.context(room=row, now=now),
        **call_views.context(room=row, now=now),
        **_price_forms(row),
        **(getattr(request, "ppv_form", None) or {}),
    }


def _guest(request: HttpRequest, now: datetime) -> dict[str, Any] | None:
    """The show of another that this performer was asked into, by the id of the check-in; None when that is over."""
    room = room_visited(user=request.user, check_in_id=request.GET.get("guest", ""))
    if room is None:
        return None
    return {"room": room_view(room_id=room.pk, now=now), "socket_url": f"{socket_url(room)}?as={GUEST}"}


def save_price(*, page: Any, request: HttpRequest, now: datetime) -> HttpResponse | None:
    """Back to the dashboard when the price was taken; otherwise None, with the refusal in the form."""
    performer = performer_of(request.user) if request.user.is_authenticated else None
    row = _chosen(request, _rooms(page, performer)) if performer else None
    if row is None:
        return None
    if "call" in request.POST:
        call_form = call_views.CallForm(request.POST, room=row)
        if call_views.make(user=request.user, form=call_form, now=now):
            return redirect(f"{page.get_url(request)}?room={row.slug}#links")
        request.ppv_form = {"call_form": call_form}  # type: ignore[attr-defined]
        return None
    name = "client_price_form" if "client" in request.POST else "price_form"
    form = _price_forms(row, request.POST)[name]
    if form.is_valid():
        try:
            if name == "price_form":
                for kind, cpm in form.prices.items():
                    set_private_cpm(user=request.user, room_id=row.id, kind=kind, cpm=cpm, now=now)
            else:
                client, cpm = form.cleaned_data["client"], form.cleaned_data["client_cpm"]
                kind = form.cleaned_data["kind"] or VIDEO
                set_client_cpm(user=request.user, room_id=row.id, client_id=client.pk, kind=kind, cpm=cpm, now=now)
        except PPVError as refusal:
            form.add_error(None if name == "client_price_form" else "cpm", str(refusal.text))
        else:
            return redirect(f"{page.get_url(request)}?room={row.slug}&saved=price#price")
    request.ppv_form = {name: form}  # type: ignore[attr-defined]
    return None


def _price_forms(room: Room, sent: Any = None) -> dict[str, Any]:
    prices = pricing(room.site)
    return {
        "price_form": PrivateCpmForm(sent, room=room, pricing=prices),
        "client_price_form": ClientCpmForm(sent, clients=regulars(room=room), pricing=prices),
    }


def _rooms(page: Any, performer: Performer) -> list[Room]:
    rows = Room.objects.filter(site=page.get_site(), performer=performer, suspended=False)
    return list(rows.select_related("site").order_by("title", "id"))


def _chosen(request: HttpRequest, rooms: list[Room]) -> Room | None:
    wanted = request.GET.get("room") or request.POST.get("room")
    return next((row for row in rooms if row.slug == wanted), rooms[0] if rooms else None)


def _earnings(request: HttpRequest, performer: Performer, now: datetime) -> dict[str, Any]:
    """On the console's page the last sessions only; `books` are a page of their own, so that looking something up
    does not end the picture."""
    balance = balance_of(kind="performer", owner=str(performer.uuid))
    books = request.GET.get("view") == BOOKS
    choice = spells.spell(request.GET.get("period", ""), now=now) or spells.default(now)
    money = figures.earned(account_id=balance.account_id, performer=performer, spell=choice)
    online = figures.online(performer=performer, spell=choice, now=now)
    found = {
        "books": books,
        "books_url": histories.link(request, view=BOOKS),
        "earnings": balance,
        "owed": owed_by(account_ids=[pk]).get(pk, 0) if (pk := balance.account_id) else 0,
        "spell": choice,
        "earned": money,
        "online": online,
        "per_hour": figures.per_hour(money.amount, online.ms),
    }
    if not books:
        return {**found, "history": performer_history(performer=performer, limit=LAST_ROWS)}
    rows = histories.reader(user=request.user, side="earned") or histories.nothing
    kinds = [row.kind for row in money.rows]
    return {
        **found,
        "console_url": histories.link(request, view="", period="", kind="", when=""),
        "spell_links": histories.spell_links(request, choice, now=now),
        "statement": lines(account_id=balance.account_id, limit=ROWS),
        **histories.context(request=request, now=now, side="earned", rows=rows, kinds=kinds),
    }
