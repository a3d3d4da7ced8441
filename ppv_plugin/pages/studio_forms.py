"""What a studio fills in: whom it invites, and its rooms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ppv_plugin.people.models import Performer, Studio
from ppv_plugin.rooms.models import Room
from ppv_plugin.wording import named

REASON_MAX = 120  # a line of a receipt's timeline


class InviteForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("What the letter calls them. They choose the name that others see."),
        widget=forms.TextInput(attrs={"class": "ppv-input", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_(
            "Nothing is made before they say yes: they choose their own password, or use the account they have."
        ),
        widget=forms.EmailInput(attrs={"class": "ppv-input", "autocomplete": "off"}),
    )


class RoomForm(forms.Form):
    """One room: its title, and whose it is. Several stand on one page, so each has a prefix."""

    title = forms.CharField(
        label=_("Title"), max_length=80, widget=forms.TextInput(attrs={"class": "ppv-input", "autocomplete": "off"})
    )
    performer = forms.ModelChoiceField(
        label=named("performer", cap=True),
        queryset=Performer.objects.none(),
        required=False,
        empty_label=_("nobody"),
        widget=forms.Select(attrs={"class": "ppv-input"}),
    )

    def __init__(self, *args: Any, choices: list[tuple[Any, str]], studio: Studio, **kwargs: Any) -> None:
        """`choices` are made once for all rooms of the page."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["performer"]
        field.queryset = Performer.objects.filter(studio=studio)
        field.choices = choices

    @property
    def performer_id(self) -> int | None:
        chosen = self.cleaned_data["performer"]
        return chosen.pk if chosen is not None else None


def performer_choices(performers: Any) -> list[tuple[Any, str]]:
    return [("", str(_("nobody"))), *((row.pk, row.name) for row in performers)]


def room_form(sent: Any, *, room: Room | None, studio: Studio, choices: list[tuple[Any, str]]) -> RoomForm:
    initial = {"title": room.title, "performer": room.performer_id} if room is not None else {}
    prefix = f"room-{room.pk if room is not None else 'new'}"
    return RoomForm(sent, initial=initial, prefix=prefix, choices=choices, studio=studio)
