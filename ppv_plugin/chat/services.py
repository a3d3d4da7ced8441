"""Saying something: it is stored first, then told. Deleting it, and forgetting addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ppv_plugin import signals
from ppv_plugin.errors import BadInput, Conflict, NotFound, TooFast

from . import rules
from .filtering import masked
from .mentioning import Person, mentioned
from .models import Message, Sanction
from .queries import ChatRules, chat_settings, rules_of

WINDOW_SECONDS = 10


def post_message(
    *,
    room_id: int,
    private_show: UUID | None,
    author_kind: str,
    author_key: str,
    author_name: str,
    text: str,
    cid: str,
    now: datetime,
    address: str = "",
    people: Callable[[], Iterable[Person]] = tuple,
) -> Message:
    """The cleaned text is in the room's chat, or in that of a private show. Who may speak is the caller's business.

    The same `cid` of the same author stores nothing new and announces nothing; with another text it raises Conflict.
    `people`: who can be mentioned, asked for only when somebody may be. Raises BadInput when nothing is left of the
    text, or too much, or an unwanted word where the site refuses those; TooFast (slow mode, too many at once).
    Announces `chat_posted`.
    """
    line = rules.clean(text)
    if not line:
        raise BadInput(_("Please write something."))
    if rules.is_too_long(line):
        raise BadInput(_("This is too long."))
    said = {"private_show": private_show, "author_kind": author_kind}
    known = _said_before(room_id, author_key, cid)
    if known is not None:
        return _same(known, said, line)
    in_force = rules_of(room_id=room_id)
    shown = masked(line, in_force.words)
    if in_force.refuses and shown != line:
        raise BadInput(_("There is a word in it that is not wanted here. Please say it differently."))
    if author_kind == Message.Author.CLIENT and private_show is None:
        _check_pace(in_force, room_id, author_key, now)
    row = Message(
        room_id=room_id,
        author_key=author_key,
        author_name=author_name[:80],
        text=shown,
        mentions=[list(person) for person in mentioned(shown, people())] if "@" in shown else [],
        address=address,
        cid=cid,
        sent_at=now,
        **said,
    )
    return _stored(row) or _same(_said_before(room_id, author_key, cid), said, line)


def post_system(
    *, room_id: int, event: str, facts: dict[str, str], cid: str, now: datetime, private_show: UUID | None = None
) -> Message | None:
    """A line that says what happened, worded by each screen in its own language. Once per `cid`: None when it was
    there before. Announces `chat_posted`."""
    row = Message(
        room_id=room_id,
        private_show=private_show,
        author_kind=Message.Author.SYSTEM,
        text=" ".join([event, *facts.values()])[:500],
        event=event,
        facts=facts,
        cid=cid,
        sent_at=now,
    )
    return _stored(row)


def _stored(row: Message) -> Message | None:
    """None when the same was stored meanwhile: the other tab's send of the same line was quicker."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if _said_before(row.room_id, row.author_key, row.cid) is None:
            raise  # the room is gone
        return None
    signals.announce(signals.chat_posted, message_id=row.pk, room_id=row.room_id)
    return row


def _said_before(room_id: int, author_key: str, cid: str) -> Message | None:
    return Message.objects.filter(room_id=room_id, author_key=author_key, cid=cid).first()


def _same(known: Message | None, said: dict[str, Any], line: str) -> Message:
    """`known` is what is sent again, not something else under its key."""
    if known is None or any(getattr(known, name) != value for name, value in said.items()):
        raise Conflict
    if known.text != line and known.text != masked(line, rules_of(room_id=known.room_id).words):
        raise Conflict
    return known


def _check_pace(in_force: ChatRules, room_id: int, author_key: str, now: datetime) -> None:
    """By the stored lines, so that all tabs and processes count together. Raises TooFast, which says how long."""
    lines = Message.objects.filter(room_id=room_id, private_show__isnull=True, author_kind=Message.Author.CLIENT)
    mine = list(
        lines.filter(author_key=author_key).order_by("-id").values_list("sent_at", flat=True)[: in_force.per_person]
    )
    if mine and in_force.slow_seconds:
        _wait(mine[0], in_force.slow_seconds, now, _("Slow mode is on."))
    if len(mine) == in_force.per_person:
        _wait(mine[-1], WINDOW_SECONDS, now, _("You write very fast."))
    first = lines.order_by("-id").values_list("sent_at", flat=True)[in_force.per_room - 1 : in_force.per_room]
    for moment in first:
        _wait(moment, WINDOW_SECONDS, now, _("Very many write at the same time."))


def _wait(since: datetime, seconds: int, now: datetime, why: str) -> None:
    left = seconds - (now - since).total_seconds()
    if 0 < left <= seconds:
        whole = max(1, round(left + 0.5))
        wait = ngettext("Please wait %(count)s second.", "Please wait %(count)s seconds.", whole) % {"count": whole}
        raise TooFast(f"{why} {wait}")


def delete_message(*, room_id: int, message_id: int, actor: Any, now: datetime) -> Message:
    """Nobody reads its text any more, except staff. Again: no change. Raises NotFound. Announces `chat_deleted`."""
    row = Message.objects.filter(pk=message_id, room_id=room_id).exclude(author_kind=Message.Author.SYSTEM).first()
    if row is None:
        raise NotFound
    changed = Message.objects.filter(pk=row.pk, hidden=False).update(hidden=True, hidden_by=actor, hidden_at=now)
    if changed:
        signals.announce(signals.chat_deleted, message_id=row.pk, room_id=room_id)
    return row


def forget_addresses(*, site: Any, now: datetime) -> int:
    """Hashed addresses that are older than the site keeps them, or whose ban is over, are gone. Returns how many."""
    before = now - timedelta(days=chat_settings(site).address_days)
    lines = Message.objects.filter(room__site=site, sent_at__lt=before).exclude(address="").update(address="")
    over = Q(at__lt=before) | Q(until__lte=now) | Q(lifted_at__isnull=False)
    bans = Sanction.objects.filter(over, room__site=site).exclude(address="").update(address="")
    return lines + bans
