"""The search of a dose band, in a table of five bands with any ends, without a gap."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import z3

from tests.lemmas.claim import Claim, lemma, reals
from tests.lemmas.models import band_position

_BANDS = 5


def _table() -> tuple[list[Any], list[Any]]:
    """Return the ends of the bands, rising, and that they rise."""
    ends = reals(" ".join(f"end{n}" for n in range(_BANDS + 1)))
    return ends, [ends[0] > 0, *(low < high for low, high in pairwise(ends))]


def _end(ends: list[Any], position: Any) -> Any:
    """Return the end at a position, the first at 0."""
    found = ends[-1]
    for n, end in reversed(list(enumerate(ends[:-1]))):
        found = z3.If(position == n, end, found)
    return found


def _position(value: Any, ends: list[Any], *, broken: bool) -> Any:
    if broken:
        # The end of a band belongs to the band that ends there.
        return sum((z3.If(value > end, 1, 0) for end in ends), 0)
    return band_position(value, ends)


@lemma("A value lies between the ends of its band.", mistake="the end belongs to the band before")
def band_holds_its_value(broken: bool) -> Claim:
    (kg,), (ends, rising) = reals("kg"), _table()
    position = _position(kg, ends, broken=broken)
    low, high = _end(ends, position - 1), _end(ends, position)
    return Claim(
        given=[*rising, kg >= ends[0], kg < ends[-1]],
        holds=z3.And(position >= 1, position <= _BANDS, low <= kg, kg < high),
        patient="A patient of {kg} kg is put into band {position}.",
        shown={"kg": kg, "position": position},
        likely=[ends[0] >= 10, kg > ends[0]],
    )


@lemma("No value lies in two bands.", mistake="both ends belong to a band")
def no_value_in_two_bands(broken: bool) -> Claim:
    (kg,), (ends, rising) = reals("kg"), _table()
    within = [
        z3.And(low <= kg, kg <= high if broken else kg < high) for low, high in pairwise(ends)
    ]
    count = sum((z3.If(one, 1, 0) for one in within), 0)
    return Claim(
        given=rising,
        holds=count <= 1,
        patient="A patient of {kg} kg lies in {count} bands.",
        shown={"kg": kg, "count": count},
        likely=[ends[0] >= 10],
    )


@lemma("Outside the table there is no band.", mistake="the last band is taken above it")
def outside_there_is_no_band(broken: bool) -> Claim:
    (kg,), (ends, rising) = reals("kg"), _table()
    position = band_position(kg, ends)
    if broken:
        position = z3.If(position > _BANDS, _BANDS, position)
    has_band = z3.And(position >= 1, position <= _BANDS)
    return Claim(
        given=[*rising, z3.Or(kg < ends[0], kg >= ends[-1])],
        holds=z3.Not(has_band),
        patient="A patient of {kg} kg, outside the table, which ends at {end} kg, gets the dose of "
        "band {position}.",
        shown={"kg": kg, "end": ends[-1], "position": position},
        likely=[ends[0] >= 10, kg > 0],
    )


@lemma(
    "Who weighs more never gets the dose of an earlier band.",
    mistake="the search ends at the first band that begins above",
)
def band_rises_with_weight(broken: bool) -> Claim:
    (lighter, heavier), (ends, rising) = reals("lighter heavier"), _table()
    first, second = (band_position(kg, ends) for kg in (lighter, heavier))
    if broken:
        second = z3.If(heavier >= ends[2], 2, second)
    return Claim(
        given=[*rising, lighter <= heavier],
        holds=first <= second,
        patient="A patient of {lighter} kg has band {first}, one of {heavier} kg band {second}.",
        shown={"lighter": lighter, "heavier": heavier, "first": first, "second": second},
        likely=[ends[0] >= 10],
    )


@lemma(
    "A dose that is within a share of both ends of its band moves no further inside it.",
    mistake="only the start of a band is looked at",
)
def band_moves_no_further_than_at_its_ends(broken: bool) -> Claim:
    low, high, dose, asked, within = reals("low high dose asked within")
    ends = [low] if broken else [low, high]
    near = [z3.And(dose <= end * (1 + within), dose >= end * (1 - within)) for end in ends]
    return Claim(
        given=[low > 0, dose > 0, within > 0, within < 1, *near, low <= asked, asked < high],
        holds=z3.And(dose <= asked * (1 + within), dose >= asked * (1 - within)),
        patient="{asked} mg is moved to {dose} mg, further than the share {within} that the table "
        "states.",
        shown={"asked": asked, "dose": dose, "within": within},
        likely=[low == 10, high == 20],
    )
