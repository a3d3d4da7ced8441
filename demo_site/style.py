"""The style page: every token and every element as it looks on this site, light beside dark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django import forms
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

_TOKEN = re.compile(r"^\s+--ppv-([\w-]+):\s*(.+?);$", re.MULTILINE)
BUTTONS = ("", "primary", "paid", "danger", "quiet")
ICONS = (
    "microphone", "microphone-off", "camera", "camera-off", "sound", "sound-off", "full", "pip", "send", "close",
    "settings", "end",
)  # fmt: skip
STATUSES = ("free", "paid", "lobby", "private", "offline")


@dataclass(frozen=True, slots=True)
class Token:
    name: str
    value: str

    @property
    def kind(self) -> str:
        """What its swatch shows."""
        first = self.name.split("-")[0]
        return first if first in {"color", "font", "text", "space", "radius", "shadow"} else "size"


@dataclass(frozen=True, slots=True)
class InStatus:
    """As much of a room as the status element asks for."""

    status: str


class SampleForm(forms.Form):
    """A field at rest, one that was refused, a choice and a tick."""

    name = forms.CharField(label=_("Your name, as others see it"), initial="Kim", help_text=_("Up to 80 characters."))
    price = forms.CharField(label=_("Price per minute"))
    sort = forms.ChoiceField(label=_("Sort by"), choices=[("live", _("Live first")), ("name", _("Name"))])
    agreed = forms.BooleanField(label=_("I agree"))


@require_safe
def style_page(request: HttpRequest) -> HttpResponse:
    given = {"name": "Kim", "price": "", "sort": "name", "agreed": "on"}
    context = {
        "rating": {"average": "4.7", "count": 23},
        "tokens": tokens(),
        "themes": [
            (theme, SampleForm(given, auto_id=f"{theme}_%s"), {"key": theme, "title": f"panel, {theme}"})
            for theme in ("light", "dark")
        ],
        "direction": _direction(request.GET.get("dir", "")),
        "buttons": BUTTONS,
        "icons": ICONS,
        "rooms": [InStatus(status) for status in STATUSES],
    }
    return render(request, "demo_site/style.html", context)


def _direction(asked: str) -> str:
    """That of the language, unless the other one is asked for."""
    if asked in {"ltr", "rtl"}:
        return asked
    return "rtl" if get_language_bidi() else "ltr"


@require_safe
def swatches(request: HttpRequest) -> HttpResponse:
    """A rule for each token: nothing may be styled inline under a strict policy."""
    return HttpResponse("\n".join(_rule(token) for token in tokens()), content_type="text/css; charset=utf-8")


@cache
def tokens() -> list[Token]:
    found = _TOKEN.findall(Path(str(finders.find("ppv_plugin/css/tokens.css"))).read_text("utf-8"))
    values: dict[str, str] = {}
    for name, value in found:
        values.setdefault(name, value)  # what follows holds under a condition
    return [Token(name, value) for name, value in values.items()]


def _rule(token: Token) -> str:
    value = f"var(--ppv-{token.name})"
    shown = {
        "color": f"background: {value}",
        "font": f"font-family: {value}",
        "text": f"font-size: {value}",
        "space": f"inline-size: {value}",
        "radius": f"border-start-start-radius: {value}",
        "shadow": f"box-shadow: {value}",
    }
    return f'[data-token="{token.name}"] {{ {shown.get(token.kind, "opacity: 0")}; }}'
