"""Immunoglobulin goes by the weight of the place; without a place nothing changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from dosing.drugs.weight_rule import SiteWeight, WeightRule
from dosing.errors import InputError
from dosing.units import in_unit, read
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.changes import Change, Reweigh
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan
from tests.support.planning import (
    IMMUNOGLOBULIN,
    MADE_ON,
    SAID,
    codes,
    library,
    text_of,
    whole_library,
)

AU = "immunoglobulin-cidp-induction-adjusted-weight-au"
ONTARIO = "immunoglobulin-mg-exacerbation-ontario"
NOTE = "weight.place.immunoglobulin"
HOSPITAL: dict[str, Any] = {
    "weight": "adjusted",
    "ideal": "devine",
    "fraction": 0.4,
    "from_bmi": 30,
    "source": "Policy of this hospital, 2026",
}


def known(regimen: str) -> Library:
    """Return the small library where it has a regimen.

    The whole one does not open once the worked examples of other regimens fail.
    """
    return library() if regimen in library().regimens else whole_library()


def plan_of(
    sex: str,
    height: str,
    weight: str,
    *,
    places: Sequence[str] = ("AU",),
    regimen: str = IMMUNOGLOBULIN,
    start: str = "2026-11-30",
    site: dict[str, Any] | None = None,
    **more: Any,
) -> Plan:
    among = known(regimen)
    found = among.regimen(regimen)
    here = among.site.model_copy(update={"jurisdiction": [*places], **(site or {})})
    entry = {"label": "ward-7", "age": "48 years", **more}
    entry = {**entry, "sex": sex, "height": height, "weight": weight}
    return make_plan(
        found,
        among.knowledge_for(found),
        here,
        PatientEntry.model_validate({name: value for name, value in entry.items() if value}),
        first_day=start,
        made_on=min(MADE_ON, dt.date.fromisoformat(start)),
        choices={},
    )


def course_of(*who: str, regimen: str = IMMUNOGLOBULIN, **more: Any) -> Course:
    return work_out(plan_of(*who, regimen=regimen, **more), known(regimen))


def grams(found: Course) -> float:
    """Return what the course comes to, as its rows add up."""
    assert all(row.dose.steps[-2].value == "agrees" for row in found.rows)
    return sum(
        float(in_unit(row.dose.amount, read("amount", "1 g").units, "g")) for row in found.rows
    )


# Each total is 2 g/kg to the nearest 5 g. Ideal by Devine, inches of 2.54 cm:
# F 165 cm: 45.5 + 2.3 x (64.9606 - 60) = 56.9094 kg; M 180 cm: 74.9921; F 152 cm: 45.1378
AGAIN = {"size_confirmed": True}
WHO: list[tuple[str, tuple[str, str, str], dict[str, Any], float]] = [
    ("below 152 cm by actual weight", ("female", "150 cm", "80 kg"), {}, 160),
    # 45.1378 + 0.4 x 34.8622 = 59.0827 kg: 118.17 g
    ("152 cm itself is adjusted", ("female", "152 cm", "80 kg"), {}, 120),
    # 56.9094 + 0.4 x 53.0906 = 78.1457 kg: 156.29 g
    ("a heavy woman", ("female", "165 cm", "110 kg"), {}, 155),
    ("a woman with a child", ("female", "165 cm", "110 kg"), {"pregnant": "yes"}, 220),
    ("who expects none", ("female", "165 cm", "110 kg"), {"pregnant": "no"}, 155),
    ("a girl of 17", ("female", "165 cm", "110 kg"), {"age": "17 years", **AGAIN}, 220),
    ("a child of 3 years", ("female", "95 cm", "15 kg"), {"age": "3 years"}, 30),
    ("18 itself is adjusted", ("female", "165 cm", "110 kg"), {"age": "18 years"}, 155),
    ("lighter than ideal", ("male", "185 cm", "60 kg"), {}, 120),
    # 74.9921 + 0.4 x 105.0079 = 116.9953 kg: 233.99 g
    ("a man of 180 kg", ("male", "180 cm", "180 kg"), AGAIN, 235),
    ("a woman of 95 years", ("female", "150 cm", "41 kg"), {"age": "95 years"}, 80),
]


@pytest.mark.hazard("H230")
def test_in_australia_the_adjusted_weight_holds_but_for_four() -> None:
    wrong = {
        name: got
        for name, who, more, total in WHO
        if (got := grams(course_of(*who, **more))) != pytest.approx(total)
    }
    assert wrong == {}


def test_the_australian_regimen_gives_160_g_at_any_site() -> None:
    found = course_of("female", "150 cm", "80 kg", places=("UK", "EU"), regimen=AU)
    assert grams(found) == pytest.approx(160)
    assert text_of(found, NOTE) == (
        "immunoglobulin: dosed by the actual weight: AU, height below 152 cm."
    )
    step = found.rows[0].dose.steps[0]
    assert step.because == "the weight as measured; AU, height below 152 cm"
    assert "National Blood Authority" in str(step.source)


def test_the_ledger_says_which_facts_chose_the_weight() -> None:
    found = course_of("female", "165 cm", "110 kg", pregnant="yes")
    used = {line.fact.name: line.used_by for line in found.ledger}
    assert "doses of Immunoglobulin 0.4 g/kg a day for 5 days" in used["pregnant"]


def test_a_pregnancy_that_nobody_asked_about_is_named() -> None:
    told = text_of(course_of("female", "165 cm", "110 kg"), NOTE)
    assert "Not asked: pregnant; in pregnancy the actual weight counts." in told
    assert "Not asked" not in text_of(course_of("male", "180 cm", "97.2 kg"), NOTE)


def test_before_the_first_of_july_the_regimens_own_weight_holds() -> None:
    who = ("female", "165 cm", "110 kg")
    before = course_of(*who, start="2026-06-30")
    assert grams(before) == pytest.approx(220)
    assert "begins before that day" in text_of(before, NOTE)
    assert grams(course_of(*who, start="2026-07-01")) == pytest.approx(155)


@pytest.mark.parametrize("missing", ["height", "sex", "age"])
def test_what_the_rule_needs_is_asked_for(missing: str) -> None:
    with pytest.raises(InputError, match=f"{missing}: is missing; the dosing weight of AU"):
        course_of(
            "" if missing == "sex" else "female",
            "" if missing == "height" else "165 cm",
            "80 kg",
            age="" if missing == "age" else "48 years",
        )


def test_in_ontario_the_weight_before_the_pregnancy_counts() -> None:
    who = ("female", "165 cm", "90 kg")
    # 56.9094 + 0.4 x 23.0906 = 66.1457 kg: 132.29 g
    asked: dict[str, Any] = {
        "pregnant": "yes",
        "weight_before_pregnancy": "80 kg",
        "places": ("CA-ON",),
    }
    found = course_of(*who, **asked)
    assert grams(found) == pytest.approx(130)
    assert found.rows[0].dose.steps[0].what == "weight before pregnancy"
    used = {line.fact.name: line.used_by for line in found.ledger}
    assert used["weight before pregnancy"] == ("doses of Immunoglobulin 0.4 g/kg a day for 5 days",)
    stopped = course_of(*who, pregnant="yes", places=("CA-ON",))
    assert "weight.before_pregnancy" in codes(stopped, "STOP")


def test_in_ontario_devine_is_not_drawn_below_its_height() -> None:
    # 150 cm by actual weight, 152.4 cm by 45.5 + 0.4 x 34.5 = 59.3 kg: 118.6 g
    small, taller = (
        course_of("female", height, "80 kg", regimen=ONTARIO, places=())
        for height in ("150 cm", "152.4 cm")
    )
    assert (grams(small), grams(taller)) == pytest.approx((160, 120))


def test_in_england_the_regimens_own_weight_holds_with_a_note() -> None:
    found = course_of("female", "165 cm", "110 kg", places=("UK", "EU"))
    assert grams(found) == pytest.approx(220)
    assert NOTE in codes(found, "NOTE")
    assert "goes by the actual weight of the regimen" in text_of(found, NOTE)


def test_without_a_place_nothing_changes() -> None:
    found = course_of("female", "165 cm", "110 kg", places=())
    assert grams(found) == pytest.approx(220)
    assert [code for code in codes(found) if code.startswith("weight.place")] == []
    saved = found.plan.to_json()
    new = ("dosing_weight", "dry_weight", "weight_before", "amputations", "cystatin_c")
    assert [key for key in new if key in saved] == []


@pytest.mark.parametrize(
    ("who", "total"),
    [
        # the index is 30 to the last bit or beside it: 74.9921 + 0.4 x 22.2079 = 83.8753 kg
        (("male", "180 cm", "97.2 kg"), 170),
        # 61.4370 + 0.4 x 25.2630 = 71.5422 kg
        (("female", "170 cm", "86.7 kg"), 145),
        # 29.97: by actual weight, 194.2 g
        (("male", "180 cm", "97.1 kg"), 195),
    ],
)
def test_a_site_states_its_own_formula_with_its_source(
    who: tuple[str, str, str], total: float
) -> None:
    own = {"dosing_weight": {"immunoglobulin": SiteWeight.model_validate(HOSPITAL)}}
    found = course_of(*who, places=("UK",), site=own)
    assert grams(found) == pytest.approx(total)
    assert "Policy of this hospital, 2026" in str(found.rows[0].dose.steps[0].source)
    assert Plan.from_json(found.plan.to_json()) == found.plan
    # a regimen of another place keeps the rule of that place
    elsewhere = course_of("female", "150 cm", "80 kg", regimen=AU, places=("UK",), site=own)
    assert grams(elsewhere) == pytest.approx(160)


@pytest.mark.parametrize(
    ("model", "change", "why"),
    [
        (SiteWeight, {"weight": None, "ideal": None, "fraction": None}, "needs weight"),
        (SiteWeight, {"fraction": None}, "fraction goes with adjusted"),
        (SiteWeight, {"ideal": None}, "ideal goes with weight"),
        (SiteWeight, {"ideal": "guess"}, 'ideal "guess" is none of'),
        (SiteWeight, {"source": " "}, "is empty"),
        (WeightRule, {"jurisdiction": "", "text": "x"}, "needs the jurisdiction"),
    ],
)
def test_half_a_formula_is_refused(model: Any, change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        model.model_validate({**HOSPITAL, **change})


def test_a_new_weight_is_adjusted_again() -> None:
    plan = plan_of("female", "165 cm", "110 kg", regimen="immunoglobulin-cidp-induction-5-days")
    weighed: Change = Reweigh(
        from_day=dt.date(2026, 11, 30), weight="80 kg", doses="worked out again", **SAID
    )
    found = work_out(plan.model_copy(update={"changes": [weighed]}), whole_library())
    # 56.9094 + 0.4 x 23.0906 = 66.1457 kg
    assert any("66.14" in str(step.value) for row in found.rows for step in row.dose.steps)


def test_a_prescriber_in_australia_may_choose_the_actual_weight_with_a_reason() -> None:
    # Lifeblood, July 2026: the prescriber may choose the actual weight with a written reason;
    # 100 kg x 2 g/kg are 200 g. Devine at 160 cm is 45.5 + 2.3 x 2.99 = 52.4 kg, the adjusted
    # weight 52.4 + 0.4 x 47.6 = 71.4 kg, 142.9 g
    reason = "very muscular, seen by AB"
    chosen = work_out(
        plan_of("female", "160 cm", "100 kg", actual_weight_because=reason), whole_library()
    )
    by_rule = work_out(plan_of("female", "160 cm", "100 kg"), whole_library())
    grams = [sum(row.dose.amount.magnitude for row in one.rows) for one in (chosen, by_rule)]
    # the total is rounded to 5 g
    assert grams == [200, 145]
    assert reason in text_of(chosen, NOTE)
    (line,) = (one for one in chosen.ledger if one.fact.name == "actual weight because")
    assert line.as_dict()["led_to"] == "doses"


def test_a_choice_of_the_actual_weight_that_is_not_open_is_said() -> None:
    plan = plan_of("female", "160 cm", "100 kg", places=("CA-ON",), actual_weight_because="x")
    found = work_out(plan, whole_library())
    assert "weight.actual_not_open" in codes(found)
    elsewhere = plan_of("female", "160 cm", "100 kg", places=("US",), actual_weight_because="x")
    (line,) = (
        one
        for one in work_out(elsewhere, whole_library()).ledger
        if one.fact.name == "actual weight because"
    )
    assert line.as_dict()["used_by"] == "no rule of this regimen"


def test_a_choice_of_the_actual_weight_is_asked_about_only_where_it_was_made() -> None:
    found = work_out(
        plan_of("female", "160 cm", "100 kg", places=("CA-ON",), actual_weight_because="x"),
        whole_library(),
    )
    assert "weight.actual_not_open" in codes(found, "WARN")
    plain = work_out(plan_of("female", "160 cm", "100 kg", places=("CA-ON",)), whole_library())
    assert "weight.actual_not_open" not in codes(plain)
    # by the rule it is the actual weight in any case: nothing was refused
    small = work_out(
        plan_of("female", "150 cm", "80 kg", places=("CA-ON",), actual_weight_because="x"),
        whole_library(),
    )
    assert "weight.actual_not_open" not in codes(small)


def test_the_ledger_says_that_height_sex_and_weight_chose_the_adjusted_weight() -> None:
    found = course_of("female", "165 cm", "110 kg")
    used = {line.fact.name: line.used_by for line in found.ledger}
    dose = "doses of Immunoglobulin 0.4 g/kg a day for 5 days"
    assert [name for name in ("height", "sex", "weight") if dose not in used[name]] == []


def test_only_where_the_place_says_so_does_the_weight_before_a_pregnancy_count() -> None:
    # not pregnant: 56.9094 + 0.4 x 33.0906 = 70.1457 kg, 140.3 g, whatever is entered besides
    found = course_of(
        "female",
        "165 cm",
        "90 kg",
        pregnant="no",
        weight_before_pregnancy="80 kg",
        places=("CA-ON",),
    )
    assert grams(found) == pytest.approx(140)


@pytest.mark.parametrize(
    ("route", "total"), [("intravenous infusion", 155), ("subcutaneous injection", 220)]
)
def test_a_rule_for_a_route_holds_for_that_route_alone(
    monkeypatch: pytest.MonkeyPatch, route: str, total: float
) -> None:
    # by the rule of AU 155 g, by the regimen's own weight 2 g/kg x 110 kg
    drugs = library().drugs
    drug = drugs["immunoglobulin"]
    rules = [rule.model_copy(update={"routes": [route]}) for rule in drug.dosing_weight]
    mine = drug.model_copy(update={"dosing_weight": rules})
    monkeypatch.setitem(drugs, "immunoglobulin", mine)
    assert grams(course_of("female", "165 cm", "110 kg")) == pytest.approx(total)
