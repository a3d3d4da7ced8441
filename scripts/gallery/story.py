"""Gives the demo site a month of work, so that no list is empty: sessions, refunds, adjustments, reviews, limits.

`python -m scripts.gallery.story`, with the environment of the site, prints the keys of the rows that pages are about.
The fake engine and a clock of our own make weeks pass in a moment; the money is posted by the product's own services.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django


def tell() -> dict[str, str]:
    from django.contrib.auth import get_user_model
    from django.utils import timezone
    from wagtail.models import Site

    from ppv_plugin.models import Message, Performer, Room, RoomMode, Studio
    from ppv_plugin.people import services as people
    from ppv_plugin.shows import services as shows
    from ppv_plugin.testing.cast import Cast

    users = {user.get_username(): user for user in get_user_model().objects.all()}
    site = Site.objects.get(is_default_site=True)
    rooms = {room.slug: room for room in Room.objects.all()}
    modes = {mode.key: mode for mode in RoomMode.objects.all()}
    cast = Cast(
        site=site,
        ana=users["ana"],
        bo=users["bo"],
        cy=users["cy"],
        di=users["di"],
        eos=Studio.objects.get(),
        ana_room=rooms["ana"],
        bo_room=rooms["bo"],
        free=modes["free"],
        group=modes["group-paid"],
    )
    now = timezone.now()
    cast.now = now - timedelta(days=22)
    for user in (cast.cy, cast.di):
        cast.fund(user, 100_00)
    sessions = [_evening(cast, now - timedelta(days=days), 40 + 17 * days) for days in (21, 16, 12, 9, 5, 3, 2, 1)]
    shows.kick(user=cast.bo, room_id=cast.bo_room.pk, message_id=Message.objects.latest("pk").pk, cid="story", now=now)
    kept = {"session": str(sessions[-1]), **_corrections(cast, sessions, now), **_limits(cast, now)}
    applicant = get_user_model().objects.create_user("lio", "lio@example.org", "lio")
    people.register(
        user=applicant, role="performer", site=site, name="Lio", about="Chess, slowly.", language="", now=now
    )
    performer = Performer.objects.get(user=applicant)
    Performer.objects.filter(pk=performer.pk).update(status="submitted")
    Room.objects.filter(slug="noa").update(suspended=True)
    return kept | {
        "applicant": str(performer.pk),
        "performer": str(Performer.objects.get(user=users["ana"]).pk),
        "room": str(rooms["ana"].pk),
        "mode": str(modes["group-paid"].pk),
        "studio": str(cast.eos.pk),
        "client": str(people.ensure_client(user=users["cy"]).pk),
        "site": str(site.pk),
    }


def _evening(cast: Any, begin: Any, seconds: int) -> Any:
    """Ana gives Cy a private show, Bo plays for Di, both end. Returns the private session's key."""
    from ppv_plugin.shows import services as shows
    from ppv_plugin.shows.worker import Meter

    cast.now = begin
    meter = Meter()
    cast.live(cast.ana, cast.free)
    cast.live(cast.bo, cast.group)
    show = cast.private(cast.cy)
    cast.visit(cast.di)
    shows.say(user=cast.di, room_id=cast.bo_room.pk, cid=uuid4().hex, text="The slow one, please!", now=cast.now)
    cast.pass_time(seconds, meter=meter)
    shows.end_private(user=cast.cy, private_id=show.id, now=cast.now)
    for user, room in ((cast.ana, cast.ana_room), (cast.bo, cast.bo_room)):
        shows.leave(user=user, room_id=room.pk, now=cast.now)
    return show.session_id


def _corrections(cast: Any, sessions: list[Any], now: Any) -> dict[str, str]:
    """Refunds and adjustments, posted and waiting."""
    from ppv_plugin.ledger import services as ledger
    from ppv_plugin.metering.adjustments import request_adjustment
    from ppv_plugin.metering.refunds import request_refund
    from ppv_plugin.people.services import ensure_client

    actor = str(cast.eos.owner.pk)
    half = {"amount": 50, "actor": actor, "now": now}
    request_refund(session_id=sessions[0], reason="The sound was bad", cid=uuid4().hex, alone_max=None, **half)
    waiting = request_refund(session_id=sessions[1], reason="Cut off twice", cid=uuid4().hex, alone_max=0, **half)
    wallet = ledger.account(kind="client", owner=str(ensure_client(user=cast.di).uuid))
    adjusted = request_adjustment(
        account_id=wallet.id, amount=500, reason="A present", cid=uuid4().hex, alone_max=0, actor=actor, now=now
    )
    return {"refund": str(waiting.pk), "adjustment": str(adjusted.pk), "account": str(wallet.id)}


def _limits(cast: Any, now: Any) -> dict[str, str]:
    from ppv_plugin.ledger import limiting, queries
    from ppv_plugin.ledger.models import Entry, SpendLimit
    from ppv_plugin.people.services import ensure_client

    wallet = queries.balance_of(kind="client", owner=str(ensure_client(user=cast.cy).uuid)).account_id
    assert wallet is not None
    limiting.set_limit(account_id=wallet, kind="day", amount=20_00, actor="cy", now=now)
    return {
        "wallet": str(wallet),
        "limit": str(SpendLimit.objects.latest("pk").pk),
        "entry": str(Entry.objects.latest("pk").pk),
    }


if __name__ == "__main__":
    django.setup()
    print(json.dumps(tell()))
