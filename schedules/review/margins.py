"""How far the doses of a course lie from each limit of their drugs, in the limit's own unit."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dosing.calculation.calculate import Dose
from dosing.drugs.drug import Bounds, Drug, Limit
from dosing.trace import SHOWN_DIGITS, Level, Source
from dosing.units import (
    Number,
    Quantity,
    Unit,
    dose_unit,
    in_unit,
    parts,
    quantity,
    same_kind,
    show,
    spelling,
)
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.knowledge.library import Library

_CLEAN = 9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One stated range of a limit, and in words how far this course lies from its ends.

    ``outside`` is False where only rounding passes a range that the written dose was held to.
    """

    level: Level
    word: str
    low: float | None
    high: float | None
    text: str
    margin: str
    outside: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What a course reaches of one limit: the least and the most, as plain numbers of ``unit``.

    Both are None where the limit is stated by a measure or in a unit that the doses do not have;
    ``reached`` says why.
    """

    drug: str
    route: str
    per: str
    unit: str
    least: float | None
    most: float | None
    reached: str
    bounds: tuple[Bound, ...]
    source: Source

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain text and numbers for JSON."""
        return {
            "drug": self.drug,
            "route": self.route,
            "per": self.per,
            "unit": self.unit,
            "least": self.least,
            "most": self.most,
            "reached": self.reached,
            "bounds": [
                {
                    "level": one.level,
                    "limit": one.word,
                    "range": one.text,
                    "margin": one.margin,
                    "outside": one.outside,
                }
                for one in self.bounds
            ],
            "source": str(self.source),
        }


def drugs_given(
    course: Course, library: Library
) -> Iterator[tuple[Drug, str, list[Administration]]]:
    """Yield each drug and route of a course with its doses."""
    by_route: dict[tuple[str, str], list[Administration]] = {}
    for row in course.rows:
        by_route.setdefault((row.drug, row.route), []).append(row)
    for (drug, route), rows in by_route.items():
        yield library.drug(drug), route, rows


def find_margins(course: Course, library: Library) -> tuple[Margin, ...]:
    """Compare every drug of a course with each of its limits: how much room is left."""
    return tuple(
        _margin(drug, route, limit, reached(course, drug, limit, rows), [row.dose for row in rows])
        for drug, route, rows in drugs_given(course, library)
        for limit in drug.limits_for(route)
    )


def find_margins_of_dose(dose: Dose, drug: Drug, route: str) -> tuple[Margin, ...]:
    """Compare one dose, of no course, with each limit of its drug that holds for one dose."""
    return tuple(
        _margin(drug, route, limit, _in_its_unit(limit, [dose.amount], dose.bodies), [dose])
        for limit in drug.limits_for(route)
        if limit.per == "dose"
    )


def _margin(
    drug: Drug,
    route: str,
    limit: Limit,
    values: tuple[Quantity, Quantity] | str,
    doses: Sequence[Dose],
) -> Margin:
    written = _before_rounding(limit, doses)
    least, most = (None, None) if isinstance(values, str) else values
    return Margin(
        drug=drug.name,
        route=route,
        per=limit.per,
        unit=spelling(limit.unit),
        least=_number(least),
        most=_number(most),
        reached=values if isinstance(values, str) else _span(*values),
        bounds=tuple(
            _bound(stated, limit, least, most, None if stated[0] == "STOP" else written)
            for stated in limit.levels
        ),
        source=drug.source(limit.source),
    )


def reached(
    course: Course, drug: Drug, limit: Limit, rows: Sequence[Administration]
) -> tuple[Quantity, Quantity] | str:
    """Return the least and the most that a course comes to, in the limit's own unit.

    Where that unit does not fit the doses, the answer is the reason, as a text.
    """
    total = next(total for total in course.totals if total.drug == drug.id)
    values: dict[str, list[Quantity]] = {
        "dose": [row.dose.amount for row in rows],
        "day": [total.most_in_a_day],
        "cycle": [value for _, _, value in total.cycles],
        "course": [total.course],
        "lifetime": [total.lifetime if total.lifetime is not None else total.course],
    }
    return _in_its_unit(limit, values[limit.per], rows[0].dose.bodies)


def _in_its_unit(
    limit: Limit, values: Sequence[Quantity], bodies: Mapping[Unit, Number]
) -> tuple[Quantity, Quantity] | str:
    stated = parts(limit.unit)
    if stated.body is not None and stated.body not in bodies:
        return "not by this measure"
    if any(not same_kind(stated.amount, value.units) for value in values):
        return "not in this unit"
    body = 1.0 if stated.body is None else float(bodies[stated.body])
    numbers = [float(in_unit(value, stated.amount, "dose")) for value in values]
    unit = dose_unit(stated.amount, stated.body)
    ends = (quantity(round(end / body, _CLEAN), unit) for end in (min(numbers), max(numbers)))
    return next(ends), next(ends)


def _span(least: Quantity, most: Quantity) -> str:
    texts = dict.fromkeys(show(value, SHOWN_DIGITS) for value in (least, most))
    return " to ".join(texts)


def _number(value: Quantity | None) -> float | None:
    return None if value is None else float(value.magnitude)


def _before_rounding(limit: Limit, doses: Sequence[Dose]) -> tuple[float, float] | None:
    """Return the least and the most before rounding, for a limit of one dose per kg or per m2.

    Rounding may pass such a limit by a little, as check_amount in dosing/calculation/limits.py
    says; a hard one holds for what is given.
    """
    stated, bodies = parts(limit.unit), doses[0].bodies
    amounts = [dose.reference for dose in doses]
    if limit.per != "dose" or stated.body is None or stated.body not in bodies:
        return None
    if any(not same_kind(stated.amount, amount.units) for amount in amounts):
        return None
    body = float(bodies[stated.body])
    numbers = [float(in_unit(amount, stated.amount, "dose")) / body for amount in amounts]
    return round(min(numbers), _CLEAN), round(max(numbers), _CLEAN)


def _bound(
    stated: tuple[Level, str, Bounds],
    limit: Limit,
    least: Quantity | None,
    most: Quantity | None,
    written: tuple[float, float] | None,
) -> Bound:
    level, word, bounds = stated
    unit = limit.unit
    ends = [
        None if end is None else float(in_unit(end, unit, "limit"))
        for end in (bounds.low, bounds.high)
    ]
    margins, outside = [], False
    if least is not None and most is not None:
        before = written or (float(least.magnitude), float(most.magnitude))
        reaches = ((ends[0], least, before[0], "low"), (ends[1], most, before[1], "high"))
        for end, number, unrounded, side in reaches:
            if end is None:
                continue
            sign = 1 if side == "low" else -1
            room = round(float(number.magnitude) - end, _CLEAN) * sign
            by_rounding = room < 0 <= (unrounded - end) * sign
            outside = outside or (room < 0 and not by_rounding)
            text = _room(quantity(abs(room), unit), side, beyond=room < 0)
            margins.append(f"{text}, by rounding" if by_rounding else text)
    return Bound(
        level=level,
        word=word,
        low=ends[0],
        high=ends[1],
        text=bounds_text(bounds),
        margin="; ".join(margins),
        outside=outside,
    )


def _room(room: Quantity, side: str, *, beyond: bool) -> str:
    end = "lowest" if side == "low" else "highest"
    if not room.magnitude:
        return f"at its {end}"
    above = (side == "high") == beyond
    return f"{show(room, SHOWN_DIGITS)} {'above' if above else 'below'} its {end}"


def bounds_text(bounds: Bounds | None) -> str:
    """Return a range in words: at most 100 g."""
    if bounds is None:
        return "not stated"
    if bounds.low is not None and bounds.high is not None:
        return f"{show(bounds.low)} to {show(bounds.high)}"
    return (
        f"at least {show(bounds.any_bound)}"
        if bounds.low is not None
        else f"at most {show(bounds.any_bound)}"
    )
