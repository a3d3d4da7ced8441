"""Pay for two minutes, get three: of each three minutes that begin, the last is free."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ppv_plugin.hooks import BillingRule

ROUND_MS, PAID_MS = 180_000, 120_000


def owed(cpm: int, grace_ms: int, used_ms: int) -> int:
    rounds, rest_ms = divmod(max(used_ms - grace_ms, 0), ROUND_MS)
    return cpm * (rounds * PAID_MS + min(rest_ms, PAID_MS)) // 60_000


THIRD_FREE = BillingRule(
    id="encore.third_free",
    label=_("Every third minute free"),
    text=_("every third minute is free"),
    owed=owed,
)
