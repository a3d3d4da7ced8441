"""The meter worker: once a second it takes over what the engine proved, extends and settles what is paid for,
and ends what nobody is behind any more. Several may run at once; each may be killed at any moment.

Lost people are noticed on this process's monotonic clock, so a step of the wall clock ends nothing and bills nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import close_old_connections
from django.utils import timezone

from ppv_plugin.conf import conf
from ppv_plugin.errors import PPVError
from ppv_plugin.media import services as media
from ppv_plugin.media.engine import Evidence, ParticipantEvidence
from ppv_plugin.metering import queries as metering_queries
from ppv_plugin.metering import services as metering
from ppv_plugin.recordings import services as recordings
from ppv_plugin.rooms import presence
from ppv_plugin.signals import announce, room_changed, session_warned

from . import rules, services
from .lost import Watch
from .models import Show
from .queries import stage as stage_queries
from .snapshots import take_snapshots

_log = logging.getLogger(__name__)
_REPAIR_SECONDS = 5.0
_SILENT_SECONDS = 25  # more than a beat of presence; with the time of supervision after it less than a minute


class Meter:
    """One worker's state between steps: who was heard of when. Losing it delays a clean-up, never changes a bill."""

    def __init__(self) -> None:
        self._engine = metering.EngineReader()
        self._wheel = metering.PhaseWheel()
        self._sessions = Watch()
        self._performers = Watch()
        self._repaired_at = float("-inf")

    def step(self, *, now: datetime, mono: float) -> None:
        """One round. Each part is tried even when another fails; what failed is logged and comes again next second."""
        self._try(lambda: services.close_left_behind(now=now))  # before time is taken over that nobody agreed to
        self._try(lambda: services.close_suspended(now=now))
        self._try(lambda: services.leave_barred(now=now))
        evidence = self._evidence()
        if evidence is not None:
            self._try(lambda: services.record_stage_time(evidence))  # before what is shared by it is posted
            self._try(lambda: self._read(evidence, now))
            self._try(lambda: recordings.note_unwritten(evidence.unwritten))
        phases = self._wheel.turn(mono=mono, people=len(evidence.participants) if evidence is not None else 0)
        self._try(lambda: self._charge(now, phases))
        self._try(lambda: self._warn(now, phases))
        self._try(lambda: services.expire_requests(now=now))
        self._try(lambda: self._end_lost_sessions(evidence, now, mono))
        self._try(lambda: self._end_lost_shows(evidence, now, mono))
        self._try(lambda: self._sweep_presence(now))
        if evidence is not None and mono - self._repaired_at >= _REPAIR_SECONDS:
            self._repaired_at = mono
            self._try(lambda: self._repair_stages(evidence))
            self._try(lambda: services.lift_veils(now=now))
            self._try(lambda: take_snapshots(now=now))
            self._try(lambda: recordings.collect(now=now))

    def _evidence(self) -> Evidence | None:
        try:
            return media.evidence()
        except PPVError:
            _log.warning("the media engine does not answer; nothing is charged meanwhile")
            return None

    @staticmethod
    def _try(part: Callable[[], object]) -> None:
        try:
            part()
        except Exception:
            _log.exception("a part of the meter's round failed")

    def _read(self, evidence: Evidence, now: datetime) -> None:
        self._engine.take(
            reports=services.usage_reports(evidence), boot_id=evidence.boot_id, mono_ms=evidence.mono_ms, now=now
        )

    def _charge(self, now: datetime, phases: Sequence[int] | None) -> None:
        done = metering.tick(now=now, phases=phases)
        for session_id in done.unpriced:
            services.end_session(session_id=session_id, reason="no_rule", now=now)
        for session_id in done.exhausted:
            reason = "limit" if session_id in done.limited else "funds"
            services.end_session(session_id=session_id, reason=reason, now=now)
        if done.granted:
            rooms = metering_queries.open_sessions(session_ids=done.granted).values()
            for room_id in {session.facts["room_id"] for session in rooms}:
                services.apply_stage(room_id=room_id)

    def _warn(self, now: datetime, phases: Sequence[int] | None) -> None:
        for line in metering_queries.ending_soon(within_ms=rules.WARN_AT_MS[0], phases=phases, now=now):
            if line.cutoff_ms is None or line.flow == "idle":
                continue
            left_ms = line.cutoff_ms - line.used_ms
            due = rules.warning_due(left_ms=left_ms, warned_ms=line.warned_ms)
            if due is not None and metering.mark_warned(session_id=line.session_id, left_ms=due, now=now):
                announce(session_warned, session_id=line.session_id, left_ms=left_ms)
            elif line.warned_ms is not None and left_ms > rules.WARN_AT_MS[0]:
                metering.mark_warned(session_id=line.session_id, left_ms=None, now=now)

    def _end_lost_sessions(self, evidence: Evidence | None, now: datetime, mono: float) -> None:
        """A session whose client gives no sign of life is closed at its last proven moment (RFC 8506 supervision)."""
        seen = {p.id: p for p in evidence.participants} if evidence is not None else {}
        lines = metering_queries.unsteady_lines(boot_id=evidence.boot_id if evidence else None, now=now)
        for line in lines:
            person = seen.get(line.participant)
            limit = conf.SUPERVISION_SECONDS if line.used_ms or line.flow != "idle" else conf.CONNECT_SECONDS
            alive = person is not None and person.connected
            if not self._sessions.is_lost(
                line.session_id, mark=line.used_ms, alive=alive, mono=mono, limit_seconds=limit
            ):
                continue
            reason = self._loss_reason(line, seen, evidence)
            _log.info("session %s is closed: %s", line.session_id, reason)
            services.end_session(session_id=line.session_id, reason=reason, now=now)
        self._sessions.forget_all_but({line.session_id for line in lines})

    @staticmethod
    def _loss_reason(
        line: metering_queries.MeterLine, seen: dict[str, ParticipantEvidence], evidence: Evidence | None
    ) -> str:
        if not line.used_ms:
            return "never_started"
        return "media_lost" if evidence is None or line.participant not in seen else "client_lost"

    def _end_lost_shows(self, evidence: Evidence | None, now: datetime, mono: float) -> None:
        """A performer without an open socket and without media is offline within a minute."""
        connected = {p.id for p in evidence.participants if p.connected} if evidence is not None else set()
        shows = list(Show.objects.filter(state=Show.State.LIVE).values_list("id", "room_id"))
        rooms = [room_id for _id, room_id in shows]
        present = presence.performers_present(room_ids=rooms, within_seconds=_SILENT_SECONDS, now=now)
        for show_id, room_id in shows:
            alive = rules.performer_participant(show_id) in connected or room_id in present
            if self._performers.is_lost(
                show_id, mark=None, alive=alive, mono=mono, limit_seconds=conf.SUPERVISION_SECONDS
            ):
                _log.info("show %s is closed: its performer was lost", show_id)
                silent = self._performers.silent_seconds(show_id, mono=mono)
                last = now - timedelta(seconds=silent) if silent is not None else None
                services.close_show(show_id=show_id, reason="performer_lost", now=now, seen_at=last)
        self._performers.forget_all_but({show_id for show_id, _room in shows})

    @staticmethod
    def _sweep_presence(now: datetime) -> None:
        for room_id in presence.sweep(now=now):
            announce(room_changed, room_id=room_id)

    @staticmethod
    def _repair_stages(evidence: Evidence) -> None:
        """What should be and what is drift apart when a process dies between a commit and its call to the engine."""
        live = set(stage_queries.live_room_ids())
        for room_id in live:
            services.apply_stage(room_id=room_id)
        for stage in {p.stage for p in evidence.participants}:
            if (orphan := rules.room_of_stage(stage)) is not None and orphan not in live:
                media.close_stage(stage)


def run(*, stop: threading.Event, interval_seconds: float) -> None:
    """Step until `stop` is set; the running step is finished first."""
    meter = Meter()
    while not stop.is_set():
        began = time.monotonic()
        close_old_connections()
        meter.step(now=timezone.now(), mono=began)
        stop.wait(max(interval_seconds - (time.monotonic() - began), 0.05))
    close_old_connections()


class MeterThread:
    """The worker inside another process (the ASGI server's, in a small site)."""

    def __init__(self, *, interval_seconds: float | None = None) -> None:
        self._stop = threading.Event()
        self._interval = conf.METER_INTERVAL_SECONDS if interval_seconds is None else interval_seconds
        self._thread = threading.Thread(target=self._run, name="ppv-meter", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        run(stop=self._stop, interval_seconds=self._interval)
