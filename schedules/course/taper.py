"""A taper: the steps by which the dose that a patient came to is taken down."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count, groupby

from dosing.trace import Source, Step
from dosing.units import Quantity, Unit, in_unit, quantity
from schedules.knowledge.phase import Taper
from schedules.knowledge.span import Span

# Amounts are made exact after rounding to this many decimals: floating-point noise.
_CLEAN = 12


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaperStep:
    """One step of a taper: what is given, for how long, and from what it was taken down.

    ``each`` is its length. ``rest`` is the end that a shorter step reaches, where a whole one would
    have gone below it.
    """

    number: int
    amount: Quantity
    before: Quantity
    less: Quantity
    each: Span
    rest: Quantity | None

    def step(self, start: Quantity, of: int, source: Source) -> Step:
        """Return how this amount came about: 70 mg less 5 mg."""
        because, used = "{} less {}", [self.before, self.less]
        if self.rest is not None:
            because, used = because + ", the rest of the way to {}", [*used, self.rest]
        return Step(
            what=f"step {self.number} of {of} down",
            value=self.amount,
            because=because + "; begun at {}",
            of=(*used, start),
            source=source,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Stretch:
    """The days of one step of a taper; the step counts as a cycle."""

    step: TaperStep
    first_day: dt.date
    days: int

    @property
    def end(self) -> dt.date:
        """Return the day after the last."""
        return self.first_day + dt.timedelta(days=self.days)


def levels(start: Quantity, taper: Taper) -> tuple[TaperStep, ...]:
    """Take a dose down step by step.

    70 mg, less 5 mg each 14 days to 20 mg, then less 2.5 mg each 14 days to nothing: 65, 60 ... 25,
    20, 17.5 ... 5, 2.5 mg. Where a whole step would pass the end of its stretch, the step is
    shorter and names the end. A stretch that ends above the dose is skipped.

    Args:
        start: the dose that is taken down, which is not itself a step.
        taper: how it falls.

    Returns:
        The steps in order; the last is the last dose, never the nothing that follows it.
    """
    return tuple(_falling(start, taper))


def _falling(start: Quantity, taper: Taper) -> Iterator[TaperStep]:
    unit = start.units
    now, number = _exact(start, unit), count(1)
    for fall in taper.steps:
        end = Fraction(0) if fall.to is None else _exact(fall.to, unit)
        by = _exact(fall.by, unit)
        while now > end:
            short = now - by < end
            less = now - end if short else by
            after = now - less
            if not after:
                return
            yield TaperStep(
                number=next(number),
                amount=_given(after, unit),
                before=_given(now, unit),
                less=_given(less, unit),
                each=fall.each,
                rest=fall.to if short else None,
            )
            now = after


def _exact(value: Quantity, unit: Unit) -> Fraction:
    return Fraction(repr(round(float(in_unit(value, unit, "taper")), _CLEAN)))


def _given(value: Fraction, unit: Unit) -> Quantity:
    return quantity(float(value), unit)


def stretches(steps: Sequence[TaperStep], start: dt.date) -> Iterator[Stretch]:
    """Yield the days of each step of a taper, one after the other."""
    for each, run in groupby(steps, key=lambda step: step.each):
        first = start
        for n, step in enumerate(run, 1):
            begin, start = each.after(first, n - 1), each.after(first, n)
            yield Stretch(step, begin, (start - begin).days)
