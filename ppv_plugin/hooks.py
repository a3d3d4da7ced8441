"""The Wagtail hooks of the package, each with its one typed caller. `docs/reference/hooks.md` describes them.

A veto hook returns None to let it pass, or the text that the person is told. It runs before anything is charged.
"""

from __future__ import annotations

from typing import Any, Protocol

from wagtail import hooks

from .errors import NotAllowed


class RoomRow(Protocol):
    """What a hook may rely on of a room; it is given the whole model row."""

    id: int
    slug: str
    title: str


VETO_GO_LIVE = "ppv_veto_go_live"
VETO_PRIVATE_REQUEST = "ppv_veto_private_request"
VETO_GROUP_ENTRY = "ppv_veto_group_entry"
NAMES = (VETO_GO_LIVE, VETO_PRIVATE_REQUEST, VETO_GROUP_ENTRY)


def veto_go_live(*, user: Any, room: RoomRow) -> None:
    """Raises NotAllowed with the hook's text."""
    _ask(VETO_GO_LIVE, user, room)


def veto_private_request(*, user: Any, room: RoomRow) -> None:
    """Raises NotAllowed with the hook's text."""
    _ask(VETO_PRIVATE_REQUEST, user, room)


def veto_group_entry(*, user: Any, room: RoomRow) -> None:
    """Raises NotAllowed with the hook's text."""
    _ask(VETO_GROUP_ENTRY, user, room)


def _ask(name: str, user: Any, room: RoomRow) -> None:
    for hook in hooks.get_hooks(name):
        if refusal := hook(user=user, room=room):
            raise NotAllowed(str(refusal))
