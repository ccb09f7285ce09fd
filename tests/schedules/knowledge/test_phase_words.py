"""The words that say more than given days: bands, conditions, anchors, procedures, open ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import icalendar
import pytest

from dosing.errors import InputError, KnowledgeError
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.library.reader import read_library
from schedules.outputs import table
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from tests.support.shelf import read_anew, shelf

DRUG = """
id: testol
name: testol
version: 1
sources: {made: {cite: made up for this test, confirmed: false}}
products: [{name: vial, form: vial, routes: [by vein], strengths: [100 mg], source: made}]
limits: [{per: dose, routes: [by vein], hard: {high: 5000 mg}, source: made}]
"""

HEAD = """
id: trial
title: A made-up regimen
for: [testing]
status: under review
version: 1
reviewed: {due: 2027-11-20}
sources: {made: {cite: made up for this test, confirmed: false}}
"""

GIVE = "drug: testol, route: by vein, at: [infusion], source: made"

Plan = Callable[..., Course]


@pytest.fixture
def planned(tmp_path: Path) -> Callable[[str], Plan]:
    """Write a regimen from its phases and one example, and plan it."""

    def written(phases: str, example: str = "") -> Plan:
        root = shelf(tmp_path) if not (tmp_path / "regimens").exists() else tmp_path
        (root / "drugs" / "testol.yaml").write_text(DRUG, encoding="utf-8")
        examples = (
            example or "examples: [{patient: {}, start: 2026-11-30, expect: [x], source: made}]"
        )
        text = f"{HEAD}{phases}\n{examples}\n"
        (root / "regimens" / "trial.yaml").write_text(text, encoding="utf-8")
        library = read_library(read_anew(root), only="trial")

        def plan(
            first_day: str = "2026-11-30",
            other_dose: str = "",
            choices: dict[str, str] | None = None,
            **patient: Any,
        ) -> Course:
            regimen = library.regimen("trial")
            made = make_plan(
                regimen,
                library.knowledge_for(regimen),
                library.site,
                PatientEntry.model_validate({"label": "ward-7", **patient}),
                first_day=first_day,
                made_on=dt.date(2026, 11, 20),
                choices=choices or {},
                dose_text=other_dose,
            )
            return work_out(made, library)

        return plan

    return written


def example(expect: str, patient: str = "", start: str = "2026-11-30") -> str:
    lines = "".join(f"\n      - {line}" for line in expect.strip().splitlines())
    return (
        f"examples:\n  - patient: {{{patient}}}\n    start: {start}\n    source: made\n"
        f"    expect:{lines}"
    )


def dates(found: Course) -> list[str]:
    return [row.date.isoformat() for row in found.rows]


BANDS = f"""
phases:
  - name: load
    medicines:
      - {{{GIVE}, dose: 240 mg, per_course: 240 mg, days: [1],
         when: {{weight: {{at_least: 40 kg, below: 60 kg}}}}}}
      - {{{GIVE}, dose: 270 mg, per_course: 270 mg, days: [1],
         when: {{weight: {{at_least: 60 kg, below: 100 kg}}}}}}
      - {{{GIVE}, dose: 300 mg, per_course: 300 mg, days: [1],
         when: {{weight: {{at_least: 100 kg}}}}}}
"""
IN_A_BAND = example("2026-11-30 testol 270 mg", "weight: 70 kg")


@pytest.mark.parametrize(
    ("weight", "dose"),
    [
        ("40 kg", 240),
        ("59.9 kg", 240),
        ("60 kg", 270),
        ("99.9 kg", 270),
        ("100 kg", 300),
        ("220.4 lb", 270),
        ("220.5 lb", 300),
    ],
)
def test_a_band_holds_from_its_lower_bound_and_below_its_upper(
    planned: Callable[..., Plan], weight: str, dose: float
) -> None:
    # 220.4 lb is 99.97 kg, 220.5 lb is 100.02 kg
    (row,) = planned(BANDS, IN_A_BAND)(weight=weight).rows
    assert row.dose.amount.magnitude == dose
    assert row.id.endswith("/load/1/1/testol/1")


def test_outside_every_band_nothing_is_given(planned: Callable[..., Plan]) -> None:
    found = planned(BANDS, IN_A_BAND)(weight="39.9 kg")
    assert found.rows == ()
    (stop,) = [finding for finding in found.findings if finding.level == "STOP"]
    assert stop.code == "band.outside"
    assert "weight from 40 kg, below 60 kg" in stop.text


def test_a_band_needs_its_measurement(planned: Callable[..., Plan]) -> None:
    with pytest.raises(InputError, match="weight: is missing; the dose depends on it"):
        planned(BANDS, IN_A_BAND)()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("at_least: 60 kg, below: 100 kg", "at_least: 61 kg, below: 100 kg", "a gap"),
        ("at_least: 60 kg, below: 100 kg", "at_least: 59 kg, below: 100 kg", "an overlap"),
        ("at_least: 60 kg, below: 100 kg", "at_least: 100 kg, below: 60 kg", "is not below"),
        ("at_least: 60 kg, below: 100 kg", "at_least: '60', below: 100 kg", "has no unit"),
        ("weight: {at_least: 100 kg}", "age: {at_least: 100 years}", "the same measures"),
        (",\n         when: {weight: {at_least: 100 kg}}", "", "an item name or a band"),
    ],
)
def test_a_table_with_a_gap_or_an_overlap_is_refused(
    planned: Callable[..., Plan], before: str, after: str, said: str
) -> None:
    assert before in BANDS
    with pytest.raises(KnowledgeError, match=said):
        planned(BANDS.replace(before, after), IN_A_BAND)


TWO_WAYS = f"""
phases:
  - name: pulse
    medicines:
      - {{{GIVE}, dose: 15 mg/kg, weight: actual, per_course: 15 mg/kg, days: [1],
         when: {{age: {{below: 60 years}}, creatinine: {{below: 300 umol/L}}}}}}
      - {{{GIVE}, dose: 12 mg/kg, weight: actual, per_course: 12 mg/kg, days: [1],
         when: {{age: {{at_least: 60 years}}, creatinine: {{below: 300 umol/L}}}}}}
      - {{{GIVE}, dose: 10 mg/kg, weight: actual, per_course: 10 mg/kg, days: [1],
         when: {{age: {{below: 60 years}},
                creatinine: {{at_least: 300 umol/L, below: 500 umol/L}}}}}}
      - {{{GIVE}, dose: 8 mg/kg, weight: actual, per_course: 8 mg/kg, days: [1],
         when: {{age: {{at_least: 60 years}},
                creatinine: {{at_least: 300 umol/L, below: 500 umol/L}}}}}}
"""
BOTH_WAYS = example(
    "2026-11-30 testol 1050 mg", "weight: 70 kg, age: 48 years, creatinine: 80 umol/L"
)


@pytest.mark.parametrize(
    ("age", "creatinine", "dose"),
    # 70 kg times 15, 12, 10 and 8 mg/kg
    [
        ("59 years", "299 umol/L", 1050),
        ("60 years", "80 umol/L", 840),
        ("48 years", "300 umol/L", 700),
        ("74 years", "340 umol/L", 560),
    ],
)
def test_a_table_by_two_measures_has_one_dose_for_each_patient(
    planned: Callable[..., Plan], age: str, creatinine: str, dose: float
) -> None:
    found = planned(TWO_WAYS, BOTH_WAYS)(weight="70 kg", age=age, creatinine=creatinine)
    assert [row.dose.amount.magnitude for row in found.rows] == [dose]


def test_above_the_last_creatinine_of_the_table_nothing_was_studied(
    planned: Callable[..., Plan],
) -> None:
    found = planned(TWO_WAYS, BOTH_WAYS)(weight="70 kg", age="48 years", creatinine="500 umol/L")
    assert found.stopped
    assert found.rows == ()


LADDER = f"""
phases:
  - name: step 1
    length: 7 days
    medicines: [{{{GIVE}, dose: 10 mg, per_cycle: 70 mg, days: each day}}]
  - name: step 2
    only_if: 10 mg was tolerated
    length: 7 days
    open_end: true
    medicines: [{{{GIVE}, dose: 20 mg, per_cycle: 140 mg, days: each day}}]
"""
CLIMBED = example("2026-11-30 to 2026-12-06 testol 10 mg\n2026-12-07 to 2026-12-13 testol 20 mg")


def test_a_step_of_a_ladder_is_conditional_in_every_output(planned: Callable[..., Plan]) -> None:
    found = planned(LADDER, CLIMBED)()
    rows = table.rows(found)
    assert {row["status"] for row in rows[:7]} == {"planned"}
    assert {(row["status"], row["condition"]) for row in rows[7:]} == {
        ("conditional", "10 mg was tolerated")
    }
    events = icalendar.Calendar.from_ical(to_ics(found)).walk("VEVENT")
    told = ["ONLY IF 10 mg was tolerated" in str(event["SUMMARY"]) for event in events]
    assert told == [False] * 7 + [True] * 7


def test_an_open_end_is_said_with_the_day_of_its_review(planned: Callable[..., Plan]) -> None:
    found = planned(LADDER, CLIMBED)()
    # 7 days from 30 November and 7 days more end on 13 December
    (note,) = [finding for finding in found.findings if finding.code == "phase.open_end"]
    assert "review it by 14-Dec-2026" in note.text


LOADING = f"""
phases:
  - name: loading
    medicines: [{{{GIVE}, dose: 12 mg, per_course: 48 mg, days: [1, 15, 29, 64]}}]
  - name: maintenance
    begins: {{after: 4 months, of: last dose}}
    cycle: {{every: 4 months, count: 2}}
    medicines: [{{{GIVE}, dose: 12 mg, per_course: 24 mg, days: [1]}}]
"""


def test_a_phase_begins_so_long_after_the_last_dose(planned: Callable[..., Plan]) -> None:
    # 1 March, 15 March, 29 March, 3 May; four months later 3 September, then 3 January
    loaded = example(
        "2027-03-01 testol 12 mg\n2027-03-15 testol 12 mg\n2027-03-29 testol 12 mg\n"
        "2027-05-03 testol 12 mg\n2027-09-03 testol 12 mg\n2028-01-03 testol 12 mg",
        start="2027-03-01",
    )
    found = planned(LOADING, loaded)("2027-03-01")
    assert dates(found)[-2:] == ["2027-09-03", "2028-01-03"]


def test_a_clipped_day_comes_back_when_months_are_counted_from_the_last_dose(
    planned: Callable[..., Plan],
) -> None:
    # Loaded on 29 August, 12 and 26 September and 31 October 2026; four months later 28 February
    # (clipped), and eight months later 30 June, not 28 June
    loaded = example(
        "2026-08-29 testol 12 mg\n2026-09-12 testol 12 mg\n2026-09-26 testol 12 mg\n"
        "2026-10-31 testol 12 mg\n2027-02-28 testol 12 mg\n2027-06-30 testol 12 mg",
        start="2026-08-29",
    )
    found = planned(LOADING, loaded)("2026-08-29")
    assert dates(found)[-2:] == ["2027-02-28", "2027-06-30"]


HALF_YEARLY = f"""
phases:
  - name: first
    medicines: [{{{GIVE}, dose: 300 mg, per_course: 600 mg, days: [1, 15]}}]
  - name: later
    begins: {{after: 6 months, of: first day}}
    cycle: {{every: 6 months, count: 3}}
    medicines: [{{{GIVE}, dose: 300 mg, per_course: 900 mg, days: [1]}}]
"""


def test_months_from_the_first_day_are_not_chained_from_a_short_month(
    planned: Callable[..., Plan],
) -> None:
    # From 31 August: 28 February is clipped, and 31 August comes back after it.
    counted = example(
        "2026-08-31 testol 300 mg\n2026-09-14 testol 300 mg\n2027-02-28 testol 300 mg\n"
        "2027-08-31 testol 300 mg\n2028-02-29 testol 300 mg",
        start="2026-08-31",
    )
    found = planned(HALF_YEARLY, counted)("2026-08-31")
    assert dates(found)[2:] == ["2027-02-28", "2027-08-31", "2028-02-29"]


EXCHANGES = f"""
phases:
  - name: exchanges
    procedures:
      - {{what: plasma exchange, kind: procedure, days: every 2 days, times: 5, at: [infusion],
         booked: {{first: 120 min, later: 120 min, source: made}}, source: made}}
  - name: after
    medicines: [{{{GIVE}, dose: 100 mg, per_course: 100 mg, days: [1]}}]
"""
# Every second day by elapsed days: 30 November, then 2, 4, 6 and 8 December
EXCHANGED = example(
    "\n".join(
        f"2026-{day} plasma exchange" for day in ("11-30", "12-02", "12-04", "12-06", "12-08")
    )
    + "\n2026-12-09 testol 100 mg"
)


def test_procedures_are_dated_without_a_dose(planned: Callable[..., Plan]) -> None:
    found = planned(EXCHANGES, EXCHANGED)()
    assert [occasion.date.isoformat() for occasion in found.occasions] == [
        "2026-11-30",
        "2026-12-02",
        "2026-12-04",
        "2026-12-06",
        "2026-12-08",
    ]
    rows = table.rows(found)
    assert [row["item"] for row in rows] == ["plasma exchange"] * 5 + ["testol"]
    assert {row["dose_value"] for row in rows[:5]} == {None}
    assert len({row["id"] for row in rows}) == 6


def test_procedures_stand_in_the_calendar_and_not_in_the_discreet_one(
    planned: Callable[..., Plan],
) -> None:
    found = planned(EXCHANGES, EXCHANGED)()
    events = icalendar.Calendar.from_ical(to_ics(found)).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events][:5] == ["plasma exchange"] * 5
    assert events[0].decoded("DTEND") - events[0].decoded("DTSTART") == dt.timedelta(hours=2)
    assert b"plasma" not in to_ics(found, discreet=True)
    assert to_ics(found, discreet=True).count(b"BEGIN:VEVENT") == 6


def test_a_phase_with_nothing_in_it_is_refused(planned: Callable[..., Plan]) -> None:
    with pytest.raises(KnowledgeError, match="needs medicines, procedures or both"):
        planned("phases: [{name: empty}]")


def test_another_dose_cannot_stand_for_every_step_of_a_ladder(planned: Callable[..., Plan]) -> None:
    with pytest.raises(InputError, match="could be meant for several steps"):
        planned(LADDER, CLIMBED)(other_dose="20 mg")


def test_a_plan_file_without_the_measurement_of_its_band_is_refused_in_words(
    planned: Callable[..., Plan], tmp_path: Path
) -> None:
    found = planned(BANDS, IN_A_BAND)(weight="70 kg")
    bare = found.plan.model_copy(
        update={"patient": found.plan.patient.model_copy(update={"weight": ""})}
    )
    with pytest.raises(InputError, match="weight: is missing; the dose depends on it"):
        work_out(bare, read_library(read_anew(tmp_path), only="trial"))


FOR_CHILDREN = f"""
phases:
  - name: load
    medicines:
      - {{{GIVE}, dose: 10 mg/kg, weight: actual, per_course: 10 mg/kg, days: [1],
         cap: {{amount: 250 mg, source: made}}, when: {{age: below 18 years}}}}
      - {{{GIVE}, dose: 10 mg/kg, weight: actual, per_course: 10 mg/kg, days: [1],
         cap: {{amount: 600 mg, source: made}}, when: {{age: from 18 years}}}}
"""
A_CHILD = example("2026-11-30 testol 200 mg", "weight: 20 kg, age: 8 years")


def test_a_cap_for_children_stands_in_a_band_of_their_age(planned: Callable[..., Plan]) -> None:
    plan = planned(FOR_CHILDREN, A_CHILD)
    found = {
        (kg, age): plan(weight=kg, age=age).rows[0].dose.amount.magnitude
        for kg in ("20 kg", "40 kg", "70 kg")
        for age in ("17 years", "18 years")
    }
    # 10 mg/kg: 200, 400 and 700 mg; at most 250 mg below 18 years, 600 mg from 18 years on
    assert list(found.values()) == [200, 200, 250, 400, 250, 600]


def test_bands_of_age_that_leave_a_gap_are_refused(planned: Callable[..., Plan]) -> None:
    gap = FOR_CHILDREN.replace("age: from 18 years", "age: from 19 years")
    with pytest.raises(KnowledgeError, match=r"a gap: no condition holds for age 18\.5"):
        planned(gap, A_CHILD)


EVERY_8_HOURS = """
phases:
  - name: infusions
    length: 3 days
    medicines:
      - {drug: testol, route: by vein, dose: 50 mg, days: each day, per_cycle: 450 mg,
         at: [every 8 elapsed hours from night], source: made}
"""
BY_THE_CLOCK = EVERY_8_HOURS.replace("elapsed hours", "hours")


@pytest.mark.hazard("H91")
def test_every_few_hours_are_the_clock_times_of_the_ward_through_a_clock_change(
    planned: Callable[..., Plan],
) -> None:
    # 22:00, 06:00 and 14:00 on each day, though the clock goes forward in London on Sunday 28 March
    expected = "2027-03-26 testol 50 mg\n2027-03-27 testol 50 mg, 3 times a day\n"
    expected += "2027-03-28 testol 50 mg, 3 times a day\n2027-03-29 testol 50 mg, 2 times a day"
    found = planned(BY_THE_CLOCK, example(expected, start="2027-03-26"))("2027-03-26")
    assert [f"{row.date:%d} {row.time:%H:%M}" for row in found.rows] == [
        "26 22:00",
        *(f"{day} {time}" for day in (27, 28) for time in ("06:00", "14:00", "22:00")),
        "29 06:00",
        "29 14:00",
    ]
    starts = [
        event.decoded("DTSTART")
        for event in icalendar.Calendar.from_ical(to_ics(found)).walk("VEVENT")
    ]
    hours = [(later - one) // dt.timedelta(hours=1) for one, later in pairwise(starts)]
    assert hours == [8, 8, 8, 7, 8, 8, 8, 8]


def test_a_time_that_the_clock_skips_is_the_one_to_which_it_jumps(
    planned: Callable[..., Plan],
) -> None:
    # From 22:00 every 3 hours: 01:00 is skipped in London on 28 March 2027, and becomes 02:00
    text = BY_THE_CLOCK.replace("every 8 hours", "every 3 hours").replace("450 mg", "1200 mg")
    lines = ["2027-06-01 testol 50 mg"]
    lines += [f"2027-06-0{day} testol 50 mg, 8 times a day" for day in (2, 3)]
    lines += ["2027-06-04 testol 50 mg, 7 times a day"]
    found = planned(text, example("\n".join(lines), start="2027-06-01"))("2027-03-27")
    assert [f"{row.date:%d} {row.time:%H:%M}" for row in found.rows][:4] == [
        "27 22:00",
        "28 02:00",
        "28 04:00",
        "28 07:00",
    ]


def test_hours_that_elapse_move_the_time_on_the_wall_at_a_clock_change(
    planned: Callable[..., Plan],
) -> None:
    # From Friday 22:00; in London the clock goes forward on Sunday 28 March 2027 at 01:00, between
    # the dose of 22:00 and the next: 8 hours later it is 07:00
    expected = "2027-03-26 testol 50 mg\n2027-03-27 testol 50 mg, 3 times a day\n"
    expected += "2027-03-28 testol 50 mg, 3 times a day\n2027-03-29 testol 50 mg, 2 times a day"
    found = planned(EVERY_8_HOURS, example(expected, start="2027-03-26"))("2027-03-26")
    assert [f"{row.date:%d} {row.time:%H:%M}" for row in found.rows] == [
        "26 22:00",
        "27 06:00",
        "27 14:00",
        "27 22:00",
        "28 07:00",
        "28 15:00",
        "28 23:00",
        "29 07:00",
        "29 15:00",
    ]
    starts = [
        event.decoded("DTSTART")
        for event in icalendar.Calendar.from_ical(to_ics(found)).walk("VEVENT")
    ]
    assert {later - one for one, later in pairwise(starts)} == {dt.timedelta(hours=8)}


def test_an_elapsed_dose_in_the_hour_that_comes_twice_is_asked_about(
    planned: Callable[..., Plan],
) -> None:
    # Hourly from 22:00 on 30 October 2027: the clock goes back from 02:00 to 01:00 in that night
    text = EVERY_8_HOURS.replace("every 8 elapsed", "every 1 elapsed")
    text = text.replace("per_cycle: 450 mg", "per_cycle: 3600 mg")
    lines = ["2027-06-01 testol 50 mg, 2 times a day"]
    for day in ("02", "03"):  # 24 doses of a day in two lines
        lines += [f"2027-06-{day} testol 50 mg, {n} times a day" for n in (12, 12)]
    lines += [f"2027-06-04 testol 50 mg, {n} times a day" for n in (11, 11)]
    hourly = example("\n".join(lines), start="2027-06-01")
    plan = planned(text, hourly)
    with pytest.raises(InputError, match="happens twice in Europe/London"):
        plan("2027-10-30")


@pytest.mark.parametrize("at", ["[every 7 hours from night]", "[every 8 hours from night, noon]"])
def test_hours_that_do_not_fill_a_day_are_refused(planned: Callable[..., Plan], at: str) -> None:
    with pytest.raises(KnowledgeError, match="must divide 24 hours"):
        planned(EVERY_8_HOURS.replace("[every 8 elapsed hours from night]", at))


PROTECTED = f"""
phases:
  - name: pulse
    medicines:
      - {{{GIVE}, dose: 1 g/m2, surface: mosteller, days: [1], per_course: 1 g/m2,
         round: {{to: 50 mg, rule: nearest, over: dose, source: made}},
         booked: {{first: 60 min, later: 60 min, source: made}}}}
      - {{drug: testol, item: guard, route: by vein, dose: 200 mg/m2, surface: mosteller,
         percent_of: {{percent: 20, of: testol, source: made}}, days: with each testol,
         at: [30 min before start, at start, 4 hours after start, 8 hours after start],
         per_course: 800 mg/m2, source: made}}
"""
GUARDED = example(
    "2026-11-30 testol 370 mg, 2 times a day\n2026-11-30 testol 1850 mg\n"
    "2026-11-30 testol 370 mg, 2 times a day",
    "weight: 70 kg, height: 175 cm",
)


@pytest.mark.hazard("H56")
def test_a_part_of_another_dose_is_taken_of_the_amount_that_is_given(
    planned: Callable[..., Plan],
) -> None:
    # sqrt(175 x 70 / 3600) = 1.8447 m2, so 1,845 mg, given as 1,850 mg; 20 % of that is 370 mg
    found = planned(PROTECTED, GUARDED)(weight="70 kg", height="175 cm")
    guards = [row for row in found.rows if row.item == "guard"]
    assert [f"{row.time:%H:%M}" for row in guards] == ["08:30", "09:00", "13:00", "17:00"]
    assert {row.dose.amount.magnitude for row in guards} == {370.0}
    steps = {step.what: step for step in guards[0].dose.steps}
    assert steps["calculated dose"].why == "20 % of 1,850\u00a0mg testol"
    assert steps["second calculation"].value == "agrees"


def test_a_part_follows_another_dose_than_the_regimens(planned: Callable[..., Plan]) -> None:
    # 1.8447 m2 x 900 mg/m2 = 1,660 mg, rounded to 1,650 mg; 20 % are 330 mg
    found = planned(PROTECTED, GUARDED)(weight="70 kg", height="175 cm", other_dose="900 mg/m2")
    amounts = {(row.item, row.dose.amount.magnitude) for row in found.rows}
    assert amounts == {("testol", 1650.0), ("guard", 330.0)}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("percent: 20", "percent: 2", "200 mg/m2 is not 2 % of 1 g/m2"),
        ("dose: 200 mg/m2", "dose: 20 mg/m2", "20 mg/m2 is not 20 % of"),
        ("of: testol", "of: other", "needs days: with each other"),
        ("with each testol", "with each rest", "needs days: with each testol"),
        ("per_course: 800 mg/m2", "per_course: 200 mg/m2", "x 4 doses"),
        ("at start,", "shortly,", '"shortly" is not known with an event'),
    ],
)
def test_a_part_that_does_not_add_up_is_refused(
    planned: Callable[..., Plan], before: str, after: str, said: str
) -> None:
    assert before in PROTECTED
    with pytest.raises(KnowledgeError, match=said):
        planned(PROTECTED.replace(before, after))


AFTER_EXCHANGE = """
phases:
  - name: exchanges
    procedures:
      - {what: plasma exchange, kind: procedure, days: every 2 days, times: 2, at: [infusion],
         booked: {first: 135 min, later: 120 min, source: made}, source: made}
    medicines:
      - {drug: testol, route: by vein, dose: 600 mg, days: with each plasma exchange,
         at: [within 60 min after end], per_course: 1200 mg, source: made}
"""


def test_a_dose_with_nothing_in_its_phase_is_refused(planned: Callable[..., Plan]) -> None:
    with pytest.raises(KnowledgeError, match='nothing called "dialysis" has days'):
        planned(AFTER_EXCHANGE.replace("with each plasma exchange", "with each dialysis"))


@pytest.mark.hazard("H57")
def test_a_dose_after_a_procedure_is_dated_from_its_end(planned: Callable[..., Plan]) -> None:
    expected = "\n".join(
        f"2026-{day} {what}"
        for day in ("11-30", "12-02")
        for what in ("plasma exchange", "testol 600 mg")
    )
    found = planned(AFTER_EXCHANGE, example(expected))()
    # 09:00 and 135 min are 11:15; later 09:00 and 120 min are 11:00
    assert [f"{row.date:%d-%b} {row.time:%H:%M}" for row in found.rows] == [
        "30-Nov 11:15",
        "02-Dec 11:00",
    ]
    assert [row.id.split("/", 1)[1] for row in found.rows] == [
        "exchanges/1/1/testol/1",
        "exchanges/1/3/testol/1",
    ]


FROM_DAY_0 = f"""
phases:
  - name: loading
    first_day: 0
    medicines: [{{{GIVE}, dose: 12 mg, per_course: 48 mg, days: [0, 14, 28, 63]}}]
"""


def test_days_that_a_source_counts_from_0_are_shown_as_it_counts(
    planned: Callable[..., Plan],
) -> None:
    loaded = "\n".join(f"2027-{day} testol 12 mg" for day in ("01-04", "01-18", "02-01", "03-08"))
    found = planned(FROM_DAY_0, example(loaded, start="2027-01-04"))("2027-01-04")
    assert [row.day for row in found.rows] == [0, 14, 28, 63]
    assert [row.id.split("/")[3] for row in found.rows] == ["0", "14", "28", "63"]
    assert [row["day"] for row in table.rows(found)] == [0, 14, 28, 63]


def test_tests_are_dated_by_days_that_are_counted_from_0_as_well(
    planned: Callable[..., Plan],
) -> None:
    # day 10 is Thursday 14 January, day 70, a week after the last dose, Monday 15 March
    watched = f"{FROM_DAY_0}    monitor:\n"
    watched += "      - {what: count, days: [0, 10, 70], before_dose: false, source: made}\n"
    loaded = "\n".join(f"2027-{day} testol 12 mg" for day in ("01-04", "01-18", "02-01", "03-08"))
    found = planned(watched, example(loaded, start="2027-01-04"))("2027-01-04")
    assert [(one.day, one.date.isoformat()) for one in found.tests_and_decisions] == [
        (0, "2027-01-04"),
        (10, "2027-01-14"),
        (70, "2027-03-15"),
    ]


def test_tests_in_a_rhythm_go_on_to_the_last_dose_where_days_are_counted_from_0(
    planned: Callable[..., Plan],
) -> None:
    # days 0 and 63, on which the first and the last dose are given
    watched = f"{FROM_DAY_0}    monitor:\n"
    watched += "      - {what: count, days: every 63 days, before_dose: false, source: made}\n"
    loaded = "\n".join(f"2027-{day} testol 12 mg" for day in ("01-04", "01-18", "02-01", "03-08"))
    found = planned(watched, example(loaded, start="2027-01-04"))("2027-01-04")
    assert [(one.day, one.date.isoformat()) for one in found.tests_and_decisions] == [
        (0, "2027-01-04"),
        (63, "2027-03-08"),
    ]


def test_day_0_without_the_word_for_it_is_refused(planned: Callable[..., Plan]) -> None:
    with pytest.raises(KnowledgeError, match="days must rise, from 1 on"):
        planned(FROM_DAY_0.replace("    first_day: 0\n", ""))


WEEKDAYS = """
phases:
  - name: exchanges
    procedures:
      - {what: plasma exchange, kind: procedure, days: "every 2 days, weekdays only", times: 5,
         at: [infusion], source: made}
"""


@pytest.mark.parametrize(
    ("first_day", "days"),
    [
        # the fact sheet's own: Mon, Wed, Fri, Mon 7, Wed 9
        ("2026-11-30", ["11-30", "12-02", "12-04", "12-07", "12-09"]),
        # Thursday, Monday for Saturday 5, Wednesday, Friday, Monday for Sunday 13
        ("2026-12-03", ["12-03", "12-07", "12-09", "12-11", "12-14"]),
        # Saturday waits for Monday
        ("2026-12-05", ["12-07", "12-09", "12-11", "12-14", "12-16"]),
    ],
)
def test_weekdays_only_moves_a_session_to_monday_and_counts_from_there(
    planned: Callable[..., Plan], first_day: str, days: list[str]
) -> None:
    monday = ("11-30", "12-02", "12-04", "12-07", "12-09")
    expected = "\n".join(f"2026-{day} plasma exchange" for day in monday)
    found = planned(WEEKDAYS, example(expected))(first_day)
    assert [f"{occasion.date:%m-%d}" for occasion in found.occasions] == days


PICKED = f"""
choices:
  - {{name: which_days, ask: "Which days?", pick: [10, 14], source: made}}
phases:
  - name: later cycles
    cycle: {{every: 28 days, count: 2}}
    medicines:
      - {{{GIVE}, dose: 60 mg, per_cycle: 600 mg,
         days: {{choice: which_days, pick: 10, of: 14}}}}
"""
# Begun on a Wednesday: the weekdays are 2-4, 7-11 and 14, 15 December; 28 days later the same
PICKED_EXAMPLE = (
    example(
        "2026-12-02 to 2026-12-04 testol 60 mg\n2026-12-07 to 2026-12-11 testol 60 mg\n"
        "2026-12-14 to 2026-12-15 testol 60 mg\n2026-12-30 to 2027-01-01 testol 60 mg\n"
        "2027-01-04 to 2027-01-08 testol 60 mg\n2027-01-11 to 2027-01-12 testol 60 mg",
        start="2026-12-02",
    )
    + "\n    choose: {which_days: weekdays}"
)


def test_days_that_a_person_picks_are_planned_in_every_cycle(
    planned: Callable[..., Plan],
) -> None:
    found = planned(PICKED, PICKED_EXAMPLE)(
        "2026-12-02", choices={"which_days": "1 to 4, 6, 8 to 11, 14"}
    )
    assert [row.day for row in found.rows] == [1, 2, 3, 4, 6, 8, 9, 10, 11, 14] * 2


@pytest.mark.parametrize("typed", ["1 to 9", "1 to 11", "0 to 9", "6 to 15", "1 to 9, 9", "often"])
def test_a_pick_of_other_days_is_refused_with_what_is_offered(
    planned: Callable[..., Plan], typed: str
) -> None:
    with pytest.raises(InputError, match="write 10 of the days 1 to 14"):
        planned(PICKED, PICKED_EXAMPLE)("2026-12-02", choices={"which_days": typed})


def test_a_pick_that_is_not_its_choice_is_refused(planned: Callable[..., Plan]) -> None:
    with pytest.raises(KnowledgeError, match='choice "which_days" is not 9 of 14'):
        planned(PICKED.replace("pick: 10,", "pick: 9,"))


AS_REQUIRED = f"""
phases:
  - name: doses
    medicines: [{{{GIVE}, dose: 100 mg, per_course: 100 mg, days: [1]}}]
    as_required:
      - {{drug: testol, route: by vein, dose: 50 mg, when: for pain, most_a_day: 3, source: made}}
"""


@pytest.mark.hazard("H58")
def test_what_is_taken_as_required_is_said_and_never_dated(planned: Callable[..., Plan]) -> None:
    found = planned(AS_REQUIRED, example("2026-11-30 testol 100 mg"))()
    assert len(found.rows) == len(table.rows(found)) == 1
    assert to_ics(found).count(b"BEGIN:VEVENT") == 1
    (note,) = [finding for finding in found.findings if finding.code == "as_required.testol"]
    assert note.text == (
        "As required, without a date: testol 50\u00a0mg, by vein, at most 3 a day, for pain."
    )


@pytest.mark.hazard("H58")
def test_what_is_taken_as_required_is_held_to_the_limits(planned: Callable[..., Plan]) -> None:
    with pytest.raises(KnowledgeError, match="is above the hard limit"):
        planned(AS_REQUIRED.replace("dose: 50 mg", "dose: 6000 mg"))
