"""The command ``schedule``: dates and times for all visits of a ward, as changes of its plans."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from commands.inputs import (
    add_json,
    add_several,
    compute_course,
    read_knowledge_as_kept,
    read_pairs,
    read_plan,
)
from commands.line import BAD_INPUT, DONE, STOPPED, Commands, say_error, say_json
from commands.progress import progress_bar
from commands.records import open_store
from commands.schedule_text import say_reasons, say_schedule, schedule_as_dict
from dosing.clock import now
from dosing.errors import InputError, Problems, refuse
from dosing.trace import RefusedError

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from records.store import Store
    from schedules.cohort.demand import Days, WardCourse
    from schedules.cohort.replan import Replanned
    from schedules.cohort.schedule import Asked, Schedule
    from schedules.knowledge.capacity import Capacity
    from schedules.knowledge.library import Library
    from schedules.plans.plan import Plan

_DAY = dt.timedelta(days=1)
_LENGTH = dt.timedelta(days=27)
_LONGEST = dt.timedelta(days=366)
_PAGE = 500
_GREATEST_EFFORT = 3600
_MOST_WORKERS = 64
_PREVIEW = "proposed by posology schedule"
# What site.yaml states, and an option may state for once.
_OF_SITE = {
    "chairs": "chairs",
    "nurses": "nurses",
    "watches": "watches",
    "pharmacy": "pharmacy_per_hour",
    "overtime": "overtime",
}


def _options(parser: argparse.ArgumentParser) -> None:
    which = parser.add_argument_group("which plans")
    which.add_argument(
        "--ward",
        nargs="?",
        const="",
        metavar="WORDS",
        help="all in the records, or those whose labels begin with these words: ward-7",
    )
    add_several(
        which, "--plans", "PLAN", "saved plan files or folders, in place of the records", type=Path
    )
    days = parser.add_argument_group("which days")
    days.add_argument(
        "--from", default="", dest="first", metavar="DATE", help="the first day; else tomorrow"
    )
    days.add_argument(
        "--to", default="", dest="last", metavar="DATE", help="the last day; else four weeks on"
    )
    add_several(days, "--closed", "DATE", "a day that is closed as well")
    add_several(days, "--not-before", "DRUG=DATE", "a drug that is not there before a day")
    room = parser.add_argument_group("what there is, if not as site.yaml has it")
    for option, what in (
        ("chairs", "how many chairs"),
        ("nurses", "how many nurses"),
        ("watches", "how many people one nurse watches"),
        ("pharmacy", "how many doses are prepared in an hour"),
    ):
        room.add_argument(f"--{option}", type=int, metavar="N", help=what)
    room.add_argument("--overtime", metavar="LENGTH", help="the longest after closing, or none")
    search = parser.add_argument_group("the search")
    search.add_argument(
        "--effort",
        type=float,
        default=60.0,
        metavar="N",
        help="how long to look for a cheaper schedule: seconds of an ordinary machine (60)",
    )
    search.add_argument("--workers", type=int, default=1, metavar="N", help="how many look (1)")
    parser.add_argument("--times", action="store_true", help="also print the times of every visit")
    parser.add_argument(
        "--labels", action="store_true", help="also print the label of each patient"
    )
    keep = parser.add_argument_group("taking it")
    keep.add_argument("--write", action="store_true", help="save the changes; needs who and why")
    keep.add_argument("--who", default="", metavar="INITIALS", help="who decides")
    keep.add_argument("--why", default="", help="the reason; it is kept with each plan")
    add_json(parser)


@dataclasses.dataclass(frozen=True, slots=True)
class _Read:
    """The plans that were read: their courses, how many versions each has, what is left out."""

    courses: tuple[WardCourse, ...]
    versions: dict[str, int]
    left_out: dict[str, tuple[str, ...]]


def _schedule(args: argparse.Namespace) -> int:
    from schedules.cohort.schedule import propose

    _refuse_wrong(args)
    library = read_knowledge_as_kept(args)
    asked = _asked(args, library)
    with contextlib.ExitStack() as stack:
        store = None if args.plans else stack.enter_context(contextlib.closing(open_store()))
        read = _read_plans(args, store, library)
        schedule = propose(read.courses, library, asked)
        labels = {one.name: one.course.plan.patient.label for one in read.courses}
        code = _say(args, schedule, labels if args.labels else {}, asked)
        for name, why in read.left_out.items():
            say_error(f"LEFT OUT {name}: {text}" for text in why)
        if schedule is not None and schedule.replanned and _keeps(args):
            code = code or _keep(args, schedule.replanned, read.versions, store)
    return code or (BAD_INPUT if read.left_out else DONE)


def _refuse_wrong(args: argparse.Namespace) -> None:
    problems = Problems()
    if args.ward is None and not args.plans:
        accepted = "write --ward for the records, or --plans FOLDER"
        problems.add("ward", "", why="is missing", accepted=accepted)
    if args.ward is not None and args.plans:
        why = "cannot be combined with ward"
        problems.add("plans", str(args.plans[0]), why=why, accepted="state one of them")
    if not 0 < args.effort <= _GREATEST_EFFORT:
        why = "is no effort that is taken"
        problems.add("effort", f"{args.effort:g}", why=why, write="60, and at most 3600")
    if not 1 <= args.workers <= _MOST_WORKERS:
        problems.add("workers", str(args.workers), why="is no number of workers", write="1 to 64")
    for name in ("who", "why"):
        text = getattr(args, name).strip()
        if args.write and not text:
            problems.add(name, "", why="is missing", accepted="write who decides, and why")
        if text and not args.write:
            why = "is not asked for where nothing is saved"
            problems.add(name, text, why=why, accepted="add --write, or leave it out")
    problems.raise_if_any()


def _asked(args: argparse.Namespace, library: Library) -> Asked:
    """Return what is asked for, with every problem of it at once."""
    from schedules.cohort.moves import Decision
    from schedules.cohort.schedule import Asked
    from schedules.plans.patient_reading import read_date

    problems = Problems()
    between = problems.reading(_period, args.first, args.last)
    own = [problems.reading(read_date, text, "closed") for text in args.closed]
    late = {}
    for drug, text in read_pairs(problems, "not-before", args.not_before).items():
        problems.reading(library.drug, drug)
        late[drug] = problems.reading(read_date, text, "not-before")
    capacity = problems.settled(problems.reading(_capacity, args, library.site.capacity))
    closed = library.site.closed
    days = [*closed.own, *(day for day in own if day is not None)]
    return Asked(
        between=problems.settled(between),
        capacity=capacity,
        closed=closed.model_copy(update={"own": days}),
        decision=Decision(
            who=args.who.strip() or "preview", when=now(), why=args.why.strip() or _PREVIEW
        ),
        not_before={drug: day for drug, day in late.items() if day is not None},
        effort=args.effort,
        workers=args.workers,
    )


def _period(first: str, last: str) -> Days:
    """Return the days between which visits may move: not today, whose people are on their way."""
    from schedules.cohort.demand import Days
    from schedules.plans.patient_reading import read_date

    problems = Problems()
    begins = problems.reading(read_date, first, "from") if first else now().date() + _DAY
    ends = problems.reading(read_date, last, "to") if last else None
    begins = problems.settled(begins)
    ends = ends or begins + _LENGTH
    if ends < begins:
        refuse("to", last, why="is before the first day", write=f"{begins} or later")
    if ends - begins > _LONGEST:
        write = f"{begins + _LONGEST} or earlier"
        refuse("to", last, why="is more than a year after the first day", write=write)
    return Days(begins, ends)


def _capacity(args: argparse.Namespace, of_site: Capacity | None) -> Capacity:
    """Return what the site states, with what was typed for once in its place."""
    from schedules.knowledge.capacity import MOST, Capacity
    from schedules.plans.wrong_values import make_of

    if of_site is None:
        accepted = "state chairs, nurses, hours and the rest there, as its example does"
        refuse("capacity", "", why="is missing in site.yaml", accepted=accepted)
    problems = Problems()
    values = of_site.model_dump()
    for option, field in _OF_SITE.items():
        typed = getattr(args, option)
        if isinstance(typed, int) and not 1 <= typed <= MOST:
            problems.add(option, str(typed), why="is no such number", write=f"1 to {MOST}")
        if typed is not None:
            values[field] = typed
    problems.raise_if_any()
    return make_of(Capacity, values, "capacity", "or leave it out for that of site.yaml")


def _read_plans(args: argparse.Namespace, store: Store | None, library: Library) -> _Read:
    """Compute every course; a plan that gives none is left out with the reason."""
    from schedules.cohort.demand import WardCourse

    names = _files(args.plans) if store is None else _names(args.ward, store, library)
    courses, versions = [], dict[str, int]()
    left_out: dict[str, tuple[str, ...]] = {}
    first: dict[str, str] = {}
    with progress_bar("plans", len(names)) as progress:
        for done, name in enumerate(names, 1):
            progress(done)
            try:
                plan, versions[name] = _newest(name, store)
                before = first.setdefault(plan.record_id, name)
                if before != name:
                    why = f"{name} is the same plan as {before}"  # in full: what is typed is cut
                    refuse("plans", "", why=why, accepted="name one of the two files")
                course = compute_course(plan, library)
                course.must_be_exportable()
                courses.append(WardCourse(name=name, course=course))
            except InputError as error:
                left_out[name] = tuple(map(str, error.problems))
            except RefusedError as error:
                left_out[name] = tuple(map(str, error.findings))
    return _Read(tuple(courses), versions, left_out)


def _keeps(args: argparse.Namespace) -> bool:
    """Return whether somebody takes what is proposed."""
    return bool(args.write)


def _files(paths: Sequence[Path]) -> list[str]:
    """Return the plan files that are named, and those of each folder, each once."""
    found = (sorted(path.glob("**/*.json")) if path.is_dir() else [path] for path in paths)
    files = list(dict.fromkeys(str(file) for files in found for file in files))
    if not files:
        refuse("plans", ", ".join(map(str, paths)), why="holds no file", write="plans/*.json")
    return files


def _names(ward: str, store: Store, library: Library) -> list[str]:
    from records.feeds import plans_of_ward

    if not ward:
        return list(_every_plan(store, library))
    names = plans_of_ward(store, ward)
    if not names:
        write = "how the labels of its plans begin: ward-7"
        refuse("ward", ward, why="is how no label begins", write=write)
    return names


def _every_plan(store: Store, library: Library) -> Iterator[str]:
    page = store.plans(library, size=_PAGE)
    yield from (saved.plan_id for saved in page.plans)
    while page.next is not None:
        page = store.plans(library, after=page.next, size=_PAGE)
        yield from (saved.plan_id for saved in page.plans)


def _newest(name: str, store: Store | None) -> tuple[Plan, int]:
    """Return the last version of a plan, which alone may be changed, and its number."""
    if store is None:
        return read_plan(Path(name)), 0
    versions = store.versions(name)
    plan = versions[-1].plan if versions else None
    if plan is None:
        refuse("plan", name, why="was erased", accepted="nothing of it is left")
    return plan, len(versions)


def _say(
    args: argparse.Namespace, schedule: Schedule | None, labels: dict[str, str], asked: Asked
) -> int:
    if schedule is None:
        why = "was too little to find a schedule, or that there is none"
        refuse("effort", f"{args.effort:g}", why=why, accepted="write more, such as 300")
    if args.json:
        say_json(schedule_as_dict(schedule, asked, labels))
    elif schedule.reasons:
        say_reasons(schedule.reasons)
    else:
        say_schedule(schedule, asked, labels, times=args.times)
    return STOPPED if schedule.reasons else DONE


def _keep(
    args: argparse.Namespace,
    replanned: Sequence[Replanned],
    versions: dict[str, int],
    store: Store | None,
) -> int:
    """Save every plan that moves; in the records each is a new version, which nobody has checked.

    Returns:
        0; or 2 where somebody has saved another version of a plan meanwhile.
    """
    if store is None:
        from schedules.outputs.formats import write_all

        write_all([(Path(one.name), one.after.plan.to_json().encode()) for one in replanned])
        unsaved = []
    else:
        unsaved = [one.name for one in replanned if not _save(one, versions, store, args.who)]
    saved = len(replanned) - len(unsaved)
    lines = [f"Saved: {saved} plans. Each has to be checked again."]
    lines += [f"NOT SAVED {name}: somebody has saved another version of it" for name in unsaved]
    say_error(lines)
    return BAD_INPUT if unsaved else DONE


def _save(one: Replanned, versions: dict[str, int], store: Store, who: str) -> bool:
    from records.roles import Actor
    from records.versions import OtherVersionSavedError

    # Who can write to the records without a sign-in has proved no name.
    actor = Actor(name=who, role="planner", verified=False)
    try:
        store.save(one.after.plan, actor, expected_version=versions[one.name], at=now())
    except OtherVersionSavedError:
        return False
    return True


COMMANDS: Commands = {"schedule": (_options, _schedule)}
