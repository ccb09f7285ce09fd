"""The words that say more than given days: bands, conditions, anchors, acts, open ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import icalendar
import pytest

from dosing.errors import InputError, KnowledgeError
from schedules.course import Course, course
from schedules.ics import to_ics
from schedules.library import read_library
from schedules.plan import PatientEntry, make_plan
from schedules.table import records
from tests.schedules.shelf import shelf

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
reviewed: {written_by: "", checked_by: "", due: 2027-11-20}
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
        library = read_library(root, only="trial")

        def plan(first_day: str = "2026-11-30", other_dose: str = "", **patient: Any) -> Course:
            regimen = library.regimen("trial")
            made = make_plan(
                regimen, library.knowledge_for(regimen), library.site,
                PatientEntry.model_validate({"label": "ward-7", **patient}),
                first_day=first_day, made_on=dt.date(2026, 11, 20), choices={},
                dose_text=other_dose,
            )  # fmt: skip
            return course(made, library)

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
    gives:
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
    [("40 kg", 240), ("59.9 kg", 240), ("60 kg", 270), ("99.9 kg", 270), ("100 kg", 300),
     ("220.4 lb", 270), ("220.5 lb", 300)],
)  # fmt: skip
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
        (",\n         when: {weight: {at_least: 100 kg}}", "", "an item name each"),
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
    gives:
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
    [("59 years", "299 umol/L", 1050), ("60 years", "80 umol/L", 840),
     ("48 years", "300 umol/L", 700), ("74 years", "340 umol/L", 560)],
)  # fmt: skip
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
    gives: [{{{GIVE}, dose: 10 mg, per_cycle: 70 mg, days: each day}}]
  - name: step 2
    only_if: 10 mg was tolerated
    length: 7 days
    open_end: true
    gives: [{{{GIVE}, dose: 20 mg, per_cycle: 140 mg, days: each day}}]
"""
CLIMBED = example("2026-11-30 to 2026-12-06 testol 10 mg\n2026-12-07 to 2026-12-13 testol 20 mg")


def test_a_step_of_a_ladder_is_conditional_in_every_output(planned: Callable[..., Plan]) -> None:
    found = planned(LADDER, CLIMBED)()
    rows = records(found)
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
    gives: [{{{GIVE}, dose: 12 mg, per_course: 48 mg, days: [1, 15, 29, 64]}}]
  - name: maintenance
    begins: {{after: 4 months, of: last dose}}
    cycle: {{every: 4 months, count: 2}}
    gives: [{{{GIVE}, dose: 12 mg, per_course: 24 mg, days: [1]}}]
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
    gives: [{{{GIVE}, dose: 300 mg, per_course: 600 mg, days: [1, 15]}}]
  - name: later
    begins: {{after: 6 months, of: first day}}
    cycle: {{every: 6 months, count: 3}}
    gives: [{{{GIVE}, dose: 300 mg, per_course: 900 mg, days: [1]}}]
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
    acts:
      - {{what: plasma exchange, kind: procedure, days: every 2 days, times: 5, at: [infusion],
         takes: {{first: 120 min, later: 120 min, source: made}}, source: made}}
  - name: after
    gives: [{{{GIVE}, dose: 100 mg, per_course: 100 mg, days: [1]}}]
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
        "2026-11-30", "2026-12-02", "2026-12-04", "2026-12-06", "2026-12-08",
    ]  # fmt: skip
    rows = records(found)
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
    with pytest.raises(KnowledgeError, match="needs gives, acts or both"):
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
        course(bare, read_library(tmp_path, only="trial"))
