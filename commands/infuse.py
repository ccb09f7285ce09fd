"""The command ``infuse``: a dose in a bag as the steps of a pump."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

from commands.bag import add_bag
from commands.inputs import add_json, add_several, library_folder
from commands.line import DONE, STOPPED, Commands, say, say_findings, say_json
from dosing.errors import Problems

if TYPE_CHECKING:  # brings pint, which takes longer to import than a help takes to print
    from dosing.infusion.steps import Infusion, Order
    from dosing.units import Quantity

_SHOWN_DIGITS = 6


def _infuse_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dose", metavar="D", help='what the bag holds: "700 mg"')
    parser.add_argument("--volume", metavar="V", help='the volume of the bag: "500 mL"')
    order = parser.add_argument_group("the order: a ladder, a time, or rates")
    order.add_argument(
        "--ladder", metavar="ID", help="a rate ladder of a drug file: rituximab-first"
    )
    order.add_argument(
        "--over", metavar="T", help='the time for the whole bag at one rate: "60 min"'
    )
    add_several(
        order,
        "--rate",
        "R",
        'rates in turn: "50 mg/h for 30 min" "100 mg/h"; after an open ladder, that of the rest',
    )
    parser.add_argument("--weight", metavar="W", help='body weight, for a rate per kg: "70 kg"')
    parser.add_argument("--bsa", metavar="M2", help='body surface, for a rate per m2: "1.84 m2"')
    parser.add_argument("--start", metavar="HH:MM", help="clock time at which it starts: 09:00")
    add_bag(parser.add_argument_group("the bag"))
    parser.add_argument(
        "--drops-per-ml", metavar="N", help="drops per mL as printed on a gravity set: 20"
    )
    add_several(parser, "--pause", "WHEN", '"45 min for 20 min", counted from the start')
    add_several(
        parser,
        "--reaction",
        "WHEN",
        '"45 min for 30 min"; it goes on slower, as the ladder or plausibility.toml says',
    )
    add_json(parser)


def _infuse(args: argparse.Namespace) -> int:
    from dosing.infusion.run import infuse
    from dosing.trace import stops

    infusion = infuse(_read_order(args))
    stopped = bool(stops(infusion.findings))
    if args.json:
        say_json(infusion.to_dict())
    else:
        if not stopped:
            _say_steps(infusion)
        say_findings(infusion.findings)
    return STOPPED if stopped else DONE


def _read_order(args: argparse.Namespace) -> Order:
    from dosing.infusion.order import Typed, read_interruptions, read_order
    from schedules.library.reader import read_ladder

    problems = Problems()
    drug, ladder = None, None
    if args.ladder is not None:
        found = problems.reading(read_ladder, library_folder(args), args.ladder)
        drug, ladder = found or (None, None)
    interruptions = read_interruptions(
        problems, pauses=args.pause, reactions=args.reaction, ladder=ladder
    )
    typed = Typed(**{field.name: getattr(args, field.name) for field in dataclasses.fields(Typed)})
    return read_order(
        typed, drug=drug, ladder=ladder, interruptions=interruptions, problems=problems
    )


def _say_steps(infusion: Infusion) -> None:
    from dosing.infusion.order import length_text
    from dosing.infusion.steps import clock_text
    from dosing.units import show

    end = clock_text(infusion.start, infusion.total)
    until = f", to {end}" if end else ""
    say(f"{show(infusion.bag.volume, _SHOWN_DIGITS)} in {length_text(infusion.total)}{until}")
    if infusion.concentration is not None:
        strength = show(infusion.concentration, _SHOWN_DIGITS)
        say(f"{strength} in the bag, which {infusion.bag.because}")
    for line in _lines(infusion):
        say(line)


def _lines(infusion: Infusion) -> Iterable[str]:
    from dosing.infusion.rates import drops_per_minute, pump_text
    from dosing.infusion.steps import clock_text
    from dosing.units import show

    for step in infusion.steps:
        runs = step.kind == "runs"
        clock = clock_text(infusion.start, step.starts) or ""
        when = f"{show(step.starts, _SHOWN_DIGITS)} to {show(step.ends, _SHOWN_DIGITS)}"
        pump = pump_text(step.pump) if runs else ""
        drops = ""
        if runs and infusion.drops is not None:
            drops = show(_whole(drops_per_minute(step.pump, infusion.drops)))
        yield (
            f"  {clock:<6} {when:<24} {pump:<14} {step.rate_text:<24} "
            f"{show(step.running, 4):<12} {drops}"
        ).rstrip()


def _whole(drops: Quantity) -> Quantity:
    """Return drops as they are counted."""
    from dosing.units import quantity

    return quantity(float(round(drops.magnitude)), drops.units)


COMMANDS: Commands = {"infuse": (_infuse_options, _infuse)}
