"""What the studio dashboard shows, and what a studio does there. Plain forms: it works without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ppv_plugin.charts import chart
from ppv_plugin.errors import PPVError
from ppv_plugin.people.models import Studio
from ppv_plugin.people.queries import studios_of
from ppv_plugin.people.texts import blocking_text
from ppv_plugin.studios import services
from ppv_plugin.studios.overview import Overview, overview
from ppv_plugin.studios.queries import may_create
from ppv_plugin.wording import phrase

from . import addresses
from .studio_forms import REASON_MAX, InviteForm, RoomForm, performer_choices, room_form

DONE = {
    "invite": _("The letter is on its way."),
    "again": _("The letter is on its way again."),
    "withdraw": _("The invitation is withdrawn. Its link does nothing any more."),
    "disable": phrase(_("Done. This %(performer)s cannot go live any more, and what ran has ended.")),
    "enable": phrase(_("Done. This %(performer)s may go live again.")),
    "release": phrase(_("Done. This %(performer)s is not with you any more.")),
    "create_room": phrase(_("You have a new %(room)s.")),
    "room": _("Saved."),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """What was sent: by whom for which studio, and the form, where there is one to be filled in."""

    request: HttpRequest
    site: Any
    studio: Studio
    now: datetime
    form: Any = None

    @property
    def target(self) -> int:
        return _target(self.request)

    @property
    def common(self) -> dict[str, Any]:
        return {"user": self.request.user, "studio_id": self.studio.pk, "now": self.now}


def context(*, page: Any, request: HttpRequest, now: datetime) -> dict[str, Any]:
    """`gate` says why there is no dashboard: sign_in or not_studio; empty when there is one."""
    found: dict[str, Any] = {"login_url": addresses.login_url(request)}
    if not request.user.is_authenticated:
        return {**found, "gate": "sign_in"}
    studios = studios_of(request.user)
    studio = _chosen(request, studios)
    if studio is None:
        return {**found, "gate": "not_studio", "registration_url": addresses.registration_url(request, "studio")}
    shown = overview(studio=studio, now=now)
    done = request.GET.get("done", "") if request.method == "GET" else ""
    return {
        **found,
        "gate": "",
        "studios": studios,
        "studio": studio,
        "shown": shown,
        "blocking": blocking_text(role="studio", row=studio),
        "may_create": may_create(studio),
        "done": DONE.get(done, ""),
        "refusal": getattr(request, "ppv_refusal", ""),
        "reason_max": REASON_MAX,
        "chart": chart([(date_format(day, "SHORT_DATE_FORMAT"), amount) for day, amount in shown.days]),
        "now": now,
        **_forms(request, shown),
        "listing_url": addresses.url_of(request, "listing"),
    }


def _forms(request: HttpRequest, shown: Overview) -> dict[str, Any]:
    """The form that was sent is bound, so that nothing that was typed is lost."""
    sent = getattr(request, "ppv_form", None) or {}
    choices = performer_choices(row.performer for row in shown.performers)
    rooms = [
        (room, sent.get(room.pk) or room_form(None, room=room, studio=shown.studio, choices=choices))
        for room in shown.rooms
    ]
    return {
        "invite_form": sent.get("invite") or InviteForm(),
        "room_form": sent.get("create_room") or room_form(None, room=None, studio=shown.studio, choices=choices),
        "room_forms": rooms,
    }


def act(*, page: Any, request: HttpRequest, now: datetime) -> HttpResponse | None:
    """Back to the dashboard when it was done; otherwise None, with the refusal in the form or above everything."""
    studio = _chosen(request, studios_of(request.user))
    name = request.POST.get("act", "")
    if studio is None or name not in DONE:
        return None
    deed = Deed(request, page.get_site(), studio, now, _form(request, studio, name))
    if deed.form is not None and not deed.form.is_valid():
        return None
    try:
        VERBS[name](deed)
    except PPVError as refusal:
        if deed.form is not None:
            deed.form.add_error(None, str(refusal.text))
        request.ppv_refusal = str(refusal.text)  # type: ignore[attr-defined]
        return None
    return redirect(f"{page.get_url(request)}?{urlencode({'studio': studio.pk, 'done': name})}")


def _form(request: HttpRequest, studio: Studio, name: str) -> InviteForm | RoomForm | None:
    """Kept with the request, so that the page shows it again with what is wrong."""
    form: InviteForm | RoomForm
    if name == "invite":
        form, key = InviteForm(request.POST), name
    elif name in {"room", "create_room"}:
        room = studio.rooms.filter(pk=_target(request)).first() if name == "room" else None
        if name == "room" and room is None:
            return None
        choices = performer_choices(studio.performers.order_by("name", "id"))
        form, key = room_form(request.POST, room=room, studio=studio, choices=choices), room.pk if room else name
    else:
        return None
    request.ppv_form = {key: form}  # type: ignore[attr-defined]
    return form


def _target(request: HttpRequest) -> int:
    """The key of a performer, room or invitation; 0 is nobody's."""
    text = request.POST.get("id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _chosen(request: HttpRequest, studios: list[Studio]) -> Studio | None:
    """Few people have several."""
    wanted = request.GET.get("studio") or request.POST.get("studio")
    return next((row for row in studios if str(row.pk) == wanted), studios[0] if studios else None)


def _invite(deed: Deed) -> None:
    data = deed.form.cleaned_data
    language = get_language() or ""
    services.invite(name=data["name"], email=data["email"], site=deed.site, language=language, **deed.common)


def _again(deed: Deed) -> None:
    services.send_again(invitation_id=deed.target, **deed.common)


def _withdraw(deed: Deed) -> None:
    services.withdraw(invitation_id=deed.target, **deed.common)


def _disable(deed: Deed) -> None:
    reason = deed.request.POST.get("reason", "")[:REASON_MAX]
    services.disable(performer_id=deed.target, reason=reason, **deed.common)


def _enable(deed: Deed) -> None:
    services.enable(performer_id=deed.target, **deed.common)


def _release(deed: Deed) -> None:
    services.release(performer_id=deed.target, **deed.common)


def _create_room(deed: Deed) -> None:
    title, performer_id = deed.form.cleaned_data["title"], deed.form.performer_id
    services.create_room(title=title, performer_id=performer_id, site=deed.site, **deed.common)


def _room(deed: Deed) -> None:
    title, performer_id = (deed.form.cleaned_data["title"], deed.form.performer_id) if deed.form else ("", None)
    services.change_room(room_id=deed.target, title=title, performer_id=performer_id, **deed.common)


VERBS: dict[str, Callable[[Deed], None]] = {
    "invite": _invite,
    "again": _again,
    "withdraw": _withdraw,
    "disable": _disable,
    "enable": _enable,
    "release": _release,
    "create_room": _create_room,
    "room": _room,
}
