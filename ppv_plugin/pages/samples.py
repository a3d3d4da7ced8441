"""Invented people and prices for previews: nothing is read, nothing is written."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering.queries import RULE_TEXTS
from ppv_plugin.metering.rules import Split, Tariff
from ppv_plugin.shows.queries import RoomTile
from ppv_plugin.shows.queries.rooms import Stars
from ppv_plugin.shows.states import Price, PrivateOffer, RoomView

from . import parts

NOWHERE = "#"  # where the links of a preview lead
GROUP_CPM, PRIVATE_CPM, FREE_SECONDS, MINUTES = 150, 200, 10, 5


def price(cpm: int = GROUP_CPM) -> Price:
    return Price(tokens(cpm), FREE_SECONDS, "per_second", str(RULE_TEXTS["per_second"]))


def room_view(status: str = "offline", **more: Any) -> RoomView:
    """Maya's room in one of its states."""
    live, paid = status != "offline", status == "paid"
    offer = PrivateOffer(
        state="off" if not live else "busy" if status == "private" else "open",
        price=price(PRIVATE_CPM),
        minutes_to_start=MINUTES,
        minimum=tokens(MINUTES * PRIVATE_CPM),
        request_seconds=120,
    )
    facts: dict[str, Any] = {
        "slug": "maya",
        "title": _("An evening with Maya"),
        "performer": "Maya",
        "status": status,
        "show": "00000000-0000-4000-8000-000000000001" if live else None,
        "mode": (_("Paid by everybody") if paid else _("Free")) if live else None,
        "group": price() if paid else None,
        "private": offer,
        "viewers": 12 if live else 0,
        "live_at": 0 if live else None,
        "snapshot_url": None,
        "group_minimum": tokens(MINUTES * GROUP_CPM) if paid else None,
        "mode_key": ("paid" if paid else "free") if live else None,
        "consent": paid,
    }
    return RoomView(**{**facts, **more})


def room_tiles(*, live_only: bool = False) -> dict[str, Any]:
    rooms = [
        ("free", "maya", _("An evening with Maya"), "Maya", [_("Talk")], 12),
        ("paid", "tomas", _("Tomás plays"), "Tomás", [_("Music"), _("Requests")], 31),
        ("private", "yuki", _("Learn with Yuki"), "Yuki", [_("Lessons")], 3),
        ("offline", "lena", _("Lena reads"), "Lena", [_("Stories")], 0),
    ]
    tiles = [
        RoomTile(
            room=room_view(status, slug=slug, title=title, performer=name, viewers=viewers),
            uuid="",
            description="",
            featured=slug == "maya",
            tags=tags,
            new=slug == "yuki",
            rating=Stars("4.7", 94, 23) if slug == "maya" else None,
        )
        for status, slug, title, name, tags, viewers in rooms
        if status != "offline" or not live_only
    ]
    return {"tiles": [(tile, NOWHERE) for tile in tiles], "socket_url": "", "all_url": NOWHERE}


def price_rows() -> list[parts.PriceRow]:
    return [
        parts.price_row(name=_("Free"), about=_("Everybody watches and chats."), cpm=0, grace=0, rule="per_second"),
        parts.price_row(
            name=_("Paid by everybody"), about=_("For concerts and lessons."), cpm=GROUP_CPM, grace=FREE_SECONDS,
            rule="per_second",
        ),
        parts.price_row(
            name="", cpm=PRIVATE_CPM, grace=FREE_SECONDS, rule="started_minutes", private=True, cpm_max=500
        ),
    ]  # fmt: skip


def packs() -> list[parts.Pack]:
    tariff = Tariff(rule="per_second", cpm=PRIVATE_CPM, split=Split(0, (), 0), grace_ms=FREE_SECONDS * 1000)
    return [parts.pack(amount=amount, tariff=tariff) for amount in (1000, 2500, 5000)]


def wallet_link() -> dict[str, Any]:
    return {"wallet_url": NOWHERE, "login_url": NOWHERE, "state_url": ""}
