"""Reads of the chat."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.crypto import salted_hmac
from wagtail.models import Site

from ppv_plugin.people.models import Client
from ppv_plugin.rooms.models import Room

from .filtering import word_list
from .mentioning import Person
from .models import ChatSettings, Message, RoomChat, Sanction
from .states import ChatView, MentionView

WRITERS_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class ChatRules:
    """What holds in one room's chat: the site's rules and the performer's."""

    slow_seconds: int
    per_person: int
    per_room: int
    words: frozenset[tuple[str, ...]]
    refuses: bool


def recent(*, room_id: int, private_show: UUID | None, limit: int = 50, viewer_key: str) -> list[ChatView]:
    """The last lines of the public chat, or of a private show; oldest first. No `viewer_key`: nobody's are `mine`.

    A deleted line stands there without its text.
    """
    rows = Message.objects.filter(room_id=room_id, private_show=private_show).order_by("-id")[:limit]
    return [line_of(row, viewer_key=viewer_key) for row in reversed(rows)]


def message(*, message_id: int) -> Message | None:
    return Message.objects.filter(pk=message_id).first()


def line_of(row: Message, *, viewer_key: str) -> ChatView:
    return ChatView(
        id=row.pk,
        author=row.author_kind,
        name=row.author_name,
        text="" if row.hidden else row.text,
        at=int(row.sent_at.timestamp() * 1000),
        private=row.private_show is not None,
        mine=bool(viewer_key) and row.author_key == viewer_key,
        deleted=row.hidden,
        mentions=[]
        if row.hidden
        else [MentionView(ref=ref_of(room_id=row.room_id, user_key=key), name=name) for key, name in row.mentions],
        event=row.event,
        facts=row.facts,
    )


def ref_of(*, room_id: int, user_key: str) -> str:
    """Stands for a person in one room's chat, and tells nobody who it is."""
    return salted_hmac("ppv_plugin.chat.ref", f"{room_id}:{user_key}", algorithm="sha256").hexdigest()[:12]


def chat_settings(site: Any) -> ChatSettings:
    found: ChatSettings = ChatSettings.for_site(site)
    return found


def settings_of_room(room_id: int) -> ChatSettings:
    site = Site.objects.get(pk=Room.objects.values_list("site_id", flat=True).get(pk=room_id))
    return chat_settings(site)


def rules_of(*, room_id: int) -> ChatRules:
    site = settings_of_room(room_id)
    own = RoomChat.objects.filter(room_id=room_id).first()
    return ChatRules(
        slow_seconds=max(site.slow_seconds, own.slow_seconds if own else 0),
        per_person=site.per_person,
        per_room=site.per_room,
        words=word_list(site.words) | word_list(own.words if own else ""),
        refuses=site.word_action == ChatSettings.Filter.REFUSE,
    )


def slow_seconds(*, room_ids: Collection[int]) -> dict[int, int]:
    """The performers' own slow modes; rooms without one are left out."""
    rows = RoomChat.objects.filter(room_id__in=room_ids, slow_seconds__gt=0)
    return dict(rows.values_list("room_id", "slow_seconds"))


def room_chat(*, room_id: int) -> RoomChat:
    """What the performer decided, unsaved when nothing yet."""
    return RoomChat.objects.filter(room_id=room_id).first() or RoomChat(room_id=room_id)


def writers(*, room_id: int, private_show: UUID | None) -> list[Person]:
    """Who has written there lately, the last first."""
    rows = Message.objects.filter(room_id=room_id, private_show=private_show).exclude(author_key="")
    latest = rows.order_by("-id").values_list("author_key", "author_name")[:WRITERS_LOOKED_AT]
    return [Person(key, name) for key, name in dict.fromkeys(latest)]


def people_by_key(*, user_keys: Collection[str]) -> list[Person]:
    """Clients among these users, by the name that others see."""
    rows = Client.objects.filter(user_id__in=list(user_keys)).values_list("user_id", "name")
    return [Person(str(user_id), name) for user_id, name in rows]


def muted_until(*, room_id: int, client_id: int, now: datetime) -> datetime | None:
    """The end of the longest mute in force. None = may write."""
    rows = Sanction.objects.in_force(now).filter(room_id=room_id, client_id=client_id, kind=Sanction.Kind.MUTE)
    return max(filter(None, rows.values_list("until", flat=True)), default=None)


def blocked_until(*, performer_id: int, client_id: int, now: datetime) -> datetime | None:
    """When whoever was put out may come back. None: never, or nobody has put it out."""
    rows = Sanction.objects.in_force(now).filter(room__performer_id=performer_id, client_id=client_id)
    ends = list(rows.exclude(kind=Sanction.Kind.MUTE).values_list("until", flat=True))
    return None if None in ends else max((end for end in ends if end is not None), default=None)


def is_address_banned(*, room_id: int, address: str, now: datetime) -> bool:
    if not address:
        return False
    rows = Sanction.objects.in_force(now).filter(address=address).exclude(kind=Sanction.Kind.MUTE)
    return rows.filter(room__performer__rooms=room_id).exists()


def sanctions(*, room_id: int, now: datetime, limit: int = 50) -> tuple[list[Sanction], list[Sanction]]:
    """Those in force, and those that have ended, the newest first."""
    rows = Sanction.objects.filter(room_id=room_id).select_related("client", "actor", "lifted_by").order_by("-id")
    over = rows.filter(Q(lifted_at__isnull=False) | Q(until__lte=now))
    return list(rows.in_force(now)[: limit * 4]), list(over[:limit])
