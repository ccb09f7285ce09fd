"""Compare the doses of a million patients by columns with the course of each: hours, not a test.

    python -m tests.support.million_against_courses FOLDER [--patients N] [--people N] [--workers N]

The million are drawn from fewer different people, so that the course of each is computed once;
every patient is then compared with their own, in dates and amounts, bit for bit. Those who do not
go by columns are planned by the course itself, and are not drawn. What is done is kept in the
folder: the same command goes on where it was stopped, and says how far it came.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import datetime as dt
import functools
import itertools
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from commands.line import say
from schedules.cohort.expand import expand, expand_alone
from schedules.cohort.screening import Screen, TableOrder
from schedules.cohort.table import PatientRow, PatientTable
from tests.schedules.cohort.patients import patients
from tests.support.columns_against_courses import KINDS
from tests.support.planning import shelved

COURSES_A_PIECE, PATIENTS_A_BLOCK = 250, 50_000
# A kind, and the number of a piece of its people or of a block of its patients.
Piece: TypeAlias = tuple[str, int]


class Task(NamedTuple):
    """Where the work is kept, of how many different people, and of how many patients."""

    folder: Path
    people: int
    patients: int

    def courses(self, kind: str, number: int) -> Path:
        return self.folder / f"{kind.replace(' ', '-')}-courses-{number}.npz"

    def compared(self, kind: str, number: int) -> Path:
        return self.folder / f"{kind.replace(' ', '-')}-compared-{number}.json"


@functools.cache
def drawn_from(kind: str, count: int) -> tuple[Screen, Sequence[PatientRow]]:
    """Return the different people of a kind, all of whom go by columns."""
    regimen, choices, more = KINDS[kind]
    order = TableOrder(regimen=regimen, made_on=dt.date(2026, 11, 20), choices=choices)
    screen = Screen(order, shelved(regimen))
    # A clearance is computed row by row: only the doses of one kind go by a creatinine.
    no_creatinine = {} if kind == "banded" else {"creatinine": ""}
    rows = patients(count, **{**more, **no_creatinine})
    screened = screen.screen(PatientTable.of(rows))
    left_out = {*screened.alone, *expand(screen, screened).alone.tolist()}
    left_out |= {one.number - rows[0].number for one in screened.bad}
    return screen, [row for n, row in enumerate(rows) if n not in left_out]


def plan_alone(task: Task, piece: Piece) -> None:
    """Keep the courses of some people, one after the other."""
    kind, number = piece
    screen, rows = drawn_from(kind, task.people)
    some = rows[number * COURSES_A_PIECE :][:COURSES_A_PIECE]
    people = screen.screen(PatientTable.of(some)).people
    courses = [expand_alone(screen, people, n).rows for n in range(len(some))]
    doses = list(itertools.chain.from_iterable(courses))
    arrays: dict[str, Any] = {
        "count": np.array([len(rows) for rows in courses], dtype=np.int64),
        "date": np.array([row.date.toordinal() for row in doses], dtype=np.int32),
        "amount": np.array([row.dose.amount.magnitude for row in doses], dtype=np.float64),
    }
    path = task.courses(kind, number)
    with path.with_suffix(".new").open("wb") as file:
        np.savez(file, **arrays)
    path.with_suffix(".new").replace(path)


@functools.cache
def courses_of(task: Task, kind: str) -> dict[str, NDArray[Any]]:
    """Return the courses of all people of a kind, one after the other."""
    pieces = [np.load(task.courses(kind, n)) for n in range(_pieces(task, kind))]
    return {
        name: np.concatenate([one[name] for one in pieces]) for name in ("count", "date", "amount")
    }


def compare(task: Task, piece: Piece) -> None:
    """Compare the patients of a block with their own courses, and keep how many differ."""
    kind, number = piece
    screen, rows = drawn_from(kind, task.people)
    single = courses_of(task, kind)
    size = min(PATIENTS_A_BLOCK, task.patients - number * PATIENTS_A_BLOCK)
    who = np.random.default_rng([number, len(rows)]).integers(len(rows), size=size)
    table = [PatientRow(n, rows[one].cells) for n, one in enumerate(who.tolist(), 2)]
    doses = expand(screen, screen.screen(PatientTable.of(table))).in_rows()
    count = single["count"][who]
    wrong = doses.count != count
    if not wrong.any():
        begin = (np.cumsum(single["count"]) - single["count"])[who]
        own = np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(count.sum())
        differing = doses.date != single["date"][own]
        differing |= doses.amount.view(np.int64) != single["amount"][own].view(np.int64)
        wrong[doses.person[differing]] = True
    result = {"patients": size, "doses": len(doses.date), "differ": int(wrong.sum())}
    path = task.compared(kind, number)
    path.with_suffix(".new").write_text(json.dumps(result), encoding="utf-8")
    path.with_suffix(".new").replace(path)


def _pieces(task: Task, kind: str) -> int:
    return -(-len(drawn_from(kind, task.people)[1]) // COURSES_A_PIECE)


def main(task: Task, workers: int) -> int:
    """Do what is not done yet, say how far it came, and return 1 if anything differs."""
    task.folder.mkdir(parents=True, exist_ok=True)
    blocks = range(-(-task.patients // PATIENTS_A_BLOCK))
    alone = [(kind, n) for kind in KINDS for n in range(_pieces(task, kind))]
    # Block by block of every kind, so that a run that is stopped has compared some of each.
    compared = [(kind, n) for n in blocks for kind in KINDS]
    with concurrent.futures.ProcessPoolExecutor(workers) as pool:
        try:
            _run(pool, plan_alone, task, [one for one in alone if not task.courses(*one).is_file()])
            left = [one for one in compared if not task.compared(*one).is_file()]
            _run(pool, compare, task, left)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
    return _report(task)


def _run(
    pool: concurrent.futures.ProcessPoolExecutor,
    work: Callable[[Task, Piece], None],
    task: Task,
    pieces: Sequence[Piece],
) -> None:
    running = [pool.submit(work, task, piece) for piece in pieces]
    for number, done in enumerate(concurrent.futures.as_completed(running), 1):
        done.result()
        say(f"{work.__name__}: {number} of {len(pieces)}")
        sys.stdout.flush()


def _report(task: Task) -> int:
    differing = 0
    for kind in KINDS:
        files = task.folder.glob(task.compared(kind, 0).name.replace("-0.", "-*."))
        results = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        compared, doses, differ = (
            sum(one[name] for one in results) for name in ("patients", "doses", "differ")
        )
        differing += differ
        say(
            f"{kind}: {compared:,} of {task.patients:,} patients ({doses:,} doses), drawn from "
            f"{len(drawn_from(kind, task.people)[1]):,} different ones, compared with their "
            f"courses: {differ} differ"
        )
    return int(differing > 0)


def _read() -> tuple[Task, int]:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where what is done is kept")
    parser.add_argument("--patients", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=3_000, help="how many different ones")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    # Of other numbers nothing that is kept counts.
    folder = args.folder / f"{args.people}-{args.patients}"
    return Task(folder, args.people, args.patients), args.workers


if __name__ == "__main__":
    sys.exit(main(*_read()))
