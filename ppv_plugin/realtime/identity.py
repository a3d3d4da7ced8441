"""Who is at the other end of a socket: read from the session cookie, and asked again from time to time.

Not Channels' AuthMiddlewareStack: it reads the session through the one shared thread, and never again.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user, get_user_model
from django.contrib.auth.models import AnonymousUser
from django.http import parse_cookie
from django.utils import translation

from .asgi_types import Scope


@dataclass(frozen=True, slots=True)
class Identity:
    """`user` is None for somebody not signed in; `language` is what texts are said in."""

    user: Any | None = None
    session_key: str = ""
    language: str = ""

    @property
    def user_key(self) -> str:
        return str(self.user.pk) if self.user is not None else ""


def identify(scope: Scope) -> Identity:
    """Reads the database. A `user` that a site's own middleware has put into the scope is believed."""
    cookies = cookies_of(scope)
    language = language_of(scope, cookies)
    user = scope.get("user")
    if user is not None:
        return Identity(user if user.is_authenticated and user.is_active else None, language=language)
    session_key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    if not session_key:
        return Identity(language=language)
    user = get_user(SimpleNamespace(session=_session(session_key)))  # type: ignore[arg-type]
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Identity(language=language)
    return Identity(user, session_key, language)


def still_holds(identity: Identity) -> bool:
    """The account is still active, and the session has not been ended. Reads the database."""
    if identity.user is None:
        return True
    if not get_user_model()._default_manager.filter(pk=identity.user.pk, is_active=True).exists():
        return False
    if not identity.session_key:
        return True
    return str(_session(identity.session_key).load().get(SESSION_KEY, "")) == identity.user_key


def language_of(scope: Scope, cookies: dict[str, str]) -> str:
    """As Django's LocaleMiddleware without the path: the cookie, else what the browser asks for."""
    headers = dict(scope["headers"])
    request = SimpleNamespace(
        COOKIES=cookies, META={"HTTP_ACCEPT_LANGUAGE": headers.get(b"accept-language", b"").decode("latin-1")}
    )
    return translation.get_language_from_request(request)  # type: ignore[arg-type]


def cookies_of(scope: Scope) -> dict[str, str]:
    raw = b"; ".join(value for name, value in scope["headers"] if name.lower() == b"cookie")
    return parse_cookie(raw.decode("latin-1"))


def _session(key: str) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(key)
