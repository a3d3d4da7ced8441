"""Pages in each of their states, for the preview beside the editor: invented facts, nothing that moves or connects,
writes or charges. The modules of a live page are not even loaded; `ppv/preview` shows a screen of a room or a console.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from . import sample_pages, sample_studio

_POSTED = re.compile(r"""(<form\b[^>]*?\bmethod\s*=\s*)(["']?)post\2""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mode:
    """`name` is what Wagtail asks for (the first is the default), `facts` what the template is given of a page."""

    name: str
    label: Any
    facts: Callable[[Any], dict[str, Any]]
    of_room: bool = False


MODES: dict[str, list[Mode]] = {
    "listing": [
        Mode("", _("Listing"), sample_pages.listing),
        Mode("room_offline", _("Room: offline"), lambda page: sample_pages.room("offline"), of_room=True),
        Mode("room_free", _("Room: live, free"), lambda page: sample_pages.room("free"), of_room=True),
        Mode("room_paid", _("Room: live, paid"), lambda page: sample_pages.room("paid"), of_room=True),
        Mode("room_private", _("Room: in private"), lambda page: sample_pages.room("private"), of_room=True),
        Mode("room_ended", _("Room: ended"), lambda page: sample_pages.room("ended"), of_room=True),
    ],
    "dashboard": [
        Mode("", _("Before going live"), lambda page: sample_pages.dashboard("green_room")),
        Mode("live", pgettext_lazy("on air", "Live"), lambda page: sample_pages.dashboard("live")),
        Mode("requests", _("Live, requests waiting"), lambda page: sample_pages.dashboard("requests")),
        Mode("private", _("In private"), lambda page: sample_pages.dashboard("private")),
        Mode("books", _("Earnings and calls"), lambda page: sample_pages.books()),
    ],
    "studio": [
        Mode("", _("With a team"), lambda page: sample_studio.studio("approved")),
        Mode("waiting", _("Waiting for approval"), lambda page: sample_studio.studio("submitted")),
        Mode("signed_out", _("Signed out"), lambda page: sample_studio.studio("signed_out")),
    ],
    "wallet": [
        Mode("", _("With a balance"), lambda page: sample_pages.wallet("funded")),
        Mode("empty", _("Empty"), lambda page: sample_pages.wallet("empty")),
        Mode("running", _("While a session runs"), lambda page: sample_pages.wallet("running")),
        Mode("signed_out", _("Signed out"), lambda page: sample_pages.wallet("signed_out")),
    ],
    "registration": [
        Mode("", _("Form"), lambda page: sample_pages.registration(page, "join")),
        Mode("pending", _("Waiting for approval"), lambda page: sample_pages.registration(page, "submitted")),
        Mode("approved", _("Approved"), lambda page: sample_pages.registration(page, "approved")),
    ],
}


def modes(kind: str) -> list[tuple[str, Any]]:
    return [(mode.name, mode.label) for mode in MODES.get(kind, [Mode("", _("Default"), lambda page: {})])]


def served(*, page: Any, request: HttpRequest, mode: str) -> HttpResponse:
    """The page in that mode; an unknown one is the first. A page without modes of ours is drawn as it is."""
    of_kind = MODES.get(page.ppv_kind, [])
    chosen = next((one for one in of_kind if one.name == mode), of_kind[0] if of_kind else None)
    request.is_preview = True  # type: ignore[attr-defined]
    if chosen is not None:
        request.ppv_sample = chosen.facts(page)  # type: ignore[attr-defined]
    of_room = chosen is not None and chosen.of_room
    template = page.ppv_room_template if of_room else page.get_template(request)
    response = TemplateResponse(request, template, page.get_context(request))
    response.add_post_render_callback(_inert)
    return response


def sample_of(request: HttpRequest) -> dict[str, Any] | None:
    """The invented facts where a preview is drawn, None on a page that is served."""
    found: dict[str, Any] | None = getattr(request, "ppv_sample", None)
    return found


def _inert(response: Any) -> None:
    """A form whose method is `dialog` goes nowhere outside of a dialog: a press in a preview buys nothing."""
    response.content = _POSTED.sub(r"\1\2dialog\2", response.content.decode(response.charset))
