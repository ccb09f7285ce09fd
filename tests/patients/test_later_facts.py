"""What becomes known during a course: looked at from then on, and no dose is changed by it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dosing.errors import InputError
from dosing.trace import RefusedError
from dosing.units import NO_BREAK_SPACE
from schedules.course.course import Course
from schedules.course.read_change import may_be_kept, read_change, with_change
from schedules.course.work_out import work_out
from schedules.plans.changes import Cease
from schedules.plans.making import make_plan
from schedules.plans.plan import Plan
from tests.support.planning import CYCLOPHOSPHAMIDE, MADE_ON, RITUXIMAB, SAID, man, whole_library

HEPATITIS_B = "safety.rituximab.infection.has_hepatitis_b_or_past_hepatitis_b"
NOW = dt.datetime(2026, 12, 5, 9, tzinfo=dt.UTC)


def begun(name: str = RITUXIMAB, first_day: str = "2026-11-30", **known: Any) -> Course:
    regimen = whole_library().regimen(name)
    plan = make_plan(
        regimen,
        whole_library().knowledge_for(regimen),
        whole_library().site,
        man(**known),
        first_day=first_day,
        made_on=MADE_ON,
        choices={},
    )
    return work_out(plan, whole_library())


def later(course: Course, kind: str = "facts", **typed: Any) -> Course:
    typed = {"from": "2026-12-05", **typed} if kind == "facts" else typed
    change = read_change(
        kind, typed, course, whole_library(), who="AB", why="seen in clinic", when=NOW
    )
    return with_change(course.plan, change, whole_library())


def codes(course: Course, level: str) -> list[str]:
    return [one.code for one in course.findings if one.level == level]


def test_a_medicine_that_is_taken_later_is_looked_at_from_then_on() -> None:
    before = begun(takes=["none"])
    after = later(before, takes=["ramipril"])
    assert codes(before, "WARN") == []
    assert codes(after, "WARN") == ["safety.rituximab.medicines.takes_antihypertensives"]
    assert after.rows == before.rows
    assert after.state(0).findings == before.findings


def test_a_list_is_the_whole_list_from_then_on_and_results_are_added() -> None:
    first = later(begun(results=["HBsAg negative 2026-11-20"]), takes="ramipril, asthma spray")
    second = later(first, takes=["none"], results=["IgG 5 g/L 2026-12-04"])
    assert second.plan.patient_now.takes == ["none"]
    assert second.plan.patient_now.results == ["HBsAg negative 2026-11-20", "IgG 5 g/L 2026-12-04"]
    assert codes(first, "WARN")[0].startswith("fact.unknown_word")
    assert codes(second, "WARN") == [
        "safety.rituximab.laboratory.igg_from_3_g_l_below_6_g_l",
    ]


def test_the_age_of_a_result_is_counted_to_the_day_of_the_newest_facts() -> None:
    # cyclophosphamide asks for a count of at most 3 days; 28 November is 2 and then 9 days ago
    regimen = whole_library().regimen("cyclophosphamide-monthly")
    plan = make_plan(
        regimen,
        whole_library().knowledge_for(regimen),
        whole_library().site,
        man(results=["neutrophils 3.1 10^9/L 2026-11-28"]),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices={},
    )
    before = work_out(plan, whole_library())
    a_week_later: dict[str, Any] = {"from": "2026-12-07", "takes": ["none"]}
    after = later(before, **a_week_later)
    too_old = "safety.cyclophosphamide.laboratory.no_neutrophils_of_the_last_3_days"
    assert too_old not in codes(before, "NOTE")
    assert too_old in codes(after, "NOTE")


def test_a_contraindication_that_becomes_known_stops_the_course() -> None:
    found = later(begun(), conditions=["hepatitis B"])
    assert found.stopped
    assert codes(found, "STOP") == [HEPATITIS_B]


def test_it_stops_the_doses_from_then_on_and_no_dose_before() -> None:
    # four Mondays from 30 November; known on Saturday 5 December
    found = later(begun(), conditions=["hepatitis B"])
    assert [f"{row.date:%d-%b}" for row in found.rows] == ["30-Nov"]
    stopped = [(f"{row.date:%d-%b}", row.state) for row in found.cancelled]
    assert stopped == [("07-Dec", "stopped"), ("14-Dec", "stopped"), ("21-Dec", "stopped")]
    assert found.stopped_from == dt.date(2026, 12, 7)
    assert found.state(0).stopped_from is None
    with pytest.raises(RefusedError, match="Hepatitis B may come back"):
        found.must_be_exportable()


def test_it_stops_the_doses_from_the_day_on_which_that_very_fact_became_known() -> None:
    first = later(begun(), takes=["ramipril"])
    found = later(first, conditions=["hepatitis B"], **{"from": "2026-12-08"})
    assert [f"{row.date:%d-%b}" for row in found.rows] == ["30-Nov", "07-Dec"]
    assert found.stopped_from == dt.date(2026, 12, 14)


def test_once_it_is_ceased_what_is_left_can_leave_with_an_acknowledgement() -> None:
    stopped = later(begun(), conditions=["hepatitis B"])
    ceased = later(stopped, "cease", **{"from": "induction cycle 1 day 8"})
    assert not ceased.stopped
    assert codes(ceased, "WARN") == [HEPATITIS_B]
    (warning,) = [one for one in ceased.findings if one.code == HEPATITIS_B]
    assert "Known since Sat 05-Dec-2026; no dose is left from then on." in warning.text
    assert [row.state for row in ceased.cancelled] == ["ceased"] * 3


def test_ceasing_later_than_it_became_known_leaves_the_stop() -> None:
    stopped = later(begun(), conditions=["hepatitis B"])
    assert later(stopped, "cease", **{"from": "induction cycle 1 day 15"}).stopped


def test_a_fact_that_is_taken_back_gives_the_doses_back() -> None:
    begun_course = begun()
    stopped = later(begun_course, conditions=["hepatitis B"])
    assert later(stopped, conditions=["none"]).rows == begun_course.rows


def test_new_facts_are_kept_with_their_stop_and_a_decision_with_one_is_not() -> None:
    before = begun()
    stopped = later(before, conditions=["hepatitis B"])
    facts = stopped.plan.changes[-1]
    assert may_be_kept(facts, before, stopped)
    # the second of two infusions a week apart on the day before the first
    typed = {"from": "induction cycle 1 day 8", "to": "2026-12-01", "scope": "day"}
    too_near = later(before, "defer", **typed)
    assert too_near.stopped
    assert not may_be_kept(too_near.plan.changes[-1], before, too_near)
    # while the STOP stands, what was given can still be recorded
    typed = {"from": "induction cycle 1 day 1", "on": "2026-11-30", "item": "rituximab"}
    recorded = later(stopped, "record", **typed)
    assert recorded.stopped
    assert may_be_kept(recorded.plan.changes[-1], stopped, recorded)


def test_a_regimen_that_needs_a_genotype_can_be_added_once_it_is_known() -> None:
    typed = {"regimen": "azathioprine-maintenance", "start": "2027-01-04"}
    with pytest.raises(InputError, match="genotype: is missing"):
        later(begun(), "add", **typed)
    added = later(later(begun(), genotype="normal"), "add", **typed)
    assert [one.id for one in added.regimens] == [RITUXIMAB, "azathioprine-maintenance"]
    with pytest.raises(InputError, match="decides the doses of azathioprine-maintenance"):
        later(added, genotype="poor")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "facts: are missing"),
        ({"pregnant": "perhaps"}, "pregnant: .*perhaps.* is not known here"),
        ({"results": ["neutrophils 0.9 2026-12-01"]}, "is no result of neutrophils here"),
        ({"results": ["neutrophils 0.9 10^9/L"]}, "date"),
        ({"takes": ["none"], "from": "tomorrow"}, "from"),
    ],
)
def test_what_cannot_be_read_is_refused(typed: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        later(begun(), **typed)


def test_the_plan_file_keeps_what_became_known() -> None:
    plan = later(begun(), pregnant="no", takes=["ramipril"]).plan
    assert Plan.from_json(plan.to_json()) == plan


def test_none_beside_others_is_refused() -> None:
    with pytest.raises(InputError, match=r"condition: .*none.* stands beside others"):
        begun(conditions=["asthma", "none"])


def test_a_pregnancy_that_is_denied_and_typed_is_refused() -> None:
    with pytest.raises(InputError, match="stands beside pregnant no"):
        begun(sex="female", pregnant="no", conditions=["pregnancy"])


def test_a_result_that_nobody_has_is_refused() -> None:
    with pytest.raises(InputError, match="is a number that nobody has"):
        begun(results=["neutrophils 900 10^9/L 2026-11-28"])


def test_creatinine_is_entered_where_it_has_a_field() -> None:
    with pytest.raises(InputError, match="has a field of its own; write --creatinine"):
        begun(results=["creatinine 80 umol/L 2026-11-28"])


def test_a_liver_test_in_units_of_its_own_is_not_compared_with_multiples_of_a_limit() -> None:
    found = begun(results=["ALT 180 U/L 2026-11-28"], takes=["none"])
    assert found.questions["rituximab"]["liver"] == "no source found"
    assert [one.led_to for one in found.ledger if one.fact.name == "result"] == [()]


# Cyclophosphamide each fourth Monday from 4 January 2027, the last one on 24 May; azathioprine for
# 84 days. From 20 December these end on 13 March, from 13 October on 4 January.
@pytest.mark.parametrize(
    ("start", "together"),
    [
        ("2026-10-12", False),
        ("2026-10-13", True),
        ("2026-12-20", True),
        ("2027-01-11", True),
        ("2027-05-24", True),
        ("2027-05-25", False),
    ],
)
def test_two_regimens_at_the_same_time_are_looked_at_together(start: str, together: bool) -> None:
    alone = begun(CYCLOPHOSPHAMIDE, first_day="2027-01-04", genotype="normal")
    assert codes(alone, "STOP") == []
    found = later(alone, "add", regimen="azathioprine-maintenance", start=start)
    assert (
        codes(found, "STOP")
        == [
            "safety.cyclophosphamide.medicines.takes_azathioprine",
            "safety.azathioprine.medicines.takes_cyclophosphamide",
        ]
        * together
    )
    assert bool(found.rows) is not together


def test_a_regimen_that_was_ceased_before_its_first_dose_stands_beside_no_other() -> None:
    alone = begun(CYCLOPHOSPHAMIDE, first_day="2027-01-04", genotype="normal")
    both = later(alone, "add", regimen="azathioprine-maintenance", start="2027-01-11").plan
    ceased = Cease(at="course 2, maintenance cycle 1 day 1", **SAID)
    plan = both.model_copy(update={"changes": [*both.changes, ceased]})
    found = work_out(plan, whole_library())
    assert codes(found, "STOP") == []
    assert found.rows == alone.rows


def test_a_plan_that_was_stopped_stays_stopped_whatever_is_known_later() -> None:
    stopped = begun(conditions=["hepatitis B"])
    assert stopped.stopped
    assert later(stopped, conditions=["none"]).stopped


def test_a_list_with_commas_is_parted_and_a_comma_in_a_known_word_parts_nothing() -> None:
    words = whole_library().terms.words_of("conditions")
    one = "Han Chinese or Thai origin, HLA not tested"
    assert words.parted(f"asthma,{one} , florp,") == ["asthma", one, "florp"]
    found = begun(takes=["ramipril, warfarrin"])
    assert codes(found, "WARN") == [
        "fact.unknown_word.warfarrin",
        "safety.rituximab.medicines.takes_antihypertensives",
    ]
    first = later(begun(), conditions=f"asthma, {one}")
    assert first.plan.patient_now.conditions == ["asthma", one]


def test_a_plan_knows_by_which_words_it_was_judged_and_an_earlier_one_keeps_its_hash() -> None:
    plan = begun().plan
    assert [used.id for used in plan.terms] == ["conditions", "medicines", "tests"]
    assert codes(work_out(plan, whole_library()), "NOTE").count("plan.words_changed.tests") == 0

    other = plan.terms[2].model_copy(update={"sha256": "0" * 64})
    judged = plan.model_copy(update={"terms": [*plan.terms[:2], other]})
    found = work_out(judged, whole_library())
    assert "plan.words_changed.tests" in codes(found, "NOTE")
    assert "plan.words_changed.conditions" not in codes(found, "NOTE")
    assert found.rows == work_out(plan, whole_library()).rows

    earlier = plan.model_copy(update={"terms": []})
    assert '"terms"' not in earlier.to_json()
    assert Plan.from_json(earlier.to_json()) == earlier
    told = codes(work_out(earlier, whole_library()), "NOTE")
    assert not [code for code in told if code.startswith("plan.words")]


def test_a_creatinine_measured_again_is_looked_at_like_the_first() -> None:
    before = begun(CYCLOPHOSPHAMIDE, age="74 years", creatinine="90 umol/L")
    typed = {"from": "2026-12-15", "creatinine": "340 umol/L", "doses": "keep"}
    after = later(before, "re-weigh", **typed)
    # EUVAS (CYCLOPS): 7.5 mg/kg above 70 years from 300 umol/L on; 70 kg: 525 mg, rounded 550
    said = "gives 7.5 mg/kg above 70 years. That is 550 mg here"
    told = [
        [said in one.text.replace(NO_BREAK_SPACE, " ") for one in course.findings]
        for course in (before, after)
    ]
    assert [any(one) for one in told] == [False, True]
    assert after.rows == before.rows


def measured_again(course: Course, doses: str = "keep", **typed: Any) -> Course:
    return later(course, "re-weigh", **{"from": "2026-12-05", "doses": doses, **typed})


def test_a_regimen_that_is_added_is_planned_by_what_was_measured_last() -> None:
    added = {"regimen": CYCLOPHOSPHAMIDE, "start": "2027-01-04"}
    before = begun(age="74 years", creatinine="90 umol/L")
    early = later(before, "add", **added)
    # EUVAS (CYCLOPS): 7.5 mg/kg above 70 years from 300 umol/L on; 60 kg: 450 mg
    found = later(measured_again(before, creatinine="340 umol/L", weight="60 kg"), "add", **added)
    said = "gives 7.5 mg/kg above 70 years. That is 450 mg here"
    told = [
        [said in one.text.replace(NO_BREAK_SPACE, " ") for one in course.findings]
        for course in (early, found)
    ]
    assert [any(one) for one in told] == [False, True]
    own = [row for row in found.rows if row.course_number == 2]
    assert {row.measurement for row in own} == {1}
    # The first regimen keeps the doses that somebody chose to keep.
    assert [r for r in found.rows if r.course_number == 1] == list(before.rows)


def test_a_regimen_that_is_added_after_doses_were_kept_goes_by_the_newest_weight() -> None:
    # Re-weighed twice: 60 kg, computed anew, and 90 kg, kept. 175 cm and 90 kg are 2.0917 m2 by
    # Mosteller: rituximab 375 mg/m2 784.4 mg; 70 kg at first 1.8446 m2 691.7 mg.
    typed = {"regimen": RITUXIMAB, "start": "2027-03-01"}
    before = begun(CYCLOPHOSPHAMIDE)
    once = measured_again(before, "recalculate", weight="60 kg")
    twice = measured_again(once, weight="90 kg")
    found = later(twice, "add", **typed)
    amounts = {
        str(r.dose.reference.to("mg").magnitude)[:5] for r in found.rows if r.course_number == 2
    }
    assert amounts == {"784.3"}
    kept = [(r.date, r.dose.amount) for r in found.rows if r.course_number == 1]
    assert kept == [(r.date, r.dose.amount) for r in once.rows]


def test_what_was_measured_later_answers_what_an_added_regimen_asks_for() -> None:
    typed = {"regimen": "azathioprine-maintenance", "start": "2027-01-04"}
    known = later(begun(), genotype="normal")
    added = later(measured_again(known, creatinine="90 umol/L"), "add", **typed)
    # Cockcroft and Gault: (140 - 48) x 70 / (72 x 90 / 88.42) = 87.9 mL/min
    assert any("87.8" in one.text for one in added.findings if one.code == "kidney.clearance")


def test_a_regimen_that_was_ceased_for_a_genotype_is_followed_by_the_one_for_it() -> None:
    before = begun("azathioprine-maintenance", genotype="normal")
    typed = {
        "regimen": "azathioprine-reduced-genotype",
        "start": "2026-12-10",
        "choose": {"step_length": "14 days"},
    }
    with pytest.raises(InputError, match="cease that regimen, and add it anew"):
        later(before, genotype="intermediate")
    # Daily from 30 November: ceased from 5 December on, 5 doses were given.
    ceased = later(before, "cease", **{"from": "cycle 1 day 6"})
    found = later(later(ceased, genotype="intermediate"), "add", **typed)
    assert [row.course_number for row in found.rows][:6] == [1, 1, 1, 1, 1, 2]
    assert not found.stopped
    assert {row.drug for row in found.rows} == {"azathioprine"}
