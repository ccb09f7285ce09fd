"""An edited file with a reading of its own: unsigned, and said to be changed by every receiver.

Somebody edits a figure of a drug and of a regimen and a word of patients, and writes each reading
anew. What two proved people signed is void then, and nobody who uses the files misses the change.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from contextlib import nullcontext
from pathlib import Path

import openpyxl
import pypdf
import pytest

from commands.schedules import main
from dosing.infusion.order import TypedBag
from records.database import sqlite_url
from records.endorsement import endorse
from records.place import FILE
from records.roles import Actor
from records.store import Store, open_store
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.signed import PARTS, Signed, Signer
from schedules.library.one_file import read_version
from schedules.library.reader import read_library, read_usable
from schedules.library.reading_file import write_reading, write_signed
from schedules.outputs.formats import FORMATS, Job
from schedules.outputs.paper.pump_card import PumpOrder, print_pump_cards
from schedules.plans.making import make_plan
from schedules.plans.plan import Plan
from tests.support.driving import opened, shown
from tests.support.planning import MADE_ON, RITUXIMAB, man, site
from tests.support.shelf import shelf, with_words

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
ANNA = Actor(name="Anna Berg", role="planner", verified=True)
JAN = Actor(name="Jan Kowal", role="pharmacist", verified=True)
# The place in the library, what somebody edits, and what every receiver says of it.
EDITS = {
    "drugs/rituximab": ("high: 500 mg/m2", "high: 501 mg/m2"),
    f"regimens/{RITUXIMAB}": ("late: 2 days", "late: 3 days"),
    "terms/conditions": ("[HCV, hep C]", "[HCV, hep C, hepacivirus]"),
}
SENTENCES = {
    "drugs/rituximab": "above 501 mg/m2 gets a STOP",
    f"regimens/{RITUXIMAB}": "It may be given up to 3 days late",
    "terms/conditions": "It is also called HCV, hep C and hepacivirus.",
}


def said(file: str) -> str:
    """Return what is said of an edited file wherever a plan is used."""
    name = file.rpartition("/")[2]
    # The limit stands in the drug twice, for one dose and for one day; the regimen claims to be
    # endorsed as well.
    many = "1 sentence differs" if name == "conditions" else "2 sentences differ"
    return f"Changed since the release: {name}: {many} from release 0.1.0."


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """Return a library in which each of the three readings claims two signatures."""
    (tmp_path / "library").mkdir()
    root = with_words(shelf(tmp_path / "library"))
    regimen = root / f"regimens/{RITUXIMAB}.yaml"
    text = regimen.read_text("utf-8").replace("status: under review", "status: endorsed")
    regimen.write_text(text, "utf-8")
    for file in EDITS:
        path = root / f"{file}.yaml"
        reading = read_aloud(read_version(path))
        by = {
            part: Signer(name=who.name, role=who.role, on=NOW.date(), meaning=reading.meaning)
            for part, who in zip(PARTS, (ANNA, JAN), strict=True)
        }
        write_signed(path, reading, Signed(**by))
    return root


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(sqlite_url(tmp_path / FILE))


def as_proved(root: Path, store: Store) -> Library:
    environment = {"POSOLOGY_DATA": str(root.parent)}
    return endorse(read_library(root), environment, root.parent, lambda: nullcontext(store))


def edit(root: Path) -> None:
    """Edit each of the three files, and write its reading anew."""
    for file, (old, new) in EDITS.items():
        path = root / f"{file}.yaml"
        text = path.read_text("utf-8")
        assert old in text, file
        path.write_text(text.replace(old, new), "utf-8")
        write_reading(path)


def planned_with(library: Library) -> Plan:
    regimen = library.regimen(RITUXIMAB)
    used = library.knowledge_for(regimen)
    return make_plan(
        regimen,
        used,
        site("note"),
        man(),
        choices={},
        zone="Europe/London",
        first_day="2026-11-30",
        made_on=MADE_ON,
    )


@pytest.mark.hazard("H34", "H191")
def test_an_edit_leaves_the_file_out_and_with_a_new_reading_every_signature_is_void(
    signed: Path, store: Store
) -> None:
    before = read_library(signed)
    for file in EDITS:
        store.sign_file(before, file, ANNA, "written", at=NOW)
        store.sign_file(before, file, JAN, "checked", at=NOW)
    assert {as_proved(signed, store).status(file) for file in EDITS} == {"endorsed"}
    path = signed / "drugs/rituximab.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace(*EDITS["drugs/rituximab"]), "utf-8")
    assert "drugs/rituximab.yaml" in {one.file for one in read_usable(signed).left_out}
    path.write_text(text, "utf-8")
    edit(signed)
    edited = as_proved(signed, store)
    for file in EDITS:
        assert edited.status(file) == "under review", file
        assert edited.claim(file).startswith("signatures void, the file has changed since"), file


def test_check_says_what_changed_and_whose_signatures_are_void(
    signed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(signed)
    assert main(["--library", str(signed), "check"]) == 0
    text = capsys.readouterr().out
    assert main(["--library", str(signed), "check", "--json"]) == 0
    as_json = "\n".join(json.loads(capsys.readouterr().out)["since_release"])
    for told in (text, as_json):
        for file, sentence in SENTENCES.items():
            assert sentence in told, file
            assert f"{file} is under review; signatures void" in told


def test_the_library_screen_says_it(signed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(signed)
    monkeypatch.setattr("screens.state.knowledge.shipped_knowledge", lambda: signed)
    app = opened("library")
    for entry, file in (
        (RITUXIMAB, f"regimens/{RITUXIMAB}"),
        ("drug rituximab", "drugs/rituximab"),
        ("words conditions", "terms/conditions"),
    ):
        app = app.radio(key="library-entry").set_value(entry).run()
        text = shown(app)
        assert "signatures void, the file has changed since" in text, file
        assert "from release 0.1.0." in text, file
        assert SENTENCES[file] in text, file


@pytest.fixture
def course(signed: Path) -> tuple[Course, Library]:
    edit(signed)
    library = read_library(signed)
    return work_out(planned_with(library), library), library


def text_of(content: bytes, to: str) -> str:
    if to == "pdf":
        pages = pypdf.PdfReader(io.BytesIO(content)).pages
        return " ".join(" ".join(page.extract_text().split()) for page in pages)
    if to == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        rows = (row for sheet in sheets for row in sheet.iter_rows(values_only=True))
        return " ".join(str(cell) for row in rows for cell in row)
    text = content.decode("utf-8")
    # A line of a calendar is folded, and its commas and semicolons are escaped.
    return text.replace("\r\n ", "").replace("\\,", ",").replace("\\;", ";")


NAMED = f"changed since the release: {RITUXIMAB}, rituximab, conditions;"


def test_each_output_says_it(course: tuple[Course, Library]) -> None:
    found, library = course
    silent = []
    for form in FORMATS:
        content = form.write(Job(course=found, library=library, printed_at=NOW))
        text = text_of(content, form.to)
        # What may name no drug says how many files they are.
        discreet = form.discreet
        line = "3 files changed since the release;" if discreet else NAMED
        if form.to in ("csv", "xlsx"):
            line = line.removeprefix("changed since the release: ").removesuffix(";")
        if line not in text:
            silent.append(form.title)
        if form.to in ("xlsx", "fhir") or form.what == "worksheet":
            silent += [f"{form.title}: {file}" for file in EDITS if said(file) not in text]
    assert silent == []
    bag = PumpOrder(bag=TypedBag(volume="500 mL", bag="everything"))
    assert NAMED in text_of(print_pump_cards(found, library, bag, printed_at=NOW), "pdf")


def test_the_terminal_and_its_json_say_it(
    signed: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    edit(signed)
    plan = tmp_path / "plan.json"
    plan.write_text(planned_with(read_library(signed)).to_json(), "utf-8")
    for more in ([], ["--json"]):
        assert main(["--library", str(signed), "course", str(plan), *more]) == 0
        text = " ".join(capsys.readouterr().out.split())
        for file in EDITS:
            assert said(file) in text, (file, more)
