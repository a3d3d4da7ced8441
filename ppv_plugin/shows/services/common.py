"""What every verb of shows needs: the locked room, who may act in it, its price and its state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from msgspec.structs import replace

from ppv_plugin import hooks
from ppv_plugin.errors import Blocked, Gone, NotAllowed, NotApproved, NotFound, SignInNeeded
from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering.rules import BY_PRESENCE, Party, Split, Tariff, is_own
from ppv_plugin.metering.stage_time import sent_on
from ppv_plugin.people import queries as people
from ppv_plugin.people import services as people_services
from ppv_plugin.people.models import Performer
from ppv_plugin.people.rules import APPROVED
from ppv_plugin.people.texts import blocking_text
from ppv_plugin.rooms import queries as rooms
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.rules import VIDEO
from ppv_plugin.signals import announce, person_changed, room_changed, stage_changed
from ppv_plugin.wording import phrase

from ..models import PrivateShow, Show
from ..rules import THRESHOLD_SECONDS

STUDIO_STAYS_OFF = phrase(
    _("%(a_studio)s does not go live itself: its %(performers)s do, each signed in with an account of their own."),
    cap=True,
)


def lock_room(room_id: int) -> Any:
    """The room, locked for the rest of the transaction: everything that changes a show's state goes through here, so
    two such changes never overlap. Raises NotFound."""
    found = Room.objects.select_for_update(no_key=True, of=("self",)).filter(id=room_id).first()
    if found is None:
        raise NotFound
    return found


def live_show(room_id: int) -> Show:
    """Raises Gone when nobody is live there."""
    show = Show.objects.filter(room_id=room_id, state=Show.State.LIVE).select_related("room__performer__studio").first()
    if show is None:
        raise Gone
    return show


def need_user(user: Any) -> Any:
    if user is None or not user.is_authenticated or not user.is_active:
        raise SignInNeeded
    return user


def own_room(*, user: Any, room_id: int) -> Any:
    """The room, if this user performs in it. Raises SignInNeeded, NotFound or NotAllowed."""
    need_user(user)
    room = Room.objects.select_related("performer__studio", "studio", "site").filter(id=room_id).first()
    if room is None:
        raise NotFound
    if room.performer is not None and room.performer.user_id == user.pk:
        return room
    studios = (room.studio, room.performer.studio if room.performer is not None else None)
    if any(studio is not None and studio.owner_id == user.pk for studio in studios):
        raise NotAllowed(str(STUDIO_STAYS_OFF))
    raise NotAllowed


def client_in(*, user: Any, room: Any, now: datetime) -> Any:
    """This user as a client here. Raises SignInNeeded, NotAllowed (the performer itself, a closed room), NotApproved
    (what is missing, in words) or Blocked."""
    need_user(user)
    if room.performer.user_id == user.pk or room.suspended:
        raise NotAllowed
    if not people.may_perform(performer=room.performer, site=room.site):
        raise NotAllowed
    client = people_services.ensure_client(user=user, site=room.site)
    if client.status != APPROVED:
        raise NotApproved(blocking_text(role="client", row=client))
    if people.is_blocked(performer_id=room.performer_id, client_id=client.pk, now=now):
        raise Blocked
    return client


def wallet_of(client: Any) -> Any:
    return ledger.account(kind="client", owner=str(client.uuid))


def party_of(performer: Any, site: Any) -> Party:
    """This performer as one who earns on this site, with the studio that takes its share of the part."""
    studio = performer.studio
    return Party(
        account=ledger.account(kind="performer", owner=str(performer.uuid)).id,
        studio_account=ledger.account(kind="studio", owner=str(studio.uuid)).id if studio else None,
        studio_bp=people.studio_share(performer=performer, site=site).bp,
    )


def group_split(show: Show) -> tuple[Split, dict[int, str]]:
    """Who shares group time and tips of this show now, the host first, equally or by what each is on stage from now on;
    and what receipts call them."""
    room = show.room
    guests = Performer.objects.filter(check_ins__show=show, check_ins__state="in").select_related("studio")
    people_in = [room.performer, *guests.order_by("check_ins__joined_at", "pk")]
    found = {party_of(one, room.site): one.name for one in people_in}
    share_bp = (
        rooms.pricing(room.site).performer_share_bp if room.performer.share_bp is None else room.performer.share_bp
    )
    split = Split(share_bp, tuple(found), ledger.account(kind="house").id)
    if by_presence(show):
        sent_ms = sent_on([str(show.pk)])[str(show.pk)]
        marked = tuple(replace(party, mark_ms=sent_ms.get(party.account, 0)) for party in found)
        split = replace(split, parties=marked, occasion=str(show.pk))
    return split, {party.account: name for party, name in found.items()}


def by_presence(show: Show) -> bool:
    """As the site said when this mode of the show began."""
    return bool(show.terms.get("split_by") == BY_PRESENCE)


def tariff_for(*, room: Any, rule: str, cpm: int, grace_seconds: int) -> Tariff:
    """The tariff to freeze for a session in this room (spec B-1, B-8)."""
    prices, performer = rooms.pricing(room.site), room.performer
    share_bp = prices.performer_share_bp if performer.share_bp is None else performer.share_bp
    return Tariff(
        rule=rule,
        cpm=cpm,
        split=Split(share_bp, (party_of(performer, room.site),), ledger.account(kind="house").id),
        grace_ms=grace_seconds * 1000,
        threshold_ms=THRESHOLD_SECONDS * 1000,
        minutes_to_start=prices.minutes_to_start,
        reserve_minutes=prices.reserve_minutes,
        rule_text=_own_words(rule),
    )


def _own_words(rule: str) -> str:
    """What a site's own rule says of itself, in the site's language; empty for ours."""
    own = hooks.billing_rule(rule) if is_own(rule) else None
    with translation.override(settings.LANGUAGE_CODE):
        return str(own.text) if own else ""


def private_tariff(*, room: Any, client: Any, kind: str = VIDEO) -> Tariff:
    """At the price for this client, where the performer has set one."""
    prices = rooms.pricing(room.site)
    own = rooms.client_cpms(room=room, client=client).get(kind)
    cpm = rooms.private_cpm(room, prices, kind=kind, client_cpm=own)
    return tariff_for(room=room, rule=prices.rule, cpm=cpm, grace_seconds=prices.grace_seconds)


def facts_of(*, room: Any, client: Any, mode: str, media: str) -> dict[str, Any]:
    """What a receipt says besides numbers, frozen with the session."""
    return {
        "room": room.title,
        "room_id": room.pk,
        "performer": room.performer.name,
        "performer_user": str(room.performer.user_id),
        "client": client.name,
        "client_user": str(client.user_id),
        "mode": mode,
        "media": media,
    }


def named(names: dict[int, str]) -> dict[str, Any]:
    """For the facts of a session that several performers share; nothing for one."""
    return {"names": {str(pk): name for pk, name in names.items()}} if len(names) > 1 else {}


def room_moved_on(room: Any) -> None:
    """Write the state the listing shows, as the show's rows say it is, and tell everybody. Call in the transaction."""
    show = Show.objects.filter(room_id=room.pk, state=Show.State.LIVE).first()
    if show is None:
        state = Room.State.OFFLINE
    elif PrivateShow.objects.filter(show=show, state=PrivateShow.State.OPEN).exists():
        state = Room.State.PRIVATE
    elif show.terms.get("lobby"):
        state = Room.State.LOBBY
    else:
        state = Room.State.PAID if show.terms["group_cpm"] else Room.State.FREE
    Room.objects.filter(pk=room.pk).update(state=state)
    announce(room_changed, room_id=room.pk)
    announce(stage_changed, room_id=room.pk)


def person_moved_on(*, user_id: Any, room_id: int) -> None:
    announce(person_changed, user_key=str(user_id), room_id=room_id)


def performer_moved_on(room: Any) -> None:
    """A room whose show ended long ago may be nobody's by now."""
    if room.performer is not None:
        person_moved_on(user_id=room.performer.user_id, room_id=room.pk)
