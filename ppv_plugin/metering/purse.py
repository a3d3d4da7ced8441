"""What a client has for its sessions: the money that is free, bound by what it allows itself to spend (spec B-11) and
by the reserve of the site (spec B-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ppv_plugin.ledger import limits

from . import rules
from .models import MeteredSession


@dataclass(slots=True)
class Purse:
    """`free` hundredths and an allowance, both of a locked wallet; each grant takes from them."""

    free: int
    allowance: limits.Allowance | None
    bound_by_limit: bool = False  # whether the limit, not the money, decided the last grant
    overrun: bool = False  # whether more than limit and reserve allow is used already

    @classmethod
    def of(cls, wallets: Mapping[int, Any], *, now: datetime) -> dict[int, Purse]:
        allowances = limits.allowances_of(wallets=wallets.values(), now=now)
        return {pk: cls(wallet.available, allowances.get(pk)) for pk, wallet in wallets.items()}

    def left_for(self, row: MeteredSession, tariff: rules.Tariff, *, held: int) -> int:
        """What this session may take besides what it holds. Below zero when a limit was lowered, or the wallet has sunk
        to the reserve, under what is held; what was granted and used by then stays payable."""
        limit = self.allowance.more(settled=row.settled, held=held) if self.allowance else None
        spendable = self.free - rules.reserve(tariff)
        self.overrun = False
        self.bound_by_limit = limit is not None and limit <= spendable
        more = spendable if limit is None else min(limit, spendable)
        if more >= self.free:
            return self.free
        used = rules.owed(tariff, min(row.used_ms, row.granted_ms))
        self.overrun = more < used - row.settled - held
        return max(more, used - row.settled - held)

    def grant(self, row: MeteredSession, tariff: rules.Tariff, *, held: int, ahead_ms: int) -> rules.Grant:
        """`rules.grant` for this session, and the purse has what is left then. Raises RuleUnavailable."""
        left = self.left_for(row, tariff, held=held)
        got = rules.grant(
            tariff, used_ms=row.used_ms, settled=row.settled, held=held, available=left, ahead_ms=ahead_ms
        )
        taken = got.hold - held
        self.free -= taken
        if self.allowance is not None and self.allowance.left is not None:
            self.allowance = replace(self.allowance, left=self.allowance.left - taken)
        return got
