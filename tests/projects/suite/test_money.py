"""A client has paid for a private show, to the hundredth, and the books agree."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command

from ppv_plugin.testing.cast import Cast


def test_the_show_has_its_price(cast: Cast) -> None:
    assert cast.balance(cast.cy) == 10_000 - 283  # 85 billed seconds at 2.00 a minute
    assert cast.available(cast.cy) == cast.balance(cast.cy)


def test_what_was_paid_is_shared_out_whole(cast: Cast) -> None:
    assert cast.earned(cast.ana) + cast.house() == 283
    assert cast.earned(cast.ana) > 0


def test_the_books_are_proven(cast: Cast) -> None:
    said = StringIO()
    call_command("ppv_reconcile", stdout=said)  # ends the process with 1 otherwise
    assert said.getvalue()
