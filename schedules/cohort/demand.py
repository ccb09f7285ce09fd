"""What a ward takes, by day or week: doses, amounts, packs, waste, hours and visits of its courses.

Packs are chosen by ``dispensing``: whole ones for each visit of a person, and beside them those of
doses that share an opened vial on one day, where it is stated how long such a vial serves.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from dosing.units import PLASMA, Quantity, Unit, in_unit, plain, quantity, same_kind
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion
from schedules.course.visit import time_visit
from schedules.knowledge.site import AS_THE_DRUG_FILE, Pharmacy
from schedules.review.dispensing import (
    Dispensing,
    Prepared,
    dispensing,
    halves_taken,
    instant_of,
    opened_length,
    opened_together,
    packs_or_why,
)

By = Literal["day", "week", "whole"]
BY: tuple[By, ...] = get_args(By)
_SIX_DAYS = dt.timedelta(days=6)
# Sums are rounded to this many decimals: floating-point noise.
_CLEAN = 9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WardCourse:
    """One course of a ward; ``name`` is the id of its plan, or its file."""

    name: str
    course: Course


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutPlan:
    """A plan of which nothing is counted, and why; ``stopped`` where it waits for a person."""

    name: str
    why: tuple[str, ...]
    stopped: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """The courses of a ward, the plans that are left out, and what else has to be said of them."""

    courses: tuple[WardCourse, ...]
    left_out: tuple[LeftOutPlan, ...] = ()
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Days:
    """A stretch of days, both ends included."""

    first: dt.date
    last: dt.date

    def holds(self, day: dt.date) -> bool:
        """Return whether a day is one of them."""
        return self.first <= day <= self.last

    def part(self, day: dt.date, by: By) -> Days:
        """Return its day or week, from Monday on, that holds a day, within the whole; or this."""
        if by == "whole":
            return self
        if by == "day":
            return Days(day, day)
        monday = day - dt.timedelta(days=day.weekday())
        return Days(max(monday, self.first), min(monday + _SIX_DAYS, self.last))


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Pack:
    """One kind of pack: a drug, a form and what it holds, in plain text."""

    drug: str
    form: str
    strength: str


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Line:
    """What is added up: a drug by a route in a period, all doses that depend on one condition."""

    period: Days
    drug: str
    route: str
    condition: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one line comes to.

    ``packs`` are whole for each visit, ``shared`` those with vials shared on one day; None where
    nothing is drawn up, or nobody states how long an opened vial serves. ``uncounted`` doses have
    no pack: the notes say why. ``infused`` adds up the infusions whose length is stated.
    """

    line: Line
    plans: int
    doses: int
    amount: Quantity
    packs: Mapping[Pack, int]
    waste: Quantity | None
    shared: Mapping[Pack, int] | None
    shared_waste: Quantity | None
    uncounted: int
    infused: dt.timedelta

    @property
    def saved(self) -> Quantity | None:
        """Return how much less is thrown away where vials are shared."""
        if self.waste is None or self.shared_waste is None:
            return None
        less = float(self.waste.magnitude) - float(self.shared_waste.magnitude)
        return quantity(round(less, _CLEAN), self.waste.units)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Who comes in a period, and for how long.

    A visit is a day on which a plan has something that is not taken at home. ``chair`` is the time
    from arrival to leaving of doses and procedures; what overlaps in one plan counts once.
    ``replaced`` is the fluid of plasma exchanges that were ordered by volume.
    """

    period: Days
    plans: int
    visits: int
    chair: dt.timedelta
    procedures: Mapping[str, int]
    replaced: Quantity | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a ward takes between two days; ``by_day`` has the packs, whole for each visit."""

    between: Days
    plans: int
    needs: tuple[Need, ...]
    loads: tuple[Load, ...]
    by_day: Mapping[Pack, Mapping[dt.date, int]]
    notes: tuple[str, ...]


def find_demand(courses: Sequence[WardCourse], between: Days, by: By, pharmacy: Pharmacy) -> Demand:
    """Add up what the courses of a ward take of what is still to be given.

    Args:
        courses: those of the ward, each exportable.
        between: the first and the last day that count.
        by: whether each day or each week has lines of its own, or the whole has one.
        pharmacy: says for how long an opened vial serves; what it does not say the drug file does.
    """
    counted = _Counted(between, by)
    for one in courses:
        counted.add(one)
    return Demand(
        between=between,
        plans=len(courses),
        needs=tuple(counted.needs(pharmacy)),
        loads=_loads(courses, between, by),
        by_day=counted.by_day,
        notes=tuple(sorted(counted.notes)),
    )


class _Counted:
    """What was counted so far, by line, and for vials to share by day."""

    def __init__(self, between: Days, by: By) -> None:
        self._between, self._by = between, by
        self._rows: dict[Line, list[tuple[WardCourse, Administration]]] = defaultdict(list)
        self._packs: dict[Line, Counter[Pack]] = defaultdict(Counter)
        self._prepared: dict[Line, list[tuple[WardCourse, Prepared]]] = defaultdict(list)
        self.by_day: dict[Pack, Counter[dt.date]] = defaultdict(Counter)
        self.notes: set[str] = set()

    def add(self, one: WardCourse) -> None:
        """Count the doses of a course that are to come."""
        rows = [row for row in one.course.rows if self._between.holds(row.date)]
        given = sum(row.state == "given" for row in rows)
        if given:
            self.notes.add(f"{one.name}: what was given is not counted ({given} of its doses).")
        rows = [row for row in rows if row.state == "planned"]
        for row in rows:
            self._rows[self._line(row)].append((one, row))
        found = _whole_for_each_visit(one.course, rows)
        self.notes.update(found.notes)
        halves: Counter[tuple[str, Pack]] = Counter()
        for entry in found.prepared:
            line, day = self._line(entry.rows[0]), entry.rows[0].date
            self._prepared[line].append((one, entry))
            for product, strength, count in halves_taken(entry):
                pack = Pack(line.drug, product.form, plain(strength))
                # The other half of a tablet serves the next dose of the same person.
                before = halves[line.condition, pack]
                halves[line.condition, pack] += count
                packs = (before + count + 1) // 2 - (before + 1) // 2
                self._packs[line][pack] += packs
                self.by_day[pack][day] += packs

    def _line(self, row: Administration) -> Line:
        period = self._between.part(row.date, self._by)
        return Line(period, row.drug, row.route, row.condition)

    def needs(self, pharmacy: Pharmacy) -> Iterator[Need]:
        """Yield every line in its order."""
        for line in sorted(self._rows):
            counted, prepared = self._rows[line], self._prepared[line]
            rows = [row for _, row in counted]
            unit = _unit_of(rows, prepared)
            drawn_up = [entry for _, entry in prepared if entry.stock.drawn_up]
            pooled = self._pooled(line, prepared, pharmacy) if drawn_up else None
            if any("infusion" in row.route and not row.length for row in rows):
                self.notes.add(f"{rows[0].drug_name}: without a stated length there are no hours.")
            yield Need(
                line=line,
                plans=len({one.name for one, _ in counted}),
                doses=len(rows),
                amount=_sum_of((row.dose.amount for row in rows), unit),
                packs=_greatest_first(self._packs[line]),
                waste=_sum_of((e.packs.waste for e in drawn_up), unit) if drawn_up else None,
                shared=None if pooled is None else _packs_of(line.drug, pooled),
                shared_waste=(
                    None if pooled is None else _sum_of((e.packs.waste for e in pooled), unit)
                ),
                uncounted=len(rows) - sum(len(entry.rows) for _, entry in prepared),
                infused=sum(
                    (row.length for row in rows if "infusion" in row.route), dt.timedelta()
                ),
            )

    def _pooled(
        self, line: Line, prepared: Sequence[tuple[WardCourse, Prepared]], pharmacy: Pharmacy
    ) -> list[Prepared] | None:
        """Return what is prepared where doses of one day share vials; None where they may not."""
        days: dict[tuple[dt.date, str], list[tuple[WardCourse, Prepared]]] = defaultdict(list)
        for one, entry in prepared:
            days[entry.rows[0].date, entry.stock.names].append((one, entry))
        pooled: list[Prepared] = []
        for entries in days.values():
            stock = entries[0][1].stock
            longest = opened_length(pharmacy.share_vials.get(line.drug, AS_THE_DRUG_FILE), stock)
            if longest is None:
                self.notes.add(
                    f"{line.drug}, {stock.names}: nobody states how long an opened vial serves "
                    "(drug file, site.yaml): no vial is shared."
                )
                return None
            timed = sorted(
                (
                    (instant_of(row, ZoneInfo(one.course.plan.zone)), one.name, row)
                    for one, entry in entries
                    for row in entry.rows
                ),
                key=lambda timed: (timed[0], timed[1], timed[2].id),
            )
            together = opened_together(
                [row for *_, row in timed], [instant for instant, *_ in timed], longest
            )
            for rows in together:
                packs = packs_or_why(rows, stock)
                if isinstance(packs, str):
                    self.notes.add(packs)
                    return None
                pooled.append(Prepared(rows=tuple(rows), packs=packs, stock=stock))
        return pooled


def _whole_for_each_visit(course: Course, rows: Sequence[Administration]) -> Dispensing:
    """Return what is prepared of these doses where no vial is kept for another visit."""
    site = course.plan.site
    alone = site.pharmacy.model_copy(update={"share_vials": {}})
    plan = course.plan.model_copy(update={"site": site.model_copy(update={"pharmacy": alone})})
    return dispensing(dataclasses.replace(course, plan=plan, rows=tuple(rows)))


def _unit_of(
    rows: Sequence[Administration], prepared: Sequence[tuple[WardCourse, Prepared]]
) -> Unit:
    """Return the unit of the drug's packs, or that of the first dose where none is counted."""
    unit = rows[0].dose.amount.units
    if prepared:
        of_packs = prepared[0][1].stock.products[0].strengths[0].units
        return of_packs if same_kind(of_packs, unit) else unit
    return unit


def _sum_of(amounts: Iterable[Quantity], unit: Unit) -> Quantity:
    """Return the sum in a unit: the same in whatever order the courses come."""
    total = math.fsum(float(in_unit(amount, unit, "dose")) for amount in amounts)
    return quantity(round(total, _CLEAN), unit)


def _packs_of(drug: str, prepared: Iterable[Prepared]) -> Mapping[Pack, int]:
    packs: Counter[Pack] = Counter()
    for entry in prepared:
        for product, strength, halves in halves_taken(entry):
            packs[Pack(drug, product.form, plain(strength))] += halves // 2
    return _greatest_first(packs)


def _greatest_first(packs: Counter[Pack]) -> Mapping[Pack, int]:
    """Return the packs that are taken, the greatest strength first."""

    def place(pack: Pack) -> tuple[str, float]:
        return pack.form, -float(pack.strength.partition(" ")[0])

    return {pack: packs[pack] for pack in sorted(packs, key=place) if packs[pack]}


def _loads(courses: Sequence[WardCourse], between: Days, by: By) -> tuple[Load, ...]:
    """Return who comes, by period; periods in which nobody comes have no load."""
    days: dict[Days, list[ClinicDay]] = defaultdict(list)
    for one in courses:
        for day in clinic_days(one, between):
            days[between.part(day.date, by)].append(day)
    return tuple(_load(period, days[period]) for period in sorted(days))


@dataclasses.dataclass(frozen=True, slots=True)
class ClinicDay:
    """What one plan has at the clinic on one day."""

    name: str
    zone: ZoneInfo
    date: dt.date
    all_of_it: Sequence[Administration | Occasion]

    @property
    def chair(self) -> dt.timedelta:
        """Return the time of its doses and procedures; what overlaps counts once."""
        stays = [
            time_visit(one, self.zone)
            for one in self.all_of_it
            if isinstance(one, Administration) or one.kind == "procedure"
        ]
        # In UTC: across a clock change an hour in the chair is an hour.
        times = sorted((s.arrives.astimezone(dt.UTC), s.leaves.astimezone(dt.UTC)) for s in stays)
        total, until = dt.timedelta(), None
        for arrives, leaves in times:
            begins = arrives if until is None else max(arrives, until)
            total += max(leaves - begins, dt.timedelta())
            until = leaves if until is None else max(leaves, until)
        return total


def clinic_days(one: WardCourse, between: Days) -> Iterator[ClinicDay]:
    """Yield what a plan still has at the clinic, by day."""
    days: dict[dt.date, list[Administration | Occasion]] = defaultdict(list)
    every: list[Administration | Occasion] = [*one.course.rows, *one.course.occasions]
    for dated in every:
        held = isinstance(dated, Occasion) and bool(dated.outcome)
        if dated.state == "planned" and not (held or dated.at_home) and between.holds(dated.date):
            days[dated.date].append(dated)
    zone = ZoneInfo(one.course.plan.zone)
    return (ClinicDay(one.name, zone, date, found) for date, found in days.items())


def _load(period: Days, days: Sequence[ClinicDay]) -> Load:
    every = [dated for day in days for dated in day.all_of_it]
    procedures = Counter(
        one.what for one in every if isinstance(one, Occasion) and one.kind == "procedure"
    )
    replaced = [
        one.dose.amount
        for one in every
        if isinstance(one, Administration) and PLASMA in one.dose.bodies
    ]
    return Load(
        period=period,
        plans=len({day.name for day in days}),
        visits=len(days),
        chair=sum((day.chair for day in days), dt.timedelta()),
        procedures=dict(sorted(procedures.items())),
        replaced=_sum_of(replaced, replaced[0].units) if replaced else None,
    )
