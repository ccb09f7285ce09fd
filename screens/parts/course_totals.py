"""What a course comes to: per drug, in all, in a day, in a cycle, in a lifetime."""

from __future__ import annotations

import functools

import htpy as h

from dosing.units import Quantity, show
from schedules.course.course import Course
from schedules.knowledge.library import Library
from screens.marks import part_title, table

_DIGITS = 6
_TABLES_KEPT = 100
_HEAD = ["Drug", "Doses", "Whole course", "Most in a day", "Each cycle", "In a lifetime"]


def totals_table(course: Course, knowledge: Library) -> h.Node:
    """Return the totals of each drug, under their heading; nothing where no drug is given."""
    if not course.totals:
        return None
    rows: list[tuple[str, ...]] = []
    for total in course.totals:
        cycles = [f"{phase}: {_text(value)}" for phase, _, value in total.cycles]
        lifetime = _text(total.lifetime) if total.lifetime is not None else "not stated"
        rows.append(
            (
                knowledge.drug(total.drug).name,
                str(total.doses),
                _text(total.course),
                _text(total.most_in_a_day),
                "; ".join(dict.fromkeys(cycles)),
                lifetime,
            )
        )
    return _table(tuple(rows))


# What is typed changes the totals less often than not.
@functools.lru_cache(maxsize=_TABLES_KEPT)
def _table(rows: tuple[tuple[str, ...], ...]) -> h.Node:
    totals = h.fragment[part_title("Course totals"), table(_HEAD, rows, caption="Course totals")]
    return totals.__html__()


def _text(amount: Quantity) -> str:
    return show(amount, _DIGITS)
