"""`rules.owed`, `rules.affordable_ms` and `rules.grant` in SQL: PostgreSQL prices and extends a batch of sessions in
one statement. A test holds the two to the same results.
"""
# ruff: noqa: S608 - statements are put together from names of columns in this file, never from input

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.statements import resized_holds
from ppv_plugin.setwise import array, run

from .rules import FUNDS_MAX, MINUTE_MS, STEADY_LAG_MS, UNLIMITED_MS

_PROVEN = (
    "CASE WHEN s.anchor_ms IS NULL OR c.mono_ms IS NULL THEN s.used_ms "
    f"ELSE GREATEST(s.used_ms, LEAST(c.mono_ms - s.anchor_ms - {STEADY_LAG_MS}, s.granted_ms)) END"
)
_FUNDED = """
    FROM ppv_plugin_meteredsession s
    JOIN ppv_plugin_hold h ON h.id = s.hold_id
    JOIN ppv_plugin_account a ON a.id = s.client_account_id
    LEFT JOIN ppv_plugin_engineclock c ON c.boot_id = s.boot
"""


class Extended(NamedTuple):
    """`granted`: it reaches further than before. `exhausted`: all of it is used, and there is no more."""

    session_id: UUID
    granted: bool
    exhausted: bool


def plan_for_batches() -> None:
    """For the rest of the transaction: the planner's guesses for big reports cost a batch of some hundred rows twice
    its time."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off; SET LOCAL enable_seqscan = off; SET LOCAL random_page_cost = 1.1")


def _linear(ms: str) -> str:
    """rules.round_half_up(ms * cpm, MINUTE_MS)"""
    return f"((2 * ({ms}) * cpm + {MINUTE_MS}) / {2 * MINUTE_MS})"


def owed(ms: str) -> str:
    """`rules.owed` of the expression `ms`, in terms of the price columns of a session."""
    units = f"((({ms}) - shift_ms + unit_ms - 1) / unit_ms)"
    return f"CASE WHEN ({ms}) <= free_ms THEN 0 ELSE {_linear(f'GREATEST({units} * unit_ms, minimum_ms)')} END"


def affordable_ms(funds: str) -> str:
    """`rules.affordable_ms` of the expression `funds`."""
    capped = f"LEAST(GREATEST(({funds}), 0), {FUNDS_MAX})"
    billed_ms = f"({capped} * {MINUTE_MS} / cpm / unit_ms * unit_ms)"
    reach = f"LEAST(GREATEST(free_ms, GREATEST({billed_ms}, minimum_ms) + shift_ms), limit_ms)"
    return f"CASE WHEN {_linear('minimum_ms')} > {capped} THEN free_ms ELSE {reach} END"


# what was granted and used stays payable when the wallet has sunk to the reserve under it (`purse.Purse.left_for`)
_USED_COST = f"CASE WHEN reserve = 0 THEN spendable ELSE {owed('LEAST(used_ms, before_ms)')} END"
_EXTEND = f"""
WITH due AS MATERIALIZED (
    SELECT s.id, s.hold_id, s.client_account_id, s.granted_ms AS before_ms, s.settled, h.amount AS held,
           s.cpm, s.free_ms, s.shift_ms, s.unit_ms, s.minimum_ms, s.limit_ms,
           s.settled + h.amount + a.balance - a.held - s.reserve AS spendable, s.reserve,
           {_PROVEN} AS used_ms
    {_FUNDED}
    WHERE s.id = ANY(%(ids)s::uuid[])
),
funded AS MATERIALIZED (
    SELECT *, GREATEST(spendable, used_cost) AS funds, spendable < used_cost AS overrun
    FROM (SELECT *, {_USED_COST} AS used_cost FROM due) costing
),
reach AS MATERIALIZED (SELECT *, {affordable_ms("funds")} AS reach_ms FROM funded),
wanted AS MATERIALIZED (SELECT *, LEAST(used_ms + %(ahead)s, reach_ms) AS want_ms FROM reach),
bought AS MATERIALIZED (
    SELECT *, LEAST(GREATEST(held, {owed("want_ms")} - settled), funds - settled) AS hold FROM wanted
),
got AS MATERIALIZED (
    SELECT id, hold_id, client_account_id AS account_id, hold - held AS change, before_ms, used_ms,
           overrun, GREATEST({affordable_ms("settled + hold")}, want_ms) AS granted_ms,
           reach_ms <= used_ms + %(ahead)s AS final
    FROM bought
),
{resized_holds("got")},
extended AS (
    UPDATE ppv_plugin_meteredsession s
    SET granted_ms = got.granted_ms, used_ms = got.used_ms, final = got.final
    FROM got
    WHERE s.id = got.id
      AND (s.granted_ms, s.used_ms, s.final) IS DISTINCT FROM (got.granted_ms, got.used_ms, got.final)
)
SELECT got.id, got.granted_ms <> got.before_ms, got.final AND (got.overrun OR got.used_ms >= got.granted_ms),
       resized.account_id, resized.owner
FROM got LEFT JOIN resized ON resized.account_id = got.account_id
"""
assert UNLIMITED_MS * 2 < 2**63


def extend(*, session_ids: Sequence[UUID], ahead_ms: int) -> list[Extended]:
    """`charging._extend_in_turn` for locked sessions of different clients, whose wallets are locked."""
    rows, _count = run(_EXTEND, {"ids": array(session_ids), "ahead": ahead_ms})
    ledger.announce_wallets((account_id, owner) for *_rest, account_id, owner in rows if account_id is not None)
    return [Extended(*row[:3]) for row in rows]


def ending(*, within_ms: int, phases: Sequence[int]) -> list[UUID]:
    """Open sessions of these phases whose funds last less than `within_ms` from now on, and all whose client has
    limits or that are under a site's own rule."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDING, {"within": within_ms, "phases": list(phases)})
        return [pk for (pk,) in cursor.fetchall()]


_ENDING = f"""
SELECT id FROM (
    SELECT s.id, s.cpm, s.free_ms, s.shift_ms, s.unit_ms, s.minimum_ms, s.limit_ms,
           s.settled + h.amount + a.balance - a.held - s.reserve AS funds, {_PROVEN} AS used_ms,
           a.limited OR s.own_rule AS alone
    {_FUNDED}
    WHERE s.state = 'open' AND s.cpm > 0 AND s.phase = ANY(%(phases)s)
) running WHERE alone OR {affordable_ms("funds")} - used_ms < %(within)s
"""
