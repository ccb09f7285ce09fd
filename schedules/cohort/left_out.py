"""A plan that gives no course, or none that may be shown: named, and counted nowhere."""

from __future__ import annotations

from dosing.errors import InputError
from dosing.trace import RefusedError
from schedules.cohort.demand import LeftOutPlan


def leave_out(name: str, error: InputError | RefusedError) -> LeftOutPlan:
    """Return a plan that gave no course, with what was in the way."""
    stopped = isinstance(error, RefusedError)
    why = error.findings if isinstance(error, RefusedError) else error.problems
    return LeftOutPlan(name=name, why=tuple(map(str, why)), stopped=stopped)
