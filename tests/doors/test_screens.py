"""The door of the screens: what is typed into a field, and what file is dropped on a page."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from schedules.plans.plan import Plan
from screens.forms.plan_file import read_plan_file
from screens.state import knowledge
from tests.doors.answering import each, nested
from tests.doors.test_plan_file import GOOD
from tests.support.driving import APP, PATIENT, dose, downloads, filled, opened, shown, type_in
from tests.support.shelf import shelf

# What no field takes; each is typed where a value with a unit or a date belongs.
TYPED = (
    "1,5",
    "\u0667\u0660 kg",
    "\uff17\uff10 kg",
    "\u221270 kg",
    "1e309 kg",
    "nan kg",
    "10\u2075 kg",
    "0x10 kg",
    "70 kg 80 kg",
    "\u202e70 kg",
    "<script>alert(1)</script>",
    "2027-02-30",
    "9" * 5000,
)
FIELDS = [
    ("plan", "Weight", "weight"),
    ("plan", "Height", "height"),
    ("plan", "First day", "first day"),
    ("plan", "Another dose", "dose"),
    ("calculate", "Dose rate", "rate"),
    ("pump", "Dose", "dose"),
]


@pytest.mark.parametrize(("page", "label", "word"), FIELDS)
def test_what_is_typed_is_answered_on_the_page(page: str, label: str, word: str) -> None:
    app = filled(opened(), PATIENT) if page == "plan" else opened(page)
    for text in TYPED:
        app = type_in(app, label, text)
        assert not dose(app), text
        assert word in shown(app).lower(), text
        assert True not in downloads(app), text


class Upload:
    """A file as Streamlit hands it over."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def getvalue(self) -> bytes:
        return self._content


UPLOADS = [
    (b"", "plan file"),
    (b"\x00" * 1000, "plan file"),
    (bytes(range(256)), "is not text"),
    (GOOD.encode("utf-16"), "is not text"),
    (GOOD.encode()[:-20], "Invalid JSON"),
    (b"\xed\xa0\x80", "is not text"),
    (nested("[", "]").encode(), "brackets more than"),
    (GOOD.replace('"format": 1', '"format": 1, "format": 1').encode(), "twice"),
    (GOOD.replace("2026-11-30", "2027-02-30").encode(), "first_day"),
    (b"[" + b"1," * 2_000_000, "is longer than"),
    (b'{"format": 1}', "regimen"),
]


@each("content, word", UPLOADS)
def test_a_dropped_file_that_is_no_plan_is_answered_in_words(
    content: bytes, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, Any] = {"file": Upload(content)}
    monkeypatch.setattr(st, "session_state", files)
    problems = read_plan_file("file")
    assert isinstance(problems, tuple)
    assert any(word in problem for problem in problems)
    files["file"] = Upload(GOOD.encode())
    assert isinstance(read_plan_file("file"), Plan)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    shelf(folder)
    monkeypatch.setattr(knowledge, "shipped_knowledge", lambda: folder)
    return folder


def test_the_app_starts_with_a_broken_file_and_names_it(library: Path) -> None:
    with (library / "drugs" / "rituximab.yaml").open("a", encoding="utf-8") as file:
        file.write("due: 2027-02-30\n")
    shutil.copy(library / "regimens" / "thioctic-acid.yaml", library / "regimens" / "copy.yaml")
    for page in ("plan", "library"):
        app = AppTest.from_file(str(APP), default_timeout=60).run()
        app = app.switch_page(f"screens/{page}.py").run()
        assert not app.exception
        text = shown(app)
        assert "Some files of the library are left out" in text
        assert '"2027-02-30" is no day' in text
        assert "regimens/copy.yaml:" in text
        assert "no valid drug file: drugs/rituximab.yaml" in text
    offered = type_in(opened(), "Search a disease, drug or brand", "under review")
    assert "rituximab-weekly" not in " ".join(offered.radio(key="plan-regimen").options)
    assert len(offered.radio(key="plan-regimen").options) == 3
