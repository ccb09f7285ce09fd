"""The door for programmers: a dose, a body measure, an infusion, in one call each.

What is measured is given as a person writes it, ``"70 kg"``, as a Quantity, or as a column: texts
with their unit in each cell, or numbers whose unit is stated once. A number without a unit is
refused. Nothing has a default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

from dosing import units
from dosing.calculation.alone import calculate_alone, refuse_unused
from dosing.calculation.basis import stated_basis
from dosing.calculation.calculate import Dose
from dosing.calculation.rule import DoseRule, Rounding, WeightBasis, must_be_a_count
from dosing.columns import is_column
from dosing.drugs.drug import Drug, DrugLadder
from dosing.errors import Problems, text_of
from dosing.facts import Facts, Measured, formula_inputs, one_of, read_facts, read_value
from dosing.formulas.body import BMI, BSA, IDEAL_WEIGHT, LEAN_WEIGHT
from dosing.formulas.formula import Formula
from dosing.formulas.plasma import PLASMA_VOLUME
from dosing.formulas.renal import CREATININE_CLEARANCE, EGFR
from dosing.infusion import run
from dosing.infusion.order import Typed, read_interruptions, read_order
from dosing.infusion.steps import Infusion
from dosing.names import ROUNDING_RULES, RoundingRule
from dosing.patient import implausible
from dosing.sizes import body_measures
from dosing.trace import RefusedError, stops
from dosing.units import Quantity


class InfusionFacts(TypedDict, total=False):
    """What else an order of an infusion states, as typed."""

    weight: str
    bsa: str
    start: str
    bag: str
    drug_volume: str
    concentration: str
    overfill: str
    undiluted: bool
    diluent: str
    drops_per_ml: str


def dose(
    rate: str | Quantity,
    *,
    basis: WeightBasis | None = None,
    ideal: str | None = None,
    fraction: float | None = None,
    surface: str | None = None,
    doses_a_day: int | None = None,
    cap: str | Quantity | None = None,
    round_to: str | Quantity | None = None,
    rounding: RoundingRule | None = None,
    drug: Drug | None = None,
    route: str = "",
    **facts: Unpack[Facts],
) -> Dose:
    """Return a dose, or a column of doses, with every step it took and what was found.

    >>> import dosing
    >>> given = dosing.dose("0.4 g/kg", weight="72 kg", round_to="5 g", rounding="nearest")
    >>> print(given)
    30 g
    >>> [step.what for step in given.steps]
    ['dosing weight', 'dose before rounding', 'rounded', 'second calculation']

    Args:
        rate: how much: ``"0.4 g/kg"``, ``"375 mg/m2"``, ``"15 mg/kg/day"`` or ``"600 mg"``.
        basis: the weight of a rate per kg: actual, ideal, adjusted or lean.
        ideal: the formula of the ideal weight: see ``dosing.ideal_weight``.
        fraction: the share of the excess that an adjusted weight counts: 0.4.
        surface: the formula of a rate per m2: see ``dosing.bsa``; none with a measured ``bsa``.
        doses_a_day: in how many doses a rate per day is given.
        cap: the most that one dose may be.
        round_to: the step to round to, together with ``rounding``.
        rounding: the named rule: nearest, down, up ...
        drug: whose limits the dose is checked against: ``library.drug("rituximab")``.
        route: the route as the drug file names it; needed with a drug.
        **facts: the measurements; each one value or a column of the same length.

    Returns:
        A Dose; a STOP among its findings says that it must not be given.

    Raises:
        InputError: with everything that is missing, cannot be read or is not known.
    """
    problems = Problems()
    patient = read_facts(problems, facts)
    read = _read_one(problems, "dose", rate, "rate")
    if read is None and not problems:
        problems.add("rate", "", why="is missing", write=units.KINDS["dose"].examples)
    problems.reading(must_be_a_count, "doses_a_day", doses_a_day)
    choices = {"ideal": ideal, "fraction": fraction, "surface": surface}
    refuse_unused(problems, read, {"basis": basis, "doses_a_day": doses_a_day, **choices})
    _must_be_a(problems, Drug, "drug", drug, 'library.drug("rituximab")')
    if drug is not None and not route:
        problems.add("route", "", why="is missing", accepted="the limits of a drug go by route")
    if drug is None and route:
        problems.add("route", str(route), why="is not used: no drug is named", accepted="name one")
    stated: dict[str, Any] = {
        "weight_basis": None
        if read is None
        else problems.reading(stated_basis, basis, read, patient),
        "basis_stated": basis is not None,
        "ideal": one_of(problems, "ideal", ideal, IDEAL_WEIGHT),
        "fraction": fraction,
        "surface": one_of(problems, "surface", surface, BSA),
        "doses_a_day": doses_a_day,
        "cap": _read_one(problems, "amount", cap, "cap"),
        "rounding": _rounding(problems, round_to, rounding),
    }
    rule = DoseRule(rate=problems.settled(read), **stated)
    return calculate_alone(rule, patient, drug=drug, route=route)


def bsa(name: str, **facts: Unpack[Facts]) -> Quantity:
    """Return the body surface in m2 by a named formula, for one patient or a column.

    >>> import dosing
    >>> print(f"{dosing.bsa('mosteller', weight='70 kg', height='175 cm'):.4f}")
    1.8447 square_metre
    """
    return _measure("surface", BSA, name, facts)


def ideal_weight(name: str, **facts: Unpack[Facts]) -> Quantity:
    """Return the ideal weight of an adult in kg by a named formula, from height and sex."""
    return _measure("ideal", IDEAL_WEIGHT, name, facts)


def lean_weight(name: str, **facts: Unpack[Facts]) -> Quantity:
    """Return the lean weight of an adult in kg by a named formula."""
    return _measure("lean weight", LEAN_WEIGHT, name, facts)


def creatinine_clearance(name: str, **facts: Unpack[Facts]) -> Quantity:
    """Return the creatinine clearance in mL/min by a named formula."""
    return _measure("creatinine clearance", CREATININE_CLEARANCE, name, facts)


def egfr(name: str, **facts: Unpack[Facts]) -> Quantity:
    """Return the estimated filtration rate by a named formula, indexed to 1.73 m2 as published."""
    return _measure("egfr", EGFR, name, facts)


def plasma_volume(name: str, **facts: Unpack[Facts]) -> Quantity:
    """Return the plasma volume by a named formula, from size and hematocrit."""
    return _measure("plasma volume", PLASMA_VOLUME, name, facts)


def bmi(**facts: Unpack[Facts]) -> Quantity:
    """Return the body-mass index in kg/m2."""
    return _measure("bmi", {"bmi": BMI}, "bmi", facts)


def body(**facts: Unpack[Facts]) -> dict[str, Any]:
    """Return every body measure of one patient as plain values, as ``dosing body --json`` prints.

    >>> import dosing
    >>> sizes = dosing.body(weight="70 kg", height="175 cm", sex="male", age="48 years")
    >>> sizes["bmi"]
    {'value': 22.857142857142858, 'unit': 'kg/m2'}

    Raises:
        InputError: if weight, height, sex or age is missing, or a value cannot be read.
        RefusedError: if nobody has such a size.
    """
    measured = body_measures(**facts)
    stopping = stops(measured.findings)
    if stopping:
        raise RefusedError(*stopping)
    return measured.to_dict()


def infuse(
    *,
    dose: str | None = None,
    volume: str | None = None,
    ladder: DrugLadder | None = None,
    over: str | None = None,
    rates: str | Sequence[str] = (),
    pauses: str | Sequence[str] = (),
    reactions: str | Sequence[str] = (),
    **typed: Unpack[InfusionFacts],
) -> Infusion:
    """Return a dose in a bag as the steps of a pump: mL/h, minutes, volumes and clock times.

    >>> import dosing
    >>> bag = dosing.infuse(dose="700 mg", volume="500 mL", over="250 min", bag="everything")
    >>> bag.to_dict()["steps"][0]["ml_per_h"]
    120.0

    Args:
        dose: what the bag holds: ``"700 mg"``.
        volume: the volume of the bag: ``"500 mL"``.
        ladder: the rate ladder that is followed: ``library.ladder("rituximab-first")``.
        over: the time for the whole bag at one rate.
        rates: rates in turn: ``["50 mg/h for 30 min", "100 mg/h"]``.
        pauses: when and for how long: ``["45 min for 20 min"]``, counted from the start.
        reactions: likewise; the infusion goes on at the share of its rate that the ladder states.
        **typed: the rest of the order, as on the command line.

    Raises:
        InputError: with everything that is missing or cannot be read.
    """
    problems = Problems()
    for unknown in typed.keys() - InfusionFacts.__annotations__.keys():
        problems.add(
            unknown, "", why="is not asked for", write=", ".join(InfusionFacts.__annotations__)
        )
    texts = {"dose": dose, "volume": volume, "over": over, **typed}
    for field, text in texts.items():
        if not isinstance(text, str | bool | None):
            problems.add(
                field, text_of(text), why="is not text with a unit", write="700 mg, 500 mL"
            )
    _must_be_a(problems, DrugLadder, "ladder", ladder, 'library.ladder("rituximab-first")')
    rates, pauses, reactions = (
        _several(problems, field, texts)
        for field, texts in (("rates", rates), ("pauses", pauses), ("reactions", reactions))
    )
    problems.raise_if_any()
    drug, steps = ladder or (None, None)
    order = read_order(
        Typed(dose=dose, volume=volume, over=over, rate=rates, **typed),
        drug=drug,
        ladder=steps,
        interruptions=read_interruptions(
            problems, pauses=pauses, reactions=reactions, ladder=steps
        ),
        problems=problems,
    )
    return run.infuse(order)


# Kidney and plasma are those of the body as it is; its size is that of the whole one.
_BY_MEASURED_WEIGHT = ("creatinine clearance", "egfr", "plasma volume")


def _measure(
    what: str, formulas: Mapping[str, Formula], name: str, facts: Mapping[str, Any]
) -> Quantity:
    problems = Problems()
    patient = read_facts(problems, facts)
    if not isinstance(name, str) or name not in formulas:
        why = "is not known here" if name else "is missing"
        problems.add(what, text_of(name or ""), why=why, write=", ".join(formulas))
    problems.raise_if_any()
    inputs = formula_inputs(patient, whole=what not in _BY_MEASURED_WEIGHT)
    formula = formulas[name]
    if stopping := stops((*implausible(patient), *formula.outside(**inputs))):
        raise RefusedError(*stopping)
    return formula(**inputs)


def _read_one(problems: Problems, kind: str, value: Measured, field: str) -> Quantity | None:
    """Read one value; the rule of a dose is the same for all rows of a column."""
    read = read_value(problems, kind, value, field)
    if read is not None and is_column(read.magnitude):
        problems.add(field, "", why="is a column", accepted="give one value")
        return None
    return read


def _must_be_a(problems: Problems, kind: type, field: str, value: object, example: str) -> None:
    if value is not None and not isinstance(value, kind):
        problems.add(
            field, text_of(value), why=f"is no {kind.__name__}", accepted=f"give {example}"
        )


def _several(problems: Problems, field: str, texts: object) -> Sequence[str]:
    """Return texts as several; one text alone is one of them, not its letters."""
    several = (texts,) if isinstance(texts, str) else texts or ()
    if not isinstance(several, list | tuple) or not all(isinstance(text, str) for text in several):
        problems.add(field, text_of(texts), why="is not a list of texts", write='["50 mg/h"]')
        return ()
    return tuple(several)


def _rounding(
    problems: Problems, step: str | Quantity | None, rule: RoundingRule | None
) -> Rounding | None:
    if step is None and rule is None:
        return None
    read = _read_one(problems, "amount", step, "round_to")
    if step is None:
        problems.add("round_to", "", why="is missing", write="5 g")
    if rule is None:
        problems.add("rounding", "", why="is missing", write=", ".join(ROUNDING_RULES))
    known: RoundingRule | None = one_of(problems, "rounding", rule, ROUNDING_RULES)
    return None if read is None or known is None else Rounding(step=read, rule=known)
