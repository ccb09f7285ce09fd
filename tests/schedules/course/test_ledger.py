"""The ledger of facts: one line for each, with all that used it and all that it led to."""

from __future__ import annotations

import datetime as dt

from dosing.units import ordinary_spaces
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.plans.changes import AddCourse
from tests.support.planning import CYCLOPHOSPHAMIDE, RITUXIMAB, SAID, changed, library, man, planned


def line_of(found: Course, fact: str) -> dict[str, str]:
    (line,) = (line.as_dict() for line in found.ledger if line.fact.name == fact)
    return {name: ordinary_spaces(text) for name, text in line.items()}


def test_a_fact_that_two_regimens_use_has_one_line_that_names_both() -> None:
    plan = planned(RITUXIMAB)
    known = library().knowledge_for(library().regimen(CYCLOPHOSPHAMIDE))
    added = AddCourse(
        regimen=known[f"regimens/{CYCLOPHOSPHAMIDE}"],
        drugs=[known["drugs/cyclophosphamide"]],
        first_day=dt.date(2027, 2, 1),
        choices={},
        **SAID,
    )
    assert line_of(changed(plan, added), "height") == {
        "fact": "height",
        "value": "175 cm",
        "used_by": (
            "doses of Rituximab 375 mg/m2 once a week, 4 doses, plausible sizes, "
            "doses of Cyclophosphamide 1 g/m2 every 28 days, 6 doses"
        ),
        "led_to": "doses",
    }


def test_a_word_that_nobody_knows_was_asked_of_no_drug_and_led_to_its_question() -> None:
    found = work_out(planned(RITUXIMAB, who=man(conditions=["florp"])), library())
    assert line_of(found, "condition") == {
        "fact": "condition",
        "value": "florp",
        "used_by": "no rule of this regimen",
        "led_to": "fact.unknown_word.florp",
    }
