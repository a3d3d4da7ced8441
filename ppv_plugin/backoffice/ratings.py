"""Admin list of what clients gave rooms: moderators read it, and take away what should not count."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn
from wagtail.admin.views.generic import DeleteView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.ratings import Rating
from ppv_plugin.shows.services import remove_rating
from ppv_plugin.wording import named

from . import audit
from .exports import Cell, Spreadsheet, at
from .policies import view_and_remove


class RatingIndexView(Spreadsheet, IndexView):  # type: ignore[misc]
    export_name = "ratings"
    cells = {
        "room": Cell(named("room", cap=True), at("room.title")),
        "client": Cell(named("client", cap=True), at("client.name")),
        "stars": Cell(_("Stars"), at("stars")),
        "given_at": Cell(_("Given"), at("given_at")),
    }

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("room", "client")


class RatingDeleteView(DeleteView):  # type: ignore[misc]
    def delete_action(self) -> None:
        rating = remove_rating(rating_id=self.object.pk)
        room = Room.objects.get(pk=rating.room_id)
        audit.rating_removed(room=room, rating=rating, user=self.request.user)


@view_and_remove
class RatingViewSet(ModelViewSet):
    model = Rating
    index_view_class = RatingIndexView
    delete_view_class = RatingDeleteView
    name = "ppv_ratings"
    icon = "pick"
    menu_label = _("Ratings")
    menu_name = "ratings"
    ordering = ("-given_at", "-id")
    list_display = [
        Column("room", label=named("room", cap=True), sort_key="room__title"),
        Column("client", label=named("client", cap=True), sort_key="client__name"),
        NumberColumn("stars", label=_("Stars"), sort_key="stars"),
        DateColumn("given_at", label=_("Given"), sort_key="given_at"),
    ]
    list_filter = ["stars", "given_at"]
    search_fields = ["room__title", "client__name"]
    inspect_view_fields = ["room", "client", "stars", "given_at", "session"]
