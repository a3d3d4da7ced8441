"""Decisions about people in their roles: where a registration goes, who may act, which steps a reviewer may take."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class StudioShare:
    """What a studio takes of a performer's part, in basis points. `source`: own (agreed for this performer), studio
    (what it takes of all), site (either, cut to the site's bound)."""

    bp: int
    source: str


def studio_share(*, own: int | None, studio: int, highest: int) -> StudioShare:
    wanted = StudioShare(studio, "studio") if own is None else StudioShare(own, "own")
    return wanted if wanted.bp <= highest else StudioShare(highest, "site")


def first_status(*, email: bool, approval: bool) -> str:
    """Of a new registration, where the role asks for a confirmed address, for approval, for both or for nothing."""
    return DRAFT if email else SUBMITTED if approval else APPROVED


def stage_statuses(unapproved_live: str) -> frozenset[str]:
    """In which statuses a performer may go live, by the site's setting."""
    return _STAGE.get(unapproved_live, _STAGE["nobody"])


def decisions_for(status: str) -> list[str]:
    return [name for name, (before, _after) in DECISIONS.items() if status in before]
