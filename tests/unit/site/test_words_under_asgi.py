"""Words of the site in a page that is served by ASGI, where each signal has a task of its own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.signals import request_started

from ppv_plugin import wording
from ppv_plugin.asgi import Process, get_application
from ppv_plugin.people.labels import Word


@pytest.mark.asyncio
async def test_a_page_served_by_asgi_has_the_words_of_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(process: Process) -> None: ...

    def of_request(request: Any, language: str) -> dict[str, Word]:
        return {"performer": Word(f"tutor of {request.META['HTTP_HOST']}", "", "")}

    monkeypatch.setattr(Process, "start", nothing)
    monkeypatch.setitem(wording._sources, "of_request", of_request)
    said: list[str] = []

    async def django_app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.create_task(request_started.asend(sender=None, scope=scope))
        said.append(await sync_to_async(lambda: str(wording.named("performer")))())

    scope = {"type": "http", "path": "/", "server": ("a", 80), "headers": [(b"host", b"one.example")]}
    await get_application(django_app)(scope, None, None)  # type: ignore[arg-type]
    assert said == ["tutor of one.example"]
