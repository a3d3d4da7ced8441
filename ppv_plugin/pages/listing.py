"""What the live listing shows: a page of tiles, the filters in force, and links to the other pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from ppv_plugin.rooms.models import RoomTag
from ppv_plugin.shows.queries import listing

from . import addresses

STATUSES = [
    ("", _("All")),
    ("live", _("Live")),
    ("free", _("Live, free")),
    ("paid", _("Live, paid")),
    ("private", _("In private")),
    ("offline", _("Offline")),
]
SORTS = [
    ("live", _("Live first")),
    ("viewers", _("Most watched")),
    ("new", _("Newest")),
    ("name", _("Name")),
]
TEXT_CHARS_MAX = 60
PAGE_MAX = 1000


@dataclass(frozen=True, slots=True)
class Filters:
    status: str
    tag: str
    text: str
    sort: str

    @property
    def narrowed(self) -> bool:
        return bool(self.status or self.tag or self.text)

    def query(self, **changes: str | int) -> str:
        """The same choice as a query string, with some of it changed; empty values are left out."""
        values: dict[str, str | int] = {
            "status": self.status,
            "tag": self.tag,
            "q": self.text,
            "sort": self.sort,
            **changes,
        }
        return urlencode({key: value for key, value in values.items() if value and value != SORTS[0][0]})


def filters_from(request: HttpRequest) -> Filters:
    """What the address asks for; anything unknown falls back to no filter, since addresses are typed and shared."""
    given = request.GET
    status, sort = given.get("status", ""), given.get("sort", "")
    return Filters(
        status=status if status in dict(STATUSES) else "",
        tag=given.get("tag", "").replace("\0", "")[:100],
        text=given.get("q", "").replace("\0", "").strip()[:TEXT_CHARS_MAX],
        sort=sort if sort in dict(SORTS) else SORTS[0][0],
    )


def context(*, page: Any, request: HttpRequest, now: datetime) -> dict[str, Any]:
    site = page.get_site()
    chosen = filters_from(request)
    number, per_page = _page_number(request), page.rooms_per_page or 24
    found = listing(
        site=site,
        now=now,
        status=chosen.status or None,
        tag=chosen.tag or None,
        text=chosen.text or None,
        sort=chosen.sort,
        offset=(number - 1) * per_page,
        limit=per_page,
    )
    base_url = page.get_url(request) or ""
    pages = max(1, -(-found.total // per_page))
    return {
        "tiles": [
            (tile, base_url + page.reverse_subpage("room", kwargs={"slug": tile.room.slug})) for tile in found.rooms
        ],
        "total": found.total,
        "filters": chosen,
        "statuses": STATUSES,
        "sorts": SORTS,
        "tags": _tags_in_use(site),
        "number": number,
        "pages": pages,
        "previous_query": chosen.query(page=number - 1 if number > 2 else "") if number > 1 else None,
        "next_query": chosen.query(page=number + 1) if number < pages else None,
        "socket_url": f"/ws/ppv/live/{site.pk}/" if site else "",
        "wallet_url": addresses.url_of(request, "wallet"),
    }


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), PAGE_MAX) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _tags_in_use(site: Any) -> list[RoomTag]:
    return list(
        RoomTag.objects.filter(tagged_rooms__content_object__site=site, tagged_rooms__content_object__suspended=False)
        .distinct()
        .order_by("name")[:100]
    )
