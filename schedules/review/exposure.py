"""What several plans of one label hold of each drug together, beside its limits of a lifetime."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from dosing.calculation.limits import check_amount
from dosing.columns import greatest_of
from dosing.drugs.drug import Drug
from dosing.trace import SHOWN_DIGITS, Finding
from dosing.units import Quantity, Unit, amount, in_unit, quantity, show
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.knowledge.library import Library

_CLEAN = 9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How much of a drug several plans hold: by a day, in all, and with what was given before.

    ``before`` is None where no plan states it. ``limits`` are those of a lifetime, in words.
    """

    drug: str
    name: str
    doses: int
    plans: int
    by_day: Quantity
    in_all: Quantity
    before: Quantity | None
    lifetime: Quantity
    limits: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EqualDoses:
    """Equal doses of one drug in one plan, one after the other; ``plan`` counts from 1."""

    plan: int
    name: str
    amount: Quantity
    first: dt.date
    last: dt.date
    doses: int
    state: str


def add_up_exposure(
    courses: Sequence[Course], library: Library, day: dt.date
) -> tuple[Exposure, ...]:
    """Add up each drug over courses, and check the sum against its limits of a lifetime."""
    drugs = dict.fromkeys(row.drug for course in courses for row in course.rows)
    return tuple(_exposure(courses, library.drug(drug), day) for drug in drugs)


def _exposure(courses: Sequence[Course], drug: Drug, day: dt.date) -> Exposure:
    own = [row for course in courses for row in course.rows if row.drug == drug.id]
    unit = own[0].dose.amount.units
    before, lifetime = _with_what_was_before(courses, drug.id, own, unit)
    bodies = next((row.dose.bodies for row in reversed(own) if row.dose.bodies), {})
    routes = dict.fromkeys(row.route for row in own)
    findings = [
        f for route in routes for f in check_amount(drug, route, lifetime, "lifetime", bodies)
    ]
    return Exposure(
        drug=drug.id,
        name=drug.name,
        doses=len(own),
        plans=sum(any(row.drug == drug.id for row in course.rows) for course in courses),
        by_day=_sum([row for row in own if row.date <= day], unit),
        in_all=_sum(own, unit),
        before=before,
        lifetime=lifetime,
        limits=tuple(dict.fromkeys(line for route in routes for line in _limits(drug, route))),
        findings=tuple(dict.fromkeys(findings)),
    )


def _with_what_was_before(
    courses: Sequence[Course], drug: str, own: Sequence[Administration], unit: Unit
) -> tuple[Quantity | None, Quantity]:
    """Return what was given before, and the sum with it: the greatest that a plan leads to.

    What a plan states holds for its first day and may count the doses of earlier plans, so only
    the doses from that day on are added to it.
    """
    before, most = None, float(_sum(own, unit).magnitude)
    for plan in (course.plan for course in courses):
        if not (stated := plan.patient.earlier.get(drug)):
            continue
        field = f"earlier {drug}"
        earlier = float(in_unit(amount(stated, field), unit, field))
        later = _sum([row for row in own if row.date >= plan.first_day], unit)
        both = round(earlier + float(later.magnitude), _CLEAN)
        if before is None or both > most:
            before, most = quantity(earlier, unit), greatest_of([most, both])
    return before, quantity(most, unit)


def _limits(drug: Drug, route: str) -> Iterator[str]:
    for limit in drug.limits_for(route):
        if limit.per == "lifetime":
            for _, word, bounds in limit.levels:
                if bounds.high is not None:
                    yield f"{word} up to {show(bounds.high, SHOWN_DIGITS)}"


def _sum(rows: Sequence[Administration], unit: Unit) -> Quantity:
    total = sum(float(in_unit(row.dose.amount, unit, "dose")) for row in rows)
    return quantity(round(total, _CLEAN), unit)


def doses_in_runs(courses: Sequence[Course]) -> tuple[EqualDoses, ...]:
    """Return the doses of all courses by date, equal ones of one drug folded into one line."""
    runs: list[EqualDoses] = []
    for number, course in enumerate(courses, 1):
        last: dict[str, int] = {}
        for row in course.rows:
            at = last.get(row.name)
            run = runs[at] if at is not None else None
            same = run is not None and (run.amount, run.state) == (row.dose.amount, row.state)
            if run is not None and at is not None and same:
                runs[at] = dataclasses.replace(run, last=row.date, doses=run.doses + 1)
                continue
            last[row.name] = len(runs)
            runs.append(
                EqualDoses(
                    plan=number,
                    name=row.name,
                    amount=row.dose.amount,
                    first=row.date,
                    last=row.date,
                    doses=1,
                    state=row.state,
                )
            )
    return tuple(sorted(runs, key=lambda run: (run.first, run.plan, run.name)))
