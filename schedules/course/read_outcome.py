"""From the outcome of a review, as it was typed, to the change that opens its branch."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from dosing.errors import InputError, refuse
from schedules.course.course import Course
from schedules.course.places import find
from schedules.course.rows import Occasion
from schedules.course.typed_change import TypedChange
from schedules.knowledge.branch import Branch
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.plans.changes import OpenedCourse
from schedules.plans.making import make_plan
from schedules.plans.plan import Plan


def open_reviews(course: Course) -> list[Occasion]:
    """Return the reviews whose outcome opens something and was not entered yet, by their dates."""
    return [one for one in course.occasions if one.state == "planned" and one.open_branches]


def regimens_opened(branch: Branch, library: Library) -> list[Regimen]:
    """Return the regimens that an outcome opens.

    Raises:
        InputError: if one is not there, or its file does not hold.
    """
    return [library.regimen(one.regimen) for one in branch.opens if one.regimen]


def read_outcome(typed: TypedChange) -> dict[str, Any]:
    """Return the fields of the change: what the review found, what it opens and what it ends.

    The regimens that it opens are planned as by themselves: choices, measurements and facts of the
    patient are asked for.
    """
    problems = typed.problems
    review = problems.reading(_find_review, typed)
    branch = problems.reading(_find_branch, typed, review) if review else None
    on = typed.date("on") if typed.text("on") or review is None else review.date
    if review is None or branch is None or on is None:
        return {}
    waiting = dict.fromkeys(name for other in review.branches for name in other.phases)
    then, days = branch.held_for
    return {
        "at": review.place,
        "review": review.what,
        "outcome": branch.outcome,
        "on": on,
        "goes_on": branch.phases,
        "leaves": [name for name in waiting if name not in branch.phases],
        "then": then,
        "days": days,
        "opens": _open_regimens(typed, review, branch, on),
    }


def _find_review(typed: TypedChange) -> Occasion:
    """Return the review that is meant, by its name and place; the only one needs neither."""
    name, place = typed.text("review"), typed.text("from")
    reviews = open_reviews(typed.course)
    offered = "; ".join(f"{one.what} ({one.place})" for one in reviews)
    accepted = f"write one of: {offered}" if offered else "no review here waits for its outcome"
    named = [one for one in reviews if name in ("", one.what)]
    if name and not named:
        refuse("review", name, why="is no review that waits for its outcome", accepted=accepted)
    if place:
        return find(place, named)
    if len(named) != 1:
        why = "could mean several reviews" if named else "is missing"
        refuse("review", name, why=why, accepted=f"{accepted}, and say which by from")
    (review,) = named
    return review


def _find_branch(typed: TypedChange, review: Occasion) -> Branch:
    text = typed.text("outcome")
    for branch in review.branches:
        if branch.outcome == text:
            return branch
    why = "is not an outcome of this review" if text else "is missing"
    outcomes = ", ".join(branch.outcome for branch in review.branches)
    refuse("outcome", text, why=why, write=f"one of: {outcomes}")


def _open_regimens(
    typed: TypedChange, review: Occasion, branch: Branch, on: dt.date
) -> list[OpenedCourse]:
    """Plan each regimen that an outcome opens; a choice is that of each regimen that has it."""
    choices, problems = typed.choices(), typed.problems
    found = [
        (one, problems.reading(typed.library.regimen, one.regimen))
        for one in branch.opens
        if one.regimen
    ]
    opened = [(one, regimen) for one, regimen in found if regimen is not None]
    known = {choice.name for _, regimen in opened for choice in regimen.choices}
    for name in choices.keys() - known:
        accepted = f"write one of: {', '.join(sorted(known))}" if known else "leave it out"
        why = "is no choice of what this outcome opens"
        problems.add("choose", name, why=why, accepted=accepted)
    own_plan = typed.course.plan.by_regimen()[review.course_number - 1]
    courses = []
    for one, regimen in opened:
        first_day = one.first_day(on, own_plan.first_day)
        if first_day < on:
            why = f"is after {first_day}, on which {regimen.id} would begin"
            accepted = "write an earlier day, or add that regimen by itself"
            problems.add("on", f"{on}", why=why, accepted=accepted)
        asked = {choice.name for choice in regimen.choices}
        own = {name: text for name, text in choices.items() if name in asked}
        plan = problems.reading(_plan, typed, regimen, first_day, own)
        if plan is not None:
            courses.append(
                OpenedCourse(
                    regimen=plan.regimen,
                    drugs=plan.drugs,
                    first_day=plan.first_day,
                    choices=plan.choices,
                )
            )
    return courses


def _plan(
    typed: TypedChange, regimen: Regimen, first_day: dt.date, choices: Mapping[str, str]
) -> Plan:
    """Plan a regimen that is opened; what is missing names the regimen that needs it.

    Raises:
        InputError: with everything that is missing or wrong.
    """
    course, library = typed.course, typed.library
    try:
        return make_plan(
            regimen,
            library.knowledge_for(regimen),
            library.site,
            course.plan.patient_now,
            first_day=first_day,
            made_on=course.plan.made_on,
            choices=choices,
        )
    except InputError as error:
        named = ((one, f"{regimen.id}, {one.field}") for one in error.problems)
        raise InputError(*(dataclasses.replace(one, field=of) for one, of in named)) from None
