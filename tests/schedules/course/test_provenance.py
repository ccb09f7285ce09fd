"""The line that every output bears: which plan, files and program, and whether it was checked."""

from __future__ import annotations

import dataclasses

from dosing.trace import Finding, Source
from schedules.course.checked import Verification
from schedules.course.course import Course
from schedules.course.provenance import (
    discreet_provenance,
    files_since_release,
    provenance,
    record_of,
    short_hash,
)
from schedules.version import VERSION
from tests.support.planning import RITUXIMAB, course_of

CHECKED = Verification(state="checked", text="checked by JK", row="ward-7/3")


def changed(*names: str, checked: Verification | None = None) -> Course:
    course = course_of(RITUXIMAB)
    found = [
        Finding(level="NOTE", code=f"plan.{code}", text="x", source=Source(cite="here"))
        for code in ("no_label", *(f"since_release.{name}" for name in names))
    ]
    return dataclasses.replace(course, findings=tuple(found), checked=checked or course.checked)


def test_the_line_names_regimen_check_plan_and_program() -> None:
    course = changed()
    digits = course.plan.hash[:12]
    assert short_hash(course) == digits
    assert len(digits) == 12
    assert provenance(course) == (
        f"Regimen rituximab-weekly version {course.regimen.version}, under review; "
        f"{course.checked}; plan {digits}; Posology {VERSION}"
    )


def test_the_line_names_the_files_that_changed_since_the_release_and_the_row_of_the_records() -> (
    None
):
    course = changed("rituximab_weekly", "conditions", checked=CHECKED)
    assert files_since_release(course) == ["rituximab-weekly", "conditions"]
    assert provenance(course) == (
        f"Regimen rituximab-weekly version {course.regimen.version}, under review; "
        f"changed since the release: rituximab-weekly, conditions; {CHECKED}; "
        f"plan {short_hash(course)}; record ward-7/3; Posology {VERSION}"
    )


def test_a_discreet_line_names_no_drug_and_nobody_who_checked() -> None:
    course = changed()
    digits = short_hash(course)
    assert discreet_provenance(course) == f"Plan {digits}; under review; not checked"
    one = changed("rituximab_weekly", checked=CHECKED)
    assert discreet_provenance(one) == (
        f"Plan {digits}; record ward-7/3; under review; 1 file changed since the release; checked"
    )
    two = changed("rituximab_weekly", "conditions")
    assert discreet_provenance(two) == (
        f"Plan {digits}; under review; 2 files changed since the release; not checked"
    )


def test_a_course_of_no_records_has_no_row_of_them() -> None:
    assert record_of(changed(checked=CHECKED)) == {"record": "ward-7/3"}
    assert record_of(changed()) == {}
