"""What belongs to a published equation beside its arithmetic: source, population, valid range."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from dosing.columns import all_among, any_of, choose, in_rows, is_column, negated
from dosing.errors import Problems, refuse
from dosing.names import SEXES
from dosing.plausibility import PLAUSIBLE
from dosing.rounding import above, below
from dosing.trace import SHOWN_DIGITS, Derivation, Finding, Source
from dosing.units import YEAR, Number, Quantity, Unit, in_unit, quantity, show, show_rows


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The values of one input for which an equation was made; None where it has no bound.

    Below ``wrong_below`` the equation does not merely lack proof: it goes wrong.
    """

    field: str
    unit: Unit
    low: float | None = None
    high: float | None = None
    wrong_below: float | None = None

    def __str__(self) -> str:
        """Return the range in words: age from 18 years."""
        low = show(quantity(self.low, self.unit)) if self.low is not None else ""
        high = show(quantity(self.high, self.unit)) if self.high is not None else ""
        if low and high:
            return f"{self.field} {low} to {high}"
        return f"{self.field} from {low}" if low else f"{self.field} up to {high}"

    def excludes(self, value: Quantity) -> Any:
        """Return whether a value lies outside; of a column, whether each does."""
        number = in_unit(value, self.unit, self.field)
        under = below(number, self.low) if self.low is not None else False
        over = above(number, self.high) if self.high is not None else False
        return under | over

    def goes_wrong(self, value: Quantity) -> Any:
        """Return whether the equation goes wrong for a value; of a column, for each."""
        if self.wrong_below is None:
            return False
        return below(in_unit(value, self.unit, self.field), self.wrong_below)


ADULT_AGE = Range(
    field="age",
    unit=YEAR,
    low=18,
    wrong_below=float(in_unit(PLAUSIBLE.equations_of_adults.stop_below_age, YEAR, "age")),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A published equation: its function and what a reader must know to trust it.

    ``falls`` finds whoever is so heavy that the equation turns back; it takes the same inputs.
    """

    name: str
    title: str
    function: Callable[..., Quantity]
    inputs: tuple[str, ...]
    source: Source
    population: str
    valid: tuple[Range, ...] = ()
    falls: Callable[..., Any] | None = None

    def __call__(self, **inputs: Any) -> Quantity:
        """Return its result from whatever is given, taking only the inputs that it needs.

        Raises:
            InputError: naming every input that it needs and that is missing.
        """
        problems = Problems()
        for field in self.inputs:
            if inputs.get(field) is None:
                problems.add(field, "", why="is missing", accepted=f"{self.title} needs it")
        problems.raise_if_any()
        return self.function(**{field: inputs[field] for field in self.inputs})

    def outside(self, **inputs: Any) -> tuple[Finding, ...]:
        """Find the inputs outside the population it was made for; a STOP where it goes wrong."""
        derivation = Derivation()
        for valid in self.valid:
            value = inputs.get(valid.field)
            if value is None or not any_of(rows := valid.excludes(value)):
                continue
            wrong = valid.goes_wrong(value)
            text = f"{self.title} was made for {self.population} ({valid}); here: "
            derivation.warn(
                f"formula.outside_range.{valid.field}",
                f"{text}{_here(value, rows & negated(wrong))}.",
                self.source,
                rows & negated(wrong),
            )
            if any_of(wrong):
                limit = show(quantity(float(valid.wrong_below or 0), valid.unit))
                text += f"{_here(value, wrong)}, and below {limit} it goes wrong."
                source = PLAUSIBLE.equations_of_adults.source
                derivation.stop(f"formula.wrong.{valid.field}", text, source, wrong)
        if self.falls is not None and all(inputs.get(field) is not None for field in self.inputs):
            rows = self.falls(**{field: inputs[field] for field in self.inputs})
            text = f"{self.title} goes wrong here: it falls as the weight rises{in_rows(rows)}."
            derivation.stop("formula.wrong.weight", text, self.source, rows)
        return derivation.findings


def _here(value: Quantity, rows: Any) -> str:
    return show_rows(rows) if is_column(rows) else show(value, SHOWN_DIGITS)


def number(value: Quantity, unit: Unit, field: str) -> Number:
    """Return the number, or the column, of a measurement that must be above zero."""
    result = in_unit(value, unit, field)
    if any_of(wrong := result <= 0):
        typed = "" if is_column(wrong) else str(result)
        why = f"is not above zero{in_rows(wrong)}"
        refuse(field, typed, why=why, accepted="give a value above zero")
    return result


def fraction(value: object, field: str, example: str) -> Any:
    """Return a plain fraction between 0 and 1, or a column of them, once it is one."""
    share: Any = value
    if is_column(value) and share.dtype.kind in "fiu":
        if not any_of(wrong := negated((share > 0) & (share < 1))):
            return share
        why = f"is not a fraction between 0 and 1{in_rows(wrong)}"
        refuse(field, "", why=why, write=example)
    if isinstance(value, (float, int)) and 0 < share < 1:
        return share
    refuse(field, str(value), why="is not a fraction between 0 and 1", write=example)


def by_sex(sex: object, values: Mapping[str, float]) -> Any:
    """Return a constant by sex, for one patient or for a column. There is no default sex."""
    if isinstance(sex, str) and sex in SEXES:
        return values[sex]
    if is_column(sex) and all_among(sex, SEXES):
        return choose(sex == "male", values["male"], values["female"])
    typed = "" if sex is None else str(sex)
    refuse("sex", typed, why="is not known here" if typed else "is missing", write="male or female")
