"""What a ward would take otherwise: each plan altered as a person could have made it, side by side.

An alteration is an ordinary choice, an ordinary policy of the site or an ordinary change. The
course that follows from it is computed, and added up, like any other.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dosing.drugs.weight_rule import SiteWeight
from dosing.errors import InputError, refuse
from dosing.formulas.body import IDEAL_WEIGHT
from dosing.numbers import read_fraction
from dosing.trace import RefusedError, stops
from dosing.units import duration
from schedules.cohort.demand import (
    Days,
    Demand,
    LeftOutPlan,
    Ward,
    WardCourse,
    find_demand,
)
from schedules.cohort.left_out import leave_out
from schedules.cohort.moves import Decision, window_of
from schedules.cohort.replan import put_on_days
from schedules.course.closed_days import window_allows
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.capacity import WEEKDAYS
from schedules.knowledge.choice import Chosen
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.site import AS_THE_DRUG_FILE, Pharmacy, Site
from schedules.outputs.progress import Progress, unreported
from schedules.plans.changes import courses_added
from schedules.plans.plan import Plan
from schedules.review.course_diff import new_findings

KINDS: Mapping[str, str] = {
    "interval": "interval=28 days",
    "weight": "weight=immunoglobulin:adjusted:devine:0.4, or weight=immunoglobulin:actual",
    "bands": "bands=none, or bands=nhs-england-1-mg-per-ml",
    "product": "product=cyclophosphamide:tablet (EU)",
    "weekday": "weekday=rituximab:Tue",
    "sharing": "sharing=rituximab:24 h",
}

AS_PLANNED = "as planned"
NO_BANDS = "none"
_A_WEEK = 7


class StaysError(Exception):
    """Says why a plan stays as it is planned."""


Alter = Callable[[Course], Plan]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """One alteration: its words, and what makes the other plan; StaysError where it makes none.

    ``shares`` says for how long an opened vial serves, by drug, in place of what the site says.
    """

    words: str
    parts: tuple[Alter, ...]
    shares: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """What the ward takes with one alteration.

    ``stays`` says of each plan that it does not alter why; ``warns`` which findings, that nobody
    has acknowledged, it would bring.
    """

    words: str
    demand: Demand
    altered: int
    stays: Mapping[str, str]
    warns: Mapping[str, tuple[str, ...]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """What the same plans take as planned and with each alteration.

    A plan that gives no course with one of them counts in none: ``left_out`` names it.
    """

    each: tuple[Alternative, ...]
    left_out: tuple[LeftOutPlan, ...]


def read_what_if(text: str, library: Library, by: Decision) -> WhatIf:
    """Read an alteration as it is written on a command line.

    Args:
        text: one of the forms that ``KINDS`` shows, or several with a semicolon between.
        library: its drugs, products and tables of dose bands can be named.
        by: who asks, for what would be a change.

    Raises:
        InputError: if it is none of these, or names what is not there.
    """
    parts = [_read_part(part, library, by) for part in text.split(";")]
    return WhatIf(
        words="; ".join(part.words for part in parts),
        parts=tuple(alter for part in parts for alter in part.parts),
        shares={drug: length for part in parts for drug, length in part.shares.items()},
    )


def _read_part(text: str, library: Library, by: Decision) -> WhatIf:
    kind, equals, value = (part.strip() for part in text.partition("="))
    if kind not in KINDS or not equals or not value:
        why = "is missing" if not text.strip() else "is no alteration"
        refuse("what if", text, why=why, write="; ".join(KINDS.values()))
    if kind == "interval":
        length = f"{value} days" if value.isascii() and value.isdecimal() else value
        return WhatIf(words=f"interval={length}", parts=(_with_interval(length),))
    if kind == "bands":
        return WhatIf(words=f"bands={value}", parts=(_with_bands(value, library),))
    name, _, rest = (part.strip() for part in value.partition(":"))
    drug = library.drug(name).id
    shares = {drug: _read_length(rest)} if kind == "sharing" else {}
    alter = (
        _with_weight(drug, rest)
        if kind == "weight"
        else _with_product(drug, rest, library)
        if kind == "product"
        else _with_sharing(drug, rest)
        if kind == "sharing"
        else _on_weekday(drug, rest, by, library)
    )
    return WhatIf(words=f"{kind}={drug}:{rest}", parts=(alter,), shares=shares)


def _read_length(text: str) -> str:
    if text != AS_THE_DRUG_FILE:
        duration(text, "what if, sharing")
    return text


def compare(
    ward: Ward,
    what_ifs: Sequence[WhatIf],
    library: Library,
    between: Days,
    progress: Progress = unreported,
) -> Alternatives:
    """Add up what the same plans take as planned, and with each alteration alone.

    Sharing of vials is judged by the library's own site, as ``find_demand`` does.
    """
    steps = len(what_ifs) * len(ward.courses)
    tried = []
    for number, what_if in enumerate(what_ifs):
        one_try = _Try(what_if, library)
        for done, one in enumerate(ward.courses, number * len(ward.courses) + 1):
            one_try.add(one)
            progress(done / steps)
        tried.append(one_try)
    left_out = {name: one for each in reversed(tried) for name, one in each.left_out.items()}
    names = _counted_in_each(ward, left_out)
    as_planned = {one.name: one for one in ward.courses}

    def demand(courses: Mapping[str, WardCourse], shares: Mapping[str, str]) -> Demand:
        own = library.site.pharmacy
        pharmacy = own.model_copy(update={"share_vials": {**own.share_vials, **shares}})
        return find_demand([courses[name] for name in names], between, "whole", pharmacy)

    planned = Alternative(
        words=AS_PLANNED, demand=demand(as_planned, {}), altered=0, stays={}, warns={}
    )
    others = [
        Alternative(
            words=each.what_if.words,
            demand=demand({**as_planned, **each.courses}, each.what_if.shares),
            altered=sum(name in each.courses for name in names),
            stays={name: each.stays[name] for name in names if name in each.stays},
            warns={name: each.warns[name] for name in names if name in each.warns},
        )
        for each in tried
    ]
    return Alternatives(each=(planned, *others), left_out=tuple(left_out.values()))


def _counted_in_each(ward: Ward, left_out: Mapping[str, LeftOutPlan]) -> list[str]:
    """Return the plans that give a course with every alteration: others would seem a saving."""
    return [one.name for one in ward.courses if one.name not in left_out]


class _Try:
    """What one alteration makes of each plan: another course, the same one, or none."""

    def __init__(self, what_if: WhatIf, library: Library) -> None:
        self.what_if, self._library = what_if, library
        self.courses: dict[str, WardCourse] = {}
        self.stays: dict[str, str] = {}
        self.warns: dict[str, tuple[str, ...]] = {}
        self.left_out: dict[str, LeftOutPlan] = {}

    def add(self, one: WardCourse) -> None:
        """Alter one plan."""
        try:
            after = _altered(one.course, self.what_if, self._library)
        except StaysError as stays:
            self.stays[one.name] = str(stays)
        except (InputError, RefusedError) as error:
            out = leave_out(one.name, error)
            why = tuple(f"with {self.what_if.words}: {text}" for text in out.why)
            self.left_out[one.name] = dataclasses.replace(out, why=why)
        else:
            self.courses[one.name] = WardCourse(name=one.name, course=after)
            brought = [f.code for f in new_findings(one.course, after) if f.level == "WARN"]
            if brought:
                self.warns[one.name] = tuple(dict.fromkeys(brought))


def _altered(course: Course, what_if: WhatIf, library: Library) -> Course:
    """Return the course with every part that alters it; StaysError if none does."""
    staying: list[str] = []
    for alter in what_if.parts:
        try:
            course = work_out(alter(course), library)
        except StaysError as stays:
            staying.append(str(stays))
    if len(staying) == len(what_if.parts):
        raise StaysError("; ".join(dict.fromkeys(staying)))
    # A WARN may be acknowledged by whoever takes it up; a STOP is the end of it.
    if stopped := stops(course.findings):
        raise RefusedError(*stopped)
    return course


def _with_interval(length: str) -> Alter:
    def alter(course: Course) -> Plan:
        plan, regimen = course.plan, course.regimens[0]
        if any(courses_added(change) for change in plan.changes):
            raise StaysError("several regimens are in this plan")
        names = _chosen_intervals(regimen)
        if not names:
            raise StaysError(f"{regimen.id} leaves no interval to a person")
        if not any(name in plan.choices for name in names):
            raise StaysError(f"{regimen.id} is planned once")
        for name in names:
            try:
                regimen.choice(name).read(length)
            except InputError as error:
                raise StaysError(f"{regimen.id}: {error}") from None
        choices = {**plan.choices, **dict.fromkeys(names, length)}
        return _unless_same(plan, {"choices": choices})

    return alter


def _chosen_intervals(regimen: Regimen) -> list[str]:
    """Return the choices of a regimen that say how far its cycles are apart."""
    every = [phase.cycle.every for phase in regimen.phases if phase.cycle is not None]
    return list(dict.fromkeys(one.choice for one in every if isinstance(one, Chosen)))


def _with_bands(name: str, library: Library) -> Alter:
    if name != NO_BANDS and name not in library.bands:
        known = ", ".join((NO_BANDS, *sorted(library.bands)))
        refuse("what if, bands", name, why="is no table of dose bands", write=f"one of: {known}")
    table = library.bands.get(name)

    def alter(course: Course) -> Plan:
        if table and not any(table.holds_for(row.drug, row.route) for row in course.rows):
            raise StaysError(f"gives nothing that {name} bands")
        return _of_pharmacy(course.plan, {"dose_bands": [name] if table else []})

    return alter


def _with_sharing(drug: str, length: str) -> Alter:
    def alter(course: Course) -> Plan:
        _must_have(course, drug)
        shared = {**course.plan.site.pharmacy.share_vials, drug: length}
        return _of_pharmacy(course.plan, {"share_vials": shared})

    return alter


def _with_product(drug: str, name: str, library: Library) -> Alter:
    known = [product.name for product in library.drug(drug).products]
    if name not in known:
        write = f"one of: {', '.join(known)}" if known else "another drug: none is known of it"
        refuse("what if, product", name, why=f"is no product of {drug}", write=write)

    def alter(course: Course) -> Plan:
        _must_have(course, drug)
        stocked = {**course.plan.site.pharmacy.products, drug: [name]}
        return _of_pharmacy(course.plan, {"products": stocked})

    return alter


def _of_pharmacy(plan: Plan, update: Mapping[str, Any]) -> Plan:
    pharmacy: Pharmacy = plan.site.pharmacy.model_copy(update=dict(update))
    return _unless_same(plan, {"site": _at(plan, {"pharmacy": pharmacy})})


def _at(plan: Plan, update: Mapping[str, Any]) -> Site:
    return plan.site.model_copy(update=dict(update))


def _with_weight(drug: str, text: str) -> Alter:
    basis, *more = (part.strip() for part in text.split(":"))
    rule = _read_weight(text, basis, more)

    def alter(course: Course) -> Plan:
        _must_have(course, drug)
        weights = {**course.plan.site.dosing_weight, drug: rule}
        plan = _unless_same(course.plan, {"site": _at(course.plan, {"dosing_weight": weights})})
        own = course.regimens[0].jurisdiction
        if own and any(one.jurisdiction == own for one in course.drugs[drug].dosing_weight):
            raise StaysError(f"{course.regimens[0].id} is of {own}, whose own rule holds")
        return plan

    return alter


def _read_weight(text: str, basis: str, more: Sequence[str]) -> SiteWeight:
    count = {"actual": 0, "ideal": 1, "adjusted": 2}.get(basis)
    if count is None or len(more) != count:
        write = "actual, ideal:devine or adjusted:devine:0.4"
        refuse("what if, weight", text, why="is no dosing weight", write=write)
    formula = more[0] if more else None
    if formula is not None and formula not in IDEAL_WEIGHT:
        known = ", ".join(IDEAL_WEIGHT)
        refuse("what if, ideal", formula, why="is not known here", write=f"one of: {known}")
    fraction = read_fraction(more[1], "what if, fraction") if basis == "adjusted" else None
    return SiteWeight.model_validate(
        {"weight": basis, "ideal": formula, "fraction": fraction, "source": f"what if: {text}"}
    )


def _on_weekday(drug: str, weekday: str, by: Decision, library: Library) -> Alter:
    """Move each dose of a drug to the nearest such day that its window allows."""
    if weekday not in WEEKDAYS:
        refuse("what if, weekday", weekday, why="is no weekday", write=", ".join(WEEKDAYS))
    number = WEEKDAYS.index(weekday)

    def alter(course: Course) -> Plan:
        _must_have(course, drug)
        elsewhere = [
            (row, to)
            for row in course.rows
            if row.drug == drug and row.state == "planned" and not row.at_home
            if (to := _nearest(row.date, number)) != row.date
        ]
        if not elsewhere:
            raise StaysError(f"its {drug} is given on that day already")
        days = {
            row.place: to
            for row, to in elsewhere
            if window_allows(window_of(course, row), (to - row.planned_on).days)
        }
        if not days:
            raise StaysError(f"no window of its {drug} reaches that day")
        return put_on_days(course, days, by, library)[0].plan

    return alter


def _nearest(day: dt.date, weekday: int) -> dt.date:
    ahead = (weekday - day.weekday()) % _A_WEEK
    return day + dt.timedelta(days=ahead if ahead <= _A_WEEK // 2 else ahead - _A_WEEK)


def _must_have(course: Course, drug: str) -> None:
    if drug not in course.drugs:
        raise StaysError(f"gives no {drug}")


def _unless_same(plan: Plan, update: Mapping[str, Any]) -> Plan:
    other = plan.model_copy(update=dict(update))
    if other == plan:
        raise StaysError("is planned so already")
    return other
