"""Names and decisions of shows that need no database."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

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


def visit_participant(visit_id: UUID) -> str:
    return f"v-{visit_id}"


def private_participant(private_id: UUID) -> str:
    return f"x-{private_id}"


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
