"""What a tariff comes to after some times, for people who set prices. Pure: the same formula that charges."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from .rules import Tariff, owed, shares

# Around the edges of every rule: before and after grace and threshold, and either side of a minute's end.
DURATIONS = (5, 10, 11, 60, 70, 71, 130, 185, 190, 240, 310, 600, 3600)


class PriceLine(Struct, frozen=True):
    """Hundredths that a client has paid after `seconds` on the meter, and who has got them."""

    seconds: int
    paid: int
    performers: int
    house: int


def price_lines(tariff: Tariff, durations: Sequence[int] = DURATIONS) -> list[PriceLine]:
    return [_line(tariff, seconds) for seconds in durations]


def _line(tariff: Tariff, seconds: int) -> PriceLine:
    paid = owed(tariff, seconds * 1000)
    house = shares(tariff.split, paid)[tariff.split.house_account]
    return PriceLine(seconds, paid, paid - house, house)
