"""The Library screen: regimens and drugs as a pharmacist reads them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from schedules.knowledge.reading.page import read_aloud
from screens.state.knowledge import stamps
from tests.support.driving import RITUXIMAB, opened, shown, type_in
from tests.support.planning import whole_library


def chosen(app: AppTest, entry: str) -> AppTest:
    app = app.radio(key="library-entry").set_value(entry).run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("diabetic thioctic", {"thioctic-acid"}),
        ("lipoic", {"thioctic-acid", "drug thioctic-acid"}),
        ("multifocal rituximab weekly", {RITUXIMAB}),
    ],
)
def test_a_search_finds_by_disease_drug_and_other_names(text: str, found: set[str]) -> None:
    app = type_in(opened("library"), "Disease, drug, route or title", text)
    titles = set(app.radio(key="library-entry").options)
    app_all = opened("library")
    every = app_all.radio(key="library-entry").options
    assert len(titles) == len(found) < len(every)
    for entry in found:
        app = chosen(app, entry)


def test_a_search_that_finds_nothing_says_so() -> None:
    app = type_in(opened("library"), "Disease, drug, route or title", "xyzzy")
    assert "Nothing here has “xyzzy”" in shown(app)


def without_marks(text: str) -> str:
    """Return a text without the marks that stand in its sentences, and without any space."""
    text = re.sub(r"[✓○] (?:un)?confirmed\b", "", text)
    text = re.sub(r"\b[!i] (?=STOP|WARN|NOTE)|! (?=STOP|WARN)", "", text)
    return "".join(text.split())


def test_the_page_says_every_sentence_of_the_reading_word_for_word() -> None:
    library, app = whole_library(), opened("library")
    in_a_table = {RITUXIMAB, "amitriptyline-ladder", "gabapentin-ladder", "drug immunoglobulin"}
    missing: list[str] = []
    for entry in ("azathioprine-maintenance", *sorted(in_a_table)):
        kind, _, name = entry.rpartition(" ")
        read = library.drugs[name] if kind else library.regimens[name]
        page = without_marks(shown(chosen(app, entry)))
        lines = [line for line in read_aloud(read).lines[1:] if not line.startswith("#")]
        missing += [line for line in lines if without_marks(line) not in page]
        assert ("Eachofthem" in page) is (entry in in_a_table), entry
    assert missing == []


def test_a_regimen_is_shown_with_all_that_a_pharmacist_asks_for() -> None:
    text = shown(chosen(opened("library"), RITUXIMAB))
    for part in (
        "Rituximab 375 mg/m2 once a week, 4 doses",
        "○ under review version 1 7 of 12 sources seen has errata",
        "This file is under review; nobody has signed its reading.",
        "Its review is due on 20 November 2027.",
        "Give rituximab 375 mg/m2 by intravenous infusion (source: label ✓ confirmed )",
        "Two doses are at least 5 days apart (source: proposed ○ unconfirmed )",
        "It must mean “4 doses, on days 1, 8, 15 and 22”",
        "Calculated again just now: 3 of 3 as the file expects.",
        "Example 1 ✓ reproduces",
        "2026-11-30 rituximab 700 mg",
        "rituximab, drug file under review: its limits",
        "One dose by intravenous infusion below 340 mg/m2 or above 410 mg/m2 gets a ! WARN",
        "https://www.drugs.com/dosage/rituxan.html",
    ):
        assert part in text, part


def test_a_link_is_text_and_leads_nowhere() -> None:
    app = chosen(opened("library"), RITUXIMAB)
    assert not [block for block in app.html if "<a " in block.proto.body]


def test_a_drug_is_shown_with_its_answers_counted_and_where_it_is_given() -> None:
    text = shown(chosen(opened("library"), "drug rituximab"))
    for part in (
        "13 of 18 sources seen",
        "Age ! STOP 1 ! WARN 1 ✓ seen",
        "Kidney no source found",
        "Its strengths are 100 mg and 500 mg.",
        "Given in Rituximab 1 g on days 1 and 15 Rituximab 375 mg/m2 once a week, 4 doses",
    ):
        assert part in text, part


def test_the_library_is_read_again_when_a_file_changes(tmp_path: Path) -> None:
    for folder in ("regimens", "drugs"):
        (tmp_path / folder).mkdir()
    file = tmp_path / "regimens" / "x.yaml"
    file.write_text("a")
    before = stamps(tmp_path)
    file.write_text("b")
    (tmp_path / "drugs" / "y.yaml").write_text("c")
    assert stamps(tmp_path) != before


def test_files_that_do_not_hold_are_listed_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("regimens", "drugs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "regimens" / "bad.yaml").write_text("id: <b>bad</b>\n")
    monkeypatch.setattr("screens.state.knowledge.shipped_knowledge", lambda: tmp_path)
    app = opened("library")
    text = shown(app)
    assert "The regimen files cannot be used" in text
    assert "site.yaml" in text
    assert "regimens/bad.yaml:1" in text
    assert not [block for block in app.html if "<b>bad</b>" in block.proto.body]


def matrix(app: AppTest) -> str:
    (body,) = [block.proto.body for block in app.html if 'class="matrix"' in block.proto.body]
    return body


def test_all_drugs_stand_by_the_eight_questions_with_levels_and_sources() -> None:
    body = matrix(opened("library"))
    rows = [row for row in body.split("<tr>") if 'scope="row"' in row]
    assert len(rows) == 79
    (rituximab,) = [row for row in rows if ">rituximab<" in row]
    # Its file has no source for kidney and liver.
    assert rituximab.count("no source found") == 2
    assert 'title="STOP"' in rituximab
    assert "seen" in rituximab
    for question in ("Age", "Pregnancy", "Kidney", "Liver", "Infection", "Laboratory"):
        assert f'data-head="{question}"' in rituximab


def test_the_matrix_follows_the_search_and_is_one_click_from_a_drug() -> None:
    app = type_in(opened("library"), "Disease, drug, route or title", "rituximab")
    assert matrix(app).count('scope="row"') == 1
    app = chosen(app, "drug rituximab")
    assert not [block for block in app.html if 'class="matrix"' in block.proto.body]
    app = app.button(key="library-matrix").click().run()
    assert ">rituximab<" in matrix(app)


def test_kidney_adjustments_and_for_whom_nothing_is_planned_are_shown() -> None:
    text = shown(chosen(opened("library"), "azathioprine-maintenance"))
    for part in (
        "The clearance is that of Cockcroft and Gault, with the actual weight",
        "Nothing is planned for a patient with the genotype poor: “A poor metaboliser must not",
        "who takes allopurinol the proposal is a quarter of the standard dose",
    ):
        assert part in text, part
