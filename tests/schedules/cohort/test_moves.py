"""Who can wait in a shortage, and what may move off a closed day.

Rituximab on four Mondays from 30 November; its window is 1 day early, 2 days late, and at least
5 days lie between two doses.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from schedules.cohort.demand import Days, WardCourse
from schedules.cohort.moves import Decision, Move, Planner, plans_that_may_move
from schedules.course.work_out import work_out
from schedules.plans.changes import Defer
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    RITUXIMAB,
    THIOCTIC,
    changed,
    library,
    planned,
)

PLANNER = Planner(
    library=library(),
    decision=Decision(who="AB", when=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), why="short"),
)
FIRST = dt.date(2026, 11, 20)


def weekly(name: str = "A") -> WardCourse:
    return WardCourse(name=name, course=work_out(planned(RITUXIMAB), library()))


def short_until(month: int, day: int) -> list[Move]:
    short = Days(FIRST, dt.date(2026, month, day))
    return list(PLANNER.wait_for(weekly(), "rituximab", short))


def test_a_dose_waits_within_its_window_as_an_ordinary_change() -> None:
    (move,) = short_until(11, 30)
    assert move.possible and move.change is not None
    assert (move.change.at, move.change.to) == ("induction cycle 1 day 1", dt.date(2026, 12, 1))
    assert plans_that_may_move([move]) == ["A"]


def test_a_dose_does_not_wait_longer_than_its_window() -> None:
    """Until 3 December is three days and more; until 7 December the second dose can wait alone."""
    (move,) = short_until(12, 3)
    assert (move.possible, move.change) == (False, None)
    assert move.why_not == "its window allows at most 2 days late"
    moves = short_until(12, 7)
    assert [move.possible for move in moves] == [False, True]
    assert plans_that_may_move(moves) == []


def test_a_dose_does_not_come_too_near_to_the_next_one() -> None:
    """Two days late are in its own window; 7 December is then two days early: one is allowed."""
    (move,) = short_until(12, 1)
    assert move.change is not None and not move.possible
    assert "the window allows 1 day early" in move.why_not


def test_a_dose_waits_for_an_open_day() -> None:
    """Short until Friday 4 December: Saturday is closed, so Monday would be seven days late."""
    (move,) = short_until(12, 4)
    assert not move.possible


def test_a_dose_that_was_brought_forward_waits_for_its_own_day() -> None:
    """Pulses on Mondays, no day early: that of 25 January was brought to a Friday of a shortage."""
    by = dataclasses.asdict(PLANNER.decision)
    earlier = Defer(at="pulses cycle 3 day 1", by_days=-3, scope="this day", **by)
    ward = WardCourse(name="A", course=changed(planned(CYCLOPHOSPHAMIDE), earlier))
    friday = dt.date(2027, 1, 22)
    (move,) = PLANNER.wait_for(ward, "cyclophosphamide", Days(friday, friday))
    assert (move.row.date, move.to, move.why_not) == (friday, dt.date(2027, 1, 25), "")


def test_what_is_given_each_day_cannot_wait() -> None:
    ward = WardCourse(name="A", course=work_out(planned(THIOCTIC), library()))
    moves = list(PLANNER.wait_for(ward, "thioctic-acid", Days(FIRST, dt.date(2026, 11, 30))))
    assert [move.why_not for move in moves] == ["its window allows no day late"]


def test_without_a_stated_window_nothing_can_wait() -> None:
    ward = weekly()
    (regimen,) = ward.course.regimens
    phases = [
        phase.model_copy(
            update={"medicines": [m.model_copy(update={"window": None}) for m in phase.medicines]}
        )
        for phase in regimen.phases
    ]
    bare = regimen.model_copy(update={"phases": phases})
    ward = dataclasses.replace(ward, course=dataclasses.replace(ward.course, regimens=(bare,)))
    (move,) = PLANNER.wait_for(ward, "rituximab", Days(FIRST, dt.date(2026, 11, 30)))
    assert (move.possible, move.why_not) == (False, "no window is stated")


def test_a_closed_day_moves_what_its_rule_moves() -> None:
    """7 December: the working day before is Friday, three days early; the day after is in time."""
    monday = dt.date(2026, 12, 7)
    closed = library().site.closed
    found = {}
    for rule in ("earlier", "later"):
        more = closed.model_copy(update={"own": [monday], "rule": rule})
        (found[rule],) = PLANNER.off_closed_day(weekly(), monday, more)
    assert not found["earlier"].possible and found["earlier"].change is None
    later = found["later"]
    assert later.possible and later.to == dt.date(2026, 12, 8)
    assert later.change is not None and later.change.at == "induction cycle 1 day 8"
