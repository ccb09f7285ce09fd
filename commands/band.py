"""The command ``band``: a table of dose bands, and one calculated dose moved to its band."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.inputs import add_json, read_file_text
from commands.line import Commands
from commands.patient import read_if_given
from dosing.errors import Problems, refuse

if TYPE_CHECKING:  # brings pint, which takes longer to import than a help takes to print
    from dosing.drugs.band_table import Band, BandTable

_WHICH_TABLE = "give the file of a table of dose bands"


def _band_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--table", metavar="FILE", type=Path, help="a CSV table of dose bands")
    parser.add_argument("--dose", metavar="D", help='the calculated dose: "4.6 mg"')
    parser.add_argument("--weight", metavar="W", help='for a table by weight: "14 kg"')
    add_json(parser)


def _band(args: argparse.Namespace) -> int:
    from commands.dose_text import say_dose
    from dosing import units
    from dosing.calculation.calculate import calculate
    from dosing.calculation.rule import DoseRule
    from dosing.drugs.band_table import read_table
    from dosing.patient import Patient

    problems = Problems()
    weight = read_if_given(problems, units.weight, args.weight, "weight")
    amount = read_if_given(problems, units.amount, args.dose, "dose")
    if args.dose is None and args.weight is None:
        problems.add("dose", "", why="is missing", write='"4.6 mg", or a weight: "14 kg"')
    text = problems.reading(_read_text, args.table)
    table = read_table(problems.settled(text), str(args.table), args.table.stem)
    if amount is None and table.by == "dose":
        refuse("dose", "", why="is missing", accepted=f"{table} goes by the dose; write 4.6 mg")
    if weight is not None and table.by == "dose":
        refuse("weight", args.weight, why="is not asked for", accepted=f"{table} goes by the dose")
    measured = table.measured(amount or table.bands[0].dose, weight)
    band = table.band_of(measured)
    # By weight alone the dose of the band is its own reference.
    rate = amount or (band or table.bands[0]).dose
    dose = calculate(DoseRule(rate=rate, banding=table), Patient(weight=weight))
    return say_dose(dose, as_json=args.json, band=_band_as_dict(band), table=_table_as_dict(table))


def _read_text(path: Path | None) -> str:
    if path is None:
        refuse("table", "", why="is missing", accepted=_WHICH_TABLE)
    return read_file_text(path, "table", _WHICH_TABLE)


def _band_as_dict(band: Band | None) -> dict[str, Any] | None:
    from dosing.calculation.calculate import value_and_unit

    if band is None:
        return None
    return {
        "from": None if band.low is None else value_and_unit(band.low),
        "to": None if band.high is None else value_and_unit(band.high),
    }


def _table_as_dict(table: BandTable) -> dict[str, Any]:
    from dosing.units import plain

    return {
        "id": table.id,
        "drug": table.drug,
        "route": table.route,
        "strength": plain(table.strength),
        "version": table.version,
        "by": table.by,
        "within": table.within,
        "source": str(table.source),
        "bands": len(table.bands),
    }


COMMANDS: Commands = {"band": (_band_options, _band)}
