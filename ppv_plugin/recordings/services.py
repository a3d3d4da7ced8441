"""Recordings follow their shows: they begin, end, find their files, and go."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError
from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import get_language

from ppv_plugin.errors import NotFound
from ppv_plugin.media.configured import recordings_root
from ppv_plugin.rooms.queries import recording_settings

from .models import Recording, RecordingConsent
from .store import lies_with_the_relay, store

_log = logging.getLogger(__name__)
FINISHED, UNFINISHED, BROKEN = ".webm", ".part", ".broken"
WAIT = timedelta(hours=24)  # for a file from another machine
SETTLE = timedelta(seconds=10)  # the engine hears of an end a moment after it is written down
ENDED = (Recording.State.READY, Recording.State.FAILED)
SHORT = timedelta(seconds=10)  # of so little it is no wonder that there is no file


def follow(
    *, room: Any, show: Any | None, kind: str = "", private_show: Any | None = None, now: datetime
) -> Recording | None:
    """What runs is this part of the show, or nothing without `kind`. Call under the room's lock."""
    running = Recording.objects.filter(room_id=room.pk, state=Recording.State.RUNNING).first()
    wanted = (show.pk, show.mode_number, private_show.pk if private_show else None) if show and kind else None
    if running is not None:
        if wanted == (running.show_id, running.mode_number, running.private_show_id):
            return running
        Recording.objects.filter(pk=running.pk).update(state=Recording.State.WAITING, ended_at=now)
    if show is None or wanted is None:
        return None
    return Recording.objects.create(
        room_id=room.pk,
        performer_id=show.performer_id or room.performer_id,
        show=show,
        private_show=private_show,
        mode_number=show.mode_number,
        mode=show.terms["name"],
        kind=kind,
        started_at=now,
    )


def keep_consent(
    *,
    show: Any,
    user: Any,
    role: str,
    wording: str,
    now: datetime,
    agreed: bool = True,
    request: Any | None = None,
    unseen: bool = False,
) -> None:
    RecordingConsent.objects.create(
        show=show,
        request=request,
        mode_number=show.mode_number,
        user=user,
        role=role,
        unseen=unseen,
        agreed=agreed,
        wording=wording,
        language=get_language() or "",
        at=now,
    )


def collect(*, now: datetime, move: bool = False) -> int:
    """Recordings that have ended get their files. `move`: into the store of the site, which may take long; without it
    only what lies there already is taken. Returns how many became ready."""
    late = Q(state=Recording.State.FAILED, ended_at__gt=now - WAIT)  # what is on its way from another machine
    waiting = Recording.objects.filter(Q(state=Recording.State.WAITING) | late, ended_at__lte=now - SETTLE)
    if not waiting.exists() or not (move or lies_with_the_relay()):
        return 0
    return sum(_collect(row, now, move) for row in waiting)


def note_unwritten(found: Mapping[str, str]) -> None:
    """What the engine could not keep, and why: their owners and staff read it beside them."""
    for stretch, reason in found.items():
        trouble = reason if reason in Recording.Trouble.values else Recording.Trouble.FOLDER
        rows = Recording.objects.filter(stretch=stretch, state__in=[Recording.State.RUNNING, Recording.State.WAITING])
        rows.exclude(trouble=trouble).update(trouble=trouble)


def _collect(row: Recording, now: datetime, move: bool) -> int:
    try:
        paths = _paths(recordings_root() / str(row.stretch))
    except PermissionError as problem:
        if row.trouble != Recording.Trouble.CLOSED:
            _log.error("recording %s cannot be read: %s", row.stretch, problem)
            Recording.objects.filter(pk=row.pk).update(trouble=Recording.Trouble.CLOSED)
        return 0
    if any(path.name.endswith(UNFINISHED) for path in paths):
        return 0  # still being written, or to be mended
    films = [path for path in paths if path.name.endswith(FINISHED)]
    if any(path.name.endswith(BROKEN) for path in paths):
        row.trouble = Recording.Trouble.BROKEN
    elif row.trouble == Recording.Trouble.CLOSED:
        row.trouble = ""
    if films:
        return _ready(row, films, move)
    _give_up(row, now)
    return 0


def _paths(folder: Path) -> list[Path]:
    """Raises PermissionError where the site may not read what is in it."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in paths:
        if path.exists() and not os.access(path, os.R_OK):
            raise PermissionError(f"{path} belongs to another user")
    return paths


def _give_up(row: Recording, now: datetime) -> None:
    """There is no film: at once where it is known why, else when no other machine will bring one any more."""
    assert row.ended_at is not None
    state = Recording.State.FAILED
    if not row.trouble:
        if now - row.ended_at <= WAIT:
            return
        if row.ended_at - row.started_at < SHORT:
            state = Recording.State.EMPTY
        else:
            row.trouble = Recording.Trouble.MISSING
    rows = Recording.objects.filter(pk=row.pk, state=Recording.State.WAITING)
    rows.update(state=state, trouble=row.trouble)


def _ready(row: Recording, films: list[Path], move: bool) -> int:
    found = [(_kept(row, path, move), path.stat().st_size, _length_ms(path)) for path in films]
    with transaction.atomic():
        first = Recording.objects.select_for_update().get(pk=row.pk)
        if first.state not in (Recording.State.WAITING, Recording.State.FAILED):
            return 0
        first.trouble = row.trouble
        for number, (file, size, length_ms) in enumerate(found, 1):
            part = first if number == 1 else _another(first, number)
            part.file, part.bytes, part.length_ms, part.state = file, size, length_ms, Recording.State.READY
            part.save()
    if move and not lies_with_the_relay():
        for path in films:
            path.unlink(missing_ok=True)
    return len(found)


def _another(first: Recording, number: int) -> Recording:
    facts = ("room", "performer", "show", "private_show", "mode_number", "mode", "kind", "started_at", "ended_at")
    return Recording(
        stretch=first.stretch, part=number, trouble=first.trouble, **{name: getattr(first, name) for name in facts}
    )


def _kept(row: Recording, path: Path, move: bool) -> str:
    name = f"{row.stretch}/{path.name}"
    if not move or lies_with_the_relay():
        return name
    with path.open("rb") as source:
        return store().save(name, File(source))


def _length_ms(path: Path) -> int:
    try:
        with av.open(str(path)) as film:
            return (film.duration or 0) // 1000
    except (OSError, FFmpegError):
        _log.warning("the length of %s cannot be read", path.name)
        return 0


def delete(*, recording: Recording, now: datetime) -> None:
    """The file goes; that there was one stays. Raises NotFound for one that is neither ready nor failed."""
    done = Recording.objects.filter(pk=recording.pk, state__in=ENDED).update(
        state=Recording.State.DELETED, deleted_at=now, file=""
    )
    if not done:
        raise NotFound
    transaction.on_commit(lambda: _remove(recording))


def _remove(recording: Recording) -> None:
    if not recording.file:  # what cannot be played may lie there all the same
        shutil.rmtree(recordings_root() / str(recording.stretch), ignore_errors=True)
        return
    try:
        store().delete(recording.file)
    except OSError:
        _log.exception("the file of a deleted recording could not be removed: %s", recording.file)


def purge(*, sites: Iterable[Any], now: datetime) -> list[Recording]:
    """Delete what is older than its site keeps it. Returns what was deleted."""
    gone = []
    for site in sites:
        days = recording_settings(site).retention_days
        if not days:
            continue
        rows = Recording.objects.filter(room__site=site, state__in=ENDED, ended_at__lt=now - timedelta(days=days))
        for row in rows.select_related("performer", "room"):
            delete(recording=row, now=now)
            gone.append(row)
    return gone
