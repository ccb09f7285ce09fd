"""A ward as a table: a plan for each row, by the regimen of the row or that of all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dosing.errors import InputError
from dosing.units import plain
from schedules.cohort.demand import Ward
from schedules.cohort.screening import TableOrder
from schedules.cohort.table import TableFile
from schedules.cohort.table_ward import read_ward_of_table
from tests.support.planning import MADE_ON, RITUXIMAB, library

HEAD = "id,regimen,first_day,sex,age,weight (kg),height (cm)\n"


def ward(folder: Path, rows: str, regimen: str = RITUXIMAB, **choices: str) -> Ward:
    path = folder / "ward.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    order = TableOrder(regimen=regimen, made_on=MADE_ON, choices=choices)
    return read_ward_of_table(TableFile(path).patients(), order, library())


def test_each_row_is_planned_by_its_regimen(tmp_path: Path) -> None:
    """375 mg/m2 and 1.845 m2 are 700 mg; 1,000 mg/m2 are 1,850 mg."""
    rows = "a,,2026-11-30,male,48 years,70,175\n"
    rows += "b,cyclophosphamide-monthly,2026-12-01,male,48 years,70,175\n"
    found = ward(tmp_path, rows)
    assert [(one.name, plain(one.course.rows[0].dose.amount)) for one in found.courses] == [
        ("row 2", "700 mg"),
        ("row 3", "1850 mg"),
    ]
    assert found.courses[1].course.rows[0].date == dt.date(2026, 12, 1)


@pytest.mark.hazard("H293")
def test_a_wrong_row_is_refused_by_its_number_before_any_course(tmp_path: Path) -> None:
    rows = "a,,2026-11-30,male,48 years,70,175\nb,,2026-11-31,male,48 years,seventy,175\n"
    rows += "c,no-such,2026-11-30,male,48 years,70,175\n"
    reports: list[float] = []
    path = tmp_path / "ward.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    order = TableOrder(regimen=RITUXIMAB, made_on=MADE_ON)
    with pytest.raises(InputError) as refused:
        read_ward_of_table(TableFile(path).patients(), order, library(), reports.append)
    fields = [problem.field for problem in refused.value.problems]
    assert fields == ["row 3, first day", "row 3, weight", "row 4, regimen"]
    assert reports == []


def test_a_row_that_is_kept_back_is_named(tmp_path: Path) -> None:
    found = ward(
        tmp_path, "a,,2026-11-30,male,48 years,70,175\nb,,2026-11-30,male,48 years,700,175\n"
    )
    assert [one.name for one in found.courses] == ["row 2"]
    assert [one.name for one in found.left_out] == ["row 3"]


def test_a_choice_of_no_regimen_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no choice of these regimens"):
        ward(tmp_path, "a,,2026-11-30,male,48 years,70,175\n", courses="2")


def test_without_any_regimen_the_row_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 2, regimen: is missing"):
        ward(tmp_path, "a,,2026-11-30,male,48 years,70,175\n", regimen="")
