"""Names and decisions of shows that need no database."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from ppv_plugin.metering.rules import Split, Tariff, grace_free_ms, is_own
from ppv_plugin.rooms.rules import VIDEO, offered_kinds

_WITHOUT_GRACE = frozenset({"upfront_minutes", "blocks"})
THRESHOLD_SECONDS = 20  # free under the rule "threshold", whatever grace a mode has
GROUP, VOYEUR, TWO_WAY = "group", "voyeur", "two_way"  # manners of being inside; also the kind of the session
MANNERS = (GROUP, VOYEUR, TWO_WAY)
GUEST_PREFIX = "g-"
WARN_AT_MS = (300_000, 120_000)  # spec B-5: warnings at 5 and 2 minutes left


def stage_name(room_id: int) -> str:
    return f"room-{room_id}"


def room_of_stage(stage: str) -> int | None:
    prefix, _dash, number = stage.partition("-")
    return int(number) if prefix == "room" and number.isdigit() else None


def performer_participant(show_id: UUID) -> str:
    return f"p-{show_id}"


def viewer_participant(connection: UUID) -> str:
    return f"c-{connection}"


def moderator_participant(connection: UUID) -> str:
    return f"m-{connection}"


def visit_participant(visit_id: UUID) -> str:
    return f"v-{visit_id}"


def private_participant(private_id: UUID) -> str:
    return f"x-{private_id}"


def camera_participant(visit_id: UUID) -> str:
    """The performer's end of one client's camera."""
    return f"k-{visit_id}"


def guest_participant(check_in_id: UUID) -> str:
    return f"{GUEST_PREFIX}{check_in_id}"


def tile_participant(watcher: str, camera: UUID) -> str:
    """The end, of one participant, of a camera that everybody in the show sees."""
    return f"t-{watcher.replace('-', '')}-{camera.hex[:12]}"


def manner_cpm(terms: dict[str, Any], manner: str) -> int | None:
    """What being inside in this manner costs per minute; None where the mode does not have it. `terms` are those of a
    show, which may have begun before there was a voyeur or a 2-way."""
    if manner == VOYEUR:
        cpm: int | None = terms.get("voyeur_cpm")
        return cpm
    if manner == TWO_WAY:
        return terms.get("two_way_cpm", 0) if terms.get("two_way_slots") else None
    return terms["group_cpm"] or None


def show_kind(terms: dict[str, Any]) -> str:
    """What is sent in a show: video, audio or text."""
    kind: str = terms.get("kind", VIDEO)
    return kind


def private_kinds(terms: dict[str, Any], performer: Any) -> tuple[str, ...]:
    """The kinds of private shows that may be asked for: the mode has them, and the performer offers them."""
    return offered_kinds(show_kind(terms), terms.get("private_kinds", [VIDEO]), performer.private_kinds)


def is_paying(participant: str) -> bool:
    return participant.startswith(("v-", "x-"))


def warning_due(*, left_ms: int, warned_ms: int | None) -> int | None:
    """The threshold to warn of now, if it was not announced yet."""
    reached = [limit for limit in WARN_AT_MS if left_ms <= limit]
    if not reached:
        return None
    limit = min(reached)
    return limit if warned_ms is None or warned_ms > limit else None


def unix_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


class GraceUsed(Struct, frozen=True):
    """Free milliseconds that earlier visits used, and when the last of them that used any ended."""

    ms: int = 0
    at: datetime | None = None

    def fact(self, rule: str) -> dict[str, Any]:
        """For the facts of a session under this rule; nothing when no grace was used before, or there is none."""
        if self.at is None or rule in _WITHOUT_GRACE:
            return {}
        return {"grace": {"used_ms": self.ms, "used_at": self.at.isoformat()}}


def free_seconds(*, rule: str, grace_seconds: int) -> int:
    """What is free at the start under this rule, where a site or mode gives so much grace."""
    if rule in _WITHOUT_GRACE:
        return 0
    if is_own(rule):
        return grace_free_ms(Tariff(rule=rule, cpm=1, split=Split(0, (), 0), grace_ms=grace_seconds * 1000)) // 1000
    return THRESHOLD_SECONDS if rule == "threshold" else grace_seconds


def free_used_ms(tariff: Tariff, used_ms: int) -> int:
    """How much of `used_ms` was free as grace. Who crosses a threshold has paid for all of it."""
    free_ms = grace_free_ms(tariff) if tariff.cpm else 0
    return 0 if tariff.rule == "threshold" and used_ms > free_ms else min(used_ms, free_ms)


def with_grace_left(tariff: Tariff, used: GraceUsed) -> Tariff:
    """The tariff for somebody who used so much of its grace before."""
    if tariff.rule == "threshold":
        return replace(tariff, threshold_ms=max(tariff.threshold_ms - used.ms, 0))
    return replace(tariff, grace_ms=max(tariff.grace_ms - used.ms, 0))
