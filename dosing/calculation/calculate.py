"""From a rule and a patient to a dose, in one fixed order that is written here and only here.

measure (which weight or surface, by which formula) -> raw -> adjust -> cap -> round or band ->
check against cap and limits -> second calculation. A cap that acts, a rounding, a band and a limit
are all visible; the dose before rounding or banding is the reference for the deviation.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

from dosing.calculation.limits import Per, check_amount
from dosing.calculation.packs import deal
from dosing.calculation.rule import DoseRule, must_be_a_count
from dosing.calculation.stages import Calculation
from dosing.columns import is_column
from dosing.errors import refuse
from dosing.patient import Patient
from dosing.rounding import deviation
from dosing.trace import Derivation, Finding, Step, stops
from dosing.units import (
    Number,
    Quantity,
    Unit,
    in_ordinary_spaces,
    in_unit,
    ordinary_spaces,
    quantity,
    show,
    spelling,
)

if TYPE_CHECKING:  # a drug file's models bring pydantic, which a dose without a drug never needs
    from dosing.drugs.drug import Drug

_SHOWN_DIGITS = 6
_PERIODS: tuple[Per, ...] = get_args(Per)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """An amount that accounts for itself. ``reference`` is the dose before rounding or banding."""

    amount: Quantity
    reference: Quantity
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    bodies: Mapping[Unit, Number]

    @property
    def deviation(self) -> Number:
        """Return the deviation from the reference dose as a fraction (0.012 is +1.2 %)."""
        return deviation(self.amount, self.reference)

    def __str__(self) -> str:
        """Return the amount as a person reads it; of a column its length, of a STOP the reason."""
        if stopping := stops(self.findings):
            reasons = "; ".join(dict.fromkeys(finding.text for finding in stopping))
            return ordinary_spaces(f"STOP: {reasons}")
        if is_column(self.amount.magnitude):
            return f"a column of {self.amount.magnitude.size} doses"
        return ordinary_spaces(show(self.amount, _SHOWN_DIGITS))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``dosing dose --json`` prints them; a STOP leaves no number."""
        stopped = bool(stops(self.findings))
        content = {
            "amount": None if stopped else {**value_and_unit(self.amount), "text": str(self)},
            "reference": None if stopped else value_and_unit(self.reference),
            "deviation": None if stopped else _plain_number(self.deviation),
            "steps": [] if stopped else [step.as_dict() for step in self.steps],
            "findings": [finding.as_dict() for finding in self.findings],
        }
        return in_ordinary_spaces(content)

    def _repr_html_(self) -> str:
        """Return the derivation as a table, as notebooks show it."""
        import html  # its table of entities is large, and only notebooks need it

        rows = [
            *((step.what, step.value_text, step.why, str(step.source)) for step in self.steps),
            *((f.level, f.code, f.text, str(f.source)) for f in self.findings),
        ]
        cells = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows)
        lines = "".join(f"<tr>{row}</tr>" for row in cells)
        return f"<table><caption>{html.escape(str(self))}</caption>{lines}</table>"


def calculate(
    rule: DoseRule,
    patient: Patient,
    *,
    drug: Drug | None = None,
    route: str = "",
    tolerance: float | None = None,
    per: Per = "dose",
    times: int = 1,
) -> Dose:
    """Calculate a dose, or a column of doses, with every step it took.

    Args:
        rule: how much, by which body measure, with which cap and rounding.
        patient: the measurements; each one value or a column of the same length.
        drug: the dose is checked against this drug's limits for the route.
        route: the route of administration, as the drug file names it.
        tolerance: the greatest deviation by rounding that passes without a WARN (0.1 is 10 %).
        per: what the amount is: one dose, a day, or a whole course (limits differ).
        times: how many such doses make up the amount; 5 for a course of five.

    Returns:
        The dose. Findings may hold a STOP: the dose is then shown and never exported.

    Raises:
        InputError: naming every measurement or choice that the rule needs and that is missing.
    """
    must_be_a_count("times", times)
    if per not in _PERIODS:
        refuse("per", str(per), why="is not known here", write=", ".join(_PERIODS))
    derivation = Derivation(*rule.derived)
    stages = Calculation(
        rule=rule,
        patient=patient,
        drug=drug,
        route=route,
        tolerance=tolerance,
        per=per,
        times=times,
        derivation=derivation,
    )
    bodies = stages.measure()
    stages.check_rate()
    reference = stages.cap(stages.adjust(stages.raw(bodies)))
    stages.check_possible(reference)
    amount = stages.round_or_band(reference)
    stages.check_limits(amount, bodies)
    stages.check_again(amount)
    return Dose(
        amount=amount,
        reference=reference,
        steps=derivation.steps,
        findings=derivation.findings,
        bodies=bodies,
    )


def calculate_course(
    rule: DoseRule,
    patient: Patient,
    *,
    days: int,
    drug: Drug | None = None,
    route: str = "",
    tolerance: float | None = None,
    a_cycle: bool = True,
) -> tuple[Dose, tuple[Dose, ...]]:
    """Round the total of a course and deal it out in whole steps over its days.

    70 kg and 0.4 g/kg for 5 days to the nearest 5 g: 140 g as 30, 30, 30, 25 and 25 g. Rounded day
    by day it would be 150 g.

    Args:
        rule: the rule of one day; its rounding is applied to the total.
        patient: the measurements; each one value or a column of the same length.
        days: over how many doses the total is dealt.
        drug: each dose and the total are checked against this drug's limits.
        route: the route of administration.
        tolerance: the greatest deviation of the total that passes without a WARN.
        a_cycle: whether the total is that of a cycle, which has limits of its own.

    Returns:
        The total, and one dose for each day in order.

    Raises:
        InputError: as ``calculate``, and when the rule has no rounding to deal by.
    """
    must_be_a_count("days", days)
    if rule.rounding is None:
        deal_by = "a course is dealt out in whole steps, such as 5 g"
        refuse("rounding", "", why="is missing", accepted=deal_by)
    total = calculate(
        rule,
        patient,
        drug=drug if a_cycle else None,
        route=route,
        tolerance=tolerance,
        per="cycle",
        times=days,
    )
    daily = calculate(dataclasses.replace(rule, rounding=None), patient, drug=drug, route=route)
    unit = total.amount.units
    step = in_unit(rule.rounding.step, unit, "rounding")
    shares = deal(total.amount.magnitude, days, float(step))
    doses = []
    for position, share in enumerate(shares, 1):
        amount = quantity(share, unit)
        derivation = Derivation(*total.steps)
        derivation.step(
            f"dose {position} of {days}",
            amount,
            because="{} dealt out over {} in whole steps of {}, the larger first",
            of=(total.amount, "1 dose" if days == 1 else f"{days} doses", rule.rounding.step),
            source=rule.rounding.source,
        )
        derivation.extend(daily.findings)
        derivation.extend(total.findings)
        one_day = Calculation(rule=rule, patient=patient, derivation=derivation)
        one_day.check_rounded(amount, rule.rounding)
        if drug is not None:
            derivation.extend(check_amount(drug, route, amount, "dose", daily.bodies))
        doses.append(
            Dose(
                amount=amount,
                reference=daily.reference,
                steps=derivation.steps,
                findings=derivation.findings,
                bodies=daily.bodies,
            )
        )
    return total, tuple(doses)


def _plain_number(number: Number) -> Any:
    return float(number) if isinstance(number, float) else number.tolist()


def value_and_unit(value: Quantity) -> dict[str, Any]:
    """Return a Quantity as plain values, with its unit as it is written here."""
    return {"value": _plain_number(value.magnitude), "unit": spelling(value.units)}
