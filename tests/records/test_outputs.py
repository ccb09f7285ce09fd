"""Every output says whether this very content is checked, and that an earlier check is void."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from pathlib import Path

import icalendar
import pytest
from pypdf import PdfReader

from records.database import FILE, sqlite_url
from records.store import Store, open_store
from schedules.course import course
from schedules.export import FORMATS, Job
from schedules.plan import Plan
from schedules.provenance import Check, discreet_provenance
from tests.records.ward import deferred, plan, saved, signed
from tests.schedules.planning import library

AT = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
SIGNED = "checked by AB, pharmacist, 20-Nov-2026 14:05 UTC"


def outputs(store: Store, what: Plan) -> dict[str, str]:
    """Give the text of every calendar, table and paper, by its title."""
    checked = store.status(what, library())
    found = dataclasses.replace(course(what, library()), checked=checked)
    files = {}
    for form in FORMATS:
        if form.to not in {"ics", "csv", "pdf"}:
            continue
        content = form.write(Job(course=found, library=library(), printed_at=AT))
        if form.to == "pdf":
            pages = PdfReader(io.BytesIO(content)).pages
            text = " ".join(" ".join(page.extract_text().split()) for page in pages)
        elif form.to == "ics":
            events = icalendar.Calendar.from_ical(content).walk("VEVENT")
            texts = [str(event["DESCRIPTION"]) for event in events]
            assert all(checked.text in text for text in texts)
            text = " ".join(texts)
        else:
            text = content.decode("utf-8")
        files[form.title] = text
    return files


@pytest.mark.hazard("H76")
def test_a_check_that_is_void_is_said_to_be_void_in_every_file(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path / FILE))
    saved(store)
    for title, text in outputs(store, plan()).items():
        assert "not checked by a pharmacist" in text, title
    signed(store, plan())
    for title, text in outputs(store, plan()).items():
        assert f"{SIGNED}, this content" in text, title
    for title, text in outputs(store, deferred(plan())).items():
        assert f"void: {SIGNED}" in text, title
        assert "this content" not in text, title
    store.close()


def test_a_discreet_output_says_void_and_not_why() -> None:
    why = "rituximab-weekly has changed"
    void = Check(state="void", text=f"void: {SIGNED}", why=why)
    line = discreet_provenance(dataclasses.replace(course(plan(), library()), checked=void))
    assert f"void: {SIGNED}" in line
    assert "rituximab" not in line
