"""The dated doses that follow from a plan. Pure: no clock, no file, no network.

Every row has an identity made of plan, phase, cycle, day, item and number, never of its date, so
that a dose that moves keeps its place in a calendar.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dosing.dose import Dose, calculate, calculate_course
from dosing.errors import InputError, Problem, Problems, RefusedError
from dosing.packs import Packs, vials
from dosing.patient import Patient, implausible
from dosing.trace import Finding, stops
from schedules.plan import Plan, choice_problems, read_patient
from schedules.regimen import Regimen
from schedules.rules import about_the_plan, dose_rules, gives_that_hold
from schedules.timetable import Dated, Occasion, Slot, timetable
from schedules.totals import Total, check_totals, totals_of

if TYPE_CHECKING:
    from dosing.drug import Drug
    from schedules.library import Library


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Administration(Dated):
    """One dated dose."""

    item: str
    drug: str
    drug_name: str
    route: str
    dose: Dose


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What follows from a plan: rows, totals, findings. With a STOP it is shown, never exported."""

    plan: Plan
    regimen: Regimen
    rows: tuple[Administration, ...]
    totals: tuple[Total, ...]
    findings: tuple[Finding, ...]
    occasions: tuple[Occasion, ...] = ()

    @property
    def stopped(self) -> bool:
        """Tell whether a finding stops it."""
        return bool(stops(self.findings))

    @property
    def unacknowledged(self) -> tuple[Finding, ...]:
        """Give the WARN findings that nobody has acknowledged with a reason."""
        seen = {entry.code for entry in self.plan.acknowledgements}
        return tuple(f for f in self.findings if f.level == "WARN" and f.code not in seen)

    def must_be_exportable(self) -> None:
        """Refuse to let it out while a finding stops it or waits for an acknowledgement.

        Raises:
            RefusedError: with the findings that stand in the way.
        """
        in_the_way = stops(self.findings) or self.unacknowledged
        if in_the_way:
            raise RefusedError(*in_the_way)


def course(plan: Plan, library: Library) -> Course:
    """Work out the dated doses of a plan.

    Args:
        plan: what was decided.
        library: where its regimen and drugs are read from.

    Returns:
        The course; with a STOP finding it has no rows that may be exported.

    Raises:
        InputError: if a measurement or choice is missing or a clock time does not exist that day.
        KnowledgeError: if the library has no such regimen.
    """
    regimen = library.regimen(plan.regimen.id)
    problems = Problems()
    problems.add(choice_problems(regimen, plan.choices))
    problems.raise_if_any()
    patient = read_patient(plan.patient, plan.first_day)
    findings = [*about_the_plan(plan, regimen, library), *implausible(patient)]
    gives = gives_that_hold(regimen, patient, findings)
    rules = dose_rules(plan, regimen, library, gives, findings)
    if stops(tuple(findings)):
        return Course(plan=plan, regimen=regimen, rows=(), totals=(), findings=_unique(findings))
    dates = timetable(plan, regimen, gives, rules)
    findings += dates.findings
    _no_lost_hours([*dates.slots, *dates.occasions], ZoneInfo(plan.zone))
    rows = sorted(_administrations(plan, dates.slots, patient, library), key=_by_date)
    totals = totals_of(rows, plan)
    for row in rows:
        findings += row.dose.findings
    for total in totals:
        findings += check_totals(total, rows, library.drug(total.drug))
    return Course(
        plan=plan, regimen=regimen, rows=tuple(rows), totals=totals, findings=_unique(findings),
        occasions=tuple(sorted(dates.occasions, key=_by_date)),
    )  # fmt: skip


def _by_date(row: Dated) -> tuple[dt.date, dt.time, str]:
    return row.date, row.time, row.id


def _administrations(
    plan: Plan, slots: Iterable[Slot], patient: Patient, library: Library
) -> Iterable[Administration]:
    """Work out the amount of each dose; what is the same for many is worked out once."""
    tolerance = plan.site.rounding_tolerance_percent / 100
    known: dict[tuple[str, str, int], tuple[Dose, ...]] = {}
    for slot in slots:
        give, drug = slot.give, library.drug(slot.give.drug)
        position, of = slot.share or (0, 0)
        key = (slot.phase, give.name, of)
        if key not in known:
            if slot.share is None:
                single = calculate(
                    slot.rule, patient, drug=drug, route=give.route, tolerance=tolerance
                )
                known[key] = (single,)
            else:
                _, known[key] = calculate_course(
                    slot.rule, patient, days=of, drug=drug, route=give.route, tolerance=tolerance
                )
        yield Administration(
            id=slot.id, date=slot.date, time=slot.time, length=slot.length, phase=slot.phase,
            cycle=slot.cycle, day=slot.day, n=slot.n, condition=slot.condition,
            item=give.name, drug=drug.id, drug_name=drug.name, route=give.route,
            dose=known[key][position],
        )  # fmt: skip


def packs(row: Administration, drug: Drug) -> Packs | None:
    """Choose the vials for one dose, or None where the drug file names none for its route."""
    strengths = [
        strength
        for product in drug.products
        if row.route in product.routes and product.form in {"vial", "ampoule"}
        for strength in product.strengths
    ]
    return vials(row.dose.amount, strengths) if strengths else None


def _no_lost_hours(rows: Iterable[Dated], zone: ZoneInfo) -> None:
    """Ask about times that the clock change skips or repeats, instead of guessing."""
    problems = []
    for row in rows:
        local = dt.datetime.combine(row.date, row.time, tzinfo=zone)
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            problems.append(
                Problem(field="time", typed=f"{row.time:%H:%M} on {row.date:%d-%b-%Y}",
                        why=f"is skipped or comes twice in {zone.key} (clock change)",
                        accepted="choose another time, such as 09:00")
            )  # fmt: skip
    if problems:
        raise InputError(*problems)


def _unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep each finding once, the gravest first, otherwise in the order they were found."""
    order: Mapping[str, int] = {"STOP": 0, "WARN": 1, "NOTE": 2}
    kept = {(finding.code, finding.text): finding for finding in reversed(list(findings))}
    return tuple(sorted(reversed(kept.values()), key=lambda finding: order[finding.level]))
