"""What the live listing shows: a page of tiles, the filters in force, and links to the other pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ppv_plugin.rooms.listed import CHOICES_MAX, Choice, categories_in_use, languages_in_use, tags_in_use
from ppv_plugin.shows.queries import listing
from ppv_plugin.shows.rules import unix_ms

from . import addresses

STATUSES = [
    ("", _("All")),
    ("live", pgettext_lazy("on air", "Live")),
    ("free", _("Live, free")),
    ("paid", _("Live, paid")),
    ("lobby", _("Takes calls")),
    ("private", _("In private")),
    ("offline", _("Offline")),
]
SORTS = [
    ("live", _("Live first")),
    ("featured", _("Featured first")),
    ("seen", _("Last online")),
    ("viewers", _("Most watched")),
    ("rating", _("Best rated")),
    ("new", _("Newest")),
    ("name", _("Name")),
]
TEXT_CHARS_MAX = 60
PAGE_MAX = 1000


@dataclass(frozen=True, slots=True)
class Select:
    """A filter of which there is something to choose. `name` is its word in the address."""

    name: str
    label: Any
    choices: Sequence[Choice]
    chosen: str


@dataclass(frozen=True, slots=True)
class Filters:
    status: str
    category: str
    language: str
    tag: str
    text: str
    sort: str

    @property
    def narrowed(self) -> bool:
        return bool(self.status or self.category or self.language or self.tag or self.text)

    def query(self, **changes: str | int) -> str:
        """The same choice as a query string, with some of it changed; empty values are left out."""
        values: dict[str, str | int] = {
            "status": self.status,
            "category": self.category,
            "language": self.language,
            "tag": self.tag,
            "q": self.text,
            "sort": "" if self.sort == SORTS[0][0] else self.sort,
            **changes,
        }
        return urlencode({key: value for key, value in values.items() if value})


@dataclass(frozen=True, slots=True)
class PageLink:
    """`query` None: a gap between pages."""

    number: int
    query: str | None


def context(*, page: Any, request: HttpRequest, now: datetime) -> dict[str, Any]:
    site = page.get_site()
    offered = _offered(site)
    chosen = _filters(request, offered)
    number, per_page = _page_number(request), page.rooms_per_page or 24
    found = _found(site, now, chosen, number, per_page)
    pages = min(max(1, -(-found.total // per_page)), PAGE_MAX)
    if number > pages:  # rooms went since the link was made: the last page there is
        number = pages
        found = _found(site, now, chosen, number, per_page)
    base_url = page.get_url(request) or ""
    return {
        "tiles": [
            (tile, base_url + page.reverse_subpage("room", kwargs={"slug": tile.room.slug})) for tile in found.rooms
        ],
        "total": found.total,
        "filters": chosen,
        "statuses": STATUSES,
        "sorts": SORTS,
        "selects": _selects(offered, chosen),
        "number": number,
        "pages": pages,
        "page_links": _page_links(chosen, number, pages),
        "previous_query": chosen.query(page=number - 1 if number > 2 else "") if number > 1 else None,
        "next_query": chosen.query(page=number + 1) if number < pages else None,
        "made_at": str(unix_ms(now)),  # as a text: no language groups its digits
        "socket_url": f"/ws/ppv/live/{site.pk}/" if site else "",
        "wallet_url": addresses.url_of(request, "wallet"),
    }


def _found(site: Any, now: datetime, chosen: Filters, number: int, per_page: int) -> Any:
    return listing(
        site=site,
        now=now,
        status=chosen.status or None,
        tag=chosen.tag or None,
        category=chosen.category or None,
        language=chosen.language or None,
        text=chosen.text or None,
        sort=chosen.sort,
        offset=(number - 1) * per_page,
        limit=per_page,
    )


def _offered(site: Any) -> dict[str, list[Choice]]:
    return {
        "category": categories_in_use(site),
        "language": languages_in_use(site),
        "tag": tags_in_use(site),
    }


def _filters(request: HttpRequest, offered: dict[str, list[Choice]]) -> Filters:
    """What the address asks for; anything unknown falls back to no filter, since addresses are typed and shared."""
    given = request.GET
    status, sort = given.get("status", ""), given.get("sort", "")
    known = {name: _known(given.get(name, ""), choices) for name, choices in offered.items()}
    return Filters(
        status=status if status in dict(STATUSES) else "",
        text=given.get("q", "").replace("\0", "").strip()[:TEXT_CHARS_MAX],
        sort=sort if sort in dict(SORTS) else SORTS[0][0],
        **known,
    )


def _known(value: str, choices: list[Choice]) -> str:
    """Of a list that was cut off, more may be known than it offers."""
    cut_off = len(choices) >= CHOICES_MAX
    return value.replace("\0", "")[:100] if cut_off or value in {choice.value for choice in choices} else ""


def _selects(offered: dict[str, list[Choice]], chosen: Filters) -> list[Select]:
    labels = {"category": _("Category"), "language": _("Language"), "tag": _("Tag")}
    found = []
    for name, choices in offered.items():
        value: str = getattr(chosen, name)
        missing = [Choice(value, value)] if value and value not in {choice.value for choice in choices} else []
        if choices:
            found.append(Select(name, labels[name], [*choices, *missing], value))
    return found


def _page_links(chosen: Filters, number: int, pages: int) -> list[PageLink]:
    """The first and the last page, and some around this one."""
    numbers = Paginator(range(pages), 1).get_elided_page_range(number, on_each_side=1, on_ends=1)
    return [
        PageLink(shown, chosen.query(page=shown if shown > 1 else "")) if isinstance(shown, int) else PageLink(0, None)
        for shown in numbers
    ]


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), PAGE_MAX) if text.isascii() and text.isdigit() and len(text) < 6 else 1
