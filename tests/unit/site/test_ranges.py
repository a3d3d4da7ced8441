"""Under ASGI a file comes in pieces, never whole in memory."""

from __future__ import annotations

import io

import pytest
from django.http import StreamingHttpResponse
from django.test import AsyncRequestFactory

from ppv_plugin.pages import ranges


@pytest.mark.parametrize(("asked", "first"), [("", 0), ("bytes=70000-", 70_000)])
async def test_a_file_is_sent_piece_by_piece(monkeypatch: pytest.MonkeyPatch, asked: str, first: int) -> None:
    monkeypatch.setattr(ranges, "CHUNK", 1000)
    film = bytes(range(256)) * 400
    file = io.BytesIO(film)
    request = AsyncRequestFactory().get("/", headers={"Range": asked} if asked else {})
    answer = ranges.ranged(request, file, size=len(film), content_type="video/webm")
    assert isinstance(answer, StreamingHttpResponse)
    assert answer.is_async
    pieces = [piece async for piece in answer]
    assert b"".join(pieces) == film[first:]
    assert max(map(len, pieces)) == 1000
    assert file.closed
