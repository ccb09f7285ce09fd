"""One rate of infusion as every other: of the drug, of the pump, and in drops of a gravity set."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from dosing import units
from dosing.calculation.calculate import value_and_unit
from dosing.errors import Problems
from dosing.infusion.findings import uncountable
from dosing.infusion.rates import drops_per_minute, label_rate, ml_per_h, pump_of_drops
from dosing.infusion.steps import COUNTABLE_DROPS
from dosing.numbers import read_count
from dosing.rounding import above
from dosing.trace import Finding
from dosing.units import DROPS_PER_ML, ML, Quantity, quantity, spelling


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RateForms:
    """A rate at the pump, as what the body gets of the drug, and in drops where a set is named.

    ``label`` holds the rate of the drug an hour and a minute, alone and per kg or m2, so far as
    concentration and body were given.
    """

    pump: Quantity
    label: tuple[Quantity, ...]
    drops: Quantity | None
    findings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``posology rate --json`` prints them."""
        return {
            "pump": value_and_unit(self.pump),
            "label": [value_and_unit(rate) for rate in self.label],
            "drops": None if self.drops is None else value_and_unit(self.drops),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def convert_rate(
    rate: str,
    *,
    concentration: str | None = None,
    weight: str | None = None,
    bsa: str | None = None,
    drops_per_ml: str | None = None,
) -> RateForms:
    """Return one rate as the others: mcg/kg/min as mL/h and as drops a minute, and back.

    >>> from dosing.infusion.conversion import convert_rate
    >>> forms = convert_rate("0.1 mcg/kg/min", concentration="64 mcg/mL", weight="70 kg")
    >>> print(f"{forms.pump.magnitude:.4f} mL/h")
    6.5625 mL/h

    Args:
        rate: ``"5 mcg/kg/min"``, ``"50 mg/h"``, ``"125 mL/h"`` or ``"20 drops/min"``.
        concentration: of what runs in, ``"1.6 mg/mL"``; needed for a rate of a drug.
        weight: needed for a rate per kg.
        bsa: the body surface, needed for a rate per m2.
        drops_per_ml: the drops that make 1 mL, as printed on the set; needed for drops.

    Raises:
        InputError: with everything that is missing or cannot be read.
    """
    problems = Problems()
    strength = _read(problems, units.concentration, concentration, "concentration")
    kg = _read(problems, units.weight, weight, "weight")
    surface = _read(problems, units.surface, bsa, "bsa")
    count = _read(problems, read_count, drops_per_ml, "drops-per-ml")
    drips = isinstance(rate, str) and rate.strip().endswith("drops/min")
    kind = "drip rate" if drips else "infusion rate"
    typed = problems.reading(units.read, kind, rate, field="rate")
    if drips and drops_per_ml is None:
        problems.add("drops-per-ml", "", why="is missing", write="20, as printed on the set")
    typed = problems.settled(typed)
    factor = None if count is None else quantity(float(count), DROPS_PER_ML)
    held: dict[str, Any] = {"weight": kg, "surface": surface}
    if strength is not None:
        held |= {"dose": strength * quantity(1.0, ML), "volume": quantity(1.0, ML)}
    pump = pump_of_drops(typed, factor) if drips and factor else ml_per_h(typed, **held)
    drops = None if factor is None else drops_per_minute(pump, factor)
    return RateForms(
        pump=pump,
        label=tuple(
            label_rate(pump, units.infusion_rate(f"1 {unit}").units, **held)
            for unit in _label_units(typed, strength, held)
        ),
        drops=drops,
        findings=tuple(_find_uncountable(drops)),
    )


def _label_units(
    typed: Quantity, strength: Quantity | None, held: Mapping[str, Any]
) -> Iterator[str]:
    """Yield the units in which the body's share can be told: mg/h, mg/kg/min ..."""
    if strength is None:
        return
    told = typed if units.is_of_kind(typed, "infusion rate") else strength
    amount = spelling(told.units).partition("/")[0]
    if amount in ("mL", "L", "drops"):
        amount = spelling(strength.units).partition("/")[0]
    for size, known in (("", True), ("/kg", held["weight"]), ("/m2", held["surface"])):
        if known:
            yield from (f"{amount}{size}/h", f"{amount}{size}/min")


def _find_uncountable(drops: Quantity | None) -> Iterator[Finding]:
    if drops is not None and above(drops.magnitude, COUNTABLE_DROPS):
        yield uncountable(drops)


def _read(problems: Problems, reader: Any, text: str | None, field: str) -> Any:
    return None if text is None else problems.reading(reader, text, field)
