"""What must not stand near what: an exchange after a drug, a drug before an exchange, a washout."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from dosing.trace import Finding
from schedules.course.course import Course
from schedules.course.spacing import find_spacing
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.library.reader import read_library
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from tests.support.places import ROOT
from tests.support.planning import RITUXIMAB, codes, course_of, text_of
from tests.support.planning import library as known
from tests.support.shelf import read_anew, shelf

HEAD = """
id: trial
title: A made-up regimen
for: [chronic inflammatory demyelinating polyneuropathy]
status: under review
version: 1
reviewed: {due: 2027-11-20}
sources: {made: {cite: made up for this test, confirmed: false}}
phases:
  - name: together
    procedures:
      - {what: plasma exchange, kind: procedure, days: [EXCHANGE], at: [morning],
         booked: {first: 120 min, later: 120 min, source: made}, source: made}
    medicines:
      - {drug: immunoglobulin, route: intravenous infusion, dose: 1 g/kg, weight: actual,
         days: [GIVEN], at: [AT], per_course: 1 g/kg, source: made}
examples:
  - {patient: {weight: 70 kg}, start: 2026-11-30, expect: [EXPECTED], source: made}
"""


@pytest.fixture
def together(tmp_path: Path) -> Library:
    return read_library(shelf(tmp_path))


def planned(root: Path, *, exchange: int, given: int, at: str) -> Course:
    first = dt.date(2026, 11, 30)
    lines = sorted(
        [
            (first + dt.timedelta(days=exchange - 1), "08:00", "plasma exchange"),
            (
                first + dt.timedelta(days=given - 1),
                {"noon": "12:00", "infusion": "09:00"}[at],
                "immunoglobulin 70 g",
            ),
        ]
    )
    text = HEAD.replace("EXPECTED", ", ".join(f"{day} {what}" for day, _, what in lines))
    text = (
        text.replace("EXCHANGE", str(exchange))
        .replace("GIVEN", str(given))
        .replace("[AT]", f"[{at}]")
    )
    (root / "regimens" / "trial.yaml").write_text(text, encoding="utf-8")
    library = read_library(read_anew(root), only="trial")
    regimen = library.regimen("trial")
    plan = make_plan(
        regimen,
        library.knowledge_for(regimen),
        library.site,
        PatientEntry(label="ward-7", weight="70 kg"),
        first_day="2026-11-30",
        made_on=dt.date(2026, 11, 20),
        choices={},
    )
    return work_out(plan, library)


CODE = "spacing.immunoglobulin.plasma_exchange.after.14"


@pytest.mark.hazard("H59")
@pytest.mark.parametrize(
    ("exchange", "given", "at", "lost"),
    [
        (15, 1, "noon", True),  # 14 days later
        (16, 1, "noon", False),
        (2, 1, "noon", True),
        (1, 1, "infusion", True),  # at 09:00, before the end of the exchange at 10:00
        (1, 1, "noon", False),  # after the exchange of the same day
        (1, 2, "noon", False),  # the exchange before
    ],
)
def test_an_exchange_that_takes_the_drug_out_waits_for_an_acknowledgement(
    tmp_path: Path, exchange: int, given: int, at: str, lost: bool
) -> None:
    found = planned(shelf(tmp_path), exchange=exchange, given=given, at=at)
    assert (CODE in codes(found, "WARN")) is lost


def test_a_finding_of_spacing_names_both_dates(tmp_path: Path) -> None:
    found = planned(shelf(tmp_path), exchange=2, given=1, at="noon")
    assert text_of(found, CODE) == (
        "Plasma exchange within 2 weeks after immunoglobulin removes it. Immunoglobulin on "
        "Mon 30-Nov-2026 at 12:00, plasma exchange on Tue 01-Dec-2026 at 08:00."
    )


def beside_rituximab(count: int, days: int) -> list[Finding]:
    """Put efgartigimod this many days after the first of this many weekly doses of rituximab."""
    doses = course_of(RITUXIMAB).rows[:count]
    other = dataclasses.replace(
        doses[0],
        id="other",
        drug="efgartigimod-alfa",
        drug_name="efgartigimod alfa",
        date=doses[0].date + dt.timedelta(days=days),
    )
    drugs = {**known().drugs, **read_library(ROOT, only="efgartigimod-iv-us").drugs}
    return find_spacing([*doses, other], [], Library({}, drugs, {}, known().site))


@pytest.mark.hazard("H59")
@pytest.mark.parametrize(
    ("days", "near"), [(28, True), (29, False), (0, True), (-28, True), (-29, False)]
)
def test_a_drug_that_lowers_another_is_named_on_both_sides_of_it(days: int, near: bool) -> None:
    found = [finding.code for finding in beside_rituximab(1, days)]
    assert found == (["spacing.efgartigimod_alfa.rituximab.either.28"] if near else [])


def test_many_doses_too_near_are_counted_after_the_first() -> None:
    # Four Mondays from 30 November, and Tuesday 1 December: 1, 6, 13 and 20 days apart.
    [finding] = beside_rituximab(4, 1)
    assert finding.text.lower().count("efgartigimod alfa on tue 01-dec-2026") == 3
    assert finding.text.endswith("rituximab on Mon 14-Dec-2026 at 09:00 and 1 more.")


def test_as_many_pairs_as_are_named_have_no_more_after_them() -> None:
    [finding] = beside_rituximab(3, 1)
    assert finding.text.endswith("rituximab on Mon 14-Dec-2026 at 09:00.")


@pytest.mark.parametrize(
    ("day", "begins", "hours", "lost"),
    [
        # the infusion begins at 09:00 of 30 November
        (30, dt.time(7), 2, False),
        (30, dt.time(7), 3, True),
        # from the evening before, over midnight
        (29, dt.time(23), 10, False),
        (29, dt.time(23), 11, True),
        (29, dt.time(22), 11, False),
        # from two evenings before
        (28, dt.time(22), 36, True),
        (28, dt.time(22), 35, False),
    ],
)
def test_an_exchange_that_still_runs_takes_the_drug_out(
    tmp_path: Path, day: int, begins: dt.time, hours: int, lost: bool
) -> None:
    found = planned(shelf(tmp_path), exchange=1, given=1, at="infusion")
    (exchange,) = (one for one in found.occasions if one.kind == "procedure")
    moved = dataclasses.replace(
        exchange,
        date=dt.date(2026, 11, day),
        time=begins,
        length=dt.timedelta(hours=hours),
    )
    library = read_library(tmp_path, only="trial")
    short = dataclasses.replace(moved, date=dt.date(2027, 3, 1), length=dt.timedelta())
    codes_found = {one.code for one in find_spacing(found.rows, [moved, short], library)}
    assert (CODE in codes_found) is lost
