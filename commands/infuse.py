"""The command ``python -m dosing infuse``: a dose in a bag as the steps of a pump."""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from commands.line import DONE, STOPPED, say
from dosing import units
from dosing.errors import Problems, refuse
from dosing.infusion.order import Typed, bag_options, clock_text, length_text, read_order
from dosing.infusion.rates import drops_per_minute, pump_text
from dosing.infusion.run import infuse
from dosing.infusion.steps import RESUME_PERCENT, Infusion, InfusionStep, Interruption
from dosing.rounding import snapped
from dosing.trace import stops
from dosing.units import Quantity, quantity, show, spelling

if TYPE_CHECKING:
    from dosing.drugs.drug import Drug
    from dosing.drugs.rate_ladder import RateLadder

    ReadLadder = Callable[[str], tuple[Drug, RateLadder]]

_PARTED = re.compile(r"(.+?) for (.+)")
_SHOWN = 6


def add_parser(commands: Any, read_ladder: ReadLadder) -> None:
    """Add the command to the command line.

    Args:
        commands: what the parser adds commands to.
        read_ladder: reads a rate ladder and its drug by the ladder's id.
    """
    parser = commands.add_parser(
        "infuse",
        allow_abbrev=False,
        help="a dose in a bag as the steps of a pump",
        description="Turn a dose in a bag into mL/h, minutes and clock times, and do it again.",
    )
    parser.add_argument("--dose", metavar="D", help='what the bag holds: "700 mg"')
    parser.add_argument("--volume", metavar="V", help='the volume of the bag: "500 mL"')
    order = parser.add_argument_group("the order: a ladder, a time, or rates")
    order.add_argument(
        "--ladder", metavar="ID", help="a rate ladder of a drug file: rituximab-first"
    )
    order.add_argument("--over", metavar="T", help='the whole bag at one rate: "60 min"')
    order.add_argument(
        "--rate",
        metavar="R",
        nargs="+",
        action="extend",
        default=[],
        help='rates in turn: "50 mg/h for 30 min" "100 mg/h"; after an open ladder its rest',
    )
    parser.add_argument("--weight", metavar="W", help='body weight, for a rate per kg: "70 kg"')
    parser.add_argument("--bsa", metavar="M2", help='body surface, for a rate per m2: "1.84 m2"')
    parser.add_argument("--start", metavar="HH:MM", help="clock time at which it starts: 09:00")
    bag = parser.add_argument_group("the bag")
    bag_options(bag)
    parser.add_argument("--drops-per-ml", metavar="N", help="gravity set: as printed on it, 20")
    parser.add_argument(
        "--pause",
        metavar="WHEN",
        nargs="+",
        action="extend",
        default=[],
        help='"45 min for 20 min", counted from the start',
    )
    parser.add_argument(
        "--reaction",
        metavar="WHEN",
        nargs="+",
        action="extend",
        default=[],
        help=f'"45 min for 30 min"; goes on at {RESUME_PERCENT} %% of its rate',
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=lambda asked: _infuse(asked, read_ladder))


def _infuse(asked: argparse.Namespace, read_ladder: ReadLadder) -> int:
    found = _work_out(asked, read_ladder)
    stopped = bool(stops(found.findings))
    if asked.json:
        say(json.dumps(_as_dict(found, stopped=stopped), indent=2, ensure_ascii=False))
    else:
        _print(found, stopped=stopped)
    return STOPPED if stopped else DONE


def _work_out(asked: argparse.Namespace, read_ladder: ReadLadder) -> Infusion:
    problems = Problems()
    drug: Drug | None = None
    ladder: RateLadder | None = None
    if asked.ladder is not None:
        read = problems.reading(read_ladder, asked.ladder)
        drug, ladder = read if read is not None else (None, None)
    stops = _interruptions(problems, asked, ladder)
    typed = Typed(**{field.name: getattr(asked, field.name) for field in dataclasses.fields(Typed)})
    order = read_order(typed, drug=drug, ladder=ladder, interruptions=stops, problems=problems)
    return infuse(order)


def _interruptions(
    problems: Problems, asked: argparse.Namespace, ladder: RateLadder | None
) -> list[Interruption]:
    stated = ladder.reaction if ladder is not None else None
    resumes = RESUME_PERCENT if stated is None else stated.resume_percent
    found = [
        stop
        for field, texts, percent in (
            ("pause", asked.pause, None),
            ("reaction", asked.reaction, resumes),
        )
        for text in texts
        if (stop := problems.reading(_interruption, text, field, percent)) is not None
    ]
    return found


def _interruption(text: str, field: str, percent: int | None) -> Interruption:
    match = _PARTED.fullmatch(text.strip())
    if match is None:
        refuse(field, text, why="does not say when and for how long", write="45 min for 20 min")
    return Interruption(
        at=units.duration(match[1], field),
        lasts=units.duration(match[2], field),
        resume_percent=percent,
    )


# What is said


def _plain(value: Quantity) -> float:
    return float(snapped(value.magnitude))


def _step_as_dict(step: InfusionStep, found: Infusion) -> dict[str, Any]:
    said: dict[str, Any] = {
        "from_min": _plain(step.starts),
        "to_min": _plain(step.ends),
        "rate_text": step.rate_text,
        "ml_per_h": _plain(step.pump),
        "ml": _plain(step.volume),
        "clock": clock_text(found.start, step.starts),
    }
    if found.drops is not None:
        said["drops_per_min"] = _plain(drops_per_minute(step.pump, found.drops))
    return said


def _as_dict(found: Infusion, *, stopped: bool) -> dict[str, Any]:
    # An infusion that is stopped is shown by its findings and never handed on as numbers.
    strength = found.concentration
    return {
        "steps": [] if stopped else [_step_as_dict(step, found) for step in found.steps],
        "total_min": None if stopped else _plain(found.total),
        "end_clock": None if stopped else clock_text(found.start, found.total),
        "concentration": None
        if stopped or strength is None
        else {
            "value": _plain(strength),
            "unit": spelling(strength.units),
            "text": show(strength, _SHOWN),
        },
        "findings": [finding.as_dict() for finding in found.findings],
    }


def _print(found: Infusion, *, stopped: bool) -> None:
    if not stopped:
        end = clock_text(found.start, found.total)
        strength = found.concentration
        say(
            f"{show(found.bag.volume, _SHOWN)} in {length_text(found.total)}"
            + (f", to {end}" if end else "")
        )
        if strength is not None:
            say(f"{show(strength, _SHOWN)} in the bag, which {found.bag.because}")
        for line in _lines(found):
            say(line)
    for finding in found.findings:
        say(f"{finding.level}  {finding.text}  [{finding.code}; {finding.source}]")


def _lines(found: Infusion) -> Iterable[str]:
    for step in found.steps:
        clock = clock_text(found.start, step.starts)
        when = f"{show(step.starts, _SHOWN)} to {show(step.ends, _SHOWN)}"
        drops = (
            ""
            if found.drops is None or step.kind != "runs"
            else f"{show(_whole(drops_per_minute(step.pump, found.drops)))}"
        )
        pump = pump_text(step.pump) if step.kind == "runs" else ""
        yield (
            f"  {clock or '':<6} {when:<24} {pump:<14} {step.rate_text:<24} "
            f"{show(step.running, 4):<12} {drops}"
        ).rstrip()


def _whole(drops: Quantity) -> Quantity:
    """Give drops as they are counted."""
    return quantity(float(round(drops.magnitude)), drops.units)
