"""`dosing dose`, `dosing steroid` and `dosing band`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.line import DONE, STOPPED, say
from dosing import units
from dosing.calculation.calculate import Dose, calculate
from dosing.calculation.rule import DoseRule, Rounding
from dosing.drugs.band_table import BandTable, read_table
from dosing.errors import Problems, refuse
from dosing.formulas.body import BSA, IDEAL_WEIGHT
from dosing.formulas.formula import SEXES
from dosing.formulas.steroids import STEROIDS, equivalent
from dosing.numbers import read_count, read_fraction
from dosing.patient import Patient
from dosing.rounding import ROUNDING_RULES
from dosing.trace import Finding, stops
from dosing.units import Quantity, show, show_percent, spelling

if TYPE_CHECKING:
    pass


_SHOWN = 6


def _patient_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weight", metavar="W", help='body weight: "70 kg", "3500 g" or "154 lb"')
    parser.add_argument("--height", metavar="H", help='height: "175 cm", "1.75 m" or "69 in"')
    parser.add_argument("--sex", metavar="S", help="male or female")
    parser.add_argument("--age", metavar="A", help='"48 years" or "7 months"')


def _dose_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "dose",
        allow_abbrev=False,
        help="a dose by weight, by surface or flat",
        description="Calculate one dose: measure, multiply, cap, round, and calculate it again.",
    )
    parser.add_argument(
        "--rate", metavar="R", help='"0.4 g/kg", "375 mg/m2", "15 mg/kg/day" or "600 mg"'
    )
    _patient_options(parser)
    parser.add_argument(
        "--basis",
        metavar="B",
        default="actual",
        help="dosing weight: actual, ideal, adjusted or lean",
    )
    parser.add_argument(
        "--ideal", metavar="F", help=f"ideal weight formula: {', '.join(IDEAL_WEIGHT)}"
    )
    parser.add_argument(
        "--fraction", metavar="X", help="share of the excess in the adjusted weight: 0.4"
    )
    parser.add_argument("--surface", metavar="F", help=f"surface formula: {', '.join(BSA)}")
    parser.add_argument("--bsa", metavar="M2", help='a body surface measured elsewhere: "1.84 m2"')
    parser.add_argument(
        "--doses-a-day", metavar="N", help="how many doses a rate per day is given in"
    )
    parser.add_argument("--cap", metavar="C", help='the most that may be given: "1200 mg"')
    parser.add_argument("--round-to", metavar="Q", help='the step to round to: "5 g"')
    parser.add_argument("--rounding", metavar="RULE", help=" | ".join(ROUNDING_RULES))
    parser.add_argument(
        "--size-confirmed",
        action="store_true",
        help="weight and height of a rare size were measured again",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_dose)


def _dose(asked: argparse.Namespace) -> int:
    problems = Problems()
    rate = _read(problems, units.dose, asked.rate, "rate", needed='write "0.4 g/kg" or "375 mg/m2"')
    patient = _patient(problems, asked)
    rule = None
    if rate is not None:
        rule = DoseRule(
            rate=rate,
            weight_basis=_basis(problems, rate, asked.basis),
            ideal=_one_of(problems, "ideal", asked.ideal, IDEAL_WEIGHT),
            fraction=_read(problems, read_fraction, asked.fraction, "fraction"),
            surface=_one_of(problems, "surface", asked.surface, BSA),
            doses_a_day=_read(problems, read_count, asked.doses_a_day, "doses a day"),
            cap=_read(problems, units.amount, asked.cap, "cap"),
            rounding=_rounding(problems, asked),
        )
    dose = calculate(problems.settled(rule), patient)
    stopped = bool(stops(dose.findings))
    if asked.json:
        _print_json(_dose_as_dict(dose, stopped=stopped))
    else:
        _print_dose(dose, stopped=stopped)
    return STOPPED if stopped else DONE


_BASES = ("actual", "ideal", "adjusted", "lean")


def _basis(problems: Problems, rate: Quantity, text: str) -> Any:
    """Give the weight basis; only a rate per kg has one."""
    basis = _one_of(problems, "basis", text, _BASES)
    return basis if units.parts(rate.units).body == units.KG else None


def _read(problems: Problems, reader: Any, text: str | None, field: str, needed: str = "") -> Any:
    if text is None:
        if needed:
            problems.add(field, "", why="is missing", accepted=needed)
        return None
    return problems.reading(reader, text, field)


def _one_of(problems: Problems, field: str, text: str | None, known: Any) -> Any:
    if text is not None and text not in known:
        problems.add(field, text, why="is not known here", write=f"{', '.join(known)}")
        return None
    return text


def _rounding(problems: Problems, asked: argparse.Namespace) -> Rounding | None:
    if asked.round_to is None and asked.rounding is None:
        return None
    step = _read(problems, units.amount, asked.round_to, "round-to", needed='write "5 g"')
    if asked.rounding is None:
        problems.add("rounding", "", why="is missing", write=f"{', '.join(ROUNDING_RULES)}")
    rule = _one_of(problems, "rounding", asked.rounding, ROUNDING_RULES)
    return None if step is None or rule is None else Rounding(step=step, rule=rule)


def _patient(problems: Problems, asked: argparse.Namespace) -> Patient:
    return Patient(
        weight=_read(problems, units.weight, asked.weight, "weight"),
        height=_read(problems, units.height, asked.height, "height"),
        surface=_read(problems, units.surface, getattr(asked, "bsa", None), "bsa"),
        sex=_one_of(problems, "sex", asked.sex, SEXES),
        age=_read(problems, units.age, asked.age, "age"),
        size_confirmed=getattr(asked, "size_confirmed", True),
    )


def _value(value: Quantity) -> dict[str, Any]:
    return {"value": float(value.magnitude), "unit": spelling(value.units)}


def _dose_as_dict(dose: Dose, *, stopped: bool) -> dict[str, Any]:
    # A dose that is stopped is shown by its findings and never handed on as a number.
    amount = None if stopped else {**_value(dose.amount), "text": show(dose.amount, _SHOWN)}
    return {
        "amount": amount,
        "reference": None if stopped else _value(dose.reference),
        "deviation": None if stopped else float(dose.deviation),
        "steps": [] if stopped else [step.as_dict() for step in dose.steps],
        "findings": [finding.as_dict() for finding in dose.findings],
    }


def _print_json(content: dict[str, Any]) -> None:
    say(json.dumps(content, indent=2, ensure_ascii=False))


def _print_dose(dose: Dose, *, stopped: bool) -> None:
    if not stopped:
        away = "" if dose.amount == dose.reference else f"   {show_percent(float(dose.deviation))}"
        say(f"{show(dose.amount, _SHOWN)}{away}")
        for step in dose.steps:
            say(f"  {step.what:<22} {step.value_text:<14} {step.why}  [{step.source}]")
    _print_findings(dose.findings)


def _print_findings(findings: Sequence[Finding]) -> None:
    for finding in findings:
        say(f"{finding.level}  {finding.text}  [{finding.code}; {finding.source}]")


def _steroid_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "steroid",
        allow_abbrev=False,
        help="what a corticosteroid equals in another",
        description="Convert an amount of one corticosteroid into another, by mouth or by vein.",
    )
    parser.add_argument(
        "--from", dest="given", metavar="DRUG AMOUNT", help='"methylprednisolone 70 mg"'
    )
    parser.add_argument("--to", metavar="DRUG", help=" | ".join(STEROIDS))
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_steroid)


def _steroid(asked: argparse.Namespace) -> int:
    problems = Problems()
    name, _, written = (asked.given or "").strip().partition(" ")
    amount = _read(
        problems,
        units.amount,
        written.strip() or None,
        "from",
        needed='write "methylprednisolone 70 mg"',
    )
    to = _one_of(problems, "to", asked.to or "", STEROIDS)
    found = equivalent(amount=problems.settled(amount), of=name, to=to)
    if asked.json:
        _print_json(
            {
                "amount": {**_value(found.amount), "text": show(found.amount, _SHOWN)},
                "drug": to,
                "steps": [step.as_dict() for step in found.steps],
                "findings": [finding.as_dict() for finding in found.findings],
            }
        )
        return DONE
    say(f"{to} {show(found.amount, _SHOWN)}")
    for step in found.steps:
        say(f"  {step.what:<30} {step.value_text:<14} {step.why}  [{step.source}]")
    _print_findings(found.findings)
    return DONE


def _band_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "band",
        allow_abbrev=False,
        help="the dose of a band, out of a table of dose bands",
        description="Prove a table of dose bands, and move one calculated dose to its band.",
    )
    parser.add_argument("--table", metavar="FILE", type=Path, help="a CSV table of dose bands")
    parser.add_argument("--dose", metavar="D", help='the calculated dose: "4.6 mg"')
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_band)


def _band(asked: argparse.Namespace) -> int:
    problems = Problems()
    amount = _read(problems, units.amount, asked.dose, "dose", needed='write "4.6 mg"')
    text = problems.reading(_text_of_table, asked.table)
    amount = problems.settled(amount)
    table = read_table(problems.settled(text), str(asked.table), asked.table.stem)
    dose = calculate(DoseRule(rate=amount, banding=table), Patient())
    stopped = bool(stops(dose.findings))
    if asked.json:
        band = table.band_of(amount)
        ends = (
            None
            if band is None
            else {
                "from": None if band.low is None else _value(band.low),
                "to": None if band.high is None else _value(band.high),
            }
        )
        _print_json(
            {**_dose_as_dict(dose, stopped=stopped), "band": ends, "table": _table_as_dict(table)}
        )
    else:
        _print_dose(dose, stopped=stopped)
    return STOPPED if stopped else DONE


def _text_of_table(path: Path | None) -> str:
    if path is None:
        refuse("table", "", why="is missing", accepted="give the file of a table of dose bands")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        refuse(
            "table",
            str(path),
            why="cannot be read",
            accepted="give the file of a table of dose bands",
        )


def _table_as_dict(table: BandTable) -> dict[str, Any]:
    return {
        "id": table.id,
        "drug": table.drug,
        "route": table.route,
        "strength": units.plain(table.strength),
        "version": table.version,
        "within": table.within,
        "source": str(table.source),
        "bands": len(table.bands),
    }
