"""What several papers print of a course: its head, its patient, tests, and cancelled doses."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dosing.drugs.rate_ladder import RateLadder, RateStep
from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course.course import Course
from schedules.course.provenance import provenance
from schedules.course.rows import Administration, Dated
from schedules.knowledge.medicine import AsRequired
from schedules.outputs.paper.grid import DENSE, PAD, Column, Row
from schedules.outputs.paper.pdf import Head, Paper

# Stands where there is no dose, so that the cell does not look like one to fill in.
NONE = "none"
_UNCHECKED = {"not checked": "NOT CHECKED", "sent back": "SENT BACK", "void": "NO LONGER CHECKED"}
_WATCH = (
    Column(head="Date", width=25, style="B", whole=True),
    Column(head="Time", width=10, whole=True),
    Column(head="Kind", width=17, size=8),
    Column(head="What", width=98.5),
    Column(head="Course", width=26.5, size=7.5),
    Column(head="Result", width=13),
)
_DENSE_SIZE = 7.0
_CANCELLED = (
    Column(head="What became of it", width=32, style="B"),
    Column(head="Planned for", width=30, whole=True),
    Column(head="Time", width=13, whole=True),
    Column(head="What", width=65),
    Column(head="Course", width=50, size=8),
)


def clinical_head(
    course: Course,
    kind: str,
    printed_at: dt.datetime,
    *,
    landscape: bool = False,
    identity: bool = False,
    banner: bool = False,
) -> Head:
    """Return the head of a paper that names the treatment.

    With ``banner`` each page says in large letters that it is under review or not checked.
    """
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
        address=_address(course),
        banner=_not_yet(course) if banner else "",
    )


def _address(course: Course) -> str:
    """Return where a saved plan is opened, if the site states where its program is reached."""
    name, address = course.plan.saved_as, course.plan.site.address
    return f"{address}/check?plan={name}" if name and address else ""


def _not_yet(course: Course) -> str:
    """Return what keeps a course from being given as it is printed: UNDER REVIEW, NOT CHECKED."""
    states = {regimen.status: None for regimen in (course.regimen, *course.regimens)}
    words = [status.upper() for status in states if status != "endorsed"]
    if course.checked.state != "checked":
        words.append(_UNCHECKED[course.checked.state])
    return ", ".join(words)


def patient_facts(course: Course) -> Iterator[str]:
    """List what the doses were made for: sex, age and measurements, and the first day."""
    plan = course.plan
    patient = course.patient
    if patient.sex:
        yield f"Sex {patient.sex}"
    for name in ("age", "weight", "height", "creatinine"):
        value = getattr(patient, name)
        if value is not None:
            on = plan.patient.weight_on if name == "weight" else None
            yield f"{name} {show(value, SHOWN_DIGITS)}" + (f" on {on:%d-%b-%Y}" if on else "")
    yield f"first day {plan.first_day:%a %d-%b-%Y}"


def ladder_text(ladder: RateLadder) -> str:
    """Return a rate ladder in one line: for which infusion, its steps, its bounds."""
    steps = "; ".join(map(_step_text, ladder.steps))
    bounds = (
        ("over", ladder.over),
        ("at least", ladder.least),
        ("at longest", ladder.longest),
        ("at most", ladder.most.rate if ladder.most else None),
    )
    parts = [steps, *(f"{word} {show(bound)}" for word, bound in bounds if bound is not None)]
    which = [f"{ladder.infusion} infusion", ladder.product, ladder.only_if]
    told = "; ".join(part for part in parts if part)
    return f"{', '.join(part for part in which if part)}: {told}"


def _step_text(step: RateStep) -> str:
    rate = f"{step.percent} % of the bag" if step.rate is None else show(step.rate)
    return f"{rate} to the end" if step.hold is None else f"{rate} for {show(step.hold)}"


def as_required(course: Course) -> list[AsRequired]:
    """Return what may be taken when it is needed, each with its maximum a day."""
    phases = (phase for regimen in course.regimens for phase in regimen.phases)
    return [entry for phase in phases for entry in phase.as_required]


def print_watch(paper: Paper, course: Course, *, dense: bool = False) -> None:
    """Print the tests and decisions around the doses, each with room for its result."""
    if not course.tests_and_decisions:
        return
    paper.heading("Tests and decisions")
    rows = (
        Row(cells=[*_day_and_time(row), row.kind, row.what, row.place, row.outcome])
        for row in course.tests_and_decisions
    )
    columns = as_wide_as(paper, _WATCH)
    if dense:
        columns = [dataclasses.replace(one, size=min(one.size, _DENSE_SIZE)) for one in columns]
    paper.print_table(columns, rows, pad=DENSE if dense else PAD)


def as_wide_as(paper: Paper, columns: Sequence[Column]) -> list[Column]:
    """Return columns for an upright page as wide as this one, all widened alike."""
    share = paper.epw / sum(column.width for column in columns)
    return [dataclasses.replace(column, width=column.width * share) for column in columns]


def print_outcomes(paper: Paper, course: Course) -> None:
    """Print what each review may open, as boxes to tick; of one that was held what it found."""
    reviews = [one for one in course.occasions if one.branches]
    if not reviews:
        return
    paper.heading("Outcomes of the reviews")
    for one in reviews:
        found = f": {one.outcome}" if one.outcome else ", of which one is entered:"
        paper.paragraph(f"{one.date:%a %d-%b-%Y}, {one.what}{found}")
        if one.open_branches:
            paper.ticks([str(branch) for branch in one.open_branches])


def print_cancelled(paper: Paper, course: Course) -> None:
    """Print what was omitted or ceased, so that nobody gives it from an older paper."""
    if not course.cancelled:
        return
    paper.heading("Not to be given")
    paper.print_table(_CANCELLED, _cancelled_rows(course))


def _cancelled_rows(course: Course) -> Iterator[Row]:
    for row in course.cancelled:
        what = (
            f"{show(row.dose.amount, SHOWN_DIGITS + 1)} {row.name}, {row.route}"
            if isinstance(row, Administration)
            else row.what
        )
        yield Row(cells=[row.status.upper(), *_day_and_time(row), what, row.place])


def _day_and_time(row: Dated) -> tuple[str, str]:
    return f"{row.date:%a %d-%b-%Y}", f"{row.time:%H:%M}"


def day_text(row: Mapping[str, Any]) -> str:
    """Return the date of a table row with its weekday."""
    return f"{row['weekday']} {dt.date.fromisoformat(row['date']):%d-%b-%Y}"


def place_text(row: Mapping[str, Any]) -> str:
    """Return where in the course a table row stands."""
    return f"{row['phase']}, cycle {row['cycle']}, day {row['day']}"


def what_text(row: Mapping[str, Any]) -> str:
    """Return drug, site and route of a table row; of a procedure or review, its name."""
    if not row["drug"]:
        return str(row["item"])
    return ", ".join(filter(None, (row["drug"], row["site"], row["route"], row["beside"])))


def note_text(row: Mapping[str, Any]) -> str:
    """Return why a dose is not simply given: its condition, or that it was left out."""
    if row["condition"]:
        return f"ONLY IF {row['condition']}"
    return "" if row["status"] == "planned" else str(row["status"]).upper()
