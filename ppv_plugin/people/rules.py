"""Decisions about people in their roles: where a registration goes, who may act, which steps a reviewer may take."""

from __future__ import annotations

DRAFT, SUBMITTED, APPROVED, REJECTED, SUSPENDED = "draft", "submitted", "approved", "rejected", "suspended"

# What a reviewer may decide: word -> (from which statuses, to which).
DECISIONS: dict[str, tuple[frozenset[str], str]] = {
    "approve": (frozenset({DRAFT, SUBMITTED, REJECTED, SUSPENDED}), APPROVED),
    "reject": (frozenset({DRAFT, SUBMITTED}), REJECTED),
    "suspend": (frozenset({DRAFT, SUBMITTED, APPROVED}), SUSPENDED),
}
BARRED = frozenset({REJECTED, SUSPENDED})  # never on stage, whatever the site's settings
NEEDS_REASON = frozenset({"reject", "suspend"})  # who is refused something is told why
_STAGE = {"nobody": frozenset({APPROVED}), "submitted": frozenset({APPROVED, SUBMITTED})}
_STAGE["draft"] = _STAGE["submitted"] | {DRAFT}


def first_status(*, email: bool, approval: bool) -> str:
    """Of a new registration, where the role asks for a confirmed address, for approval, for both or for nothing."""
    return DRAFT if email else SUBMITTED if approval else APPROVED


def stage_statuses(unapproved_live: str) -> frozenset[str]:
    """In which statuses a performer may go live, by the site's setting."""
    return _STAGE.get(unapproved_live, _STAGE["nobody"])


def decisions_for(status: str) -> list[str]:
    return [name for name, (before, _after) in DECISIONS.items() if status in before]
