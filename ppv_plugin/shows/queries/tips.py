"""Reads of tips and goals: what is offered, what a show was given, how far the goals are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Sum
from django.utils.translation import get_language
from wagtail.models import Locale

from ppv_plugin.ledger.rules import tokens

from ..states import GoalView
from ..tip_models import Goal, Tip, TipOption, TipSettings


def tip_settings(site: Any) -> TipSettings:
    found: TipSettings = TipSettings.for_site(site)
    return found


def option_offered(option_id: int) -> TipOption | None:
    return TipOption.objects.filter(pk=option_id, active=True).first()


def options_offered(site: Any) -> list[TipOption]:
    """What a client may give on this site, in the editors' order, each once: in the active language where it is
    translated. Nothing where tips are off."""
    if not tip_settings(site).enabled:
        return []
    wanted = [get_language() or "", Locale.get_default().language_code]
    best: dict[str, TipOption] = {}
    for row in TipOption.objects.filter(active=True).select_related("locale").order_by("sort_order", "id"):
        known = best.setdefault(row.key, row)
        if _rank(row, wanted) < _rank(known, wanted):
            best[row.key] = row
    return list(best.values())


def _rank(row: TipOption, wanted: list[str]) -> int:
    code = row.locale.language_code
    return wanted.index(code) if code in wanted else len(wanted)


def goals_of(*, room_ids: Collection[int]) -> dict[int, list[GoalView]]:
    """room -> its goals in their order; rooms without any are left out."""
    found: dict[int, list[GoalView]] = {}
    for row in Goal.objects.filter(room_id__in=room_ids).order_by("sort_order", "id"):
        view = GoalView(
            id=row.pk,
            title=row.title,
            amount=tokens(row.amount),
            filled=tokens(row.filled),
            reached=row.filled >= row.amount,
        )
        found.setdefault(row.room_id, []).append(view)
    return found


def tips_of_show(*, show_id: Any) -> int:
    """What clients gave in this show, in hundredths, before the split and less nothing that was refunded."""
    return int(Tip.objects.filter(show_id=show_id).aggregate(s=Sum("amount"))["s"] or 0)
