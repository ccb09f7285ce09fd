"""What is said of a published equation beside its arithmetic: source, population, valid range."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from dosing.columns import all_among, all_of, any_of, choose, is_column
from dosing.errors import InputError, Problem, refuse
from dosing.rounding import above, below
from dosing.trace import Finding, Source, warn
from dosing.units import Number, Quantity, Unit, in_unit, quantity, show, show_rows

SEXES = ("male", "female")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The values of one input for which an equation was made; None where it has no bound."""

    field: str
    unit: Unit
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        """Say the range in words."""
        low = show(quantity(self.low, self.unit)) if self.low is not None else ""
        high = show(quantity(self.high, self.unit)) if self.high is not None else ""
        if low and high:
            return f"{self.field} {low} to {high}"
        return f"{self.field} from {low}" if low else f"{self.field} up to {high}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A published equation: its function and what a reader must know to trust it."""

    name: str
    title: str
    function: Callable[..., Quantity]
    inputs: tuple[str, ...]
    source: Source
    population: str
    valid: tuple[Range, ...] = ()

    def __call__(self, **inputs: Any) -> Quantity:
        """Compute it from whatever is given, taking only the inputs that it needs.

        Raises:
            InputError: naming every input that it needs and that is missing.
        """
        missing = [field for field in self.inputs if inputs.get(field) is None]
        if missing:
            raise InputError(
                *(
                    Problem(
                        field=field, typed="", why="is missing", accepted=f"{self.title} needs it"
                    )
                    for field in missing
                )
            )
        return self.function(**{field: inputs[field] for field in self.inputs})

    def outside(self, **inputs: Any) -> tuple[Finding, ...]:
        """Find the inputs that lie outside the population it was made for."""
        findings = []
        for valid in self.valid:
            value = inputs.get(valid.field)
            if value is None:
                continue
            number = in_unit(value, valid.unit, valid.field)
            under = below(number, valid.low) if valid.low is not None else False
            over = above(number, valid.high) if valid.high is not None else False
            rows = under | over
            if any_of(rows):
                findings.append(self._finding(valid, value, rows))
        return tuple(findings)

    def _finding(self, valid: Range, value: Quantity, rows: Any) -> Finding:
        column = is_column(value.magnitude)
        seen = show_rows(rows) if column else show(value, 5)
        return warn(
            f"formula.outside_range.{valid.field}",
            f"{self.title} was made for {self.population} ({valid}); here: {seen}.",
            self.source,
            rows=rows if column else None,
        )


def number(value: Quantity, unit: Unit, field: str) -> Number:
    """Give the number, or the column, of a measurement that must lie above zero."""
    found = in_unit(value, unit, field)
    if not all_of(found > 0):
        refuse(field, str(found), why="is not above zero", accepted="give a value above zero")
    return found


def fraction(value: object, field: str, example: str) -> Any:
    """Give a plain fraction between 0 and 1, or a column of them."""
    share: Any = value
    if (isinstance(value, (float, int)) or is_column(value)) and all_of((share > 0) & (share < 1)):
        return share
    refuse(field, str(value), why="is not a fraction between 0 and 1", write=f"{example}")


def by_sex(sex: object, values: Mapping[str, float]) -> Any:
    """Pick a constant by sex, for one patient or for a column of them. There is no default sex."""
    if isinstance(sex, str) and sex in SEXES:
        return values[sex]
    if is_column(sex) and all_among(sex, SEXES):
        return choose(sex == "male", values["male"], values["female"])
    typed = "" if sex is None else str(sex)
    refuse("sex", typed, why="is not known here" if typed else "is missing", write="male or female")
