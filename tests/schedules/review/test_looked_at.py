"""What was looked at in a patient, as people read it."""

from __future__ import annotations

from typing import Any

from dosing.trace import TYPED, note, warn
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.plans.making import make_plan
from schedules.review.equal_findings import equal_together, other_dates
from schedules.review.looked_at import ledger_rows, looked_at
from tests.support.planning import MADE_ON, RITUXIMAB, man, shelved


def rituximab(**known: Any) -> Course:
    shelf = shelved(RITUXIMAB)
    regimen = shelf.regimen(RITUXIMAB)
    plan = make_plan(
        regimen,
        shelf.knowledge_for(regimen),
        shelf.site,
        man(**known),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices={},
    )
    return work_out(plan, shelf)


def test_a_line_of_each_drug_counts_what_was_looked_at_and_names_the_rest() -> None:
    # Age, sex and what is taken answer for age, pregnancy and medicines, and for a part of
    # infection (immunoglobulin), not for hepatitis; the file has no source for kidney and liver.
    (line,) = looked_at(rituximab(takes=["none"]))
    assert line == (
        "rituximab: 3 of 8 questions looked at; in part: infection; "
        "not asked: conditions, laboratory; "
        "no source found: kidney, liver"
    )


def test_a_state_that_was_not_asked_is_named_beside_one_that_was() -> None:
    (line,) = looked_at(rituximab(sex="female", pregnant="no", conditions=["none"]))
    assert "not asked: could become pregnant, breast-feeding" in line
    assert "in part: pregnancy, infection, conditions;" in line


def test_a_word_that_is_not_known_answers_no_question() -> None:
    (line,) = looked_at(entered := rituximab(takes=["xyzzy"]))
    assert "medicines" in line.partition("in part: ")[2].partition(";")[0]
    (own,) = entered.questions.values()
    assert own["medicines"] == "not known here: takes xyzzy"


def test_a_course_that_is_stopped_says_what_was_looked_at_as_well() -> None:
    stopped = rituximab(conditions=["hepatitis B"])
    assert stopped.stopped
    assert "in part: infection, conditions;" in looked_at(stopped)[0]


def test_the_ledger_says_of_each_fact_what_used_it_and_what_it_led_to() -> None:
    entered = rituximab(
        conditions=["hepatitis B", "asthma", "florp"], takes=["warfarin"], genotype="normal"
    )
    rows = {fact: (used, led) for fact, used, led in ledger_rows(entered)}
    # all that was typed and nothing else: no label, and no field that was left empty
    assert list(rows) == [
        "sex male",
        "age 48 years",
        "weight 70 kg",
        "height 175 cm",
        "genotype normal",
        "condition hepatitis B",
        "condition asthma",
        "condition florp",
        "takes warfarin",
    ]
    used, led = rows["condition hepatitis B"]
    assert "rituximab: infection" in used
    assert "STOP" in led
    assert rows["condition florp"][1] == "1 WARN"
    assert rows["genotype normal"] == ("no rule of this regimen", "nothing")
    assert rows["condition asthma"] == ("asked; no rule of rituximab names asthma", "nothing")
    assert rows["takes warfarin"] == ("asked; no rule of rituximab names warfarin", "nothing")
    assert rows["height 175 cm"] == (
        "doses of Rituximab 375 mg/m2 once a week, 4 doses; plausible sizes",
        "doses",
    )


def test_findings_that_say_the_same_stand_together_in_their_order() -> None:
    first, other, again = (
        warn("a.1", "Weigh again.", TYPED),
        note("b", "Weigh again.", TYPED),
        warn("a.2", "Weigh again.", TYPED),
    )
    assert equal_together([first, other, again]) == [[first, again], [other]]


def test_a_fact_with_a_field_of_its_own_is_used_where_it_was_typed_as_a_condition() -> None:
    entered = rituximab(sex="female", conditions=["expecting", "nursing"])
    rows = {fact: (used, led) for fact, used, led in ledger_rows(entered)}
    # the weight in pregnancy is told of as well
    assert rows["condition expecting"] == (
        "weight of the doses; rituximab: pregnancy",
        "1 WARN, 1 NOTE",
    )
    assert rows["condition nursing"] == ("rituximab: pregnancy", "1 WARN")


def test_findings_that_differ_in_one_date_alone_are_one_with_their_dates() -> None:
    text = "The dose on {} falls on a closed day."
    first, second = (warn("x", text.format(f"{day}-Dec-2026"), TYPED) for day in (25, 26))
    spacing = warn("x", "26-Dec-2026 lies 1 day after 25-Dec-2026.", TYPED)
    other = warn("x", "27-Dec-2026 lies 1 day after 26-Dec-2026.", TYPED)
    together = equal_together([first, spacing, second, other])
    assert together == [[first, second], [spacing], [other]]
    assert other_dates(together[0]) == "26-Dec-2026"
    assert other_dates(together[1]) == ""
