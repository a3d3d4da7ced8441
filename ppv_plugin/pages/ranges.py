"""A private file as an answer, whole or in part (RFC 9110, section 14): what a player needs to move about in it.

Django's `FileResponse` knows no ranges, and reads a file into memory whole when it answers under ASGI.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

CHUNK = 256 * 1024
_ONE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})\Z", re.ASCII)


def ranged(request: HttpRequest, file: BinaryIO, *, size: int, content_type: str) -> HttpResponseBase:
    """One range is answered with it, several or malformed ones with the whole. Closes the file when it is sent."""
    asked = _asked(request.headers.get("Range", ""), size)
    if asked is not None and asked[0] > asked[1]:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    first, last = asked or (0, size - 1)
    length = last - first + 1
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(length)}
    if asked:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 206 if asked else 200
    if request.method == "HEAD":
        file.close()
        return HttpResponse(content_type=content_type, status=status, headers=headers)
    file.seek(first)
    chunks = _later(file, length) if isinstance(request, ASGIRequest) else _chunks(file, length)
    return StreamingHttpResponse(chunks, content_type=content_type, status=status, headers=headers)


def _asked(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte; None for no or another kind of range. The first is after the last if there is none such."""
    found = _ONE_RANGE.match(header)
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:  # so many at the end
        return max(size - int(last), 0), size - 1 if int(last) else -1
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1


def _chunks(file: BinaryIO, length: int) -> Iterator[bytes]:
    with file:
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


async def _later(file: BinaryIO, length: int) -> AsyncIterator[bytes]:
    try:
        while length > 0 and (chunk := await asyncio.to_thread(file.read, min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
    finally:
        file.close()
