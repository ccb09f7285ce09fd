"""Infusions for tests, in the words of the ward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dosing import units
from dosing.infusion.bag import Bag, bag_holding_all
from dosing.infusion.run import infuse
from dosing.infusion.steps import Infusion, Interruption, Order, Stage, stages_of
from dosing.units import Quantity
from schedules.library.reader import read_ladder
from tests.support.places import ROOT

minutes, rate, amount, volume = units.duration, units.infusion_rate, units.amount, units.volume


def number(value: Quantity | None) -> float:
    assert value is not None
    return float(value.magnitude)


def bag(text: str) -> Bag:
    return bag_holding_all(volume(text))


def infused(
    *, stages: Sequence[Stage], interruptions: Sequence[Interruption] = (), **more: Any
) -> Infusion:
    return infuse(Order(stages=tuple(stages), interruptions=tuple(interruptions), **more))


def stage(text: str, hold: str = "") -> Stage:
    return Stage(rate=rate(text), hold=minutes(hold) if hold else None)


def by_ladder(name: str, bag: Bag, dose: str | None = None, **more: Any) -> Infusion:
    drug, ladder = read_ladder(ROOT, name)
    order = more.pop("stages", None) or stages_of(ladder)
    return infused(
        bag=bag, stages=order, dose=amount(dose) if dose else None, drug=drug, ladder=ladder, **more
    )


def pumps(found: Infusion) -> list[float]:
    return [round(number(step.pump), 1) for step in found.steps]


# What an order without a drug file comes with, and nothing else if all is well.
NO_DRUG = {("NOTE", "infusion.no_drug")}
# And one by a ladder whose drug file states no lowest strength.
ANY_VOLUME = {("NOTE", "infusion.any_volume")}


def codes(found: Infusion) -> set[tuple[str, str]]:
    return {(finding.level, finding.code) for finding in found.findings}
