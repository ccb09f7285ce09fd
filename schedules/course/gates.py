"""Gates and monitoring: what must be known before or after a dose, dated with it.

A gate asks for a result and states what to do when it is not reached. It decides nothing: a result
is entered, the gate's proposals are shown, and a person makes the change.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from dosing.errors import refuse
from dosing.numbers import read_decimal
from schedules.course.closed_days import open_day_for_a_test
from schedules.course.planned_regimen import PlannedRegimen
from schedules.course.rows import Administration, Dated, Occasion, replaced
from schedules.knowledge.phase import Gate, Phase
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.site import ClosedDays
from schedules.plans.changes import Result
from schedules.plans.plan import Plan


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProposedChange:
    """A change that a gate proposes: its kind and what would be typed."""

    text: str
    kind: str
    typed: dict[str, Any]


def date_tests_and_decisions(
    rows: Sequence[Administration], planned: Sequence[PlannedRegimen], plan: Plan
) -> tuple[Occasion, ...]:
    """Date every test and every gate by the doses they belong to, wherever those have moved.

    Args:
        rows: the doses that take place, in the order of their dates.
        planned: the regimens of the course in their order.
        plan: with the results that were entered.
    """
    cycles: dict[tuple[int, str, int], list[Administration]] = {}
    for row in rows:
        cycles.setdefault((row.course_number, row.phase, row.cycle), []).append(row)
    results = [change for change in plan.changes if isinstance(change, Result)]
    dated: list[Occasion] = []
    for (number, name, _), own in cycles.items():
        phase = next(p for p in planned[number - 1].regimen.phases if p.name == name)
        dated += _tests(phase, own, plan.site.closed)
        dated += _decisions(phase, own, results, plan.site.closed)
    return tuple(sorted(dated, key=lambda one: (one.date, one.time, one.id)))


def _tests(phase: Phase, own: Sequence[Administration], closed: ClosedDays) -> Iterable[Occasion]:
    shift = 1 - phase.first_day  # rows carry the number that the file gives to a day
    last = max(row.day for row in own) + shift
    for monitor in phase.monitor:
        for number in (n - shift for n in phase.day_numbers(monitor, last)):
            # counted from the dose before it, as that dose was moved
            to = max((row for row in own if row.day <= number), key=lambda r: r.day, default=own[0])
            found = _beside(to, number - to.day, "monitoring", monitor.what, monitor.what)
            yield replaced(found, date=open_day_for_a_test(found.date, monitor.window, closed))


def _decisions(
    phase: Phase,
    own: Sequence[Administration],
    results: Sequence[Result],
    closed: ClosedDays,
) -> Iterable[Occasion]:
    first = own[0]
    for gate in phase.gates:
        entered = [r.value for r in results if (r.at, r.gate) == (first.place, gate.name)]
        outcome = ""
        if entered:
            verdict = "reached" if reached(gate, entered[-1]) else "not reached"
            outcome = f"{entered[-1]} {gate.unit}, {verdict}"
        found = _beside(first, -gate.days_before, "decision", gate.name, str(gate), outcome)
        yield replaced(found, date=open_day_for_a_test(found.date, None, closed))


def _beside(
    row: Administration, days: int, kind: Any, name: str, what: str, outcome: str = ""
) -> Occasion:
    # A decision belongs to the dose it decides on, a test to its own day of the cycle.
    day = row.day if kind == "decision" else row.day + days
    head = row.id.rsplit("/", 3)[0]
    return Occasion(
        id=f"{head}/{day}/{kind} {name}/1",
        date=row.date + dt.timedelta(days=days),
        time=row.time,
        length=dt.timedelta(),
        phase=row.phase,
        cycle=row.cycle,
        day=day,
        n=1,
        condition=row.condition,
        course_number=row.course_number,
        what=what,
        kind=kind,
        outcome=outcome,
    )


def reached(gate: Gate, value: str) -> bool:
    """Return whether a result reaches a gate.

    Raises:
        InputError: if the result is no number.
    """
    number = read_decimal(value, gate.name)
    low, high = gate.bounds
    return (low is None or number >= low) and (high is None or number <= high)


def gate_named(name: str, dated: Dated, regimens: Sequence[Regimen]) -> Gate:
    """Return a gate of the phase of a dose by its name.

    Args:
        name: as the regimen names it.
        dated: a dose of the phase.
        regimens: those of the course, in their order.

    Raises:
        InputError: if the phase has no such gate.
    """
    phase = next(p for p in regimens[dated.course_number - 1].phases if p.name == dated.phase)
    for gate in phase.gates:
        if gate.name == name:
            return gate
    names = ", ".join(gate.name for gate in phase.gates)
    refuse(
        "gate",
        name,
        why=f"is not a gate of the {phase.name} phase",
        accepted=f"write one of: {names}" if names else "this phase has none",
    )


def proposals(gate: Gate, place: str, value: str) -> list[ProposedChange]:
    """Return the changes that a gate proposes for a result, none when it is reached.

    Raises:
        InputError: if the result is no number.
    """
    if reached(gate, value):
        return []
    why = f"{gate.what} {value} {gate.unit}"
    changes = []
    for text in gate.otherwise:
        verb, _, rest = text.partition(" ")
        kind, typed = {
            "defer": ("defer", {"by": rest, "scope": "later"}),
            "give": ("adjust", {"give": rest, "scope": "day"}),
            "omit": ("omit", {"scope": "day"}),
        }[verb]
        typed = {"from": place, "why": why, **typed}
        changes.append(ProposedChange(text=text, kind=kind, typed=typed))
    return changes
