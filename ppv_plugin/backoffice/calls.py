"""Admin list of locked calls: staff make a link for any room, and take one back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import CreateView, EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from ppv_plugin.errors import PPVError
from ppv_plugin.shows.call_links import link
from ppv_plugin.shows.call_models import LockedCall
from ppv_plugin.shows.services import place_call, withdraw_call
from ppv_plugin.wording import named

from .columns import TokensColumn
from .exports import Cell, Spreadsheet, amount_at, at


class CallIndexView(Spreadsheet, IndexView):  # type: ignore[misc]
    export_name = "calls-by-link"
    cells = {
        "room": Cell(named("room", cap=True), at("room.title")),
        "client": Cell(named("client", cap=True), at("client.name")),
        "cpm": Cell(_("Per minute"), amount_at("cpm")),
        "state": Cell(_("State"), at("state")),
        "created_at": Cell(_("Made"), at("created_at")),
        "expires_at": Cell(_("Good until"), at("expires_at")),
    }

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("room__site", "client")


class CallCreateView(CreateView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> Any:
        try:
            return super().form_valid(form)
        except PPVError as refusal:
            self.produced_error_message = str(refusal.text)
            form.add_error(None, self.produced_error_message)
            return self.form_invalid(form)

    def save_instance(self) -> LockedCall:
        given = self.form.cleaned_data
        facts = {name: given[name] for name in ("room", "client", "cpm", "expires_at")}
        return place_call(user=self.request.user, now=timezone.now(), **facts)


class CancelForm(WagtailAdminModelForm):  # type: ignore[misc]
    cancel = forms.BooleanField(label=_("The link is to work no more"))
    address = forms.CharField(
        label=_("Link"), required=False, widget=forms.TextInput(attrs={"readonly": True}), disabled=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].initial = link(self.instance)


class CallEditView(EditView):  # type: ignore[misc]
    """What was agreed on stays as it is; all there is to do is to cancel."""

    def form_valid(self, form: Any) -> Any:
        try:
            return super().form_valid(form)
        except PPVError as refusal:
            self.produced_error_message = str(refusal.text)
            form.add_error(None, self.produced_error_message)
            return self.form_invalid(form)

    def save_instance(self) -> LockedCall:
        row: LockedCall = self.object
        withdraw_call(row=row, now=timezone.now())
        return row


class LockedCallViewSet(ModelViewSet):
    model = LockedCall
    index_view_class = CallIndexView
    add_view_class = CallCreateView
    edit_view_class = CallEditView
    name = "ppv_calls"
    icon = "link"
    menu_label = _("Calls by link")
    menu_name = "calls"
    ordering = ("-created_at", "-id")
    copy_view_enabled = False
    list_display = [
        "room",
        Column("client", label=named("client", cap=True), sort_key="client__name"),
        TokensColumn("cpm", label=_("Per minute"), sort_key="cpm"),
        Column("get_state_display", label=_("State"), sort_key="state"),
        DateColumn("created_at", label=_("Made"), sort_key="created_at"),
        DateColumn("expires_at", label=_("Good until"), sort_key="expires_at"),
    ]
    list_filter = ["state", "created_at"]
    search_fields = ["room__title", "client__name"]
    panels = [FieldPanel("room"), FieldPanel("client"), FieldRowPanel(["cpm", "expires_at"])]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels).bind_to_model(self.model)

    def get_form_class(self, for_update: bool = False) -> Any:
        if for_update:
            return forms.modelform_factory(LockedCall, form=CancelForm, fields=[])
        return super().get_form_class(for_update)
