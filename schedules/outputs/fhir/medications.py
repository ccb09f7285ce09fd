"""Doses as FHIR requests, drugs to take when they are needed, and what was given.

Equal doses of a phase are one request where one rhythm tells their dates, else one for each
stretch of a rhythm. What was recorded as given has its own request, which is completed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from dosing.drugs.rate_ladder import RateLadder, ladder_in_words
from dosing.trace import SHOWN_DIGITS
from dosing.units import MINUTE, in_unit, ordinary_spaces, quantity, show
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.knowledge.medicine import AsRequired
from schedules.knowledge.phase import Phase
from schedules.outputs.fhir.codes import coded, counted, medication, route
from schedules.outputs.fhir.parts import (
    AmountRange,
    Batch,
    ContainedMedication,
    Dosage,
    DoseAndRate,
    Given,
    MedicationAdministration,
    MedicationRequest,
    Period,
    Ratio,
    Reference,
    Repeat,
    Text,
    Timing,
)
from schedules.outputs.fhir.timing import TimedRows, stretches
from schedules.outputs.fhir.writer import CourseWriter, intent


@dataclasses.dataclass(frozen=True, slots=True)
class _RequestedDoses:
    """Equal doses that one request asks for."""

    name: str
    rows: tuple[Administration, ...]
    stretch: TimedRows

    @property
    def first(self) -> Administration:
        return self.rows[0]

    @property
    def line(self) -> tuple[int, str, str, str]:
        """Return what it has in common with the request that it takes over from."""
        return self.first.course_number, self.first.drug, self.first.item, self.first.route

    @property
    def begins(self) -> dt.date:
        return min(row.date for row in self.rows)

    @property
    def ends(self) -> dt.date:
        return max(row.date for row in self.rows)


def medication_requests(writer: CourseWriter) -> Iterator[MedicationRequest]:
    """Yield the requests for dated doses, in the order of their first dates in the course."""
    every = list(_asked(writer))
    for asked in every:
        first = asked.first
        steps = (f"{s.what}: {s.value_text} ({s.why})" for s in first.dose.steps)
        prior = _taken_over(asked, every)
        yield MedicationRequest(
            id=writer.id_of(asked.name),
            meta=writer.meta,
            identifier=[writer.identifier(asked.name)],
            status=writer.status(first),
            intent=intent(first.condition),
            medication_codeable_concept=medication(first.drug, first.drug_name),
            subject=writer.subject,
            authored_on=writer.made_on,
            based_on=writer.based_on,
            group_identifier=writer.group(first.course_number),
            dosage_instruction=[_dosage(writer.course, asked)],
            prior_prescription=writer.pointer(prior.name) if prior else None,
            note=writer.notes(first, "; ".join(steps)),
        )


def administrations(writer: CourseWriter) -> Iterator[MedicationAdministration]:
    """Yield each dose that was recorded as given, on its day and at its time."""
    for asked in _asked(writer):
        for row in asked.rows if asked.first.state == "given" else ():
            begin = dt.datetime.combine(row.date, row.time, tzinfo=writer.zone)
            # By instants: an infusion may run on through a change of the clock.
            end = (begin.astimezone(dt.UTC) + row.length).astimezone(writer.zone)
            period = Period(start=begin.isoformat(), end=end.isoformat()) if row.length else None
            name = f"given/{row.id}"
            drug, pack = medication(row.drug, row.drug_name), _pack(row, writer.course)
            yield MedicationAdministration(
                id=writer.id_of(name),
                meta=writer.meta,
                identifier=[writer.identifier(name)],
                contained=[pack] if pack else None,
                medication_codeable_concept=None if pack else drug,
                medication_reference=Reference(reference=f"#{pack.id}") if pack else None,
                subject=writer.subject,
                effective_date_time=None if period else begin.isoformat(),
                effective_period=period,
                request=writer.pointer(asked.name),
                dosage=Given(text=_what(row), route=route(row.route), dose=coded(row.dose.amount)),
            )


def _pack(row: Administration, course: Course) -> ContainedMedication | None:
    """Return the pack that a dose was given from, if it was recorded."""
    record = course.recorded.get(row.id)
    if record is None or not record.pack:
        return None
    expires = record.expires.isoformat() if record.expires else None
    return ContainedMedication(
        code=medication(row.drug, row.drug_name),
        batch=Batch(lot_number=record.batch or None, expiration_date=expires),
    )


def as_needed_requests(writer: CourseWriter) -> Iterator[MedicationRequest]:
    """Yield what may be taken when it is needed, with the most of a day, while its phase lasts."""
    for number, regimen in enumerate(writer.course.regimens, 1):
        for phase in regimen.phases:
            dates = _dates_of(writer.course, number, phase)
            for entry in phase.as_required if dates else ():
                name = f"as-needed/{number}/{phase.name}/{entry.drug}/{entry.route}/{entry.when}"
                drug = writer.course.drugs[entry.drug].name
                condition = regimen.condition(phase)
                yield MedicationRequest(
                    id=writer.id_of(name),
                    meta=writer.meta,
                    identifier=[writer.identifier(name)],
                    status=writer.open,
                    intent=intent(condition),
                    medication_codeable_concept=medication(entry.drug, drug),
                    subject=writer.subject,
                    authored_on=writer.made_on,
                    based_on=writer.based_on,
                    group_identifier=writer.group(number),
                    dosage_instruction=[_when_needed(entry, drug, condition, dates)],
                    note=[Text(text=f"{phase.name}: {condition or 'as required'}"), writer.about],
                )


def _asked(writer: CourseWriter) -> Iterator[_RequestedDoses]:
    groups: dict[str, list[Administration]] = {}
    for row in writer.course.every:
        if isinstance(row, Administration):
            groups.setdefault(_key(row), []).append(row)
    for key, rows in groups.items():
        by_id = {row.id: row for row in rows}
        for number, stretch in enumerate(stretches(rows, writer.zone), 1):
            name = f"dose/{key}" if number == 1 else f"dose/{key}/{number}"
            yield _RequestedDoses(name, tuple(by_id[row.id] for row in stretch.rows), stretch)


def _key(row: Administration) -> str:
    what = (row.phase, row.item, row.route, row.condition, row.state, show(row.dose.amount))
    # A first infusion takes longer and runs by another ladder than those after it.
    how = (row.ladder, str(row.length)) if row.length else ()
    return "/".join((str(row.course_number), *what, *how))


def _taken_over(asked: _RequestedDoses, every: Sequence[_RequestedDoses]) -> _RequestedDoses | None:
    """Return the request of the same drug that ends last before this one begins."""
    if not asked.first.live:
        return None
    before = (
        one
        for one in every
        if one.line == asked.line and one.first.live and one.ends < asked.begins
    )
    return max(before, key=lambda one: one.ends, default=None)


def _dosage(course: Course, asked: _RequestedDoses) -> Dosage:
    first = asked.first
    depends = f" - ONLY IF {first.condition}" if first.condition else ""
    ladder = next((one for one in course.drugs[first.drug].ladders if one.id == first.ladder), None)
    told = [Text(text=ordinary_spaces("; ".join(ladder_in_words(ladder))))] if ladder else None
    return Dosage(
        text=ordinary_spaces(f"{_what(first)}, {asked.stretch.words}{depends}"),
        additional_instruction=told,
        timing=asked.stretch.timing,
        route=route(first.route),
        dose_and_rate=[_dose_and_rate(first, ladder)],
    )


def _what(row: Administration) -> str:
    return ordinary_spaces(f"{show(row.dose.amount, SHOWN_DIGITS + 1)} {row.name}, {row.route}")


def _dose_and_rate(row: Administration, ladder: RateLadder | None) -> DoseAndRate:
    """Return the dose, and its rate where the drug file states one: from the first to the most."""
    dose = coded(row.dose.amount)
    if ladder is None:
        return DoseAndRate(dose_quantity=dose)
    if ladder.over is not None:
        minutes = counted(float(in_unit(ladder.over, MINUTE, "over")), "min", "min")
        return DoseAndRate(
            dose_quantity=dose, rate_ratio=Ratio(numerator=dose, denominator=minutes)
        )
    # The steps of a ladder rise, and none is above its most.
    rates = [coded(rate) for rate in ladder.rates]
    if not rates:
        return DoseAndRate(dose_quantity=dose)
    if rates[0] == rates[-1]:
        return DoseAndRate(dose_quantity=dose, rate_quantity=rates[0])
    return DoseAndRate(dose_quantity=dose, rate_range=AmountRange(low=rates[0], high=rates[-1]))


def _dates_of(course: Course, number: int, phase: Phase) -> list[dt.date]:
    """Return the days on which something of a phase takes place or took place."""
    return sorted(
        row.date
        for row in course.every
        if row.live and row.course_number == number and row.phase == phase.name
    )


def _when_needed(entry: AsRequired, drug: str, condition: str, dates: Sequence[dt.date]) -> Dosage:
    most = quantity(float(entry.dose.magnitude) * entry.most_a_day, entry.dose.units)
    depends = f" - ONLY IF {condition}" if condition else ""
    text = (
        f"{show(entry.dose)} {drug}, {entry.route}, {entry.when}, "
        f"at most {entry.most_a_day} times a day ({show(most)}){depends}"
    )
    last = dates[-1]
    bounds = Period(start=dates[0].isoformat(), end=last.isoformat())
    return Dosage(
        text=ordinary_spaces(text),
        timing=Timing(repeat=Repeat(bounds_period=bounds)),
        as_needed_codeable_concept=Text(text=entry.when),
        route=route(entry.route),
        dose_and_rate=[DoseAndRate(dose_quantity=coded(entry.dose))],
        max_dose_per_period=Ratio(numerator=coded(most), denominator=counted(1.0, "day", "d")),
    )
