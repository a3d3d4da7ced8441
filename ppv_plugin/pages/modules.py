"""The scripts' modules by name, and the addresses at which they import each other without an import map.

A strict policy lets an import map into a page with a nonce only, and a page cannot know whether its policy takes one.
So the modules come from routes of ours, in which each import is written out as an address beside it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

MODULES = (
    "start",
    "protocol",
    "format",
    "dom",
    "socket",
    "manners",
    "company",
    "recording",
    "kinds",
    "store",
    "values",
    "media",
    "cameras",
    "tiles",
    "wall",
    "calls",
    "copy",
    "stage",
    "devices",
    "completion",
    "emoji",
    "tips",
    "goals",
    "guests",
    "chat",
    "order",
    "ticking",
    "meter",
    "actions",
    "session",
    "room",
    "console",
    "guest",
    "listing",
    "wallet",
    "running",
    "preview",
)
_NAMED = re.compile(r'(\bfrom\s*|\bimport\s*\(?\s*)"ppv/([a-z]+)"')
FOR_EVER = "public, max-age=31536000, immutable"


def addresses() -> dict[str, str]:
    """Module name -> URL of its copy without names. The URL changes with any of the texts."""
    version = _version(_texts())
    return {f"ppv/{name}": reverse("ppv:module", args=[version, name]) for name in MODULES}


@require_safe
def module(request: HttpRequest, version: str, name: str) -> HttpResponse:
    texts = _texts()
    if name not in texts:
        raise Http404
    response = HttpResponse(texts[name], content_type="text/javascript; charset=utf-8")
    # another process may still have, or already have, another version: right for now, not for ever
    response["Cache-Control"] = FOR_EVER if version == _version(texts) else "no-cache"
    return response


def _texts() -> dict[str, str]:
    return _read() if settings.DEBUG else _read_once()


def _read() -> dict[str, str]:
    """The site's own file of that name, if it has one, as for every static file."""
    paths = {name: finders.find(f"ppv_plugin/js/{name}.js") for name in MODULES}
    return {name: _NAMED.sub(r'\1"./\2.js"', Path(str(path)).read_text("utf-8")) for name, path in paths.items()}


@lru_cache(maxsize=1)
def _read_once() -> dict[str, str]:
    return _read()


def _version(texts: dict[str, str]) -> str:
    return sha256("\0".join(texts.values()).encode()).hexdigest()[:12]
