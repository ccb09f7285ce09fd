"""From a rule and a patient to a dose, in one fixed order that is written here and only here.

measure (which weight or surface, by which formula) -> raw -> adjust -> cap -> round or band -> hold
to cap and limits once more -> deviation from the reference dose -> second calculation. Each stage
adds a Step; a cap that acts, a rounding, a band and a limit are all visible.
"""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from dosing.calculation import second
from dosing.calculation.limits import Per, check_amount, check_rate
from dosing.calculation.measure import measure
from dosing.calculation.packs import deal
from dosing.calculation.rule import DoseRule, Rounding
from dosing.drugs.band_table import BandTable
from dosing.drugs.drug import Drug
from dosing.errors import refuse
from dosing.patient import PROPOSED, Patient, implausible
from dosing.rounding import above, describe, deviation, round_to
from dosing.trace import ARITHMETIC, Finding, Source, Step, stop, stops
from dosing.units import (
    KG,
    MG,
    Number,
    Parts,
    Quantity,
    Unit,
    dose_unit,
    in_ordinary_spaces,
    in_unit,
    is_column,
    ordinary_spaces,
    parts,
    plain,
    quantity,
    same_kind,
    show,
    show_number,
    show_part,
    show_percent,
    spelling,
)

_SHOWN_DIGITS = 6


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
        """Give how far the amount lies from the reference dose, as a fraction."""
        return deviation(self.amount, self.reference)

    def __str__(self) -> str:
        """Return the amount as it is written for a person; of a column how long it is."""
        if is_column(self.amount.magnitude):
            return f"a column of {self.amount.magnitude.size} doses"
        return ordinary_spaces(show(self.amount, _SHOWN_DIGITS))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``dosing dose --json`` prints them; a STOP leaves no number."""
        stopped = bool(stops(self.findings))
        content = {
            "amount": None if stopped else {**_plain_value(self.amount), "text": str(self)},
            "reference": None if stopped else _plain_value(self.reference),
            "deviation": None if stopped else _plain_number(self.deviation),
            "steps": [] if stopped else [step.as_dict() for step in self.steps],
            "findings": [finding.as_dict() for finding in self.findings],
        }
        return in_ordinary_spaces(content)  # type: ignore[no-any-return]

    def _repr_html_(self) -> str:
        """Return the derivation as a table, as notebooks show it."""
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
        drug: holds the dose to this drug's limits for the route.
        route: the route of administration, as the drug file names it.
        tolerance: the greatest deviation by rounding that passes without a WARN (0.1 is 10 %).
        per: what the amount is: one dose, a day, or a whole course (limits differ).
        times: how many such doses make up the amount; 5 for a course of five.

    Returns:
        The dose. Findings may hold a STOP: the dose is then shown and never exported.

    Raises:
        InputError: naming every measurement or choice that the rule needs and that is missing.
    """
    _counted("times", times)
    _counted("doses a day", rule.doses_a_day)
    unit = parts(rule.rate.units)
    bodies, steps, found = measure(rule, patient, unit.body)
    steps = [*rule.derived, *steps]
    findings = [*implausible(patient), *found]
    # The dose of another drug is held to that drug's limits, not to those of this one.
    if drug is not None and per != "course" and rule.percent_of is None:
        stated = rule.rate if times == 1 else quantity(rule.rate.magnitude * times, rule.rate.units)
        findings += check_rate(drug, route, stated, "day" if unit.per_day and times == 1 else per)

    raw = rule.rate.magnitude * (bodies[unit.body] if unit.body is not None else 1) * times
    if unit.per_day and rule.doses_a_day is not None:
        raw = raw / rule.doses_a_day
    if rule.percent_of is not None:
        raw = raw * rule.percent_of.percent / 100
    amount = quantity(raw, _result_unit(rule, unit))
    steps.append(_raw_step(rule, unit, bodies, amount, times))

    for adjustment in rule.adjustments:
        amount = quantity(amount.magnitude * adjustment.factor, amount.units)
        steps.append(
            Step(
                what="adjusted",
                value=amount,
                source=adjustment.source,
                because=f"{show_part(adjustment.factor)} of the standard dose: {adjustment.reason}",
            )
        )
    amount = _capped(rule, amount, times, steps)
    reference = amount
    if rule.rounding is not None:
        amount = round_to(amount, rule.rounding.step, rule.rounding.rule)
        _rounded(rule, rule.rounding, amount, reference, times, tolerance, steps, findings)
    elif rule.banding is not None:
        amount = _banded(rule, rule.banding, reference, times, tolerance, steps, findings)
    if drug is not None:
        findings += _new(findings, check_amount(drug, route, amount, per, bodies))
        findings += _new(findings, _check_day(rule, drug, route, amount, per, bodies))
        findings += _new(findings, _check_flat(rule, patient, drug, route, amount, per))
    if not is_column(amount.magnitude):
        _check_again(rule, patient, amount, times, steps, findings)
    return Dose(
        amount=amount,
        reference=reference,
        steps=tuple(steps),
        findings=tuple(findings),
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
) -> tuple[Dose, tuple[Dose, ...]]:
    """Round the total of a course and deal it out in whole steps over its days.

    70 kg and 0.4 g/kg for 5 days to the nearest 5 g: 140 g as 30, 30, 30, 25 and 25 g. Rounded day
    by day it would be 150 g.

    Args:
        rule: the rule of one day; its rounding is applied to the total.
        patient: the measurements of one patient.
        days: over how many doses the total is dealt.
        drug: holds each dose and the total to this drug's limits.
        route: the route of administration.
        tolerance: the greatest deviation of the total that passes without a WARN.

    Returns:
        The total, and one dose for each day in order.

    Raises:
        InputError: as ``calculate``, and when the rule has no rounding to deal by.
    """
    _counted("days", days)
    if rule.rounding is None:
        refuse(
            "rounding",
            "",
            why="is missing",
            accepted="a course is dealt out in whole steps, such as 5 g",
        )
    total = calculate(
        rule, patient, drug=drug, route=route, tolerance=tolerance, per="cycle", times=days
    )
    daily = calculate(dataclasses.replace(rule, rounding=None), patient, drug=drug, route=route)
    step = in_unit(rule.rounding.step, total.amount.units, "rounding")
    shares = deal(float(total.amount.magnitude), days, float(step))
    doses = []
    for position, share in enumerate(shares, 1):
        amount = quantity(share, total.amount.units)
        dealt = Step(
            what=f"dose {position} of {days}",
            value=amount,
            source=rule.rounding.source,
            because="{} dealt out over {} in whole steps of {}, the larger first",
            of=(total.amount, f"{days} doses", rule.rounding.step),
        )
        findings = list(daily.findings)
        findings += _new(findings, total.findings)
        findings += _new(findings, _not_to_give(rule, rule.rounding, amount, 1))
        if drug is not None:
            findings += _new(findings, check_amount(drug, route, amount, "dose", daily.bodies))
        doses.append(
            Dose(
                amount=amount,
                reference=daily.reference,
                steps=(*total.steps, dealt),
                findings=tuple(findings),
                bodies=daily.bodies,
            )
        )
    return total, tuple(doses)


def _plain_number(number: Number) -> Any:
    return number.tolist() if is_column(number) else float(number)


def _plain_value(value: Quantity) -> dict[str, Any]:
    return {"value": _plain_number(value.magnitude), "unit": spelling(value.units)}


def _counted(field: str, count: int | None) -> None:
    """Refuse a count that leaves nothing to give."""
    if count is not None and count < 1:
        refuse(field, str(count), why="is not a count", write="1 or more")


def _result_unit(rule: DoseRule, unit: Parts) -> Unit:
    """Give the unit of the amount; a rate per day without a number of doses stays per day."""
    if unit.per_day and rule.doses_a_day is None:
        return dose_unit(unit.amount, per_day=True)
    return unit.amount


def _check_flat(
    rule: DoseRule, patient: Patient, drug: Drug, route: str, amount: Quantity, per: Per
) -> list[Finding]:
    """Hold a flat dose to the upper limits per kg, when the weight is known.

    Not to the lower ones: a flat dose is little per kg in whoever weighs much.
    """
    if parts(rule.rate.units).body is not None or patient.weight is None:
        return []
    by_weight = {KG: in_unit(patient.weight, KG, "weight")}
    found = check_amount(drug, route, amount, per, by_weight)
    return [finding for finding in found if ".above." in finding.code]


def _check_day(
    rule: DoseRule,
    drug: Drug,
    route: str,
    amount: Quantity,
    per: Per,
    bodies: Mapping[Unit, Number],
) -> list[Finding]:
    """Hold what a rate per day gives in a day to the limits of a day."""
    unit = parts(rule.rate.units)
    if per != "dose" or not unit.per_day:
        return []
    doses = rule.doses_a_day or 1
    a_day = quantity(
        amount.magnitude * doses, unit.amount if rule.doses_a_day is None else amount.units
    )
    return check_amount(drug, route, a_day, "day", bodies)


def _raw_step(
    rule: DoseRule, unit: Parts, bodies: Mapping[Unit, Number], amount: Quantity, times: int
) -> Step:
    because, of = "a flat dose of {}", [rule.rate]
    if unit.body is not None:
        because = "{} x {}"
        of.append(quantity(bodies[unit.body], unit.body))
    if times != 1:
        because += f" x {times} doses"
    if rule.doses_a_day is not None and unit.per_day:
        because += f" in {rule.doses_a_day} doses a day"
    if rule.percent_of is not None:
        because = f"{show_number(rule.percent_of.percent)} % of {{}} {rule.percent_of.of}"
    what = "calculated dose"
    if rule.rounding is not None or rule.banding is not None:
        what = "dose before rounding" if rule.banding is None else "dose before banding"
    return Step(what=what, value=amount, because=because, of=tuple(of), source=rule.source)


def _capped(rule: DoseRule, amount: Quantity, times: int, steps: list[Step]) -> Quantity:
    """Hold the amount at the cap, as a step that is shown when it acts.

    The cap is that of one dose: five doses are held at five times the cap.
    """
    if rule.cap is None:
        return amount
    cap = float(in_unit(rule.cap, amount.units, "cap")) * times
    over = above(amount.magnitude, cap)
    if not np.any(over):
        return amount
    magnitude = np.where(over, cap, amount.magnitude)
    capped = quantity(magnitude if magnitude.shape else cap, amount.units)
    of_each = "" if times == 1 else f" x {times} doses"
    steps.append(
        Step(
            what="held at the cap",
            value=capped,
            because="{} is above the cap of {}" + of_each,
            of=(amount, rule.cap),
            source=rule.cap_source,
        )
    )
    return capped


def _rounded(
    rule: DoseRule,
    rounding: Rounding,
    amount: Quantity,
    reference: Quantity,
    times: int,
    tolerance: float | None,
    steps: list[Step],
    findings: list[Finding],
) -> None:
    """Add the rounding step, and the findings on zero, cap and deviation."""
    away = deviation(amount, reference)
    column = is_column(away)
    because = "rounded " + describe(rounding.step, rounding.rule)
    if not column:
        because += f" ({show_percent(float(away))})"
    steps.append(Step(what="rounded", value=amount, because=because, source=rounding.source))
    findings += _not_to_give(rule, rounding, amount, times)
    if tolerance is not None:
        findings += _moved_far("Rounding", amount, reference, tolerance, "allowed here")


def _banded(
    rule: DoseRule,
    table: BandTable,
    reference: Quantity,
    times: int,
    tolerance: float | None,
    steps: list[Step],
    findings: list[Finding],
) -> Quantity:
    """Move the dose to that of its band, with the findings on table, cap and deviation."""
    amount, outside = table.banded(reference)
    text = (
        f"{_upper(str(table))} has no band for this dose; the first is {table.bands[0]}, "
        f"the last {table.bands[-1]}."
    )
    findings += _found("STOP", "dose.outside_bands", text, outside, table.source)
    column = is_column(amount.magnitude)
    band = None if column else table.band(reference)
    if column or band is not None:
        because = "each moved to the dose of its band" if band is None else f"the band {band}"
        away = "" if column else f" ({show_percent(float(deviation(amount, reference)))})"
        because = f"{because}, {table}{away}"
        steps.append(Step(what="banded", value=amount, because=because, source=table.source))
    said = "The dose of the band passes its cap"
    findings += _over_cap(rule, amount, times, "dose.banded_over_cap", said)
    findings += _moved_far("Banding", amount, reference, table.within, "that its table states")
    if tolerance is not None and tolerance < table.within:
        findings += _new(
            findings, _moved_far("Banding", amount, reference, tolerance, "allowed here")
        )
    return amount


def _moved_far(
    word: str, amount: Quantity, reference: Quantity, most: float, by_whom: str
) -> list[Finding]:
    """Find doses that were moved further from their reference than they may be."""
    away = deviation(amount, reference)
    column = is_column(away)
    far = np.asarray(above(np.abs(away), most)) & (np.asarray(amount.magnitude) != 0)
    moved = "" if column else f" by {show_percent(float(away))}"
    text = f"{word} moves the dose{moved}, more than the {show_part(most)} {by_whom}."
    return _proposed("WARN", "dose.deviation", text, far if column else bool(far))


def _not_to_give(rule: DoseRule, rounding: Rounding, amount: Quantity, times: int) -> list[Finding]:
    """Find what rounding must not leave: nothing at all, or more than the cap."""
    step = show(rounding.step)
    text = f"The dose is so small that rounding to {step} leaves nothing."
    found = _proposed("STOP", "dose.rounded_to_zero", text, amount.magnitude == 0)
    said = f"Rounded to {step}, the dose passes its cap"
    return found + _over_cap(rule, amount, times, "dose.rounded_over_cap", said, "; round down")


def _over_cap(
    rule: DoseRule, amount: Quantity, times: int, code: str, said: str, advice: str = ""
) -> list[Finding]:
    """Find what was moved past its cap."""
    if rule.cap is None:
        return []
    cap = float(in_unit(rule.cap, amount.units, "cap")) * times
    text = f"{said} of {show(rule.cap)}{advice}."
    return _proposed("STOP", code, text, above(amount.magnitude, cap))


def _proposed(level: Literal["WARN", "STOP"], code: str, text: str, rows: Any) -> list[Finding]:
    """Give a finding whose bound is a proposal of ours, if it holds for any row."""
    return _found(level, code, text, rows, PROPOSED)


def _found(
    level: Literal["WARN", "STOP"], code: str, text: str, rows: Any, source: Source
) -> list[Finding]:
    if not np.any(rows):
        return []
    column = rows if is_column(rows) else None
    return [Finding(level=level, code=code, text=text, source=source, rows=column)]


def _check_again(
    rule: DoseRule,
    patient: Patient,
    amount: Quantity,
    times: int,
    steps: list[Step],
    findings: list[Finding],
) -> None:
    """Calculate the amount a second time in exact fractions; a disagreement is a STOP."""
    again = second.amount(
        rate=plain(rule.rate),
        weight=_plain(patient.weight),
        height=_plain(patient.height),
        surface=_plain(patient.surface),
        sex=patient.sex,
        basis=rule.weight_basis,
        ideal=rule.ideal,
        fraction=rule.fraction,
        formula=rule.surface,
        doses_a_day=rule.doses_a_day,
        times=times,
        factors=[
            *((rule.percent_of.percent / 100,) if rule.percent_of else ()),
            *(adjustment.factor for adjustment in rule.adjustments),
        ],
        cap=_plain(rule.cap),
        step=_plain(rule.rounding.step) if rule.rounding else None,
        rounding=rule.rounding.rule if rule.rounding else None,
        bands=[
            (_plain(band.low), _plain(band.high), plain(band.dose)) for band in rule.banding.bands
        ]
        if rule.banding
        else None,
    )
    if second.agrees(plain(amount), again):
        steps.append(
            Step(
                what="second calculation",
                value="agrees",
                source=ARITHMETIC,
                because="the same amount from the entered values in exact fractions",
                of=(_as_calculated_again(again, amount.units),),
            )
        )
        return
    findings.append(
        stop(
            "dose.second_calculation",
            f"The second calculation gives another amount than {show(amount)}; do not use it.",
            ARITHMETIC,
        )
    )


def _as_calculated_again(again: Fraction, unit: Unit) -> Quantity:
    """Give the second amount, which is in mg where it is a mass, in the unit of the first."""
    stated = parts(unit)
    own = MG if same_kind(stated.amount, MG) else stated.amount
    value = quantity(float(again), dose_unit(own, per_day=stated.per_day))
    return quantity(float(in_unit(value, unit, "dose")), unit)


def _plain(value: Quantity | None) -> str | None:
    return None if value is None else plain(value)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _new(known: Sequence[Finding], more: Sequence[Finding]) -> list[Finding]:
    """Keep the findings that are not known yet, by code and sentence."""
    said = {(finding.code, finding.text) for finding in known}
    return [finding for finding in more if (finding.code, finding.text) not in said]
