"""Template tags of the product: what a page needs in it, the site's words, amounts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import get_language
from wagtail.models import Site

from ppv_plugin.amounts import marks, written
from ppv_plugin.conf import conf
from ppv_plugin.ledger.limits import local_text
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering.kinds import kind_text
from ppv_plugin.metering.queries import END_REASONS
from ppv_plugin.pages.addresses import Kind, full_url
from ppv_plugin.pages.figures import hours
from ppv_plugin.pages.modules import MODULES, addresses
from ppv_plugin.people.labels import PRESETS, Word, words_for
from ppv_plugin.recordings import words as recording_words
from ppv_plugin.shows.queries.prices import PrivatePrices, private_prices
from ppv_plugin.shows.states import PersonView, RoomView

register = template.Library()

PART_STYLES = ("tokens", "base", "components", "content", "feedback", "pages", "parts")
STYLES = (*PART_STYLES, "room", "tiles", "calls", "console", "chat", "tips", "studio", "figures")
_SESSION = tuple(
    name
    for name in MODULES
    if name not in {"start", "room", "console", "guest", "listing", "wallet", "running", "preview"}
)
# what a page of that name loads anyway: fetched side by side instead of one after the other
PRELOADS: dict[str, tuple[str, ...]] = {
    "room": (*_SESSION, "room"),
    "console": (*_SESSION, "console"),
    "guest": (*_SESSION, "guest"),
    "listing": ("protocol", "format", "dom", "socket", "manners", "kinds", "listing"),
}
_STYLES_DONE = "ppv_styles_done"
# As in Django's json_script: no text of a page can end the element it stands in.
_IN_SCRIPT = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def import_map() -> dict[str, str]:
    """Module name -> URL, the site's own choice first."""
    ours = {f"ppv/{name}": static(f"ppv_plugin/js/{name}.js") for name in MODULES}
    return {**ours, **conf.IMPORTMAP_OVERRIDES}


@register.simple_tag(takes_context=True)
def ppv_styles(context: Context) -> SafeString:
    """The style sheets, once per page. For a site's own `<head>`; `ppv_head` brings them otherwise."""
    page = _whole_page(context)
    if page.get(_STYLES_DONE):
        return SafeString("")
    page[_STYLES_DONE] = True
    _brought(context).update(STYLES)
    return _links(STYLES)


def _links(names: Iterable[str]) -> SafeString:
    urls = ((static(f"ppv_plugin/css/{name}.css"),) for name in names)
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', urls)


@register.simple_tag(takes_context=True)
def ppv_head(context: Context, page: str = "") -> SafeString:
    """Style sheets, modules and entry module. `page` (room, console, listing) preloads what that page needs.

    Nothing is inline, except for a site with modules of its own: their names stand in an import map.
    """
    urls = import_map() if conf.IMPORTMAP_OVERRIDES else addresses()
    preloads = format_html_join(
        "\n",
        '<link rel="modulepreload" href="{}">',
        ((urls[f"ppv/{name}"],) for name in (() if context.get("is_preview") else PRELOADS.get(page, ()))),
    )
    return format_html("{}\n{}\n{}", ppv_styles(context), preloads, _entry(context, urls))


@register.simple_tag(takes_context=True)
def ppv_part_assets(context: Context, live: bool = False) -> SafeString:
    """What a block on a page of the site's own needs: the style sheets of the parts, and if it is `live`, the entry
    module. Each comes once per request; nothing where `ppv_styles` or `ppv_head` has brought it already."""
    brought = _brought(context)
    links = _links(name for name in PART_STYLES if name not in brought)
    brought.update(PART_STYLES)
    if not live or "start" in brought:
        return links
    return format_html("{}\n{}", links, _entry(context, import_map() if conf.IMPORTMAP_OVERRIDES else addresses()))


def _entry(context: Context, urls: dict[str, str]) -> SafeString:
    """The entry module, after the import map of a site that has modules of its own: a page takes one map only."""
    brought = _brought(context)
    mapped = bool(conf.IMPORTMAP_OVERRIDES) and "map" not in brought
    brought.update(("start", "map"))
    return format_html(
        '{}<script type="module" src="{}"></script>',
        _map(urls, getattr(context.get("request"), "csp_nonce", None)) if mapped else "",
        urls["ppv/start"],
    )


def _brought(context: Context) -> set[str]:
    """What this request's page has already. A block is a rendering of its own: only the request outlives it."""
    request = context.get("request")
    return request.__dict__.setdefault("_ppv_brought", set()) if request is not None else set()


def _map(urls: dict[str, str], nonce: object | None) -> SafeString:
    # not `if nonce`: django-csp's lazy nonce is false until it is read
    attribute = format_html(' nonce="{}"', str(nonce)) if nonce is not None else SafeString("")
    text = json.dumps({"imports": urls}, indent=None).translate(_IN_SCRIPT)
    return format_html(
        '<script type="importmap"{}>{}</script>',
        attribute,
        mark_safe(text),  # noqa: S308 - JSON, with < > & escaped above
    )


@register.simple_tag(takes_context=True)
def ppv_word(context: Context, term: str, plural: bool = False, article: bool = False, cap: bool = False) -> str:
    """The site's word for a role or a thing: performer, client, studio, room, show, token."""
    word = _words(context)[term]
    text = str(word.plural if plural else word.indefinite if article else word.singular)
    return text[:1].upper() + text[1:] if cap else text


@register.simple_tag(takes_context=True)
def ppv_money(context: Context, amount: int | str | None) -> SafeString:
    """An amount with the site's word for it. An int is hundredths of a token; a text is an amount of a screen state."""
    if amount is None:
        return SafeString("")
    text = tokens(amount) if isinstance(amount, int) else str(amount)
    word = _words(context)["token"]
    unit = word.singular if text in {"1.00", "-1.00"} else word.plural
    # from left to right in every language: a minus stands before its number
    figure = written(text)
    number = format_html('<bdi dir="ltr">{}</bdi>', figure) if text.startswith("-") else figure
    return format_html('<span class="ppv-money">{}&nbsp;{}</span>', number, unit)


@register.simple_tag
def ppv_private_prices(room: RoomView, me: PersonView | None = None) -> PrivatePrices:
    """What private shows cost there by kind: `kinds`, the `lowest`, and whether there are `several` prices."""
    return private_prices(room.private, me.own if me else None)


@register.simple_tag
def ppv_next_step(role: str, site: Site | None) -> str:
    """Where somebody who is new in a role begins, as a whole address. Empty where there is neither page nor site."""
    first: dict[str, Kind] = {"performer": "dashboard", "studio": "studio", "client": "listing"}
    return full_url(site, first[role]) or (f"{site.root_url}/" if site else "")


@register.simple_block_tag(takes_context=True)
def ppv_element(
    context: Context, content: SafeString, name: str, kind: str = "", attrs: str = "", **more: Any
) -> SafeString:
    """A small piece by its template `ppv_plugin/elements/NAME.html`, around what stands between the tags. `kind`: one
    or several of its looks. `attrs`: further attributes, as they are written in the template."""
    shown = {"content": content, "kinds": kind.split(), "attrs": mark_safe(f" {attrs}" if attrs else ""), **more}  # noqa: S308
    return render_to_string(f"ppv_plugin/elements/{name}.html", shown)


@register.simple_tag
def ppv_recording_words(to: str, name: str = "") -> str:
    """What somebody is told before something is recorded. `to`: performer, viewer, asker, asked."""
    told = {"performer": recording_words.to_performer, "asked": recording_words.to_asked}
    if to in told:
        return told[to]()
    return {"viewer": recording_words.to_viewer, "asker": recording_words.to_asker}[to](name=name)


@register.simple_tag
def ppv_end_reasons() -> list[str]:
    """Every way a paid session can end: `elements/end_reason.html` words them."""
    return list(END_REASONS)


@register.filter
def ppv_split(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


@register.filter
def ppv_clock(milliseconds: int | None) -> str:
    """A duration as 3:05 or 1:02:09."""
    seconds = max(0, int(milliseconds or 0)) // 1000
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@register.filter
def ppv_hours(milliseconds: int) -> str:
    """A duration in hours and minutes: 12:05."""
    return hours(milliseconds)


@register.filter
def ppv_kind(kind: str) -> str:
    """What kind of session that is; one without a name of its own is called by its key, in words."""
    return kind_text(kind)


@register.filter
def ppv_amount(amount: int) -> str:
    """Hundredths of a token as 1.50 in every language: for attributes, which programs read."""
    return tokens(amount)


@register.filter
def ppv_figure(amount: int | str | None) -> str:
    """An amount as people write it, where there is no room for a word or an element; 0 for none."""
    return written(0 if amount is None else amount)


@register.filter
def ppv_percent(basis_points: int) -> str:
    """3000 as 30 %."""
    return f"{basis_points / 100:g}\N{NO-BREAK SPACE}%".replace(".", marks()[0])


@register.filter
def ppv_site_time(moment: datetime | str | None) -> str:
    """Date and time in the site's time zone: limits count by its days. A text is a moment in ISO 8601."""
    return local_text(datetime.fromisoformat(moment) if isinstance(moment, str) else moment, "DATETIME_FORMAT")


@register.filter
def ppv_site_date(moment: datetime | None) -> str:
    """The day in the site's time zone."""
    return local_text(moment, "DATE_FORMAT")


@register.filter
def ppv_since(moment: datetime) -> str:
    """How long ago that was, in its largest unit: 3 hours. Empty within the first minute."""
    return timesince(moment, depth=1) if timezone.now() - moment >= timedelta(minutes=1) else ""


@register.filter
def ppv_other(value: object, than: object) -> bool:
    """Whether it is another one: for arguments of `ppv_element`, where no comparison can stand."""
    return value != than


@register.filter
def ppv_initials(name: str) -> str:
    """Up to two letters that stand where there is no picture."""
    return "".join(part[0] for part in str(name).split()[:2]).upper()


def _whole_page(context: Context) -> dict[str, Any]:
    """The outermost scope of this rendering: a tag inside a block must be seen by tags outside of it."""
    return context.render_context.dicts[0]


def _words(context: Context) -> dict[str, Word]:
    page = _whole_page(context)
    language = get_language() or settings.LANGUAGE_CODE
    key = f"ppv_words_{language}"
    if key not in page:
        page[key] = _words_of_site(context.get("ppv_site"), context.get("request"), language)
    return page[key]


def _words_of_site(site: Any, request: HttpRequest | None, language: str) -> dict[str, Word]:
    """A letter has a site and no request."""
    from wagtail.models import Site

    from ppv_plugin.people.queries import words

    if site is None:
        rows = Site.objects.filter(is_default_site=True)
        site = Site.find_for_request(request) if request is not None else rows.first()
    if site is None:  # a page rendered before any site was set up
        return words_for(preset=next(iter(PRESETS)), own=(), language=language)
    return words(site=site, language=language)
