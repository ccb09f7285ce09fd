"""The door for programmers: a plan, its course, its changes and its files."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import icalendar
import pypdf
import pytest

import dosing
import schedules
from commands.schedules import main
from schedules.knowledge.library import Library

PATIENT: dict[str, Any] = {
    "label": "ward-7",
    "weight": "70 kg",
    "height": "175 cm",
    "sex": "male",
    "age": "48 years",
}
MADE_ON = dt.date(2026, 11, 20)
MONDAYS = ["2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21"]


@pytest.fixture(scope="module")
def library() -> Library:
    return schedules.open_library()


@pytest.fixture
def course(library: Library) -> schedules.PatientCourse:
    return schedules.plan(
        "rituximab-weekly", library=library, start="2026-11-30", made_on=MADE_ON, **PATIENT
    )


def test_a_plan_is_a_dated_course(course: schedules.PatientCourse) -> None:
    # 375 mg/m2 x 1.8447 m2 = 691.7 mg, to the nearest 100 mg: 700 mg; weekly from Mon 30-Nov-2026
    assert [str(row.date) for row in course.doses] == MONDAYS
    assert [float(row.dose.amount.magnitude) for row in course.doses] == [700.0] * 4
    assert [total.doses for total in course.totals] == [4]
    assert "regimen.under_review" in [finding.code for finding in course.findings]


def test_its_frame_has_plain_numbers_with_the_unit_in_the_name(
    course: schedules.PatientCourse,
) -> None:
    frame = course.to_frame()
    assert list(frame["date"]) == MONDAYS
    assert list(frame["dose_value"]) == [700.0] * 4
    assert set(frame["dose_unit"]) == {"mg"}


def test_its_files_are_read_by_the_programs_that_receive_them(
    course: schedules.PatientCourse,
) -> None:
    events = icalendar.Calendar.from_ical(course.to_ics()).walk("VEVENT")
    assert [str(event.decoded("DTSTART").date()) for event in events] == MONDAYS
    pages = pypdf.PdfReader(io.BytesIO(course.to_pdf("chart"))).pages
    assert "rituximab" in pages[0].extract_text()
    assert course.to_xlsx()[:2] == b"PK"
    assert b"rituximab" not in course.to_ics(discreet=True)


def test_its_dict_is_what_the_command_line_prints(
    course: schedules.PatientCourse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "plan.json"
    saved.write_text(course.plan.to_json(), encoding="utf-8")
    assert main(["course", str(saved), "--json"]) == 0
    assert course.to_dict() == json.loads(capsys.readouterr().out)


def test_a_change_makes_a_new_course_and_the_old_one_stays(
    course: schedules.PatientCourse,
) -> None:
    moved = course.change(
        "defer", at="cycle 1 day 8", by="7 days", scope="later", why="neutrophils 0.9", who="AB"
    )
    put_off = ["2026-11-30", "2026-12-14", "2026-12-21", "2026-12-28"]
    assert [str(row.date) for row in moved.doses] == put_off
    assert [str(row.date) for row in course.doses][1] == "2026-12-07"
    with pytest.raises(dosing.InputError) as refused:
        course.change("defer", at="cycle 1 day 8", why="", who="", scope="latter")
    assert {problem.field for problem in refused.value.problems} == {"why", "who", "by", "scope"}


def test_a_stop_is_among_the_findings_and_keeps_every_file_in(library: Library) -> None:
    stopped = schedules.plan(
        "immunoglobulin-5-days", library=library, start="2026-11-30", dose="0.4 mg/kg", **PATIENT
    )
    assert "limit.thousandth" in [finding.code for finding in stopped.findings]
    assert stopped.to_dict()["course"] == []
    for way in ("to_ics", "to_csv", "to_xlsx", "to_fhir", "to_frame"):
        with pytest.raises(dosing.RefusedError):
            getattr(stopped, way)()
    with pytest.raises(dosing.RefusedError):
        stopped.to_pdf("chart")


def test_a_warning_keeps_the_files_in_until_it_is_acknowledged(library: Library) -> None:
    warned = schedules.plan(
        "rituximab-weekly", library=library, start="2026-11-30", dose="412 mg/m2", **PATIENT
    )
    codes = [finding.code for finding in warned.course.unacknowledged]
    assert codes
    with pytest.raises(dosing.RefusedError):
        warned.to_ics()
    accepted = warned.acknowledge(dict.fromkeys(codes, "seen by AB"), who="AB")
    assert accepted.to_ics()


def test_everything_that_is_missing_or_wrong_is_said_at_once(library: Library) -> None:
    with pytest.raises(dosing.InputError) as refused:
        wrong: dict[str, Any] = {"weight": "1,5 kg", "born": "1.2.1970", "colour": "red"}
        less = {"rituximab": "50 %"}
        schedules.plan(
            "rituximab-weekly", library=library, start="31 11 2026", adjust=less, **wrong
        )
    fields = {problem.field for problem in refused.value.problems}
    assert {"first day", "weight", "born", "because", "colour"} <= fields


def test_an_unknown_regimen_names_the_nearest(library: Library) -> None:
    with pytest.raises(dosing.InputError, match="rituximab-weekly"):
        schedules.plan("rituximab-wekly", library=library, start="2026-11-30")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"weight": 70}, 'weight: "70" is not a text; write 70 kg'),
        ({"age": 48}, 'age: "48" is not a text; write 48 years'),
        (
            {"conditions": "pregnancy"},
            'conditions: "pregnancy" is not a list; write ["myasthenia gravis"]',
        ),
        ({"weight": None}, "weight: is missing; a dose per m2 needs it; write 70 kg"),
        ({"start": None}, "first day: is missing; write 2026-11-30 or 30-Nov-2026"),
        ({"made_on": "soon"}, 'made on: "soon" is not a date; write 2026-11-30 or 30-Nov-2026'),
        ({"because": None, "adjust": {"rituximab": "50 %"}}, "because: is missing"),
        ({"acknowledge": {"regimen.x": ""}}, "acknowledge regimen.x: is missing; write the reason"),
        ({"takes": ["valproate", " "]}, "takes: has an empty entry; leave it out"),
        ({"conditions": [""]}, "conditions: has an empty entry; leave it out"),
        ({"acknowledge": {"": "seen"}}, "acknowledge: has an entry without a name"),
        ({"choose": {" ": "5"}}, "choose: has an entry without a name"),
        ({"choose": "days"}, 'choose: "days" is not a mapping of names to texts'),
        ({"zone": 3}, 'zone: "3" is not a text'),
        ({"regimen": None}, "regimen: is missing; see: posology list"),
        ({"regimen": ["x"]}, "is not a text; see: posology list"),
    ],
)
def test_values_of_another_kind_are_refused_in_words(
    library: Library, typed: dict[str, Any], sentence: str
) -> None:
    stated = {"regimen": "rituximab-weekly", "start": "2026-11-30", **PATIENT, **typed}
    with pytest.raises(dosing.InputError) as refused:
        schedules.plan(library=library, **stated)
    assert sentence in str(refused.value)


def test_a_date_may_be_a_date_or_its_text(
    library: Library, course: schedules.PatientCourse
) -> None:
    stated: dict[str, Any] = {**PATIENT, "height": "175 cm", "creatinine": None}
    same = schedules.plan(
        "rituximab-weekly",
        library=library,
        start=dt.date(2026, 11, 30),
        made_on="2026-11-20",
        **stated,
    )
    assert same.plan == course.plan


def test_only_the_code_of_a_finding_can_be_acknowledged(library: Library) -> None:
    warned = schedules.plan(
        "rituximab-weekly", library=library, start="2026-11-30", dose="412 mg/m2", **PATIENT
    )
    waiting = {finding.code for finding in warned.course.unacknowledged}
    with pytest.raises(dosing.InputError, match=r'"dose\.larg" is not the code') as refused:
        warned.acknowledge({"dose.larg": "seen"})
    assert all(code in str(refused.value) for code in waiting)
    with pytest.raises(dosing.InputError, match="is missing; write the reason"):
        warned.acknowledge({next(iter(waiting)): ""})


def test_a_change_and_a_document_of_another_kind_are_refused_in_words(
    course: schedules.PatientCourse,
) -> None:
    wrong: Any = None
    with pytest.raises(dosing.InputError) as refused:
        course.change(wrong, at="cycle 1 day 8", why=wrong, who=wrong)
    assert [problem.field for problem in refused.value.problems] == ["who", "why", "change"]
    kinds: Any = ["omit"]
    with pytest.raises(dosing.InputError, match="is not a kind of change"):
        course.change(kinds, at="cycle 1 day 8", why="x", who="AB")
    with pytest.raises(dosing.InputError, match="what: is missing; write chart"):
        course.to_pdf(wrong)
    day: Any = dt.date(2026, 11, 30)
    with pytest.raises(dosing.InputError, match="is not a date with a time"):
        course.to_pdf("chart", printed_at=day)


@pytest.mark.parametrize(
    ("kind", "typed", "unasked"),
    [
        ("defer", {"by": "7 days", "scope": "later", "weight": "80 kg", "give": "1 g"}, "weight"),
        ("re-weigh", {"weight": "80 kg", "doses": "keep", "hight": "190 cm"}, "hight"),
        ("omit", {"scope": "day", "n": 2}, "n"),
        ("cease", {"choose": {"a": "b"}}, "choose"),
    ],
)
def test_what_a_change_does_not_ask_for_is_refused(
    course: schedules.PatientCourse, kind: str, typed: dict[str, Any], unasked: str
) -> None:
    at = "2026-12-07"
    with pytest.raises(dosing.InputError) as refused:
        course.change(kind, at=at, why="x", who="AB", **typed)
    problem = refused.value.problems[0]
    assert (problem.field, problem.why) == (unasked, f"is not asked for by {kind}")
    assert problem.accepted.startswith("write one of: from")


def test_what_is_no_folder_or_ladder_is_refused_in_words(library: Library) -> None:
    folder: Any
    for folder in ("", 3):
        with pytest.raises(dosing.InputError, match="name the folder that holds regimens/"):
            schedules.open_library(folder)
    wrong: Any = None
    with pytest.raises(dosing.InputError, match="ladder: is missing"):
        library.ladder(wrong)
    with pytest.raises(dosing.InputError, match="drug: is missing"):
        library.drug(wrong)
