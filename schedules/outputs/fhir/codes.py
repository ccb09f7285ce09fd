"""The codes of FHIR resources: units by UCUM, drugs by ATC, routes by HL7's own table.

All three are free to use. SNOMED CT needs a licence in most countries, so nothing here bears its
codes; what has no code is a text.
"""

from __future__ import annotations

import csv
import functools
from importlib import resources

from dosing.units import Quantity, spelling
from schedules.outputs.fhir.parts import Amount, Coding, Concept

_ATC = "http://www.whocc.no/atc"
_ROUTES = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"
# Units of activity differ by product; the international unit would be wrong for most of them.
_UNITS = {
    "mg": "mg",
    "g": "g",
    "mcg": "ug",
    "mL": "mL",
    "mmol": "mmol",
    "units": "[arb'U]",
    "kg": "kg",
    "m2": "m2",
    "min": "min",
    "h": "h",
    "day": "d",
}
_ROUTE_CODES = {
    "deep intramuscular": ("IMD", "Injection, intramuscular, deep"),
    "intramuscular": ("IM", "Injection, intramuscular"),
    "intrathecal": ("ITINJ", "Injection, intrathecal"),
    "intravenous infusion": ("IV", "Infusion, intravenous"),
    "intravenous injection": ("IVINJ", "Injection, intravenous"),
    "oral": ("PO", "Swallow, oral"),
    "subcutaneous infusion": ("SQINFUS", "Infusion, subcutaneous"),
    "subcutaneous injection": ("SQ", "Injection, subcutaneous"),
    "transdermal": ("TRNSDERM", "Transdermal"),
}


def ucum(unit: str) -> str:
    """Return the UCUM code of a unit as it is spelled here: mg/m2, mL/kg/h, units."""
    return "/".join(_UNITS[part] for part in unit.split("/"))


def coded(value: Quantity) -> Amount:
    """Return an amount or a rate as a number without a trailing zero, and its UCUM code."""
    unit = spelling(value.units)
    return counted(float(value.magnitude), unit, ucum(unit))


def counted(number: float, unit: str, code: str) -> Amount:
    """Return a number of units without a trailing zero."""
    return Amount(value=int(number) if number.is_integer() else number, unit=unit, code=code)


def medication(drug: str, name: str) -> Concept:
    """Return a drug by its ATC code and its name; one without a code by its name alone."""
    found = _codes().get(drug)
    coding = [Coding(system=_ATC, code=found[0], display=found[1])] if found else None
    return Concept(coding=coding, text=name)


def route(name: str) -> Concept:
    """Return a route by HL7's code, where it has one of the same meaning, and its name."""
    found = _ROUTE_CODES.get(name)
    coding = [Coding(system=_ROUTES, code=found[0], display=found[1])] if found else None
    return Concept(coding=coding, text=name)


@functools.cache
def _codes() -> dict[str, tuple[str, str]]:
    """Return the code and name of each drug in the ATC index of 25 April 2026, by its id here."""
    text = resources.files(__package__).joinpath("atc.csv").read_text(encoding="utf-8")
    return {row["drug"]: (row["code"], row["name"]) for row in csv.DictReader(text.splitlines())}
