"""The ward's papers: the administration chart, one row a dose, to be signed by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course.course import Course
from schedules.course.provenance import provenance
from schedules.course.rows import Administration
from schedules.outputs.paper.sheet import Column, Head, Row, Sheet, printed
from schedules.outputs.table import records

# A hand needs this much to sign, in mm.
_ROOM_TO_SIGN = 11.0
_NONE = "none"
_COLUMNS = (
    Column(head="No", width=9, whole=True),
    Column(head="Date", width=30, size=9.5, style="B", whole=True),
    Column(head="Time", width=13, size=9.5, style="B", whole=True),
    Column(head="Dose", width=33, size=12, style="B", whole=True),
    Column(head="Drug, route", width=51, size=9.5),
    Column(head="Course", width=36, size=8),
    Column(head="Time given", width=21),
    Column(head="Batch", width=30),
    Column(head="Given by", width=27),
    Column(head="Checked by", width=27),
)
WATCH = (
    Column(head="Date", width=30, style="B", whole=True),
    Column(head="Time", width=13, whole=True),
    Column(head="Kind", width=24),
    Column(head="What", width=58),
    Column(head="Course", width=32, size=8),
    Column(head="Result", width=33),
)
CANCELLED = (
    Column(head="What became of it", width=32, style="B"),
    Column(head="Planned for", width=30, whole=True),
    Column(head="Time", width=13, whole=True),
    Column(head="What", width=65),
    Column(head="Course", width=50, size=8),
)


def administration_chart(course: Course, *, printed_at: dt.datetime) -> bytes:
    """Print the administration chart (PDF): one row a dose, with boxes to fill in by hand.

    Args:
        course: the course; it must be exportable.
        printed_at: when it is printed, from whoever asks the clock.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: naming every letter that the fonts do not hold.
    """
    course.must_be_exportable()
    head = clinical_head(course, "Administration chart", printed_at, landscape=True, identity=True)

    def draw(sheet: Sheet) -> None:
        sheet.paragraph("; ".join(patient_facts(course)))
        sheet.paragraph(f"Times are in {course.plan.zone}.")
        for text in to_know(course):
            sheet.paragraph(text, style="B")
        for title, texts in before_doses(course):
            sheet.heading(title)
            sheet.ticks(texts)
        if course.tests_and_decisions:
            sheet.heading("Tests and decisions")
            sheet.print_table(WATCH, watch_rows(course))
        sheet.heading("Doses, procedures and reviews")
        sheet.print_table(
            _COLUMNS,
            (_row(n, row) for n, row in enumerate(records(course), 1)),
            least=_ROOM_TO_SIGN,
        )
        if course.cancelled:
            sheet.heading("Not to be given")
            sheet.print_table(CANCELLED, cancelled_rows(course))

    return printed(head, draw)


def clinical_head(
    course: Course,
    kind: str,
    printed_at: dt.datetime,
    *,
    landscape: bool = False,
    identity: bool = False,
) -> Head:
    """Give what stands on each page of a paper that names the treatment."""
    return Head(
        kind=kind,
        title=course.regimen.title,
        label=course.plan.patient.label,
        about=provenance(course),
        hash=course.plan.hash,
        made_on=course.plan.made_on,
        printed_at=printed_at,
        zone=course.plan.zone,
        landscape=landscape,
        identity=identity,
    )


def patient_facts(course: Course) -> Iterator[str]:
    """Give what the doses were made for: sex, age and measurements, and the first day."""
    plan, patient = course.plan, course.patient
    if patient.sex:
        yield f"Sex {patient.sex}"
    measured = {
        "age": patient.age,
        "weight": patient.weight,
        "height": patient.height,
        "creatinine": patient.creatinine,
    }
    for name, value in measured.items():
        if value is not None:
            on = plan.patient.weight_on if name == "weight" else None
            yield f"{name} {show(value, SHOWN_DIGITS)}" + (f" on {on:%d-%b-%Y}" if on else "")
    yield f"first day {plan.first_day:%a %d-%b-%Y}"


def to_know(course: Course) -> Iterator[str]:
    """Give what must not be missed on the ward: another dose, and what was acknowledged and why."""
    reasons = {seen.code: seen for seen in course.acknowledgements}
    for finding in course.findings:
        if finding.code == "dose.not_the_regimens":
            yield finding.text
        if finding.level == "WARN" and finding.code in reasons:
            seen = reasons[finding.code]
            by = f" ({seen.who})" if seen.who else ""
            yield f"WARN: {finding.text} Acknowledged: {seen.reason}{by}"


def before_doses(course: Course) -> Iterator[tuple[str, list[str]]]:
    """Give what has to be known before the first dose, and before each."""
    for before, title in (
        ("first dose", "Before the first dose"),
        ("each dose", "Before each dose"),
    ):
        texts = [
            check.what
            for regimen in course.regimens
            for check in regimen.checks
            if check.before == before
        ]
        if texts:
            yield title, texts


def watch_rows(course: Course) -> Iterator[Row]:
    """Give the tests and decisions around the doses, each with room for its result."""
    for row in course.tests_and_decisions:
        yield Row(
            cells=[
                f"{row.date:%a %d-%b-%Y}",
                f"{row.time:%H:%M}",
                row.kind,
                row.what,
                row.place,
                row.outcome,
            ],
        )


def _row(number: int, row: dict[str, Any]) -> Row:
    what = f"{row['drug']}, {row['route']}" if row["drug"] else row["item"]
    # What has no dose and no batch must not look like a field to fill in.
    batch = "" if row["drug"] else _NONE
    return Row(
        cells=[
            str(number),
            day_text(row),
            row["time"],
            row["dose_text"] or _NONE,
            f"{what}. {lasts(row)}" if row["visit_to"] else what,
            f"{row['phase']}, cycle {row['cycle']}, day {row['day']}",
            "",
            batch,
            "",
            "",
        ],
        note=note_of(row),
    )


def cancelled_rows(course: Course) -> Iterator[Row]:
    """Give what was omitted or ceased, so that nobody gives it from an older paper."""
    for row in course.cancelled:
        what = (
            f"{show(row.dose.amount, SHOWN_DIGITS + 1)} {row.drug_name}, {row.route}"
            if isinstance(row, Administration)
            else row.what
        )
        yield Row(
            cells=[
                row.status.upper(),
                f"{row.date:%a %d-%b-%Y}",
                f"{row.time:%H:%M}",
                what,
                row.place,
            ]
        )


def day_text(row: dict[str, Any]) -> str:
    """Give the date with its weekday, which no line break parts."""
    return f"{row['weekday']} {dt.date.fromisoformat(row['date']):%d-%b-%Y}"


def lasts(row: dict[str, Any]) -> str:
    """Say the parts of a visit, or until when it lasts."""
    return str(row["visit"] or f"Until {row['visit_to']}")


def note_of(row: dict[str, Any]) -> str:
    """Say what keeps a dose from being simply given: a condition, or that it was left out."""
    if row["condition"]:
        return f"ONLY IF {row['condition']}"
    return "" if row["status"] == "planned" else str(row["status"]).upper()
