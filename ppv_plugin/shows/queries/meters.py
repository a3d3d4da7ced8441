"""The live meter as each side sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from ppv_plugin.ledger import queries as ledger
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering import queries as metering

from ..rules import VOYEUR
from ..states import MeterView


@dataclass(frozen=True, slots=True)
class PersonMeter:
    """One open session for its two sides. User keys are `str(user.pk)`; empty for a performer who is not to know."""

    session_id: UUID
    room_id: int
    client_user_key: str
    performer_user_key: str
    client: MeterView
    performer: MeterView


def meters(*, session_ids: Iterable[UUID]) -> list[PersonMeter]:
    """Meters of those of these sessions that are open. What is shown is what would be charged now (spec B-7)."""
    lines = metering.meter_lines(session_ids=session_ids)
    sessions = metering.open_sessions(session_ids=[line.session_id for line in lines])
    facts = {pk: row.facts for pk, row in sessions.items()}
    owners = ledger.owners_of(account_ids=[pk for line in lines for pk in line.shares])
    return [_both(line, facts[line.session_id], owners) for line in lines if line.session_id in facts]


def _both(line: metering.MeterLine, facts: dict[str, object], owners: dict[int, tuple[str, str]]) -> PersonMeter:
    # the one whose room it is comes first of those who share
    earned = next((amount for pk, amount in line.shares.items() if owners[pk][0] == "performer"), 0)
    common = {
        "session": str(line.session_id),
        "used_ms": line.used_ms,
        "cost": tokens(line.cost),
        "flow": line.flow,
        "grace_left_ms": line.grace_left_ms,
        "cutoff_ms": line.cutoff_ms,
    }
    return PersonMeter(
        session_id=line.session_id,
        room_id=int(str(facts["room_id"])),
        client_user_key=str(facts["client_user"]),
        performer_user_key="" if line.subject == VOYEUR else str(facts["performer_user"]),
        client=MeterView(**common, balance=tokens(line.balance)),  # type: ignore[arg-type]
        performer=MeterView(**common, earned=tokens(earned)),  # type: ignore[arg-type]
    )
