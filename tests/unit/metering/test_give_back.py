"""Who gives how much of a refund back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppv_plugin.metering.rules import give_back

GOT = st.lists(st.integers(0, 100_000), min_size=1, max_size=6).filter(lambda got: sum(got) > 0)


@pytest.mark.parametrize(
    ("amount", "got", "parts"),
    [
        (292, [466, 117], [233, 59]),  # half of 5.83
        (583, [466, 117], [466, 117]),
        (117, [94, 23], [94, 23]),
        (1, [466, 117], [1, 0]),
        (400, [267, 267, 266], [134, 133, 133]),
        (5, [0, 5], [0, 5]),
    ],
)
def test_in_proportion_to_what_each_got(amount: int, got: list[int], parts: list[int]) -> None:
    assert give_back(amount, got=got, given=[0] * len(got)) == parts


@given(got=GOT, fractions=st.lists(st.integers(1, 100), min_size=1, max_size=12))
def test_part_refunds_sum_to_the_whole_and_keep_the_proportion(got: list[int], fractions: list[int]) -> None:
    whole, back = sum(got), [0] * len(got)
    for fraction in [*fractions, 100]:
        left = whole - sum(back)
        amount = max(left * fraction // 100, 1) if left else 0
        if not amount:
            break
        parts = give_back(amount, got=got, given=back)
        assert sum(parts) == amount
        assert min(parts) >= 0
        back = [a + b for a, b in zip(back, parts, strict=True)]
        for own, gave in zip(got, back, strict=True):
            assert gave <= own
            assert abs(gave * whole - sum(back) * own) < len(got) * whole  # in hundredths: less than one per payee
    assert back == got


@given(got=GOT)
def test_hundredth_by_hundredth_nobody_gives_out_of_turn(got: list[int]) -> None:
    back = [0] * len(got)
    for _step in range(min(sum(got), 60)):
        back = [a + b for a, b in zip(back, give_back(1, got=got, given=back), strict=True)]
        assert all(gave <= -(-sum(back) * own // sum(got)) for own, gave in zip(got, back, strict=True))


@pytest.mark.parametrize("amount", [0, -1, 584])
def test_more_than_there_is_or_nothing_at_all_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="refund"):
        give_back(amount, got=[466, 117], given=[0, 0])


def test_what_was_given_before_counts() -> None:
    with pytest.raises(ValueError, match="refund"):
        give_back(292, got=[466, 117], given=[233, 59])
    assert give_back(291, got=[466, 117], given=[233, 59]) == [233, 58]
