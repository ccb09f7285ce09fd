"""The command ``python -m dosing infuse``: a dose in a bag as the steps of a pump."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from dosing import units
from dosing.command import DONE, STOPPED, say
from dosing.errors import InputError, Problem, Problems
from dosing.infusion import (
    HALF,
    Bag,
    Infusion,
    InfusionStep,
    Interruption,
    Stage,
    bag_added_to,
    bag_holding_all,
    countable,
    drops_per_minute,
    drug_volume,
    infuse,
    ladder_in_words,
    over,
    pump_text,
    stages_of,
    undiluted,
)
from dosing.plain_numbers import read_clock, read_count
from dosing.rounding import snapped
from dosing.trace import TYPED, Finding, stops
from dosing.units import DROPS_PER_ML, MINUTE, Quantity, in_unit, quantity, show, spelling

if TYPE_CHECKING:
    from dosing.drug import Drug, RateLadder

    ReadLadder = Callable[[str], tuple[Drug, RateLadder]]

_BAGS = {
    "everything": "the volume holds drug, diluent and overfill",
    "diluent": "the drug is added to the volume",
}
_NOT_COUNTED = "not counted"
_PARTED = re.compile(r"(.+?) for (.+)")
_HELD = re.compile(r"(.+?)(?: for (.+))?")
_SHOWN = 6


def add_parser(commands: Any, read_ladder: ReadLadder) -> None:
    """Add the command to the command line.

    Args:
        commands: what the parser adds commands to.
        read_ladder: reads a rate ladder and its drug by the ladder's id.
    """
    parser = commands.add_parser(
        "infuse", allow_abbrev=False, help="a dose in a bag as the steps of a pump",
        description="Turn a dose in a bag into mL/h, minutes and clock times, and do it again.",
    )  # fmt: skip
    parser.add_argument("--dose", metavar="D", help='what the bag holds: "700 mg"')
    parser.add_argument("--volume", metavar="V", help='the volume of the bag: "500 mL"')
    order = parser.add_argument_group("the order: a ladder, a time, or rates")
    order.add_argument(
        "--ladder", metavar="ID", help="a rate ladder of a drug file: rituximab-first"
    )
    order.add_argument("--over", metavar="T", help='the whole bag at one rate: "60 min"')
    order.add_argument(
        "--rate", metavar="R", nargs="+", action="extend", default=[],
        help='rates in turn: "50 mg/h for 30 min" "100 mg/h"; after an open ladder its rest',
    )  # fmt: skip
    parser.add_argument("--weight", metavar="W", help='body weight, for a rate per kg: "70 kg"')
    parser.add_argument("--bsa", metavar="M2", help='body surface, for a rate per m2: "1.84 m2"')
    parser.add_argument("--start", metavar="HH:MM", help="clock time at which it starts: 09:00")
    bag = parser.add_argument_group("the bag")
    bag.add_argument("--bag", metavar="HOLDS", help=" | ".join(
        f"{word} ({meaning})" for word, meaning in _BAGS.items()
    ))  # fmt: skip
    bag.add_argument("--drug-volume", metavar="V", help='volume of the drug that is added: "24 mL"')
    bag.add_argument("--concentration", metavar="C", help='of the product: "10 mg/mL"')
    bag.add_argument("--overfill", metavar="V", help=f'"20 mL", or "{_NOT_COUNTED}"')
    bag.add_argument("--undiluted", action="store_true", help="the product as it comes, no bag")
    bag.add_argument("--diluent", metavar="NAME", default="", help='"sodium chloride 0.9 %%"')
    parser.add_argument("--drops-per-ml", metavar="N", help="gravity set: as printed on it, 20")
    parser.add_argument("--pause", metavar="WHEN", nargs="+", action="extend", default=[],
                        help='"45 min for 20 min", counted from the start')  # fmt: skip
    parser.add_argument("--reaction", metavar="WHEN", nargs="+", action="extend", default=[],
                        help=f'"45 min for 30 min"; goes on at {HALF} %% of its rate')  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=lambda asked: _infuse(asked, read_ladder))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was typed, read."""

    infusion: Infusion
    findings: tuple[Finding, ...]
    start: dt.time | None
    drops: Quantity | None


def _infuse(asked: argparse.Namespace, read_ladder: ReadLadder) -> int:
    found = _work_out(asked, read_ladder)
    stopped = bool(stops(found.findings))
    if asked.json:
        say(json.dumps(_as_dict(found, stopped=stopped), indent=2, ensure_ascii=False))
    else:
        _print(found, stopped=stopped)
    return STOPPED if stopped else DONE


def _work_out(asked: argparse.Namespace, read_ladder: ReadLadder) -> _Asked:
    problems = Problems()
    drug: Drug | None = None
    ladder: RateLadder | None = None
    if asked.ladder is not None:
        read = problems.reading(read_ladder, asked.ladder)
        drug, ladder = read if read is not None else (None, None)
    dose = _read(problems, units.amount, asked.dose, "dose")
    weight = _read(problems, units.weight, asked.weight, "weight")
    surface = _read(problems, units.surface, asked.bsa, "bsa")
    start = _read(problems, read_clock, asked.start, "start")
    factor = _read(problems, read_count, asked.drops_per_ml, "drops-per-ml")
    stages = problems.reading(_stages, asked, ladder) if not problems else ()
    bag = problems.reading(_bag, asked, dose, drug, ladder)
    interruptions = _interruptions(problems, asked, ladder)
    problems.raise_if_any()
    infusion = infuse(
        bag=problems.settled(bag), stages=problems.settled(stages), dose=dose, weight=weight,
        surface=surface, interruptions=interruptions, drug=drug, ladder=ladder,
    )  # fmt: skip
    drops = None if factor is None else quantity(float(factor), DROPS_PER_ML)
    findings = infusion.findings + (() if drops is None else countable(infusion, drops))
    if asked.bag is None and not asked.undiluted:
        findings += (_taken_as_all(infusion.bag),)
    return _Asked(infusion=infusion, findings=findings, start=start, drops=drops)


def _taken_as_all(bag: Bag) -> Finding:
    return Finding(
        level="NOTE", code="infusion.volume", source=TYPED,
        text=f"{show(bag.volume, _SHOWN)} is taken for all that runs in: drug, diluent, overfill.",
    )  # fmt: skip


def _read(problems: Problems, reader: Any, text: str | None, field: str) -> Any:
    return None if text is None else problems.reading(reader, text, field)


def _problem(field: str, why: str, accepted: str, typed: str = "") -> InputError:
    return InputError(Problem(field=field, typed=typed, why=why, accepted=accepted))


def _stages(asked: argparse.Namespace, ladder: RateLadder | None) -> tuple[Stage, ...]:
    """Give the order: a ladder's own steps, a time, or stated rates, and never two at once."""
    typed = tuple(_stage(text) for text in asked.rate)
    own = () if ladder is None else stages_of(ladder)
    if asked.over is not None:
        if typed:
            raise _problem("over", "cannot stand beside rate", "write one of them")
        if ladder is not None and ladder.steps:
            raise _problem("over", "cannot stand beside the steps of a ladder",
                           f"leave it out, or leave {ladder.id} out", asked.over)  # fmt: skip
        return over(units.duration(asked.over, "over"))
    if ladder is None:
        if typed:
            return typed
        raise _problem("order", "is missing", 'write --ladder, --over "60 min" or --rate "50 mg/h"')
    if typed and not ladder.open_end:
        raise _problem("rate", f"cannot stand beside {ladder.id}, which states every step",
                       "leave one of them out", " ".join(asked.rate))  # fmt: skip
    if not typed and ladder.open_end:
        said = ", ".join(ladder_in_words(ladder))
        raise _problem("order", "is missing", f"{ladder.id} states {said} and no more: "
                       'write --over "60 min" or --rate')  # fmt: skip
    return (*own, *typed)


def _stage(text: str) -> Stage:
    match = _HELD.fullmatch(text.strip())
    rate, hold = (match[1], match[2]) if match else (text, None)
    return Stage(
        rate=units.infusion_rate(rate),
        hold=None if hold is None else units.duration(hold, "rate, for"),
    )


def _bag(
    asked: argparse.Namespace, dose: Quantity | None, drug: Drug | None, ladder: RateLadder | None
) -> Bag:
    """Make the bag of what was typed; whether drug and overfill are counted is never guessed."""
    if asked.undiluted:
        if asked.volume is not None or asked.bag is not None:
            raise _problem("undiluted", "has no bag", "leave --volume and --bag out")
        return undiluted(*_dose_and_concentration(asked, dose, drug, ladder))
    volume = units.volume(asked.volume or "", "volume")
    if asked.bag is None:
        said = (asked.drug_volume, asked.concentration, asked.overfill)
        if any(text is not None for text in said):
            raise _problem("bag", "is missing", "write --bag " + " or --bag ".join(
                f"{word} ({meaning})" for word, meaning in _BAGS.items()
            ))  # fmt: skip
        return bag_holding_all(volume, asked.diluent)
    if asked.bag not in _BAGS:
        raise _problem("bag", "is not known here", f"write {' or '.join(_BAGS)}", asked.bag)
    if asked.bag == "everything":
        if asked.overfill is not None or asked.drug_volume is not None:
            raise _problem("bag", "holds drug and overfill already",
                           "leave --drug-volume and --overfill out", asked.bag)  # fmt: skip
        return bag_holding_all(volume, asked.diluent)
    if asked.overfill is None:
        raise _problem("overfill", "is missing", f'write "20 mL" or "{_NOT_COUNTED}"')
    added = (
        units.volume(asked.drug_volume, "drug-volume")
        if asked.drug_volume is not None
        else drug_volume(*_dose_and_concentration(asked, dose, drug, ladder))
    )
    extra = None if asked.overfill == _NOT_COUNTED else units.volume(asked.overfill, "overfill")
    return bag_added_to(volume, drug=added, overfill=extra, diluent=asked.diluent)


def _dose_and_concentration(
    asked: argparse.Namespace, dose: Quantity | None, drug: Drug | None, ladder: RateLadder | None
) -> tuple[Quantity, Quantity]:
    if dose is None:
        raise _problem("dose", "is missing", "write 700 mg")
    stated = drug.concentration_for(ladder) if drug is not None and ladder is not None else None
    if asked.concentration is not None:
        typed = units.concentration(asked.concentration)
        if stated is not None and snapped(
            in_unit(typed, stated.units, "concentration") - stated.magnitude
        ):
            raise _problem("concentration", f"is not that of the product, {show(stated)}",
                           "leave it out, or choose the ladder of the other product",
                           asked.concentration)  # fmt: skip
        return dose, typed
    if stated is None:
        raise _problem("concentration", "is missing",
                       "read it from the product's label: 10 mg/mL")  # fmt: skip
    return dose, stated


def _interruptions(
    problems: Problems, asked: argparse.Namespace, ladder: RateLadder | None
) -> list[Interruption]:
    stated = ladder.reaction if ladder is not None else None
    resumes = HALF if stated is None else stated.resume_percent
    found = [
        stop
        for field, texts, percent in (
            ("pause", asked.pause, None), ("reaction", asked.reaction, resumes),
        )
        for text in texts
        if (stop := problems.reading(_interruption, text, field, percent)) is not None
    ]  # fmt: skip
    return sorted(found, key=lambda stop: float(in_unit(stop.at, MINUTE, "at")))


def _interruption(text: str, field: str, percent: int | None) -> Interruption:
    match = _PARTED.fullmatch(text.strip())
    if match is None:
        raise _problem(field, "does not say when and for how long", "write 45 min for 20 min", text)
    return Interruption(
        at=units.duration(match[1], field), lasts=units.duration(match[2], field),
        resume_percent=percent,
    )  # fmt: skip


# What is said


def clock_text(start: dt.time | None, minutes: Quantity) -> str | None:
    """Write the clock time so many minutes after a start, to the minute: 00:30 next day."""
    if start is None:
        return None
    began = dt.datetime.combine(dt.date.min, start)
    shown = began + dt.timedelta(seconds=round(float(minutes.magnitude) * 60) + 30)
    days = (shown - began.replace(hour=0, minute=0)).days
    said = f"{shown:%H:%M}"
    if not days:
        return said
    return f"{said} next day" if days == 1 else f"{said}, {days} days later"


def length_text(minutes: Quantity) -> str:
    """Write a length as it is said: 3 h 30 min."""
    number = round(float(minutes.magnitude), 1)
    hours, rest = divmod(number, 60)
    said = [show(quantity(hours, units.HOUR))] if hours else []
    return " ".join([*said, show(quantity(round(rest, 1), MINUTE))] if rest or not said else said)


def _plain(value: Quantity) -> float:
    return float(snapped(value.magnitude))


def _step_as_dict(step: InfusionStep, found: _Asked) -> dict[str, Any]:
    said: dict[str, Any] = {
        "from_min": _plain(step.starts), "to_min": _plain(step.ends),
        "rate_text": step.rate_text, "ml_per_h": _plain(step.pump), "ml": _plain(step.volume),
        "clock": clock_text(found.start, step.starts),
    }  # fmt: skip
    if found.drops is not None:
        said["drops_per_min"] = _plain(drops_per_minute(step.pump, found.drops))
    return said


def _as_dict(found: _Asked, *, stopped: bool) -> dict[str, Any]:
    # An infusion that is stopped is shown by its findings and never handed on as numbers.
    infusion, strength = found.infusion, found.infusion.concentration
    return {
        "steps": [] if stopped else [_step_as_dict(step, found) for step in infusion.steps],
        "total_min": None if stopped else _plain(infusion.total),
        "end_clock": None if stopped else clock_text(found.start, infusion.total),
        "concentration": None if stopped or strength is None else {
            "value": _plain(strength), "unit": spelling(strength.units),
            "text": show(strength, _SHOWN),
        },
        "findings": [finding.as_dict() for finding in found.findings],
    }  # fmt: skip


def _print(found: _Asked, *, stopped: bool) -> None:
    if not stopped:
        infusion = found.infusion
        end = clock_text(found.start, infusion.total)
        strength = infusion.concentration
        say(f"{show(infusion.bag.volume, _SHOWN)} in {length_text(infusion.total)}"
            + (f", to {end}" if end else ""))  # fmt: skip
        if strength is not None:
            say(f"{show(strength, _SHOWN)} in the bag, which {infusion.bag.because}")
        for line in _lines(found):
            say(line)
    for finding in found.findings:
        say(f"{finding.level}  {finding.text}  [{finding.code}; {finding.source}]")


def _lines(found: _Asked) -> Iterable[str]:
    for step in found.infusion.steps:
        clock = clock_text(found.start, step.starts)
        when = f"{show(step.starts, _SHOWN)} to {show(step.ends, _SHOWN)}"
        drops = (
            "" if found.drops is None or step.kind != "runs"
            else f"{show(_whole(drops_per_minute(step.pump, found.drops)))}"
        )  # fmt: skip
        pump = pump_text(step.pump) if step.kind == "runs" else ""
        yield (f"  {clock or '':<6} {when:<24} {pump:<14} {step.rate_text:<24} "
               f"{show(step.running, 4):<12} {drops}").rstrip()  # fmt: skip


def _whole(drops: Quantity) -> Quantity:
    """Give drops as they are counted."""
    return quantity(float(round(drops.magnitude)), drops.units)
