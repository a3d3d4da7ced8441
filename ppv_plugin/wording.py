"""Texts that follow the site's own words although no template makes them: names of models, columns, menus, help.

Django and Wagtail take such texts when the process starts, so they are lazy here and made anew whenever they are shown:
in a web request with the words of its site, elsewhere (commands, migrations) with neutral ones. That keeps words out
of migrations. What was read is remembered for one request only: no process ever shows words that an editor replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from asgiref.local import Local
from django.core.exceptions import SynchronousOnlyOperation
from django.core.signals import request_finished, request_started
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import get_language


class Said(Protocol):
    """A word in its forms; the texts may be lazy."""

    @property
    def singular(self) -> Any: ...
    @property
    def plural(self) -> Any: ...
    @property
    def indefinite(self) -> Any: ...


Words = Mapping[str, Said]
Found = TypeVar("Found")


class _Running:
    """The web request at hand. Tasks it starts keep a reference to it and may outlive it: hence `over`."""

    def __init__(self, meta: dict[str, Any]) -> None:
        self.meta = meta
        self.found: dict[Any, Any] = {}
        self.over = False


_active = Local()
_sources: dict[str, Callable[..., Words]] = {}


def connect(*, of_request: Callable[..., Words], neutral: Callable[[], Words]) -> None:
    """Where words come from: `of_request(request, language)` for a web request, `neutral()` where there is none."""
    _sources.update(of_request=of_request, neutral=neutral)


def remembered(key: Any, read: Callable[[], Found]) -> Found:
    """What `read` gives, read once in a web request and every time outside of one."""
    running = _running()
    if running is None:
        return read()
    if key not in running.found:
        running.found[key] = read()
    found: Found = running.found[key]
    return found


def _running() -> _Running | None:
    running: _Running | None = getattr(_active, "request", None)
    return None if running is None or running.over else running


def begin(scope: Mapping[str, Any]) -> None:
    """Called under ASGI in the request's own task. Django sends its signal there in a task of its own, and what a
    receiver sets ends with that one."""
    _begin(scope=scope)


def _begin(*, environ: Any = None, scope: Any = None, **_facts: Any) -> None:
    _active.request = _Running(environ if environ is not None else _meta_of(scope or {}))


def _end(**_facts: Any) -> None:
    running = _running()
    if running is not None:
        running.over = True
        running.found.clear()


def _meta_of(scope: Mapping[str, Any]) -> dict[str, Any]:
    """As much of a WSGI environment as it takes to find the site."""
    host, port = scope.get("server") or ("localhost", "80")
    meta = {"SERVER_NAME": str(host), "SERVER_PORT": str(port or "80")}
    for name, value in scope.get("headers", ()):
        meta["HTTP_" + name.decode("latin1").upper().replace("-", "_")] = value.decode("latin1")
    return meta


request_started.connect(_begin, dispatch_uid="ppv_plugin.wording")
request_finished.connect(_end, dispatch_uid="ppv_plugin.wording")


def _words() -> Words:
    running, language = _running(), get_language()
    if running is None or language is None:
        return _sources["neutral"]()
    request = HttpRequest()
    request.META = running.meta
    try:
        return _sources["of_request"](request, language)
    except SynchronousOnlyOperation:  # asked for on an event loop, where the database may not be read
        return _sources["neutral"]()


def _name(term: str, plural: bool, article: bool, cap: bool) -> str:
    word = _words()[term]
    text = str(word.plural if plural else word.indefinite if article else word.singular)
    return str(capfirst(text)) if cap else text


_lazy_name = lazy(_name, str)


def named(term: str, *, plural: bool = False, article: bool = False, cap: bool = False) -> Any:
    """The site's word for a role or a thing, as a lazy text."""
    return _lazy_name(term, plural, article, cap)


def forms_of(words: Words) -> dict[str, str]:
    """Every word by the name a sentence uses for it: `performer`, `performers`, `a_performer`, and so on."""
    found = {}
    for term, word in words.items():
        found |= {term: str(word.singular), f"{term}s": str(word.plural), f"a_{term}": str(word.indefinite)}
    return found


def _phrase(text: Any, cap: bool) -> str:
    said = str(text) % forms_of(_words())
    return str(capfirst(said)) if cap else said


_lazy_phrase = lazy(_phrase, str)


def phrase(text: Any, *, cap: bool = False) -> Any:
    """A sentence with the site's words in it, as a lazy text: `phrase(_("the lowest price of %(a_show)s"))`; `cap`: it
    begins with a word and shall begin with a capital letter. A percent sign is written twice."""
    return _lazy_phrase(text, cap)


def sentence(text: Any, *, cap: bool = False, **facts: object) -> str:
    """A sentence of this moment, with the site's words and these facts in it."""
    said = str(text) % (forms_of(_words()) | facts)
    return str(capfirst(said)) if cap else said
