"""Which rooms a listing shows and in which order, and what there is to choose from. Spec P-1.

Every order ends with the key of the row, so that no room stands on two pages or on none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import get_language_info

from ppv_plugin.people.queries import may_be_met

from .models import Room
from .queries import in_active_language
from .subjects import RoomCategory, RoomLanguage, RoomTag, TaggedRoom

SORTS: dict[str, tuple[Any, ...]] = {
    "live": ("offline", "-featured", "-online_at"),
    "featured": ("-featured", "offline", "-online_at"),
    "seen": ("offline", "-online_at"),
    "viewers": ("offline", "-viewers"),
    "rating": ("-rating_score", "-rating_count"),
    "new": ("-created_at",),
    "name": (Lower("title"),),
}
CHOICES_MAX = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter and what people read for it."""

    value: str
    label: str


def visible(site: Any) -> QuerySet[Room]:
    """Every room of a site that a visitor may see."""
    return Room.objects.filter(may_be_met(site), site=site, suspended=False)


def listed(
    *,
    site: Any,
    status: str | None = None,
    tag: str | None = None,
    category: str | None = None,
    language: str | None = None,
    text: str | None = None,
    sort: str = "live",
) -> QuerySet[Room]:
    rows = visible(site)
    if status == "live":
        rows = rows.filter(offline=False)
    elif status in Room.State.values:
        rows = rows.filter(state=status)
    if tag:
        rows = rows.filter(pk__in=TaggedRoom.objects.filter(tag__slug=tag).values("content_object"))
    if category:
        rows = rows.filter(category__key=category)
    if language:
        rows = rows.filter(pk__in=RoomLanguage.objects.filter(code=language).values("room"))
    if text:
        rows = rows.filter(
            Q(title__icontains=text) | Q(performer__name__icontains=text) | Q(description__icontains=text)
        )
    return rows.order_by(*SORTS.get(sort, SORTS["live"]), "pk")


def tags_in_use(site: Any) -> list[Choice]:
    used = TaggedRoom.objects.filter(tag=OuterRef("pk"), content_object__site=site, content_object__suspended=False)
    rows = RoomTag.objects.filter(Exists(used)).order_by("name")
    return [Choice(slug, name) for slug, name in rows.values_list("slug", "name")[:CHOICES_MAX]]


def categories_in_use(site: Any) -> list[Choice]:
    """In the editors' order and the language of the request."""
    used = Room.objects.filter(category=OuterRef("pk"), site=site, suspended=False)
    rows = RoomCategory.objects.select_related("locale").annotate(used=Exists(used)).order_by("sort_order", "id")
    found = list(rows)
    keys = {row.key for row in found if row.used}  # type: ignore[attr-defined]
    return [Choice(row.key, row.name) for row in in_active_language(found) if row.key in keys]


def languages_in_use(site: Any) -> list[Choice]:
    """By their names in the language of the request."""
    rows = RoomLanguage.objects.filter(room__site=site, room__suspended=False)
    codes = rows.order_by().values_list("code", flat=True).distinct()[:CHOICES_MAX]
    return sorted((Choice(code, language_name(code)) for code in codes), key=lambda choice: choice.label)


def categories() -> list[RoomCategory]:
    """All of them, each once."""
    return in_active_language(RoomCategory.objects.select_related("locale").order_by("sort_order", "id"))


def language_choices() -> list[tuple[str, str]]:
    """What can be spoken: the site's own languages first, then all that Django can name; dialects are left out."""
    own = [code for code, _name in settings.LANGUAGES if code in LANG_INFO] if _chosen_by_the_site() else []
    rest = sorted(
        (code for code, info in LANG_INFO.items() if "name" in info and code not in own and _is_a_language(code)),
        key=language_name,
    )
    return [(code, language_name(code)) for code in (*own, *rest)]


def _chosen_by_the_site() -> bool:
    from django.conf import global_settings

    return list(settings.LANGUAGES) != list(global_settings.LANGUAGES)


def _is_a_language(code: str) -> bool:
    return "-" not in code or code.startswith("zh-han")  # Django knows Chinese by its scripts only


def language_name(code: str) -> str:
    """In the language of the request; a code that nobody knows stands for itself."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
