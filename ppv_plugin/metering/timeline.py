"""A receipt's timeline as people read it: every pause with its reason and its length, the end with its reason, and
what was given back afterwards, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from ppv_plugin.amounts import written

from .queries import Receipt, TimelineEntry
from .refund_queries import RefundLine

RUNNING = ("started", "resumed")


@dataclass(frozen=True, slots=True)
class Line:
    """`reason`: of a pause or of the end, a code that `elements/pause_reason.html` and `elements/end_reason.html` word.
    `unpaid_ms`: how long a pause was, from the moment the meter stands at; None while it lasts."""

    at: datetime
    used_ms: int
    kind: str
    text: str
    reason: str = ""
    unpaid_ms: int | None = None


def lines_of(*, receipt: Receipt, refunds: Sequence[RefundLine] = ()) -> list[Line]:
    """`refunds`: those posted, oldest first."""
    told = [entry for entry in receipt.timeline if entry.kind != "refunded"]
    lines = [_line(n, entry, told, receipt.reason) for n, entry in enumerate(told)]
    return lines + [_refund(refund, receipt.used_ms) for refund in refunds]


def _line(n: int, entry: TimelineEntry, told: Sequence[TimelineEntry], end_reason: str) -> Line:
    reason, unpaid_ms = "", None
    if entry.kind == "closed":
        reason = end_reason
    elif entry.kind == "paused":
        reason, unpaid_ms = entry.note, _unpaid_ms(n, told)
    return Line(entry.at, entry.used_ms, entry.kind, entry.text, reason, unpaid_ms)


def _unpaid_ms(n: int, told: Sequence[TimelineEntry]) -> int | None:
    """What passed since the media flowed last, less what the meter counted: a pause begins where the meter stands
    still, and is noticed some seconds later."""
    end = next((entry for entry in told[n + 1 :] if entry.kind in (*RUNNING, "closed")), None)
    if end is None:
        return None
    begin = next((entry for entry in reversed(told[:n]) if entry.kind in RUNNING), told[n])
    passed_ms = round((end.at - begin.at).total_seconds() * 1000)
    return max(passed_ms - (end.used_ms - begin.used_ms), 0)


def _refund(refund: RefundLine, used_ms: int) -> Line:
    text = _("%(amount)s was given back: %(reason)s") % {"amount": written(refund.amount), "reason": refund.reason}
    return Line(refund.at, used_ms, "refunded", text)
