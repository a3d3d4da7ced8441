"""The link of a locked call, and what a performer does with links: make, copy, cancel."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ppv_plugin.amounts import written
from ppv_plugin.errors import Gone, NotFound, PPVError
from ppv_plugin.ledger.fields import TokensFormField
from ppv_plugin.people.models import Client
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.queries import pricing
from ppv_plugin.shows import call_links
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.call_models import LockedCall
from ppv_plugin.shows.queries import regulars
from ppv_plugin.shows.queries.calls import calls_made
from ppv_plugin.wording import phrase

from . import addresses

HOURS = [("24", _("One day")), ("168", _("One week")), ("720", _("30 days")), ("", _("Without end"))]


@never_cache
@require_safe
def call(request: HttpRequest, token: str) -> HttpResponse:
    """To the room for the client it is for, to the dashboard for the performer; for anybody else there is nothing."""
    uuid = call_links.read(token)
    if uuid is None:
        raise Http404
    if not request.user.is_authenticated:
        return _secretly(redirect(addresses.login_url(request)))
    row = LockedCall.objects.filter(uuid=uuid).select_related("client", "room__performer").first()
    if row is None or row.room.performer is None:
        raise Http404
    if row.room.performer.user_id == request.user.pk:
        return _secretly(redirect(f"{addresses.url_of(request, 'dashboard')}?room={row.room.slug}#links"))
    if row.client.user_id != request.user.pk:
        raise Http404
    over = row.state != LockedCall.State.OPEN or (row.expires_at is not None and row.expires_at <= timezone.now())
    url = addresses.room_url(request, row.room.slug)
    return _secretly(redirect(f"{url}?call=over" if over else f"{url}?call=open"))


@require_POST
def cancel(request: HttpRequest, call: UUID) -> HttpResponse:
    """Raises Http404 for a call that is another performer's."""
    row = LockedCall.objects.filter(uuid=call).select_related("room").first()
    try:
        shows.cancel_call(user=request.user, call_id=call, now=timezone.now())
    except Gone:
        pass  # it works no more, as wished
    except PPVError as refusal:
        raise Http404 from refusal
    assert row is not None, "what was cancelled was there"
    return redirect(f"{addresses.url_of(request, 'dashboard')}?room={row.room.slug}#links")


def _secretly(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "same-origin"
    return response


class CallForm(forms.Form):
    """For whom, at what price, how long the link works."""

    person = forms.CharField(label=_("For"), max_length=80)
    call_cpm = TokensFormField(label=_("Price per minute"), required=False)
    hours = forms.ChoiceField(label=_("The link works for"), choices=HOURS, required=False, initial="168")

    def __init__(self, *args: Any, room: Room, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.room = room
        self.known = list(regulars(room=room))
        self.fields["person"].help_text = phrase(_("The public name, as it stands in the chat."))
        prices = pricing(room.site)
        self.fields["call_cpm"].help_text = _("Between %(low)s and %(high)s. Empty or 0 = free.") % {
            "low": written(prices.cpm_min),
            "high": written(prices.cpm_max),
        }
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "ppv-input", "aria-describedby": f"id_{name}_helptext id_{name}_error"}
        self.fields["person"].widget.attrs |= {"list": "ppv-known", "autocomplete": "off"}
        self.fields["call_cpm"].widget.attrs["inputmode"] = "decimal"

    def clean_person(self) -> Client:
        """Somebody the performer knows comes before others of the same name."""
        name = self.cleaned_data["person"].strip()
        found = [row for row in self.known if row.name.casefold() == name.casefold()]
        found = found or list(Client.objects.filter(name__iexact=name).exclude(user=self.room.performer.user)[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _("Several people have this name.") if found else phrase(_("No %(client)s has this name."))
            )
        return found[0]


def make(*, user: Any, form: CallForm, now: datetime) -> bool:
    """False with the refusal in the form."""
    if not form.is_valid():
        return False
    given = form.cleaned_data
    expires_at = now + timedelta(hours=int(given["hours"])) if given["hours"] else None
    try:
        shows.make_call(
            user=user,
            room_id=form.room.pk,
            client=given["person"],
            cpm=given["call_cpm"] or 0,
            expires_at=expires_at,
            now=now,
        )
    except NotFound:
        raise
    except PPVError as refusal:
        form.add_error("call_cpm" if refusal.code == "bad_input" else None, str(refusal.text))
        return False
    return True


def context(*, room: Room, now: datetime) -> dict[str, Any]:
    rows = calls_made(room=room)
    for row in rows:
        row.room = room
    return {
        "call_form": CallForm(room=room),
        "call_links": [
            {
                "row": row,
                "works": (works := row.state == row.State.OPEN and (row.expires_at is None or row.expires_at > now)),
                "url": call_links.link(row) if works else "",
            }
            for row in rows
        ],
    }
