"""Checks of a course that was moved: intervals, windows, and measurements that age."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from dosing.calculation.calculate import calculate
from dosing.patient import Patient
from dosing.plausibility import PROPOSED
from dosing.rounding import above
from dosing.trace import Finding, note, stop, warn
from dosing.units import KG, in_unit, show, show_percent
from schedules.course.agenda import Agenda
from schedules.course.planned_regimen import PlannedRegimen
from schedules.course.rows import Administration, Dated, Slot
from schedules.knowledge.medicine import Window
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.site import Site

_YEAR = dt.timedelta(days=365)


def check_windows(slots: Iterable[Slot], planned: Sequence[PlannedRegimen]) -> Iterator[Finding]:
    """Check what was moved against its least gap and its window.

    Doses nearer than the least gap are a STOP while the later one is only planned, and a WARN once
    it was given. A dose outside its window is a WARN.

    Args:
        slots: the doses on their dates, those that were left out as well.
        planned: the regimens of the course in their order.
    """
    by_medicine: dict[tuple[int, str], list[Slot]] = {}
    for slot in sorted(slots, key=lambda s: (s.date, s.time)):
        if slot.live and slot.medicine.window is not None:
            by_medicine.setdefault((slot.course_number, slot.medicine.name), []).append(slot)
    for (number, _), own in by_medicine.items():
        regimen = planned[number - 1].regimen
        first_of_day = [own[0]] + [b for a, b in pairwise(own) if a.date != b.date]
        for before, slot in pairwise(first_of_day):
            window = slot.medicine.window
            moved = (slot.planned_on, before.planned_on) != (slot.date, before.date)
            if window is not None and moved:
                yield from check_gap(window, before, slot, regimen)


def too_near(window: Window, before: dt.date, day: dt.date) -> bool:
    """Whether a dose on a day is nearer to the one before it than the least gap."""
    return day < window.least_gap.after(before)


def is_outside(window: Window, late: int) -> bool:
    """Whether a dose this many days later than planned, or earlier if negative, is outside.

    A side of which nothing is stated has no end.
    """
    allowed = window.late if late > 0 else window.early
    return allowed is not None and abs(late) > allowed.shortest_days()


def check_places(slots: Iterable[Slot], planned: Sequence[PlannedRegimen]) -> Iterator[Finding]:
    """Check how often one joint or side is injected, by whichever courses of the plan.

    Within a course its own window holds the gap. What states no gap and no number is not counted.

    Args:
        slots: the doses on their dates, those that were left out as well.
        planned: the regimens of the course in their order.
    """
    by_place: dict[str, list[Slot]] = {}
    for slot in sorted(slots, key=lambda s: (s.date, s.time)):
        if slot.live and _is_counted(slot):
            by_place.setdefault(slot.into, []).append(slot)
    if by_place.pop("", None):
        text = "The plan was saved before it named the place of an injection: none was counted."
        yield note("place.not_said", text, PROPOSED)
    for place, own in by_place.items():
        for before, slot in pairwise(own):
            rule = slot.medicine.into
            if rule is None or rule.apart is None or slot.course_number == before.course_number:
                continue
            if slot.date < rule.apart.after(before.date):
                text = (
                    f"The {place} is injected on {_day(before)} and on {_day(slot)}; "
                    f"{rule.apart} between them are advised."
                )
                source = planned[slot.course_number - 1].regimen.source(rule.source)
                yield warn("place.too_soon", text, source)
        yield from _too_often(place, own, planned)


def _is_counted(slot: Slot) -> bool:
    rule = slot.medicine.into
    return rule is not None and bool(rule.apart or rule.most_a_year)


def _too_often(
    place: str, own: Sequence[Slot], planned: Sequence[PlannedRegimen]
) -> Iterator[Finding]:
    for n, slot in enumerate(own):
        rule = slot.medicine.into
        count = sum(slot.date - other.date < _YEAR for other in own[: n + 1])
        if rule is not None and rule.most_a_year and count > rule.most_a_year:
            text = (
                f"The {place} is injected {count} times within a year by {_day(slot)}; "
                f"at most {rule.most_a_year} are advised."
            )
            source = planned[slot.course_number - 1].regimen.source(rule.source)
            yield warn("place.too_often", text, source)
            return


def _day(slot: Slot) -> str:
    return f"{slot.date:%d-%b-%Y}"


def check_gap(window: Window, before: Dated, slot: Dated, regimen: Regimen) -> Iterator[Finding]:
    """Check two doses of a medicine that follow each other, of which one was moved.

    Where one phase passes into the next, a plan may bring them nearer than the least gap between
    doses of that phase; moved together, or apart, they are no nearer than it has them.
    """
    gap, planned_gap = slot.date - before.date, slot.planned_on - before.planned_on
    if gap < planned_gap and too_near(window, before.date, slot.date):
        level = warn if slot.state == "given" else stop
        text = (
            f"{_apart(slot, gap)}; at least {window.least_gap} must lie between them. "
            "Move it later, or move the later doses as well."
        )
        yield level("window.least_gap", text, regimen.source(window.source))
    late = (gap - planned_gap).days
    side, than, allowed = (
        ("late", "later", window.late) if late > 0 else ("early", "earlier", window.early)
    )
    if allowed is not None and is_outside(window, late):
        text = (
            f"{_apart(slot, gap)}, {_days(abs(late))} {than} than planned; "
            f"the window allows {allowed} {side}."
        )
        yield warn(f"window.{side}", text, regimen.source(window.source))


def _apart(slot: Dated, gap: dt.timedelta) -> str:
    return f"{_on(slot)} is {_days(gap.days)} after the dose before it"


def check_measurements(
    rows: Sequence[Administration], agenda: Agenda, site: Site
) -> Iterator[Finding]:
    """Check whether measurements are old, and whether doses still fit the newest of them.

    Args:
        rows: the doses that take place.
        agenda: with the measurements so far and the rules of the doses.
        site: for how many days a weight is valid, and which deviation of a dose passes.
    """
    yield from _aged(rows, agenda, site)
    if agenda.newest:
        tolerance = site.rounding_tolerance_percent / 100
        yield from _weight_changed(agenda, tolerance)
        yield from _drifted(rows, agenda, tolerance)


def _aged(rows: Sequence[Administration], agenda: Agenda, site: Site) -> Iterator[Finding]:
    limit, weighed_on = site.weight_valid_days, agenda.measured[-1].entry.weight_on
    to_come = [row for row in rows if row.state == "planned" and row.dose.bodies]
    if weighed_on is None and to_come:
        asks = "" if limit is None else f"; this site asks for one from the last {limit} days"
        yield note("weight.undated", f"Nobody wrote when the weight was measured{asks}.", PROPOSED)
    if limit is None or weighed_on is None:
        return
    old = [row for row in to_come if (row.date - weighed_on).days > limit]
    if not old:
        return
    text = (
        f"The weight was measured on {weighed_on:%d-%b-%Y}; this site asks for one from "
        f"the last {limit} days. Weigh again before {_on(old[0])}."
    )
    if old[0] is to_come[0]:
        yield warn("weight.old", text, PROPOSED)
    else:
        yield note("weight.will_be_old", text, PROPOSED)


def _drifted(rows: Sequence[Administration], agenda: Agenda, tolerance: float) -> Iterator[Finding]:
    """Compare what is still to be given with the reference dose of the newest measurements."""
    newest = agenda.measurements[agenda.newest]
    slots = {slot.id: slot for slot in agenda.slots}
    compared: set[int] = set()
    for row in rows:
        slot = slots[row.id]
        to_come = row.state == "planned" and row.date >= newest.measured_on
        if not (to_come and may_drift(slot, agenda.newest)):
            continue
        if id(slot.rule) in compared:  # one finding for all doses of one rule
            continue
        compared.add(id(slot.rule))
        deviation = _deviation(row, slot, newest.patient)
        if above(abs(deviation), tolerance):
            yield warn(
                "dose.total_deviation",
                f"{_on(row)}: {show(row.dose.amount)} lies {show_percent(deviation)} from the "
                "dose for the newest measurements, more than "
                f"{show_percent(tolerance).removeprefix('+')}.",
                PROPOSED,
            )


def may_drift(slot: Slot, newest: int) -> bool:
    """Whether a dose is by older measurements than the newest, and nobody decided on it."""
    decided = slot.amount is not None or slot.adjustments
    return not decided and slot.measurement != newest


def _deviation(row: Administration, slot: Slot, patient: Patient) -> float:
    """Return how far a dose lies from the patient's reference dose, as a fraction."""
    reference = calculate(slot.rule, patient).reference
    planned = float(in_unit(row.dose.amount, reference.units, "dose"))
    return planned / float(reference.magnitude) - 1


def _weight_changed(agenda: Agenda, tolerance: float) -> Iterator[Finding]:
    first, newest = agenda.measurements[0], agenda.measurements[agenda.newest]
    if first.patient.weight is None or newest.patient.weight is None:
        return
    before, after = (
        float(in_unit(value, KG, "weight"))
        for value in (first.patient.weight, newest.patient.weight)
    )
    change = after / before - 1
    if above(abs(change), tolerance):
        text = (
            f"The weight has changed by {show_percent(change)} since the plan, from "
            f"{first.entry.weight} to {newest.entry.weight}: look for the reason."
        )
        yield note("weight.changed", text, PROPOSED)


def _on(dated: Dated) -> str:
    return f"{dated.place} ({dated.date:%a %d-%b-%Y})"


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
