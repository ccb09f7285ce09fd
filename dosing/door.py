"""The door for programmers: a dose, a body measure, an infusion, in one call each.

What is measured is given as a person writes it, ``"70 kg"``, as a Quantity, or as a column: texts
with their unit in each cell, or numbers whose unit is stated once. A number without a unit is
refused. Nothing has a default.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypedDict, Unpack

from dosing import units
from dosing.calculation.basis import stated_basis
from dosing.calculation.calculate import Dose, calculate, value_and_unit
from dosing.calculation.rule import DoseRule, Rounding, WeightBasis
from dosing.drugs.drug import Drug, DrugLadder
from dosing.errors import Problems, refuse
from dosing.formulas.body import ADJUSTED_WEIGHT, BMI, BSA, IDEAL_WEIGHT, LEAN_WEIGHT
from dosing.formulas.formula import SEXES, Formula
from dosing.formulas.plasma import PLASMA_VOLUME
from dosing.formulas.renal import CAUTION, CREATININE_CLEARANCE, EGFR
from dosing.infusion import run
from dosing.infusion.order import Typed, read_interruptions, read_order
from dosing.infusion.steps import Infusion
from dosing.numbers import read_fraction
from dosing.patient import Patient, implausible
from dosing.plausibility import PLAUSIBLE
from dosing.rounding import ROUNDING_RULES, RoundingRule
from dosing.trace import Finding, RefusedError, stops
from dosing.units import Quantity, quantity

# A text with its unit, a Quantity, or a column of either (pandas, NumPy or a list).
Measured: TypeAlias = Any

# The share of the excess weight by convention; stated beside each number that it makes.
USUAL_FRACTION = PLAUSIBLE.adjusted_weight.usual_fraction

_ROWS_NAMED = 5


class Facts(TypedDict, total=False):
    """What is known of a patient, or of a column of patients."""

    weight: Measured
    height: Measured
    bsa: Measured
    sex: Any
    age: Measured
    creatinine: Measured
    hematocrit: Any
    size_confirmed: bool


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


# Fact -> the kind of value that it is.
_KINDS = {
    "weight": "weight",
    "height": "height",
    "bsa": "surface",
    "age": "age",
    "creatinine": "creatinine",
}


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
    patient = _patient(problems, facts)
    read = _read(problems, "dose", rate, "rate")
    if drug is not None and not route:
        problems.add("route", "", why="is missing", accepted="the limits of a drug go by route")
    stated: dict[str, Any] = {
        "weight_basis": None
        if read is None
        else problems.reading(stated_basis, basis, read, patient),
        "basis_stated": basis is not None,
        "ideal": _known(problems, "ideal", ideal, IDEAL_WEIGHT),
        "fraction": fraction,
        "surface": _known(problems, "surface", surface, BSA),
        "doses_a_day": doses_a_day,
        "cap": _read(problems, "amount", cap, "cap"),
        "rounding": _rounding(problems, round_to, rounding),
    }
    rule = DoseRule(rate=problems.settled(read), **stated)
    return calculate(rule, patient, drug=drug, route=route)


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


_READ_IN_ORDER = (
    "bsa",
    "ideal_weight",
    "adjusted_weight",
    "lean_weight",
    "bmi",
    "creatinine_clearance",
    "egfr",
    "plasma_volume",
)
BODY_FORMULAS: dict[str, Mapping[str, Formula]] = {
    "bsa": BSA,
    "ideal_weight": IDEAL_WEIGHT,
    "lean_weight": LEAN_WEIGHT,
    "creatinine_clearance": CREATININE_CLEARANCE,
    "egfr": EGFR,
    "plasma_volume": PLASMA_VOLUME,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BodyMeasures:
    """Every measure of one body by every published formula that its facts allow.

    ``sizes`` maps a group (``bsa``, ``egfr`` ...) and the name of a formula to its Quantity.
    """

    sizes: Mapping[str, Mapping[str, Quantity]]
    bmi: Quantity
    findings: tuple[Finding, ...]

    def in_order(self) -> Iterator[tuple[str, Mapping[str, Quantity]]]:
        """Yield each group with its sizes by formula, as they are read; the BMI has one formula."""
        for group in _READ_IN_ORDER:
            yield group, {"": self.bmi} if group == "bmi" else self.sizes[group]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``dosing body --json`` prints them."""
        if stops(self.findings):
            return {"findings": [finding.as_dict() for finding in self.findings]}
        written: dict[str, Any] = {
            group: {name: value_and_unit(value) for name, value in sizes.items()}
            for group, sizes in self.in_order()
        }
        written["bmi"] = written["bmi"][""]
        for value in written["adjusted_weight"].values():
            value["fraction"] = USUAL_FRACTION
        written["findings"] = [finding.as_dict() for finding in self.findings]
        return units.in_ordinary_spaces(written)  # type: ignore[no-any-return]


def body_measures(**facts: Unpack[Facts]) -> BodyMeasures:
    """Return every body measure and kidney function that the facts of one patient allow.

    Raises:
        InputError: if weight, height, sex or age is missing, or a value cannot be read.
    """
    problems = Problems()
    for field, example in _BODY_NEEDS.items():
        if facts.get(field) is None:
            problems.add(field, "", why="is missing", write=example)
    # A rare size is measured all the same; what nobody has is not.
    patient = _patient(problems, {"size_confirmed": True, **facts})
    problems.raise_if_any()
    inputs = _inputs(patient)
    findings = list(implausible(patient))
    if stops(tuple(findings)):
        nothing: dict[str, Mapping[str, Quantity]] = {}
        return BodyMeasures(sizes=nothing, bmi=BMI(**inputs), findings=tuple(findings))
    sizes: dict[str, Mapping[str, Quantity]] = {}
    for group, formulas in BODY_FORMULAS.items():
        able = {
            name: formula
            for name, formula in formulas.items()
            if all(inputs[field] is not None for field in formula.inputs)
        }
        sizes[group] = {name: formula(**inputs) for name, formula in able.items()}
        for formula in able.values():
            findings += formula.outside(**inputs)
    sizes["adjusted_weight"] = {
        name: ADJUSTED_WEIGHT(actual=patient.weight, ideal=ideal, fraction=USUAL_FRACTION)
        for name, ideal in sizes["ideal_weight"].items()
    }
    if patient.creatinine is not None:
        findings.append(CAUTION)
    return BodyMeasures(sizes=sizes, bmi=BMI(**inputs), findings=tuple(findings))


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
    rates: Sequence[str] = (),
    pauses: Sequence[str] = (),
    reactions: Sequence[str] = (),
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


_BODY_NEEDS = {"weight": "70 kg", "height": "175 cm", "sex": "male or female", "age": "48 years"}


def _measure(
    what: str, formulas: Mapping[str, Formula], name: str, facts: Mapping[str, Any]
) -> Quantity:
    problems = Problems()
    patient = _patient(problems, facts)
    _known(problems, what, name, formulas)
    problems.raise_if_any()
    return formulas[name](**_inputs(patient))


def _inputs(patient: Patient) -> dict[str, Any]:
    return {
        "weight": patient.weight,
        "height": patient.height,
        "sex": patient.sex,
        "age": patient.age,
        "creatinine": patient.creatinine,
        "hematocrit": patient.hematocrit,
    }


def _patient(problems: Problems, facts: Mapping[str, Any]) -> Patient:
    for unknown in facts.keys() - Facts.__annotations__.keys():
        problems.add(unknown, "", why="is not a known fact", write=", ".join(_KINDS))
    found = {
        field: _read(problems, kind, facts.get(field), field) for field, kind in _KINDS.items()
    }
    hematocrit = facts.get("hematocrit")
    if isinstance(hematocrit, str):
        hematocrit = problems.reading(read_fraction, hematocrit, "hematocrit")
    return Patient(
        weight=found["weight"],
        height=found["height"],
        surface=found["bsa"],
        age=found["age"],
        creatinine=found["creatinine"],
        sex=_sex(problems, facts.get("sex")),
        hematocrit=hematocrit,
        size_confirmed=facts.get("size_confirmed", False),
    )


def _sex(problems: Problems, sex: Any) -> Any:
    if sex is None or isinstance(sex, str):
        return _known(problems, "sex", sex, SEXES)
    import numpy as np

    return np.asarray(sex, dtype=str)


def _known(problems: Problems, field: str, name: Any, known: Any) -> Any:
    if name is not None and name not in known:
        problems.add(field, str(name), why="is not known here", write=", ".join(known))
        return None
    return name


def _rounding(
    problems: Problems, step: str | Quantity | None, rule: RoundingRule | None
) -> Rounding | None:
    if step is None and rule is None:
        return None
    read = _read(problems, "amount", step, "round_to")
    if step is None:
        problems.add("round_to", "", why="is missing", write="5 g")
    if rule is None:
        problems.add("rounding", "", why="is missing", write=", ".join(ROUNDING_RULES))
    known = _known(problems, "rounding", rule, ROUNDING_RULES)
    return None if read is None or known is None else Rounding(step=read, rule=known)


def _read(problems: Problems, kind: str, value: Measured, field: str) -> Quantity | None:
    """Read a text, a Quantity or a column; None stays None."""
    if value is None or isinstance(value, units.Quantity):
        return value
    if isinstance(value, str):
        return problems.reading(units.read, kind, value, field=field)
    return problems.reading(_column, kind, value, field)


def _column(kind: str, value: Any, field: str) -> Quantity:
    """Read a column of texts, each with its unit, or of numbers whose unit is stated.

    A pandas column states it in ``attrs["unit"]``; any column as ``(numbers, "kg")``.
    """
    import numpy as np

    unit = getattr(value, "attrs", {}).get("unit")
    if isinstance(value, tuple):
        value, unit = value
    column = np.asarray(value)
    if np.issubdtype(column.dtype, np.number):
        if unit is None:
            refuse(
                field,
                "",
                why="is a column of numbers without a unit",
                accepted=f'give texts such as {units.KINDS[kind].examples}, or (numbers, "unit")',
            )
        return quantity(column.astype(float), units.read(kind, f"1 {unit}", field=field).units)
    return _column_of_texts(kind, column, field)


def _column_of_texts(kind: str, column: Any, field: str) -> Quantity:
    import numpy as np

    texts, where = np.unique(column.astype(str), return_inverse=True)
    problems = Problems()
    read = [
        problems.reading(units.read, kind, text, field=f"{field}, row {_rows(where == n)}")
        for n, text in enumerate(texts)
    ]
    problems.raise_if_any()
    known = [value for value in read if value is not None]
    if not known:
        refuse(field, "", why="is an empty column", accepted="give one value for each patient")
    unit = known[0].units
    numbers = np.array([units.in_unit(value, unit, field) for value in known])
    return quantity(numbers[where], unit)


def _rows(chosen: Any) -> str:
    """Return the numbers of the rows, as a spreadsheet without a head counts them."""
    numbers = [int(n) + 1 for n in chosen.nonzero()[0]]
    more = f" and {len(numbers) - _ROWS_NAMED} more" if len(numbers) > _ROWS_NAMED else ""
    return ", ".join(map(str, numbers[:_ROWS_NAMED])) + more
