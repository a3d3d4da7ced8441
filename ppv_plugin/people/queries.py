"""Reads of people: who a user is here, who is let in, what a role takes, and which words a site uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from wagtail.models import Site

from ppv_plugin import wording

from . import rules
from .labels import NEUTRAL, Word, words_for
from .models import Block, Client, LabelSettings, Performer, RoleSettings, StatusChange, Studio
from .rules import StudioShare

ROLES: dict[str, Any] = {"client": Client, "performer": Performer, "studio": Studio}


@dataclass(frozen=True, slots=True)
class Requirements:
    """What it takes to get a role on a site."""

    open: bool
    approval: bool
    email: bool


def client_of(user: Any) -> Client | None:
    if user is None or not user.is_authenticated:
        return None
    return Client.objects.filter(user=user).first()


def performer_of(user: Any) -> Performer | None:
    if user is None or not user.is_authenticated:
        return None
    return Performer.objects.select_related("studio").filter(user=user).first()


def studios_of(user: Any) -> list[Studio]:
    return list(Studio.objects.filter(owner=user).order_by("pk")) if user is not None and user.is_authenticated else []


def row_of(*, user: Any, role: str) -> Any | None:
    """What gives this user the role: a client, performer or studio."""
    if role == "studio":
        return next(iter(studios_of(user)), None)
    return client_of(user) if role == "client" else performer_of(user)


def holder_of(row: Any) -> Any:
    """The user who has the role by this row."""
    return row.owner if isinstance(row, Studio) else row.user


def role_settings(site: Any) -> RoleSettings:
    """Of this site; None = the default one, or what the package begins with where there is none."""
    site = site or Site.objects.filter(is_default_site=True).first()
    if site is None:
        return RoleSettings()
    return RoleSettings.objects.filter(site=site).first() or RoleSettings(site=site)


def requirements(*, role: str, site: Any) -> Requirements:
    row = role_settings(site)
    return Requirements(*(getattr(row, f"{role}_{name}") for name in ("open", "approval", "email")))


def stage_statuses(site: Any) -> frozenset[str]:
    """In which statuses a performer may go live on this site (spec R-5)."""
    return rules.stage_statuses(role_settings(site).unapproved_live)


def may_perform(*, performer: Performer, site: Any) -> bool:
    """The site's rules are read only for those who are not approved: they are few, and this is asked often."""
    if performer.disabled or studio_barred(performer):
        return False
    return performer.status == rules.APPROVED or performer.status in stage_statuses(site)


def studio_barred(performer: Performer) -> bool:
    """Nothing more is earned for a studio that the site has suspended or turned down."""
    return performer.studio is not None and performer.studio.status in rules.BARRED


def may_be_met(site: Any) -> Q:
    """Of rooms: those whose performer may go live on this site."""
    fit = Q(performer__status__in=stage_statuses(site), performer__disabled=False)
    return fit & ~Q(performer__studio__status__in=rules.BARRED)


def studio_share(*, performer: Performer, site: Any) -> StudioShare:
    """What its studio takes of the performer's part, from the next session on. 0 for one without."""
    if performer.studio is None:
        return StudioShare(0, "studio")
    highest = role_settings(site).studio_share_max_bp
    return rules.studio_share(own=performer.studio_share_bp, studio=performer.studio.share_bp, highest=highest)


def last_change(*, role: str, subject: Any) -> StatusChange | None:
    """Who decided last about somebody in a role, when and why."""
    rows = StatusChange.objects.filter(role=role, subject=subject)
    return rows.select_related("actor").order_by("-pk").first()


def history_of(*, role: str, subject: Any) -> list[StatusChange]:
    """Newest first."""
    rows = StatusChange.objects.filter(role=role, subject=subject)
    return list(rows.select_related("actor").order_by("-pk"))


def is_blocked(*, performer_id: int, client_id: int, now: datetime) -> bool:
    rows = Block.objects.filter(performer_id=performer_id, client_id=client_id)
    return rows.filter(Q(until__isnull=True) | Q(until__gt=now)).exists()


def words(*, site: Any, language: str) -> dict[str, Word]:
    """term -> Word for this site (None = the presets) and language (spec R-2, R-3). Texts are lazy or plain strings.

    Read anew in every request: what an editor saves is said by every process at once.
    """
    if site is None:
        return words_for(preset="broadcaster", own=[], language=language)
    preset, own = wording.remembered(("words", site.pk), lambda: _own_words(site))
    return words_for(preset=preset, own=own, language=language)


def _own_words(site: Any) -> tuple[str, list[tuple[str, str, str, str, str]]]:
    """The site's preset and the words it typed, in one query."""
    own = (f"labels__{name}" for name in ("language", "term", "singular", "plural", "indefinite"))
    rows = list(LabelSettings.objects.filter(site=site).order_by("labels__sort_order").values_list("preset", *own))
    return (rows[0][0] if rows else "broadcaster"), [row[1:] for row in rows if row[1] is not None]


def words_of_request(request: Any, language: str) -> dict[str, Word]:
    site = wording.remembered("site", lambda: Site.find_for_request(request))
    return words(site=site, language=language)


wording.connect(of_request=words_of_request, neutral=lambda: NEUTRAL)
