"""How long a dose takes on a rate ladder, where its bag need not be known for that.

A rate of an amount (mg/h, mg/kg/min) takes the same time in any bag; a rate of fluid per kg counts
the mL of the product itself. A plain rate of fluid depends on the bag, and is not timed here.
"""

from __future__ import annotations

import dataclasses

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.infusion.bag import Bag, bag_holding_all, undiluted
from dosing.infusion.run import infuse
from dosing.infusion.steps import Infusion, Order, over, stages_of
from dosing.patient import Patient, implausible
from dosing.units import KG, ML, Quantity, RateParts, Unit, plain, quantity, rate_parts

# Any volume will do where the time does not depend on it.
_ANY_BAG = quantity(1_000.0, ML)
# Runs by drug and ladder, which each keeps so that no other has its identity, dose and weight. Few
# doses are given on a ladder, and each is asked for again at every change of a course.
_runs: dict[tuple[int, int, str, str], tuple[Drug, RateLadder, Infusion | None]] = {}
_MOST_RUNS = 1_000


def timed(
    drug: Drug, ladder: RateLadder, dose: Quantity, *, weight: Quantity | None
) -> Infusion | None:
    """Run a dose on a ladder to see how long it takes: 700 mg on rituximab-first take 210 min.

    Args:
        drug: the drug whose file states the ladder.
        ladder: its steps or its length; of bounds alone the shortest time counts.
        dose: what is given.
        weight: the body weight, for rates per kg.

    Returns:
        The infusion in a made-up bag, of which only times and findings mean anything, calculated
        twice; None where the time depends on the bag, on an unknown weight or on a person's
        decision, or where the ladder is for another dose.
    """
    # Zero doses are stopped in calculate(); there is nothing to time.
    if not dose.magnitude or not ladder.is_for(dose):
        return None
    # The weight makes no other run where no rate goes by it.
    used = weight if _bodies(ladder) else None
    key = id(drug), id(ladder), plain(dose), "" if used is None else plain(used)
    if key not in _runs:
        if len(_runs) >= _MOST_RUNS:
            _runs.clear()
        _runs[key] = drug, ladder, _run(drug, ladder, dose, used)
    _, _, run = _runs[key]
    if run is None or used is not None:
        return run
    return dataclasses.replace(run, findings=(*implausible(Patient(weight=weight)), *run.findings))


def _run(
    drug: Drug, ladder: RateLadder, dose: Quantity, weight: Quantity | None
) -> Infusion | None:
    stages = stages_of(ladder)
    if ladder.open_end:
        if ladder.steps or ladder.least is None:
            return None
        stages = over(ladder.least)
    bag = _bag(drug, ladder, dose, weight)
    if bag is None:
        return None
    return infuse(Order(bag=bag, stages=stages, dose=dose, weight=weight))


def _bag(drug: Drug, ladder: RateLadder, dose: Quantity, weight: Quantity | None) -> Bag | None:
    bodies = _bodies(ladder)
    if bodies - {KG} or (bodies and weight is None):
        return None
    if all(rate.amount != ML for rate in _rates(ladder)):
        return bag_holding_all(_ANY_BAG)
    concentration = drug.concentration_for(ladder)
    if not bodies or concentration is None:
        return None
    return undiluted(dose, concentration)


def _rates(ladder: RateLadder) -> list[RateParts]:
    return [rate_parts(step.rate.units) for step in ladder.steps if step.rate is not None]


def _bodies(ladder: RateLadder) -> set[Unit | None]:
    return {rate.body for rate in _rates(ladder)} - {None}
