"""Reads of the chat."""

from __future__ import annotations

from uuid import UUID

from .models import Message
from .states import ChatView


def recent(*, room_id: int, private_show: UUID | None, limit: int = 50, viewer_key: str) -> list[ChatView]:
    """The last lines of the public chat, or of a private show; oldest first. No `viewer_key`: nobody's are `mine`."""
    rows = Message.objects.filter(room_id=room_id, private_show=private_show, hidden=False).order_by("-id")[:limit]
    return [line_of(row, viewer_key=viewer_key) for row in reversed(rows)]


def message(*, message_id: int) -> Message | None:
    return Message.objects.filter(pk=message_id, hidden=False).first()


def line_of(row: Message, *, viewer_key: str) -> ChatView:
    return ChatView(
        id=row.pk,
        author=row.author_kind,
        name=row.author_name,
        text=row.text,
        at=int(row.sent_at.timestamp() * 1000),
        private=row.private_show is not None,
        mine=bool(viewer_key) and row.author_key == viewer_key,
        event=row.event,
        facts=row.facts,
    )
