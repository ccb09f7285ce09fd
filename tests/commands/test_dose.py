"""The command ``dose``: which weight it goes by is never assumed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.asking import Answer, Ask
from tests.support.places import ROOT

Calculator = Callable[..., Answer]

PER_KG = ("dose", "--rate", "0.4 g/kg", "--weight", "72 kg")


@pytest.fixture
def calculator(ask: Ask) -> Calculator:
    return functools.partial(ask, "dose", program="posology")


def why_of_the_weight(content: dict[str, list[dict[str, str]]]) -> str:
    (why,) = [step["why"] for step in content["steps"] if step["what"] == "dosing weight"]
    return why


def test_a_dose_per_kg_from_a_weight_alone_says_that_it_was_the_only_one(ask: Ask) -> None:
    content = ask(*PER_KG, "--json", program="dosing").json
    assert content["amount"] == {"value": 28.8, "unit": "g", "text": "28.8 g"}
    assert why_of_the_weight(content) == "actual weight, the only one given"
    content = ask(*PER_KG, "--basis", "actual", "--json", program="dosing").json
    assert why_of_the_weight(content) == "the weight as measured"


@pytest.mark.parametrize("more", [("--height", "180 cm"), ("--sex", "male")])
def test_a_dose_per_kg_does_not_choose_between_weights(ask: Ask, more: tuple[str, str]) -> None:
    answer = ask(*PER_KG, *more, program="dosing")
    assert (answer.code, answer.out) == (2, "")
    (problem,) = answer.problems
    assert problem.startswith("basis: is missing; write actual, ideal, adjusted or lean")


def test_a_missing_basis_comes_with_every_other_problem(ask: Ask) -> None:
    answer = ask(*PER_KG, "--height", "180 cm", "--cap", "5", "--round-to", "5 g", program="dosing")
    assert [problem.split(":")[0] for problem in answer.problems] == ["basis", "cap", "rounding"]


def test_without_a_drug_a_dose_says_that_it_is_held_to_nothing(calculator: Calculator) -> None:
    assert "no drug named: held to nothing" in calculator(*PER_KG[1:]).out.splitlines()
    content = calculator(*PER_KG[1:], "--json").json
    assert content["held_to"] == "no drug named: held to nothing"


@pytest.mark.hazard("H106")
@pytest.mark.parametrize("drug", ["immunoglobulin", "immunoglobulin-subcutaneous"])
def test_a_thousandth_of_the_dose_of_a_named_drug_is_stopped(
    calculator: Calculator, drug: str
) -> None:
    """At once: each has one route, so that none is asked for first."""
    answer = calculator("--rate", "0.4 mg/kg", "--drug", drug, "--weight", "72 kg")
    assert answer.code == 3
    assert "Was g/kg meant: 0.4 g/kg?" in answer.out
    assert "28.8" not in answer.out


def test_the_route_of_a_drug_is_taken_only_where_it_has_one(calculator: Calculator) -> None:
    answer = calculator(*PER_KG[1:], "--drug", "immunoglobulin")
    assert "held to the limits of immunoglobulin, intravenous infusion" in answer.out
    by_surface = ("--rate", "750 mg/m2", "--bsa", "1.8 m2", "--drug", "cyclophosphamide")
    assert calculator(*by_surface).problems == [
        "route: is missing; write intravenous infusion or oral",
    ]
    (problem,) = calculator(*by_surface, "--route", "nasal").problems
    assert problem.startswith('route: "nasal" is no route of cyclophosphamide')
    assert calculator(*by_surface, "--route", "intravenous infusion").code == 0
    (problem,) = calculator(*PER_KG[1:], "--drug", "imunoglobulin").problems
    assert "did you mean immunoglobulin or immunoglobulin-subcutaneous?" in problem


def test_what_a_flat_amount_does_not_use_is_a_note(calculator: Calculator) -> None:
    answer = calculator("--rate", "600 mg", "--weight", "70 kg", "--age", "48 years")
    assert answer.code == 0
    assert (
        "NOTE  Entered, and not used to calculate the dose: weight, age. It is a flat amount."
        in answer.out
    )
    answer = calculator("--rate", "375 mg/m2", "--bsa", "1.8 m2", "--surface", "mosteller")
    assert "not used to calculate the dose: surface formula." in answer.out


@pytest.mark.parametrize(
    ("more", "field"),
    [
        (("--ideal", "devine"), "ideal"),
        (("--fraction", "0.4"), "fraction"),
        (("--basis", "actual", "--ideal", "devine"), "ideal"),
        (("--basis", "ideal", "--ideal", "devine", "--fraction", "0.4"), "fraction"),
        (("--surface", "mosteller"), "surface"),
        (("--doses-a-day", "2"), "doses_a_day"),
        (("--route", "oral"), "route"),
    ],
)
def test_an_option_without_a_use_is_refused(
    calculator: Calculator, more: tuple[str, ...], field: str
) -> None:
    sized = ("--height", "175 cm", "--sex", "male")
    basis = () if "--basis" in more else ("--basis", "actual")
    answer = calculator(*PER_KG[1:], *sized, *basis, *more)
    assert (answer.code, answer.out) == (2, "")
    (problem,) = answer.problems
    assert problem.startswith(f"{field}: ")
    assert "is not used" in problem


@pytest.mark.hazard("H105")
def test_an_ideal_weight_below_zero_gives_no_dose(calculator: Calculator) -> None:
    child = ("--weight", "16 kg", "--height", "100 cm", "--sex", "male")
    rounded = ("--round-to", "5 mg", "--rounding", "nearest")
    answer = calculator(
        "--rate", "10 mg/kg", *child, "--basis", "ideal", "--ideal", "hamwi", *rounded
    )
    assert answer.code == 3
    assert "agrees" not in answer.out
    assert "-75" not in answer.out


def test_a_surface_that_nobody_has_gives_no_dose(calculator: Calculator) -> None:
    answer = calculator("--rate", "375 mg/m2", "--bsa", "18 m2")
    assert answer.code == 3
    assert "possible is 0.04 m2 to 6 m2" in answer.out
    assert "6,750" not in answer.out


def test_a_dose_by_surface_needs_no_basis(ask: Ask) -> None:
    surface = ("--weight", "70 kg", "--height", "175 cm", "--surface", "mosteller")
    answer = ask(
        "dose",
        "--rate",
        "375 mg/m2",
        *surface,
        "--round-to",
        "50 mg",
        "--rounding",
        "nearest",
        "--json",
        program="dosing",
    )
    # 375 mg/m2 x 1.8447 m2 = 691.7 mg
    assert answer.json["amount"]["text"] == "700 mg"


def test_a_size_at_the_edge_of_what_is_plausible_is_a_warning_at_every_line(
    calculator: Calculator,
) -> None:
    # From 0.5 kg to 300 kg is usual.
    edge = "WARN  The weight is at the edge of what is plausible"
    rate = ("--rate", "1 mg/kg")
    assert edge in calculator(*rate, "--weight", "301 kg").out
    assert edge not in calculator(*rate, "--weight", "300 kg").out


PER_M2 = ("--rate", "375 mg/m2", "--weight", "70 kg", "--height", "175 cm")


def of_a_site(ask: Ask, folder: Path, *lines: str) -> Calculator:
    """Return the calculator over a library with nothing in it but a site file."""
    site = (ROOT / "site.yaml").read_text(encoding="utf-8")
    (folder / "site.yaml").write_text("\n".join((site, *lines)), encoding="utf-8")
    (folder / "sources.yaml").write_bytes((ROOT / "sources.yaml").read_bytes())
    return functools.partial(ask, "--library", folder, "dose", program="posology")


def test_a_surface_goes_by_the_formula_of_the_site_where_none_is_named_and_says_so(
    ask: Ask, tmp_path: Path
) -> None:
    stated = "surface_formula: {formula: mosteller, source: our policy}"
    at_the_site = of_a_site(ask, tmp_path, stated)
    answer = at_the_site(*PER_M2)
    # sqrt(70 x 175 / 3600) is 1.844662 m2, and 375 mg/m2 of it 691.748 mg
    assert answer.out.startswith("691.748 mg\n")
    assert "Surface by Mosteller, by this site: our policy. Nobody chose a formula" in answer.out
    # Du Bois 1916: 0.007184 x 70^0.425 x 175^0.725 is 1.848143 m2, and 375 mg/m2 of it 693.05 mg
    named = at_the_site(*PER_M2, "--surface", "du_bois")
    assert named.out.startswith("693.05")
    # A measured surface needs no formula: 375 x 1.8
    measured = at_the_site("--rate", "375 mg/m2", "--bsa", "1.8 m2")
    assert measured.out.startswith("675 mg\n")
    assert "by this site" not in named.out + measured.out


def test_where_the_site_states_no_formula_none_is_assumed(ask: Ask, tmp_path: Path) -> None:
    answer = of_a_site(ask, tmp_path)(*PER_M2)
    assert (answer.code, answer.out) == (2, "")
    assert answer.problems[0].startswith("surface: is missing; write mosteller, du_bois")
