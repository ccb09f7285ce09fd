"""The worksheet: the pharmacist's paper, with the origin and the limits of every number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from dosing.drugs.drug import Drug
from dosing.trace import SHOWN_DIGITS
from dosing.units import show, show_share
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.knowledge.library import Library
from schedules.knowledge.times import TimeOfDay
from schedules.outputs import table
from schedules.outputs.paper.clinical import (
    NONE,
    clinical_head,
    day_text,
    note_text,
    patient_facts,
    place_text,
    print_cancelled,
    print_outcomes,
    print_watch,
    what_text,
)
from schedules.outputs.paper.grid import Column, Row
from schedules.outputs.paper.pdf import Paper, make_pdf
from schedules.outputs.progress import Progress, count_rows, unreported
from schedules.plans.undo import words_of
from schedules.review.checklist import total_text, unconfirmed, ways
from schedules.review.looked_at import ledger_rows, looked_at
from schedules.review.margins import bounds_text, drugs_given, reached
from schedules.review.summary import groups

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
_FACTS = (Column(head="What", width=42, style="B"), Column(head="Value", width=148))
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
_LEDGER = (
    Column(head="Entered", width=60, style="B"),
    Column(head="Used by", width=85),
    Column(head="Led to", width=45),
)
_UNCONFIRMED = (Column(head="File", width=46, style="B"), Column(head="Source", width=144))


def print_worksheet(
    course: Course,
    library: Library,
    *,
    printed_at: dt.datetime,
    progress: Progress = unreported,
) -> bytes:
    """Return the pharmacist's worksheet (PDF): every derivation, limit, total and finding.

    Args:
        course: the course; it must be exportable.
        library: where its drugs, with limits and sources, are read from.
        printed_at: when it is printed, from whoever asks the clock.
        progress: called with the share that is done; what it raises ends the printing.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: naming every character the fonts lack.
    """
    course.must_be_exportable()

    def draw(paper: Paper) -> None:
        paper.print_table(_FACTS, (Row(cells=fact) for fact in _facts(course, library)))
        _print_looked_at(paper, course)
        _print_errata(paper, course)
        _print_changes(paper, course)
        _print_derivations(paper, course, library)
        _print_totals(paper, course, library)
        for drug, route, rows in drugs_given(course, library):
            paper.heading(f"Limits: {drug.name}, {route}")
            paper.print_table(_LIMITS, _limit_rows(course, drug, route, rows))
        paper.heading("Findings")
        paper.print_table(_FINDINGS, _finding_rows(course))
        _print_unconfirmed(paper, course, library)
        paper.heading("Doses, procedures and reviews")
        doses = (_dose_row(number, row) for number, row in enumerate(table.rows(course), 1))
        paper.print_table(_DOSES, doses)
        print_watch(paper, course)
        print_outcomes(paper, course)
        print_cancelled(paper, course)
        _print_sign_off(paper)

    head = clinical_head(course, "Pharmacist's worksheet", printed_at)
    return make_pdf(head, draw, rows=count_rows(course), progress=progress)


def _facts(course: Course, library: Library) -> Iterator[tuple[str, str]]:
    """List what the course was made from: patient, regimen, choices, site and files."""
    plan, regimen, patient = course.plan, course.regimen, course.plan.patient
    yield "Patient", "; ".join(patient_facts(course))
    if patient.conditions or patient.takes:
        yield "Other diseases, drugs", "; ".join((*patient.conditions, *patient.takes))
    for drug, amount in patient.earlier.items():
        yield "Given before", f"{library.drug(drug).name}: {amount}"
    yield "Regimen", f"{regimen.id} version {regimen.version}, {regimen.status}"
    yield "For", "; ".join(regimen.for_)
    claim = library.claim(f"regimens/{regimen.id}") or "signed by nobody yet"
    yield "Signatures of the file", f"{claim}; to be reviewed by {regimen.reviewed.due:%d-%b-%Y}"
    for name, text in plan.choices.items():
        yield f"Chosen: {name}", text
    if plan.dose:
        yield "Another dose", f"{plan.dose}, not the regimen's"
    clock = ", ".join(f"{word} {plan.site.times[word]}" for word in _clock_words(course))
    yield "Clock times", f"{clock}, in {plan.zone}"
    tolerance = show_share(plan.site.rounding_tolerance_percent / 100)
    yield "Rounding may move a dose", f"by {tolerance}"
    yield "Made on", f"{plan.made_on:%a %d-%b-%Y} with Posology {plan.program}"
    for used in (plan.regimen, *plan.drugs):
        yield "File used", f"{used.id} version {used.version}, SHA-256 {used.sha256}"


def _clock_words(course: Course) -> list[str]:
    """Return the words of the site's clock in use; ``every 12 hours from morning`` has one too."""
    times: list[TimeOfDay] = []
    for phase in (phase for regimen in course.regimens for phase in regimen.phases):
        times += [time for medicine in phase.medicines for time in medicine.times_of_day]
        times += [time for procedure in phase.procedures for time in procedure.times_of_day]
    return list(dict.fromkeys(time.word for time in times if time.word))


def _print_looked_at(paper: Paper, course: Course) -> None:
    """Print the eight questions in a line for each drug, and what used each fact."""
    if not course.questions:
        return
    paper.heading("What was looked at")
    for line in looked_at(course):
        paper.paragraph(line)
    paper.print_table(_LEDGER, (Row(cells=row) for row in ledger_rows(course)))


def _print_errata(paper: Paper, course: Course) -> None:
    rows = []
    for regimen in course.regimens:
        for erratum in regimen.errata:
            printed_in, says = regimen.source(erratum.source), regimen.source(erratum.says)
            prints = f"{erratum.prints} ({printed_in})"
            rows.append(Row(cells=[prints, erratum.means, erratum.why, str(says)]))
    if rows:
        paper.heading("Errata")
        paper.print_table(_ERRATA, rows)


def _print_changes(paper: Paper, course: Course) -> None:
    if not course.plan.changes:
        return
    zone = ZoneInfo(course.plan.zone)
    rows = []
    changes = course.plan.changes
    for change, words in zip(changes, words_of(changes), strict=True):
        when = f"{change.when.astimezone(zone):%d-%b-%Y %H:%M}"
        rows.append(Row(cells=[when, words, change.why, change.who]))
    paper.heading("Changes since the plan was made")
    paper.print_table(_CHANGES, rows)


def _print_derivations(paper: Paper, course: Course, library: Library) -> None:
    """Print each derivation once, with the doses that share it."""
    for group in groups(course):
        drug = library.drug(group.first.drug)
        paper.heading(f"{group.phase}: {group.first.name}, {group.first.route}", room=45)
        facts = [group.pattern, group.booked, group.basis, group.deviation]
        facts += [f"{text}: {vials}" for text, vials in group.packs(drug, course.plan.site)]
        paper.paragraph("; ".join(fact for fact in facts if fact))
        for text in _infusion_sources(group.first, drug):
            paper.paragraph(text)
        if group.first.condition:
            paper.paragraph(f"ONLY IF {group.first.condition}", style="B")
        for days, steps in ways(group.rows):
            paper.paragraph(days)
            cells = ([step.what, step.value_text, step.why, str(step.source)] for step in steps)
            paper.print_table(_STEPS, (Row(cells=texts) for texts in cells))


def _infusion_sources(row: Administration, drug: Drug) -> Iterator[str]:
    """Describe the ladder and the stay around an infusion, with their sources."""
    if row.ladder:
        yield f"Runs by {row.ladder} ({drug.source(drug.ladder(row.ladder).source)})"
    stay = drug.chair_for(row.route)
    if stay is not None:
        times = ((stay.before, "before"), (stay.after, "after"))
        parts = " and ".join(f"{show(time)} {word}" for time, word in times if time is not None)
        yield f"In the chair {parts} the infusion ({drug.source(stay.source)})"


def _print_totals(paper: Paper, course: Course, library: Library) -> None:
    if not course.totals:
        return
    paper.heading("Totals")
    for total in course.totals:
        paper.paragraph(total_text(library.drug(total.drug), total))


def _limit_rows(
    course: Course, drug: Drug, route: str, rows: Sequence[Administration]
) -> Iterator[Row]:
    for limit in drug.limits_for(route):
        most = reached(course, drug, limit, rows)
        yield Row(
            cells=[
                limit.per,
                most if isinstance(most, str) else show(most[1], SHOWN_DIGITS),
                bounds_text(limit.note),
                bounds_text(limit.usual),
                bounds_text(limit.hard),
                str(drug.source(limit.source)),
            ]
        )


def _finding_rows(course: Course) -> Iterator[Row]:
    entries = {entry.code: entry for entry in course.acknowledgements}
    for finding in course.findings:
        entry = entries.get(finding.code)
        by = f" ({entry.who})" if entry is not None and entry.who else ""
        reason = f"{entry.reason}{by}" if entry is not None else ""
        origin = f"{finding.code}; {finding.source}"
        yield Row(cells=[finding.level, finding.text, reason, origin])


def _print_unconfirmed(paper: Paper, course: Course, library: Library) -> None:
    rows = [Row(cells=[file, str(source)]) for file, source in unconfirmed(course, library)]
    if rows:
        paper.heading("Unconfirmed: not seen in the cited source by a person")
        paper.print_table(_UNCONFIRMED, rows)


def _dose_row(number: int, row: dict[str, Any]) -> Row:
    return Row(
        cells=[
            str(number),
            day_text(row),
            row["time"],
            row["dose_text"] or NONE,
            what_text(row),
            place_text(row),
            row["cumulative_text"] or NONE,
        ],
        note=note_text(row),
    )


def _print_sign_off(paper: Paper) -> None:
    paper.heading("Checked by hand", room=40)
    paper.ticks(
        [
            "patient, weight, height and kidney function are today's",
            "each dose, its limit and the total of the course were checked",
            "dates, least gaps and closed days were checked",
            "everything unconfirmed above was looked up",
        ]
    )
    paper.blanks(["Pharmacist", "Date", "Signature"])
