"""The pharmacist's worksheet: where every number of a course is from, and what it was held to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dosing.dose import show_part
from dosing.trace import SHOWN_DIGITS
from dosing.units import dose_unit, in_unit, parts, quantity, same_kind, show
from schedules.changes import in_words
from schedules.chart import (
    CANCELLED,
    WATCH,
    cancelled_rows,
    clinical_head,
    day_text,
    note_of,
    patient_facts,
    watch_rows,
)
from schedules.sheet import Column, Row, Sheet, printed
from schedules.summary import groups
from schedules.table import records

if TYPE_CHECKING:
    from dosing.drug import Bounds, Drug, Limit
    from dosing.trace import Step
    from dosing.units import Quantity
    from schedules.course import Administration, Course
    from schedules.library import Library
    from schedules.phase import Act, Give
    from schedules.regimen import Regimen
    from schedules.totals import Total

_DIGITS = SHOWN_DIGITS + 1
_CLEAN = 9
_STEPS = (
    Column(head="Step", width=32, style="B"),
    Column(head="Value", width=30, style="B"),
    Column(head="Why", width=64),
    Column(head="Source", width=64, size=8),
)
_LIMITS = (
    Column(head="Per", width=17, style="B"),
    Column(head="This course, at most", width=33, style="B"),
    Column(head="To note outside", width=30),
    Column(head="Usual", width=30),
    Column(head="Hard", width=30),
    Column(head="Source", width=50, size=8),
)
_DOSES = (
    Column(head="No", width=9, whole=True),
    Column(head="Date", width=27, whole=True),
    Column(head="Time", width=12, whole=True),
    Column(head="Dose", width=26, style="B", whole=True),
    Column(head="Drug, route", width=60),
    Column(head="Course", width=32, size=8),
    Column(head="In all", width=24, whole=True),
)
_FACTS = (Column(head="What", width=42, style="B"), Column(head="As it is", width=148))
_ERRATA = (
    Column(head="The source prints", width=48),
    Column(head="It must mean", width=48, style="B"),
    Column(head="Why", width=54),
    Column(head="Who says so", width=40, size=8),
)
_CHANGES = (
    Column(head="When", width=30),
    Column(head="Change", width=65, style="B"),
    Column(head="Why", width=65),
    Column(head="Who", width=30),
)
_FINDINGS = (
    Column(head="Level", width=15, style="B"),
    Column(head="Finding", width=75),
    Column(head="Acknowledged", width=50),
    Column(head="Code, source", width=50, size=8),
)
_UNCONFIRMED = (Column(head="File", width=46, style="B"), Column(head="Source", width=144))


def worksheet(course: Course, library: Library, *, printed_at: dt.datetime) -> bytes:
    """Print the pharmacist's worksheet (PDF): every derivation, limit, total and finding.

    Args:
        course: the course; it must be exportable.
        library: where its drugs, with limits and sources, are read from.
        printed_at: when it is printed, from whoever asks the clock.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: naming every letter that the fonts do not hold.
    """
    course.must_be_exportable()

    def draw(sheet: Sheet) -> None:
        sheet.print_table(_FACTS, _facts(course, library))
        errata = list(_errata(course))
        if errata:
            sheet.heading("Errata")
            sheet.print_table(_ERRATA, errata)
        if course.plan.changes:
            sheet.heading("Changes since the plan was made")
            sheet.print_table(_CHANGES, _changes(course))
        _derivations(sheet, course, library)
        if course.totals:
            sheet.heading("Totals")
            for total in course.totals:
                sheet.paragraph(_total(library.drug(total.drug), total))
        for drug, route, rows in _drugs(course, library):
            sheet.heading(f"Limits: {drug.name}, {route}")
            sheet.print_table(_LIMITS, _limits(course, drug, route, rows))
        sheet.heading("Findings")
        sheet.print_table(_FINDINGS, _findings(course))
        unconfirmed = list(_unconfirmed(course, library))
        if unconfirmed:
            sheet.heading("Unconfirmed: not seen in the cited source by a person")
            sheet.print_table(_UNCONFIRMED, unconfirmed)
        sheet.heading("Doses, procedures and reviews")
        sheet.print_table(_DOSES, (_dose_row(n, row) for n, row in enumerate(records(course), 1)))
        if course.watch:
            sheet.heading("Tests and decisions")
            sheet.print_table(WATCH, watch_rows(course))
        if course.cancelled:
            sheet.heading("Not to be given")
            sheet.print_table(CANCELLED, cancelled_rows(course))
        sheet.heading("Checked by hand", room=40)
        sheet.ticks([
            "patient, weight, height and kidney function are today's",
            "each dose, its limit and the total of the course were looked at",
            "dates, least gaps and closed days were looked at",
            "everything unconfirmed above was looked up",
        ])  # fmt: skip
        sheet.blanks(["Pharmacist", "Date", "Signature"])

    return printed(clinical_head(course, "Pharmacist's worksheet", printed_at), draw)


def _facts(course: Course, library: Library) -> Iterator[Row]:
    plan, regimen = course.plan, course.regimen

    def fact(what: str, text: str) -> Row:
        return Row(cells=[what, text])

    reviewed = regimen.reviewed
    yield fact("Patient", "; ".join(patient_facts(course)))
    if plan.patient.conditions or plan.patient.takes:
        yield fact(
            "Other diseases, drugs", "; ".join((*plan.patient.conditions, *plan.patient.takes))
        )
    for drug, amount in plan.patient.earlier.items():
        yield fact("Given before", f"{library.drug(drug).name}: {amount}")
    yield fact("Regimen", f"{regimen.id} version {regimen.version}, {regimen.status}")
    yield fact("For", "; ".join(regimen.for_))
    yield fact(
        "Written and checked by",
        f"written by {reviewed.written_by or 'nobody named'}, checked by "
        f"{reviewed.checked_by or 'nobody'}; to be looked at again by {reviewed.due:%d-%b-%Y}",
    )
    for name, text in plan.choices.items():
        yield fact(f"Chosen: {name}", text)
    if plan.dose:
        yield fact("Another dose", f"{plan.dose}, not the regimen's")
    timed: list[Give | Act] = []
    for phase in (phase for one in course.regimens for phase in one.phases):
        timed += phase.gives
        timed += phase.acts
    times = dict.fromkeys(word for part in timed for word in part.at)
    clock = ", ".join(f"{word} {plan.site.times[word]}" for word in times)
    yield fact("Clock times", f"{clock}, in {plan.zone}")
    yield fact(
        "Rounding may move a dose", f"by {show_part(plan.site.rounding_tolerance_percent / 100)}"
    )
    yield fact("Made on", f"{plan.made_on:%a %d-%b-%Y} with Posology {plan.program}")
    for used in (plan.regimen, *plan.drugs):
        yield fact("File used", f"{used.id} version {used.version}, SHA-256 {used.sha256}")


def _errata(course: Course) -> Iterator[Row]:
    for regimen in course.regimens:
        for erratum in regimen.errata:
            printed_in, says = regimen.source(erratum.source), regimen.source(erratum.says)
            yield Row(
                cells=[
                    f"{erratum.prints} ({printed_in})", erratum.means, erratum.why, str(says)
                ]
            )  # fmt: skip


def _changes(course: Course) -> Iterator[Row]:
    zone = ZoneInfo(course.plan.zone)
    for change in course.plan.changes:
        when = f"{change.when.astimezone(zone):%d-%b-%Y %H:%M}"
        yield Row(cells=[when, in_words(change), change.why, change.who])


def _derivations(sheet: Sheet, course: Course, library: Library) -> None:
    """Print each way by which a dose came about; what several doses share is printed once."""
    for group in groups(course):
        drug = library.drug(group.first.drug)
        sheet.heading(f"{group.phase}: {group.first.drug_name}, {group.first.route}", room=45)
        facts = [group.pattern, group.takes, group.basis, group.deviation]
        facts += [f"{text}: {vials}" for text, vials in group.packs(drug, course.plan.site)]
        sheet.paragraph("; ".join(fact for fact in facts if fact))
        if group.first.condition:
            sheet.paragraph(f"ONLY IF {group.first.condition}", style="B")
        for days, steps in _ways(group.rows):
            sheet.paragraph(days)
            sheet.print_table(_STEPS, map(_step, steps))


def _ways(rows: Sequence[Administration]) -> Iterator[tuple[str, list[Step]]]:
    """Give the different derivations with their dates; doses dealt out of one total are one."""
    ways: dict[tuple[tuple[str, ...], ...], list[Administration]] = {}
    for row in rows:
        key = tuple(tuple(step.as_dict().values()) for step in row.dose.steps[:-1])
        ways.setdefault(key, []).append(row)
    for own in ways.values():
        last = {tuple(row.dose.steps[-1].as_dict().values()): row.dose.steps[-1] for row in own}
        dates = f"{own[0].date:%a %d-%b-%Y}"
        if own[-1].date != own[0].date:
            dates += f" to {own[-1].date:%a %d-%b-%Y}"
        count = f"{len(own)} dose{'' if len(own) == 1 else 's'}"
        yield f"{count}, {dates}:", [*own[0].dose.steps[:-1], *last.values()]


def _step(step: Step) -> Row:
    return Row(cells=[step.what, step.value_text, step.why, str(step.source)])


def _total(drug: Drug, total: Total) -> str:
    said = [
        f"{drug.name}: {show(total.course, _DIGITS)} in {total.doses} "
        f"dose{'' if total.doses == 1 else 's'}",
        f"at most {show(total.most_in_a_day, _DIGITS)} a day",
    ]
    if len(total.cycles) > 1:
        said += [f"{phase} {n}: {show(value, _DIGITS)}" for phase, n, value in total.cycles]
    if total.lifetime is not None:
        said.append(f"in a lifetime {show(total.lifetime, _DIGITS)}")
    return "; ".join(said)


def _drugs(course: Course, library: Library) -> Iterator[tuple[Drug, str, list[Administration]]]:
    """Give each drug and route of the course with its doses."""
    kept: dict[tuple[str, str], list[Administration]] = {}
    for row in course.rows:
        kept.setdefault((row.drug, row.route), []).append(row)
    for (drug, route), rows in kept.items():
        yield library.drug(drug), route, rows


def _limits(
    course: Course, drug: Drug, route: str, rows: Sequence[Administration]
) -> Iterator[Row]:
    for limit in drug.limits_for(route):
        yield Row(
            cells=[
                limit.per, _reached(course, drug, limit, rows), _bounds(limit.note),
                _bounds(limit.usual), _bounds(limit.hard), str(drug.source(limit.source)),
            ]
        )  # fmt: skip


def _bounds(bounds: Bounds | None) -> str:
    if bounds is None:
        return "not stated"
    if bounds.low is not None and bounds.high is not None:
        return f"{show(bounds.low)} to {show(bounds.high)}"
    return (
        f"at least {show(bounds.any_bound)}"
        if bounds.low is not None
        else f"at most {show(bounds.any_bound)}"
    )


def _reached(course: Course, drug: Drug, limit: Limit, rows: Sequence[Administration]) -> str:
    """Give what this course comes to, in the limit's own unit; in words where it cannot."""
    total = next(total for total in course.totals if total.drug == drug.id)
    stated = parts(limit.unit)
    values: dict[str, list[Quantity]] = {
        "dose": [row.dose.amount for row in rows],
        "day": [total.most_in_a_day],
        "cycle": [value for _, _, value in total.cycles],
        "course": [total.course],
        "lifetime": [total.lifetime if total.lifetime is not None else total.course],
    }
    bodies = rows[0].dose.bodies
    if stated.body is not None and stated.body not in bodies:
        return "not by this measure"
    if any(not same_kind(stated.amount, value.units) for value in values[limit.per]):
        return "not in this unit"
    body = 1.0 if stated.body is None else float(bodies[stated.body])
    most = max(float(in_unit(value, stated.amount, "dose")) for value in values[limit.per])
    reached = quantity(round(most / body, _CLEAN), dose_unit(stated.amount, stated.body))
    return show(reached, SHOWN_DIGITS)


def _findings(course: Course) -> Iterator[Row]:
    seen = {entry.code: entry for entry in course.plan.acknowledgements}
    for finding in course.findings:
        entry = seen.get(finding.code)
        by = f" ({entry.who})" if entry is not None and entry.who else ""
        yield Row(
            cells=[
                finding.level, finding.text, f"{entry.reason}{by}" if entry is not None else "",
                f"{finding.code}; {finding.source}",
            ]
        )  # fmt: skip


def _unconfirmed(course: Course, library: Library) -> Iterator[Row]:
    drugs = dict.fromkeys(name for regimen in course.regimens for name in regimen.drugs)
    files: list[Regimen | Drug] = [*course.regimens, *map(library.drug, drugs)]
    for file in files:
        for name, entry in file.sources.items():
            if not entry.confirmed:
                yield Row(cells=[f"{file.id}: {name}", str(entry.as_source())])


def _dose_row(number: int, row: dict[str, object]) -> Row:
    what = f"{row['drug']}, {row['route']}" if row["drug"] else str(row["item"])
    return Row(
        cells=[
            str(number), day_text(row), str(row["time"]), str(row["dose_text"]) or "none", what,
            f"{row['phase']}, cycle {row['cycle']}, day {row['day']}",
            str(row["cumulative_text"]) or "none",
        ],
        note=note_of(row),
    )  # fmt: skip
