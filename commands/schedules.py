"""The planner alone: ``python -m schedules`` list, show, plan, course, change and so on."""

from __future__ import annotations

from collections.abc import Sequence

from commands.posology import LIBRARY, PLANS
from commands.program import Command, start

SCHEDULES = Command(
    name="schedules",
    about="turn a regimen and a first day into dated doses",
    groups=(LIBRARY, PLANS),
    epilog="Exit codes: 0 done, 2 bad input, 3 stopped for safety (nothing is exported).",
    library=True,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run it."""
    return start(SCHEDULES, arguments, called="python -m schedules")
