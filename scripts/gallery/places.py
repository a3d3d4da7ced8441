"""Which pages there are to look at, and what axe may say of them because Wagtail's own frame around ours causes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

STAFF, CLIENT, PERFORMER, STUDIO, VISITOR = "admin", "cy", "ana", "eos", ""
CLOSED_SNIPPETS = "/admin/snippets/ppv_plugin"
SETTINGS = "/admin/settings/ppv_plugin"


@dataclass(frozen=True, slots=True)
class Place:
    """`path` may name rows of the story: `/admin/ppv_rooms/edit/{room}/`. `who` is signed in; empty = nobody."""

    name: str
    path: str
    who: str = STAFF

    @property
    def in_admin(self) -> bool:
        return self.path.startswith("/admin/")


def _lists() -> Iterable[Place]:
    kept = ("recordings", "recording_consents")
    money = ("sessions", "refunds", "accounts", "adjustments", "limits", "ledger")
    people = ("rooms", "performers", "studios", "clients", "sanctions", "messages", "goals", "ratings", "calls")
    for name in (*people, *kept, *money):
        yield Place(f"list-{name}", f"/admin/ppv_{name}/")
    for name, model in (("modes", "roommode"), ("tip-options", "tipoption"), ("categories", "roomcategory")):
        yield Place(f"list-{name}", f"{CLOSED_SNIPPETS}/{model}/")
    yield Place("list-nothing-found", "/admin/ppv_rooms/?q=nobody-is-called-that")


def _rows() -> Iterable[Place]:
    for name, key in (("rooms", "room"), ("performers", "performer"), ("studios", "studio")):
        yield Place(f"new-{key}", f"/admin/ppv_{name}/new/")
        yield Place(f"edit-{key}", f"/admin/ppv_{name}/edit/{{{key}}}/")
        yield Place(f"delete-{key}", f"/admin/ppv_{name}/delete/{{{key}}}/")
    for name, model in (("mode", "roommode"), ("tip-option", "tipoption"), ("category", "roomcategory")):
        yield Place(f"new-{name}", f"{CLOSED_SNIPPETS}/{model}/add/")
    for page in ("edit", "inspect", "history", "usage", "delete"):
        yield Place(f"{page}-mode", f"{CLOSED_SNIPPETS}/roommode/{page}/{{mode}}/")
    for name, key in (
        ("rooms", "room"),
        ("performers", "performer"),
        ("studios", "studio"),
        ("clients", "client"),
        ("sessions", "session"),
        ("refunds", "refund"),
        ("accounts", "account"),
        ("adjustments", "adjustment"),
        ("limits", "limit"),
        ("ledger", "entry"),
    ):
        yield Place(f"inspect-{key}", f"/admin/ppv_{name}/inspect/{{{key}}}/")
    yield Place("history-room", "/admin/ppv_rooms/history/{room}/")
    yield Place("usage-room", "/admin/ppv_rooms/usage/{room}/")


def _acts() -> Iterable[Place]:
    bulk = "/admin/bulk/ppv_plugin"
    yield Place("quick-edit-rooms", f"{bulk}/room/ppv_quick_edit/?id={{room}}&next=/admin/ppv_rooms/")
    yield Place("quick-edit-people", f"{bulk}/performer/ppv_quick_edit/?id={{performer}}&next=/admin/ppv_performers/")
    yield Place("review", "/admin/ppv_performers/review/{applicant}/")
    yield Place("refund-a-session", "/admin/ppv_sessions/refund/{session}/")
    yield Place("decide-refund", "/admin/ppv_refunds/decide/{refund}/")
    yield Place("adjust-an-account", "/admin/ppv_accounts/adjust/{account}/")
    yield Place("decide-adjustment", "/admin/ppv_adjustments/decide/{adjustment}/")
    yield Place("import-modes", "/admin/ppv/modes/import/")
    yield Place("price-profile", "/admin/ppv/prices/{site}/vw/")


def _overviews() -> Iterable[Place]:
    yield Place("first-page", "/admin/")
    for by in ("day", "performer", "studio", "mode"):
        yield Place(f"takings-{by}", f"/admin/ppv/takings/{by}/")
    for setting in ("pricing", "chat", "tip", "label", "role"):
        yield Place(f"settings-{setting}", f"{SETTINGS}/{setting}settings/{{site}}/")


def _public() -> Iterable[Place]:
    yield Place("home", "/", VISITOR)
    yield Place("style", "/style/", VISITOR)
    yield Place("listing", "/live/", VISITOR)
    yield Place("listing-nothing", "/live/?q=nobody-is-called-that", VISITOR)
    yield Place("room-offline", "/live/ana/", VISITOR)
    yield Place("wallet-visitor", "/wallet/", VISITOR)
    yield Place("studio-visitor", "/studio/", VISITOR)
    yield Place("verify", "/ppv/verify/", VISITOR)
    for name in ("register", "register-to-go-live"):
        yield Place(name, f"/{name}/", VISITOR)
        yield Place(f"{name}-signed-in", f"/{name}/", STUDIO)
    yield Place("wallet", "/wallet/", CLIENT)
    yield Place("limits", "/ppv/wallet/limits/", CLIENT)
    yield Place("receipt", "/ppv/receipts/{session}/", CLIENT)
    yield Place("statement", "/ppv/statements/{wallet}/", CLIENT)
    yield Place("room-client", "/live/ana/", CLIENT)
    yield Place("console", "/studio/", PERFORMER)
    yield Place("books", "/studio/?view=books", PERFORMER)
    yield Place("recordings", "/ppv/recordings/", PERFORMER)
    yield Place("studio-not-a-performer", "/studio/", STUDIO)
    yield Place("team", "/team/", STUDIO)
    yield Place("team-visitor", "/team/", VISITOR)


def places() -> list[Place]:
    return [*_overviews(), *_lists(), *_acts(), *_rows(), *_public()]


@dataclass(frozen=True, slots=True)
class Allowed:
    """A finding that is not ours to mend: `inside` names the part of Wagtail's frame, `why` the reason."""

    rule: str
    inside: str
    why: str


ALLOWED: tuple[Allowed, ...] = (
    Allowed("label", "ui-autocomplete-input", "Wagtail's field of tags makes a bare input beside the labelled one"),
    Allowed("link-in-text-block", "/usage/", "Wagtail's sentence on how often a row is referenced has a plain link"),
    Allowed("target-size", "w-minimap", "Wagtail's outline of a long form, whose marks are small on a small screen"),
)


def is_allowed(rule: str, target: str, html: str) -> bool:
    return any(one.rule == rule and one.inside in f"{target} {html}" for one in ALLOWED)
