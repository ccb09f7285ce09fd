from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd
import pytest

from dosing.trace import RefusedError
from dosing.units import NO_BREAK_SPACE
from schedules.outputs import table
from schedules.outputs.table import to_csv
from schedules.plans.changes import Result
from tests.support.planning import (
    ALL,
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    changed,
    course_of,
    man,
    planned,
)


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def doses(data: bytes) -> list[dict[str, str]]:
    return [row for row in read(data) if row["kind"] == "dose"]


@pytest.mark.parametrize("name", ALL)
def test_the_table_has_one_row_a_dose(name: str) -> None:
    found = course_of(name)
    assert [row["id"] for row in doses(to_csv(found))] == [row.id for row in found.rows]


def test_tests_and_decisions_stand_among_the_doses_on_their_days() -> None:
    # three days before each pulse, its day, and the count ten days after it; 25 December is closed
    rows = read(to_csv(course_of(CYCLOPHOSPHAMIDE)))
    assert [(row["date"], row["kind"], row["dose_text"]) for row in rows[:5]] == [
        ("2026-11-27", "decision", ""),
        ("2026-11-30", "dose", "1,850 mg"),
        ("2026-12-10", "monitoring", ""),
        ("2026-12-24", "decision", ""),
        ("2026-12-28", "dose", "1,850 mg"),
    ]
    assert rows[2]["item"] == "full blood count at its lowest"
    assert rows[1]["results"] == "neutrophils: no result, due by Fri 27-Nov-2026"
    assert len(rows) == 18


def test_a_result_stands_beside_its_dose_and_at_its_decision() -> None:
    result = Result(at="pulses cycle 1 day 1", gate="neutrophils", value="2.1", **SAID)
    first, dose, *_ = read(to_csv(changed(planned(CYCLOPHOSPHAMIDE), result)))
    assert first["results"] == "2.1 x 10^9/L, reached"
    assert dose["results"] == "neutrophils: 2.1 x 10^9/L, reached"


def test_the_columns_are_those_that_other_programs_build_on() -> None:
    columns = list(read(to_csv(course_of(RITUXIMAB)))[0])
    assert columns == [
        "id",
        "date",
        "weekday",
        "time",
        "minutes",
        "visit_from",
        "visit_to",
        "visit",
        "phase",
        "cycle",
        "day",
        "item",
        "drug",
        "route",
        "dose_value",
        "dose_unit",
        "dose_text",
        "tablets",
        "cumulative_value",
        "cumulative_text",
        "status",
        "condition",
        "dose_mg",
        "cumulative_mg",
        "plan_label",
        "zone",
        "other_dose",
        "regimen",
        "regimen_version",
        "regimen_status",
        "checked",
        "plan",
        "program",
        "kind",
        "results",
        "site",
        "beside",
        "batch",
        "expires",
    ]


def test_a_row_says_what_is_given_when_and_how_much_by_then() -> None:
    rows = doses(to_csv(course_of(CYCLOPHOSPHAMIDE)))
    third = rows[2]
    assert third.pop("kind") == "dose"
    assert third.pop("results") == "neutrophils: no result, due by Fri 22-Jan-2027"
    assert [third.pop(name) for name in ("site", "beside", "batch", "expires")] == [""] * 4
    del third["id"], third["plan"], third["minutes"]
    assert third == {
        "date": "2027-01-25",
        "weekday": "Mon",
        "time": "09:00",
        "phase": "pulses",
        "cycle": "3",
        "day": "1",
        "item": "cyclophosphamide",
        "drug": "cyclophosphamide",
        "route": "intravenous infusion",
        "dose_value": "1850.0",
        "dose_unit": "mg",
        "dose_text": "1,850 mg",
        "cumulative_value": "5550.0",
        "cumulative_text": "5,550 mg",
        "status": "planned",
        "condition": "",
        "plan_label": "ward-7",
        "dose_mg": "1850.0",
        "cumulative_mg": "5550.0",
        "tablets": "",
        "zone": "Europe/London",
        "other_dose": "",
        "visit": "",
        "visit_from": "09:00",
        "visit_to": "10:00",
        "regimen": "cyclophosphamide-monthly",
        "regimen_version": third["regimen_version"],
        "regimen_status": third["regimen_status"],
        "checked": "not checked by a pharmacist",
        "program": third["program"],
    }
    assert rows[-1]["cumulative_text"] == "11,100 mg"


def test_unequal_doses_are_added_up_one_by_one() -> None:
    rows = table.rows(course_of(IMMUNOGLOBULIN))
    assert [row["dose_value"] for row in rows] == [30, 30, 30, 25, 25]
    assert [row["cumulative_value"] for row in rows] == [30, 60, 90, 115, 140]


@pytest.mark.parametrize("name", ALL)
def test_the_text_and_the_number_of_a_dose_are_the_same(name: str) -> None:
    for row in doses(to_csv(course_of(name))):
        for what in ("dose", "cumulative"):
            number, unit = row[f"{what}_text"].split(" ")
            assert float(number.replace(",", "")) == float(row[f"{what}_value"])
            assert unit == row["dose_unit"]


@pytest.mark.parametrize("name", ALL)
def test_the_file_has_ordinary_spaces_only(name: str) -> None:
    assert NO_BREAK_SPACE not in to_csv(course_of(name)).decode()
    assert "\u202f" not in to_csv(course_of(name)).decode()


@pytest.mark.hazard("H28")
@pytest.mark.parametrize(
    "label", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "=cmd|'/c calc'!A1", "'=1", "'"]
)
def test_a_label_is_never_taken_for_a_formula_and_can_be_read_back(label: str) -> None:
    for row in read(to_csv(course_of(RITUXIMAB, who=man(label=label)))):
        assert row["plan_label"] == f"'{label}"
        assert row["plan_label"].removeprefix("'") == label


@pytest.mark.parametrize("label", ["ward-7", "7", "o'brien", '"=1"'])
def test_a_label_without_such_a_beginning_is_left_as_it_is(label: str) -> None:
    for row in read(to_csv(course_of(RITUXIMAB, who=man(label=label)))):
        assert row["plan_label"] == label


@pytest.mark.hazard("H28")
def test_no_cell_of_any_course_begins_like_a_formula() -> None:
    for name in ALL:
        for row in read(to_csv(course_of(name))):
            assert not [
                cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t"))
            ]


@pytest.mark.parametrize("label", ["a,b", 'a "b" c', "a;b", "é"])
def test_a_label_with_signs_of_the_format_comes_through(label: str) -> None:
    assert read(to_csv(course_of(RITUXIMAB, who=man(label=label))))[0]["plan_label"] == label


def test_each_number_stands_in_a_column_that_has_its_unit_in_the_head() -> None:
    for row in doses(to_csv(course_of(IMMUNOGLOBULIN))):
        assert (row["dose_g"], row["cumulative_g"]) == (row["dose_value"], row["cumulative_value"])
        assert row["dose_unit"] == "g"
        assert "dose_mg" not in row


def test_another_dose_stands_in_every_row() -> None:
    rows = read(to_csv(course_of(RITUXIMAB, dose="350 mg/m2")))
    assert [row["other_dose"] for row in rows] == ["350 mg/m2"] * 4


def test_the_same_course_gives_the_same_bytes() -> None:
    assert to_csv(course_of(THIOCTIC)) == to_csv(course_of(THIOCTIC))


def test_a_stopped_course_gives_no_table() -> None:
    stopped: list[dict[str, Any]] = [
        {"regimen": IMMUNOGLOBULIN, "dose": "0.4 mg/kg"},
        # Stopped by its total, when the rows are there already: 1 g/kg on five days.
        {"regimen": IMMUNOGLOBULIN, "dose": "1 g/kg"},
    ]
    for asked in stopped:
        found = course_of(**asked)
        assert found.stopped
        with pytest.raises(RefusedError):
            to_csv(found)


def test_a_pandas_table_has_plain_types() -> None:
    frame = table.frame(course_of(THIOCTIC))
    assert len(frame) == len(course_of(THIOCTIC).rows)
    kinds = {str(column): frame[column].dtype for column in frame.columns}
    numbers = {name for name, kind in kinds.items() if pd.api.types.is_numeric_dtype(kind)}
    assert numbers == {"minutes", "cycle", "day", "dose_value", "cumulative_value"}
    texts = {name for name, kind in kinds.items() if pd.api.types.is_string_dtype(kind)}
    assert texts == set(kinds) - numbers
    assert frame["dose_value"].sum() == frame["cumulative_value"].iloc[-1]


def test_a_byte_order_mark_stands_before_the_same_table_only_if_it_is_wanted() -> None:
    found = course_of(RITUXIMAB)
    assert to_csv(found, bom=True) == b"\xef\xbb\xbf" + to_csv(found)
    assert to_csv(found).startswith(b"id,")
