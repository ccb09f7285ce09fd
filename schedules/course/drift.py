"""What a course that was moved is held to: intervals, windows, and measurements that age."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from dosing.calculation.calculate import calculate
from dosing.patient import PROPOSED, Patient
from dosing.rounding import above
from dosing.trace import Finding, note, warn
from dosing.units import KG, in_unit, show, show_percent, weight
from schedules.course.apply_change import Agenda
from schedules.course.planned_regimen import PlannedRegimen
from schedules.course.rows import Administration, Dated, Slot
from schedules.plans.patient_entry import read_patient
from schedules.plans.plan import Plan


def check_windows(slots: Iterable[Slot], planned: Sequence[PlannedRegimen]) -> list[Finding]:
    """Hold what was moved to its least gap and its window.

    Doses nearer than the least gap are a STOP while the later one is only planned, and a WARN once
    it was given. A dose outside its window is a WARN.
    """
    found: list[Finding] = []
    items: dict[tuple[int, str], list[Slot]] = {}
    for slot in sorted(slots, key=lambda s: (s.date, s.time)):
        if slot.live and slot.medicine.window is not None:
            items.setdefault((slot.course_number, slot.medicine.name), []).append(slot)
    for (number, _), own in items.items():
        regimen = planned[number - 1].regimen
        first_of_day = [own[0]] + [b for a, b in pairwise(own) if a.date != b.date]
        for before, slot in pairwise(first_of_day):
            window = slot.medicine.window
            if window is None or (slot.planned_on, before.planned_on) == (slot.date, before.date):
                continue
            source = regimen.source(window.source)
            gap, planned_gap = slot.date - before.date, slot.planned_on - before.planned_on
            apart = f"{_on(slot)} is {_days(gap.days)} after the dose before it"
            if slot.date < window.least_gap.after(before.date):
                found.append(
                    Finding(
                        level="WARN" if slot.state == "given" else "STOP",
                        code="window.least_gap",
                        text=f"{apart}; at least {window.least_gap} must lie between them. "
                        "Move it later, or move the later doses as well.",
                        source=source,
                    )
                )
            late = (gap - planned_gap).days
            allowed = window.late if late > 0 else window.early
            if allowed is not None and abs(late) > allowed.shortest_days():
                side, than = ("late", "later") if late > 0 else ("early", "earlier")
                found.append(
                    warn(
                        f"window.{side}",
                        (
                            f"{apart}, {_days(abs(late))} {than} than planned; "
                            f"the window allows {allowed} {side}."
                        ),
                        source,
                    )
                )
    return found


def check_measurements(rows: Sequence[Administration], agenda: Agenda, plan: Plan) -> list[Finding]:
    """Say when measurements are old, and when doses no longer fit what was measured last."""
    return [*_aged(rows, agenda, plan), *_drifted(rows, agenda, plan)]


def _aged(rows: Sequence[Administration], agenda: Agenda, plan: Plan) -> Iterable[Finding]:
    limit, entry = plan.site.weight_valid_days, agenda.measurements[-1]
    to_come = [row for row in rows if row.state == "planned" and row.dose.bodies]
    if limit is None or entry.weight_on is None or not to_come:
        return
    old = [row for row in to_come if (row.date - entry.weight_on).days > limit]
    if not old:
        return
    first_is_old = old[0] is to_come[0]
    yield Finding(
        level="WARN" if first_is_old else "NOTE",
        code="weight.old" if first_is_old else "weight.will_be_old",
        source=PROPOSED,
        text=f"The weight is of {entry.weight_on:%d-%b-%Y}; this site asks for one of the last "
        f"{limit} days. Weigh again before {_on(old[0])}.",
    )


def _drifted(rows: Sequence[Administration], agenda: Agenda, plan: Plan) -> Iterable[Finding]:
    """Hold what is still to be given to the reference dose of the newest measurements."""
    newest = len(agenda.measurements) - 1
    if not newest:
        return
    tolerance = plan.site.rounding_tolerance_percent / 100
    today = read_patient(agenda.measurements[newest], plan.first_day)
    yield from _weight_changed(plan, agenda, tolerance)
    slots = {slot.id: slot for slot in agenda.slots}
    seen: set[int] = set()
    for row in rows:
        slot = slots[row.id]
        decided = slot.amount is not None or slot.adjustments
        if row.state != "planned" or slot.measurement == newest or decided or id(slot.rule) in seen:
            continue
        if row.date < agenda.measured_on[newest]:
            continue
        seen.add(id(slot.rule))
        away = _away(row, slot, today)
        if above(abs(away), tolerance):
            yield warn(
                "dose.total_deviation",
                (
                    f"{_on(row)}: {show(row.dose.amount)} lies {show_percent(away)} from the "
                    f"dose for the newest measurements, more than "
                    f"{show_percent(tolerance).removeprefix('+')}."
                ),
                PROPOSED,
            )


def _away(row: Administration, slot: Slot, today: Patient) -> float:
    now = calculate(slot.rule, today).reference
    given = float(in_unit(row.dose.amount, now.units, "dose"))
    return given / float(now.magnitude) - 1


def _weight_changed(plan: Plan, agenda: Agenda, tolerance: float) -> Iterable[Finding]:
    old, new = plan.patient.weight, agenda.measurements[-1].weight
    if not old or not new:
        return
    before, after = (float(in_unit(weight(text), KG, "weight")) for text in (old, new))
    if above(abs(after / before - 1), tolerance):
        yield note(
            "weight.changed",
            (
                f"The weight has changed by {show_percent(after / before - 1)} since the plan, "
                f"from {old} to {new}: look for the reason."
            ),
            PROPOSED,
        )


def _on(dated: Dated) -> str:
    return f"{dated.place} ({dated.date:%a %d-%b-%Y})"


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
