"""Every output says whether this very content is checked, and that an earlier check is void."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import datetime as dt
import io
import json
import re
import sqlite3
from pathlib import Path

import icalendar
import openpyxl
import pytest
from pypdf import PdfReader

from commands.schedules import main
from records.database import sqlite_url
from records.place import FILE
from records.store import Store, open_store
from schedules.course.checked import Verification
from schedules.course.provenance import discreet_provenance
from schedules.course.work_out import work_out
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.formats import FORMATS, Job
from schedules.plans.plan import Plan
from tests.support.planning import library
from tests.support.shelf import shelf
from tests.support.ward import (
    CHECKED_AT,
    NOON,
    PHARMACIST,
    TICKED,
    changed_library,
    deferred,
    heavier,
    plan,
    saved,
    signed,
)

AT = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
SIGNED = "checked by AB, pharmacist, 20-Nov-2026 14:05 UTC"


# They name no pharmacist.
DISCREET = {form.title for form in FORMATS if form.discreet}


def outputs(store: Store, what: Plan) -> dict[str, str]:
    """Return the text of every calendar, table and paper, by its title."""
    found = store.look_up_check(work_out(what, library()), library())
    checked = found.checked
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
            told = f"; {checked.state}" if form.discreet else checked.text
            assert all(told in text for text in texts)
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
        assert ("; not checked" if title in DISCREET else "not checked by a pharmacist") in text
    signed(store, plan())
    for title, text in outputs(store, plan()).items():
        assert ("under review; checked" if title in DISCREET else f"{SIGNED}, this content") in text
    for title, text in outputs(store, deferred(plan())).items():
        assert ("under review; void" if title in DISCREET else f"void: {SIGNED}") in text, title
        assert "this content" not in text, title
    store.close()


def newest_row(folder: Path) -> tuple[int, str]:
    """Return number and hash of the last row, as another program reads them."""
    with contextlib.closing(sqlite3.connect(folder / FILE)) as file:
        number, digits = file.execute("SELECT n, hash FROM audit ORDER BY n DESC").fetchone()
    return int(number), str(digits)


def test_a_paper_convicts_records_that_were_written_anew(tmp_path: Path) -> None:
    folders = [tmp_path / "true", tmp_path / "anew"]
    for folder in folders:
        folder.mkdir()
    true, anew = (open_store(sqlite_url(folder / FILE)) for folder in folders)
    assert "; record " not in outputs(true, plan())["Pharmacist's worksheet"]
    saved(true)
    saved(anew)
    signed(true, plan())
    number, digits = newest_row(folders[0])
    on_paper = f"{number} {digits[:12]}"
    for title, text in outputs(true, plan()).items():
        if title != "Table":
            assert f"; record {on_paper}; " in text, title
        else:
            assert {row["record"] for row in csv.DictReader(io.StringIO(text))} == {on_paper}
    later = CHECKED_AT + dt.timedelta(minutes=5)
    anew.sign(plan(), library(), PHARMACIST, outcome="signed", at=later, ticked=TICKED)
    for store in (true, anew):
        assert store.verify().broken is None
    assert true.verify(head=on_paper).broken is None
    for wrong in (f"{number + 1} {digits[:12]}", f"{number} {digits[:11]}", f"{number} {'%' * 12}"):
        assert true.verify(head=wrong).broken is not None
    convicted = anew.verify(head=on_paper).broken
    assert convicted is not None
    assert "the head given is not here" in str(convicted)
    true.close()
    anew.close()


def test_tables_and_json_bear_the_record_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    (tmp_path / "plan.json").write_text(plan().to_json(), encoding="utf-8")
    root = ("--library", str(shelf(tmp_path)))

    def told(command: str) -> list[str | None]:
        capsys.readouterr()
        assert main([*root, command, str(tmp_path / "plan.json"), "--json"]) == 0
        content = json.loads(capsys.readouterr().out)
        return [content.get("record")]

    def about() -> list[str]:
        out = tmp_path / "course.xlsx"
        plan_file = str(tmp_path / "plan.json")
        assert main([*root, "export", plan_file, "--to", "xlsx", "--out", str(out)]) == 0
        sheet = openpyxl.load_workbook(out)["about"]
        return [str(value) for what, value in sheet.iter_rows(values_only=True) if what == "record"]

    assert told("course") == told("check-plan") == [None]
    assert about() == []
    store = open_store(sqlite_url(tmp_path / FILE))
    saved(store)
    store.close()
    number, digits = newest_row(tmp_path)
    assert told("course") == told("check-plan") == about() == [f"{number} {digits[:12]}"]


def test_a_discreet_output_says_void_and_not_why() -> None:
    why = "rituximab-weekly has changed"
    void = Verification(state="void", text=f"void: {SIGNED}", why=why)
    line = discreet_provenance(dataclasses.replace(work_out(plan(), library()), checked=void))
    assert line.endswith("; under review; void")
    assert not re.search("rituximab|pharmacist", line)


def test_the_command_line_says_what_the_records_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    (tmp_path / "plan.json").write_text(plan().to_json(), encoding="utf-8")
    command = [
        "--library",
        str(shelf(tmp_path)),
        "course",
        str(tmp_path / "plan.json"),
        "--ics",
        str(tmp_path / "course.ics"),
    ]

    def said() -> str:
        assert main(command) == 0
        events = icalendar.Calendar.from_ical((tmp_path / "course.ics").read_bytes())
        (line,) = {str(e["DESCRIPTION"]).splitlines()[-1] for e in events.walk("VEVENT")}
        return line.split("; ")[1]

    assert said() == "not checked by a pharmacist"
    assert not (tmp_path / FILE).exists(), "looking begins no records"
    store = open_store(sqlite_url(tmp_path / FILE))
    saved(store)
    signed(store, plan())
    store.close()
    assert said() == f"{SIGNED}, this content"
    (tmp_path / FILE).write_bytes(b"no database at all")
    assert said() == "not known to be checked by a pharmacist: the records cannot be read"


def test_a_warning_that_the_pharmacist_acknowledged_keeps_no_file_back(tmp_path: Path) -> None:
    knowledge = changed_library()
    store = open_store(sqlite_url(tmp_path / FILE))
    saved(store)
    found = store.look_up_check(work_out(plan(), knowledge), knowledge)
    (warned,) = found.unacknowledged
    store.acknowledge(
        plan(), knowledge, PHARMACIST, code=warned.code, reason="only a title", at=NOON
    )
    found = store.look_up_check(work_out(plan(), knowledge), knowledge)
    assert found.unacknowledged == ()
    file = to_ics(found).replace(b"\r\n ", b"").decode()
    assert "Acknowledged: only a title" in file
    # It was said of this content alone.
    other = work_out(heavier(plan()), knowledge)
    assert store.look_up_check(other, knowledge).unacknowledged == other.unacknowledged != ()
    store.close()
