"""The steps of a taper by themselves: which number each has, and from what it is taken down."""

from __future__ import annotations

import datetime as dt

from dosing.trace import TYPED
from dosing.units import MG, NO_BREAK_SPACE, plain, quantity
from schedules.course.taper import levels, stretches
from schedules.knowledge.phase import Taper


def taper(*steps: tuple[str, str, str]) -> Taper:
    """Return a taper of steps, each with its amount, its length and its end."""
    falls = [dict(zip(("by", "each", "to"), step, strict=True)) for step in steps]
    return Taper.model_validate({"reduces": "full dose", "steps": falls, "source": "made"})


FORTNIGHTS = taper(("5 mg", "14 days", "20 mg"), ("2.5 mg", "14 days", "nothing"))


def test_a_step_that_comes_just_to_its_end_is_a_whole_one_and_no_rest() -> None:
    # 30 less 5 is 25, less 5 is just 20, less 2.5 is 17.5: six more halves of 5 mg to nothing
    start = quantity(30.0, MG)
    found = levels(start, FORTNIGHTS)
    said = [one.step(start, len(found), TYPED) for one in found]
    assert [f"{one.what}: {one.why}".replace(NO_BREAK_SPACE, " ") for one in said[:3]] == [
        "step 1 of 9 down: 30 mg less 5 mg; begun at 30 mg",
        "step 2 of 9 down: 25 mg less 5 mg; begun at 30 mg",
        "step 3 of 9 down: 20 mg less 2.5 mg; begun at 30 mg",
    ]
    assert [one.number for one in found] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert plain(found[-1].amount) == "2.5 mg"


def test_a_step_of_another_length_begins_on_the_day_after_the_last_of_the_one_before() -> None:
    # from Monday 30 November: 25 and 20 mg for a fortnight each, then 10 mg for a week
    found = levels(
        quantity(30.0, MG), taper(("5 mg", "14 days", "20 mg"), ("10 mg", "7 days", "10 mg"))
    )
    laid = [
        (plain(one.step.amount), f"{one.first_day:%d-%b}", one.days, f"{one.end:%d-%b}")
        for one in stretches(found, dt.date(2026, 11, 30))
    ]
    assert laid == [
        ("25 mg", "30-Nov", 14, "14-Dec"),
        ("20 mg", "14-Dec", 14, "28-Dec"),
        ("10 mg", "28-Dec", 7, "04-Jan"),
    ]
