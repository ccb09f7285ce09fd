"""The command ``schedule``: dates and times for all visits of a ward, as changes of its plans."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
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
    from records.ward import NewestPlans
    from schedules.cohort.replan import Replanned
    from schedules.cohort.schedule import Schedule, ScheduleOrder
    from schedules.knowledge.library import Library

_MOST_WORKERS = 64
_PREVIEW = "proposed by posology schedule"
# What site.yaml states, and an option may state for once.
_ROOM = {
    "chairs": "how many chairs",
    "nurses": "how many nurses",
    "watches": "how many people one nurse watches",
    "pharmacy": "how many doses are prepared in an hour",
    "overtime": "the longest after closing, or none",
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
    add_several(days, "--stay", "PLAN", "a plan that stays as it stands, by its id or file")
    room = parser.add_argument_group("what there is, if not as site.yaml has it")
    for option, what in _ROOM.items():
        metavar = "LENGTH" if option == "overtime" else "N"
        room.add_argument(f"--{option}", default="", metavar=metavar, help=what)
    search = parser.add_argument_group("the search")
    search.add_argument(
        "--effort",
        default="8",
        metavar="N",
        help="how long to look for a cheaper schedule (8): in units of the solver's own clock, "
        "some seconds each; the same N finds the same schedule on every machine",
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


def _schedule(args: argparse.Namespace) -> int:
    from schedules.cohort.schedule import propose

    library = read_knowledge_as_kept(args)
    problems = Problems()
    problems.reading(_refuse_wrong, args)
    order = problems.reading(_asked, args, library)
    with contextlib.ExitStack() as stack:
        of_records = args.ward is not None and not args.plans
        store = stack.enter_context(contextlib.closing(open_store())) if of_records else None
        found = problems.reading(_find_names, args, store)
        names, asked = problems.settled(found), problems.settled(order)
        read = _read_plans(names, store, library)
        for one in read.left_out:
            say_error(f"LEFT OUT {one.name}: {text}" for text in one.why)
        if not read.courses:
            return BAD_INPUT
        schedule = propose(read.courses, library, asked)
        labels = {one.name: one.course.plan.patient.label for one in read.courses}
        code = _say(args, schedule, labels if args.labels else {}, asked)
        if schedule is not None and schedule.replanned and _is_taken(args):
            code = code or _keep(args, schedule.replanned, read.versions, store)
    return code or (BAD_INPUT if read.left_out else DONE)


def _is_taken(args: argparse.Namespace) -> bool:
    """Return whether somebody takes what is proposed: nothing is saved otherwise."""
    return bool(args.write)


def _refuse_wrong(args: argparse.Namespace) -> None:
    problems = Problems()
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


def _asked(args: argparse.Namespace, library: Library) -> ScheduleOrder:
    """Return what is asked for, with every problem of it at once."""
    from schedules.cohort.moves import Decision
    from schedules.cohort.schedule_order import TypedOrder, read_order

    problems = Problems()
    problems.reading(_refuse_past, args.first)
    typed = TypedOrder(
        first=args.first,
        last=args.last,
        closed=args.closed,
        not_before=read_pairs(problems, "not-before", args.not_before),
        room={word: getattr(args, word) for word in _ROOM},
        staying=args.stay,
        effort=args.effort,
    )
    decision = Decision(
        who=args.who.strip() or "preview", when=now(), why=args.why.strip() or _PREVIEW
    )
    return problems.settled(problems.reading(read_order, typed, library, decision, args.workers))


def _refuse_past(typed: str) -> None:
    """Refuse a first day that is not to come: nobody moves on the day of the decision itself.

    A text that is no date is refused where it is read.
    """
    from schedules.plans.patient_reading import read_date

    day, today = Problems().reading(read_date, typed, "from"), now().date()
    if day is not None and day <= today:
        why = "is today, whose people are on their way" if day == today else "is past"
        tomorrow = today + dt.timedelta(days=1)
        refuse("from", typed, why=why, accepted=f"write {tomorrow} or later, or leave it out")


def _find_names(args: argparse.Namespace, store: Store | None) -> list[str]:
    """Return the files or the ids of the plans; those that stay have to be among them."""
    if args.ward is None and not args.plans:
        accepted = "write --ward for the records, or --plans FOLDER"
        refuse("ward", "", why="is missing", accepted=accepted)
    if args.ward is not None and args.plans:
        why = "cannot be combined with ward"
        refuse("plans", str(args.plans[0]), why=why, accepted="state one of them")
    names = _files(args.plans) if store is None else _names(args.ward, store)
    problems = Problems()
    for name in args.stay:
        if name not in names:
            why = "is none of these plans"
            problems.add("stay", name, why=why, write="its id or its file")
    problems.raise_if_any()
    return names


def _read_plans(names: Sequence[str], store: Store | None, library: Library) -> NewestPlans:
    """Compute every course; a plan that gives none is left out with the reason."""
    from records.ward import read_newest

    with progress_bar("plans", len(names)) as progress:
        if store is None:
            return _read_files(names, library, progress)
        return read_newest(store, library, names, lambda share: progress(round(share * len(names))))


def _read_files(
    names: Sequence[str], library: Library, progress: Callable[[int], None]
) -> NewestPlans:
    from records.ward import NewestPlans
    from schedules.cohort.demand import LeftOutPlan, WardCourse
    from schedules.cohort.left_out import leave_out

    courses: list[WardCourse] = []
    left_out: list[LeftOutPlan] = []
    first: dict[str, str] = {}
    for done, name in enumerate(names, 1):
        progress(done)
        try:
            plan = read_plan(Path(name))
            before = first.setdefault(plan.record_id, name)
            if before != name:
                why = f"{name} is the same plan as {before}"  # in full: what is typed is cut
                refuse("plans", "", why=why, accepted="name one of the two files")
            course = compute_course(plan, library)
            course.must_be_exportable()
            courses.append(WardCourse(name=name, course=course))
        except (InputError, RefusedError) as error:
            left_out.append(leave_out(name, error))
    return NewestPlans(courses=tuple(courses), versions={}, left_out=tuple(left_out))


def _files(paths: Sequence[Path]) -> list[str]:
    """Return the plan files that are named, and those of each folder, each once."""
    found = (sorted(path.glob("**/*.json")) if path.is_dir() else [path] for path in paths)
    files = list(dict.fromkeys(str(file) for files in found for file in files))
    if not files:
        refuse("plans", ", ".join(map(str, paths)), why="holds no file", write="plans/*.json")
    return files


def _names(ward: str, store: Store) -> list[str]:
    from records.ward import find_plans

    names = find_plans(store, ward)
    if not names and not ward:
        refuse("ward", "", why="is empty: no plan is saved", accepted="save one, or name --plans")
    if not names:
        write = "how the labels of its plans begin: ward-7"
        refuse("ward", ward, why="is how no label begins", write=write)
    return names


def _say(
    args: argparse.Namespace,
    schedule: Schedule | None,
    labels: dict[str, str],
    asked: ScheduleOrder,
) -> int:
    if schedule is None:
        why = "was too little to find a schedule, or that there is none"
        refuse("effort", args.effort, why=why, accepted="write more, such as 300")
    if args.json:
        say_json(schedule_as_dict(schedule, asked, labels))
    elif schedule.reasons:
        say_reasons(schedule)
    else:
        say_schedule(schedule, asked, labels, times=args.times)
    return STOPPED if schedule.reasons else DONE


def _keep(
    args: argparse.Namespace,
    replanned: Sequence[Replanned],
    versions: Mapping[str, int],
    store: Store | None,
) -> int:
    """Save every plan that moves; in the records each is a new version, which nobody has checked.

    Returns:
        0; or 2 where somebody has saved another version of a plan meanwhile.
    """
    unsaved: list[str] = []
    if store is None:
        from schedules.outputs.formats import write_all

        write_all([(Path(one.name), one.after.plan.to_json().encode()) for one in replanned])
    else:
        from records.roles import Actor
        from records.ward import save_moves

        # Who can write to the records without a sign-in has proved no name.
        actor = Actor(name=args.who, role="planner", verified=False)
        unsaved = save_moves(store, replanned, versions, actor, now())
    saved = len(replanned) - len(unsaved)
    lines = [f"Saved: {saved} plans. Each has to be checked again."]
    lines += [f"NOT SAVED {name}: somebody has saved another version of it" for name in unsaved]
    say_error(lines)
    return BAD_INPUT if unsaved else DONE


COMMANDS: Commands = {"schedule": (_options, _schedule)}
