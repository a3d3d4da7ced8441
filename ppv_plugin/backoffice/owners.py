"""Whose an account is, in words: the ledger knows owners by key only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from ppv_plugin.people.models import Client, Performer, Studio

OWNERS: dict[str, Any] = {"client": Client, "performer": Performer, "studio": Studio}


def names_of(*, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(kind of account, owner's key) -> name, one query per kind. Owners that are no person are left out."""
    wanted: dict[str, set[UUID]] = {}
    for kind, owner in keys:
        if kind in OWNERS:
            wanted.setdefault(kind, set()).add(UUID(owner))
    found: dict[tuple[str, str], str] = {}
    for kind, owners in wanted.items():
        for key, name in OWNERS[kind].objects.filter(uuid__in=owners).values_list("uuid", "name"):
            found[kind, str(key)] = name
    return found


def owned_by_named(text: str) -> Q:
    """Of accounts: those of the people whose name has this text in it."""
    found = Q(pk__in=[])
    for kind, model in OWNERS.items():
        keys = [str(key) for key in model.objects.filter(name__icontains=text).values_list("uuid", flat=True)]
        found |= Q(kind=kind, owner__in=keys)
    return found
