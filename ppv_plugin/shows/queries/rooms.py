"""A room as everybody sees it, and the listing. A flat number of queries however many rooms there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from msgspec import Struct
from msgspec.structs import replace

from ppv_plugin import hooks
from ppv_plugin.chat import queries as chat
from ppv_plugin.errors import NotFound
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering.rules import Tariff
from ppv_plugin.rooms import queries as rooms
from ppv_plugin.rooms.listed import listed
from ppv_plugin.rooms.models import NEVER, Room
from ppv_plugin.rooms.rules import VIDEO, average_tenths, is_new

from ..models import Show
from ..rules import TWO_WAY, VOYEUR, private_kinds, show_kind, unix_ms
from ..states import GoalView, KindOffer, PrivateOffer, RoomView
from .check_ins import guests_of
from .manners import Inside, inside_of, manner_offer
from .prices import minimum_of, offered, price_of, private_offered
from .tiles import tiles_of
from .tips import goals_of
from .unseen import offers_watching


class Stars(Struct, frozen=True):
    """What clients gave a room: `average` of 5 as a text with one decimal, `percent` of the whole for a picture."""

    average: str
    percent: int
    count: int


class RoomTile(Struct, frozen=True):
    """A room in the listing."""

    room: RoomView
    uuid: str
    description: str
    featured: bool
    tags: list[str]
    new: bool = False
    rating: Stars | None = None
    online_at: datetime | None = None


class ListingPage(Struct, frozen=True):
    rooms: list[RoomTile]
    total: int


def room_view(*, room_id: int, now: datetime) -> RoomView:
    """Raises NotFound."""
    room = _rows().filter(id=room_id).first()
    if room is None:
        raise NotFound
    return _views([room])[0]


def listing(
    *,
    site: Any,
    now: datetime,
    status: str | None = None,
    tag: str | None = None,
    category: str | None = None,
    language: str | None = None,
    text: str | None = None,
    sort: str = "live",
    offset: int = 0,
    limit: int = 24,
) -> ListingPage:
    """A page of the rooms a visitor may see. `sort`: one of `rooms.listed.SORTS`."""
    rows = listed(site=site, status=status, tag=tag, category=category, language=language, text=text, sort=sort)
    rows = hooks.listed_rooms(rows, site=site)
    page = list(_with_relations(rows).prefetch_related("tags")[offset : offset + limit])
    tiles = [tile_of(room, view, now=now) for room, view in zip(page, _views(page), strict=True)]
    return ListingPage(tiles, rows.count())


def tile_of(room: Any, view: RoomView, *, now: datetime) -> RoomTile:
    return RoomTile(
        room=view,
        uuid=str(room.uuid),
        description=room.description,
        featured=room.featured,
        tags=[tag.name for tag in room.tags.all()],
        new=is_new(created_at=room.created_at, now=now),
        rating=stars_of(room),
        online_at=None if room.online_at == NEVER else room.online_at,
    )


def stars_of(room: Any) -> Stars | None:
    """None while nobody has rated the room."""
    if not room.rating_count:
        return None
    tenths = average_tenths(total=room.rating_sum, count=room.rating_count)
    return Stars(f"{tenths // 10}.{tenths % 10}", tenths * 2, room.rating_count)


def _rows() -> Any:
    return _with_relations(Room.objects.filter(performer__isnull=False))


def _with_relations(rows: Any) -> Any:
    return rows.select_related("performer", "site", "snapshot").defer("snapshot__jpeg")


def mode_features(*, room_id: int) -> dict[str, Any]:
    """What the mode of the running show says of the site's own features, frozen; nothing while nobody is live."""
    show = Show.objects.filter(room_id=room_id, state=Show.State.LIVE).only("terms").first()
    return dict(show.terms.get("features", {})) if show is not None else {}


def _views(page: Sequence[Any]) -> list[RoomView]:
    shows = {
        show.room_id: show
        for show in Show.objects.filter(room_id__in=[room.pk for room in page], state=Show.State.LIVE)
    }
    prices = {site.pk: rooms.pricing(site) for site in {room.site for room in page}}
    inside = inside_of(list(shows.values()))
    goals = goals_of(room_ids=[room.pk for room in page])
    guests = guests_of(show_ids=[show.pk for show in shows.values()])
    with_tiles = [show.pk for show in shows.values() if show.pk in guests or show.terms.get("conference")]
    tiles = tiles_of(show_ids=with_tiles) if with_tiles else {}
    slow = chat.slow_seconds(room_ids=list(shows))
    site_slow = {site_id: chat.chat_settings(row.site).slow_seconds for site_id, row in prices.items()} if shows else {}
    offers = {pk: rooms.recording_settings(row.site).private_enabled for pk, row in prices.items()} if shows else {}
    return [
        replace(
            _view(room, shows.get(room.pk), prices[room.site_id], inside, goals.get(room.pk, []), guests),
            slow_seconds=max(slow.get(room.pk, 0), site_slow.get(room.site_id, 0)),
            tiles=tiles.get(shows[room.pk].pk, []) if room.pk in shows else [],
            recordable=offers.get(room.site_id, False) and room.pk in shows,
        )
        for room in page
    ]


def _view(
    room: Any,
    show: Show | None,
    prices: Any,
    inside: Inside,
    goals: list[GoalView],
    guests: dict[UUID, list[str]],
) -> RoomView:
    terms = show.terms if show is not None else None
    group = _group(terms, prices) if terms and terms["group_cpm"] else None
    snapshot = getattr(room, "snapshot", None)
    return RoomView(
        slug=room.slug,
        title=room.title,
        performer=room.performer.name,
        status=room.state if show is not None else "offline",
        show=str(show.id) if show is not None else None,
        mode=terms["name"] if terms else None,
        group=price_of(group) if group is not None else None,
        private=_offer(room, show, prices),
        viewers=room.viewers if show is not None else 0,
        live_at=unix_ms(show.started_at) if show is not None else None,
        snapshot_url=_snapshot_url(room, snapshot) if snapshot is not None and show is not None else None,
        group_minimum=tokens(minimum_of(group)) if group is not None else None,
        mode_key=terms["key"] if terms else None,
        mode_number=show.mode_number if show is not None else 0,
        consent=bool(terms and terms["group_cpm"]),
        goals=goals,
        voyeur=manner_offer(VOYEUR, room, show, prices, inside) if show is not None else None,
        two_way=manner_offer(TWO_WAY, room, show, prices, inside) if show is not None else None,
        guests=guests.get(show.pk, []) if show is not None else [],
        lobby=bool(terms and terms.get("lobby")),
        talk=not terms or not terms.get("lobby") or bool(terms.get("lobby_chat")),
        by_link=bool(terms and terms.get("by_link")),
        conference=bool(terms and terms.get("conference")),
        recorded=bool(terms and terms.get("recorded")),
        kind=show_kind(terms) if terms else VIDEO,
    )


def _group(terms: dict[str, Any], prices: Any) -> Tariff:
    return offered(rule=terms["rule"], cpm=terms["group_cpm"], grace_seconds=terms["grace_seconds"], prices=prices)


def _offer(room: Any, show: Show | None, prices: Any) -> PrivateOffer:
    kinds = private_kinds(show.terms, room.performer) if show is not None else room.performer.private_kinds or [VIDEO]
    tariffs = {kind: private_offered(room, prices, kind) for kind in kinds or [VIDEO]}
    if show is None or not show.terms["requests_enabled"] or not kinds:
        state = "off"
    elif room.state == "private":
        state = "busy"
    else:
        state = room.performer.requests
    tariff = next(iter(tariffs.values()))
    return PrivateOffer(
        state=state,
        price=price_of(tariff),
        minutes_to_start=prices.minutes_to_start,
        minimum=tokens(minimum_of(tariff)),
        request_seconds=prices.request_seconds,
        watched=show is not None and offers_watching(show, room.performer),
        kinds=[KindOffer(kind, tokens(one.cpm), tokens(minimum_of(one))) for kind, one in tariffs.items()],
    )


def _snapshot_url(room: Any, snapshot: Any) -> str:
    return f"{reverse('ppv:snapshot', args=[room.uuid])}?at={unix_ms(snapshot.taken_at)}"
