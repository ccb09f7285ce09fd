"""Tapers of the patient's own dose, and the tablets that every dose is made of."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import math
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from commands.course_text import print_course
from dosing.errors import KnowledgeError
from dosing.trace import RefusedError
from dosing.units import MG, NO_BREAK_SPACE, plain, quantity
from schedules.course.course import Course
from schedules.course.tablets import tablets_to_dispense
from schedules.course.taper import levels
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.phase import Taper
from schedules.library.reader import read_library
from schedules.outputs import table
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.changes import Change, Hold
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.review.summary import groups
from tests.support.places import ROOT, TESTS
from tests.support.planning import SAID
from tests.support.shelf import copy_file, read_anew

GOLDEN = TESTS / "golden" / "prednisolone-alternate-days.csv"
PREDNISOLONE = "prednisolone-alternate-days"


@functools.cache
def _library(regimen: str) -> Library:
    return read_library(ROOT, only=regimen)


def planned(regimen: str = PREDNISOLONE, library: Library | None = None, **more: Any) -> Course:
    """Plan a regimen of the real library from 30 November 2026; by default for 70 kg."""
    library = library or _library(regimen)
    entry = {"label": "ward-7", "sex": "male", "weight": "70 kg", "height": "175 cm"}
    entry |= {key: more.pop(key) for key in ("weight", "height") if key in more}
    changes: list[Change] = more.pop("changes", [])
    plan = make_plan(
        library.regimen(regimen),
        library.knowledge_for(library.regimen(regimen)),
        library.site,
        PatientEntry.model_validate(entry),
        first_day=more.pop("start", "2026-11-30"),
        made_on=dt.date(2026, 11, 20),
        choices={},
        **more,
    )
    return work_out(plan.model_copy(update={"changes": changes}), library)


def spoken(text: str) -> str:
    return text.replace(NO_BREAK_SPACE, " ")


def codes(found: Course, level: str) -> list[str]:
    return [finding.code for finding in found.findings if finding.level == level]


def total_mg(found: Course) -> float:
    return sum(float(row.dose.amount.magnitude) for row in found.rows)


def test_the_worked_example_4a_comes_out_row_by_row() -> None:
    # tests/golden/README.md says how the file was made; 147 rows, 5,425 mg, last dose 18-Sep-2027
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        wanted = list(csv.DictReader(file))
    found = planned()
    got = [
        {
            "date": row.date.isoformat(),
            "time": f"{row.time:%H:%M}",
            "phase": row.phase,
            "cycle": str(row.cycle),
            "day": str(row.day),
            "drug": row.drug,
            "route": row.route,
            "dose": plain(row.dose.amount),
        }
        for row in found.rows
    ]
    assert got == wanted
    assert (len(got), total_mg(found)) == (147, 5425)


def test_the_taper_of_4a_stops_within_the_months_that_the_source_wants() -> None:
    # 42 weeks from 30 November 2026 end on 20 September 2027, 9.7 months
    (said,) = [finding for finding in planned().findings if finding.code == "taper.ends"]
    assert said.level == "NOTE"
    assert said.text == "The taper ends on 20-Sep-2027, 294 days from the first."


def test_read_as_daily_the_same_taper_gives_exactly_twice_as_much() -> None:
    found = planned("prednisolone-daily")
    assert (len(found.rows), total_mg(found)) == (294, 10850)


@pytest.mark.hazard("H53")
@pytest.mark.parametrize(
    ("weight", "height", "doses", "total", "end"),
    [
        # 4B: 110 mg is held at 100; 8 weeks, 16 steps to 20 mg, 7 to nothing: 54 weeks.
        # 28 x 100 + 7 x (16 x 57.5) + 7 x 70 = 9,730 mg in 28 + 7 x 23 doses
        ("110 kg", "165 cm", 189, 9730, "13-Dec-2027"),
        # 50 mg: 8 weeks, 6 steps (45 to 20), 7 steps: 34 weeks.
        # 28 x 50 + 7 x 195 + 7 x 70 = 3,255 mg in 28 + 7 x 13 doses
        ("50 kg", "165 cm", 119, 3255, "26-Jul-2027"),
    ],
)
def test_a_taper_that_ends_outside_its_months_waits_to_be_acknowledged(
    weight: str, height: str, doses: int, total: float, end: str
) -> None:
    found = planned(weight=weight, height=height)
    assert (len(found.rows), total_mg(found)) == (doses, total)
    (said,) = [one for one in found.unacknowledged if one.code == "taper.ends_outside"]
    assert f"ends on {end}" in said.text
    assert "the source states 9 months to 12 months" in said.text
    with pytest.raises(RefusedError):
        to_ics(found)


def test_each_step_says_from_what_it_was_taken_down() -> None:
    found = planned()
    firsts = {row.cycle: row.dose for row in found.rows if row.phase == "taper"}
    said = {cycle: dose.steps[0] for cycle, dose in firsts.items()}
    assert [said[1].what, spoken(said[1].why)] == [
        "step 1 of 17 down",
        "70 mg less 5 mg; begun at 70 mg",
    ]
    assert spoken(said[11].why) == "20 mg less 2.5 mg; begun at 70 mg"
    # the amount of a step is flat, and calculated a second time like every other
    assert "second calculation" in [step.what for step in firsts[17].steps]


def test_a_row_of_a_taper_is_known_by_its_step_and_day() -> None:
    found = planned()
    row = next(row for row in found.rows if row.phase == "taper" and row.cycle == 2)
    assert row.id == f"{found.plan.id}/taper/2/1/prednisolone/1"
    assert row.condition == "strength holds and the EMG shows no new denervation"


def test_a_review_stands_before_each_step() -> None:
    # day 56, then the last of each fortnight: the day before the next step, 18 in all. Each is a
    # Sunday, from 24 January to 19 September: booked on the Friday before
    days = [one.date for one in planned().occasions]
    assert (len(days), days[0], days[-1]) == (18, dt.date(2027, 1, 22), dt.date(2027, 9, 17))
    assert {f"{day:%a}" for day in days} == {"Fri"}


def days_of_reviews(*changes: Change, regimen: str = PREDNISOLONE) -> list[str]:
    return [
        f"{one.date:%d-%b} {one.place}" for one in planned(regimen, changes=[*changes]).occasions
    ]


def test_a_held_taper_keeps_its_review_and_repeats_it_before_the_next_step() -> None:
    # Step 2 runs from 8 to 21 February, its review on Friday 19. Held for 28 days it runs to 21
    # March: seen on 19 February as booked, and on 19 March again.
    before = days_of_reviews()[:4]
    assert before == [
        "22-Jan full dose cycle 1 day 56",
        "05-Feb taper cycle 1 day 14",
        "19-Feb taper cycle 2 day 14",
        "05-Mar taper cycle 3 day 14",
    ]
    held = days_of_reviews(Hold(kind="hold", at="taper cycle 2 day 1", days=28, **SAID))
    assert held[:5] == [
        *before[:3],
        "19-Mar taper cycle 2 day 42",
        "02-Apr taper cycle 3 day 14",
    ]
    assert len(held) == 19


def test_a_taper_that_steps_back_is_seen_no_later_than_it_was_to_be() -> None:
    back = Hold(kind="step back", at="taper cycle 2 day 1", days=28, **SAID)
    assert days_of_reviews(back)[2:4] == [
        "19-Feb taper cycle 2 day 14",
        "19-Mar taper cycle 2 day 42",
    ]


def test_a_hold_of_a_few_days_leaves_one_review_where_it_was() -> None:
    # 3 days are within the 5 by which the review may come before the step. That of step 3 waits
    # with it, for 4 days of doses every other day: from Sunday 7 March to Thursday 11
    held = days_of_reviews(Hold(kind="hold", at="taper cycle 2 day 1", days=3, **SAID))
    assert held[2:4] == ["19-Feb taper cycle 2 day 14", "11-Mar taper cycle 3 day 14"]


def test_a_taper_held_twice_repeats_each_review_once() -> None:
    # Day 1 of the step then stands on 8 March, and the next review on 19 March: it stays again.
    once = Hold(kind="hold", at="taper cycle 2 day 1", days=28, **SAID)
    places = [text[7:] for text in days_of_reviews(once, once)]
    assert places[2:5] == [
        "taper cycle 2 day 14",
        "taper cycle 2 day 42",
        "taper cycle 2 day 70",
    ]
    assert len(set(places)) == len(places) == 20


def changed(**change: Any) -> Course:
    decision = {
        "who": "AB",
        "why": "seen in clinic",
        "when": dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC),
    }
    return planned(changes=[TypeAdapter(Change).validate_python({**decision, **change})])


def test_a_weight_taken_later_leaves_the_steps_and_says_so() -> None:
    found = changed(
        kind="re-weigh", from_day=dt.date(2027, 2, 1), weight="50 kg", doses="worked out again"
    )
    assert total_mg(found) == 5425
    assert "taper.not_reweighed" in codes(found, "WARN")


def test_when_strength_falls_the_taper_goes_back_one_step() -> None:
    # before step 3 (55 mg, from 22 February) back to 60 mg for 14 days: 7 more doses of 60 mg
    found = changed(kind="step back", at="taper cycle 3 day 1", days=14)
    back = [row.date for row in found.rows if float(row.dose.amount.magnitude) == 60]
    assert (len(back), back[-1]) == (14, dt.date(2027, 3, 6))
    assert total_mg(found) == 5425 + 7 * 60
    days = [row.date for row in found.rows]
    assert {(later - day).days for day, later in pairwise(days)} == {2}


def taper(*steps: dict[str, str]) -> Taper:
    return Taper.model_validate({"reduces": "full dose", "steps": list(steps), "source": "made"})


DOWN = (
    {"by": "5 mg", "each": "14 days", "to": "20 mg"},
    {"by": "2.5 mg", "each": "14 days", "to": "nothing"},
)


def amounts(start: float, *steps: dict[str, str]) -> list[float]:
    return [float(step.amount.magnitude) for step in levels(quantity(start, MG), taper(*steps))]


def test_a_last_step_that_would_pass_its_end_is_shorter_and_says_so() -> None:
    # 33 less 5 is 28, 23, then 18 would pass 20: less 3 only
    found = levels(quantity(33.0, MG), taper(DOWN[0]))
    assert [float(step.amount.magnitude) for step in found] == [28, 23, 20]
    said = found[-1].step(quantity(33.0, MG), 3, found_source())
    assert spoken(said.why) == "23 mg less 3 mg, the rest of the way to 20 mg; begun at 33 mg"


def found_source() -> Any:
    from dosing.trace import TYPED

    return TYPED


def test_a_dose_below_the_first_end_begins_with_the_next_steps() -> None:
    assert amounts(15, *DOWN) == [12.5, 10, 7.5, 5, 2.5]
    assert amounts(20, *DOWN) == [17.5, 15, 12.5, 10, 7.5, 5, 2.5]
    assert amounts(20, DOWN[0]) == []


@given(
    start=st.integers(min_value=1, max_value=300),
    by=st.integers(min_value=1, max_value=60),
    end=st.integers(min_value=0, max_value=100),
)
def test_a_taper_falls_all_the_way_and_never_below_its_end(start: int, by: int, end: int) -> None:
    to = f"{end} mg" if end else "nothing"
    found = amounts(start, {"by": f"{by} mg", "each": "7 days", "to": to})
    falling = [float(start), *found]
    assert all(0 < before - after <= by for before, after in pairwise(falling))
    assert len(found) == max(0, math.ceil((start - end) / by) - (0 if end else 1))
    assert (falling[-1] == end or start <= end) if end else falling[-1] <= by


# words of a regimen

DRUG = """
id: testol
name: testol
version: 1
sources: {made: {cite: made up for this test, confirmed: false}}
products: [{name: tablet, form: tablet, routes: [oral], strengths: [10 mg, 5 mg], source: made}]
limits: [{per: dose, routes: [oral], hard: {high: 5000 mg}, source: made}]
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
FULL = """
phases:
  - name: full
    length: 9 days
    medicines: [{drug: testol, route: oral, at: [morning], source: made, dose: 30 mg,
             days: every 2 days, per_cycle: 150 mg}]
"""
DOWN_TEXT = """
  - name: down
    taper: {reduces: full, steps: [{by: 10 mg, each: 7 days, to: nothing}], source: made}
"""
EXPECTED = """
examples:
  - patient: {}
    start: 2026-11-30
    source: made
    expect:
      - 2026-11-30 to 2026-12-08 every 2 days testol 30 mg
      - 2026-12-10 to 2026-12-14 every 2 days testol 20 mg
      - 2026-12-16 to 2026-12-22 every 2 days testol 10 mg
"""


def trial(folder: Path, phases: str, expected: str = EXPECTED) -> Library:
    for kind in ("regimens", "drugs"):
        (folder / kind).mkdir()
    shutil.copy(ROOT / "site.yaml", folder)
    (folder / "drugs" / "testol.yaml").write_text(DRUG, encoding="utf-8")
    (folder / "regimens" / "trial.yaml").write_text(HEAD + phases + expected, encoding="utf-8")
    return read_library(read_anew(folder), only="trial")


@pytest.mark.hazard("H54")
def test_a_dose_on_every_second_day_never_comes_on_two_days_running(tmp_path: Path) -> None:
    # 9 days from 30 November end with a dose on 8 December; the steps begin on 9 December, a week
    # each, and go on with 10, 12, 14 and 16, 18, 20, 22 December
    found = planned("trial", trial(tmp_path, FULL + DOWN_TEXT))
    days = [row.date for row in found.rows]
    assert {(later - day).days for day, later in pairwise(days)} == {2}
    assert [(row.cycle, row.day) for row in found.rows if row.phase == "down"] == [
        (1, 2),
        (1, 4),
        (1, 6),
        (2, 1),
        (2, 3),
        (2, 5),
        (2, 7),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("reduces: full", "reduces: ful", 'no earlier phase with doses is named "ful"'),
        ("by: 10 mg", "by: 0 mg", "is zero"),
        ("by: 10 mg", "by: 10 units", "cannot be taken off 30 mg"),
        ("by: 10 mg", "by: 5 mg", "comes out as 2026-12-10 testol 25 mg"),
        ("to: nothing", "to: 10 units", "10 units is of another kind than by"),
        (
            "to: nothing}",
            "to: 10 mg}, {by: 5 mg, each: 7 days, to: 10 mg}",
            "10 mg is not below 10 mg: a taper falls",
        ),
        (
            "to: nothing}",
            "to: nothing}, {by: 5 mg, each: 7 days, to: nothing}",
            "only the last steps go down to nothing",
        ),
        ("    taper:", "    length: 7 days\n    taper:", "leave out length"),
        (
            "source: made}\nexamples",
            "source: made, ends: {earliest: 2 months, latest: 1 month, source: made}}\nexamples",
            "2 months is after 1 month",
        ),
        ("source: made}\nexamples", "source: nobody}\nexamples", 'no source named "nobody"'),
        ("days: every 2 days", "days: [1, 3, 5, 7, 9]", "needs doses each day or every few"),
        (
            "2026-12-08 every 2 days",
            "2026-12-07 every 2 days",
            "every 2 days does not reach the last day",
        ),
    ],
)
def test_a_taper_that_does_not_hold_is_refused_when_it_is_read(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = FULL + DOWN_TEXT.rstrip() + EXPECTED
    assert old in text
    with pytest.raises(KnowledgeError) as error:
        trial(tmp_path, text.replace(old, new, 1), expected="")
    assert said in spoken(str(error.value))


@pytest.mark.hazard("H55")
def test_a_dose_that_no_tablets_make_is_stopped_with_the_nearest(tmp_path: Path) -> None:
    found = planned("trial", trial(tmp_path, FULL + DOWN_TEXT), dose_text="32 mg")
    (stop,) = [
        one for one in found.findings if one.code == "tablets.unreachable" and "32" in one.text
    ]
    assert stop.level == "STOP"
    assert spoken(stop.text) == ("No tablets make 32 mg of testol: the nearest are 30 mg or 35 mg.")
    with pytest.raises(RefusedError):
        to_ics(found)


def test_a_dose_of_more_tablets_than_are_taken_at_once_waits(tmp_path: Path) -> None:
    held = FULL.replace("dose: 30 mg", "dose: 30 mg, tablets: {of: [5 mg], most: 5, source: made}")
    found = planned("trial", trial(tmp_path, held + DOWN_TEXT))
    (said,) = [one for one in found.unacknowledged if one.code == "tablets.many"]
    assert spoken(said.text) == (
        "30 mg of testol takes 6 tablets (5 mg x 6); at most 5 are to be taken at one time."
    )


def test_a_strength_that_the_drug_does_not_come_in_is_refused(tmp_path: Path) -> None:
    held = FULL.replace("dose: 30 mg", "dose: 30 mg, tablets: {of: [2.5 mg], source: made}")
    with pytest.raises(KnowledgeError, match=r"testol has no tablet or capsule of 2\.5 mg"):
        trial(tmp_path, held + DOWN_TEXT)


def test_the_tablets_of_a_course_are_counted_by_strength() -> None:
    # 70 mg: 25 x 2 + 5 x 4, 28 times. Each step 7 times: of 25 mg 2+2+2+2+1+1+1+1+1+0 = 13, of 5 mg
    # 3+2+1+0+4+3+2+1+0+4 = 20 down to 20 mg, then 3+3+2+2+1+1+0 = 12; of 2.5 mg 4.
    # 25 mg: 56 + 91 = 147; 5 mg: 112 + 140 + 84 = 336; 2.5 mg: 28. In all 5,425 mg.
    supplies = [(plain(one.strength), one.tablets) for one in tablets_to_dispense(planned())]
    assert supplies == [("25 mg", 147), ("5 mg", 336), ("2.5 mg", 28)]


def test_amitriptyline_up_to_70_mg_takes_196_tablets_of_10_mg() -> None:
    # 7 x (1 + 2 + 3 + 4 + 5 + 6 + 7)
    found = planned("amitriptyline-ladder", start="2027-01-04")
    assert [(plain(s.strength), s.tablets) for s in tablets_to_dispense(found)] == [("10 mg", 196)]


def test_two_halves_are_dispensed_as_one_tablet() -> None:
    # baclofen 5, 10, 15, 20 mg three times a day, 3 days each, of scored tablets of 10 mg:
    # 9 x (0.5 + 1 + 1.5 + 2) = 45 tablets
    found = planned("baclofen-ladder")
    assert [(plain(s.strength), s.tablets) for s in tablets_to_dispense(found)] == [("10 mg", 45)]


def test_an_80_mg_step_of_amitriptyline_is_refused(tmp_path: Path) -> None:
    # a single dose above 75 mg is not recommended: 70 mg is the last step, 80 mg none
    for kind, name in (("regimens", "amitriptyline-ladder"), ("drugs", "amitriptyline")):
        copy_file(kind, name, tmp_path)
    for name in ("site.yaml", "sources.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    path = tmp_path / "regimens" / "amitriptyline-ladder.yaml"
    text = path.read_text(encoding="utf-8")
    eighth = "      - {dose: 80 mg, per_cycle: 560 mg, only_if: 70 mg was tolerated}\n"
    assert ", open_end: true}\n" in text
    text = text.replace(", open_end: true}\n", "}\n").replace("examples:", eighth + "examples:")
    path.write_text(
        text.replace(
            "amitriptyline 70 mg\n",
            "amitriptyline 70 mg\n      - 2027-02-22 to 2027-02-28 amitriptyline 80 mg\n",
        ),
        encoding="utf-8",
    )
    with pytest.raises(KnowledgeError) as error:
        read_library(read_anew(tmp_path), only="amitriptyline-ladder")
    assert "80 mg" in spoken(str(error.value))
    assert "hard limit" in str(error.value)


def test_the_tablets_stand_in_the_table_the_calendar_and_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = planned()
    rows = [row for row in table.rows(found) if row["dose_text"]]
    assert spoken(rows[0]["tablets"]) == "25 mg x 2 + 5 mg x 4"
    assert spoken(rows[-1]["tablets"]) == "2.5 mg x 1"
    text = to_ics(found).decode().replace("\r\n ", "")
    assert "Tablets: 25 mg x 2 + 5 mg x 4" in spoken(text)
    print_course(found, as_json=False)
    said = capsys.readouterr().out
    # 147 of 25 mg and 336 of 5 mg, of which the taper, which is conditional, takes 91 and 224
    depends = "only if strength holds and the EMG shows no new denervation."
    assert "To dispense: prednisolone, tablet, 25 mg x 56, 1,400 mg in all." in said
    assert "To dispense: prednisolone, tablet, 5 mg x 112, 560 mg in all." in said
    assert f"To dispense: prednisolone, tablet, 25 mg x 91, 2,275 mg in all, {depends}" in said
    assert f"To dispense: prednisolone, tablet, 5 mg x 224, 1,120 mg in all, {depends}" in said
    print_course(found, as_json=True)
    assert '"count": 336' in capsys.readouterr().out


def test_the_card_says_a_taper_step_by_step() -> None:
    full, down = groups(planned())
    assert (full.tapered, down.tapered) == (False, True)
    assert [spoken(text) for text in down.amounts] == ["65 mg", "down to", "2.5 mg"]
    assert spoken(down.basis) == "reduced from 70 mg in 17 steps"
    assert [spoken(cell) for cell in down.levels[0]] == [
        "Mon 25-Jan-2027, 7 doses",
        "65 mg",
        "25 mg x 2 + 5 mg x 3",
    ]
    # 119 doses, every 2 days, 7 x (425 + 70) = 3,465 mg; no total "a cycle", which differs
    assert spoken(down.pattern) == (
        "119 doses, every 2 days, Mon 25-Jan-2027 to Sat 18-Sep-2027, 3,465 mg in all"
    )


WEEKLY = """
phases:
  - name: full
    length: 29 days
    medicines: [{drug: testol, route: oral, at: [morning], source: made, dose: 30 mg,
             days: every 7 days, per_cycle: 150 mg}]
"""
ONE_STEP = """
  - name: down
    taper: {reduces: full, steps: [{by: 20 mg, each: 7 days, to: nothing}], source: made}
"""
ONE_EXPECTED = """
examples:
  - patient: {}
    start: 2026-11-30
    source: made
    expect:
      - 2026-11-30 to 2026-12-28 every 7 days testol 30 mg
      - 2027-01-04 testol 10 mg
"""


@pytest.mark.parametrize(
    ("days", "dates"),
    [
        (7, ["2027-01-04", "2027-01-11"]),
        (14, ["2027-01-04", "2027-01-11", "2027-01-18"]),
        # 10 days are no whole weeks
        (10, ["2027-01-04", "2027-01-11", "2027-01-18"]),
    ],
)
def test_a_held_step_of_one_dose_keeps_the_rhythm_of_what_it_reduces(
    tmp_path: Path, days: int, dates: list[str]
) -> None:
    # Mondays: 30 mg five times from 30 November, then 10 mg once, on 4 January
    made = trial(tmp_path, WEEKLY + ONE_STEP, ONE_EXPECTED)
    hold = Hold(kind="hold", at="down cycle 1 day 7", days=days, **SAID)
    found = planned("trial", made, changes=[hold])
    assert [row.date.isoformat() for row in found.rows if row.phase == "down"] == dates
    assert {float(row.dose.amount.magnitude) for row in found.rows if row.phase == "down"} == {10}
