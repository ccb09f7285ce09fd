"""Rules of the program's own functions, for a search of counterexamples: ``crosshair check``.

CrossHair follows a function with symbols for its arguments, so it says something of the code itself
and not of a model of it. It is no dependency; from an environment of its own that holds it,

    crosshair check --analysis_kind=asserts --report_all tests.lemmas.real_functions

Within a minute each, version 0.0.113 went through every path of the spans of days and of the
window. Of the months, the shares and what is snapped to 9 decimals it found nothing, and did not
get through. The first assertions of a function are what is given.
"""

from __future__ import annotations

import calendar
import datetime as dt

from dosing.calculation.packs import deal
from dosing.rounding import above, below, whole_ticks
from schedules.course.drift import is_outside, too_near
from schedules.knowledge.medicine import Window
from schedules.knowledge.span import Span

_LONGEST = 600


def months_are_counted_from_the_first_date(year: int, month: int, day: int, months: int) -> None:
    """Assert that a month end is clipped and never chained."""
    assert 1950 <= year <= 2100
    assert 1 <= month <= 12
    assert 1 <= day <= calendar.monthrange(year, month)[1]
    assert 1 <= months <= _LONGEST
    first = dt.date(year, month, day)
    last = Span(months=months).after(first)
    if (last.year - year) * 12 + last.month - month != months:
        raise RuntimeError("another month")
    if last.day != min(day, calendar.monthrange(last.year, last.month)[1]):
        raise RuntimeError("another day")


def spans_of_days_add_up(year: int, days: int, times: int) -> None:
    """Assert that spans of days are as long as they say, one after the other."""
    assert 1950 <= year <= 2100
    assert 1 <= days <= _LONGEST
    assert 1 <= times <= _LONGEST
    first = dt.date(year, 1, 1)
    if (Span(days=days).after(first, times) - first).days != days * times:
        raise RuntimeError("another length")


def whole_steps_stay_what_they_are(steps: int, step: float) -> None:
    """Assert that whole steps stay what they are by every rule."""
    assert 0 <= steps <= 10_000
    assert 0.01 <= step <= 1000
    for rule in ("nearest", "up", "down"):
        if whole_ticks(steps * step, step, rule) != steps:
            raise RuntimeError(rule)


def nothing_is_above_and_below(value: float, limit: float) -> None:
    """Assert that a value lies on one side of a limit, or within its noise."""
    assert 0 <= value <= 1e6
    assert 0.001 <= limit <= 1e6
    if above(value, limit) and below(value, limit):
        raise RuntimeError("both sides")
    if not above(value, limit) and value > limit * 1.000000002:
        raise RuntimeError("above, and not said")


def shares_add_up_and_fall(steps: int, days: int) -> None:
    """Assert that what is dealt out is the total, the larger shares first, at most a step apart."""
    assert 1 <= steps <= 60
    assert 1 <= days <= 6
    shares = deal(steps * 5.0, days, 5.0)
    if sum(shares) != steps * 5.0 or len(shares) != days:
        raise RuntimeError("another total")
    if sorted(shares, reverse=True) != [*shares] or shares[0] - shares[-1] > 5:
        raise RuntimeError("dealt unfairly")


def a_window_holds_both_ends(early: int, late: int, gap: int, moved: int) -> None:
    """Assert that a dose is outside just where it is farther than its side of the window."""
    assert 1 <= early <= 60
    assert 1 <= late <= 60
    assert 1 <= gap <= 60
    assert -90 <= moved <= 90
    window = Window.model_construct(
        early=Span(days=early), late=Span(days=late), least_gap=Span(days=gap), source="made"
    )
    if is_outside(window, moved) != (not -early <= moved <= late):
        raise RuntimeError("another window")
    before = dt.date(2026, 11, 30)
    if too_near(window, before, before + dt.timedelta(days=gap)):
        raise RuntimeError("the least gap itself is too near")
