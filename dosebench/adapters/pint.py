"""Answers the doses, volumes and rates of DoseBench with pint alone, in pint's own units.

``python -m dosebench.adapters.pint`` reads and writes lines. Rounding, bands and dates are not its
business.
"""

from __future__ import annotations

from typing import Any

import pint

from dosebench.adapters.lines import Answer, Question, answer_lines

_REGISTRY: Any = pint.UnitRegistry()
_REGISTRY.define("units = [activity_of_a_drug]")
_REGISTRY.define("drops = [drop]")
_REGISTRY.define("m2 = meter ** 2")
_WRONG = (pint.PintError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def answer(question: Question) -> Answer | None:
    """Return a dose, a volume or a rate, or nothing for another question."""
    asks = {"dose": _dose, "volume": _volume, "rate": _rate}
    if question["ask"] not in asks or "round_to" in question:
        return None
    try:
        value, unit = asks[question["ask"]](question)
        return {"amount": repr(float(value.to(unit.replace("mcg", "ug")).magnitude)), "unit": unit}
    except _WRONG as error:
        return {"refused": str(error)}


def _dose(question: Question) -> tuple[Any, str]:
    unit = question["rate"].split(" ")[1]
    value = _read(question["rate"])
    if "/kg" in unit:
        value *= _read(question["weight"])
    if "/m2" in unit:
        value *= _read(question["bsa"]) if "bsa" in question else _mosteller(question)
    if "/day" in unit:
        value *= _REGISTRY("1 day") / question["doses_a_day"]
    unit = unit.split("/")[0]
    if "cap" in question:
        value = min(value.to(unit.replace("mcg", "ug")), _read(question["cap"]))
    return value, unit


def _mosteller(question: Question) -> Any:
    cm, kg = _read(question["height"]).to("cm"), _read(question["weight"]).to("kg")
    return _REGISTRY.Quantity((cm.magnitude * kg.magnitude / 3600) ** 0.5, "m2")


def _volume(question: Question) -> tuple[Any, str]:
    return _read(question["dose"]) / _read(question["concentration"]), "mL"


def _rate(question: Question) -> tuple[Any, str]:
    value, unit = _read(question["rate"]), question["in"]
    if "/kg" in question["rate"] and "/kg" not in unit:
        value *= _read(question["weight"])
    if "drops" in question["rate"]:
        value /= _REGISTRY.Quantity(question["drops_per_ml"], "drops/mL")
    is_volume = [any(word in text for word in ("mL", "drops")) for text in (question["rate"], unit)]
    if is_volume == [False, True]:
        value /= _read(question["concentration"])
    if is_volume == [True, False]:
        value *= _read(question["concentration"])
    if "drops" in unit:
        value *= _REGISTRY.Quantity(question["drops_per_ml"], "drops/mL")
    if "/kg" in unit and "/kg" not in question["rate"]:
        value /= _read(question["weight"])
    return value, unit


def _read(text: str) -> Any:
    return _REGISTRY.Quantity(text.replace("mcg", "ug"))


if __name__ == "__main__":
    answer_lines(answer)
