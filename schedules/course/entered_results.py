"""Every result of a course in the order in which they became known, with what it was known for."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from dosing.rounding import snapped
from dosing.units import CREATININE_UMOL_PER_L, in_unit, read
from schedules.course.facts import read_results
from schedules.course.known_facts import DatedResult, Fact
from schedules.knowledge.terms import RISE, Terms, TestTerm
from schedules.plans.changes import NewFacts, Result, Reweigh
from schedules.plans.plan import Plan

CREATININE = "creatinine"


@dataclasses.dataclass(frozen=True, slots=True)
class EnteredResult:
    """A result, and how many changes stood before it was known; ``at`` is the place it is for."""

    result: DatedResult
    after: int = 0
    at: str = ""


def entered_results(
    plan: Plan, terms: Terms, tests: Mapping[str, TestTerm]
) -> Iterator[EnteredResult]:
    """Yield every result that was entered, in the order in which they became known."""
    first = plan.patient.creatinine
    if first and CREATININE in tests:
        day = min(plan.made_on, plan.first_day)
        yield EnteredResult(_risen(first, first, day))
    for result in read_results(plan.patient.results, terms):
        yield EnteredResult(result)
    for number, change in enumerate(plan.changes, 1):
        if isinstance(change, NewFacts):
            for result in read_results(change.facts.get("results", ()), terms):
                yield EnteredResult(result, number)
        elif isinstance(change, Reweigh) and change.creatinine and CREATININE in tests:
            first = first or change.creatinine
            yield EnteredResult(_risen(change.creatinine, first, change.from_day), number)
        elif isinstance(change, Result) and change.gate in tests:
            yield from _for_one_dose(change, tests[change.gate], number, plan.zone)


def _risen(creatinine: str, first: str, on: dt.date) -> DatedResult:
    """Return how far a creatinine is above the first of the course."""
    now, then = (
        float(in_unit(read(CREATININE, text), CREATININE_UMOL_PER_L, CREATININE))
        for text in (creatinine, first)
    )
    fact = Fact(CREATININE, creatinine)
    percent = snapped(100 * (now - then) / then)
    return DatedResult(fact, CREATININE, percent, RISE, word="", date=on)


def _for_one_dose(
    change: Result, test: TestTerm, number: int, zone: str
) -> Iterator[EnteredResult]:
    """Yield a result that was entered for one place, in the unit of its gate."""
    read = test.number(f"{change.value} {test.units[0].unit}") if test.units else None
    if read is not None:
        on = change.when.astimezone(ZoneInfo(zone)).date()
        fact = Fact("result", f"{test.name} {change.value}")
        result = DatedResult(fact, test.id, *read, word="", date=on)
        yield EnteredResult(result, number, change.at)
