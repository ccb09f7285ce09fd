"""The worksheet: the pharmacist's paper, with the origin and the limits of every number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from dosing.drugs.drug import Drug
from dosing.trace import SHOWN_DIGITS, Finding
from dosing.units import show, show_share
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion
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
from schedules.outputs.paper.derivations import print_derivations
from schedules.outputs.paper.grid import DENSE, Column, Row
from schedules.outputs.paper.pdf import Paper, make_pdf
from schedules.outputs.paper.runs import Repeats, find_repeated_reviews, find_runs
from schedules.outputs.progress import Progress, count_rows, unreported
from schedules.plans.undo import words_of
from schedules.review.checklist import total_text, unconfirmed
from schedules.review.looked_at import ledger_rows, looked_at
from schedules.review.margins import bounds_text, drugs_given, reached

_ONLY_IF = "ONLY IF"
_LONG = 500
# A heading, the heads of a table and a row or two of it, in mm.
_HEADED = 18.0
_SIZE, _SMALL, _FINE = 8.0, 7.5, 7.0
_LIMITS = (
    Column(head="Per", width=14, size=_SIZE, style="B"),
    Column(head="This course, at most", width=33, size=_SIZE, style="B"),
    Column(head="To note outside", width=26, size=_SMALL),
    Column(head="Usual", width=28, size=_SMALL),
    Column(head="Hard", width=25, size=_SMALL),
    Column(head="Source", width=64, size=_SMALL),
)
_DOSES = (
    Column(head="No", width=7.5, size=_SIZE, whole=True),
    Column(head="Date", width=25, size=_SIZE, whole=True),
    Column(head="Time", width=10.5, size=_SIZE, whole=True),
    Column(head="Dose", width=16.5, size=_SIZE, style="B", whole=True),
    Column(head="Drug, route", width=86, size=_FINE),
    Column(head="Course", width=27.5, size=_FINE),
    Column(head="After it", width=17, size=_SIZE, whole=True),
)
_FACTS = (
    Column(head="What", width=44, size=_SIZE, style="B"),
    Column(head="Value", width=146, size=_SMALL),
)
_ERRATA = (
    Column(head="The source prints", width=56, size=_SMALL),
    Column(head="It must mean", width=44, size=_SIZE, style="B"),
    Column(head="Why", width=54, size=_SMALL),
    Column(head="Who says so", width=36, size=_SMALL),
)
_CHANGES = (
    Column(head="When", width=30),
    Column(head="Change", width=65, style="B"),
    Column(head="Why", width=65),
    Column(head="Who", width=30),
)
_FINDINGS = (
    Column(head="Level", width=12, size=_SIZE, style="B"),
    Column(head="Finding; acknowledged", width=93, size=7.5),
    Column(head="Code, source", width=85, size=_FINE),
)
_LEDGER = (
    Column(head="Entered", width=50, size=_SIZE, style="B"),
    Column(head="Used by", width=122, size=_SMALL),
    Column(head="Led to", width=18, size=_SIZE),
)
_UNCONFIRMED = (
    Column(head="File", width=65, size=_FINE, style="B"),
    Column(head="Source", width=125, size=_FINE),
)


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
        _print_table(paper, _FACTS, (Row(cells=fact) for fact in _facts(course, library)))
        _print_looked_at(paper, course)
        _print_errata(paper, course)
        _print_changes(paper, course)
        print_derivations(paper, course, library)
        _print_totals(paper, course, library)
        for drug, route, rows in drugs_given(course, library):
            paper.heading(f"Limits: {drug.name}, {route}", room=_HEADED)
            _print_table(paper, _LIMITS, _limit_rows(course, drug, route, rows))
        _print_findings(paper, course)
        _print_unconfirmed(paper, course, library)
        paper.heading("Doses, procedures and reviews", room=_HEADED)
        _print_table(paper, _DOSES, _dose_rows(course))
        print_watch(paper, course, dense=True)
        print_outcomes(paper, course)
        print_cancelled(paper, course)
        _print_sign_off(paper)

    head = clinical_head(course, "Pharmacist's worksheet", printed_at)
    return make_pdf(head, draw, rows=count_rows(course), progress=progress)


def _print_table(paper: Paper, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    paper.print_table(columns, rows, pad=DENSE)


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
    _print_table(paper, _LEDGER, (Row(cells=row) for row in ledger_rows(course)))


def _print_errata(paper: Paper, course: Course) -> None:
    rows = []
    for regimen in course.regimens:
        for erratum in regimen.errata:
            printed_in, says = regimen.source(erratum.source), regimen.source(erratum.says)
            prints = f"{erratum.prints} ({printed_in})"
            rows.append(Row(cells=[prints, erratum.means, erratum.why, str(says)]))
    if rows:
        paper.heading("Errata")
        _print_table(paper, _ERRATA, rows)


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
    _print_table(paper, _CHANGES, rows)


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


def _print_findings(paper: Paper, course: Course) -> None:
    """Print the findings; one that fills half a page in its column stands below the table."""
    paper.heading("Findings")
    long = [one for one in course.findings if len(one.text) > _LONG]
    short = (one for one in course.findings if one not in long)
    _print_table(paper, _FINDINGS, (Row(cells=_finding_cells(course, one)) for one in short))
    for one in long:
        level, text, origin = _finding_cells(course, one)
        paper.paragraph(f"{level} {text} ({origin})", size=_SIZE)


def _finding_cells(course: Course, finding: Finding) -> tuple[str, str, str]:
    """Return level, text with its acknowledgement, and origin of a finding."""
    text, origin = finding.text, f"{finding.code}; {finding.source}"
    for entry in course.acknowledgements:
        if entry.code == finding.code:
            by = f" ({entry.who})" if entry.who else ""
            text = f"{text} Acknowledged: {entry.reason}{by}"
    return finding.level, text, origin


def _print_unconfirmed(paper: Paper, course: Course, library: Library) -> None:
    rows = [Row(cells=[file, str(source)]) for file, source in unconfirmed(course, library)]
    if rows:
        paper.heading("Unconfirmed: not seen in the cited source by a person")
        _print_table(paper, _UNCONFIRMED, rows)


def _dose_rows(course: Course) -> Iterator[Row]:
    """Lay out the course in order: what repeats in one row where it begins, the rest one by one."""
    entries = {row["id"]: row for row in table.rows(course)}
    repeated: list[Repeats[Administration] | Repeats[Occasion]] = []
    repeated += [*find_runs(course), *find_repeated_reviews(course)]
    begins = {one.first.id: [row.id for row in one.rows] for one in repeated}
    every = {one.first.id: one.every for one in repeated}
    later = {name for names in begins.values() for name in names[1:]}
    first, told = 0, ""
    for number, (name, entry) in enumerate(entries.items(), 1):
        if name in later:
            continue
        if name in begins:
            row = _repeated_row(number, every[name], [entries[one] for one in begins[name]])
        else:
            row = _dose_row(number, entry, what_text(entry), place_text(entry))
        if row.note == told and row.note.startswith(_ONLY_IF):
            yield _without_note(row, first)
        else:
            first, told = number, row.note
            yield row


def _without_note(row: Row, first: int) -> Row:
    """Return a row whose condition stands in full above the row of another number."""
    *before, place, total = row.cells
    return Row(cells=[*before, f"{place}; {_ONLY_IF}: see No {first}", total])


def _repeated_row(number: int, every: str, entries: Sequence[Mapping[str, Any]]) -> Row:
    """Return the row of what repeats: from the first one on, with the amount after the last."""
    first, last = entries[0], entries[-1]
    count = f"{len(entries)} {'doses' if first['drug'] else 'times'}"
    what = f"{what_text(first)}, {every} until {day_text(last)}, {count}"
    ends = f"day {last['day']}"
    if last["cycle"] != first["cycle"]:
        ends = f"cycle {last['cycle']}, {ends}"
    entry = {**first, "cumulative_text": last["cumulative_text"]}
    return _dose_row(number, entry, what, f"{place_text(first)} to {ends}")


def _dose_row(number: int, row: Mapping[str, Any], what: str, place: str) -> Row:
    return Row(
        cells=[
            str(number),
            day_text(row),
            row["time"],
            row["dose_text"] or row["kind"],
            what,
            place,
            row["cumulative_text"] or NONE,
        ],
        note=note_text(row),
    )


def _print_sign_off(paper: Paper) -> None:
    paper.heading("Checked by hand", room=30)
    paper.ticks(
        [
            "patient, weight, height and kidney function are today's",
            "each dose, its limit and the total of the course were checked",
            "dates, least gaps and closed days were checked",
            "everything unconfirmed above was looked up",
        ],
        size=_SIZE,
    )
    paper.blanks(["Pharmacist", "Date", "Signature"])
