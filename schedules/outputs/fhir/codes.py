"""Amounts, drugs and routes with their codes, as a resource bears them."""

from __future__ import annotations

from dosing.units import Quantity, spelling
from schedules.knowledge.codes import ATC, ROUTE_CODES, ROUTES, atc_codes, ucum
from schedules.outputs.fhir.parts import Amount, Coding, Concept


def coded(value: Quantity) -> Amount:
    """Return an amount or a rate as a number without a trailing zero, and its UCUM code."""
    unit = spelling(value.units)
    return counted(float(value.magnitude), unit, ucum(unit))


def counted(number: float, unit: str, code: str) -> Amount:
    """Return a number of units without a trailing zero."""
    return Amount(value=int(number) if number.is_integer() else number, unit=unit, code=code)


def medication(drug: str, name: str) -> Concept:
    """Return a drug by its ATC code and its name; one without a code by its name alone."""
    return _concept(ATC, atc_codes().get(drug), name)


def route(name: str) -> Concept:
    """Return a route by HL7's code, where it has one of the same meaning, and its name."""
    return _concept(ROUTES, ROUTE_CODES.get(name), name)


def _concept(system: str, found: tuple[str, str] | None, name: str) -> Concept:
    if found is None:
        return Concept(text=name)
    return Concept(coding=[Coding(system=system, code=found[0], display=found[1])], text=name)
