"""Where a room mode is used. Wagtail's reference index does not know: rooms and shows get their mode by statements of
the shows' services, which no signal of a saved row follows. So the tables themselves are asked, and pages the index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.models import ReferenceIndex
from wagtail.snippets.views.snippets import UsageView

from ppv_plugin.rooms.models import Room, RoomMode
from ppv_plugin.wording import named, phrase


@dataclass(frozen=True, slots=True)
class Use:
    """`shows`: how many there were in it; None where the mode is only mentioned."""

    name: str
    kind: str
    edit_url: str | None
    chosen: bool | None = None
    shows: int | None = None


@dataclass(frozen=True, slots=True)
class Uses:
    """What a delete page of Wagtail asks of the references to a row."""

    number: int
    is_protected: bool

    def count(self) -> int:
        return self.number


def rooms_using(mode: RoomMode) -> Any:
    shows = Count("shows", filter=Q(shows__mode=mode))
    return Room.objects.annotate(shows_in_it=shows).filter(Q(mode=mode) | Q(shows_in_it__gt=0)).order_by("title", "pk")


def mentions_of(mode: RoomMode) -> list[Any]:
    """Pages and snippets that name the mode, as the index knows them."""
    found = ReferenceIndex.get_references_to(mode).group_by_source_object()
    return [(row, references) for row, references in found if not isinstance(row, Room)]


def uses_of(mode: RoomMode) -> Uses:
    rooms = rooms_using(mode).count()
    return Uses(rooms + len(mentions_of(mode)), rooms > 0)


class ModeUsageView(UsageView):  # type: ignore[misc]
    """Each room that has it chosen or had shows in it, and what else names it."""

    def get_queryset(self) -> list[Use]:
        finder = AdminURLFinder(self.request.user)
        may_see = any(self.request.user.has_perm(f"ppv_plugin.{act}_room") for act in ("change", "view"))
        rooms = [self._of_room(room, may_see) for room in rooms_using(self.object)]
        mentions = mentions_of(self.object)
        return rooms + [
            Use(str(row), capfirst(references[0].model_name), finder.get_edit_url(row)) for row, references in mentions
        ]

    def _of_room(self, room: Any, linked: bool) -> Use:
        url = reverse("ppv_rooms:inspect", args=[room.pk]) if linked else None
        return Use(room.title, str(named("room", cap=True)), url, room.mode_id == self.object.pk, room.shows_in_it)

    @cached_property
    def columns(self) -> list[Any]:
        return [
            TitleColumn("name", label=_("Name"), get_url=lambda use: use.edit_url),
            Column("kind", label=_("Type")),
            BooleanColumn("chosen", label=_("Chosen last")),
            NumberColumn("shows", label=phrase(_("%(shows)s in it"), cap=True)),
        ]

    def get_table(self, object_list: Any, **kwargs: Any) -> Any:
        """The rows are the lines: what Wagtail makes of references is passed over."""
        return BaseListingView.get_table(self, object_list, **kwargs)
