"""Changing a saved plan on the command line: preview, keep, take back, tell."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from schedules.course.work_out import work_out
from schedules.plans.plan import Plan
from tests.support.asking import Ask
from tests.support.planning import CYCLOPHOSPHAMIDE, RITUXIMAB, library, planned

WHY = ("--why", "neutrophils 0.9", "--who", "AB")
DEFER = ("--from", "cycle 2 day 1", "--by", "7 days", "--scope", "later", *WHY)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(planned(CYCLOPHOSPHAMIDE).to_json(), encoding="utf-8")
    return path


def test_a_preview_shows_before_and_after_and_keeps_nothing(ask: Ask, saved: Path) -> None:
    was = saved.read_bytes()
    said = ask("change", saved, "defer", *DEFER, "--preview")
    assert said.code == 0
    assert "pulses cycle 2 day 1, cyclophosphamide: Mon 28-Dec-2026 to Mon 04-Jan-2027" in said.out
    assert saved.read_bytes() == was


def test_a_change_is_kept_with_who_and_why_and_can_be_taken_back(ask: Ask, saved: Path) -> None:
    was = saved.read_bytes()
    said = ask("change", saved, "defer", *DEFER, "--json")
    assert said.code == 0
    content = said.json
    assert [row["date_after"] for row in content["rows"]] == [
        "2027-01-04",
        "2027-02-01",
        "2027-03-01",
        "2027-03-29",
        "2027-04-26",
    ]
    kept = Plan.from_json(saved.read_text(encoding="utf-8"))
    assert [(change.who, change.why) for change in kept.changes] == [("AB", "neutrophils 0.9")]
    said = ask("history", saved)
    assert "1. pulses cycle 2 day 1, all later: deferred by 7 days" in said.out
    assert "neutrophils 0.9 (AB, " in said.out
    said = ask("undo", saved, "--why", "another patient", "--who", "CD")
    assert said.code == 0
    assert "Mon 04-Jan-2027 to Mon 28-Dec-2026" in said.out
    assert [row[:2] for row in doses(saved)] == [row[:2] for row in doses_of(was)]
    said = ask("history", saved)
    change = "pulses cycle 2 day 1, all later: deferred by 7 days"
    assert f"1. {change}; undone\n" in said.out
    assert f"2. change 1 undone: {change}\n   another patient (CD, " in said.out


@pytest.mark.hazard("H66")
def test_an_undo_is_written_to_a_calendar_like_every_other_change(
    ask: Ask, saved: Path, tmp_path: Path
) -> None:
    assert ask("change", saved, "defer", *DEFER).code == 0
    assert ask("undo", saved, "--why", "another patient", "--who", "CD").code == 0
    file = tmp_path / "undone.ics"
    assert ask("course", saved, "--ics", file, "--since", "2").code == 0
    told = re.findall(r"(?:DTSTART:|SEQUENCE:)(\S+)", file.read_text(encoding="utf-8"))
    # The five doses that were deferred stand where they stood before, in a third version.
    assert told == [
        *("20261228T090000Z", "2", "20270125T090000Z", "2", "20270222T090000Z", "2"),
        *("20270322T090000Z", "2", "20270419T080000Z", "2"),
    ]


def test_undo_goes_further_back_each_time_and_redo_goes_forward_by_number(
    ask: Ask, saved: Path
) -> None:
    def again(*what: str) -> tuple[int, str]:
        said = ask(*what[:1], saved, *what[1:], "--why", "another patient", "--who", "CD")
        return said.code, said.out + said.err

    planned_on = doses(saved)
    ask("change", saved, "defer", *DEFER)
    omit = ("--from", "cycle 6 day 1", "--scope", "day", *WHY)
    ask("change", saved, "omit", *omit)
    changed_twice = doses(saved)
    assert len(changed_twice) == 5
    assert again("undo")[0] == 0
    assert len(doses(saved)) == 6
    assert again("undo")[0] == 0
    assert doses(saved) == planned_on
    code, told = again("undo")
    assert (code, told) == (2, "plan file: has no change in force; there is nothing to undo\n")
    assert again("redo", "1")[0] == again("redo", "2")[0] == 0
    assert doses(saved) == changed_twice
    code, told = again("redo", "2")
    assert (code, told) == (
        2,
        'number: "2" cannot be taken: change 7 redoes change 2, which is in force; '
        "see the numbers: posology history\n",
    )
    assert "names change 3, which is none to undo" in again("redo", "3")[1]
    assert again("undo", "1")[0] == 0  # an earlier one, by its number
    assert doses(saved) == planned_on[:5]
    assert ask("undo", saved).code == 2  # who and why are asked for, as of every change


def doses(path: Path) -> list[tuple[dt.date, str]]:
    return doses_of(path.read_bytes())


def doses_of(file: bytes) -> list[tuple[dt.date, str]]:
    rows = work_out(Plan.from_json(file.decode()), library()).rows
    return [(row.date, str(row.dose.amount)) for row in rows]


def test_all_problems_of_a_change_come_at_once(ask: Ask, saved: Path) -> None:
    said = ask("change", saved, "adjust", "--from", "cycle 9 day 1", "--give", "75 %")
    assert said.code == 2
    for part in (
        "who: is missing",
        "why: is missing",
        '"cycle 9 day 1" is not a place',
        "scope:",
        'give: "75 %" does not say of which dose',
    ):
        assert part in said.err


def test_a_change_that_breaks_a_least_gap_is_shown_and_not_kept(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(planned(RITUXIMAB).to_json(), encoding="utf-8")
    was = path.read_bytes()
    said = ask(
        "change", path, "defer", "--from", "cycle 1 day 8", "--by", "3 days", "--scope", "day", *WHY
    )
    assert said.code == 3
    assert "window.least_gap" in said.out
    assert "Nothing was changed" in said.err
    assert path.read_bytes() == was


def test_facts_that_stop_the_course_are_kept_and_nothing_is_exported_until_it_is_ceased(
    ask: Ask, tmp_path: Path
) -> None:
    path, calendar = tmp_path / "plan.json", tmp_path / "course.ics"
    path.write_text(planned(RITUXIMAB).to_json(), encoding="utf-8")
    facts = ("--from", "2026-12-05", "--condition", "hepatitis B", *WHY)
    said = ask("change", path, "facts", *facts)
    assert said.code == 3
    assert "induction cycle 1 day 8, rituximab: stopped" in said.out
    assert "The change is kept, and a STOP stands" in said.err
    assert "no dose is given from Mon 07-Dec-2026 on" in said.err
    (kept,) = Plan.from_json(path.read_text(encoding="utf-8")).changes
    assert (kept.kind, kept.who) == ("facts", "AB")
    assert ask("course", path, "--ics", calendar).code == 3
    assert not calendar.exists()
    cease = ask("change", path, "cease", "--from", "cycle 1 day 8", *WHY)
    assert cease.code == 0
    # what is left is a warning: nothing leaves before somebody has acknowledged it
    assert ask("course", path, "--ics", calendar).code == 3
    code = "safety.rituximab.infection.has_hepatitis_b_or_past_hepatitis_b"
    seen = ("--acknowledge", f"{code}=hepatologist asked", "--who", "AB")
    assert ask("course", path, "--ics", calendar, *seen).code == 0
    text = calendar.read_text(encoding="utf-8")
    assert text.count("STATUS:CANCELLED") == 3


def test_facts_that_stop_the_course_are_kept_when_they_are_put_back(
    ask: Ask, tmp_path: Path
) -> None:
    """What is true is kept, also by a redo; until it is ceased the STOP stands again."""
    saved = tmp_path / "plan.json"
    saved.write_text(planned(RITUXIMAB).to_json(), encoding="utf-8")
    facts = ("--from", "2026-12-05", "--condition", "hepatitis B")
    assert ask("change", saved, "facts", *facts, *WHY).code == 3
    assert ask("undo", saved, *WHY).code == 0
    again = ask("redo", saved, "1", *WHY)
    assert again.code == 3
    assert "The change is kept, and a STOP stands" in again.err
    assert "no dose is given from Mon 07-Dec-2026 on" in again.err
    assert ask("change", saved, "cease", "--from", "cycle 1 day 8", *WHY).code == 0
    back = ask("undo", saved, *WHY)  # of a decision, which may bring no STOP back
    assert back.code == 3
    assert "Nothing was changed" in back.err


def test_an_option_of_another_kind_of_change_is_refused(ask: Ask, saved: Path) -> None:
    was = saved.read_bytes()
    said = ask("change", saved, "defer", *DEFER, "--weight", "80 kg", "--n", "2")
    assert said.code == 2
    assert 'weight: "80 kg" is not asked for by defer; write one of: from, by, to' in said.err
    assert 'n: "2" is not asked for by defer' in said.err
    assert saved.read_bytes() == was


def test_a_regimen_is_added_with_the_checks_of_a_plan(ask: Ask, saved: Path) -> None:
    said = ask("change", saved, "add", "--regimen", RITUXIMAB, "--start", "soon", *WHY)
    assert (said.code, "first day" in said.err) == (2, True)
    said = ask("change", saved, "add", "--regimen", RITUXIMAB, "--start", "2026-12-07", *WHY)
    assert said.code == 0
    added = "course 2, induction cycle 1 day 1, rituximab: added, Mon 07-Dec-2026, 700 mg"
    assert added in said.out


def test_a_course_can_be_shown_as_it_stood_before_its_changes(ask: Ask, saved: Path) -> None:
    ask("change", saved, "defer", *DEFER)
    said = ask("course", saved, "--after", "0", "--json")
    assert said.code == 0
    assert [row["date"] for row in said.json["course"]][1] == "2026-12-28"


def test_an_omitted_dose_is_named_apart_from_the_course(ask: Ask, saved: Path) -> None:
    ask("change", saved, "omit", "--from", "25-Jan-2027", "--scope", "day", *WHY)
    content = ask("course", saved, "--json").json
    assert len(content["course"]) == 5
    assert [(row["place"], row["status"]) for row in content["cancelled"]] == [
        ("pulses cycle 3 day 1", "omitted")
    ]


RESULT = ("--result", "neutrophils 0.9 10^9/L 2026-12-27", "--who", "AB")


def test_a_result_prints_what_it_proposes_with_the_rows_before_and_after(
    ask: Ask, saved: Path
) -> None:
    said = ask("change", saved, "results", *RESULT, "--preview")
    assert said.code == 0
    for part in (
        "pulses cycle 2 day 1 (Mon 28-Dec-2026): neutrophils 0.9 x 10^9/L of 27-Dec-2026, "
        "1 day old (at most 3): not reached; to be decided. Proposed:",
        '--take "defer 7 days"\n'
        "      pulses cycle 2 day 1, cyclophosphamide: Mon 28-Dec-2026 to Mon 04-Jan-2027",
        '--take "give 75 % of the standard dose"\n'
        "      pulses cycle 2 day 1, cyclophosphamide: 1,850 mg to 1,400 mg",
        '--refuse "WHY": the dose stays as planned',
    ):
        assert part in said.out
    assert Plan.from_json(saved.read_text(encoding="utf-8")).changes == []


def test_a_result_is_kept_and_decided_on_later(ask: Ask, saved: Path) -> None:
    assert ask("change", saved, "results", *RESULT).code == 0
    said = ask("change", saved, "results", "--json")
    assert [one["take"] for one in said.json["proposals"][0]["options"]] == [
        "defer 7 days",
        "give 75 % of the standard dose",
    ]
    assert ask("change", saved, "results", "--take", "defer 7 days", "--who", "CD").code == 0
    kept = Plan.from_json(saved.read_text(encoding="utf-8")).changes
    assert [(one.kind, one.who) for one in kept] == [("facts", "AB"), ("defer", "CD")]
    said = ask("change", saved, "results")
    assert (said.code, said.out) == (0, "  No result waits for a decision.\n")


def test_a_result_and_its_refusal_are_kept_together(ask: Ask, saved: Path) -> None:
    said = ask("change", saved, "results", *RESULT, "--refuse", "infection ruled out")
    assert said.code == 0
    assert "No dose and no date changes" in said.out
    kept = Plan.from_json(saved.read_text(encoding="utf-8")).changes
    assert [(one.kind, one.why) for one in kept] == [
        ("facts", "results entered"),
        ("decline", "infection ruled out"),
    ]


def test_what_is_wrong_with_a_decision_is_said_and_nothing_is_kept(ask: Ask, saved: Path) -> None:
    was = saved.read_bytes()
    for options, words in (
        (("--take", "defer 9 days"), "is not what is proposed; write one of: defer 7 days, give"),
        (("--take",), "is not what is proposed"),
        (("--take", "--refuse", "x"), "stands beside refuse"),
        (("--take", "--gate", "platelets"), "names no one result that waits"),
    ):
        said = ask("change", saved, "results", *RESULT, *options)
        assert said.code == 2
        assert words in said.err
    assert saved.read_bytes() == was


def test_the_outcome_of_a_review_opens_its_branch(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "pathway.json"
    patient = ("--label", "ward-7", "--weight", "70 kg", "--height", "175 cm", "--sex", "male")
    typed = (*patient, "--age", "48 years", "--start", "2026-11-30", "--out", path)
    assert ask("plan", "immunoglobulin-first-pathway-in-mmn", *typed).code == 0
    outcome = ("outcome", "--outcome", "no response - rituximab")
    said = ask("change", path, *outcome, *WHY, "--preview")
    assert said.code == 0
    assert "phase" not in said.out.splitlines()[0]
    # The review is booked on Thursday 24 December, and the first of four doses is on the next day
    assert "rituximab-weekly opened from Fri 25-Dec-2026" in said.out.splitlines()[0]
    assert said.out.count("rituximab: added") == 4
    wrong = ask("change", path, "outcome", "--outcome", "better", *WHY)
    assert wrong.code == 2
    assert "outcome: " in wrong.err
    assert ask("change", path, *outcome, *WHY).code == 0
    assert ": no response - rituximab on Thu 24-Dec-2026; " in ask("history", path).out
