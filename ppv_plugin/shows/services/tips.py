"""Tips: a client gives, the money moves once, the goals of the room fill, and everybody there sees it (spec M-9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from msgspec.structs import replace

from ppv_plugin import hooks
from ppv_plugin.chat import services as chat
from ppv_plugin.errors import BadInput, Conflict, CoolDown, NotAllowed
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering.once import charge_once
from ppv_plugin.metering.rules import Split
from ppv_plugin.metering.rules import by_presence as weigh_by_presence
from ppv_plugin.metering.stage_time import sent_on
from ppv_plugin.signals import announce, room_changed, tip_given

from ..models import PrivateShow, Show, Visit
from ..queries.tips import option_offered, tip_settings
from ..rules import VOYEUR
from ..tip_models import Tip, TipOption, TipSettings
from ..tip_rules import is_offered
from .common import (
    client_in,
    facts_of,
    group_split,
    live_show,
    lock_room,
    named,
    need_user,
    party_of,
    person_moved_on,
    wallet_of,
)
from .goals import fill_goals


def give_tip(*, user: Any, room_id: int, cid: str, option_id: int, amount: int, now: datetime) -> Tip:
    """`amount` hundredths of what is free in the client's wallet are given, in one transfer. In a private show only the
    two see it, and no goal is filled by it. The same `cid` again returns the same tip.

    Raises Gone (nobody live), NotAllowed (tips are off, one is not in the paid show, vetoed), BadInput (nothing that is
    offered), CoolDown (naming the seconds), InsufficientFunds, LimitReached, Blocked, Conflict. Announces `tip_given`.
    """
    need_user(user)
    if known := _known(user, room_id, cid, amount):
        return known
    show = live_show(room_id)
    client = client_in(user=user, room=show.room, now=now)
    terms = tip_settings(show.room.site)
    option = _option(terms, option_id, amount)
    hooks.veto_tip(user=user, room=show.room, amount=amount)
    with transaction.atomic():
        lock_room(room_id)
        show = live_show(room_id)
        if known := _known(user, room_id, cid, amount):
            return known
        private = _private_of(show, client)
        _check_inside(show, client, private)
        _check_cool_down(client, room_id, terms, now)
        tip = _charge(show, client, option, amount, cid, private=private is not None, now=now)
        _say(tip, option, private, now)
        if private is None:
            fill_goals(room_id=room_id, amount=amount, now=now)
        _tell(tip, show.room)
    return tip


def _known(user: Any, room_id: int, cid: str, amount: int) -> Tip | None:
    tip = Tip.objects.filter(client__user=user, cid=cid).select_related("show").first()
    if tip is not None and (tip.amount, tip.show.room_id) != (amount, room_id):
        raise Conflict
    return tip


def _option(terms: TipSettings, option_id: int, amount: int) -> TipOption:
    if not terms.enabled:
        raise NotAllowed
    option = option_offered(option_id)
    if option is None or not is_offered(amount, fixed=option.amount, low=terms.custom_min, high=terms.custom_max):
        raise BadInput
    return option


def _private_of(show: Show, client: Any) -> PrivateShow | None:
    return PrivateShow.objects.filter(show=show, client=client, state=PrivateShow.State.OPEN).first()


def _check_inside(show: Show, client: Any, private: PrivateShow | None) -> None:
    """Who may write may give: in a paid show those inside, and nobody who watches unseen."""
    if private is not None:
        return
    visit = Visit.objects.in_force().filter(show=show, client=client).first()
    if visit is not None and visit.manner == VOYEUR:
        raise NotAllowed(_("You watch unseen: a tip would tell that you are here. Leave first."))
    if show.terms["group_cpm"] and visit is None:
        raise NotAllowed


def _check_cool_down(client: Any, room_id: int, terms: TipSettings, now: datetime) -> None:
    since = now - timedelta(seconds=terms.cool_down_seconds)
    given = Tip.objects.filter(client=client, show__room_id=room_id, given_at__gt=since).order_by("-given_at").first()
    if given is not None:
        left = (given.given_at - since).total_seconds()
        raise CoolDown(seconds=max(1, -int(-left // 1)))


def _charge(show: Show, client: Any, option: TipOption, amount: int, cid: str, *, private: bool, now: datetime) -> Tip:
    room, tip_id = show.room, uuid4()
    performer = room.performer
    share_bp = tip_settings(room.site).share_bp if performer.tip_share_bp is None else performer.tip_share_bp
    split, names = _split(show) if not private else (_own_split(show), {})
    session = charge_once(
        account_id=wallet_of(client).id,
        split=replace(split, performer_bp=share_bp),
        amount=amount,
        subject="tip",
        subject_id=tip_id,
        facts={
            **facts_of(room=room, client=client, mode=show.terms["name"], media=""),
            "tip": option.name,
            **named(names),
        },
        now=now,
    )
    return Tip.objects.create(
        id=tip_id,
        show=show,
        client=client,
        option=option,
        session=session,
        name=option.name,
        amount=amount,
        private=private,
        cid=cid,
        given_at=now,
    )


def _own_split(show: Show) -> Split:
    return Split(0, (party_of(show.room.performer, show.room.site),), ledger.account(kind="house").id)


def _split(show: Show) -> tuple[Split, dict[int, str]]:
    """Where presence counts, by all that each was on stage in this show so far."""
    split, names = group_split(show)
    if not split.occasion:
        return split, names
    unmarked = tuple(replace(party, mark_ms=0) for party in split.parties)
    sent_ms = sent_on([split.occasion])[split.occasion]
    return weigh_by_presence(replace(split, parties=unmarked, occasion=""), sent_ms), names


def _say(tip: Tip, option: TipOption, private: PrivateShow | None, now: datetime) -> None:
    chat.post_system(
        room_id=tip.show.room_id,
        private_show=private.id if private is not None else None,
        event="tip",
        facts={
            "client": tip.client.name,
            "tip": tip.name,
            "amount": tokens(tip.amount),
            "emoji": option.emoji,
            "colour": option.colour,
            "picture": option.picture.url if option.picture else "",
            "sound": option.sound.url if option.sound else "",
        },
        cid=f"tip-{tip.id.hex}",
        now=now,
    )


def _tell(tip: Tip, room: Any) -> None:
    person_moved_on(user_id=tip.client.user_id, room_id=room.pk)  # a running meter ends earlier now
    person_moved_on(user_id=room.performer.user_id, room_id=room.pk)
    if not tip.private:
        announce(room_changed, room_id=room.pk)
    announce(tip_given, tip_id=tip.id, room_id=room.pk, amount=tip.amount)
