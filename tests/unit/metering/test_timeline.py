"""How long a pause was, and what follows what on a receipt."""

from __future__ import annotations

from typing import Any

import pytest

from ppv_plugin.metering.refund_queries import RefundLine
from ppv_plugin.metering.timeline import lines_of

from .test_signed_receipts import BEGIN, line, receipt


def pauses(*timeline: Any) -> list[int | None]:
    return [told.unpaid_ms for told in lines_of(receipt=receipt(timeline=list(timeline))) if told.kind == "paused"]


OPENED, STARTED = line(0, 0, "opened"), line(1, 0, "started")


@pytest.mark.parametrize(
    ("after", "lengths"),
    [
        ([line(106, 100, "paused"), line(131, 100, "resumed"), line(201, 170, "closed")], [30_000]),  # noticed at 106
        ([line(106, 100, "paused"), line(201, 100, "closed")], [100_000]),
        ([line(106, 100, "paused")], [None]),
        (
            [
                line(106, 100, "paused"),
                line(111, 100, "resumed"),
                line(166, 150, "paused"),
                line(181, 150, "resumed"),
                line(201, 170, "closed"),
            ],
            [10_000, 20_000],
        ),
        ([line(106, 100, "paused"), line(50, 100, "resumed")], [0]),  # the wall clock was set back meanwhile
    ],
)
def test_a_pause_is_what_passed_and_was_not_counted(after: list[Any], lengths: list[int | None]) -> None:
    assert pauses(OPENED, STARTED, *after) == lengths


def test_a_pause_before_anything_flowed_lasts_from_when_it_was_noticed() -> None:
    assert pauses(OPENED, line(6, 0, "paused"), line(20, 0, "started")) == [14_000]


def test_reasons_are_handed_on_and_refunds_come_last_whatever_the_books_say_too() -> None:
    told = [OPENED, STARTED, line(201, 170, "closed"), line(4000, 170, "refunded", "5.33")]
    refund = RefundLine(at=BEGIN, amount=533, reason="Sorry", parts=[])
    lines = lines_of(receipt=receipt(timeline=told, reason="mode_changed"), refunds=[refund])
    assert [(told.kind, told.reason) for told in lines] == [
        ("opened", ""), ("started", ""), ("closed", "mode_changed"), ("refunded", ""),
    ]  # fmt: skip
    assert lines[-1].text == "5.33 was given back: Sorry"
