"""Reads what is typed of an infusion into an order: one reader for command line and screen."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from dosing import units
from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder, ladder_in_words
from dosing.errors import Problems, refuse
from dosing.infusion.bag import Bag, bag_added_to, bag_holding_all, drug_volume, undiluted
from dosing.infusion.steps import RESUME_PERCENT, Interruption, Order, Stage, over, stages_of
from dosing.names import BAGS, NOT_COUNTED
from dosing.numbers import read_clock, read_count
from dosing.rounding import snapped
from dosing.units import (
    DROPS_PER_ML,
    MINUTE,
    NO_BREAK_SPACE,
    Quantity,
    in_unit,
    quantity,
    show,
)

_WHEN_AND_HOW_LONG = re.compile(r"(.+?) for (.+)")
_HELD = re.compile(r"(.+?)(?: for (.+))?")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TypedBag:
    """A bag as typed, and its rate where no ladder settles it; None where a field was left empty.

    ``bag`` is one of ``BAGS``, or None: then the volume is taken as everything that runs in, and a
    NOTE says so. ``rate`` holds rates in turn, such as ``"50 mg/h for 30 min"``.
    """

    volume: str | None = None
    bag: str | None = None
    drug_volume: str | None = None
    concentration: str | None = None
    overfill: str | None = None
    undiluted: bool = False
    diluent: str = ""
    over: str | None = None
    rate: Sequence[str] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Typed(TypedBag):
    """A whole order as typed: the bag, and for whom, when and through which set it runs."""

    dose: str | None = None
    weight: str | None = None
    bsa: str | None = None
    start: str | None = None
    drops_per_ml: str | None = None


def read_order(
    typed: Typed,
    *,
    drug: Drug | None = None,
    ladder: RateLadder | None = None,
    interruptions: Sequence[Interruption] = (),
    problems: Problems | None = None,
) -> Order:
    """Read a whole order; ``infuse`` computes its steps.

    Args:
        typed: what was typed.
        drug: whose ladder is followed.
        ladder: the ladder that is followed or kept to.
        interruptions: pauses and reactions, in any order.
        problems: those found elsewhere, to be raised together with those found here.

    Raises:
        InputError: with every problem, each with its field and what to write.
    """
    problems = problems or Problems()
    dose = _read(problems, units.amount, typed.dose, "dose")
    weight = _read(problems, units.weight, typed.weight, "weight")
    surface = _read(problems, units.surface, typed.bsa, "bsa")
    start = _read(problems, read_clock, typed.start, "start")
    factor = _read(problems, read_count, typed.drops_per_ml, "drops-per-ml")
    order = _order(problems, typed, dose, drug, ladder)
    bodies = {units.rate_parts(rate.units).body for rate in order.rates}
    measured = ((units.KG, weight, "weight"), (units.M2, surface, "body surface"))
    return dataclasses.replace(
        order,
        weight=weight,
        surface=surface,
        unused=tuple(
            name for unit, size, name in measured if size is not None and unit not in bodies
        ),
        interruptions=tuple(sorted(interruptions, key=_minutes_from_start)),
        start=start,
        drops=None if factor is None else quantity(float(factor), DROPS_PER_ML),
    )


def order_dose(
    typed: TypedBag,
    dose: Quantity,
    *,
    drug: Drug,
    ladder: RateLadder,
    weight: Quantity | None = None,
    start: dt.time | None = None,
) -> Order:
    """Return the order for a dose that was computed, in a bag that was typed.

    Args:
        typed: the bag, and the length or rates where the ladder is open.
        dose: the dose of a course, never written as text on its way.
        drug: whose ladder is followed.
        ladder: the ladder that is followed or kept to.
        weight: the body weight, for rates per kg.
        start: the clock time at which it starts.

    Raises:
        InputError: with every problem of the bag and the rates.
    """
    order = _order(Problems(), typed, dose, drug, ladder)
    return dataclasses.replace(order, weight=weight, start=start)


def _order(
    problems: Problems,
    typed: TypedBag,
    dose: Quantity | None,
    drug: Drug | None,
    ladder: RateLadder | None,
) -> Order:
    """Return the bag and the rates as an order, or raise every problem found so far."""
    stages = _read_stages(problems, typed, ladder)
    bag = problems.reading(_read_bag, typed, dose, _stated_concentration(drug, ladder))
    return Order(
        bag=problems.settled(bag),
        stages=problems.settled(stages),
        dose=dose,
        drug=drug,
        ladder=ladder,
    )


def _read(problems: Problems, reader: Any, text: str | None, field: str) -> Any:
    return None if text is None else problems.reading(reader, text, field)


def _minutes_from_start(interruption: Interruption) -> float:
    return float(in_unit(interruption.at, MINUTE, "at"))


def _stated_concentration(drug: Drug | None, ladder: RateLadder | None) -> Quantity | None:
    return drug.concentration_for(ladder) if drug is not None and ladder is not None else None


def _read_stages(
    problems: Problems, typed: TypedBag, ladder: RateLadder | None
) -> tuple[Stage, ...] | None:
    rates = [problems.reading(_read_stage, text) for text in typed.rate]
    length = _read(problems, units.duration, typed.over, "over")
    # With a ladder or a rate that was not understood, what is missing beside it is not known.
    if problems:
        return None
    stages = tuple(stage for stage in rates if stage is not None)
    return problems.reading(_lay_out_stages, typed, stages, length, ladder)


def _read_stage(text: str) -> Stage:
    match = _HELD.fullmatch(text.strip())
    rate, hold = (match[1], match[2]) if match else (text, None)
    return Stage(
        rate=units.infusion_rate(rate),
        hold=None if hold is None else units.duration(hold, "rate, for"),
    )


def _lay_out_stages(
    typed: TypedBag, rates: tuple[Stage, ...], length: Quantity | None, ladder: RateLadder | None
) -> tuple[Stage, ...]:
    """Return a ladder's own steps, a time, or stated rates, and never two at once."""
    if length is not None:
        if rates:
            refuse("over", "", why="cannot be combined with rate", write="one of them")
        if ladder is not None and ladder.steps:
            why = "cannot be combined with the steps of a ladder"
            instead = f"leave it out, or leave {ladder.id} out"
            refuse("over", typed.over or "", why=why, accepted=instead)
        return over(length)
    if ladder is None:
        if not rates:
            one_of = '--ladder, --over "60 min" or --rate "50 mg/h"'
            refuse("order", "", why="is missing", write=one_of)
        return rates
    if rates and not ladder.open_end:
        why = f"cannot be combined with {ladder.id}, which states every step"
        refuse("rate", " ".join(typed.rate), why=why, accepted="leave one of them out")
    if ladder.open_end and not rates:
        stated = ", ".join(ladder_in_words(ladder))
        rest = f'{ladder.id} states {stated} and no more: write --over "60 min" or --rate'
        refuse("order", "", why="is missing", accepted=rest)
    return (*stages_of(ladder), *rates)


def _read_bag(typed: TypedBag, dose: Quantity | None, stated: Quantity | None) -> Bag:
    """Return the bag as typed; whether drug and overfill are counted is never guessed.

    ``stated`` is the concentration of the product, where the drug file states it.
    """
    if typed.undiluted:
        if typed.volume is not None or typed.bag is not None:
            refuse("undiluted", "", why="has no bag", accepted="leave --volume and --bag out")
        return undiluted(*_read_product(typed, dose, stated))
    problems = Problems()
    volume = problems.reading(units.volume, typed.volume or "", "volume")
    if typed.bag == "diluent":
        overfill = problems.reading(_read_overfill, typed.overfill)
        drug = problems.reading(_read_drug_volume, typed, dose, stated)
        return bag_added_to(
            problems.settled(volume),
            drug=problems.settled(drug),
            overfill=overfill,
            diluent=typed.diluent,
        )
    problems.reading(_must_hold_everything, typed)
    return bag_holding_all(problems.settled(volume), typed.diluent, assumed=typed.bag is None)


def _must_hold_everything(typed: TypedBag) -> None:
    parts = (typed.drug_volume, typed.overfill)
    if typed.bag is None and any(text is not None for text in (*parts, typed.concentration)):
        choices = " or ".join(f"--bag {word} ({meaning})" for word, meaning in BAGS.items())
        refuse("bag", "", why="is missing", write=choices)
    if typed.bag is not None and typed.bag not in BAGS:
        refuse("bag", typed.bag, why="is not known here", write=" or ".join(BAGS))
    if typed.bag == "everything" and any(
        text is not None for text in (*parts, typed.concentration)
    ):
        instead = "leave --drug-volume, --overfill and --concentration out"
        refuse("bag", typed.bag, why="holds drug and overfill already", accepted=instead)


def _read_overfill(text: str | None) -> Quantity | None:
    if text is None:
        refuse("overfill", "", why="is missing", write=f'"20 mL" or "{NOT_COUNTED}"')
    return None if text == NOT_COUNTED else units.volume(text, "overfill")


def _read_drug_volume(typed: TypedBag, dose: Quantity | None, stated: Quantity | None) -> Quantity:
    if typed.drug_volume is not None:
        return units.volume(typed.drug_volume, "drug-volume")
    return drug_volume(*_read_product(typed, dose, stated))


def _read_product(
    typed: TypedBag, dose: Quantity | None, stated: Quantity | None
) -> tuple[Quantity, Quantity]:
    """Return the dose and the concentration of the product that holds it."""
    if dose is None:
        refuse("dose", "", why="is missing", write="700 mg")
    if typed.concentration is None:
        if stated is None:
            label = "read it from the product's label: 10 mg/mL"
            refuse("concentration", "", why="is missing", accepted=label)
        return dose, stated
    concentration = units.concentration(typed.concentration)
    if stated is not None and snapped(
        in_unit(concentration, stated.units, "concentration") - stated.magnitude
    ):
        refuse(
            "concentration",
            typed.concentration,
            why=f"is not that of the product, {show(stated)}",
            accepted="leave it out, or choose the ladder of the other product",
        )
    return dose, concentration


def length_text(minutes: Quantity) -> str:
    """Return a length as it is said, to the second: 3 h 30 min, 24 s."""
    seconds = round(float(minutes.magnitude) * 60)
    parts = {"h": seconds // 3600, "min": seconds // 60 % 60, "s": seconds % 60}
    said = [f"{number}{NO_BREAK_SPACE}{unit}" for unit, number in parts.items() if number]
    least = f"under{NO_BREAK_SPACE}1{NO_BREAK_SPACE}s" if minutes.magnitude else show(minutes)
    return " ".join(said) or least


def read_interruptions(
    problems: Problems,
    *,
    pauses: Sequence[str],
    reactions: Sequence[str],
    ladder: RateLadder | None,
) -> list[Interruption]:
    """Read pauses and reactions, each as ``"45 min for 20 min"`` counted from the start.

    After a reaction it goes on at the share of its rate that the ladder states, or at
    ``RESUME_PERCENT``.
    """
    stated = ladder.reaction if ladder is not None else None
    resumes = RESUME_PERCENT if stated is None else stated.resume_percent
    read = [
        problems.reading(_read_interruption, text, field, percent)
        for field, texts, percent in (("pause", pauses, None), ("reaction", reactions, resumes))
        for text in texts
    ]
    return [interruption for interruption in read if interruption is not None]


def _read_interruption(text: str, field: str, percent: int | None) -> Interruption:
    match = _WHEN_AND_HOW_LONG.fullmatch(text.strip())
    if match is None:
        refuse(field, text, why="does not say when and for how long", write="45 min for 20 min")
    return Interruption(
        at=units.duration(match[1], field),
        lasts=units.duration(match[2], field),
        resume_percent=percent,
    )
