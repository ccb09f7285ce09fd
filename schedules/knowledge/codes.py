"""The codes by which others know units, drugs and routes: UCUM, ATC, and HL7's own table.

All three are free to use. SNOMED CT needs a licence in most countries, so nothing here bears its
codes; what has no code is a text.
"""

from __future__ import annotations

import csv
import functools
from importlib import resources

UCUM = "http://unitsofmeasure.org"
ATC = "http://www.whocc.no/atc"
ROUTES = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"
# Units of activity differ by product; the international unit would be wrong for most of them.
_UNITS = {
    "mg": "mg",
    "g": "g",
    "mcg": "ug",
    "mL": "mL",
    "mmol": "mmol",
    "units": "[arb'U]",
    "unit": "[arb'U]",
    "kg": "kg",
    "m2": "m2",
    "min": "min",
    "h": "h",
    "day": "d",
    "L-plasma": "L",
}
ROUTE_CODES = {
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


@functools.cache
def atc_codes() -> dict[str, tuple[str, str]]:
    """Return the code and name of each drug in the ATC index of 25 April 2026, by its id here."""
    text = resources.files(__package__).joinpath("atc.csv").read_text(encoding="utf-8")
    return {row["drug"]: (row["code"], row["name"]) for row in csv.DictReader(text.splitlines())}
