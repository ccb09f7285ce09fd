"""The command ``export``: one file of a saved plan's course, in any form."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.bag import add_bag
from commands.inputs import (
    acknowledged,
    add_acknowledge,
    add_plan,
    add_several,
    compute_course,
    offer,
    read_acknowledgements,
    read_library_for,
    read_plan,
    say_unacknowledged,
)
from commands.line import DONE, STOPPED, Commands, say
from dosing.clock import now
from dosing.errors import Problem, Problems

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from schedules.outputs.paper.pump_card import PumpOrder

_OF_THE_BAG = (
    "drug",
    "volume",
    "bag",
    "drug_volume",
    "concentration",
    "overfill",
    "undiluted",
    "diluent",
    "ladder",
    "over",
    "rate",
)


def _export_options(parser: argparse.ArgumentParser) -> None:
    from schedules.outputs.formats import documents, kinds

    add_plan(parser)
    kind = parser.add_argument("--to", required=True, metavar="KIND", help=", ".join(kinds()))
    offer(kind, lambda _: kinds())
    document = parser.add_argument(
        "--what", default="", metavar="DOCUMENT", help=f"which PDF: {', '.join(documents())}"
    )
    offer(document, lambda _: documents())
    parser.add_argument("--discreet", action="store_true", help="name no drug, dose or disease")
    parser.add_argument(
        "--bom", action="store_true", help="begin a csv file as Excel wants UTF-8 to begin"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    _add_bag(parser.add_argument_group("the bag of a pump card (--what pump)"))
    add_acknowledge(parser)
    parser.add_argument("--who", default="", metavar="INITIALS", help="who accepts")


def _add_bag(bag: Any) -> None:
    """Add what a pump card needs besides the plan; none of it has a default."""
    bag.add_argument("--drug", metavar="ID", default="", help="the drug in the bag: rituximab")
    bag.add_argument("--volume", metavar="V", help='the volume of the bag: "500 mL"')
    add_bag(bag)
    add_several(bag, "--ladder", "ID", "which rate ladder, where the drug file has several")
    bag.add_argument("--over", metavar="T", help='the time for the whole bag at one rate: "60 min"')
    add_several(bag, "--rate", "R", 'after an open ladder, the rate of the rest: "100 mg/h"')


def _export(args: argparse.Namespace) -> int:
    """Write one file, or name what keeps the course back."""
    from commands.course_text import print_course
    from schedules.outputs.formats import Job, pick, write_all

    form = pick(args.to, args.what, discreet=args.discreet)
    problems = Problems()
    problems.extend(_list_unused(args))
    plan = read_plan(args.plan)
    more = read_acknowledgements(problems, args)
    problems.raise_if_any()
    plan = acknowledged(plan, more)
    library = read_library_for(args, plan)
    course = compute_course(plan, library)
    if course.stopped or course.unacknowledged:
        print_course(course, as_json=False)
        say_unacknowledged(course)
        return STOPPED
    job = Job(
        course=course,
        library=library,
        printed_at=now(),
        pump=_read_pump_order(args),
        bom=args.bom,
    )
    write_all([(args.out, form.write(job))])
    say(f"{form.title} written: {args.out.name}.")
    return DONE


def _list_unused(args: argparse.Namespace) -> list[Problem]:
    """Name each option that the document asked for would leave unused."""
    unused = []
    if args.bom and args.to != "csv":
        accepted = "leave it out, or write --to csv"
        unused.append(Problem(field="bom", typed="", why="is for csv alone", accepted=accepted))
    if args.what == "pump":
        return unused
    document = f"{args.to} {args.what}".strip()
    return unused + [
        Problem(
            field=name.replace("_", "-"),
            typed="",
            why=f"is for a pump card, and not for {document}",
            accepted="leave it out, or write --to pdf --what pump",
        )
        for name in _OF_THE_BAG
        if getattr(args, name)
    ]


def _read_pump_order(args: argparse.Namespace) -> PumpOrder | None:
    if args.what != "pump":
        return None
    from dosing.infusion.order import Typed
    from schedules.outputs.paper.pump_card import PumpOrder

    typed = Typed(
        volume=args.volume,
        bag=args.bag,
        drug_volume=args.drug_volume,
        concentration=args.concentration,
        overfill=args.overfill,
        undiluted=args.undiluted,
        diluent=args.diluent,
        over=args.over,
        rate=args.rate,
    )
    return PumpOrder(bag=typed, drug=args.drug, ladders=tuple(args.ladder))


COMMANDS: Commands = {"export": (_export_options, _export)}
