"""What a socket's messages do: message type -> service. Runs in a service thread; the clock is read by the caller.

A refusal (`PPVError`) becomes an `error` with the same `cid`. Anything else is logged and told in general words.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import translation

from ppv_plugin.errors import BadInput, NotAllowed, NotFound, PPVError, SignInNeeded
from ppv_plugin.ledger.rules import parse_tokens
from ppv_plugin.shows import services as shows

from . import client_messages as c
from . import protocol as p

_log = logging.getLogger(__name__)

OF_VIEWERS = (c.MediaOffer, c.MediaLeave)
MEDIA = (*OF_VIEWERS, c.MediaAttend)  # what waits for the media engine
OPEN_TO_VISITORS = OF_VIEWERS
OPEN_TO_MODERATORS = (*OF_VIEWERS, c.ChatDelete, c.ChatMute, c.ChatKick, c.ChatBan, c.ChatSlow)


@dataclass(frozen=True, slots=True)
class Caller:
    """`user` None = not signed in. `address`: keyed hash. `moderates`: there to keep order, and for nothing else."""

    user: Any | None
    room_id: int
    connection: UUID
    language: str = ""
    address: str = ""
    moderates: bool = False


def execute(message: Any, caller: Caller, now: datetime) -> p.Ack | p.ErrorMessage:
    with translation.override(caller.language or None):
        try:
            if caller.user is None and not isinstance(message, OPEN_TO_VISITORS):
                raise SignInNeeded
            if caller.moderates and not isinstance(message, OPEN_TO_MODERATORS):
                raise NotAllowed
            return COMMANDS[type(message)](message, caller, now)
        except PPVError as refusal:
            return error_for(refusal, cid=message.cid)
        except Exception:
            _log.exception("command %s failed", type(message).__name__)
            return error_for(PPVError(), cid=message.cid)


def error_for(refusal: PPVError, *, cid: str | None = None) -> p.ErrorMessage:
    return p.ErrorMessage(code=refusal.code, text=str(refusal.text), cid=cid, retryable=refusal.retryable)


def chat_send(message: c.ChatSend, caller: Caller, now: datetime) -> p.Ack:
    line = shows.say(
        user=caller.user,
        room_id=caller.room_id,
        cid=message.cid,
        text=message.text,
        now=now,
        address=caller.address,
    )
    return p.Ack(cid=message.cid, id=str(line.pk))


def chat_names(message: c.ChatNames, caller: Caller, now: datetime) -> p.Ack:
    names = shows.names(user=caller.user, room_id=caller.room_id, prefix=message.prefix, now=now)
    return p.Ack(cid=message.cid, names=names)


def chat_delete(message: c.ChatDelete, caller: Caller, now: datetime) -> p.Ack:
    shows.delete_line(user=caller.user, room_id=caller.room_id, message_id=message.id, now=now)
    return p.Ack(cid=message.cid)


def chat_mute(message: c.ChatMute, caller: Caller, now: datetime) -> p.Ack:
    facts = {"message_id": message.id, "minutes": message.minutes, "cid": message.cid}
    shows.mute(user=caller.user, room_id=caller.room_id, now=now, **facts)
    return p.Ack(cid=message.cid)


def chat_kick(message: c.ChatKick, caller: Caller, now: datetime) -> p.Ack:
    shows.kick(user=caller.user, room_id=caller.room_id, message_id=message.id, cid=message.cid, now=now)
    return p.Ack(cid=message.cid)


def chat_ban(message: c.ChatBan, caller: Caller, now: datetime) -> p.Ack:
    facts = {"message_id": message.id, "days": message.days, "by_address": message.address, "cid": message.cid}
    shows.ban(user=caller.user, room_id=caller.room_id, now=now, **facts)
    return p.Ack(cid=message.cid)


def chat_slow(message: c.ChatSlow, caller: Caller, now: datetime) -> p.Ack:
    facts = {"seconds": message.seconds, "cid": message.cid}
    shows.set_slow_mode(user=caller.user, room_id=caller.room_id, now=now, **facts)
    return p.Ack(cid=message.cid)


def show_start(message: c.ShowStart, caller: Caller, now: datetime) -> p.Ack:
    facts = {"mode_id": message.mode, "recorded": message.recorded, "cid": message.cid}
    show = shows.go_live(user=caller.user, room_id=caller.room_id, now=now, **facts)
    return p.Ack(cid=message.cid, id=str(show.pk))


def show_mode(message: c.ShowMode, caller: Caller, now: datetime) -> p.Ack:
    facts = {"mode_id": message.mode, "recorded": message.recorded, "cid": message.cid}
    show = shows.switch_mode(user=caller.user, room_id=caller.room_id, now=now, **facts)
    return p.Ack(cid=message.cid, id=str(show.pk))


def show_end(message: c.ShowEnd, caller: Caller, now: datetime) -> p.Ack:
    shows.leave(user=caller.user, room_id=caller.room_id, now=now)
    return p.Ack(cid=message.cid)


def requests_set(message: c.RequestsSet, caller: Caller, now: datetime) -> p.Ack:
    shows.set_requests(user=caller.user, room_id=caller.room_id, value=message.value, now=now)
    return p.Ack(cid=message.cid)


def request_create(message: c.RequestCreate, caller: Caller, now: datetime) -> p.Ack:
    request = shows.request_private(
        user=caller.user,
        room_id=caller.room_id,
        cid=message.cid,
        media=message.media,
        cpm=_price(message.cpm),
        watched=message.watched,
        recording=message.recording,
        now=now,
    )
    return p.Ack(cid=message.cid, id=str(request.pk))


def request_cancel(message: c.RequestCancel, caller: Caller, now: datetime) -> p.Ack:
    shows.cancel_request(user=caller.user, request_id=_uuid(message.id), now=now)
    return p.Ack(cid=message.cid, id=message.id)


def request_answer(message: c.RequestAnswer, caller: Caller, now: datetime) -> p.Ack:
    facts = {"accept": message.accept, "free": message.free, "recording": message.recording}
    shows.answer_request(user=caller.user, request_id=_uuid(message.id), now=now, **facts)
    return p.Ack(cid=message.cid, id=message.id)


def call_join(message: c.CallJoin, caller: Caller, now: datetime) -> p.Ack:
    call = _uuid(message.id)
    facts = {"call_id": call, "cpm": _price(message.cpm), "cid": message.cid}
    shows.join_call(user=caller.user, room_id=caller.room_id, now=now, **facts)
    return p.Ack(cid=message.cid, id=message.id)


def call_cancel(message: c.CallCancel, caller: Caller, now: datetime) -> p.Ack:
    shows.cancel_call(user=caller.user, call_id=_uuid(message.id), now=now)
    return p.Ack(cid=message.cid, id=message.id)


def private_end(message: c.PrivateEnd, caller: Caller, now: datetime) -> p.Ack:
    shows.end_private(user=caller.user, private_id=_uuid(message.id), now=now)
    return p.Ack(cid=message.cid, id=message.id)


def group_enter(message: c.GroupEnter, caller: Caller, now: datetime) -> p.Ack:
    visit = shows.enter_group(
        user=caller.user,
        room_id=caller.room_id,
        cid=message.cid,
        cpm=_price(message.cpm),
        mode_number=message.mode_number,
        manner=message.manner,
        recorded=message.recorded,
        now=now,
    )
    return p.Ack(cid=message.cid, id=str(visit.pk))


def group_leave(message: c.GroupLeave, caller: Caller, now: datetime) -> p.Ack:
    shows.leave_group(user=caller.user, room_id=caller.room_id, now=now)
    return p.Ack(cid=message.cid)


def camera_close(message: c.CameraClose, caller: Caller, now: datetime) -> p.Ack:
    shows.close_camera(user=caller.user, room_id=caller.room_id, visit_id=_uuid(message.id), now=now)
    return p.Ack(cid=message.cid, id=message.id)


def voyeurs_set(message: c.VoyeursSet, caller: Caller, now: datetime) -> p.Ack:
    shows.allow_voyeurs(user=caller.user, room_id=caller.room_id, allowed=message.value, now=now)
    return p.Ack(cid=message.cid)


def client_block(message: c.BlockClient, caller: Caller, now: datetime) -> p.Ack:
    client = str(_uuid(message.client))
    shows.block_client(user=caller.user, room_id=caller.room_id, client=client, cid=message.cid, now=now)
    return p.Ack(cid=message.cid)


def tip_give(message: c.TipGive, caller: Caller, now: datetime) -> p.Ack:
    tip = shows.give_tip(
        user=caller.user,
        room_id=caller.room_id,
        cid=message.cid,
        option_id=message.option,
        amount=_price(message.amount),
        now=now,
    )
    return p.Ack(cid=message.cid, id=str(tip.pk))


def goal_add(message: c.GoalAdd, caller: Caller, now: datetime) -> p.Ack:
    amount = _price(message.amount)
    goal = shows.add_goal(user=caller.user, room_id=caller.room_id, cid=message.cid, title=message.title, amount=amount)
    return p.Ack(cid=message.cid, id=str(goal.pk))


def goal_move(message: c.GoalMove, caller: Caller, now: datetime) -> p.Ack:
    shows.move_goal(user=caller.user, room_id=caller.room_id, goal_id=message.id, up=message.up)
    return p.Ack(cid=message.cid)


def goal_delete(message: c.GoalDelete, caller: Caller, now: datetime) -> p.Ack:
    shows.delete_goal(user=caller.user, room_id=caller.room_id, goal_id=message.id)
    return p.Ack(cid=message.cid)


def goals_reset(message: c.GoalsReset, caller: Caller, now: datetime) -> p.Ack:
    shows.reset_goals(user=caller.user, room_id=caller.room_id)
    return p.Ack(cid=message.cid)


def check_in_invite(message: c.CheckInInvite, caller: Caller, now: datetime) -> p.Ack:
    guest = _uuid(message.performer)
    check_in = shows.invite(user=caller.user, room_id=caller.room_id, performer=guest, now=now)
    return p.Ack(cid=message.cid, id=str(check_in.pk))


def check_in_answer(message: c.CheckInAnswer, caller: Caller, now: datetime) -> p.Ack:
    shows.answer_invitation(user=caller.user, check_in_id=_uuid(message.id), accept=message.accept, now=now)
    return p.Ack(cid=message.cid, id=message.id)


def check_in_end(message: c.CheckInEnd, caller: Caller, now: datetime) -> p.Ack:
    shows.end_check_in(user=caller.user, check_in_id=_uuid(message.id), now=now)
    return p.Ack(cid=message.cid, id=message.id)


def media_offer(message: c.MediaOffer, caller: Caller, now: datetime) -> p.Ack:
    answer = shows.join_media(
        user=caller.user,
        room_id=caller.room_id,
        connection=caller.connection,
        direction=message.direction,
        sdp=message.sdp,
        take_over=message.take_over,
        camera=_uuid(message.camera) if message.camera is not None else None,
        now=now,
    )
    return p.Ack(cid=message.cid, sdp=answer)


def media_attend(message: c.MediaAttend, caller: Caller, now: datetime) -> p.Ack:
    participant = shows.attend(
        user=caller.user,
        room_id=caller.room_id,
        connection=caller.connection,
        take_over=message.take_over,
        now=now,
    )
    return p.Ack(cid=message.cid, id=participant)


def kinds_set(message: c.KindsSet, caller: Caller, now: datetime) -> p.Ack:
    shows.set_private_kinds(user=caller.user, room_id=caller.room_id, kinds=message.value, now=now)
    return p.Ack(cid=message.cid)


def media_leave(message: c.MediaLeave, caller: Caller, now: datetime) -> p.Ack:
    shows.leave_media(connection=caller.connection, room_id=caller.room_id, now=now)
    return p.Ack(cid=message.cid)


COMMANDS: dict[type, Callable[[Any, Caller, datetime], p.Ack]] = {
    c.ChatSend: chat_send,
    c.ChatNames: chat_names,
    c.ChatDelete: chat_delete,
    c.ChatMute: chat_mute,
    c.ChatKick: chat_kick,
    c.ChatBan: chat_ban,
    c.ChatSlow: chat_slow,
    c.ShowStart: show_start,
    c.ShowMode: show_mode,
    c.ShowEnd: show_end,
    c.RequestsSet: requests_set,
    c.RequestCreate: request_create,
    c.RequestCancel: request_cancel,
    c.RequestAnswer: request_answer,
    c.CallJoin: call_join,
    c.CallCancel: call_cancel,
    c.PrivateEnd: private_end,
    c.GroupEnter: group_enter,
    c.GroupLeave: group_leave,
    c.CameraClose: camera_close,
    c.VoyeursSet: voyeurs_set,
    c.BlockClient: client_block,
    c.TipGive: tip_give,
    c.GoalAdd: goal_add,
    c.GoalMove: goal_move,
    c.GoalDelete: goal_delete,
    c.GoalsReset: goals_reset,
    c.CheckInInvite: check_in_invite,
    c.CheckInAnswer: check_in_answer,
    c.CheckInEnd: check_in_end,
    c.MediaOffer: media_offer,
    c.MediaAttend: media_attend,
    c.MediaLeave: media_leave,
    c.KindsSet: kinds_set,
}


def _price(text: str) -> int:
    try:
        cpm = parse_tokens(text)
    except ValueError:
        raise BadInput from None
    if cpm < 0:
        raise BadInput
    return cpm


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
