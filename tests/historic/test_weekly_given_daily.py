"""A weekly drug was given each day: methotrexate, many times.

A label said "4 tablets once daily for 7 days" where "once every 7 days" was prescribed; another
patient died after 15 days of a weekly dose.

Seen: Methotrexate Overdose Due to Inadvertent Daily Administration, Pharmacy Times, April 2016,
https://www.pharmacytimes.com/view/methotrexate-overdose-due-to-inadvertent-daily-administration
and Patient Safety Tip of the Week, 18 October 2022,
https://www.patientsafetysolutions.com/docs/October_18_2022_Methotrexate_Again_With_a_Twist.htm

Methotrexate has no file here, and so no dose; the walk is that of another weekly drug.
"""

from __future__ import annotations

from pathlib import Path

from tests.historic.walking import BODY, DAYS, MAN, ask_in, edit
from tests.support.asking import Ask


def test_a_drug_without_a_file_is_not_dosed(ask: Ask, known: Path) -> None:
    said = ask_in(ask, known, "dose", "--drug", "methotrexate", "--rate", "10 mg")
    assert said.code == 2
    assert said.out == ""
    (problem,) = said.problems
    assert problem.startswith('drug: "methotrexate" is not in the library; write one of: ')


def test_weekly_days_typed_as_daily_are_refused(ask: Ask, rituximab_alone: Path) -> None:
    edit(rituximab_alone, "days: [1, 8, 15, 22]", "days: [1, 2, 3, 4]")
    said = ask_in(ask, rituximab_alone, "plan", "rituximab-weekly", *MAN, *BODY, *DAYS)
    assert said.code == 2
    assert said.problems[0].endswith("window: least_gap 5 days, but two doses are 1 day apart")


def test_a_weekly_dose_brought_to_the_next_day_is_stopped(
    ask: Ask, known: Path, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    made = ask_in(ask, known, "plan", "rituximab-weekly", *MAN, *BODY, *DAYS, "--out", plan)
    assert made.code == 0
    was = plan.read_bytes()
    moved = ("defer", "--from", "2026-12-07", "--to", "2026-12-01", "--scope", "later")
    said = ask_in(ask, known, "change", plan, *moved, "--why", "daily", "--who", "AB")
    assert said.code == 3
    assert (
        "STOP  induction cycle 1 day 8 (Tue 01-Dec-2026) is 1 day after the dose before it; "
        "at least 5 days must lie between them."
    ) in said.out
    assert plan.read_bytes() == was
