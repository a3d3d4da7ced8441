"""The hooks: a text is a refusal, silence is consent."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from wagtail import hooks as wagtail_hooks

from ppv_plugin import hooks
from ppv_plugin.errors import NotAllowed

CALLERS: dict[str, Callable[..., None]] = {
    hooks.VETO_GO_LIVE: hooks.veto_go_live,
    hooks.VETO_PRIVATE_REQUEST: hooks.veto_private_request,
    hooks.VETO_GROUP_ENTRY: hooks.veto_group_entry,
}
ROOM = SimpleNamespace(id=1, slug="ana", title="Ana", description="Piano")
USER = SimpleNamespace(is_superuser=False)


def test_each_hook_has_one_caller() -> None:
    assert set(CALLERS) == set(hooks.NAMES)


@pytest.mark.parametrize("name", CALLERS)
def test_the_hooks_text_reaches_the_person(name: str) -> None:
    def refuse(user: Any, room: Any) -> str:
        assert (user, room) == (USER, ROOM)
        return "Not on a Sunday."

    with wagtail_hooks.register_temporarily(name, refuse), pytest.raises(NotAllowed, match=r"Not on a Sunday\."):
        CALLERS[name](user=USER, room=ROOM)


@pytest.mark.parametrize("name", CALLERS)
def test_silence_is_consent(name: str) -> None:
    with wagtail_hooks.register_temporarily(name, lambda user, room: None):
        CALLERS[name](user=USER, room=ROOM)
