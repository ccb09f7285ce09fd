"""The order of plasma exchanges: volume and its derivation, sessions, bottles, gaps to drugs.

Without a dose by plasma volume in the plan it is an order of dates alone, and says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from dosing.errors import refuse
from dosing.trace import SHOWN_DIGITS
from dosing.units import PLASMA, show
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion
from schedules.outputs.paper.clinical import (
    NONE,
    clinical_head,
    patient_facts,
    print_cancelled,
)
from schedules.outputs.paper.grid import Column, Row
from schedules.outputs.paper.pdf import Paper, make_pdf
from schedules.review.dispensing import dispensing

EXCHANGE = "plasma exchange"
_DIGITS = SHOWN_DIGITS + 1
_SESSIONS = (
    Column(head="No", width=10, whole=True),
    Column(head="Date", width=32, size=10, style="B", whole=True),
    Column(head="Time", width=15, size=10, style="B", whole=True),
    Column(head="Replaced by", width=45, size=10),
    Column(head="Volume", width=28, size=12, style="B", whole=True),
    Column(head="Bottles", width=60),
)
_STEPS = (
    Column(head="Step", width=42, style="B"),
    Column(head="Value", width=30, whole=True),
    Column(head="Why", width=68),
    Column(head="Source", width=50, size=8),
)


def print_exchange_order(course: Course, *, printed_at: dt.datetime) -> bytes:
    """Return the order of the plasma exchanges of a course (PDF).

    Args:
        course: the course; it must be exportable.
        printed_at: when it is printed, from whoever asks the clock.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: if it has no plasma exchange, or naming every character the fonts lack.
    """
    course.must_be_exportable()
    sessions = exchanges(course)
    if not sessions:
        remedy = "it is for a course with plasma exchanges"
        refuse("what", "exchange", why="has nothing to show", accepted=remedy)
    replaced = [row for row in course.rows if PLASMA in row.dose.bodies]
    head = clinical_head(course, "Order of plasma exchange", printed_at, identity=True)

    def draw(paper: Paper) -> None:
        share = course.patient.hematocrit
        measured = f"haematocrit {share:g}" if share is not None else "haematocrit not entered"
        paper.paragraph("; ".join((*patient_facts(course), measured)))
        _print_volume(paper, replaced)
        paper.heading("Sessions")
        paper.print_table(_SESSIONS, list(_session_rows(course, sessions, replaced)))
        paper.paragraph("; ".join(_totals(course, sessions, replaced)), style="B")
        for heading, texts in _texts(course, replaced):
            if texts:
                paper.heading(heading)
                paper.ticks(texts)
        print_cancelled(paper, course)
        paper.blanks(["Ordered by", "Checked by", "Date"])

    return make_pdf(head, draw)


def exchanges(course: Course) -> list[Occasion]:
    """Return the plasma exchanges of a course that take place."""
    return [one for one in course.occasions if one.what == EXCHANGE]


def _print_volume(paper: Paper, replaced: list[Administration]) -> None:
    """Print each derivation of a volume once; without any, that none is worked out."""
    paper.heading("Volume")
    if not replaced:
        paper.paragraph(
            "No volume is worked out: the plan holds the dates alone. It needs weight, height, sex "
            "and haematocrit, and the number of plasma volumes has to be chosen. Or whoever orders "
            "writes fluid and volume below.",
            style="B",
        )
    for dose in {id(row.dose): row.dose for row in replaced}.values():
        cells = ([one.what, one.value_text, one.why, str(one.source)] for one in dose.steps)
        paper.print_table(_STEPS, [Row(cells=texts) for texts in cells])


def _session_rows(
    course: Course, sessions: list[Occasion], replaced: list[Administration]
) -> Iterator[Row]:
    # Without any volume the boxes are for whoever orders; beside others, one has no volume.
    empty = NONE if replaced else ""
    bottles = {row.id: one.packs for one in dispensing(course).prepared for row in one.rows}
    for number, session in enumerate(sessions, 1):
        own = [row for row in replaced if row.stands_with(session)]
        yield Row(
            cells=[
                str(number),
                f"{session.date:%a %d-%b-%Y}",
                f"{session.time:%H:%M}",
                "; ".join(row.name for row in own) or empty,
                "; ".join(show(row.dose.amount, _DIGITS) for row in own) or empty,
                "; ".join(str(bottles[row.id]) for row in own if row.id in bottles) or empty,
            ],
            note=f"ONLY IF {session.condition}" if session.condition else "",
        )


def _totals(
    course: Course, sessions: list[Occasion], replaced: list[Administration]
) -> Iterator[str]:
    yield f"{len(sessions)} session{'' if len(sessions) == 1 else 's'}"
    for total in course.totals:
        own = [row for row in replaced if row.drug == total.drug]
        if own:
            yield f"{own[0].drug_name} {show(total.course, _DIGITS)} in all"
    for pack in dispensing(course).rows:
        if pack.drug in {row.drug for row in replaced}:
            yield f"{show(pack.strength)} x {pack.count:,}"


def _texts(course: Course, replaced: list[Administration]) -> Iterator[tuple[str, list[str]]]:
    """Yield what is done before, which drugs must not come near, and what else is looked at."""
    sex = course.plan.patient.sex
    checks = [one for regimen in course.regimens for one in regimen.prerequisites_of(sex)]
    for before in ("first dose", "each dose"):
        texts = [one.what for one in checks if one.before == before]
        yield f"Before the {before}".replace("the each", "each"), texts
    gaps = [
        rule.text
        for drug in course.drugs.values()
        for rule in drug.spacing
        if rule.meets == EXCHANGE
    ]
    yield "Gaps to drugs", list(dict.fromkeys(gaps))
    fluids = {row.drug.replace("-", "_") for row in replaced}
    about = [one.text for one in course.findings if fluids.intersection(one.code.split("."))]
    yield "Fluid and anticoagulant", list(dict.fromkeys(about))
