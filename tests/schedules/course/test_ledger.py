"""The ledger of facts: one line for each, with all that used it and all that it led to."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import cast

import pytest

from dosing.units import ordinary_spaces
from schedules.course.course import Course
from schedules.course.known_facts import DatedResult, Fact
from schedules.course.ledger import LedgerLine, joined
from schedules.course.work_out import work_out
from schedules.plans.changes import AddCourse
from schedules.plans.making import make_plan
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    MADE_ON,
    RITUXIMAB,
    SAID,
    changed,
    library,
    man,
    planned,
    whole_library,
)


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


def of_the_whole_library(regimen: str, **entered: object) -> Course:
    shelf = whole_library()
    found = shelf.regimen(regimen)
    plan = make_plan(
        found,
        shelf.knowledge_for(found),
        shelf.site,
        man(**entered),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices={},
    )
    return work_out(plan, shelf)


def used_by(regimen: str, **entered: object) -> dict[str, str]:
    """Return what the ledger says of each fact, by its value."""
    found = of_the_whole_library(regimen, **entered)
    return {line.fact.value: line.as_dict()["used_by"] for line in found.ledger}


def test_an_older_result_names_the_newer_one_of_its_test_that_was_used() -> None:
    newest, older, same_day = (
        f"neutrophils {count} 10^9/L 2026-11-{day}"
        for count, day in (("0.9", "28"), ("3", "20"), ("1.2", "28"))
    )
    told = used_by(CYCLOPHOSPHAMIDE, results=[older, newest, same_day, "CRP 5 mg/L 2026-11-20"])
    assert told[newest].startswith("cyclophosphamide: laboratory")
    assert told[older] == "a newer result of 28-Nov-2026 was used instead"
    assert told[same_day] == "another result of the same day was used instead"
    assert told["CRP 5 mg/L 2026-11-20"] == "no rule of this regimen"


def test_no_result_is_used_instead_of_one_whose_test_no_rule_asks_for() -> None:
    told = used_by(RITUXIMAB, results=["CRP 5 mg/L 2026-11-20", "CRP 9 mg/L 2026-11-28"])
    assert told["CRP 5 mg/L 2026-11-20"] == "no rule of this regimen"


def test_a_result_that_decides_before_a_dose_was_used_there() -> None:
    # The file of cyclophosphamide asks for the neutrophils 3 days before each dose: at least 1.5.
    entered = ["neutrophils 0.9 10^9/L 2026-11-28"]
    found = of_the_whole_library(CYCLOPHOSPHAMIDE, results=entered)
    said = line_of(found, "result")
    assert said["used_by"] == "cyclophosphamide: laboratory, tests before the doses"
    assert said["led_to"].endswith(", a decision before a dose")


def test_a_test_that_only_the_regimen_asks_for_was_used_and_led_to_nothing() -> None:
    # Too old by the first dose that asks for it, and no question of the drug is about it.
    found = of_the_whole_library("prednisolone-alternate-days", results=["EMG worse 2026-11-29"])
    said = line_of(found, "result")
    assert (said["used_by"], said["led_to"]) == ("tests before the doses", "nothing")


@pytest.mark.parametrize(
    ("entered", "rule"),
    [
        (
            {"sex": "female", "pregnant": "yes", "conditions": ["expecting", "pregnancy"]},
            "rituximab: pregnancy",
        ),
        (
            {"sex": "female", "breast_feeding": "yes", "conditions": ["nursing", "lactation"]},
            "rituximab: pregnancy",
        ),
    ],
)
def test_whatever_a_fact_was_typed_as_was_used(entered: dict[str, object], rule: str) -> None:
    typed = {"yes", *cast("list[str]", entered["conditions"])}
    told = used_by(RITUXIMAB, **entered)
    assert {fact for fact, by in told.items() if rule in by} >= typed


def test_dialysis_that_was_typed_twice_was_used_twice() -> None:
    typed = ["dialysis", "HD"]
    found = of_the_whole_library(CYCLOPHOSPHAMIDE, dialysis="haemodialysis", conditions=typed)
    lines = [line for line in found.ledger if line.fact.name in ("dialysis", "condition")]
    assert len(lines) == 3
    assert all("cyclophosphamide: kidney" in line.used_by for line in lines)


def entered(day: int, used_by: tuple[str, ...] = ()) -> LedgerLine:
    """Return the line of a result of one test, of a day of November 2026."""
    fact, date = Fact("result", f"IgG 5 g/L {day}"), dt.date(2026, 11, day)
    return LedgerLine(fact, used_by, (), (), DatedResult(fact, "igg", 5.0, "g/L", "", date))


@pytest.mark.parametrize(
    ("unused", "used", "said"),
    [
        (1, (10, 20), "a newer result of 20-Nov-2026 was used instead"),
        (1, (20, 10), "a newer result of 20-Nov-2026 was used instead"),
        (20, (1, 10), "an earlier result of 10-Nov-2026 was used instead"),
        (20, (20,), "another result of the same day was used instead"),
        (20, (), "no rule of this regimen"),
    ],
)
def test_an_unused_result_names_the_newest_of_its_test_that_was_used(
    unused: int, used: tuple[int, ...], said: str
) -> None:
    # Two results of one day are two facts.
    lines = [entered(day, ("rule",)) for day in used]
    lines = [
        dataclasses.replace(one, fact=Fact("result", f"used {n}")) for n, one in enumerate(lines)
    ]
    first, *_ = joined([[entered(unused), *lines]])
    assert first.unused == said


def test_a_result_that_was_used_names_no_other() -> None:
    lines = joined([[entered(1, ("rule",)), entered(20, ("rule",))]])
    assert [line.instead for line in lines] == ["", ""]
