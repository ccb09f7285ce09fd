"""What a person orders for an infusion, as typed: one reader for command line and screen."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from dosing import units
from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder, ladder_in_words
from dosing.errors import InputError, Problem, Problems
from dosing.infusion.bag import Bag, bag_added_to, bag_holding_all, drug_volume, undiluted
from dosing.infusion.findings import countable
from dosing.infusion.run import infuse
from dosing.infusion.steps import Infusion, Interruption, Stage, over, stages_of
from dosing.numbers import read_clock, read_count
from dosing.rounding import snapped
from dosing.trace import TYPED, Finding, note
from dosing.units import DROPS_PER_ML, HOUR, MINUTE, Quantity, in_unit, quantity, show

BAGS = {
    "everything": "the volume holds drug, diluent and overfill",
    "diluent": "the drug is added to the volume",
}
NOT_COUNTED = "not counted"
_HELD = re.compile(r"(.+?)(?: for (.+))?")
_SHOWN = 6
_MINUTES = 60


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """An order as typed; None or nothing where a field was left empty.

    ``bag`` is one of ``BAGS``, or None: then the volume is taken for all that runs in, and a NOTE
    says so. ``rate`` holds rates in turn, such as ``"50 mg/h for 30 min"``.
    """

    dose: str | None = None
    volume: str | None = None
    over: str | None = None
    rate: Sequence[str] = ()
    weight: str | None = None
    bsa: str | None = None
    start: str | None = None
    bag: str | None = None
    drug_volume: str | None = None
    concentration: str | None = None
    overfill: str | None = None
    undiluted: bool = False
    diluent: str = ""
    drops_per_ml: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """An order that was read, with the infusion that follows from it."""

    infusion: Infusion
    findings: tuple[Finding, ...]
    start: dt.time | None
    drops: Quantity | None


def read_order(
    typed: Typed,
    *,
    drug: Drug | None = None,
    ladder: RateLadder | None = None,
    stops: Sequence[Interruption] = (),
    problems: Problems | None = None,
) -> Ordered:
    """Read an order and work out its infusion.

    Args:
        typed: what was typed.
        drug: whose ladder is followed.
        ladder: the ladder that is followed or kept to.
        stops: pauses and reactions.
        problems: what was found wrong elsewhere, to be said at once with what is found here.

    Raises:
        InputError: with every problem, each with its field and what to write.
    """
    problems = problems or Problems()
    dose = _read(problems, units.amount, typed.dose, "dose")
    weight = _read(problems, units.weight, typed.weight, "weight")
    surface = _read(problems, units.surface, typed.bsa, "bsa")
    start = _read(problems, read_clock, typed.start, "start")
    factor = _read(problems, read_count, typed.drops_per_ml, "drops-per-ml")
    stages = problems.reading(_stages, typed, ladder) if not problems else ()
    bag = problems.reading(_bag, typed, dose, drug, ladder)
    problems.raise_if_any()
    infusion = infuse(
        bag=problems.settled(bag),
        stages=problems.settled(stages),
        dose=dose,
        weight=weight,
        surface=surface,
        interruptions=sorted(stops, key=_when),
        drug=drug,
        ladder=ladder,
    )
    drops = None if factor is None else quantity(float(factor), DROPS_PER_ML)
    findings = infusion.findings + (() if drops is None else countable(infusion, drops))
    if typed.bag is None and not typed.undiluted:
        findings += (_taken_as_all(infusion.bag),)
    return Ordered(infusion=infusion, findings=findings, start=start, drops=drops)


def _when(stop: Interruption) -> float:
    return float(in_unit(stop.at, MINUTE, "at"))


def _taken_as_all(bag: Bag) -> Finding:
    return note(
        "infusion.volume",
        f"{show(bag.volume, _SHOWN)} is taken for all that runs in: drug, diluent, overfill.",
        TYPED,
    )


def _read(problems: Problems, reader: Any, text: str | None, field: str) -> Any:
    return None if text is None else problems.reading(reader, text, field)


def _problem(field: str, why: str, accepted: str, typed: str = "") -> InputError:
    return InputError(Problem(field=field, typed=typed, why=why, accepted=accepted))


def _stages(typed: Typed, ladder: RateLadder | None) -> tuple[Stage, ...]:
    """Give the order: a ladder's own steps, a time, or stated rates, and never two at once."""
    rates = tuple(_stage(text) for text in typed.rate)
    own = () if ladder is None else stages_of(ladder)
    if typed.over is not None:
        if rates:
            raise _problem("over", "cannot stand beside rate", "write one of them")
        if ladder is not None and ladder.steps:
            raise _problem(
                "over",
                "cannot stand beside the steps of a ladder",
                f"leave it out, or leave {ladder.id} out",
                typed.over,
            )
        return over(units.duration(typed.over, "over"))
    if ladder is None:
        if rates:
            return rates
        raise _problem("order", "is missing", 'write --ladder, --over "60 min" or --rate "50 mg/h"')
    if rates and not ladder.open_end:
        raise _problem(
            "rate",
            f"cannot stand beside {ladder.id}, which states every step",
            "leave one of them out",
            " ".join(typed.rate),
        )
    if not rates and ladder.open_end:
        said = ", ".join(ladder_in_words(ladder))
        raise _problem(
            "order",
            "is missing",
            f'{ladder.id} states {said} and no more: write --over "60 min" or --rate',
        )
    return (*own, *rates)


def _stage(text: str) -> Stage:
    match = _HELD.fullmatch(text.strip())
    rate, hold = (match[1], match[2]) if match else (text, None)
    return Stage(
        rate=units.infusion_rate(rate),
        hold=None if hold is None else units.duration(hold, "rate, for"),
    )


def _bag(typed: Typed, dose: Quantity | None, drug: Drug | None, ladder: RateLadder | None) -> Bag:
    """Make the bag of what was typed; whether drug and overfill are counted is never guessed."""
    if typed.undiluted:
        if typed.volume is not None or typed.bag is not None:
            raise _problem("undiluted", "has no bag", "leave --volume and --bag out")
        return undiluted(*_dose_and_concentration(typed, dose, drug, ladder))
    volume = units.volume(typed.volume or "", "volume")
    if typed.bag is None:
        said = (typed.drug_volume, typed.concentration, typed.overfill)
        if any(text is not None for text in said):
            raise _problem(
                "bag",
                "is missing",
                "write --bag "
                + " or --bag ".join(f"{word} ({meaning})" for word, meaning in BAGS.items()),
            )
        return bag_holding_all(volume, typed.diluent)
    if typed.bag not in BAGS:
        raise _problem("bag", "is not known here", f"write {' or '.join(BAGS)}", typed.bag)
    if typed.bag == "everything":
        if typed.overfill is not None or typed.drug_volume is not None:
            raise _problem(
                "bag",
                "holds drug and overfill already",
                "leave --drug-volume and --overfill out",
                typed.bag,
            )
        return bag_holding_all(volume, typed.diluent)
    if typed.overfill is None:
        raise _problem("overfill", "is missing", f'write "20 mL" or "{NOT_COUNTED}"')
    added = (
        units.volume(typed.drug_volume, "drug-volume")
        if typed.drug_volume is not None
        else drug_volume(*_dose_and_concentration(typed, dose, drug, ladder))
    )
    extra = None if typed.overfill == NOT_COUNTED else units.volume(typed.overfill, "overfill")
    return bag_added_to(volume, drug=added, overfill=extra, diluent=typed.diluent)


def _dose_and_concentration(
    typed: Typed, dose: Quantity | None, drug: Drug | None, ladder: RateLadder | None
) -> tuple[Quantity, Quantity]:
    if dose is None:
        raise _problem("dose", "is missing", "write 700 mg")
    stated = drug.concentration_for(ladder) if drug is not None and ladder is not None else None
    if typed.concentration is not None:
        found = units.concentration(typed.concentration)
        if stated is not None and snapped(
            in_unit(found, stated.units, "concentration") - stated.magnitude
        ):
            raise _problem(
                "concentration",
                f"is not that of the product, {show(stated)}",
                "leave it out, or choose the ladder of the other product",
                typed.concentration,
            )
        return dose, found
    if stated is None:
        raise _problem("concentration", "is missing", "read it from the product's label: 10 mg/mL")
    return dose, stated


def clock_text(start: dt.time | None, minutes: Quantity) -> str | None:
    """Return the clock time this many minutes after a start, to the minute: 00:30 next day."""
    if start is None:
        return None
    # Counted in seconds, because a date ends with the year 9999.
    midnight = dt.datetime.combine(dt.date.min, dt.time())
    began = dt.datetime.combine(dt.date.min, start) - midnight
    seconds = round(began.total_seconds()) + round(float(minutes.magnitude) * 60) + 30
    days, rest = divmod(seconds, 24 * 60 * 60)
    text = f"{rest // 3600:02d}:{rest // 60 % 60:02d}"
    if not days:
        return text
    return f"{text} next day" if days == 1 else f"{text}, {days} days later"


def length_text(minutes: Quantity) -> str:
    """Write a length as it is said: 3 h 30 min."""
    number = round(float(minutes.magnitude), 1)
    hours, rest = divmod(number, 60)
    said = [show(quantity(hours, HOUR))] if hours else []
    return " ".join([*said, show(quantity(round(rest, 1), MINUTE))] if rest or not said else said)


def bag_options(bag: Any) -> None:
    """Add to a command line what says how a bag was made; none of it has a default."""
    bag.add_argument(
        "--bag",
        metavar="HOLDS",
        help=" | ".join(f"{word} ({meaning})" for word, meaning in BAGS.items()),
    )
    bag.add_argument("--drug-volume", metavar="V", help='volume of the drug that is added: "24 mL"')
    bag.add_argument("--concentration", metavar="C", help='of the product: "10 mg/mL"')
    bag.add_argument("--overfill", metavar="V", help=f'"20 mL", or "{NOT_COUNTED}"')
    bag.add_argument("--undiluted", action="store_true", help="the product as it comes, no bag")
    bag.add_argument("--diluent", metavar="NAME", default="", help='"sodium chloride 0.9 %%"')
