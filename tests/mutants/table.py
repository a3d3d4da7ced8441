"""The faults. Those of the first table are noticed by the state machine, on SQLite; those of the second by it on
PostgreSQL, where a batch is extended in SQL; those of the third by a race or a guard's own test on PostgreSQL."""

from __future__ import annotations

from .fault import Fault, NoConstraint

_NEVER = "if False:"

LOGIC = (
    # the ledger
    Fault("a wallet may be overdrawn", "ledger.services:_move", "if row.floor is not None and", "if False and"),
    Fault("a hold needs no money", "ledger.services:place_hold", "if row.available < amount:", _NEVER),
    Fault("a hold is placed again", "ledger.services:place_hold", "if found is not None:", _NEVER),
    Fault("a known key takes other content", "ledger.services:_already_posted", "if digests[key] != digest:", _NEVER),
    Fault("a known key is not recognised", "ledger.services:post", "_already_posted(digests)", "{}"),
    Fault(
        "a posting leaves what was held for it held",
        "ledger.services:_move",
        "held[owners[draft.hold_id]] -= draft.hold_use",
        "pass",
    ),
    Fault("a released hold stays held", "ledger.services:release_hold", "(0, -amount)", "(0, 0)"),
    Fault(
        "charges are rounded down",
        "ledger.rules:round_half_up",
        "(2 * numerator + denominator) // (2 * denominator)",
        "numerator // denominator",
    ),
    Fault("a split loses a hundredth", "ledger.rules:split_by_weight", "parts[i] += 1", "parts[i] += 0"),
    Fault("the smallest remainder wins", "ledger.rules:split_by_weight", "(-rests[i], i)", "(rests[i], i)"),
    # time
    Fault(
        "counters are added up",
        "metering.rules:used_after",
        "boot_id: flow_ms}",
        "boot_id: usage.get(boot_id, 0) + flow_ms}",
    ),
    Fault("the last report wins", "metering.rules:used_after", "if flow_ms <= usage.get(boot_id, 0):", _NEVER),
    Fault(
        "a new life of the engine goes on from the old",
        "metering.rules:used_after",
        "usage.get(boot_id, 0)",
        "sum(usage.values())",
    ),
    Fault(
        "time is the wall clock's",
        "metering.usage:_take_over",
        "report.boot_id, report.flow_ms)\n",
        "report.boot_id, round((now - row.opened_at).total_seconds() * 1000))\n",
    ),
    Fault("who stalls goes on by the clock", "metering.usage:_take_over", 'report.flow != "flowing" or ', ""),
    Fault("the clock proves this very moment", "metering.usage:proven_ms", " - rules.STEADY_LAG_MS", ""),
    Fault("the tick believes the clock's last seconds", "metering.charging:with_proven", " - lag", ""),
    Fault("two meters speak for one engine", "metering.usage:_hold_clock", "raise SpokenFor", "pass"),
    Fault(
        "a new speaker trusts old anchors",
        "metering.usage:_hold_clock",
        "_give_up_anchors(heartbeat.boot_id, participants)",
        "pass",
    ),
    Fault(
        "closing forgets what the clock proved",
        "metering.services:close_session",
        "row.used_ms = proven_ms(row, clocks_of([row]))",
        "pass",
    ),
    # the tick
    Fault("sessions of one client spend the same money", "metering.purse:Purse.grant", "self.free -= taken", "pass"),
    Fault(
        "the reserve is spent",
        "metering.purse:Purse.left_for",
        "self.free - rules.reserve(tariff)",
        "self.free",
    ),
    Fault(
        "a price rounded down ends too early",
        "metering.rules:grant",
        "max(affordable_ms(tariff, settled + hold), want_ms)",
        "affordable_ms(tariff, settled + hold)",
    ),
    Fault("a hold is extended when it has run out", "metering.charging:tick", "ahead_ms // 2", "0"),
    Fault(
        "a long session is posted at its end only",
        "metering.charging:tick",
        "SETTLE_SECONDS * 1000",
        "SETTLE_SECONDS * 10**9",
    ),
    Fault(
        "what ends is posted before its end",
        "metering.charging:tick",
        "is_due &= ~Q(final=True",
        "is_due &= ~Q(cpm=-1, final=True",
    ),
    Fault(
        "time beyond the money is billed",
        "metering.charging:settlement",
        "min(row.used_ms, row.granted_ms)",
        "row.used_ms",
    ),
    Fault("a posting takes all that is owed again", "metering.charging:settlement", "total - row.settled\n", "total\n"),
    Fault(
        "the number of a posting stands still", "metering.charging:settlement", "row.settle_seq + 1", "row.settle_seq"
    ),
    Fault(
        "each posting is split by itself",
        "metering.charging:settlement",
        "rules.parts(tariff, row.settled), rules.parts(tariff, total)",
        "dict.fromkeys(rules.parts(tariff, 0), 0), rules.parts(tariff, amount)",
    ),
    # beginning and end
    Fault(
        "the first charge is not asked for",
        "metering.rules:minimum_funds",
        "max(tariff.minutes_to_start * tariff.cpm, reserve(tariff) + first_charge)",
        "tariff.minutes_to_start * tariff.cpm",
    ),
    Fault("a session closes twice", "metering.services:close_session", "if row.state != OPEN:", _NEVER),
    Fault(
        "closing keeps the hold",
        "metering.services:close_session",
        "ledger.release_hold(hold_id=row.hold_id, now=now)",
        "pass",
    ),
    Fault("closing forgets the rest", "metering.services:_post_rest", "if draft:", _NEVER),
    Fault("debts are not repaid", "metering.services:close_session", "if row.settled:", _NEVER),
    Fault(
        "a receipt has time that nobody paid",
        "metering.services:close_session",
        "row.used_ms = min(row.used_ms, row.granted_ms)",
        "pass",
    ),
    # giving back
    Fault("more is asked back than was paid", "metering.refunds:request_refund", "if amount > left:", _NEVER),
    Fault("a refund is made again", "metering.refunds:request_refund", "if known is not None:", _NEVER),
    Fault(
        "what still runs is refunded",
        "metering.refunds:request_refund",
        "if session.state != MeteredSession.State.CLOSED:",
        _NEVER,
    ),
    Fault("who asks also agrees", "metering.refunds:approve_refund", "if actor == refund.requested_by:", _NEVER),
    Fault(
        "what was decided is decided again", "metering.refunds:approve_refund", "if refund.state != _PENDING:", _NEVER
    ),
    Fault(
        "the limit of one person is ignored",
        "metering.refunds:request_refund",
        "_alone(session, actor) + amount <= alone_max",
        "True",
    ),
    Fault(
        "earlier refunds do not count",
        "metering.refunds:_parts",
        "given[veiled.get(int(pk), int(pk))] += part",
        "pass",
    ),
    Fault("every end is a fault", "metering.refunds:refund_fault", "session.end_reason in FAULTS and ", ""),
    Fault(
        "more is taken back than there is",
        "ledger.receivables:take_back",
        "min(amount, max(locked[pk].available, 0))",
        "amount",
    ),
    Fault(
        "more is repaid than is owed",
        "ledger.receivables:repay",
        "min(-locked[receivable].balance, locked[pk].available)",
        "locked[pk].available",
    ),
    Fault(
        "more is repaid than there is",
        "ledger.receivables:repay",
        "min(-locked[receivable].balance, locked[pk].available)",
        "-locked[receivable].balance",
    ),
    Fault("an adjustment is made again", "metering.adjustments:request_adjustment", "if known is not None:", _NEVER),
    Fault("more is written off than is owed", "metering.adjustments:_lock", "0 < amount <= -row.balance", "0 < amount"),
)

SQL = (
    Fault(
        "SQL: two sessions of one client at once",
        "metering.charging:_extend",
        "if counts[client] == 1 and not apart",
        "if not apart",
    ),
    Fault(
        "SQL: what is held counts as free",
        "metering.prices_sql:_EXTEND",
        "a.balance - a.held - s.reserve AS spendable",
        "a.balance - s.reserve AS spendable",
    ),
    Fault(
        "SQL: the money has no end",
        "metering.prices_sql:_EXTEND",
        "LEAST(used_ms + %(ahead)s, reach_ms)",
        "used_ms + %(ahead)s",
    ),
    Fault(
        "SQL: the hold stays as it was",
        "metering.prices_sql:_EXTEND",
        "SET amount = h.amount + c.change",
        "SET amount = h.amount",
    ),
    Fault(
        "SQL: what was granted is not written down",
        "metering.prices_sql:_EXTEND",
        "SET granted_ms = got.granted_ms,",
        "SET granted_ms = s.granted_ms,",
    ),
    Fault(
        "SQL: the end is not seen",
        "metering.prices_sql:_EXTEND",
        "reach_ms <= used_ms + %(ahead)s AS final",
        "false AS final",
    ),
)

CONCURRENCY = (
    Fault(
        "accounts are not locked",
        "ledger.services:lock_accounts",
        "rows.select_for_update(no_key=True)",
        "rows",
        "eight_spenders",
    ),
    Fault(
        "accounts are locked in any order",
        "ledger.services:lock_accounts",
        '.order_by(rank, "id")',
        '.order_by("?")',
        "everything_at_once",
    ),
    Fault(
        "a lock stops those who only refer", "ledger.services:lock_accounts", "no_key=True", "no_key=False", "referring"
    ),
    Fault("the tick does not lock the wallets", "ledger.services:lock_only", "FOR NO KEY UPDATE", "", "tip_under_way"),
    Fault(
        "a release does not look again",
        "ledger.services:release_hold",
        "hold.refresh_from_db()",
        "pass",
        "eight_releases",
    ),
    NoConstraint("one key, two postings", "Transfer", "ppv_transfer_key", "one_key_two_wallets"),
    Fault(
        "sessions are charged without being claimed",
        "metering.charging:_claim_and",
        'rows.select_for_update(no_key=True, skip_locked=True, of=("self",))',
        "rows",
        "many_workers",
    ),
    Fault(
        "workers wait for each other",
        "metering.charging:_claim_and",
        "skip_locked=True",
        "skip_locked=False",
        "claimed_elsewhere",
    ),
    Fault(
        "two closers close",
        "metering.services:close_session",
        "select_for_update(no_key=True).get(",
        "get(",
        "eight_closers",
    ),
    Fault(
        "a report overwrites another",
        "metering.usage:record_usage",
        "rows.select_for_update(no_key=True)",
        "rows",
        "two_lives",
    ),
    Fault(
        "refunds do not wait for each other",
        "metering.refunds:_locked",
        "select_for_update(no_key=True).",
        "",
        "eight_refunds",
    ),
    Fault(
        "adjustments do not wait for each other",
        "metering.adjustments:request_adjustment",
        "_lock(account_id, amount)",
        "pass",
        "one_adjustment",
    ),
)
