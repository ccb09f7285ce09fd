"""The command ``ward``: what all plans of a ward take, who can wait, and moves off a closed day."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from commands.inputs import (
    add_json,
    add_several,
    compute_course,
    read_file_text,
    read_knowledge_as_kept,
    read_plan,
)
from commands.line import BAD_INPUT, DONE, STOPPED, Commands, say_error, say_json
from commands.progress import progress_bar
from commands.records import open_store
from commands.ward_text import say_alternatives, say_demand, say_moves
from dosing.clock import now
from dosing.errors import InputError, Problems, refuse
from dosing.trace import RefusedError

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from records.store import Store
    from schedules.cohort.demand import LeftOutPlan, Ward, WardCourse
    from schedules.cohort.moves import Decision, Move, Planner
    from schedules.cohort.ward_answer import WardOrder
    from schedules.knowledge.library import Library

_SHARES = 100
# What only the table of a ward asks for.
_OF_DEMAND = ("by", "stock", "csv", "out", "what_if")


def _options(parser: argparse.ArgumentParser) -> None:
    which = parser.add_argument_group("which plans", "all in the records, if neither is given")
    which.add_argument(
        "--label", default="", metavar="WORDS", help="how the labels begin: ward-7 is not ward-70"
    )
    add_several(which, "--plans", "PLAN", "saved plan files, in the place of the records")
    days = parser.add_argument_group("what they take")
    days.add_argument("--from", default="", dest="first", metavar="DATE", help="the first day")
    days.add_argument("--to", default="", dest="last", metavar="DATE", help="the last day")
    days.add_argument("--by", default="", metavar="PERIOD", help="day (the default), week or whole")
    days.add_argument(
        "--stock", type=Path, metavar="FILE", help="a CSV file: drug,form,strength,packs"
    )
    days.add_argument("--csv", type=Path, metavar="FILE", help="write all tables as CSV")
    days.add_argument("--out", type=Path, metavar="FILE", help="write all tables as .xlsx")
    add_several(
        days,
        "--what-if",
        "KIND=VALUE",
        "side by side: interval=28, weight=immunoglobulin:actual, bands=none, "
        "product=DRUG:NAME, weekday=DRUG:Tue, sharing=DRUG:'24 h', or several with ; between",
    )
    moves = parser.add_argument_group("what may have to move")
    moves.add_argument("--short", default="", metavar="DRUG", help="a drug that is short: its id")
    moves.add_argument("--until", default="", metavar="DATE", help="the last day of the shortage")
    moves.add_argument("--closed", default="", metavar="DATE", help="a day that is closed as well")
    moves.add_argument(
        "--rule", default="", metavar="WAY", help="earlier or later, if not as site.yaml has it"
    )
    moves.add_argument("--labels", action="store_true", help="also print the label of each patient")
    add_json(parser)


def _ward(args: argparse.Namespace) -> int:
    if args.short and args.closed:
        why = "cannot be combined with short"
        refuse("closed", args.closed, why=why, accepted="ask for one of them at a time")
    asked = "short" if args.short else "closed" if args.closed else ""
    _refuse_unused(args, asked)
    if asked == "short":
        return _short(args)
    return _closed(args) if asked == "closed" else _demand(args)


def _refuse_unused(args: argparse.Namespace, asked: str) -> None:
    """Refuse what was typed and is not asked for."""
    unused = {
        "short": ("closed", "rule", "last", *_OF_DEMAND),
        "closed": ("short", "until", "first", "last", *_OF_DEMAND),
        "": ("until", "rule", "labels"),
    }[asked]
    problems = Problems()
    for name in unused:
        if value := getattr(args, name):
            field = {"first": "from", "last": "to"}.get(name, name)
            why = f"is not asked for {f'beside --{asked}' if asked else 'by the table of a ward'}"
            problems.add(field, "" if value is True else str(value), why=why, accepted="leave out")
    problems.raise_if_any()


def _demand(args: argparse.Namespace) -> int:
    from schedules.cohort.ward_answer import answer
    from schedules.outputs.formats import write_all

    library, order = _read_order(args)
    ward = _read_ward(args, library)
    with progress_bar("what if", _SHARES if order.what_ifs else 0) as progress:
        found = answer(ward, order, library, lambda share: progress(round(share * _SHARES)))
    files = []
    if args.csv is not None:
        files.append((args.csv, found.csv))
    if args.out is not None:
        files.append((args.out, found.xlsx))
    write_all(files)
    if args.json:
        say_json(found.as_dict())
    else:
        say_demand(found.demand, found.fullness, found.stock)
        if order.what_ifs:
            say_alternatives(found.alternatives)
    return _say_left_out(ward)


def _read_order(args: argparse.Namespace) -> tuple[Library, WardOrder]:
    from schedules.cohort.demand import BY
    from schedules.cohort.stock import read_stock
    from schedules.cohort.ward_answer import WardOrder, read_days
    from schedules.cohort.what_if import read_what_if

    problems = Problems()
    if args.by not in ("", *BY):
        problems.add("by", args.by, why="is not known", write=" or ".join(BY))
    for path, suffix in ((args.csv, ".csv"), (args.out, ".xlsx")):
        if path is not None and path.suffix != suffix:
            field = suffix.removeprefix(".").replace("xlsx", "out")
            problems.add(field, str(path), why="is of another kind", write=f"ward{suffix}")
    problems.raise_if_any()
    between = read_days(args.first, args.last, "to")
    library = read_knowledge_as_kept(args)
    stock = None
    if args.stock is not None:
        text = read_file_text(args.stock, "stock", "give the path of a CSV file")
        stock = read_stock(text, library.drugs)
    decision = _decision("what if")
    read = [problems.reading(read_what_if, text, library, decision) for text in args.what_if]
    problems.raise_if_any()
    what_ifs = tuple(one for one in read if one is not None)
    return library, WardOrder(between=between, by=args.by or "day", stock=stock, what_ifs=what_ifs)


def _short(args: argparse.Namespace) -> int:
    from schedules.cohort.ward_answer import read_days

    library = read_knowledge_as_kept(args)
    library.drug(args.short)
    first = args.first or now().date().isoformat()
    short = read_days(first, args.until, "until")
    ward = _read_ward(args, library)
    about = f"{args.short} is short until {short.last:%d-%b-%Y}"
    planner = _planner(library, about)
    moves = [move for one in ward.courses for move in planner.wait_for(one, args.short, short)]
    return _say(args, ward, moves, about)


def _closed(args: argparse.Namespace) -> int:
    from schedules.plans.patient_reading import read_date

    day = read_date(args.closed, "closed")
    library = read_knowledge_as_kept(args)
    closed = library.site.closed
    rule = args.rule or closed.rule
    if rule not in ("earlier", "later"):
        why = "moves nothing" if rule == "stay" else "is not known"
        refuse("rule", rule, why=why, write="--rule earlier or --rule later")
    closed = closed.model_copy(update={"own": [*closed.own, day], "rule": rule})
    ward = _read_ward(args, library)
    planner = _planner(library, f"closed on {day:%d-%b-%Y}")
    moves = [move for one in ward.courses for move in planner.off_closed_day(one, day, closed)]
    return _say(args, ward, moves, f"{day:%a %d-%b-%Y} is closed; the rule is {rule}")


def _planner(library: Library, why: str) -> Planner:
    from schedules.cohort.moves import Planner

    return Planner(library=library, decision=_decision(why))


def _decision(why: str) -> Decision:
    from schedules.cohort.moves import Decision

    # Only a preview: who takes a move says so in a change of their own.
    return Decision(who="preview", when=now(), why=why)


def _say(args: argparse.Namespace, ward: Ward, moves: list[Move], about: str) -> int:
    labels = {one.name: one.course.plan.patient.label for one in ward.courses}
    shown = labels if args.labels else {}
    if args.json:
        from schedules.cohort.moves import plans_that_may_move
        from schedules.cohort.ward_table import left_out_rows

        say_json(
            {
                "moves": [
                    {**move.as_dict(), **({"label": shown[move.name]} if shown else {})}
                    for move in moves
                ],
                "plans_that_may_move": plans_that_may_move(moves),
                "left_out": left_out_rows(ward),
            }
        )
    else:
        say_moves(about, moves, shown)
    return _say_left_out(ward)


def _read_ward(args: argparse.Namespace, library: Library) -> Ward:
    """Compute every course; a plan that gives none is left out with the reason."""
    from schedules.cohort.demand import LeftOutPlan, Ward, WardCourse

    if args.label and args.plans:
        why = "is how plans in the records are found"
        refuse("label", args.label, why=why, accepted="leave it out, or leave plans out")
    if not args.plans:
        return _read_records(args, library)
    names = list(dict.fromkeys(args.plans))
    found: list[WardCourse | LeftOutPlan] = []
    with progress_bar("plans", len(names)) as progress:
        for done, name in enumerate(names, 1):
            found.append(_read_file(name, library))
            progress(done)
    courses = tuple(one for one in found if isinstance(one, WardCourse))
    _refuse_same_plan(courses)
    return Ward(
        courses=courses, left_out=tuple(one for one in found if isinstance(one, LeftOutPlan))
    )


def _read_records(args: argparse.Namespace, library: Library) -> Ward:
    from records.ward import read_ward_of_records

    with contextlib.closing(open_store()) as store:
        names = _plans_in_records(store, args.label)
        with progress_bar("plans", len(names)) as progress:
            return read_ward_of_records(
                store, library, names, lambda share: progress(round(share * len(names)))
            )


def _refuse_same_plan(courses: Sequence[WardCourse]) -> None:
    """Refuse two files of one plan: they may be two of its versions, and would count twice."""
    problems = Problems()
    first: dict[str, str] = {}
    for one in courses:
        before = first.setdefault(one.course.plan.record_id, one.name)
        if before != one.name:
            why = f"{one.name} is the same plan as {before}"  # in full: what is typed is cut
            problems.add("plans", "", why=why, accepted="name one of the two files")
    problems.raise_if_any()


def _plans_in_records(store: Store, label: str) -> list[str]:
    from records.ward import find_plans

    names = find_plans(store, label)
    if label and not names:
        write = "how the labels of its plans begin: ward-7"
        refuse("label", label, why="is how no label begins", write=write)
    return names


def _read_file(name: str, library: Library) -> WardCourse | LeftOutPlan:
    from schedules.cohort.demand import WardCourse
    from schedules.cohort.left_out import leave_out

    try:
        course = compute_course(read_plan(Path(name)), library)
        course.must_be_exportable()
    except (InputError, RefusedError) as error:
        return leave_out(name, error)
    return WardCourse(name=name, course=course)


def _say_left_out(ward: Ward) -> int:
    say_error(ward.notes)
    for one in ward.left_out:
        say_error(f"LEFT OUT {one.name}: {why}" for why in one.why)
    if not ward.left_out:
        return DONE
    total = len(ward.left_out) + len(ward.courses)
    say_error(
        [f"{len(ward.left_out)} of {total} plans are left out: what stands above lacks them."]
    )
    return STOPPED if all(one.stopped for one in ward.left_out) else BAD_INPUT


COMMANDS: Commands = {"ward": (_options, _ward)}
