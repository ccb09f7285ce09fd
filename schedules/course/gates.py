"""Gates and monitoring: what has to be known around a dose, dated with it.

A gate asks for a result and says what to do when it is not reached. It decides nothing: its result
is entered, what it proposes is shown, and a person makes the change.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from dosing.errors import refuse
from dosing.numbers import read_decimal
from schedules.course.planned_regimen import PlannedRegimen
from schedules.course.rows import Administration, Dated, Occasion
from schedules.knowledge.phase import Gate, Phase
from schedules.knowledge.regimen import Regimen
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
    """Date every test and every gate by the doses they belong to, wherever those have moved."""
    cycles: dict[tuple[int, str, int], list[Administration]] = {}
    for row in rows:
        cycles.setdefault((row.course_number, row.phase, row.cycle), []).append(row)
    results = [change for change in plan.changes if isinstance(change, Result)]
    found: list[Occasion] = []
    for (number, name, _), own in cycles.items():
        phase = next(p for p in planned[number - 1].regimen.phases if p.name == name)
        found += _tests(phase, own)
        found += _decisions(phase, own, results)
    return tuple(sorted(found, key=lambda one: (one.date, one.time, one.id)))


def _tests(phase: Phase, own: Sequence[Administration]) -> Iterable[Occasion]:
    shift = 1 - phase.first_day  # rows carry the number that the file gives to a day
    last = max(row.day for row in own) + shift
    for monitor in phase.monitor:
        for number in (n - shift for n in phase.day_numbers(monitor, last)):
            # counted from the dose before it, as that dose was moved
            to = max((row for row in own if row.day <= number), key=lambda r: r.day, default=own[0])
            yield _beside(to, number - to.day, "monitoring", monitor.what, monitor.what)


def _decisions(
    phase: Phase, own: Sequence[Administration], results: Sequence[Result]
) -> Iterable[Occasion]:
    first = own[0]
    for gate in phase.gates:
        seen = [r for r in results if (r.at, r.gate) == (first.place, gate.name)]
        outcome = ""
        if seen:
            verdict = "reached" if reached(gate, seen[-1].value) else "not reached"
            outcome = f"{seen[-1].value} {gate.unit}, {verdict}"
        yield _beside(first, -gate.days_before, "decision", gate.name, str(gate), outcome)


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
    """Tell whether a result reaches a gate.

    Raises:
        InputError: if the result is no number.
    """
    number = read_decimal(value, gate.name)
    low, high = gate.bounds
    return (low is None or number >= low) and (high is None or number <= high)


def gate_named(name: str, dated: Dated, regimens: Sequence[Regimen]) -> Gate:
    """Give a gate of the phase of a dose by its name.

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
        why=f"is no gate of the {phase.name} phase",
        accepted=f"write one of: {names}" if names else "this phase has none",
    )


def proposals(gate: Gate, place: str, value: str) -> list[ProposedChange]:
    """Give the changes that a gate proposes for a result, none when it is reached."""
    if reached(gate, value):
        return []
    why = f"{gate.what} {value} {gate.unit}"
    found = []
    for text in gate.otherwise:
        verb, rest = text.split(" ", 1) if " " in text else (text, "")
        typed = {"from": place, "why": why}
        typed |= {
            "defer": {"by": rest, "scope": "later"},
            "give": {"give": rest, "scope": "day"},
            "omit": {"scope": "day"},
        }[verb]
        kind = {"defer": "defer", "give": "adjust", "omit": "omit"}[verb]
        found.append(ProposedChange(text=text, kind=kind, typed=typed))
    return found
