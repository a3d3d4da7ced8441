"""How long each performer's sound or picture came in on an occasion (a show), as the media engine proved it.

Only shares are weighed by it, never a charge. The engine's counters are kept per participant of a boot, so reports may
be late, doubled and reordered.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import models, transaction

from ppv_plugin.setwise import update_rows


class StageTime(models.Model):
    """`heard`: the highest counter of each participant and boot. `sent_ms`: what of them counts."""

    occasion = models.UUIDField()
    account = models.ForeignKey("ppv_plugin.Account", on_delete=models.PROTECT, related_name="+")
    heard = models.JSONField(default=dict)
    sent_ms = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["occasion", "account"], name="ppv_stage_time_once")]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.occasion}: {self.sent_ms} ms"


@dataclass(frozen=True, slots=True)
class Sent:
    """`sent_ms` of the counter of that name. `counts`: whether what is new of it is time on stage, or passes by."""

    occasion: UUID
    account_id: int
    counter: str
    sent_ms: int
    counts: bool = True


@transaction.atomic
def record_sent(reports: Sequence[Sent]) -> None:
    if not reports:
        return
    keys = sorted({(str(report.occasion), report.account_id) for report in reports})
    StageTime.objects.bulk_create(
        (StageTime(occasion=occasion, account_id=account) for occasion, account in keys), ignore_conflicts=True
    )
    wanted = StageTime.objects.filter(occasion__in={report.occasion for report in reports})
    rows = {(row.occasion, row.account_id): row for row in wanted.order_by("id").select_for_update(no_key=True)}
    for report in reports:
        row = rows[report.occasion, report.account_id]
        news = report.sent_ms - row.heard.get(report.counter, 0)
        if news > 0:
            row.heard = {**row.heard, report.counter: report.sent_ms}
            row.sent_ms += news if report.counts else 0
    update_rows(list(rows.values()), ["heard", "sent_ms"])


def sent_on(occasions: Collection[str]) -> dict[str, dict[int, int]]:
    """occasion -> account -> milliseconds on stage."""
    found: dict[str, dict[int, int]] = {occasion: {} for occasion in occasions}
    rows = StageTime.objects.filter(occasion__in=occasions) if occasions else ()
    for row in rows:
        found[str(row.occasion)][row.account_id] = row.sent_ms
    return found
