"""What a course holds of each drug: per day, per cycle, in all and in a lifetime."""

from __future__ import annotations

import dataclasses
import datetime as dt

from dosing.calculation.limits import Per, check_amount
from dosing.drugs.drug import Drug
from dosing.trace import Finding
from dosing.units import (
    Quantity,
    amount,
    in_unit,
    quantity,
)
from schedules.course.rows import Administration
from schedules.plans.plan import Plan


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a course holds of one drug."""

    drug: str
    doses: int
    course: Quantity
    most_in_a_day: Quantity
    cycles: tuple[tuple[str, int, Quantity], ...]
    lifetime: Quantity | None


def totals_of(rows: list[Administration], plan: Plan) -> tuple[Total, ...]:
    """Add up what is given of each drug: per day, per cycle, in the course, in a lifetime."""
    totals = []
    for drug in dict.fromkeys(row.drug for row in rows):
        own = [row for row in rows if row.drug == drug]
        unit = own[0].dose.amount.units
        days: dict[dt.date, float] = {}
        cycles: dict[tuple[str, int], float] = {}
        for row in own:
            number = float(in_unit(row.dose.amount, unit, "dose"))
            days[row.date] = days.get(row.date, 0.0) + number
            cycle = (row.phase, row.cycle)
            cycles[cycle] = cycles.get(cycle, 0.0) + number
        sum_of_course = _clean(sum(cycles.values()))
        earlier = plan.patient.earlier.get(drug)
        lifetime = None
        if earlier is not None:
            before = float(in_unit(amount(earlier, f"earlier {drug}"), unit, f"earlier {drug}"))
            lifetime = quantity(_clean(sum_of_course + before), unit)
        totals.append(
            Total(
                drug=drug,
                doses=len(own),
                course=quantity(sum_of_course, unit),
                most_in_a_day=quantity(_clean(max(days.values())), unit),
                cycles=tuple((p, c, quantity(_clean(v), unit)) for (p, c), v in cycles.items()),
                lifetime=lifetime,
            )
        )
    return tuple(totals)


def _clean(value: float) -> float:
    return round(value, 9)


def check_totals(total: Total, rows: list[Administration], drug: Drug) -> list[Finding]:
    """Hold the totals of a drug to its limits: of a day, a cycle, a course and a lifetime."""
    own = [row for row in rows if row.drug == total.drug]
    bodies = own[0].dose.bodies
    most_in_a_cycle = max(
        (value for _, _, value in total.cycles), key=lambda value: value.magnitude
    )
    found: list[Finding] = []
    checks: tuple[tuple[Per, Quantity], ...] = (
        ("day", total.most_in_a_day),
        ("cycle", most_in_a_cycle),
        ("course", total.course),
        ("lifetime", total.lifetime if total.lifetime is not None else total.course),
    )
    for route in dict.fromkeys(row.route for row in own):
        for per, value in checks:
            found += check_amount(drug, route, value, per, bodies)
    return found
