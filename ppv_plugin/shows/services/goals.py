"""The goals of a room: the performer adds, orders, deletes and resets them; tips fill them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from ppv_plugin.chat import services as chat
from ppv_plugin.errors import BadInput, NotFound
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.signals import announce, goal_reached, room_changed

from ..tip_models import Goal
from ..tip_rules import filled_by
from .common import lock_room, own_room

GOALS_MAX = 20
AMOUNT_MAX = 10**9


def fill_goals(*, room_id: int, amount: int, now: datetime) -> None:
    """A tip of `amount` goes into the first goal that is open, the rest of it into the next. What is reached is said
    in the chat. Call in the transaction that has locked the room. Announces `goal_reached` for each."""
    goals = list(Goal.objects.filter(room_id=room_id, filled__lt=F("amount")).order_by("sort_order", "id"))
    parts = filled_by(amount, [goal.amount - goal.filled for goal in goals])
    for goal, part in zip(goals, parts, strict=True):
        if not part:
            continue
        goal.filled += part
        reached = goal.filled == goal.amount
        goal.reached_at = now if reached else None
        goal.save(update_fields=["filled", "reached_at"])
        if reached:
            chat.post_system(
                room_id=room_id,
                event="goal",
                facts={"title": goal.title, "amount": tokens(goal.amount)},
                cid=f"goal-{uuid4().hex}",
                now=now,
            )
            announce(goal_reached, goal_id=goal.pk, room_id=room_id)


def add_goal(*, user: Any, room_id: int, cid: str, title: str, amount: int) -> Goal:
    """Behind those there are; the same `cid` again returns the same goal.

    Raises NotAllowed, NotFound, BadInput (no title, no amount, too many)."""
    own_room(user=user, room_id=room_id)
    title = " ".join(title.split())
    if not title or len(title) > 80 or not 0 < amount <= AMOUNT_MAX:
        raise BadInput
    with transaction.atomic():
        lock_room(room_id)
        goals = Goal.objects.filter(room_id=room_id)
        if known := goals.filter(cid=cid).first():
            return known
        if goals.count() >= GOALS_MAX:
            raise BadInput(str(_("There are as many goals as there can be. Delete one first.")))
        last = goals.aggregate(last=Max("sort_order"))["last"]
        goal = Goal.objects.create(
            room_id=room_id, cid=cid, title=title, amount=amount, sort_order=0 if last is None else last + 1
        )
        announce(room_changed, room_id=room_id)
    return goal


def move_goal(*, user: Any, room_id: int, goal_id: int, up: bool) -> None:
    """One place earlier or later; at the end of the list nothing changes. Raises NotAllowed, NotFound."""
    own_room(user=user, room_id=room_id)
    with transaction.atomic():
        lock_room(room_id)
        goals = list(Goal.objects.filter(room_id=room_id).order_by("sort_order", "id"))
        at = next((n for n, goal in enumerate(goals) if goal.pk == goal_id), None)
        if at is None:
            raise NotFound
        to = at - 1 if up else at + 1
        if 0 <= to < len(goals):
            goals.insert(to, goals.pop(at))
            for place, goal in enumerate(goals):
                Goal.objects.filter(pk=goal.pk).exclude(sort_order=place).update(sort_order=place)
        announce(room_changed, room_id=room_id)


def delete_goal(*, user: Any, room_id: int, goal_id: int) -> None:
    """What it was filled with stays given, and fills no other goal. Again: no change. Raises NotAllowed."""
    own_room(user=user, room_id=room_id)
    with transaction.atomic():
        lock_room(room_id)
        Goal.objects.filter(room_id=room_id, pk=goal_id).delete()
        announce(room_changed, room_id=room_id)


def reset_goals(*, user: Any, room_id: int) -> None:
    """All goals of the room begin again at nothing. Raises NotAllowed."""
    own_room(user=user, room_id=room_id)
    with transaction.atomic():
        lock_room(room_id)
        Goal.objects.filter(room_id=room_id).update(filled=0, reached_at=None)
        announce(room_changed, room_id=room_id)
