"""Invented facts for the preview of a studio dashboard: a studio with Maya, who is live, and Robin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ppv_plugin.charts import chart
from ppv_plugin.ledger.queries import Balance
from ppv_plugin.metering.reports import Takings
from ppv_plugin.people.models import Performer, Studio
from ppv_plugin.people.rules import StudioShare
from ppv_plugin.rooms.models import Room
from ppv_plugin.studios.models import StudioInvitation
from ppv_plugin.studios.overview import DAYS, Invited, Overview, PerformerRow
from ppv_plugin.studios.queries import Limits

from .samples import NOWHERE, room_view
from .studio_forms import InviteForm, performer_choices, room_form


def studio(state: str) -> dict[str, Any]:
    """`state`: approved, submitted or signed_out."""
    if state == "signed_out":
        return {"gate": "sign_in", "login_url": NOWHERE}
    approved = state == "approved"
    row = Studio(pk=1, name=_("Studio Aurora"), status=state)
    shown = _overview(row)
    choices = performer_choices(one.performer for one in shown.performers)
    rooms = [(room, room_form(None, room=room, studio=row, choices=choices)) for room in shown.rooms]
    return {
        "gate": "",
        "studios": [row],
        "studio": row,
        "shown": shown,
        "blocking": "" if approved else _("Your registration waits for approval."),
        "may_create": approved,
        "chart": chart([(date_format(day, "SHORT_DATE_FORMAT"), amount) for day, amount in shown.days]),
        "now": timezone.now(),
        "invite_form": InviteForm(),
        "room_form": room_form(None, room=None, studio=row, choices=choices),
        "room_forms": rooms,
        "listing_url": "",
    }


def _overview(row: Studio) -> Overview:
    maya, robin = Performer(pk=1, name="Maya"), Performer(pk=2, name="Robin")
    rooms = [
        Room(pk=1, slug="maya", title=room_view().title, performer=maya, state=Room.State.FREE, viewers=12),
        Room(pk=2, slug="robin", title=_("Robin’s room"), performer=robin),
    ]
    share, now = StudioShare(3000, "studio"), timezone.now()
    earned = [Takings(performers=21_700, studios=9_300), Takings(performers=4_200, studios=1_800)]
    asked = StudioInvitation(pk=1, name="Kim", email="kim@example.org", sent_at=now - timedelta(days=1))
    first = timezone.localdate() - timedelta(days=DAYS - 1)
    return Overview(
        studio=row,
        limits=Limits(performers=2, invited=1, performers_max=20, rooms=2, rooms_max=50),
        highest_bp=10_000,
        balance=Balance(None, 26_400, 0),
        performers=[
            PerformerRow(maya, rooms[0], share, Balance(None, 31_250, 0), earned[0]),
            PerformerRow(robin, None, share, Balance(None, 6_000, 0), earned[1]),
        ],
        invited=[Invited(asked, expired=False)],
        rooms=rooms,
        month=sum(earned, Takings()),
        days=[(first + timedelta(days=number), 100 + 370 * (number * 7 % 11) // 10) for number in range(DAYS)],
    )
