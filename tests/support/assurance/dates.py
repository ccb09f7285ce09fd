"""Compares the dates of random plans with those of DoseBench, which knows nothing of the program.

A plan is of days, weeks or calendar months, often from the last day of a month; in half of them a
dose was put off, left out, ended or reduced.
"""

from __future__ import annotations

import random
from typing import Any

from dosebench.adapters.posology import answer
from dosebench.make import draw_courses
from dosebench.solver import solve
from dosing.errors import InputError
from dosing.trace import RefusedError
from tests.support.assurance.tally import Tally


def compare(count: int, seed: int) -> Tally:
    """Compare the dates of so many plans."""
    tally = Tally()
    plans = draw_courses(random.Random(seed))
    for _ in range(count):
        asked: Any = next(plans)
        kind = "plans, changed" if "changes" in asked else "plans"
        try:
            first = answer(asked)["dates"]
        except (InputError, RefusedError):
            tally.note(kind, None, asked)
            continue
        tally.note(kind, first != solve(asked)["dates"], asked)
    return tally
