"""The course that a session keeps: its own, and only while plan and library are as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from dosing.errors import InputError
from dosing.units import plain
from schedules.library.reader import read_library
from screens.state.courses import course_of
from screens.state.session import Session
from tests.support.planning import RITUXIMAB, library, man, planned
from tests.support.shelf import read_anew, shelf


def doses(session: Session, weight: str) -> list[str]:
    plan = planned(RITUXIMAB, who=man(weight=weight))
    return [plain(row.dose.amount) for row in course_of(session, plan, library()).rows]


def test_an_equal_plan_has_the_course_that_was_worked_out_before() -> None:
    session = Session()
    first = course_of(session, planned(RITUXIMAB), library())
    assert course_of(session, planned(RITUXIMAB), library()) is first


def test_another_weight_is_another_course() -> None:
    # 375 mg/m2 by 1.8447 m2 is 691.8 mg, and by 2.2048 m2 is 826.8 mg; to the nearest 100 mg
    session = Session()
    assert doses(session, "70 kg") == ["700 mg"] * 4
    assert doses(session, "100 kg") == ["800 mg"] * 4
    assert doses(session, "70 kg") == ["700 mg"] * 4


def test_another_acknowledgement_is_another_plan() -> None:
    session = Session()
    course_of(session, planned(RITUXIMAB), library())
    plan = planned(RITUXIMAB, acknowledged={"dose.above_usual": "tolerated before"})
    assert course_of(session, plan, library()).plan.acknowledgements == plan.acknowledgements


def test_another_library_is_another_course(tmp_path: Path) -> None:
    # 800 mg is usual up to 1000 mg, and not up to 750 mg
    session, plan = Session(), planned(RITUXIMAB, who=man(weight="100 kg"))
    before = {finding.level for finding in course_of(session, plan, library()).findings}
    file = shelf(tmp_path) / "drugs" / "rituximab.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("1000 mg", "750 mg"), encoding="utf-8")
    after = {f.level for f in course_of(session, plan, read_library(read_anew(tmp_path))).findings}
    assert "WARN" not in before
    assert "WARN" in after


def test_two_sessions_have_each_their_own() -> None:
    one, other = Session(), Session()
    assert doses(one, "70 kg") == ["700 mg"] * 4
    assert doses(other, "100 kg") == ["800 mg"] * 4
    assert one.worked_out is not None
    assert one.worked_out.plan.patient.weight == "70 kg"


def test_a_plan_that_cannot_be_worked_out_leaves_no_course_behind() -> None:
    session = Session()
    course_of(session, planned(RITUXIMAB), library())
    lacking = planned(RITUXIMAB).model_copy(update={"patient": man(weight="")})
    with pytest.raises(InputError):
        course_of(session, lacking, library())
    assert session.worked_out is None
