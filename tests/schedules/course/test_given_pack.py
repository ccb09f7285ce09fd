"""The pack that a dose was given from: its batch, and the last day of its use."""

from __future__ import annotations

import datetime as dt
import io
import json

import openpyxl
import pypdf
import pytest

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.read_change import read_change, with_change
from schedules.outputs.fhir.bundle import to_fhir
from schedules.outputs.paper.chart import print_chart
from schedules.outputs.table import rows
from schedules.outputs.workbook import to_xlsx
from schedules.plans.change_words import in_words
from schedules.plans.changes import Change, Record, Undo
from schedules.plans.plan import Plan
from tests.support import fhir
from tests.support.planning import (
    RITUXIMAB,
    SAID,
    changed,
    codes,
    course_of,
    library,
    planned,
    text_of,
)

FIRST = "induction cycle 1 day 1"


def recorded(**typed: str) -> Change:
    fields = {"from": FIRST, "on": "2026-11-30", **typed}
    return read_change("record", fields, course_of(RITUXIMAB), library(), **SAID)


def test_a_month_on_a_pack_lasts_to_its_last_day() -> None:
    change = recorded(batch="H0123B01", expires="2028-02")
    assert isinstance(change, Record)
    assert (change.batch, change.expires) == ("H0123B01", dt.date(2028, 2, 29))
    words = "given on Mon 30-Nov-2026, batch H0123B01, expires 29-Feb-2028"
    assert in_words(change).endswith(words)


@pytest.mark.hazard("H283")
def test_a_pack_that_was_past_its_use_is_recorded_and_warned_of() -> None:
    after = with_change(planned(RITUXIMAB), recorded(expires="2026-10"), library())
    assert after.rows[0].state == "given"
    assert "given.expired" in codes(after, "WARN")
    assert text_of(after, "given.expired") == (
        "Induction cycle 1 day 1, given on 30-Nov-2026: the pack was to be used by 31-Oct-2026. "
        "Is the date right?"
    )


def test_a_pack_on_its_last_day_is_in_use() -> None:
    after = with_change(planned(RITUXIMAB), recorded(expires="2026-11-30"), library())
    assert "given.expired" not in codes(after)


def test_an_end_of_use_that_is_no_date_is_refused() -> None:
    with pytest.raises(InputError, match="2026-11-30 or 30-Nov-2026"):
        recorded(expires="11/26")
    with pytest.raises(InputError, match="expires"):
        recorded(expires="2026-13")


def test_a_record_without_a_pack_is_written_as_before() -> None:
    """So that a plan of an earlier version keeps its hash."""
    plan = planned(RITUXIMAB)
    changed: Plan = plan.model_copy(update={"changes": [recorded()]})
    assert "batch" not in changed.to_json()
    assert "expires" not in changed.to_json()


def after_two_doses() -> Course:
    """Return a course whose first dose names its pack, and whose second names none."""
    after = with_change(
        planned(RITUXIMAB), recorded(batch="H0123B01", expires="2028-02"), library()
    )
    second = {"from": "induction cycle 1 day 8", "on": "2026-12-07"}
    bare = read_change("record", second, after, library(), **SAID)
    return with_change(after.plan, bare, library())


@pytest.mark.hazard("H305")
def test_the_pack_of_a_dose_stands_in_table_workbook_chart_and_fhir() -> None:
    course = after_two_doses()
    packs = [(row["batch"], row["expires"]) for row in rows(course)]
    assert packs == [("H0123B01", "2028-02-29"), ("", ""), ("", ""), ("", "")]

    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(course)))
    for name in ("course", "ward"):
        heads, first, *_ = book[name].iter_rows(values_only=True)
        row = dict(zip(heads, first, strict=True))
        assert row["batch"] == "H0123B01"
        assert row["expires"].date() == dt.date(2028, 2, 29)

    printed = print_chart(course, printed_at=dt.datetime(2026, 12, 8, tzinfo=dt.UTC))
    pages = pypdf.PdfReader(io.BytesIO(printed)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert text.count("H0123B01 29-Feb-2028") == 1

    entries = [one["resource"] for one in json.loads(to_fhir(course))["entry"]]
    first, second = (one for one in entries if one["resourceType"] == "MedicationAdministration")
    assert first["medicationReference"] == {"reference": "#pack"}
    assert "medicationCodeableConcept" not in first
    (pack,) = first["contained"]
    assert (pack["resourceType"], pack["id"]) == ("Medication", "pack")
    assert pack["code"] == second["medicationCodeableConcept"]
    assert pack["batch"] == {"lotNumber": "H0123B01", "expirationDate": "2028-02-29"}
    assert "contained" not in second
    assert not fhir.malformed(json.loads(to_fhir(course)))
    assert not fhir.broken_invariants(json.loads(to_fhir(course)))


def test_a_record_that_was_undone_leaves_no_pack() -> None:
    after = after_two_doses()
    undone = changed(after.plan, Undo(kind="undo", number=1, **SAID))
    assert set(undone.recorded) == {after.rows[1].id}
    assert [row["batch"] for row in rows(undone)] == [""] * 4
