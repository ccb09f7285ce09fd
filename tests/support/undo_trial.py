"""Random histories of changes and undos, each version taken over by calendars one after another.

``python -m tests.support.undo_trial 500`` makes 500 of them, into the receiver model (whole files
and files of the last change only), with ``--radicale`` into that server by push, with ``--khal
PYTHON`` into the khal of that environment by import, with ``--gnome`` into GNOME's store as
Evolution imports a file. ``--steps 6`` makes histories of 2 to 6 steps, ``--short`` leaves out the
courses of more than a hundred events, ``--begin 100`` begins with number 100. It prints what it
counted and fails where a calendar shows anything else than the plan.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dosing.errors import InputError
from dosing.trace import RefusedError
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.changes import (
    AddCourse,
    Adjust,
    Cease,
    Change,
    Defer,
    Hold,
    Omit,
    Reweigh,
    Scope,
    Undo,
)
from schedules.plans.plan import Acknowledgement, Plan
from schedules.plans.undo import numbers_in_force, undone
from tests.support.planning import (
    ALL,
    CYCLOPHOSPHAMIDE,
    RITUXIMAB,
    example_of,
    library,
    planned,
    shelved,
)
from tests.support.receiver import Line, Receiver, planned_events, shown, shown_lines

_BEGIN = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
_TOLD_EACH = 20
_SCOPES: tuple[Scope, ...] = ("this day", "this cycle", "later")


@dataclasses.dataclass(slots=True)
class Counted:
    """What a trial has counted."""

    versions: int = 0
    undos: int = 0
    kinds: dict[str, int] = dataclasses.field(default_factory=dict)
    events: int = 0
    refused: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list)


def histories(plan: Plan, library: Library, seed: int, *, length: int = 8) -> Iterator[Course]:
    """Yield a course as it was planned, then after each change or undo that can be made."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    course = work_out(plan, library)
    yield course
    for number in range(length):
        when = _BEGIN + dt.timedelta(minutes=number)
        try:
            changes = _changed(course, chance, when)
            after = work_out(course.plan.model_copy(update={"changes": changes}), library)
            after = _acknowledged(after, library)
            to_ics(after)
        except (InputError, RefusedError, ValueError):
            continue  # such a change cannot be made here
        course = after
        yield course


def _acknowledged(course: Course, library: Library) -> Course:
    seen = [Acknowledgement(code=one.code, reason="seen") for one in course.unacknowledged]
    if not seen:
        return course
    every = [*course.plan.acknowledgements, *seen]
    return work_out(course.plan.model_copy(update={"acknowledgements": every}), library)


def _changed(course: Course, chance: random.Random, when: dt.datetime) -> list[Change]:
    changes = course.plan.changes
    said: dict[str, Any] = {"who": "AB", "why": "at random", "when": when}
    in_force = numbers_in_force(changes)
    gone = [
        n for n, one in enumerate(changes, 1) if n not in in_force and not isinstance(one, Undo)
    ]
    what = chance.random()
    rows = [*course.rows, *course.occasions]
    if in_force and (what < 0.35 or not rows):
        return undone(changes, "undo", None, **said)
    if gone and what < 0.45:
        return undone(changes, "redo", chance.choice(gone), **said)
    if in_force and what < 0.5:
        return undone(changes, "undo", chance.choice(in_force), **said)
    row = chance.choice(rows)
    scope = chance.choice(_SCOPES)
    makers: list[Callable[[], Change]] = [
        lambda: Omit(at=row.place, scope=scope, **said),
        lambda: Omit(at=row.place, scope="this day", **said),
        lambda: Defer(at=row.place, by_days=chance.choice([-2, -1, 1, 2, 7]), scope=scope, **said),
        lambda: Adjust(at=row.place, scope=scope, percent=50, of="standard dose", **said),
        lambda: Reweigh(
            from_day=row.date,
            weight=chance.choice(["62 kg", "88 kg"]),
            doses="worked out again",
            **said,
        ),
        lambda: Cease(at=row.place, **said),
        lambda: Hold(kind="hold", at=row.place, days=chance.choice([7, 14]), **said),
        lambda: Hold(kind="step back", at=row.place, days=chance.choice([7, 14]), **said),
        lambda: _added(chance, said),
    ]
    return [*changes, chance.choice(makers)()]


def _added(chance: random.Random, said: dict[str, Any]) -> AddCourse:
    """Return one more regimen from a Monday on, some of whose doses fall between those there."""
    first_day = f"2027-01-{chance.choice(['04', '11', '18'])}"
    other = planned(chance.choice([RITUXIMAB, CYCLOPHOSPHAMIDE]), start=first_day)
    fields = {name: getattr(other, name) for name in ("regimen", "drugs", "choices", "first_day")}
    return AddCourse(**fields, **said)


def follow(courses: Iterator[Course], counted: Counted) -> Course:
    """Take every version over, and count where a calendar shows anything else than the plan."""
    whole, parts, last = Receiver(), Receiver(), None
    for course in courses:
        number = len(course.plan.changes)
        whole.take(to_ics(course))
        parts.take(to_ics(course, since=number))
        counted.versions += 1
        if number:
            kind = course.plan.changes[-1].kind
            counted.kinds[kind] = counted.kinds.get(kind, 0) + 1
            counted.undos += isinstance(course.plan.changes[-1], Undo)
        for name, receiver in (("whole files", whole), ("changes alone", parts)):
            compare(shown(receiver.live), course, f"{name}, change {number}", counted)
        last = course
    counted.refused += whole.refused + parts.refused
    counted.events += len(whole.events)
    assert last is not None
    return last


def compare(found: Counter[tuple[str, str]], course: Course, where: str, counted: Counted) -> None:
    """Note what a calendar shows too much (an orphan, a double) or too little of a course."""
    wanted = planned_events(course, found)
    if found != wanted:
        counted.wrong.append(f"{where}: too much {found - wanted}, missing {wanted - found}")


def compare_all(
    held: Sequence[Line], newest: Counter[Line], course: Course, where: str, counted: Counted
) -> None:
    """Note the same of lines that a program shows, and each that differs from the newest file."""
    where = f"{where}, change {len(course.plan.changes)}"
    compare(shown_lines(held), course, where, counted)
    found = Counter(held)
    if found != newest:
        counted.wrong.append(f"{where}: {found - newest}, not {newest - found}")


def main() -> int:
    """Make as many histories as were asked for, and print what was counted."""
    from tests.support.importers import gnome, khal
    from tests.support.radicale import followed, make, radicale

    args = _arguments()
    counted = Counted()
    shelf = plans_to_change(short=args.short)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(radicale(folder)) if args.radicale else ""
        importers = [stack.enter_context(khal(args.khal, folder))] if args.khal else []
        importers += [stack.enter_context(gnome(folder))] if args.gnome else []
        for number in range(args.count):
            seed = args.begin + number
            courses = history_number(seed, shelf, most=args.steps)
            for importer in importers:
                courses = importer.followed(courses, counted)
            if url:
                own = url.replace("/course/", f"/course-{seed}/")
                make(own)
                courses = followed(courses, own, counted)
            follow(courses, counted)
            if (number + 1) % _TOLD_EACH == 0 or number + 1 == args.count:
                _say(number + 1, counted)
    return bool(counted.wrong or counted.refused)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=500)
    parser.add_argument("--begin", type=int, default=0)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--radicale", action="store_true")
    parser.add_argument("--khal", type=Path)
    parser.add_argument("--gnome", action="store_true")
    return parser.parse_args()


def plans_to_change(*, short: bool = False) -> list[tuple[Plan, Library]]:
    """Return the plans of the trials, each with the library that it is worked out by."""
    tapers = () if short else ("prednisolone-alternate-days", "prednisolone-daily")
    tablets = (*tapers, "amitriptyline-ladder")
    infused = [(planned(name), library()) for name in ALL]
    return infused + [(example_of(name).plan, shelved(name)) for name in tablets]


def history_number(
    seed: int, shelf: Sequence[tuple[Plan, Library]], *, most: int | None = None
) -> Iterator[Course]:
    """Return the history of a number: the plans in turn, with oral doses as runs or singly.

    It has eight steps, or from two to ``most``.
    """
    plan, knowledge = shelf[seed % len(shelf)]
    oral = ("run", "each")[seed // len(shelf) % 2]
    length = 8 if most is None else 2 + seed % (most - 1)
    return histories(with_oral(plan, oral), knowledge, seed, length=length)


def with_oral(plan: Plan, oral: str) -> Plan:
    """Return a plan whose oral doses stand in a calendar as runs or singly."""
    # Tests and decisions stand in the text of the doses: what is counted here are doses.
    calendar = plan.site.calendar.model_copy(update={"oral": oral, "watch": "note"})
    return plan.model_copy(update={"site": plan.site.model_copy(update={"calendar": calendar})})


def _say(count: int, counted: Counted) -> None:
    told = dataclasses.asdict(counted)
    wrong = told.pop("wrong")
    sys.stdout.write(f"{count} histories: {told}, {len(wrong)} wrong\n")
    sys.stdout.writelines(f"{one}\n" for one in wrong[:20])
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
