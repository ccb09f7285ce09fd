"""The pharmacist's worksheet: where every number of a course is from, and what it was held to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from dosing.drugs.drug import Drug
from dosing.trace import SHOWN_DIGITS, Step
from dosing.units import show, show_part
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.phase import Procedure
from schedules.outputs.paper.chart import (
    CANCELLED,
    WATCH,
    cancelled_rows,
    clinical_head,
    day_text,
    note_of,
    patient_facts,
    watch_rows,
)
from schedules.outputs.paper.sheet import Column, Row, Sheet, printed
from schedules.outputs.table import records
from schedules.plans.changes import in_words
from schedules.review.checklist import total_text, unconfirmed, ways
from schedules.review.margins import bounds_text, drugs_given, reached
from schedules.review.summary import groups

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
                sheet.paragraph(total_text(library.drug(total.drug), total))
        for drug, route, rows in drugs_given(course, library):
            sheet.heading(f"Limits: {drug.name}, {route}")
            sheet.print_table(_LIMITS, _limits(course, drug, route, rows))
        sheet.heading("Findings")
        sheet.print_table(_FINDINGS, _findings(course))
        unseen = list(_unconfirmed(course, library))
        if unseen:
            sheet.heading("Unconfirmed: not seen in the cited source by a person")
            sheet.print_table(_UNCONFIRMED, unseen)
        sheet.heading("Doses, procedures and reviews")
        sheet.print_table(_DOSES, (_dose_row(n, row) for n, row in enumerate(records(course), 1)))
        if course.tests_and_decisions:
            sheet.heading("Tests and decisions")
            sheet.print_table(WATCH, watch_rows(course))
        if course.cancelled:
            sheet.heading("Not to be given")
            sheet.print_table(CANCELLED, cancelled_rows(course))
        sheet.heading("Checked by hand", room=40)
        sheet.ticks(
            [
                "patient, weight, height and kidney function are today's",
                "each dose, its limit and the total of the course were looked at",
                "dates, least gaps and closed days were looked at",
                "everything unconfirmed above was looked up",
            ]
        )
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
    timed: list[Medicine | Procedure] = []
    for phase in (phase for one in course.regimens for phase in one.phases):
        timed += phase.medicines
        timed += phase.procedures
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
                cells=[f"{erratum.prints} ({printed_in})", erratum.means, erratum.why, str(says)]
            )


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
        facts = [group.pattern, group.booked, group.basis, group.deviation]
        facts += [f"{text}: {vials}" for text, vials in group.packs(drug, course.plan.site)]
        sheet.paragraph("; ".join(fact for fact in facts if fact))
        for text in _chair(group.first, drug):
            sheet.paragraph(text)
        if group.first.condition:
            sheet.paragraph(f"ONLY IF {group.first.condition}", style="B")
        for days, steps in ways(group.rows):
            sheet.paragraph(days)
            sheet.print_table(_STEPS, map(_step, steps))


def _chair(row: Administration, drug: Drug) -> Iterator[str]:
    """Say from where the rate and the stay around an infusion are."""
    if row.ladder:
        yield f"Runs by {row.ladder} ({drug.source(drug.ladder(row.ladder).source)})"
    stay = drug.chair_for(row.route)
    if stay is not None:
        times = ((stay.before, "before"), (stay.after, "after"))
        said = " and ".join(f"{show(time)} {word}" for time, word in times if time is not None)
        yield f"In the chair {said} the infusion ({drug.source(stay.source)})"


def _step(step: Step) -> Row:
    return Row(cells=[step.what, step.value_text, step.why, str(step.source)])


def _limits(
    course: Course, drug: Drug, route: str, rows: Sequence[Administration]
) -> Iterator[Row]:
    for limit in drug.limits_for(route):
        come_to = reached(course, drug, limit, rows)
        yield Row(
            cells=[
                limit.per,
                come_to if isinstance(come_to, str) else show(come_to[1], SHOWN_DIGITS),
                bounds_text(limit.note),
                bounds_text(limit.usual),
                bounds_text(limit.hard),
                str(drug.source(limit.source)),
            ]
        )


def _findings(course: Course) -> Iterator[Row]:
    seen = {entry.code: entry for entry in course.acknowledgements}
    for finding in course.findings:
        entry = seen.get(finding.code)
        by = f" ({entry.who})" if entry is not None and entry.who else ""
        yield Row(
            cells=[
                finding.level,
                finding.text,
                f"{entry.reason}{by}" if entry is not None else "",
                f"{finding.code}; {finding.source}",
            ]
        )


def _unconfirmed(course: Course, library: Library) -> Iterator[Row]:
    for file, source in unconfirmed(course, library):
        yield Row(cells=[file, str(source)])


def _dose_row(number: int, row: dict[str, object]) -> Row:
    what = f"{row['drug']}, {row['route']}" if row["drug"] else str(row["item"])
    return Row(
        cells=[
            str(number),
            day_text(row),
            str(row["time"]),
            str(row["dose_text"]) or "none",
            what,
            f"{row['phase']}, cycle {row['cycle']}, day {row['day']}",
            str(row["cumulative_text"]) or "none",
        ],
        note=note_of(row),
    )
