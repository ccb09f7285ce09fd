"""A missing test is asked for once before the tablets of a cycle, and before every infusion."""

from __future__ import annotations

import csv

from schedules.course.course import Course
from schedules.course.read_change import read_change, with_change
from schedules.outputs.table import to_csv
from tests.schedules.course.test_gate_states import course, entered, library
from tests.support.planning import SAID


def table_of(found: Course) -> list[tuple[str, str]]:
    """Return the day of each dose, and what the table tells of its tests."""
    lines = csv.DictReader(to_csv(found).decode().splitlines())
    return [(row["date"], row["results"]) for row in lines if row["kind"] == "dose"]


def test_a_daily_tablet_asks_for_a_missing_test_once_and_tells_each_result() -> None:
    # twice daily from 30 November
    (_, first), *later = table_of(course("riluzole"))
    assert first.startswith("ALT: no result, due by Mon 30-Nov-2026; neutrophils: no result")
    assert {text for _, text in later} == {""}
    known = table_of(entered("ALT 1 xULN 2026-12-02", regimen="riluzole").entered)
    told = [text.partition(" of ")[0] for day, text in known if day in ("2026-12-01", "2026-12-03")]
    assert told == ["", "", "ALT 1 xULN", "ALT 1 xULN"]


def test_a_tablet_that_was_left_out_asks_for_nothing() -> None:
    own, known = course("riluzole"), library("riluzole")
    typed = {"from": "treatment cycle 1 day 1", "scope": "day"}
    omit = read_change("omit", typed, own, known, **SAID)
    table = table_of(with_change(own.plan, omit, known))
    asking = next(text for day, text in table if day == "2026-12-01")
    assert asking.startswith("ALT: no result, due by Tue 01-Dec-2026")


def test_each_infusion_at_the_clinic_asks_for_its_test() -> None:
    # Mondays; the drug file asks for IgG by the day of each
    assert [text for _, text in table_of(course("rituximab-weekly"))] == [
        "IgG: no result, due by Mon 30-Nov-2026",
        "IgG: no result, due by Mon 07-Dec-2026",
        "IgG: no result, due by Mon 14-Dec-2026",
        "IgG: no result, due by Mon 21-Dec-2026",
    ]
