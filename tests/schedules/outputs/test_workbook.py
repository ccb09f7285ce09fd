from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import openpyxl
import pandas as pd
import pytest

from dosing.trace import RefusedError
from dosing.units import NO_BREAK_SPACE
from schedules.outputs.table import export_rows
from schedules.outputs.workbook import to_xlsx
from tests.support.planning import (
    ALL,
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    THIOCTIC,
    course_of,
    man,
)

SHEETS = [
    "course",
    "derivations",
    "totals",
    "dispensing",
    "findings",
    "about",
    "ward",
    "patient",
]


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def lines(data: bytes, sheet: str) -> list[dict[str, Any]]:
    """Read a sheet by another program than the one that wrote it."""
    head, *rows = opened(data)[sheet].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def shown(value: Any) -> str:
    """Return a cell as it is shown: of a day, no time."""
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.datetime) else str(value)


def doses(data: bytes) -> list[dict[str, Any]]:
    return [row for row in lines(data, "course") if row["kind"] == "dose"]


@pytest.mark.parametrize("name", ALL)
def test_another_reader_finds_the_same_course(name: str) -> None:
    found = course_of(name)
    read, own = lines(to_xlsx(found), "course"), doses(to_xlsx(found))
    assert [row["id"] for row in own] == [row.id for row in found.rows]
    assert [row["dose_value"] for row in own] == [
        float(r.dose.amount.magnitude) for r in found.rows
    ]
    for row in read:
        assert isinstance(row["date"], dt.datetime)
        assert isinstance(row["time"], dt.time)
        row["date"] = f"{row['date']:%Y-%m-%d}"
        for column in ("time", "visit_from", "visit_to"):
            if row.get(column) is not None:
                row[column] = f"{row[column]:%H:%M}"
    wanted = [{k: v for k, v in row.items() if v not in ("", None)} for row in export_rows(found)]
    got = [{k: v for k, v in row.items() if v is not None} for row in read]
    assert got == [
        {k: v.replace(NO_BREAK_SPACE, " ") if isinstance(v, str) else v for k, v in row.items()}
        for row in wanted
    ]


def test_numbers_are_numbers_with_the_unit_in_the_head() -> None:
    read = doses(to_xlsx(course_of(IMMUNOGLOBULIN)))
    assert [row["dose_g"] for row in read] == [30, 30, 30, 25, 25]
    assert [row["cumulative_g"] for row in read] == [30, 60, 90, 115, 140]
    assert [row["dose_text"] for row in read] == ["30 g", "30 g", "30 g", "25 g", "25 g"]


def test_the_ward_prints_a_course_of_four_doses_on_one_page_with_dates_to_sort_by() -> None:
    book = opened(to_xlsx(course_of(RITUXIMAB)))
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # On one page each, which openpyxl reads as None; the 37 columns of all figures on two,
        # where one page would show them in letters of 2 points.
        across = 2 if sheet.title == "course" else None
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (across, 0)
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert "page &P of &N" in sheet.oddFooter.right.text
    assert book.properties.title == "Rituximab 375 mg/m2 once a week, 4 doses"
    assert book.properties.creator == "Posology 0.1.0"
    dose = {"dose_text": "700 mg", "drug": "rituximab", "kind": "dose"}
    for name, date, more in (
        ("ward", "date", dose),
        (
            "patient",
            "Date",
            {"What": "rituximab", "Dose": "700 mg", "Until about": dt.time(12, 30)},
        ),
    ):
        rows = lines(to_xlsx(course_of(RITUXIMAB)), name)
        # 30 November is a Monday, and each dose follows a week later.
        assert [row[date].date() for row in rows] == [
            dt.date(2026, 11, 30) + n * dt.timedelta(days=7) for n in range(4)
        ]
        assert rows[0].items() >= more.items()
        assert len(rows[0]) <= 13


def test_pandas_reads_the_same_numbers() -> None:
    data = to_xlsx(course_of(CYCLOPHOSPHAMIDE))
    sheets = pd.read_excel(io.BytesIO(data), sheet_name=None)
    assert list(sheets) == SHEETS
    assert sheets["course"]["dose_mg"].dropna().tolist() == [1850] * 6
    assert sheets["course"]["dose_mg"].sum() == 11_100
    totals = sheets["totals"]
    assert totals.loc[totals["total"] == "course", "total_mg"].tolist() == [11_100]
    (packs,) = sheets["dispensing"].dropna(subset=["product"]).to_dict("records")
    assert (packs["strength_mg"], packs["count"], packs["total_mg"], packs["waste_mg"]) == (
        2000,
        6,
        12_000,
        900,
    )


def test_the_derivation_of_each_dose_is_there_once() -> None:
    read = lines(to_xlsx(course_of(RITUXIMAB)), "derivations")
    assert {row["doses"] for row in read} == {4}
    assert [row["step"] for row in read] == list(range(1, len(read) + 1))
    by_name = {row["what"]: row for row in read}
    assert by_name["rounded"]["value_text"] == "700 mg"
    assert by_name["dose before rounding"]["value_text"] == "691.75 mg"
    assert by_name["second calculation"]["value_text"] == "agrees"


def test_it_says_what_it_is() -> None:
    found = course_of(RITUXIMAB)
    said = {row["what"]: row["value"] for row in lines(to_xlsx(found), "about")}
    assert said["plan"] == found.plan.hash
    assert said["regimen"] == "rituximab-weekly"
    assert said["status"] == "under review"
    assert said["checked"] == "not checked by a pharmacist"
    assert said["program"] == "Posology 0.1.0"
    assert said["made on"] == "2026-11-20"


def test_what_was_found_stands_there_with_the_reason_it_was_accepted() -> None:
    found = course_of(
        RITUXIMAB, dose="330 mg/m2", acknowledged={"limit.usual.below.dose": "agreed"}
    )
    read = lines(to_xlsx(found), "findings") if not found.unacknowledged else []
    assert [f.code for f in found.findings] == [row["code"] for row in read]
    warned = [row["acknowledged"] for row in read if row["level"] == "WARN"]
    assert warned == ["agreed"] * len(warned)
    assert warned


@pytest.mark.hazard("H28")
@pytest.mark.parametrize(
    "label", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "{=1}"]
)
def test_a_label_is_a_text_and_never_a_formula(label: str) -> None:
    data = to_xlsx(course_of(RITUXIMAB, who=man(label=label)))
    book = opened(data)
    for sheet in book:
        assert not [cell for row in sheet for cell in row if cell.data_type in ("f", "e")]
    cells = [row["plan_label"] for row in lines(data, "course")]
    assert cells == [label] * 4
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        texts = [parts.read(name).decode() for name in parts.namelist() if "sheet" in name]
    assert len(texts) >= len(SHEETS)
    assert not [text for text in texts if "<f>" in text or "hyperlink" in text]


@pytest.mark.parametrize("name", ALL)
def test_every_sheet_has_a_frozen_head_and_columns_as_wide_as_their_texts(name: str) -> None:
    book = opened(to_xlsx(course_of(name)))
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        # neighbours of one width are one entry
        widths = {
            at: entry.width
            for entry in sheet.column_dimensions.values()
            for at in range(entry.min, entry.max + 1)
        }
        for at, column in enumerate(sheet.columns, 1):
            longest = max(len(shown(cell.value)) for cell in column if cell.value is not None)
            assert widths[at] >= min(longest, 70)
            if longest > 70:
                assert all(cell.alignment.wrap_text for cell in column[1:] if cell.value)


def test_spaces_are_ordinary_ones() -> None:
    for sheet in opened(to_xlsx(course_of(CYCLOPHOSPHAMIDE))):
        for row in sheet.iter_rows(values_only=True):
            assert not [cell for cell in row if NO_BREAK_SPACE in str(cell)]


def test_the_same_plan_gives_the_same_bytes_dated_by_the_plan() -> None:
    data = to_xlsx(course_of(THIOCTIC))
    assert data == to_xlsx(course_of(THIOCTIC))
    assert str(opened(data).properties.created) == "2026-11-20 00:00:00"


def test_a_stopped_or_unacknowledged_course_gives_no_workbook() -> None:
    for asked in ({"dose": "0.4 mg/kg"}, {"dose": "1 g/kg"}):
        with pytest.raises(RefusedError):
            to_xlsx(course_of(IMMUNOGLOBULIN, **asked))
    with pytest.raises(RefusedError):
        to_xlsx(course_of(RITUXIMAB, dose="330 mg/m2"))
