"""A course is shown with what the records know of it; where there are none, none are begun."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from records.place import FILE
from records.status import look_up_check
from records.store import Store
from schedules.course.course import Course
from schedules.course.work_out import work_out
from tests.support.planning import library
from tests.support.ward import plan, saved, signed

SIGNED = "checked by AB, pharmacist, 20-Nov-2026 14:05 UTC, this content"
ELSEWHERE = Path("unused")


@pytest.fixture
def course() -> Course:
    return work_out(plan(), library())


def test_records_that_are_not_there_know_nothing_and_are_not_begun(
    course: Course, tmp_path: Path
) -> None:
    for named in (
        {"POSOLOGY_DATA": str(tmp_path)},
        {"POSOLOGY_DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}"},
    ):
        assert look_up_check(course, library(), named, ELSEWHERE) is course
        assert list(tmp_path.iterdir()) == []


def test_what_the_records_know_is_said_with_the_course(
    course: Course, sqlite_store: Store, tmp_path: Path
) -> None:
    saved(sqlite_store)
    signed(sqlite_store, plan())
    named = {"POSOLOGY_DATA": str(tmp_path)}
    assert str(look_up_check(course, library(), named, ELSEWHERE).checked) == SIGNED


def test_records_that_are_open_are_asked_and_not_opened_again(
    course: Course, sqlite_store: Store, tmp_path: Path
) -> None:
    saved(sqlite_store)
    signed(sqlite_store, plan())
    opened: list[Store] = []

    def open_records() -> AbstractContextManager[Store]:
        opened.append(sqlite_store)
        return nullcontext(sqlite_store)

    named = {"POSOLOGY_DATA": str(tmp_path)}
    found = look_up_check(course, library(), named, ELSEWHERE, open_records)
    assert str(found.checked) == SIGNED
    assert opened == [sqlite_store]


def test_records_that_cannot_be_read_are_no_check_and_the_course_says_so(
    course: Course, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all")
    found = look_up_check(course, library(), {"POSOLOGY_DATA": str(tmp_path)}, ELSEWHERE)
    assert (found.checked.state, found.checked.text) == (
        "not checked",
        "not known to be checked by a pharmacist: the records cannot be read",
    )
    assert found.rows == course.rows
