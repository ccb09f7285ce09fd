"""What was looked at in a patient: in a line for each drug, and in full."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h

from dosing.drugs.safety import QUESTIONS
from schedules.course.course import Course
from schedules.review.looked_at import ledger_rows, looked_at
from screens.marks import bullets, part_title, table

_HEAD = ["Entered", "Used by", "Led to"]


def looked_at_lines(course: Course) -> h.Renderable | None:
    """Return how many of the eight questions were looked at, a line for each drug."""
    lines = looked_at(course)
    return bullets(lines, "looked-at") if lines else None


def ledger_tables(course: Course) -> h.Renderable:
    """Return the ledger of facts, and the eight questions of each drug."""
    entered = list(ledger_rows(course))
    drugs = [course.drugs[name].name for name in course.questions]
    asked: list[Sequence[h.Node]] = [
        [question.capitalize(), *(own[question] for own in course.questions.values())]
        for question in QUESTIONS
    ]
    return h.fragment[
        [part_title("What was entered"), table(_HEAD, entered, caption="What was entered")]
        if entered
        else None,
        [
            part_title("The eight questions"),
            table(["Question", *drugs], asked, caption="The eight questions of each drug"),
        ]
        if drugs
        else None,
    ]
