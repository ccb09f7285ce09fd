"""The ward that a session looks at: what is asked of it, and what was found."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Hashable, Mapping, Sequence

from dosing.errors import InputError
from records.store import Store
from records.ward import read_ward_of_records
from schedules.cohort.demand import Days, Ward
from schedules.cohort.moves import Decision, Move, Planner
from schedules.cohort.screening import TableOrder
from schedules.cohort.table import PatientRow
from schedules.cohort.table_ward import read_ward_of_table
from schedules.cohort.ward_answer import WardAnswer, WardOrder, answer
from schedules.knowledge.library import Library
from schedules.outputs.progress import Progress
from screens.state import clock


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A drug that is short, and on which days."""

    drug: str
    days: Days


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WardQuestion:
    """All that is asked of a ward. ``name`` holds what the answer follows from.

    The plans are those of the records by their ids, or the rows of a table.
    """

    name: Hashable
    plans: Sequence[str]
    rows: Sequence[PatientRow]
    table: TableOrder | None
    order: WardOrder
    shortage: Shortage | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WardSeen:
    """What was found of a ward, and when; or what is wrong with its table, and nothing else."""

    at: dt.datetime
    answer: WardAnswer | None = None
    moves: tuple[Move, ...] = ()
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    problems: tuple[str, ...] = ()


def look_at_ward(
    question: WardQuestion, records: Store | None, library: Library, progress: Progress
) -> WardSeen:
    """Compute every course, add them up, alter them, and see who can wait."""
    at = clock.now()
    stages = 1 + bool(question.order.what_ifs) + (question.shortage is not None)

    def stage(number: int) -> Progress:
        return lambda share: progress((number + share) / stages)

    try:
        ward = _read(question, records, library, stage(0))
    except InputError as error:
        return WardSeen(at=at, problems=tuple(map(str, error.problems)))
    found = answer(ward, question.order, library, stage(1))
    moves: list[Move] = []
    if question.shortage is not None:
        moves = _who_waits(ward, question.shortage, library, stage(stages - 1))
    labels = {one.name: one.course.plan.patient.label for one in ward.courses}
    if records is not None and question.table is None:
        labels |= {one.name: _label(records, one.name) for one in ward.left_out}
    return WardSeen(at=at, answer=found, moves=tuple(moves), labels=labels)


def _label(records: Store, name: str) -> str:
    [*_, newest] = records.versions(name)
    return newest.plan.patient.label if newest.plan is not None else name


def _read(
    question: WardQuestion, records: Store | None, library: Library, progress: Progress
) -> Ward:
    if question.table is not None:
        return read_ward_of_table(question.rows, question.table, library, progress)
    if records is None:
        return Ward(courses=())
    return read_ward_of_records(records, library, question.plans, progress)


def _who_waits(ward: Ward, short: Shortage, library: Library, progress: Progress) -> list[Move]:
    about = f"{short.drug} is short until {short.days.last:%d-%b-%Y}"
    # Only a preview: who takes a move says so in a change of their own.
    decision = Decision(who="preview", when=clock.now(), why=about)
    planner = Planner(library=library, decision=decision)
    moves: list[Move] = []
    for done, one in enumerate(ward.courses, 1):
        moves += planner.wait_for(one, short.drug, short.days)
        progress(done / len(ward.courses))
    return moves
