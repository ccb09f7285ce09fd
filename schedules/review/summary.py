"""A course in a few words and lines: how much, how often, in all, and how near to its limits."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterator, Sequence

from dosing.drugs.drug import Drug
from dosing.errors import InputError
from dosing.formulas.body import BSA
from dosing.trace import SHOWN_DIGITS, Level, Step
from dosing.units import (
    NO_BREAK_SPACE,
    Quantity,
    in_unit,
    parts,
    quantity,
    show,
    show_number,
    show_percent,
)
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.site import Site
from schedules.review.dispensing import packs_for, stocked

_DOSE_DIGITS = SHOWN_DIGITS + 1
_SURFACE_DIGITS = 3
_CLEAN = 9
_DAYS_IN_WEEK = 7
_ONE_DAY = dt.timedelta(days=1)
_HOUR = dt.timedelta(hours=1)
_MINUTE = dt.timedelta(minutes=1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The doses of one medicine of one phase: one line on the answer card.

    ``tapered``: each cycle is a step of a taper. ``first_visit`` are the doses of the drug that are
    given with its first one, such as those into other glands.
    """

    phase: str
    medicine: Medicine
    rows: tuple[Administration, ...]
    first_visit: tuple[Administration, ...]
    tapered: bool = False

    @property
    def first(self) -> Administration:
        """Return the first dose."""
        return self.rows[0]

    @property
    def first_cycle(self) -> tuple[Administration, ...]:
        """Return the doses of the first cycle, which the later ones repeat."""
        return tuple(row for row in self.rows if row.cycle == self.first.cycle)

    @property
    def dealt(self) -> bool:
        """Whether the doses of a cycle differ, as when a total is dealt out over days."""
        return len({_number(row) for row in self.first_cycle}) > 1

    @property
    def shares(self) -> tuple[Administration, ...]:
        """Return the doses over which the first total is dealt out; later ones repeat them."""
        rounded, cycle = self.medicine.round, self.first_cycle
        days = {"day": 1, "2 days": 2}.get(rounded.over if rounded else "")
        if days is None:
            return cycle
        first = sorted({row.date for row in cycle})[:days]
        return tuple(row for row in cycle if row.date in first)

    @property
    def amounts(self) -> tuple[str, ...]:
        """Return the dose, or the doses of a cycle, as texts that must not be broken."""
        first = show(self.first.dose.amount, _DOSE_DIGITS)
        if self.tapered and len(self.levels) > 1:
            return (first, "down to", show(self.rows[-1].dose.amount, _DOSE_DIGITS))
        if not self.dealt:
            return (first,)
        *before, last = [row.dose.amount for row in self.shares]
        numbers = [f"{show_number(float(value.magnitude), _DOSE_DIGITS)}," for value in before]
        return (*numbers, show(last, _DOSE_DIGITS))

    @property
    def levels(self) -> tuple[tuple[str, str, str], ...]:
        """Return the steps of a taper: from when and how often, the dose, of which tablets."""
        return tuple(
            (
                f"{_day(rows[0].date)}, {len(rows)} dose{'' if len(rows) == 1 else 's'}",
                show(rows[0].dose.amount, _DOSE_DIGITS),
                rows[0].tablets.made_of if rows[0].tablets else "",
            )
            for rows in _cycles(self.rows)
        )

    @property
    def total(self) -> Quantity:
        """Return the sum of all its doses."""
        return _sum(self.rows)

    @property
    def pattern(self) -> str:
        """Return how many doses there are, how often, from when to when and how much in all."""
        count = len(self.rows)
        if count == 1:
            return f"1 dose, {_day(self.first.date)}"
        cycles = _cycles(self.rows)
        how_often = _rhythm(sorted({row.date for row in self.rows}))
        if not how_often and len(cycles) > 1:
            how_often = _repeats(cycles)
        spoken = f"{count} doses{', ' + how_often if how_often else ''}"
        whole = (
            f"{show(_sum(cycles[0]), _DOSE_DIGITS)} a cycle, "
            if len(cycles[0]) < count > len(cycles) and not self.tapered
            else ""
        )
        return (
            f"{spoken}, {_day(self.first.date)} to {_day(self.rows[-1].date)}, "
            f"{whole}{show(self.total, _DOSE_DIGITS)} in all"
        )

    @property
    def booked(self) -> str:
        """Return how long the infusion is booked for; empty where the dose has no length."""
        first, *later = (row.length for row in self.rows)
        if not first:
            return ""
        text = f"about {_length(first)}"
        if len(set(later)) == 1 and later[0] != first:
            text += f" the first time, {_length(later[0])} after"
        elif set(later) - {first}:
            text = f"about {_length(min(first, *later))} to {_length(max(first, *later))}"
        before, after = self.first.before, self.first.after
        stay = [
            f"{_length(before)} before" if before else "",
            f"{_length(after)} after" if after else "",
        ]
        around = " and ".join(filter(None, stay))
        return f"{text}, in the chair {around}" if around else text

    @property
    def basis(self) -> str:
        """Return by which measure of the body the dose is made."""
        steps = {step.what: step for step in self.first.dose.steps}
        if self.medicine.surface and "body surface" in steps:
            value = steps["body surface"].value
            text = value if isinstance(value, str) else show(value, _SURFACE_DIGITS)
            return f"by body surface {text} ({BSA[self.medicine.surface].title})"
        if self.medicine.weight and "dosing weight" in steps:
            return f"by {self.medicine.weight} weight {steps['dosing weight'].value_text}"
        if self.tapered:
            begun = self.first.dose.steps[0].of[-1]
            text = begun if isinstance(begun, str) else show(begun, SHOWN_DIGITS)
            return f"reduced from {text} in {len(self.levels)} steps"
        return "a flat dose, not by weight or surface"

    @property
    def deviation(self) -> str:
        """Return how far the rounded dose lies from the dose before rounding."""
        reference = show(self.first.dose.reference, SHOWN_DIGITS)
        away = [float(row.dose.deviation) for row in self.first_cycle]
        low, high = sorted(away)[0], sorted(away)[-1]
        if self.tapered:
            return ""
        if self.medicine.round is None:
            return "not rounded"
        if not self.dealt:
            return f"{show_percent(high)} from {reference}"
        total = next((step.why for step in self.first.dose.steps if step.what == "rounded"), "")
        return (
            f"the total {total}, then dealt out; "
            f"single doses {show_percent(low)} to {show_percent(high)} from {reference}"
        )

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps from the measurements to the dose; dealt doses each add their own."""
        if not self.dealt:
            return self.first.dose.steps
        return (*self.first.dose.steps[:-1], *(row.dose.steps[-1] for row in self.shares))

    @property
    def agreed(self) -> bool:
        """Whether the second calculation agreed for every dose."""
        return all(
            any(step.what == "second calculation" and step.value == "agrees" for step in dose.steps)
            for dose in {id(row.dose): row.dose for row in self.rows}.values()
        )

    def packs(self, drug: Drug, site: Site) -> tuple[tuple[str, str], ...]:
        """Return the vials or tablets of each different dose; empty where none are known.

        Doses of one visit are drawn up together.
        """
        stock = stocked(drug, self.first.route, site)
        if stock is None or not stock.products:
            return ()
        if stock.drawn_up and len(self.first_visit) > 1:
            together = show(_sum(self.first_visit), _DOSE_DIGITS)
            return ((f"{together} at one visit", str(packs_for(self.first_visit, stock))),)
        packs_of: dict[str, str] = {}
        for row in self.first_cycle:
            text = show(row.dose.amount, _DOSE_DIGITS)
            if text in packs_of:
                continue
            try:
                packs = packs_for([row], stock)
                packs_of[text] = packs.made_of if row.tablets else str(packs)
            except InputError:
                # The tablets there are cannot make it, and the dispensing table says so.
                return ()
        return tuple(packs_of.items())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CourseLimit:
    """How much of a drug one course may hold, for this patient."""

    drug: str
    level: Level
    word: str
    amount: Quantity


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day of the timeline of a drug: what is given, and what has been given by then."""

    day: dt.date
    until: dt.date
    phase: str
    dose: Quantity
    in_all: Quantity


def groups(course: Course) -> tuple[Group, ...]:
    """Return the doses of a course by phase and medicine, in the order of the regimen."""
    rows: dict[tuple[str, str], list[Administration]] = {}
    for row in course.rows:
        rows.setdefault((row.phase, row.item), []).append(row)
    medicines = {
        (phase.name, medicine.name): (medicine, phase.taper is not None)
        for phase in course.regimen.phases
        for medicine in course.regimen.dosed(phase).medicines
        if medicine.when is None or medicine.when.holds(course.patient)
    }
    visits: dict[tuple[object, ...], list[Administration]] = {}
    for row in course.rows:
        visits.setdefault(_visit(row), []).append(row)
    return tuple(
        Group(
            phase=key[0],
            medicine=medicine,
            rows=tuple(rows[key]),
            first_visit=tuple(visits[_visit(rows[key][0])]),
            tapered=tapered,
        )
        for key, (medicine, tapered) in medicines.items()
        if key in rows
    )


def _visit(row: Administration) -> tuple[object, ...]:
    """Return what the doses of one drug at one visit have in common."""
    return row.drug, row.route, row.condition, row.date, row.time


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Procedures:
    """The dates of one procedure or review in a phase: one line on the answer card."""

    phase: str
    what: str
    kind: str
    days: tuple[dt.date, ...]

    @property
    def pattern(self) -> str:
        """Return how often, and from when to when."""
        if len(self.days) == 1:
            return f"once, {_day(self.days[0])}"
        return f"{len(self.days)} times, {_day(self.days[0])} to {_day(self.days[-1])}"


def procedures(course: Course) -> tuple[Procedures, ...]:
    """Return the procedures and reviews of a course by phase, in the order of their dates."""
    days: dict[tuple[str, str, str], list[dt.date]] = {}
    for occasion in course.occasions:
        key = (occasion.phase, occasion.what, occasion.kind)
        days.setdefault(key, []).append(occasion.date)
    return tuple(
        Procedures(phase=phase, what=what, kind=kind, days=tuple(dates))
        for (phase, what, kind), dates in days.items()
    )


def phases(course: Course) -> tuple[tuple[str, dt.date, dt.date], ...]:
    """Return each phase with its first day and the day after its last dose or procedure."""
    spans: dict[str, tuple[dt.date, dt.date]] = {}
    dated: list[Administration | Occasion] = [*course.rows, *course.occasions]
    for row in sorted(dated, key=lambda entry: entry.date):
        first, end = spans.get(row.phase, (row.date, row.date))
        spans[row.phase] = (first, max(end, row.date + _ONE_DAY))
    return tuple((name, first, end) for name, (first, end) in spans.items())


def timeline(course: Course, drug: str) -> tuple[Point, ...]:
    """Return the days of a drug with the dose of each and the sum up to it, in one unit."""
    return points_of([row for row in course.rows if row.drug == drug])


def points_of(doses: Sequence[Administration]) -> tuple[Point, ...]:
    """Return the days of doses of one drug, in the order of their dates."""
    days: dict[dt.date, list[Administration]] = {}
    for row in doses:
        days.setdefault(row.date, []).append(row)
    unit = next(iter(days.values()))[0].dose.amount.units
    points = []
    so_far = 0.0
    for day, rows in days.items():
        given = sum(float(in_unit(row.dose.amount, unit, "dose")) for row in rows)
        so_far = round(so_far + given, _CLEAN)
        points.append(
            Point(
                day=day,
                until=day + _ONE_DAY,
                phase=rows[0].phase,
                dose=quantity(round(given, _CLEAN), unit),
                in_all=quantity(so_far, unit),
            )
        )
    return tuple(points)


def course_limits(course: Course, library: Library) -> tuple[CourseLimit, ...]:
    """Return the limits of a whole course as amounts for this patient."""
    return tuple(
        limit for total in course.totals for limit in _limits_of(course, library.drug(total.drug))
    )


def _limits_of(course: Course, drug: Drug) -> Iterator[CourseLimit]:
    row = next(row for row in course.rows if row.drug == drug.id)
    unit = row.dose.amount.units
    for limit in drug.limits_for(row.route):
        if limit.per not in {"course", "lifetime"}:
            continue
        for level, word, bounds in limit.levels:
            if bounds.high is None:
                continue
            stated = parts(bounds.high.units)
            if stated.body is not None and stated.body not in row.dose.bodies:
                continue
            body = 1.0 if stated.body is None else float(row.dose.bodies[stated.body])
            most = quantity(float(bounds.high.magnitude) * body, stated.amount)
            number = round(float(in_unit(most, unit, "limit")), _CLEAN)
            yield CourseLimit(drug=drug.id, level=level, word=word, amount=quantity(number, unit))


def _number(row: Administration) -> float:
    return float(row.dose.amount.magnitude)


def _sum(rows: Sequence[Administration]) -> Quantity:
    unit = rows[0].dose.amount.units
    total = sum(float(in_unit(row.dose.amount, unit, "dose")) for row in rows)
    return quantity(round(total, _CLEAN), unit)


def _day(day: dt.date) -> str:
    return f"{day:%a %d-%b-%Y}"


def _cycles(rows: Sequence[Administration]) -> list[list[Administration]]:
    cycles: dict[int, list[Administration]] = {}
    for row in rows:
        cycles.setdefault(row.cycle, []).append(row)
    return list(cycles.values())


def _rhythm(days: Sequence[dt.date]) -> str:
    """Return an even rhythm in words; empty for an uneven one."""
    gaps = {(later - day).days for day, later in itertools.pairwise(days)}
    if len(gaps) != 1:
        return ""
    gap = gaps.pop()
    if gap == 1:
        return "each day"
    return f"each {days[0]:%A}" if gap == _DAYS_IN_WEEK else f"every {gap} days"


def _repeats(cycles: Sequence[Sequence[Administration]]) -> str:
    firsts = [cycle[0].date for cycle in cycles]
    within = _rhythm(sorted({row.date for row in cycles[0]}))
    apart = _rhythm(firsts)
    if within == "each day":
        within = f"{len({row.date for row in cycles[0]})} days in a row"
    words = [part for part in (within, apart and f"again {apart}") if part]
    return f"{len(cycles)} cycles ({', '.join(words)})" if words else f"{len(cycles)} cycles"


def _length(length: dt.timedelta) -> str:
    hours, rest = divmod(length, _HOUR)
    minutes = rest // _MINUTE
    parts_of = ([f"{hours} h"] if hours else []) + ([f"{minutes} min"] if minutes else [])
    return " ".join(parts_of).replace(" ", NO_BREAK_SPACE)
