"""The calculator alone: ``python -m dosing`` dose, body, infuse, band or steroid."""

from __future__ import annotations

from collections.abc import Sequence

from commands.posology import DOSES
from commands.program import Command, start

DOSING = Command(
    name="dosing",
    about="calculate a dose, an infusion or body measures, with steps and sources",
    groups=(DOSES,),
    epilog="Exit codes: 0 done, 2 bad input, 3 stopped for safety.",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run it."""
    return start(DOSING, arguments, called="python -m dosing")
