"""The independent second calculation of an infusion, in exact fractions.

It shares no code with the first: it reads text as the second calculation of a dose does, and takes
another way. Where the first empties a bag step by step, this one draws the whole order as a line of
shares of the bag against time, cuts the interruptions in, and finds where the bag is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from dosing.calculation.second import UNITS, kilograms, read

_AGREE = Fraction("1e-8")
_HUNDRED = 100
# What comes this near a time, or the whole bag, has come to it: the times handed over hold
# floating-point noise, such as 45.016666666666666 min.
_NEARLY = Fraction("0.9999999995")

# From and to in minutes, and the share of the bag that runs in a minute; "to" is None at the end.
_Piece = tuple[Fraction, Fraction | None, Fraction]
Row = tuple[Fraction, Fraction, Fraction, Fraction]


def steps(
    *,
    volume: str,
    stages: Sequence[tuple[str, str | None]],
    dose: str | None = None,
    weight: str | None = None,
    surface: str | None = None,
    interruptions: Sequence[tuple[str, str, int | None]] = (),
) -> list[Row]:
    """Return each step as from, to (minutes), mL/h and mL.

    Args:
        volume: what runs in, as ``"500 mL"``.
        stages: each a rate with its unit, or ``"20 %"`` of the bag, and how long it is held.
        dose: what the bag holds, as ``"700 mg"``.
        weight: of the body.
        surface: of the body.
        interruptions: from when, for how long, and the percent of the rate at which it resumes
            after a reaction, or None after a pause.

    Raises:
        ValueError: if a text is not one that it knows, or the bag is not emptied.
        KeyError: if a unit is not one that it knows.
    """
    bag = read(volume, "mL")
    pieces: list[_Piece] = []
    begins = Fraction(0)
    for text, hold in stages:
        lasts = None if hold is None else read(hold, "minutes")
        if text.endswith(" %"):
            if lasts is None:
                raise ValueError("a share of the bag without a time")
            speed = Fraction(text.removesuffix(" %")) / _HUNDRED / lasts
        else:
            speed = _share_a_minute(text, bag, dose, weight, surface)
        ends = None if lasts is None else begins + lasts
        pieces.append((begins, ends, speed))
        begins = ends or begins
    for at, lasts_text, percent in interruptions:
        pieces = list(_cut_in(pieces, read(at, "minutes"), read(lasts_text, "minutes"), percent))
    return list(_until_empty(pieces, bag))


def agrees(first: Iterable[Sequence[float]], again: Sequence[Row]) -> bool:
    """Return whether the steps of the first calculation are those calculated again."""
    rows = [tuple(Fraction(repr(float(value))) for value in row) for row in first]
    return len(rows) == len(again) and all(
        abs(ours - theirs) <= _AGREE * (1 + abs(theirs))
        for row, other in zip(rows, again, strict=True)
        for ours, theirs in zip(row, other, strict=True)
    )


def _cut_in(
    pieces: Sequence[_Piece], at: Fraction, lasts: Fraction, percent: int | None
) -> Iterator[_Piece]:
    """Put a stop into the line; what comes after is shifted, or replaced by one slower piece."""
    back, before = at + lasts, Fraction(0)
    for start, end, speed in pieces:
        if start >= at * _NEARLY:
            break
        yield start, at if end is None else min(end, at), speed
        # After a stop the rate that counts is the one that ran before it.
        before = speed or before
    yield at, back, Fraction(0)
    if percent is not None:
        yield back, None, before * percent / _HUNDRED
        return
    for start, end, speed in pieces:
        if end is None or end > at:
            yield max(start, at) + lasts, None if end is None else end + lasts, speed


def _until_empty(pieces: Sequence[_Piece], bag: Fraction) -> Iterator[Row]:
    done = Fraction(0)
    for start, end, speed in pieces:
        if speed and (end is None or done + speed * (end - start) >= _NEARLY):
            yield start, start + (1 - done) / speed, speed * bag * 60, (1 - done) * bag
            return
        if end is None:
            break
        if start >= end * _NEARLY:
            continue
        yield start, end, speed * bag * 60, speed * (end - start) * bag
        done += speed * (end - start)
    raise ValueError("the bag is not emptied")


def _share_a_minute(
    text: str, bag: Fraction, dose: str | None, weight: str | None, surface: str | None
) -> Fraction:
    number, _, unit = text.partition(" ")
    what, *per = unit.split("/")
    kind, size = UNITS[what]
    speed = Fraction(number) * size
    for part in per:
        if part == "kg":
            speed *= kilograms(weight)
        elif part == "m2":
            speed *= read(surface, "m2")
        else:
            time, minutes = UNITS[part]
            if time != "minutes":
                raise ValueError(f"{text} is not a rate")
            speed /= minutes
    return speed / (bag if kind == "mL" else read(dose, kind))
