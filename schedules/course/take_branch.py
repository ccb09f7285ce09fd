"""The outcome of a review takes effect: phases that wait for it open or end, a step is held.

The regimens that it opens are laid out with the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from dosing.errors import refuse
from schedules.course.agenda import Agenda
from schedules.course.hold_step import hold_step
from schedules.course.planned_regimen import PlannedRegimen
from schedules.course.rows import Dated, Occasion, Slot
from schedules.plans.changes import Hold, ReviewOutcome


def take_branch(change: ReviewOutcome, agenda: Agenda, planned: Sequence[PlannedRegimen]) -> Agenda:
    """Note the outcome of a review, open and end the phases that wait for it, then do the rest.

    Raises:
        InputError: if the review is not there, or has its outcome, or no step can be held.
    """
    review = _review_at(change, agenda)
    number = review.course_number
    stated = {phase.name: phase.only_if for phase in planned[number - 1].regimen.phases}
    opened = {(number, name): stated.get(name, "") for name in change.goes_on}
    after = agenda.answered(review.id, change.outcome, opened)
    own = [d for d in after.standing(after.laid.everything) if d.course_number == number]
    after = after.marked([d.id for d in _planned(own) if d.phase in change.leaves], "ceased")
    # On a closed day it is booked on another one; its place among the doses is its own day.
    when = max(change.on, review.date), review.time
    to_come = (d for d in _planned(own) if (d.date, d.time) > when)
    later = [d for d in to_come if d.id not in after.became]
    if change.then == "stop":
        return after.marked([d.id for d in later], "ceased")
    if change.then:
        return hold_step(_as_hold(change, later), after)
    return after


def _planned(dated: Sequence[Dated]) -> list[Dated]:
    return [d for d in dated if d.state == "planned"]


def _review_at(change: ReviewOutcome, agenda: Agenda) -> Occasion:
    """Return the review of a place by its name; one that has an outcome has to be undone first."""
    place = agenda.find(change.at).place
    here = agenda.standing(agenda.laid.at_place.get(place, ()))
    for one in here:
        if isinstance(one, Occasion) and one.what == change.review and one.live:
            if one.outcome:
                why = f"has its outcome already: {one.outcome}"
                refuse("review", change.review, why=why, accepted="undo that change first")
            return one
    reviews = "; ".join(one.what for one in here if isinstance(one, Occasion))
    why, accepted = "is no review of this place", f"write one of: {reviews}"
    refuse("review", change.review, why=why, accepted=accepted)


def _as_hold(change: ReviewOutcome, later: Sequence[Dated]) -> Hold:
    """Return the hold or the step back that an outcome asks for, from the next dose on."""
    doses = sorted((d for d in later if isinstance(d, Slot)), key=lambda d: (d.date, d.time, d.id))
    if not doses:
        why = f"asks to {change.then}, and no later dose is planned"
        refuse("outcome", change.outcome, why=why, accepted="choose another outcome")
    return Hold.model_validate(
        {
            "kind": change.then,
            "at": doses[0].place,
            "days": change.days,
            "who": change.who,
            "when": change.when,
            "why": change.why,
        }
    )
