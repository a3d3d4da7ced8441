"""Where a registration goes, who may be on stage, and what a reviewer may decide."""

from __future__ import annotations

import pytest

from ppv_plugin.people import rules


@pytest.mark.parametrize(
    ("email", "approval", "first"),
    [(True, True, "draft"), (True, False, "draft"), (False, True, "submitted"), (False, False, "approved")],
)
def test_a_registration_begins_where_the_role_says(email: bool, approval: bool, first: str) -> None:
    assert rules.first_status(email=email, approval=approval) == first


@pytest.mark.parametrize(
    ("setting", "allowed"),
    [
        ("nobody", {"approved"}),
        ("submitted", {"approved", "submitted"}),
        ("draft", {"approved", "submitted", "draft"}),
        ("something else", {"approved"}),
    ],
)
def test_the_stage_is_open_to_whom_the_setting_names(setting: str, allowed: set[str]) -> None:
    assert rules.stage_statuses(setting) == allowed
    assert not rules.stage_statuses(setting) & rules.BARRED


@pytest.mark.parametrize(
    ("status", "decisions"),
    [
        ("draft", ["approve", "reject", "suspend"]),
        ("submitted", ["approve", "reject", "suspend"]),
        ("approved", ["suspend"]),
        ("rejected", ["approve"]),
        ("suspended", ["approve"]),
    ],
)
def test_each_status_has_its_decisions(status: str, decisions: list[str]) -> None:
    assert rules.decisions_for(status) == decisions
