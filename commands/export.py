"""The command that writes one file of a saved plan's course, in any form."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.inputs import (
    acknowledge_options,
    acknowledgements,
    library_of,
    now,
    saved,
    say_what_waits,
    worked_out,
)
from commands.line import DONE, STOPPED, add_command, say
from dosing.errors import Problem, Problems
from dosing.infusion.order import Typed, bag_options
from schedules.outputs.formats import Job, documents, kinds, pick, write_all

if TYPE_CHECKING:
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


def export_command(commands: Any) -> None:
    """Add export to a command line."""
    parser = add_command(commands, "export", _export, "write one file of a saved plan's course")
    parser.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    parser.add_argument("--to", required=True, metavar="KIND", help=", ".join(kinds()))
    parser.add_argument(
        "--what", default="", metavar="DOCUMENT", help=f"which PDF: {', '.join(documents())}"
    )
    parser.add_argument("--discreet", action="store_true", help="name no drug, dose or disease")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    _pump_options(parser)
    acknowledge_options(parser)


def _pump_options(parser: Any) -> None:
    """Add what a pump card needs besides the plan; none of it has a default."""
    bag = parser.add_argument_group("the bag of a pump card (--what pump)")
    bag.add_argument("--drug", metavar="ID", default="", help="whose bag it is: rituximab")
    bag.add_argument("--volume", metavar="V", help='the volume of the bag: "500 mL"')
    bag_options(bag)
    bag.add_argument(
        "--ladder",
        metavar="ID",
        nargs="+",
        action="extend",
        default=[],
        help="which rate ladder, where the drug file has several",
    )
    bag.add_argument("--over", metavar="T", help='the whole bag at one rate: "60 min"')
    bag.add_argument(
        "--rate",
        metavar="R",
        nargs="+",
        action="extend",
        default=[],
        help='after an open ladder its rest: "100 mg/h"',
    )


def _export(asked: argparse.Namespace) -> int:
    """Write one file, or say what keeps the course back."""
    from commands.course_text import print_course

    form = pick(asked.to, asked.what, discreet=asked.discreet)
    problems = Problems()
    problems.extend(_bag_without_a_card(asked))
    plan = saved(asked.plan)
    more = acknowledgements(problems, asked)
    problems.raise_if_any()
    plan = plan.model_copy(update={"acknowledgements": [*plan.acknowledgements, *more]})
    library = library_of(asked, plan)
    found = worked_out(plan, library)
    if found.stopped or found.unacknowledged:
        print_course(found, as_json=False)
        say_what_waits(found)
        return STOPPED
    job = Job(
        course=found,
        library=library,
        printed_at=now(),
        pump=_pump_order(asked),
    )
    write_all([(asked.out, form.write(job))])
    say(f"{form.title} written: {asked.out.name}.")
    return DONE


def _bag_without_a_card(asked: argparse.Namespace) -> list[Problem]:
    """Name each option of a bag that the document asked for would leave unused."""
    if asked.what == "pump":
        return []
    document = f"{asked.to} {asked.what}".strip()
    return [
        Problem(
            field=name.replace("_", "-"),
            typed="",
            why=f"is for a pump card, and not for {document}",
            accepted="leave it out, or write --to pdf --what pump",
        )
        for name in _OF_THE_BAG
        if getattr(asked, name)
    ]


def _pump_order(asked: argparse.Namespace) -> PumpOrder | None:
    if asked.what != "pump":
        return None
    from schedules.outputs.paper.pump_card import PumpOrder

    typed = Typed(
        volume=asked.volume,
        bag=asked.bag,
        drug_volume=asked.drug_volume,
        concentration=asked.concentration,
        overfill=asked.overfill,
        undiluted=asked.undiluted,
        diluent=asked.diluent,
        over=asked.over,
        rate=asked.rate,
    )
    return PumpOrder(bag=typed, drug=asked.drug, ladders=tuple(asked.ladder))
