"""Quick edit of one or many rooms or performers at once, as bulk actions of Wagtail.

Wagtail has bulk actions for snippets only; `WithQuickEdit` gives a plain list the checkboxes and the bar for them.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.widgets.button import Button
from wagtail.models import Site

from ppv_plugin.people.models import Performer
from ppv_plugin.rooms.models import Room
from ppv_plugin.wording import phrase, sentence

from .price_fields import CHANGE_PRICES
from .quick_edit_forms import PerformerTermsForm, RoomTermsForm
from .terms import change_performers, change_rooms, suspend_performers

ACTION = "ppv_quick_edit"
CHANGE_ROOM, CHANGE_PERFORMER = "ppv_plugin.change_room", "ppv_plugin.change_performer"
REVIEW = "ppv_plugin.review_role"  # to suspend people, and to let them back


class QuickEdit(BulkAction):  # type: ignore[misc]
    display_name = _("Quick edit")
    action_type = ACTION
    template_name = "ppv_plugin/backoffice/quick_edit.html"
    form_class: Any = RoomTermsForm
    permissions: tuple[str, ...] = (CHANGE_ROOM,)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perms(self.permissions):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_all_objects_in_listing_query(self, parent_id: Any) -> list[Any]:
        """Only what was ticked: a list that is filtered is not all there is."""
        return []

    def get_form_kwargs(self) -> dict[str, Any]:
        rows, _others = self.get_actionable_objects()
        sites = Site.objects.filter(pk__in=self.rooms_of(rows).values("site"))
        may_price = self.request.user.has_perm(CHANGE_PRICES)
        return {**super().get_form_kwargs(), "sites": list(sites), "may_price": may_price}

    def rooms_of(self, rows: list[Any]) -> Any:
        return Room.objects.filter(pk__in=[row.pk for row in rows])

    def get_execution_context(self) -> dict[str, Any]:
        return {"action": self}

    @classmethod
    def execute_action(cls, objects: list[Any], **context: Any) -> tuple[int, int]:
        action = context["action"]
        return action.apply([row.pk for row in objects], action.cleaned_form), 0

    def apply(self, ids: list[int], form: Any) -> int:
        raise NotImplementedError


class QuickEditRooms(QuickEdit):
    aria_label = phrase(_("Change the selected %(rooms)s"))
    models = [Room]

    def apply(self, ids: list[int], form: Any) -> int:
        return change_rooms(
            room_ids=ids, values=form.values, user=self.request.user, reason=form.cleaned_data["reason"]
        )

    def get_success_message(self, changed: int, _children: int) -> str:
        text = ngettext("%(count)s %(room)s changed.", "%(count)s %(rooms)s changed.", changed)
        return sentence(text, count=changed)


class QuickEditPerformers(QuickEdit):
    aria_label = _("Change the selected people")
    form_class = PerformerTermsForm
    permissions = (CHANGE_PERFORMER, CHANGE_ROOM)
    models = [Performer]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "may_review": self.request.user.has_perm(REVIEW)}

    def rooms_of(self, rows: list[Any]) -> Any:
        return Room.objects.filter(performer__in=[row.pk for row in rows])

    def apply(self, ids: list[int], form: Any) -> int:
        """Rooms before performers: the order in which going live locks them."""
        user, reason, done = self.request.user, form.cleaned_data["reason"], 0
        if form.values:
            room_ids = list(self.rooms_of(self.actionable_objects).values_list("pk", flat=True))
            done += change_rooms(room_ids=room_ids, values=form.values, user=user, reason=reason)
        if form.own_values:
            done += change_performers(performer_ids=ids, values=form.own_values, user=user, reason=reason)
        if form.suspend is not None:
            done += suspend_performers(performer_ids=ids, suspend=form.suspend, user=user, reason=reason)
        return done

    def get_success_message(self, changed: int, _children: int) -> str:
        return ngettext("%(count)s change made.", "%(count)s changes made.", changed) % {"count": changed}


class WithQuickEdit:
    """For a list of rooms or performers: checkboxes, the bar of actions, and a button in each row."""

    quick_edit: type[QuickEdit]

    @property
    def may_edit(self) -> bool:
        return bool(self.request.user.has_perms(self.quick_edit.permissions))  # type: ignore[attr-defined]

    @cached_property
    def columns(self) -> list[Any]:
        found: list[Any] = list(super().columns)  # type: ignore[misc]
        return [BulkActionsCheckboxColumn("bulk_actions", obj_type=self._kind), *found] if self.may_edit else found

    @property
    def _kind(self) -> str:
        return str(self.model._meta.model_name)  # type: ignore[attr-defined]

    def _get_title_column(self, *args: Any, **kwargs: Any) -> Any:
        title_id = f"{self._kind}_%s_title"
        return super()._get_title_column(*args, **kwargs, get_title_id=lambda row: title_id % row.pk)  # type: ignore[misc]

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        buttons: list[Any] = super().get_list_more_buttons(instance)  # type: ignore[misc]
        if self.may_edit:
            action = reverse("wagtail_bulk_action", args=["ppv_plugin", self._kind, ACTION])
            query = urlencode({"id": instance.pk, "next": self.index_url})  # type: ignore[attr-defined]
            buttons.append(Button(_("Quick edit"), url=f"{action}?{query}", icon_name="edit", priority=15))
        return buttons
