"""The Wagtail hooks of the package, each with its one typed caller. `docs/reference/hooks.md` describes them.

A hook is given its facts by name, and only those that it names. None runs inside the money's transaction. A veto that
raises refuses; whatever else raises is left out. Both are logged.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django import forms
from django.db.models import QuerySet
from wagtail import hooks

from .errors import NotAllowed

_log = logging.getLogger(__name__)

VETO_GO_LIVE = "ppv_veto_go_live"
VETO_PRIVATE_REQUEST = "ppv_veto_private_request"
VETO_GROUP_ENTRY = "ppv_veto_group_entry"
VETO_REGISTRATION = "ppv_veto_registration"
VETO_PURCHASE = "ppv_veto_purchase"
VETO_TIP = "ppv_veto_tip"
VETO_MESSAGE = "ppv_veto_message"
FILTER_MESSAGE = "ppv_filter_message"
FILTER_LISTING = "ppv_filter_listing"
FILTER_LETTER = "ppv_filter_letter"
BILLING_RULES = "ppv_billing_rules"
MODE_FEATURES = "ppv_mode_features"
DASHBOARD_PANELS = "ppv_dashboard_panels"
WALLET_PANELS = "ppv_wallet_panels"
STUDIO_PANELS = "ppv_studio_panels"

_IN_ROOM, _ON_PAGE = ("user", "room", "features"), ("request", "user", "page")
# name -> what a hook of this name may ask for
FACTS: dict[str, tuple[str, ...]] = {
    VETO_GO_LIVE: _IN_ROOM,
    VETO_PRIVATE_REQUEST: _IN_ROOM,
    VETO_GROUP_ENTRY: _IN_ROOM,
    VETO_REGISTRATION: ("user", "role", "site"),
    VETO_PURCHASE: ("user", "amount"),
    VETO_TIP: ("user", "room", "amount"),
    VETO_MESSAGE: ("user", "room", "text"),
    FILTER_MESSAGE: ("text", "user", "room"),
    FILTER_LISTING: ("rooms", "site"),
    FILTER_LETTER: ("letter", "user", "site"),
    BILLING_RULES: (),
    MODE_FEATURES: (),
    DASHBOARD_PANELS: _ON_PAGE,
    WALLET_PANELS: _ON_PAGE,
    STUDIO_PANELS: _ON_PAGE,
}
NAMES = tuple(FACTS)
_Hook = Callable[..., Any]


# --- what hooks are given, and what they make
class RoomRow(Protocol):
    """What a hook may rely on of a room; it is given the whole model row."""

    id: int
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class BillingRule:
    """A site's own way to charge, beside the eight built-in ones.

    `owed(cpm, grace_ms, used_ms)` says what is owed in all after so much time: whole hundredths for a price in
    hundredths per minute, never less for more time, and always the same for the same numbers. `lasts_ms(cpm, grace_ms,
    funds)` may say how long a sum lasts; without it, and where it is wrong, that is searched for. `label` is for
    editors; `text` completes "Counted:" for those who pay.
    """

    id: str
    label: Any
    text: Any
    owed: Callable[..., int]
    lasts_ms: Callable[..., int] | None = None


@dataclass(frozen=True, slots=True)
class ModeFeature:
    """One more thing that room modes may say. `field` makes the form field that editors fill in; its clean value must
    be one that JSON has. `imported_as`: the name of the setting in imported texts, where it has one there."""

    key: str
    field: Callable[[], forms.Field]
    default: Any = None
    imported_as: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page of ours, below what is there. `template` gets `context` beside the page's own."""

    key: str
    title: Any
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail about to be sent. `name` is its template's."""

    name: str
    subject: str
    body: str


# --- vetoes
def veto_go_live(*, user: Any, room: RoomRow, features: Mapping[str, Any]) -> None:
    """Before a performer goes live or changes the mode. Raises NotAllowed with the hook's text, as all vetoes do."""
    _veto(VETO_GO_LIVE, user=user, room=room, features=features)


def veto_private_request(*, user: Any, room: RoomRow, features: Mapping[str, Any]) -> None:
    """Before a client asks for a private show."""
    _veto(VETO_PRIVATE_REQUEST, user=user, room=room, features=features)


def veto_group_entry(*, user: Any, room: RoomRow, features: Mapping[str, Any]) -> None:
    """Before a client enters a show that costs."""
    _veto(VETO_GROUP_ENTRY, user=user, room=room, features=features)


def veto_registration(*, user: Any, role: str, site: Any) -> None:
    """Before somebody registers for a role. `user` is None for a visitor who makes an account with it."""
    _veto(VETO_REGISTRATION, user=user, role=role, site=site)


def veto_purchase(*, user: Any, amount: int) -> None:
    """Before somebody adds `amount` hundredths to the wallet."""
    _veto(VETO_PURCHASE, user=user, amount=amount)


def veto_tip(*, user: Any, room: RoomRow, amount: int) -> None:
    """Before a client gives a tip of `amount` hundredths."""
    _veto(VETO_TIP, user=user, room=room, amount=amount)


def veto_message(*, user: Any, room: RoomRow, text: str) -> None:
    """Before a chat line is stored."""
    _veto(VETO_MESSAGE, user=user, room=room, text=text)


# --- filters
def message_text(text: str, *, user: Any, room: RoomRow) -> str:
    """A chat line as it is to be stored."""
    made: str = _filtered(FILTER_MESSAGE, "text", text, str, user=user, room=room)
    return made


def listed_rooms(rooms: QuerySet[Any], *, site: Any) -> QuerySet[Any]:
    """The rooms that a listing may show."""
    made: QuerySet[Any] = _filtered(FILTER_LISTING, "rooms", rooms, QuerySet, site=site)
    return made


def letter(written: Letter, *, user: Any, site: Any) -> Letter | None:
    """The letter as it is to be sent; None when a hook says that it is not to be."""
    made: Letter | None = _filtered(FILTER_LETTER, "letter", written, (Letter, type(None)), user=user, site=site)
    return made


# --- what sites add
def billing_rules() -> dict[str, BillingRule]:
    """The own rules of the site by their id; of two with the same id the first."""
    return _by_key((rule.id, rule) for rule in _collected(BILLING_RULES, BillingRule))


def billing_rule(rule: str) -> BillingRule | None:
    return billing_rules().get(rule)


def mode_features() -> dict[str, ModeFeature]:
    return _by_key((feature.key, feature) for feature in _collected(MODE_FEATURES, ModeFeature))


def dashboard_panels(*, request: Any, user: Any, page: Any) -> list[Panel]:
    return _panels(DASHBOARD_PANELS, request=request, user=user, page=page)


def wallet_panels(*, request: Any, user: Any, page: Any) -> list[Panel]:
    return _panels(WALLET_PANELS, request=request, user=user, page=page)


def studio_panels(*, request: Any, user: Any, page: Any) -> list[Panel]:
    return _panels(STUDIO_PANELS, request=request, user=user, page=page)


# --- how they are asked
def _veto(name: str, **facts: Any) -> None:
    for hook in hooks.get_hooks(name):
        try:
            refusal = _asked(hook, facts)
        except NotAllowed:
            raise
        except Exception as error:
            _log.exception("%s: %s failed, so it refuses", name, _title(hook))
            raise NotAllowed from error
        if refusal:
            raise NotAllowed(str(refusal))


def _filtered(name: str, subject: str, value: Any, kind: Any, **facts: Any) -> Any:
    """Each hook makes of it what the next one is given; None ends that, where `kind` allows it."""
    for hook in hooks.get_hooks(name):
        try:
            made = _asked(hook, {**facts, subject: value})
            if not isinstance(made, kind):
                raise TypeError(f"{made!r} is not what {name} has to return")
        except Exception:
            _log.exception("%s: %s failed and is left out", name, _title(hook))
            continue
        value = made
        if value is None:
            break
    return value


def _collected(name: str, kind: type[Any], **facts: Any) -> Iterator[Any]:
    """What the hooks return: one of a kind, several, or None."""
    for hook in hooks.get_hooks(name):
        try:
            made = _asked(hook, facts)
            found = [] if made is None else [made] if isinstance(made, kind) else list(made)
            if not all(isinstance(one, kind) for one in found):
                raise TypeError(f"{name} has to return {kind.__name__}, or several")
        except Exception:
            _log.exception("%s: %s failed and is left out", name, _title(hook))
            continue
        yield from found


def _panels(name: str, **facts: Any) -> list[Panel]:
    found: Sequence[Panel] = list(_collected(name, Panel, **facts))
    return sorted(found, key=lambda panel: panel.order)


def _by_key(pairs: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found


def _asked(hook: _Hook, facts: Mapping[str, Any]) -> Any:
    wanted = inspect.signature(hook).parameters.values()
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in wanted):
        return hook(**facts)
    names = {one.name for one in wanted}
    return hook(**{name: value for name, value in facts.items() if name in names})


def _title(hook: _Hook) -> str:
    return f"{getattr(hook, '__module__', '')}.{getattr(hook, '__qualname__', hook)}"
