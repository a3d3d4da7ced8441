"""The vetoes: a text is a refusal, silence is consent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
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
    hooks.VETO_REGISTRATION: hooks.veto_registration,
    hooks.VETO_PURCHASE: hooks.veto_purchase,
    hooks.VETO_TIP: hooks.veto_tip,
    hooks.VETO_MESSAGE: hooks.veto_message,
}
FACTS: dict[str, Any] = {
    "user": SimpleNamespace(is_superuser=False, date_joined=datetime(2026, 1, 1, tzinfo=UTC)),
    "room": SimpleNamespace(id=1, slug="ana", title="Ana", description="Piano"),
    "features": {},
    "role": "client",
    "site": SimpleNamespace(hostname="www.site.example"),
    "amount": 5_00,
    "text": "Good evening",
}


def facts(name: str) -> dict[str, Any]:
    return {fact: FACTS[fact] for fact in hooks.FACTS[name]}


def test_each_veto_has_one_caller() -> None:
    assert set(CALLERS) == {name for name in hooks.NAMES if name.startswith("ppv_veto_")}


@pytest.mark.parametrize("name", CALLERS)
def test_the_hooks_text_reaches_the_person(name: str) -> None:
    def refuse(**given: Any) -> str:
        assert given == facts(name)
        return "Not on a Sunday."

    with wagtail_hooks.register_temporarily(name, refuse), pytest.raises(NotAllowed, match=r"Not on a Sunday\."):
        CALLERS[name](**facts(name))


@pytest.mark.parametrize("name", CALLERS)
def test_silence_is_consent(name: str) -> None:
    with wagtail_hooks.register_temporarily(name, lambda user: None):
        CALLERS[name](**facts(name))
