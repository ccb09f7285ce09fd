from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.plans.label import about_label, form_of_label
from tests.support.planning import RITUXIMAB, codes, course_of, man


def asked(text: str, *, born: bool = False) -> list[str]:
    return [finding.code for finding in about_label(text, born=born)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Anna Smith 12.03.1970", "name"),
        ("Smith, 1970-03-12", "name"),
        ("SMITH 12 Mar 70", "name"),
        ("Müller 12/3/1970", "name"),
        ("anna.smith@ward.example", "email"),
        ("+44 20 7946 0958", "phone"),
        ("020 7946 0958", "phone"),
        ("bed 3 tel 7946", "phone"),
        ("943 476 5919", "record_number"),
        ("123-45-6789", "record_number"),
        ("4711234", "record_number"),
        ("MRN 00471", "record_number"),
        ("case-no 2041", "record_number"),
    ],
)
def test_what_looks_like_a_person_is_asked_about(text: str, code: str) -> None:
    assert asked(text) == [f"label.{code}"]


@pytest.mark.parametrize(
    "text",
    [
        "ward-7",
        "bed 12",
        "Ward 4 bed 3",
        "neuro-2026-11-30",
        "blue-3",
        "12",
        "room 204 window",
        "A7",
        "",
        "study 17 day 1",
    ],
)
def test_a_bed_or_a_number_of_the_ward_is_not_asked_about(text: str) -> None:
    assert asked(text) == []


def test_a_name_beside_a_birth_date_in_its_own_field_is_asked_about() -> None:
    assert asked("Anna Smith", born=True) == ["label.name"]
    assert asked("blue-3", born=True) == []
    assert asked("ward-7", born=True) == []


@pytest.mark.parametrize("text", ["12345", "123456", "01234567", "12345678", "0123456", "٣٤٥٦٧٨"])
def test_digits_alone_have_a_form_that_is_asked_about_alike(text: str) -> None:
    """Six digits are a record number, and with a zero in front eight are a telephone number."""
    assert asked(form_of_label(text)) == asked(text)


@given(
    st.text(string.digits + "+-/. ()", max_size=14)
    | st.text(string.digits, max_size=14)
    | st.text(string.digits + " nmrteljanward-.@/", max_size=20),
    st.booleans(),
)
def test_a_form_is_asked_about_as_the_label_itself(text: str, born: bool) -> None:
    assert asked(form_of_label(text), born=born) == asked(text, born=born)


def test_labels_that_count_have_one_form() -> None:
    assert len({form_of_label(f"{number:06}") for number in range(100_000)}) == 1


def test_the_plan_keeps_the_course_in_until_such_a_label_is_acknowledged() -> None:
    found = course_of(RITUXIMAB, who=man(label="Anna Smith 12.03.1970"))
    assert codes(found, "WARN") == ["label.name"]
    assert [finding.code for finding in found.unacknowledged] == ["label.name"]
    seen = course_of(
        RITUXIMAB, who=man(label="Anna Smith 12.03.1970"), acknowledged={"label.name": "made up"}
    )
    assert seen.unacknowledged == ()


def test_the_question_does_not_repeat_what_was_typed() -> None:
    (finding,) = about_label("anna.smith@ward.example")
    assert "anna" not in finding.text
