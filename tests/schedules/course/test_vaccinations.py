"""Vaccinations with their dates: which a drug asks for before its first dose, how long before."""

from __future__ import annotations

import pytest

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.read_change import read_change, with_change
from schedules.course.work_out import work_out
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan
from tests.patients.test_every_answer import known
from tests.support.planning import MADE_ON, SAID, man, whole_library

CHOICES = {
    "eculizumab": {"doses": "3"},
    "vamorolone-uk": {"planned": "30 days"},
    "thiamine": {"planned": "30 days"},
}
BOTH = ["MenACWY 2026-11-16", "MenB 2026-11-16"]


def course(regimen: str, *vaccinations: str, **more: object) -> Course:
    shelf = whole_library()
    found = shelf.regimen(regimen)
    plan = make_plan(
        found,
        shelf.knowledge_for(found),
        shelf.site,
        man(vaccinations=list(vaccinations), **more),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices=CHOICES.get(regimen, {}),
    )
    return work_out(plan, shelf)


def about(found: Course, word: str) -> list[str]:
    return [f"{f.level} {f.text}" for f in found.findings if f.level != "NOTE" and word in f.text]


@pytest.mark.hazard("H71")
def test_meningococcal_vaccines_stand_two_weeks_before_the_first_dose_of_eculizumab() -> None:
    # EU leaflet: at least 2 weeks before, else an antibiotic; 16 November is 14 days before 30
    assert about(course("eculizumab", *BOTH), "eningococc") == []
    late = ["MenACWY 2026-11-17", "MenB 2026-11-16"]
    for entered, words in (
        (late, "less than 2 weeks old"),
        (BOTH[:1], "No eculizumab without a vaccine"),
        (["none"], "No eculizumab without a vaccine"),
        (["influenza vaccine 2026-10-01"], "No eculizumab without a vaccine"),
    ):
        (stopped,) = about(course("eculizumab", *entered), "eningococc")
        assert stopped.startswith("STOP"), entered
        assert words in stopped, entered
    # a booster is no first dose
    boosted = [*BOTH, "MenACWY 2026-11-28"]
    assert about(course("eculizumab", *boosted), "eningococc") == []
    (covered,) = about(course("eculizumab", *late, takes=["penicillin V"]), "eningococc")
    assert covered.startswith("WARN")


@pytest.mark.parametrize(
    ("regimen", "entered", "level"),
    [
        # 28 days before the first day is no recent one, 27 are; vamorolone: 6 weeks, immunoglobulin
        # up to 3 months before
        ("azathioprine-maintenance", "MMR 2026-11-03", "STOP"),
        ("azathioprine-maintenance", "MMR 2026-11-02", ""),
        ("vamorolone-uk", "BCG 2026-10-20", "WARN"),
        ("vamorolone-uk", "BCG 2026-10-19", ""),
        ("immunoglobulin-5-days", "MMR 2026-09-15", "WARN"),
        # during the course it is taken
        ("immunoglobulin-5-days", "MMR 2027-02-01", "WARN"),
    ],
)
def test_a_live_vaccine_counts_as_recent_by_its_date(
    regimen: str, entered: str, level: str
) -> None:
    more = {"genotype": "normal"} if "azathioprine" in regimen else {}
    if regimen.startswith("vamorolone"):
        more = {"age": "8 years", "weight": "25 kg", "height": "125 cm"}
    told = about(course(regimen, entered, **more), "vaccin")
    assert {line.split()[0] for line in told} == ({level} if level else set())


def led_to(found: Course) -> dict[str, str]:
    return {line.fact.value: line.as_dict()["led_to"] for line in found.ledger}


def test_every_recent_live_vaccine_holds_the_course_back_and_an_old_one_does_not() -> None:
    # 4 weeks before 30 November begin on 2 November: those of 20 and 23 November are both recent
    recent = "safety.azathioprine.infection.has_recent_live_vaccine"
    old, earlier, newest = "MMR 2019-05-01", "MMR 2026-11-20", "varicella vaccine 2026-11-23"
    for entered in ([old, earlier, newest], [newest, earlier, old]):
        told = led_to(course("azathioprine-maintenance", *entered, genotype="normal"))
        assert (told[newest], told[earlier], told[old]) == (recent, recent, "nothing")


def test_a_recent_vaccine_typed_as_a_condition_stands_beside_its_date() -> None:
    typed = {"conditions": ["recent live vaccine"], "genotype": "normal"}
    told = led_to(course("azathioprine-maintenance", "MMR 2026-11-20", **typed))
    recent = "safety.azathioprine.infection.has_recent_live_vaccine"
    assert told["recent live vaccine"] == told["MMR 2026-11-20"] == recent


def test_each_live_vaccine_during_the_course_is_put_down_to() -> None:
    entered = ["MMR 2026-12-10", "varicella vaccine 2026-12-20"]
    told = led_to(course("azathioprine-maintenance", *entered, genotype="normal"))
    for one in entered:
        assert "safety.azathioprine.infection.takes_live_vaccines" in told[one]


def test_everything_entered_of_vaccinations_says_what_is_lacking() -> None:
    # against meningococci of group B there is nothing: each of the two was looked at
    entered = ["MenACWY 2026-11-02", "influenza vaccine 2026-10-01"]
    lines = {one.fact.value: one.as_dict() for one in course("eculizumab", *entered).ledger}
    for one in entered:
        assert "no_vaccination_against_meningococcus" in lines[one]["led_to"]
        assert "eculizumab: infection" in lines[one]["used_by"]


def test_a_live_vaccine_on_the_first_day_is_given_during_the_course() -> None:
    # azathioprine from 30 November: on the day before it is recent, from that day on it is both
    recent = "safety.azathioprine.infection.has_recent_live_vaccine"
    during = "safety.azathioprine.infection.takes_live_vaccines"
    for day, codes in (("29", recent), ("30", f"{recent}, {during}")):
        entered = f"MMR 2026-11-{day}"
        told = led_to(course("azathioprine-maintenance", entered, genotype="normal"))
        assert told[entered] == codes


def test_an_old_live_vaccine_was_looked_at() -> None:
    entered = "MMR 2019-05-01"
    (line,) = (
        line.as_dict()
        for line in course("azathioprine-maintenance", entered, genotype="normal").ledger
        if line.fact.value == entered
    )
    assert line["used_by"] == "azathioprine: infection"
    assert line["led_to"] == "nothing"


def test_an_older_vaccine_names_the_newer_one_that_was_used() -> None:
    entered = ("MMR 2019-05-01", "yellow fever vaccine 2026-11-20")
    found = course("azathioprine-maintenance", *entered, genotype="normal")
    told = {line.fact.value: line.as_dict()["used_by"] for line in found.ledger}
    assert told[entered[0]] == "a newer vaccination of 20-Nov-2026 was used instead"
    assert told[entered[1]] == "azathioprine: infection"


def test_what_is_entered_of_a_vaccination_stands_in_the_ledger() -> None:
    found = course("eculizumab", *BOTH, "influenza vaccine 2026-10-01")
    lines = {line.fact.value: line.as_dict()["used_by"] for line in found.ledger}
    assert "eculizumab: infection" in lines["MenACWY 2026-11-16"]
    unused = course("thiamine", "influenza vaccine 2026-10-01")
    (line,) = (line for line in unused.ledger if line.fact.name == "vaccination")
    assert line.as_dict()["used_by"] == "no rule of this regimen"


def test_where_nobody_asked_for_vaccinations_none_that_is_lacking_is_ruled_out() -> None:
    # typed as results, as the first plans did: each counts, and of all others nobody was asked
    entered = [one.replace(" 2026", " given 2026") for one in BOTH]
    lacking = "no-vaccination-against-meningococcus"
    eculizumab = whole_library().regimen("eculizumab")
    for typed, ruled_out in (({"results": entered}, False), ({"vaccinations": BOTH}, True)):
        has = known(eculizumab, PatientEntry.model_validate(typed)).has
        assert (lacking in has.ruled_out) is ruled_out
        assert lacking not in has.typed


def test_a_vaccine_that_is_not_known_is_said_and_one_without_a_date_is_refused() -> None:
    (said,) = about(course("azathioprine-maintenance", "MMRX 2026-11-01", genotype="normal"), "MMR")
    assert "not known here: nothing was checked about it" in said
    with pytest.raises(InputError, match='vaccination "MenB", date'):
        course("eculizumab", "MenB")


def test_a_vaccination_of_later_is_added_to_those_before() -> None:
    found, shelf = course("eculizumab", *BOTH), whole_library()
    typed = {"from": "2026-12-14", "vaccinations": ["MMR 2026-12-12"]}
    change = read_change("facts", typed, found, shelf, **SAID)
    after = with_change(found.plan, change, shelf)
    assert after.plan.patient_now.vaccinations == [*BOTH, "MMR 2026-12-12"]
    assert about(after, "eningococc") == []


def test_a_plan_without_the_field_is_written_and_hashed_as_before() -> None:
    plan = course("eculizumab").plan
    assert "vaccinations" not in plan.to_json()
    assert Plan.from_json(plan.to_json()).hash == plan.hash
    assert "vaccinations" in course("eculizumab", "none").plan.to_json()
