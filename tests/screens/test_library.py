"""The Library screen: regimens and drugs as a pharmacist reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from screens.state.knowledge import stamps
from tests.support.driving import RITUXIMAB, opened, shown, type_in


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


def test_a_regimen_is_shown_with_all_that_a_pharmacist_asks_for() -> None:
    text = shown(chosen(opened("library"), RITUXIMAB))
    for part in (
        "Rituximab 375 mg/m2 once a week, 4 doses",
        "under review",
        "version 1",
        "review due",
        "375 mg/m2 by mosteller surface, days 1, 8, 15, 22",
        "HOPA dose rounding position",
        "at least 5 days apart",
        "hepatitis B result",
        "“once a week for 4 weeks”",
        "4 doses, on days 1, 8, 15 and 22",
        "from 340 mg/m2",
        "unconfirmed",
        "https://www.drugs.com/dosage/rituxan.html",
        "2 of 2 come out as the file expects",
        "✓ reproduces",
    ):
        assert part in text, part


def test_a_link_is_text_and_leads_nowhere() -> None:
    app = chosen(opened("library"), RITUXIMAB)
    assert not [block for block in app.html if "<a " in block.proto.body]


def test_a_drug_is_shown_with_products_limits_and_where_it_is_given() -> None:
    text = shown(chosen(opened("library"), "drug rituximab"))
    for part in ("100 mg, 500 mg", "10 mg/mL", "to 500 mg/m2", "Given in", "Rituximab 375 mg/m2"):
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
    assert len(rows) == 65
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


def test_a_drug_answers_the_eight_questions_in_words_with_a_source() -> None:
    text = shown(chosen(opened("library"), "drug cyclophosphamide"))
    assert "Pregnancy pregnant ! STOP No cyclophosphamide in pregnancy" in text
    assert "age from 71 years; creatinine from 300 umol/L, below 500.1 umol/L" in text
    assert "LactMed, cyclophosphamide ✓ confirmed" in text
    assert "Kidney no source found" in shown(chosen(opened("library"), "drug rituximab"))


def test_kidney_adjustments_and_for_whom_nothing_is_planned_are_shown() -> None:
    text = shown(chosen(opened("library"), "azathioprine-maintenance"))
    for part in (
        "Cockcroft and Gault (form in mg/dL) by actual weight",
        "Nothing is planned for",
        "genotype poor : A poor metaboliser must not have azathioprine",
        "Adjustments of azathioprine",
        "takes allopurinol: a quarter",
    ):
        assert part in text
