"""Listing pictures of shows, taken by the relay from its own frames (spec M-10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from ppv_plugin.media import services as media
from ppv_plugin.rooms import snapshots
from ppv_plugin.rooms.queries import recording_settings
from ppv_plugin.signals import announce, room_changed

from . import rules
from .models import PrivateShow, Show
from .services.common import lock_room

WIDTH = 480
# The engine may still give a picture of the moment before: so long after a private show none is taken.
AFTER_PRIVATE = timedelta(seconds=5)
STALE = timedelta(seconds=60)  # and two intervals: an older picture of a stream that gives none is taken away


def take_snapshots(*, now: datetime) -> None:
    """Every picture that is due. A stream that is lost keeps its last one for a short while only."""
    for show in snapshots_due(now=now):
        jpeg = media.snapshot(
            stage=rules.stage_name(show.room_id), participant=rules.performer_participant(show.id), width=WIDTH
        )
        if jpeg is None:
            _forget_stale(show, now)
        else:
            _keep(show, jpeg, now)


def snapshots_due(*, now: datetime) -> list[Show]:
    """Live shows whose picture is older than their mode's interval; private ones only where the site wants it."""
    shows = Show.objects.filter(state=Show.State.LIVE).select_related("room__snapshot", "room__site")
    due = []
    for show in shows.defer("room__snapshot__jpeg"):
        seconds = show.terms["snapshot_seconds"]
        last = getattr(show.room, "snapshot", None)
        if seconds is not None and (last is None or (now - last.taken_at).total_seconds() >= seconds):
            due.append(show)
    return [show for show in due if _may_be_shown(show, now)]


def _may_be_shown(show: Show, now: datetime) -> bool:
    shows = PrivateShow.objects.filter(show=show).exclude(ended_at__lt=now - AFTER_PRIVATE)
    return not shows.exists() or recording_settings(show.room.site).private_pictures


@transaction.atomic
def _keep(show: Show, jpeg: bytes, now: datetime) -> None:
    """Unless meanwhile the show ended, became private, or changed into a mode without pictures."""
    lock_room(show.room_id)
    fresh = Show.objects.select_related("room__site").get(pk=show.pk)
    if fresh.state == Show.State.LIVE and fresh.terms["snapshot_seconds"] is not None and _may_be_shown(fresh, now):
        snapshots.keep_snapshot(room_id=show.room_id, jpeg=jpeg, now=now)
        announce(room_changed, room_id=show.room_id)


@transaction.atomic
def _forget_stale(show: Show, now: datetime) -> None:
    last = getattr(show.room, "snapshot", None)
    limit = max(STALE, timedelta(seconds=2 * show.terms["snapshot_seconds"]))
    if last is not None and now - last.taken_at > limit:
        snapshots.forget_snapshot(room_id=show.room_id)
        announce(room_changed, room_id=show.room_id)
