"""Where an injection goes, how often it may, and what waits for nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import schedules
from dosing.errors import InputError
from dosing.units import plain
from schedules.course.work_out import work_out
from schedules.door import PatientCourse
from tests.support.planning import shelved

KNEE = "joint-injection-large-methylprednisolone"
WHO: dict[str, Any] = {"who": "AB", "when": dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)}


def injected(count: str) -> PatientCourse:
    return schedules.plan(
        KNEE,
        start="2027-01-04",
        choose={"injections": count, "joint": "left knee"},
        label="ward-7",
        sex="female",
        age="61 years",
        made_on="2026-11-20",
    )


def with_another(joint: str, day: str) -> PatientCourse:
    choose = {"injections": "1", "joint": joint}
    when = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
    return injected("3").change(
        "add", regimen=KNEE, start=day, choose=choose, why="pain", who="AB", when=when
    )


def said(found: PatientCourse) -> list[str]:
    return [one.text for one in found.findings if one.code.startswith("place.")]


def test_every_output_names_the_joint() -> None:
    assert {dose.name for dose in injected("1").doses} == {
        "methylprednisolone acetate (depot), left knee"
    }
    title = "SUMMARY:20 mg methylprednisolone acetate (depot)\\, left knee"
    calendar = injected("1").to_ics().replace(b"\r\n ", b"").decode()
    assert title in calendar


@pytest.mark.hazard("H277")
def test_the_same_knee_is_not_injected_again_too_soon() -> None:
    # 4 January and 1 February are 28 days apart, 1 February and 4 April two months.
    assert said(with_another("left knee", "2027-02-01"))[:2] == [
        "The left knee is injected on 04-Jan-2027 and on 01-Feb-2027; "
        "3 months between them are advised.",
        "The left knee is injected on 01-Feb-2027 and on 04-Apr-2027; "
        "3 months between them are advised.",
    ]
    assert said(with_another("right knee", "2027-01-04")) == []


def test_injections_of_one_course_are_left_to_its_own_window() -> None:
    # put off to 3 February, the first is two months before the second, of 4 April
    late = injected("3").change(
        "defer", at="2027-01-04", by="30 days", scope="this day", why="ill", **WHO
    )
    assert "window.least_gap" in {one.code for one in late.findings}
    assert said(late) == []
    # of another course each pair is looked at: 20 July is 16 days after the third, of 4 July
    assert said(with_another("left knee", "2027-07-20"))[0] == (
        "The left knee is injected on 04-Jul-2027 and on 20-Jul-2027; "
        "3 months between them are advised."
    )


def test_what_is_said_of_a_place_has_the_source_of_the_regimen_that_goes_there() -> None:
    # a knee between the two courses, whose file has no such source
    found, wrist = injected("1"), "carpal-tunnel-steroid"
    for regimen, day, choose in (
        (wrist, "2027-01-04", {"side": "left carpal tunnel", "injections": "1"}),
        (KNEE, "2027-01-05", {"joint": "right knee", "injections": "1"}),
        (wrist, "2027-02-01", {"side": "left carpal tunnel", "injections": "3"}),
    ):
        found = found.change("add", regimen=regimen, start=day, choose=choose, why="pain", **WHO)
    about = [one for one in found.findings if one.code.startswith("place.")]
    assert [(one.level, one.code) for one in about] == [
        ("WARN", "place.too_soon"),
        ("WARN", "place.too_often"),
    ]
    assert {one.source for one in about} == {shelved(wrist).regimen(wrist).source("memory")}


def test_a_fourth_injection_of_a_joint_within_a_year_is_told() -> None:
    assert said(injected("3")) == []
    fourth = (
        "The left knee is injected 4 times within a year by 04-Oct-2027; at most 3 are advised."
    )
    assert said(injected("4")) == [fourth]
    assert said(with_another("left knee", "2027-10-04")) == [fourth]
    # on the 364th day after the first as well; a year after it, it is the third of its year
    day = fourth.replace("04-Oct-2027", "03-Jan-2028")
    assert said(with_another("left knee", "2028-01-03")) == [day]
    assert said(with_another("left knee", "2028-01-04")) == []


@pytest.mark.hazard("H275")
def test_a_dialysis_session_does_not_wait_for_a_higher_dose() -> None:
    found = schedules.plan(
        "pregabalin-haemodialysis",
        start="2027-01-04",
        choose={"weeks": "2"},
        label="ward-7",
        sex="female",
        age="61 years",
        dialysis="haemodialysis",
    )
    sessions = [one for one in found.course.occasions if one.kind == "procedure"]
    # three a week, for 2 and 2 and 2 weeks
    assert len(sessions) == 18
    assert {one.condition for one in sessions} == {""}
    # those of the higher doses still do
    assert sum(bool(dose.condition) for dose in found.doses) == 12


def test_a_plan_saved_before_the_joint_was_asked_is_read_and_says_so() -> None:
    new = injected("3")
    saved = new.plan.model_copy(update={"choices": {"injections": "3"}})
    found = work_out(saved, shelved(KNEE))
    assert [(row.date, plain(row.dose.amount)) for row in found.rows] == [
        (dt.date(2027, 1, 4), "20 mg"),
        (dt.date(2027, 4, 4), "20 mg"),
        (dt.date(2027, 7, 4), "20 mg"),
    ]
    (one,) = [finding for finding in found.findings if finding.code.startswith("place.")]
    assert (one.level, one.code) == ("NOTE", "place.not_said")
    assert one.text.endswith("none was counted.")
    with pytest.raises(InputError, match="is not chosen"):
        schedules.plan(KNEE, start="2027-01-04", choose={"injections": "3"}, made_on="2026-11-20")


def blocked(regimen: str, side: str, **choose: str) -> PatientCourse:
    return schedules.plan(
        regimen,
        start="2027-01-04",
        choose={"side": side, **choose},
        label="ward-7",
        sex="female",
        age="38 years",
        weight="50 kg",
        height="165 cm",
        made_on="2026-11-20",
    )


LEFT = "left greater occipital nerve"


def test_small_joints_and_one_sided_blocks_name_theirs() -> None:
    joint = "right ring finger distal interphalangeal joint"
    small = schedules.plan(
        "joint-injection-small-methylprednisolone",
        start="2027-01-04",
        choose={"injections": "1", "joint": joint},
        label="ward-7",
        sex="female",
        age="61 years",
    )
    assert [dose.name for dose in small.doses] == [f"methylprednisolone acetate (depot), {joint}"]
    block = blocked("occipital-block-local-only", LEFT, interval="14 days", blocks="1")
    assert {dose.name for dose in block.doses} == {f"bupivacaine, {LEFT}", f"lidocaine, {LEFT}"}


def test_only_steroid_on_the_same_side_is_counted() -> None:
    steroid = blocked("greater-occipital-block-one-side", LEFT)
    when = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)

    def add(regimen: str, side: str, day: str, **choose: str) -> list[str]:
        added = {"side": side, **choose}
        return said(
            steroid.change(
                "add", regimen=regimen, start=day, choose=added, why="pain", who="AB", when=when
            )
        )

    # 12 weeks after 4 January are 29 March; no source says how often a year
    same = "greater-occipital-block-one-side"
    (text,) = add(same, LEFT, "2027-03-28")
    assert text.startswith(f"The {LEFT} is injected on 04-Jan-2027 and on 28-Mar-2027; 84 days")
    assert add(same, LEFT, "2027-03-29") == []
    assert add(same, "right greater occipital nerve", "2027-01-05") == []
    local = "occipital-block-local-only"
    assert add(local, LEFT, "2027-01-18", interval="14 days", blocks="1") == []
