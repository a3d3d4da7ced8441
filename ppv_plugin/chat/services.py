"""Saying something: it is stored first, then told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from ppv_plugin import signals
from ppv_plugin.errors import BadInput, Conflict

from . import rules
from .models import Message


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
) -> Message:
    """The cleaned text is in the room's chat, or in that of a private show. Who may speak is the caller's business.

    The same `cid` of the same author stores nothing new and announces nothing; with another text it raises Conflict.
    Raises BadInput when nothing is left of the text, or too much. Announces `chat_posted`.
    """
    line = rules.clean(text)
    if not line:
        raise BadInput(str(_("Please write something.")))
    if rules.is_too_long(line):
        raise BadInput(str(_("This is too long.")))
    said = {"private_show": private_show, "author_kind": author_kind, "text": line}
    known = _said_before(room_id, author_key, cid)
    if known is None:
        try:
            with transaction.atomic():
                message = Message.objects.create(
                    room_id=room_id, author_key=author_key, cid=cid, author_name=author_name[:80], sent_at=now, **said
                )
        except IntegrityError:
            # The other tab's send of the same line was quicker, or the room is gone.
            known = _said_before(room_id, author_key, cid)
            if known is None:
                raise
        else:
            signals.announce(signals.chat_posted, message_id=message.pk, room_id=room_id)
            return message
    if any(getattr(known, name) != value for name, value in said.items()):
        raise Conflict
    return known


def post_system(
    *, room_id: int, event: str, facts: dict[str, str], cid: str, now: datetime, private_show: UUID | None = None
) -> Message | None:
    """A line that says what happened, worded by each screen in its own language. Once per `cid`: None when it was
    there before. Announces `chat_posted`."""
    row = Message.objects.create(
        room_id=room_id,
        private_show=private_show,
        author_kind=Message.Author.SYSTEM,
        text=" ".join([event, *facts.values()])[:500],
        event=event,
        facts=facts,
        cid=cid,
        sent_at=now,
    )
    signals.announce(signals.chat_posted, message_id=row.pk, room_id=room_id)
    return row


def _said_before(room_id: int, author_key: str, cid: str) -> Message | None:
    return Message.objects.filter(room_id=room_id, author_key=author_key, cid=cid).first()
