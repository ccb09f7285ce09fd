"""The command ``band``: a table of dose bands, and one calculated dose moved to its band."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.inputs import add_json, read_file_text
from commands.line import Commands
from commands.patient import read_needed
from dosing.errors import Problems, refuse

if TYPE_CHECKING:  # brings pint, which takes longer to import than a help takes to print
    from dosing.drugs.band_table import BandTable
    from dosing.units import Quantity

_WHICH_TABLE = "give the file of a table of dose bands"


def _band_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--table", metavar="FILE", type=Path, help="a CSV table of dose bands")
    parser.add_argument("--dose", metavar="D", help='the calculated dose: "4.6 mg"')
    add_json(parser)


def _band(args: argparse.Namespace) -> int:
    from commands.dose_text import say_dose
    from dosing import units
    from dosing.calculation.calculate import calculate
    from dosing.calculation.rule import DoseRule
    from dosing.drugs.band_table import read_table
    from dosing.patient import Patient

    problems = Problems()
    amount = read_needed(problems, units.amount, args.dose, "dose", '"4.6 mg"')
    text = problems.reading(_read_text, args.table)
    amount = problems.settled(amount)
    table = read_table(problems.settled(text), str(args.table), args.table.stem)
    dose = calculate(DoseRule(rate=amount, banding=table), Patient())
    return say_dose(
        dose, as_json=args.json, band=_band_as_dict(table, amount), table=_table_as_dict(table)
    )


def _read_text(path: Path | None) -> str:
    if path is None:
        refuse("table", "", why="is missing", accepted=_WHICH_TABLE)
    return read_file_text(path, "table", _WHICH_TABLE)


def _band_as_dict(table: BandTable, amount: Quantity) -> dict[str, Any] | None:
    from dosing.calculation.calculate import value_and_unit

    band = table.band_of(amount)
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
        "within": table.within,
        "source": str(table.source),
        "bands": len(table.bands),
    }


COMMANDS: Commands = {"band": (_band_options, _band)}
