"""Every therapy that the two source articles name has its file and its worked example."""

from __future__ import annotations

from docs.making.therapies import Therapy, named_therapies, therapies_page
from tests.support.places import ROOT


def every_therapy() -> list[Therapy]:
    return [
        one
        for article in named_therapies()
        for disease in article.diseases
        for one in disease.therapies
    ]


def test_every_therapy_of_the_articles_has_its_file_or_a_reason() -> None:
    there = {path.stem for path in (ROOT / "regimens").glob("*.yaml")}
    named = [name for one in every_therapy() for name in one.regimens]
    assert [name for name in named if name not in there] == []
    assert len([one for one in every_therapy() if one.regimens]) >= 78
    assert all(one.regimens or one.absent for one in every_therapy())


def test_a_row_says_patient_days_and_totals_of_the_worked_example() -> None:
    page = therapies_page(ROOT)
    # 70 kg, 175 cm: 1.84 m2 (Mosteller) x 375 = 690 mg, to 100 mg 700 mg; 4 x 700 = 2,800 mg
    weekly = (
        "[rituximab-weekly](../regimens/rituximab-weekly.yaml) | weight 70 kg, height 175 cm, sex "
        "male, age 48 years | 2026-11-30 to 2026-12-21 | 4 doses of rituximab, 2,800 mg in all |"
    )
    assert f"| rituximab once a week for 4 weeks | {weekly}" in page
    assert "| immunoadsorption | none | Known from memory only |  |  |" in page


def test_what_goes_with_others_is_shown_by_the_example_that_has_it() -> None:
    # Nadler, 70 kg, 175 cm, haematocrit 0.42: 2,798 mL of plasma, to 10 mL; 5 x 2,800 = 14,000 mL
    exchange = next(
        line
        for line in therapies_page(ROOT).splitlines()
        if line.startswith("| plasma exchange with 1 plasma volume of albumin |")
    )
    assert "5 doses of human albumin, 14,000 mL in all; plasma exchange, 5 times" in exchange
