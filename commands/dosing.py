"""The command line of the calculator: dose, body, infuse, band, steroid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from commands import infuse
from commands.line import Parser, run

if TYPE_CHECKING:
    from dosing.drugs.drug import Drug
    from dosing.drugs.rate_ladder import RateLadder
from commands.body import _body_parser
from commands.dose import _band_parser, _dose_parser, _steroid_parser

_HERE = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run it."""
    parser = Parser(
        prog="python -m dosing",
        allow_abbrev=False,
        description="Calculate a dose, an infusion or the sizes of a body, with steps and sources.",
        epilog="Exit codes: 0 done, 2 bad input, 3 stopped for safety.",
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="dose | body | steroid | band | infuse"
    )
    _dose_parser(commands)
    _body_parser(commands)
    _steroid_parser(commands)
    _band_parser(commands)
    infuse.add_parser(commands, _read_ladder)
    asked = parser.parse_args(arguments)
    return run(lambda: int(asked.run(asked)))


def _read_ladder(name: str) -> tuple[Drug, RateLadder]:
    """Read a rate ladder from the drug files; the command line alone knows who reads files."""
    from schedules.library.reader import read_ladder

    return read_ladder(_HERE, name)
