"""What a course holds of each drug: per day, per cycle, in all and in a lifetime."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from dosing.calculation.limits import Per, check_amount, check_flat
from dosing.columns import greatest_of, rounded
from dosing.drugs.drug import Drug
from dosing.trace import Finding, after_the_fact, stops
from dosing.units import Number, Quantity, Unit, amount, in_unit, quantity
from schedules.course.measurements import Measurements
from schedules.course.rows import Administration
from schedules.plans.plan import Plan

# Sums are rounded to this many decimals: floating-point noise.
_CLEAN = 9
K = TypeVar("K", bound=Hashable)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a course holds of one drug; ``cycles`` are phase, number and amount.

    ``lifetime`` is None where the plan does not state how much was given before.
    """

    drug: str
    doses: int
    course: Quantity
    most_in_a_day: Quantity
    cycles: tuple[tuple[str, int, Quantity], ...]
    lifetime: Quantity | None


def totals_of(rows: Sequence[Administration], plan: Plan) -> tuple[Total, ...]:
    """Add up the doses of each drug: per day, per cycle, in the course, in a lifetime.

    Args:
        rows: the doses that take place.
        plan: states what was given of a drug before.
    """
    return tuple(
        _total([row for row in rows if row.drug == drug], plan.patient.earlier.get(drug))
        for drug in dict.fromkeys(row.drug for row in rows)
    )


def _total(rows: Sequence[Administration], earlier: str | None) -> Total:
    drug, unit = rows[0].drug, rows[0].dose.amount.units
    # Equal doses share one amount, which is converted once.
    amounts = {id(row.dose.amount): row.dose.amount for row in rows}
    numbers = {key: in_unit(value, unit, "dose") for key, value in amounts.items()}

    def summed(key: Callable[[Administration], K]) -> dict[K, Number]:
        sums: dict[K, Number] = {}
        for row in rows:
            group, number = key(row), numbers[id(row.dose.amount)]
            sums[group] = sums[group] + number if group in sums else number
        return sums

    cycles = summed(lambda row: (row.phase, row.cycle))
    whole = rounded(sum(cycles.values()), _CLEAN)
    lifetime = None
    if earlier is not None:
        field = f"earlier {drug}"
        before = float(in_unit(amount(earlier, field), unit, field))
        lifetime = quantity(round(whole + before, _CLEAN), unit)
    return Total(
        drug=drug,
        doses=len(rows),
        course=quantity(whole, unit),
        most_in_a_day=quantity(
            rounded(greatest_of(summed(lambda row: row.date).values()), _CLEAN), unit
        ),
        cycles=tuple(
            (phase, cycle, quantity(rounded(number, _CLEAN), unit))
            for (phase, cycle), number in cycles.items()
        ),
        lifetime=lifetime,
    )


def check_totals(
    total: Total,
    rows: Sequence[Administration],
    drug: Drug,
    measured: Sequence[Measurements],
) -> list[Finding]:
    """Check the totals of a drug against its limits: of a day, a cycle, a course, a lifetime.

    What stops a total is a WARN where all of its doses were given: that is a fact to be recorded.

    Args:
        total: what the course holds of the drug.
        rows: the doses that take place.
        drug: states the limits.
        measured: the measurements that the doses went by; where all are flat, the weight at the
            first is what the limits per kg are compared with.
    """
    own = [row for row in rows if row.drug == total.drug]
    size = _size_at_first(own, measured)
    findings: list[Finding] = []
    for route in dict.fromkeys(row.route for row in own):
        check = functools.partial(_check, drug, route, size)
        for per, value in _values(total).items():
            found = check(per, value)
            if stops(found):
                found = _unless_given(found, own, per, check)
            findings += found
    return findings


_Bodies: TypeAlias = Mapping[Unit, Number]
_Check: TypeAlias = Callable[[Per, Quantity], list[Finding]]


def _size_at_first(
    own: Sequence[Administration], measured: Sequence[Measurements]
) -> _Bodies | Quantity | None:
    """Return weight and surface of the first dose that went by them: a typed amount does not.

    Or, where none did, the weight that was measured before the first; None where none was.
    """
    bodies = next((row.dose.bodies for row in own if row.dose.bodies), None)
    return bodies or measured[own[0].measurement].patient.weight


def _check(
    drug: Drug, route: str, size: _Bodies | Quantity | None, per: Per, value: Quantity
) -> list[Finding]:
    if isinstance(size, Mapping):
        return check_amount(drug, route, value, per, size)
    found = check_amount(drug, route, value, per, {})
    return found if size is None else found + check_flat(drug, route, value, per, size)


def _unless_given(
    found: list[Finding], own: Sequence[Administration], per: Per, check: _Check
) -> list[Finding]:
    """Return what stops a total, as a WARN where no dose that is to come has a part in it."""
    rest = _with_doses_to_come(own, per)
    if len(rest) == len(own):
        return found
    if rest:
        value = _values(_total(rest, None))[per]
        if stops(check(per, value)):
            return found
    return list(after_the_fact(found))


def _values(total: Total) -> dict[Per, Quantity]:
    cycles = greatest_of(value.magnitude for _, _, value in total.cycles)
    return {
        "day": total.most_in_a_day,
        "cycle": quantity(cycles, total.course.units),
        "course": total.course,
        "lifetime": total.lifetime if total.lifetime is not None else total.course,
    }


def _with_doses_to_come(own: Sequence[Administration], per: Per) -> Sequence[Administration]:
    """Return the doses of the days or cycles in which one is to come; of a course, all or none."""

    def group(row: Administration) -> Hashable:
        return {"day": row.date, "cycle": (row.phase, row.cycle)}.get(per)

    to_come = {group(row) for row in own if row.state != "given"}
    return [row for row in own if group(row) in to_come]
