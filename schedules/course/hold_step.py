"""A step of a titration or taper is held, or gone back, and everything later waits as long.

It waits for whole rounds of the rhythm: a hold of 7 days of doses every other day lasts 8, because
the dose that waited would else be given on the day after another.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import mode

from dosing.errors import refuse
from dosing.trace import TYPED, note
from schedules.course.agenda import Agenda, Laid
from schedules.course.places import find
from schedules.course.rows import Dated, Occasion, Slot, replaced
from schedules.plans.changes import Hold


def hold_step(change: Hold, agenda: Agenda) -> Agenda:
    """Stay on a step, or go back one, for some days; everything later waits, in its rhythm.

    The next review does not wait: it shows whether the step may be left. Before what waits it is
    repeated.
    """
    target = find(change.at, agenda.slots)
    step = _step(agenda.slots, target)
    if any(
        _is_of_a_total(slot) or slot.medicine.per_cycle or slot.medicine.per_course for slot in step
    ):
        refuse(
            "from",
            change.at,
            why="has a stated total, which more days exceed",
            accepted="hold a step of a titration or a taper; defer this one",
        )
    if change.kind == "step back":
        step = _step_before(step, change, agenda)
    rhythm = _rhythm(step)
    days = -(-change.days // rhythm) * rhythm
    touched = agenda.touched(change.at, "later")
    kept = _next_reviews(agenda, touched)
    waiting = agenda.moved([d for d in touched if d.id not in kept], days)
    more = [again for one in kept.values() if (again := _review_again(one, change, agenda))]
    filled = _repeated(step, target.date, range(0, days, rhythm))
    laid = Laid((*waiting.laid.slots, *filled), (*waiting.laid.occasions, *more))
    findings = [*waiting.findings]
    if days != change.days:
        text = (
            f"{change.at}: held for {days} days, not {change.days}: its doses are {rhythm} days "
            "apart, and the next one stays in this rhythm."
        )
        findings.append(note("hold.rhythm", text, TYPED))
    return dataclasses.replace(waiting, laid=laid, findings=tuple(findings))


def _rhythm(step: Sequence[Slot]) -> int:
    """Return how many days lie between the doses of a step: the commonest gap.

    One dose that was moved by a day makes no daily doses. A step with one day of doses shows no gap
    and has the rhythm that the file states, which every taper and every phase without a total has.
    """
    dates = sorted({slot.date for slot in step})
    gaps = [(after - one).days for one, after in pairwise(dates)]
    return mode(gaps) if gaps else step[0].medicine.apart or 1


def _is_of_a_total(slot: Slot) -> bool:
    """Return whether a dose is dealt out of a total that more days would change."""
    return slot.dealt is not None and slot.dealt[1] > len(slot.medicine.times_of_day)


def _next_reviews(agenda: Agenda, touched: Sequence[Dated]) -> dict[str, Occasion]:
    """Return the next review of each name among what would wait, by its id: it stays."""
    ids = {dated.id for dated in touched}
    waiting = [one for one in agenda.occasions if one.id in ids and one.kind == "review"]
    first: dict[str, Occasion] = {}
    for one in sorted(waiting, key=lambda one: (one.date, one.time)):
        first.setdefault(one.what, one)
    return {one.id: one for one in first.values()}


def _review_again(one: Occasion, change: Hold, agenda: Agenda) -> Occasion | None:
    """Return a review once more after the days of a hold, unless it stays near enough for both."""
    if one.window is not None and change.days <= one.window.most[0]:
        return None
    same = [other for other in agenda.occasions if in_step(other, one) and other.what == one.what]
    day = max(other.day for other in same) + change.days
    return replaced(
        one,
        date=one.date + dt.timedelta(days=change.days),
        original_date=None,
        outcome="",
        day=day,
        id=_on_day(one.id, one.day, day),
    )


def _step(slots: Sequence[Slot], one: Dated) -> list[Slot]:
    """Return the doses of the cycle, or of the step of a titration or taper, that one is in."""
    same = [slot for slot in slots if in_step(slot, one)]
    return sorted(same, key=lambda slot: (slot.date, slot.time))


def in_step(slot: Dated, one: Dated) -> bool:
    """Return whether both are in one cycle, or in one step of a titration or taper."""
    return (slot.cycle, slot.phase, slot.course_number) == (one.cycle, one.phase, one.course_number)


def _step_before(step: Sequence[Slot], change: Hold, agenda: Agenda) -> list[Slot]:
    first = step[0]
    earlier = [
        slot
        for slot in agenda.slots
        if slot.course_number == first.course_number and slot.live and slot.date < first.date
    ]
    if not earlier:
        refuse("from", change.at, why="is the first step", accepted="hold it, or name a later step")
    return _step(agenda.slots, max(earlier, key=lambda slot: (slot.date, slot.time)))


def _repeated(step: Sequence[Slot], first: dt.date, days: Iterable[int]) -> list[Slot]:
    """Return the doses of the last day of a step again, on days counted from the first."""
    last_date = max(slot.date for slot in step)
    last_day = max(slot.day for slot in step)
    return [
        replaced(
            slot,
            date=first + dt.timedelta(days=gone),
            original_date=None,
            state="planned",
            day=last_day + 1 + gone,
            id=_on_day(slot.id, slot.day, last_day + 1 + gone),
        )
        for gone in days
        for slot in step
        if slot.date == last_date
    ]


def _on_day(identity: str, day: int, other: int) -> str:
    """Return the identity of a dose of the same step on a day that the step did not have."""
    head, item, n = identity.rsplit("/", 2)
    return f"{head.removesuffix(f'/{day}')}/{other}/{item}/{n}"
