"""Quantities as a knowledge file writes them: a text with its unit, read by the one reader."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from dosing.errors import InputError
from dosing.units import Quantity, in_unit, plain, read, same_kind


def _reader(kind: str) -> PlainValidator:
    """Return a validator that reads a text by the one reader of its kind, in its words."""

    def read_text(text: object) -> Quantity:
        try:
            return read(kind, text)
        except InputError as error:
            raise ValueError("; ".join(map(str, error.problems))) from None

    return PlainValidator(read_text, json_schema_input_type=str)


_WRITTEN = PlainSerializer(plain, return_type=str)

Amount = Annotated[Quantity, _reader("amount"), _WRITTEN]
DoseValue = Annotated[Quantity, _reader("dose"), _WRITTEN]
Duration = Annotated[Quantity, _reader("duration"), _WRITTEN]
Concentration = Annotated[Quantity, _reader("concentration"), _WRITTEN]
InfusionRate = Annotated[Quantity, _reader("infusion rate"), _WRITTEN]


def must_not_fall(low: Quantity | None, high: Quantity | None) -> None:
    """Refuse a low above its high, or one of another kind; either may be open."""
    if low is None or high is None:
        return
    if not same_kind(low, high):
        raise ValueError(f"low {plain(low)} and high {plain(high)} differ in kind")
    if in_unit(low, high.units, "low") > high.magnitude:
        raise ValueError(f"low {plain(low)} is above high {plain(high)}")
