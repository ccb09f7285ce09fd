"""The stages of a dose. Each adds its step and its findings to the derivation.

A stage that changes the amount returns it; a stage that checks it returns nothing. ``calculate``
calls them in their one order.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dosing.calculation import second
from dosing.calculation.limits import Per, check_amount, check_flat, check_rate
from dosing.calculation.measure import measure, weight_of
from dosing.calculation.rule import DoseRule, Rounding
from dosing.columns import any_of, choose, is_column
from dosing.patient import Patient, implausible
from dosing.plausibility import PLAUSIBLE, PROPOSED
from dosing.rounding import above, any_above, describe, deviation, round_to
from dosing.trace import ARITHMETIC, Derivation, not_stopped
from dosing.units import (
    MG,
    Number,
    Parts,
    Quantity,
    Unit,
    dose_unit,
    in_unit,
    parts,
    plain,
    quantity,
    same_kind,
    show,
    show_number,
    show_percent,
    show_rows,
    show_share,
    spelling,
)

if TYPE_CHECKING:  # a drug file's models bring pydantic, which a dose without a drug never needs
    from dosing.drugs.band_table import BandTable
    from dosing.drugs.drug import Drug

Bodies = Mapping[Unit, Number]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Calculation:
    """What a dose is calculated from, and the derivation that its stages add to.

    ``per`` is what the amount is (one dose, a day, a course), ``times`` how many doses make it up,
    ``tolerance`` the greatest deviation by rounding that passes without a WARN.
    """

    rule: DoseRule
    patient: Patient
    drug: Drug | None = None
    route: str = ""
    tolerance: float | None = None
    per: Per = "dose"
    times: int = 1
    derivation: Derivation

    @property
    def stated(self) -> Parts:
        """Return the parts of the unit in which the rule states its rate."""
        return parts(self.rule.rate.units)

    def measure(self) -> Bodies:
        """Return the weight or the surface that the rule needs, and whichever else it names."""
        self.derivation.extend(implausible(self.patient))
        return measure(self.rule, self.patient, self.stated.body, self.derivation)

    def check_rate(self) -> None:
        """Check the rate as it was written against the drug's limits.

        The dose of another drug is checked against that drug's limits, not against these.
        """
        rate = self.rule.rate
        if self.drug is None or self.per == "course" or self.rule.percent_of is not None:
            return
        per_day = self.stated.per_day and self.times == 1
        if self.times != 1:
            rate = quantity(rate.magnitude * self.times, rate.units)
        per = "day" if per_day else self.per
        self.derivation.extend(check_rate(self.drug, self.route, rate, per))

    def raw(self, bodies: Bodies) -> Quantity:
        """Return the rate times the body measure: the dose before anything is done to it."""
        rule, unit = self.rule, self.stated
        number = rule.rate.magnitude * (1 if unit.body is None else bodies[unit.body]) * self.times
        if unit.per_day and rule.doses_a_day is not None:
            number = number / rule.doses_a_day
        if rule.percent_of is not None:
            number = number * rule.percent_of.percent / 100
        # A rate per day without a number of doses stays an amount per day.
        stays_per_day = unit.per_day and rule.doses_a_day is None
        amount = quantity(number, dose_unit(unit.amount, per_day=stays_per_day))
        what = "calculated dose"
        if rule.banding is not None:
            what = "dose before banding"
        elif rule.rounding is not None:
            what = "dose before rounding"
        because, of = self._raw_reason(bodies)
        self.derivation.step(what, amount, because=because, of=of, source=rule.source)
        return amount

    def _raw_reason(self, bodies: Bodies) -> tuple[str, tuple[Quantity, ...]]:
        rule, body = self.rule, self.stated.body
        of = (rule.rate,) if body is None else (rule.rate, quantity(bodies[body], body))
        if rule.percent_of is not None:
            return f"{show_number(rule.percent_of.percent)} % of {{}} {rule.percent_of.of}", of
        because = "a flat dose of {}" if body is None else "{} x {}"
        if self.times != 1:
            because += f" x {self.times} doses"
        if rule.doses_a_day is not None and self.stated.per_day:
            doses = "1 dose" if rule.doses_a_day == 1 else f"{rule.doses_a_day} doses"
            because += f" in {doses} a day"
        return because, of

    def adjust(self, amount: Quantity) -> Quantity:
        """Return the amount after every adjustment (renal, age, marrow), each a step of its own."""
        for adjustment in self.rule.adjustments:
            amount = quantity(amount.magnitude * adjustment.factor, amount.units)
            because = f"{show_share(adjustment.factor)} of the standard dose: {adjustment.reason}"
            self.derivation.step("adjusted", amount, because=because, source=adjustment.source)
        return amount

    def cap(self, amount: Quantity) -> Quantity:
        """Return the amount, held at the rule's cap where it is above it.

        The cap is that of one dose: five doses are held at five times the cap.
        """
        rule = self.rule
        if rule.cap is None:
            return amount
        highest = float(in_unit(rule.cap, amount.units, "cap")) * self.times
        if not any_above(amount.magnitude, highest):
            return amount
        over = above(amount.magnitude, highest)
        capped = quantity(choose(over, highest, amount.magnitude), amount.units)
        because = "{} is above the cap of {}" + (
            "" if self.times == 1 else f" x {self.times} doses"
        )
        self.derivation.step(
            "held at the cap",
            capped,
            because=because,
            of=(amount, rule.cap),
            source=rule.cap_source,
        )
        return capped

    def check_possible(self, amount: Quantity) -> None:
        """Stop an amount that is no dose, where nothing stopped what it was calculated from."""
        fresh = not_stopped(self.derivation.findings)
        source, own = PLAUSIBLE.possible.source, self.stated.amount
        text = "The calculated dose is not above zero; use it for nobody."
        nothing = amount.magnitude <= 0
        self.derivation.stop("dose.not_above_zero", text, source, rows=nothing & fresh)
        for most in PLAUSIBLE.possible.most_of_a_dose:
            if same_kind(own, most) and any_above(amount.magnitude, _number(most, own)):
                text = f"The calculated dose is more than {show(most)}: nobody gets so much."
                rows = above(amount.magnitude, _number(most, own)) & fresh
                self.derivation.stop("dose.impossible", text, source, rows)

    def round_or_band(self, reference: Quantity) -> Quantity:
        """Return the amount as it is given: rounded, or moved to the dose of its band."""
        if self.rule.rounding is not None:
            return self._round(reference, self.rule.rounding)
        if self.rule.banding is not None:
            return self._band(reference, self.rule.banding)
        return reference

    def _round(self, reference: Quantity, rounding: Rounding) -> Quantity:
        amount = round_to(reference, rounding.step, rounding.rule)
        because = f"rounded {describe(rounding.step, rounding.rule)}{_moved(amount, reference)}"
        self.derivation.step("rounded", amount, because=because, source=rounding.source)
        self.check_rounded(amount, rounding)
        if self.tolerance is not None:
            self._check_deviation("Rounding", amount, reference, self.tolerance, "allowed here")
        return amount

    def _band(self, reference: Quantity, table: BandTable) -> Quantity:
        weight = weight_of(self.rule, self.patient)
        amount, outside = table.move(reference, weight)
        self.derivation.stop(
            "dose.outside_bands",
            f"{_upper(str(table))} has no band for this dose; the first is {table.bands[0]}, "
            f"the last {table.bands[-1]}.",
            table.source,
            rows=outside,
        )
        column = is_column(amount.magnitude)
        band = None if column else table.band_of(table.measured(reference, weight))
        if column or band is not None:
            because = "each moved to the dose of its band" if band is None else f"the band {band}"
            because = f"{because}, {table}{_moved(amount, reference)}"
            self.derivation.step("banded", amount, because=because, source=table.source)
        self._check_cap(amount, "dose.banded_over_cap", "The dose of the band passes its cap")
        stated = "that its table states"
        self._check_deviation("Banding", amount, reference, table.within, stated)
        if self.tolerance is not None and self.tolerance < table.within:
            self._check_deviation("Banding", amount, reference, self.tolerance, "allowed here")
        return amount

    def check_rounded(self, amount: Quantity, rounding: Rounding) -> None:
        """Stop what rounding must not leave: nothing at all, or more than the cap."""
        nothing = amount.magnitude == 0
        if any_of(nothing):
            text = f"The dose is so small that rounding to {show(rounding.step)} leaves nothing."
            self.derivation.stop("dose.rounded_to_zero", text, PROPOSED, rows=nothing)
        if self.rule.cap is not None:
            text = f"Rounded to {show(rounding.step)}, the dose passes its cap"
            self._check_cap(amount, "dose.rounded_over_cap", text, "; round down")

    def _check_cap(self, amount: Quantity, code: str, text: str, advice: str = "") -> None:
        if self.rule.cap is None:
            return
        highest = float(in_unit(self.rule.cap, amount.units, "cap")) * self.times
        if any_above(amount.magnitude, highest):
            text = f"{text} of {show(self.rule.cap)}{advice}."
            self.derivation.stop(code, text, PROPOSED, rows=above(amount.magnitude, highest))

    def _check_deviation(
        self, word: str, amount: Quantity, reference: Quantity, most: float, by_whom: str
    ) -> None:
        """Warn of doses that were moved further from their reference than they may be."""
        away = deviation(amount, reference)
        if not any_above(abs(away), most):
            return
        by = "" if is_column(away) else f" by {show_percent(float(away))}"
        text = f"{word} moves the dose{by}, more than the {show_share(most)} {by_whom}."
        far = above(abs(away), most) & (amount.magnitude != 0)
        self.derivation.warn("dose.deviation", text, PROPOSED, rows=far)

    def check_limits(self, amount: Quantity, bodies: Bodies) -> None:
        """Check the amount against the drug's limits, once it is rounded or banded."""
        if self.drug is None:
            return
        drug, route, weight = self.drug, self.route, self.patient.weight
        flat = self.stated.body is None
        for per, value in self._to_check(amount):
            found = check_amount(drug, route, value, per, bodies)
            if flat and weight is not None:
                found += check_flat(drug, route, value, per, weight)
            if per == "day" and not self.stated.per_day:
                # One of the doses of a day may pass what a day holds, and never falls short of it.
                found = [finding for finding in found if ".above." in finding.code]
            self.derivation.extend(found)

    def _to_check(self, amount: Quantity) -> Iterator[tuple[Per, Quantity]]:
        """Yield the amount for what it is, and a single dose also for its day."""
        yield self.per, amount
        if self.per == "dose":
            unit, doses = self.stated, self.rule.doses_a_day
            if not unit.per_day:
                yield "day", amount
            elif doses is None:
                yield "day", quantity(amount.magnitude, unit.amount)
            else:
                yield "day", quantity(amount.magnitude * doses, amount.units)

    def check_again(self, amount: Quantity) -> None:
        """Calculate the amount a second time, by itself; a disagreement is a STOP.

        One amount is calculated in exact fractions, a column as ``second_column`` says.
        """
        if is_column(amount.magnitude):
            self._check_column_again(amount)
            return
        again = second.amount(**self._second_inputs(_plain))
        if second.agrees(plain(amount), again):
            self.derivation.step(
                "second calculation",
                "agrees",
                because="the same amount from the entered values in exact fractions",
                of=(_in_unit_of_the_first(again, amount.units),),
                source=ARITHMETIC,
            )
            return
        text = f"The second calculation gives a different amount from {show(amount)}; use neither."
        self.derivation.stop("dose.second_calculation", text, ARITHMETIC)

    def _check_column_again(self, amount: Quantity) -> None:
        from dosing.calculation.second_column import Entered, differing_rows

        entered = Entered(**self._second_inputs(_written))
        different = differing_rows((amount.magnitude, spelling(amount.units)), entered)
        if not any_of(different):
            because = "the same amounts from the entered values, the extreme ones in fractions"
            source = ARITHMETIC
            self.derivation.step("second calculation", "agrees", because=because, source=source)
        rows = show_rows(different)
        text = f"The second calculation gives different amounts in {rows}; use neither."
        self.derivation.stop("dose.second_calculation", text, ARITHMETIC, rows=different)

    def _second_inputs(self, write: Callable[[Quantity | None], Any]) -> dict[str, Any]:
        rule, patient = self.rule, self.patient
        factors = [adjustment.factor for adjustment in rule.adjustments]
        if rule.percent_of is not None:
            factors.insert(0, rule.percent_of.percent / 100)
        bands = rule.banding.bands if rule.banding is not None else ()
        return {
            "rate": write(rule.rate),
            "weight": write(weight_of(rule, patient)),
            "missing": patient.amputated.percent if patient.amputated is not None else None,
            "height": write(patient.height),
            "surface": write(patient.surface),
            "sex": patient.sex,
            "basis": rule.weight_basis,
            "ideal": rule.ideal,
            "fraction": rule.fraction,
            "formula": rule.surface,
            "hematocrit": patient.hematocrit,
            "plasma": rule.plasma,
            "doses_a_day": rule.doses_a_day,
            "times": self.times,
            "factors": factors,
            "cap": _plain(rule.cap),
            "step": _plain(rule.rounding.step) if rule.rounding is not None else None,
            "rounding": rule.rounding.rule if rule.rounding is not None else None,
            "banded_by": rule.banding.by if rule.banding is not None else "dose",
            "bands": [(_plain(band.low), _plain(band.high), plain(band.dose)) for band in bands],
        }


def _moved(amount: Quantity, reference: Quantity) -> str:
    """Return how far one dose was moved, in brackets; nothing for a column."""
    if is_column(amount.magnitude):
        return ""
    return f" ({show_percent(float(deviation(amount, reference)))})"


def _in_unit_of_the_first(again: Fraction, unit: Unit) -> Quantity:
    """Return the second amount, which is in mg where it is a mass, in the unit of the first."""
    stated = parts(unit)
    own = MG if same_kind(stated.amount, MG) else stated.amount
    value = quantity(float(again), dose_unit(own, per_day=stated.per_day))
    return value if value.units is unit else quantity(float(in_unit(value, unit, "dose")), unit)


def _plain(value: Quantity | None) -> str | None:
    """Return one value as text; None for a column, of which a flat dose uses none."""
    return None if value is None or is_column(value.magnitude) else plain(value)


def _number(value: Quantity, unit: Unit) -> float:
    return float(in_unit(value, unit, "dose"))


def _written(value: Quantity | None) -> tuple[Number, str] | None:
    """Return a value as a number, or a column of them, and the spelling of its unit."""
    return None if value is None else (value.magnitude, spelling(value.units))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
