"""Reads of people: who a user is here, who is let in, and which words a site uses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Q

from .labels import Word, words_for
from .models import Block, Client, LabelSettings, Performer

_WORDS_SECONDS = 5  # how long another process may show the old words after an editor changed them


def client_of(user: Any) -> Client | None:
    if user is None or not user.is_authenticated:
        return None
    return Client.objects.filter(user=user).first()


def performer_of(user: Any) -> Performer | None:
    if user is None or not user.is_authenticated:
        return None
    return Performer.objects.select_related("studio").filter(user=user).first()


def is_blocked(*, performer_id: int, client_id: int, now: datetime) -> bool:
    rows = Block.objects.filter(performer_id=performer_id, client_id=client_id)
    return rows.filter(Q(until__isnull=True) | Q(until__gt=now)).exists()


def words(*, site: Any, language: str) -> dict[str, Word]:
    """term -> Word for this site (None = the presets) and language (spec R-2, R-3). Texts are lazy or plain strings."""
    if site is None:
        return words_for(preset="broadcaster", own=[], language=language)
    key = words_cache_key(site.pk)
    stored = cache.get(key)
    if stored is None:
        row = LabelSettings.for_site(site)
        own = list(row.labels.values_list("language", "term", "singular", "plural", "indefinite"))
        stored = (row.preset, own)
        cache.set(key, stored, _WORDS_SECONDS)
    preset, own = stored
    return words_for(preset=preset, own=own, language=language)


def words_cache_key(site_id: int) -> str:
    return f"ppv_plugin.words.{site_id}"
