"""What was entered of a patient: what used it, what it led to, and what was not asked."""

from __future__ import annotations

import htpy as h

from dosing.drugs.safety import QUESTIONS
from schedules.course.course import Course
from screens.marks import part_title, table

_HEAD = ["Entered", "Used by", "Led to"]


def ledger_tables(course: Course) -> h.Renderable:
    """Return the ledger of facts, and the eight questions of each drug."""
    entered = []
    for line in course.ledger:
        told = line.as_dict()
        entered.append([f"{told['fact']} {told['value']}", told["used_by"], told["led_to"]])
    asked = [[drug, *(own[question] for question in QUESTIONS)] for drug, own in _asked(course)]
    heads = ["Drug", *(question.capitalize() for question in QUESTIONS)]
    return h.fragment[
        part_title("What was entered"),
        table(_HEAD, entered, caption="What was entered, and what used it") if entered else None,
        table(heads, asked, caption="The eight questions of each drug") if asked else None,
    ]


def _asked(course: Course) -> list[tuple[str, dict[str, str]]]:
    return [(drug, dict(own)) for drug, own in course.questions.items()]
