"""Gates and monitoring: what must be known before or after a dose, dated with it.

A gate asks for a result and states what to do when it is not reached. It decides nothing: a result
is entered, what is proposed is shown, and a person takes a change or declines it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dosing.errors import refuse
from schedules.course.closed_days import open_day_for_a_test
from schedules.course.gate_states import GateState, day_of_gate
from schedules.course.planned_regimen import PlannedRegimen
from schedules.course.rows import Administration, Dated, Occasion, replaced
from schedules.knowledge.phase import Gate, Phase
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.site import ClosedDays
from schedules.plans.plan import Plan

FROM_THEN_ON = " from then on"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProposedChange:
    """A change that a gate proposes: its kind and what would be typed."""

    text: str
    kind: str
    typed: dict[str, Any]


def date_tests_and_decisions(
    rows: Sequence[Administration],
    occasions: Sequence[Occasion],
    planned: Sequence[PlannedRegimen],
    plan: Plan,
    states: Mapping[str, tuple[GateState, ...]],
) -> tuple[Occasion, ...]:
    """Date every test and every gate by the doses they belong to, wherever those have moved.

    A gate whose result is asked for at a review has no day of its own.

    Args:
        rows: the doses that take place, in the order of their dates.
        occasions: procedures and reviews.
        planned: the regimens of the course in their order.
        plan: with the closed days of its site.
        states: of the gates before each dose, by its id.
    """
    cycles: dict[tuple[int, str, int], list[Administration]] = {}
    for row in rows:
        if not row.companion:
            cycles.setdefault((row.course_number, row.phase, row.cycle), []).append(row)
    dated: list[Occasion] = []
    for (number, name, _), own in cycles.items():
        phase = next(p for p in planned[number - 1].regimen.phases if p.name == name)
        dated += _tests(phase, own, plan.site.closed)
        first = own[0]
        for gate in phase.gates:
            if not gate.review:
                what, day = str(gate), day_of_gate(gate, first, occasions, plan)
                outcome = _outcome(gate.name, states.get(first.id, ()))
                found = _beside(first, 0, "decision", gate.name, what, outcome)
                dated.append(replaced(found, date=day))
    return tuple(sorted(dated, key=lambda one: (one.date, one.time, one.id)))


def with_outcomes(
    occasions: Sequence[Occasion],
    rows: Sequence[Administration],
    planned: Sequence[PlannedRegimen],
    states: Mapping[str, tuple[GateState, ...]],
) -> tuple[Occasion, ...]:
    """Return procedures and reviews, with the results that decide at a review."""
    outcomes: dict[tuple[int, str, dt.date], dict[str, str]] = {}
    for row in rows:
        phases = planned[row.course_number - 1].regimen.phases
        asked = {gate.name: gate.review for phase in phases for gate in phase.gates if gate.review}
        for state in states.get(row.id, ()):
            if state.test in asked and state.outcome:
                key = (row.course_number, asked[state.test], state.due)
                outcomes.setdefault(key, {})[state.name] = state.outcome
    return tuple(
        replaced(
            one,
            outcome="; ".join(
                [one.outcome] * bool(one.outcome)
                + [f"{name} {text}" for name, text in found.items()]
            ),
        )
        if (found := outcomes.get((one.course_number, one.what, one.date)))
        else one
        for one in occasions
    )


def _outcome(test: str, states: Sequence[GateState]) -> str:
    return next((state.outcome for state in states if state.test == test), "")


def _tests(phase: Phase, own: Sequence[Administration], closed: ClosedDays) -> Iterable[Occasion]:
    shift = 1 - phase.first_day  # rows carry the number that the file gives to a day
    last = max(row.day for row in own) + shift
    for monitor in phase.monitor:
        for number in (n - shift for n in phase.day_numbers(monitor, last)):
            # counted from the dose before it, as that dose was moved
            to = max((row for row in own if row.day <= number), key=lambda r: r.day, default=own[0])
            found = _beside(to, number - to.day, "monitoring", monitor.what, monitor.what)
            yield replaced(found, date=open_day_for_a_test(found.date, monitor.window, closed))


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


def proposed_changes(texts: Iterable[str], at: str, why: str) -> list[ProposedChange]:
    """Return what a file proposes for a dose as changes that a person may take.

    Args:
        texts: as the file writes them: "defer 7 days".
        at: the place of the dose.
        why: the result, which is their reason.
    """
    changes = []
    for text in texts:
        kind, typed = _as_typed(text)
        changes.append(
            ProposedChange(text=text, kind=kind, typed={"from": at, "why": why, **typed})
        )
    return changes


def _as_typed(text: str) -> tuple[str, dict[str, str]]:
    """Return the kind of a proposed change, and what would be typed for it."""
    verb, _, rest = text.partition(" ")
    match verb:
        case "defer":
            return "defer", {"by": rest, "scope": "later"}
        case "give":
            give = rest.removesuffix(FROM_THEN_ON)
            return "adjust", {"give": give, "scope": "day" if give == rest else "later"}
        case "omit":
            return "omit", {"scope": "day"}
        case "hold":
            return "hold", {"days": rest}
        case "step":
            return "step-back", {"days": rest.removeprefix("back ")}
        case _:
            return "cease", {}
