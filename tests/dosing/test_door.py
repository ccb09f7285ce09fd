"""The door for programmers: doses and body measures, for one patient and for columns."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dosing
from commands.dosing import main
from dosing.drugs.adjustment import ProposedAdjustment
from dosing.drugs.drug import Drug
from dosing.drugs.safety import Safety
from dosing.units import M2, MG, in_unit, quantity
from tests.support.planning import shelved

MAN: dict[str, Any] = {"weight": "70 kg", "height": "175 cm", "sex": "male", "age": "48 years"}


def test_a_dose_by_weight_is_one_call() -> None:
    # 0.4 x 72 = 28.8 g, to the nearest 5 g: 30 g
    dose = dosing.dose("0.4 g/kg", weight="72 kg", round_to="5 g", rounding="nearest")
    assert float(dose.amount.magnitude) == 30
    assert f"{dose.amount.units}" == "gram"
    assert not dose.findings


def test_a_dose_is_checked_against_the_limits_of_its_drug() -> None:
    drug = shelved("immunoglobulin-5-days").drug("immunoglobulin")
    dose = dosing.dose("0.4 mg/kg", weight="72 kg", drug=drug, route="intravenous infusion")
    assert "limit.thousandth" in [finding.code for finding in dose.findings]
    with pytest.raises(dosing.InputError, match="route: is missing"):
        dosing.dose("0.4 g/kg", weight="72 kg", drug=drug)


def proposing(**more: Any) -> Drug:
    """Return azathioprine with one adjustment (for whom, what, how gravely) and two answers.

    One of the answers is for another route.
    """
    drug = shelved("azathioprine").drug("azathioprine")
    source = next(iter(drug.sources))
    proposal = {"text": "Not studied.", "source": source, **more}
    answer = {"level": "WARN", "text": "Caution.", "source": source}
    conditions = [
        {**answer, "when": {"has": ["glaucoma"]}},
        {**answer, "when": {"has": ["asthma"]}, "routes": ["rectal"]},
    ]
    update = {
        "adjustments": [ProposedAdjustment.model_validate(proposal)],
        "safety": Safety.model_validate({"conditions": conditions}),
    }
    return drug.model_copy(update=update)


@pytest.mark.parametrize(
    ("propose", "level", "age", "found"),
    [
        ("avoid", "STOP", "17 years", ["STOP"]),
        ("avoid", "STOP", "18 years", []),
        # The rate as typed may be the quarter already.
        ("25 %", "STOP", "17 years", ["WARN"]),
        ("25 %", "NOTE", "17 years", ["NOTE"]),
    ],
)
def test_what_the_drug_file_proposes_for_what_was_entered_is_read(
    propose: str, level: str, age: str, found: list[str]
) -> None:
    drug = proposing(when={"age": {"below": "18 years"}}, propose=propose, level=level)
    dose = dosing.dose("100 mg", age=age, drug=drug, route="oral")
    assert [f.level for f in dose.findings if f.code == "adjust.azathioprine.1"] == found


@pytest.mark.hazard("H113")
@pytest.mark.parametrize(
    ("for_whom", "held"),
    [
        ({"if_taking": ["allopurinol"]}, "1 answer and 1 adjustment"),
        ({"when": {"clearance": {"below": "29 mL/min"}}}, "1 answer and 1 adjustment"),
        ({"when": {"age": {"below": "18 years"}}}, "1 answer"),
        ({"when": {"clearance": {"below": "29 mL/min"}}, "routes": ["rectal"]}, "1 answer"),
    ],
)
def test_what_a_calculator_does_not_ask_is_said(for_whom: dict[str, Any], held: str) -> None:
    drug = proposing(**for_whom, propose="avoid", level="STOP")
    dose = dosing.dose("100 mg", age="48 years", drug=drug, route="oral")
    (text,) = [f.text for f in dose.findings if f.code == "dose.not_looked_at"]
    assert text == (
        "Not looked at: age, pregnancy, kidney, liver, infection, conditions, medicines, "
        f"laboratory. The drug file has {held} for them."
    )
    alone = dosing.dose("100 mg", age="48 years")
    assert "dose.not_looked_at" not in [f.code for f in alone.findings]


@pytest.mark.parametrize(
    ("rate", "column"),
    [
        ("1 mg/kg", {"weight": ["70 kg", "40 kg"]}),
        # One amount for all of them.
        ("100 mg", {"age": ["17 years", "48 years"]}),
        ("100 mg", {"weight": "70 kg", "height": "175 cm", "sex": ["male", "female"]}),
    ],
)
def test_of_a_column_no_adjustment_is_read_and_that_is_said(
    rate: str, column: dict[str, Any]
) -> None:
    drug = proposing(when={"age": {"below": "18 years"}}, propose="avoid", level="STOP")
    dose = dosing.dose(rate, **column, drug=drug, route="oral")
    (text,) = [f.text for f in dose.findings if f.code == "dose.not_looked_at"]
    assert text.endswith("The drug file has 1 answer and 1 adjustment for them.")


@pytest.mark.parametrize("weight", ["301 kg", ["70 kg", "301 kg"], "0.49 kg", ["0.49 kg", "3 kg"]])
def test_a_size_at_the_edge_of_what_is_plausible_is_a_warning(weight: Any) -> None:
    # From 0.5 kg to 300 kg is usual.
    found = dosing.dose("1 mg/kg", weight=weight).findings
    assert [f.level for f in found if f.code == "body.edge.weight"] == ["WARN"]
    within = dosing.dose("1 mg/kg", weight=["0.5 kg", "300 kg"])
    assert not within.findings


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(dosing.InputError) as refused:
        wrong: dict[str, Any] = {"weight": "70", "height": "175 cm", "colour": "red"}
        dosing.dose("1,5 mg/kg", surface="mostller", rounding="nearest", **wrong)
    fields = {problem.field for problem in refused.value.problems}
    assert fields == {"rate", "weight", "surface", "round_to", "colour"}


def test_a_weight_basis_is_never_chosen_in_silence() -> None:
    assert float(dosing.dose("1 mg/kg", weight="70 kg").amount.magnitude) == 70
    with pytest.raises(dosing.InputError, match="basis: is missing; write actual"):
        dosing.dose("1 mg/kg", weight="70 kg", height="175 cm", sex="male")


def test_columns_state_their_unit_in_each_cell_or_once() -> None:
    frame = pd.DataFrame({"weight": ["70 kg", "154 lb"], "height": ["175 cm", "1.75 m"]})
    texts = dosing.dose(
        "375 mg/m2", weight=frame["weight"], height=frame["height"], surface="mosteller"
    )
    # sqrt(70 x 175 / 3600) x 375 = 691.748238 mg; 154 lb is 69.8532 kg: 691.0226 mg
    doses = in_unit(texts.amount, MG, "dose")
    assert doses == pytest.approx([691.7482381618, 691.0226], abs=5e-5)
    numbers = pd.Series([70.0, 69.85322498])
    heights = pd.Series([175.0, 175.0])
    heights.attrs["unit"] = "cm"
    again = dosing.dose("375 mg/m2", weight=(numbers, "kg"), height=heights, surface="mosteller")
    assert in_unit(again.amount, MG, "dose") == pytest.approx(doses)


def test_a_column_of_bare_numbers_is_refused() -> None:
    with pytest.raises(dosing.InputError, match="weight: is a column of numbers without a unit"):
        dosing.dose("1 mg/kg", weight=np.array([70.0, 80.0]))


def test_each_bad_cell_of_a_column_is_named_by_its_row() -> None:
    with pytest.raises(dosing.InputError) as refused:
        dosing.bsa("mosteller", weight=["70 kg", "1,5 kg", "70 kg", "80"], height=["175 cm"] * 4)
    fields = [problem.field for problem in refused.value.problems]
    assert fields == ["weight, row 2", "weight, row 4"]


def test_a_quantity_passes_as_it_is() -> None:
    dose = dosing.dose("375 mg/m2", bsa=quantity(2.0, M2), surface="mosteller")
    assert float(dose.amount.magnitude) == 750


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("bsa", "du_bois"),
        ("ideal_weight", "devine"),
        ("lean_weight", "janmahasatian"),
        ("creatinine_clearance", "cockcroft_gault"),
        ("plasma_volume", "kaplan"),
    ],
)
def test_every_formula_of_the_body_command_has_a_function(
    function: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    facts: dict[str, Any] = {**MAN, "creatinine": "80 umol/L", "hematocrit": 0.42}
    group = dosing.body(**facts)[function]
    assert name in group
    value = getattr(dosing, function)(name, **facts)
    assert float(value.magnitude) == group[name]["value"]


def test_the_body_is_what_the_command_line_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["body", *[x for f, v in MAN.items() for x in (f"--{f}", v)], "--json"]) == 0
    assert dosing.body(**MAN) == json.loads(capsys.readouterr().out)


def test_a_size_that_nobody_has_is_refused() -> None:
    with pytest.raises(dosing.RefusedError, match="possible is"):
        dosing.body(**{**MAN, "weight": "900 kg"})


def test_a_quantity_of_another_kind_is_refused() -> None:
    with pytest.raises(dosing.InputError, match="weight"):
        dosing.dose("1 mg/kg", weight=quantity(2.0, M2))


def test_one_value_beside_a_column_holds_for_every_row() -> None:
    # 1 mg/kg of ideal weight (Devine): a man of 175 cm 70.4645, of 180 cm 74.9921 kg
    dose = dosing.dose(
        "1 mg/kg",
        basis="ideal",
        ideal="devine",
        weight="80 kg",
        height=["175 cm", "180 cm"],
        sex="male",
    )
    assert in_unit(dose.amount, MG, "dose") == pytest.approx([70.4646, 74.9921], abs=1e-4)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"weight": 70}, "weight"),
        ({"weight": ["70 kg"], "height": ["175 cm"] * 2}, "rows"),
        ({"weight": (np.array([70.0, np.nan]), "kg"), "height": "175 cm"}, "weight"),
        ({"weight": [], "height": "175 cm"}, "weight"),
        ({"weight": ["70 kg"] * 2, "height": "175 cm", "sex": ["male"]}, "sex"),
        ({"weight": "70 kg", "height": "175 cm", "sex": 3}, "sex"),
    ],
)
def test_what_cannot_be_a_fact_is_refused_with_its_field(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(dosing.InputError) as refused:
        dosing.dose("375 mg/m2", surface="mosteller", **facts)
    assert field in {problem.field for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"bsa": quantity(-1.8, M2)}, "bsa"),
        ({"bsa": ([1.8, -1.8], "m2")}, "bsa"),
        ({"bsa": [[1.8], [1.9]]}, "bsa"),
        ({"bsa": "1.8 m2", "size_confirmed": "no"}, "size_confirmed"),
        ({"bsa": "1.8 m2", "doses_a_day": 2}, "doses_a_day"),
        ({"bsa": "1.8 m2", "doses_a_day": 1.5}, "doses_a_day"),
        ({"bsa": "1.8 m2", "ideal": "devine"}, "ideal"),
        ({"bsa": "1.8 m2", "fraction": 0.4}, "fraction"),
        ({"bsa": "1.8 m2", "cap": ["3 mg"]}, "cap"),
        ({"bsa": "1.8 m2", "drug": "rituximab", "route": "oral"}, "drug"),
    ],
)
def test_nothing_is_ignored_and_no_quantity_is_impossible(more: dict[str, Any], field: str) -> None:
    with pytest.raises(dosing.InputError) as refused:
        dosing.dose("375 mg/m2", surface="mosteller", **more)
    assert field in {problem.field for problem in refused.value.problems}


def test_pandas_columns_of_different_rows_are_not_paired_by_place() -> None:
    weights = pd.Series(["70 kg", "80 kg"], index=[0, 1])
    heights = pd.Series(["175 cm", "180 cm"], index=[1, 0])
    with pytest.raises(dosing.InputError, match="rows: have different labels"):
        dosing.bsa("mosteller", weight=weights, height=heights)


def test_a_rate_may_be_a_quantity() -> None:
    rate = dosing.dose("600 mg").amount
    assert str(dosing.dose(rate)) == "600 mg"


def test_a_stopped_dose_shows_its_reason_and_no_number() -> None:
    stopped = dosing.dose("1 mg/kg", weight="900 kg")
    assert str(stopped).startswith("STOP: No patient has a weight of 900 kg")
    assert "<caption>STOP:" in stopped._repr_html_()


def test_a_measure_of_nobody_is_refused() -> None:
    with pytest.raises(dosing.RefusedError):
        dosing.bsa("mosteller", weight="7000 kg", height="175 cm")


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"volume": "500 mL", "over": "60 min", "foo": "1"}, "foo"),
        ({"volume": 500, "over": "60 min"}, "volume"),
        ({"volume": "500 mL", "ladder": "rituximab-first"}, "ladder"),
    ],
)
def test_an_order_that_cannot_be_read_is_refused_in_words(
    order: dict[str, Any], field: str
) -> None:
    with pytest.raises(dosing.InputError) as refused:
        dosing.infuse(dose="700 mg", **order)
    assert field in {problem.field for problem in refused.value.problems}


def test_one_rate_alone_is_not_read_letter_by_letter() -> None:
    bag = dosing.infuse(dose="700 mg", volume="500 mL", rates="100 mg/h")
    assert [step.rate_text for step in bag.steps]


@pytest.mark.parametrize("wrong", [0.0, -70.0, np.nan, np.inf])
def test_a_row_that_no_patient_has_is_named(wrong: float) -> None:
    weights = np.array([70.0, wrong, 80.0, wrong])
    with pytest.raises(dosing.InputError, match="in rows 2, 4;") as refused:
        dosing.dose("1 mg/kg", weight=(weights, "kg"))
    assert [problem.field for problem in refused.value.problems] == ["weight"]


def test_a_size_by_a_formula_that_goes_wrong_is_refused() -> None:
    child: dict[str, Any] = {"height": "100 cm", "sex": "male", "weight": "16 kg"}
    with pytest.raises(dosing.RefusedError, match=r"below 137\s+cm it goes wrong"):
        dosing.ideal_weight("hamwi", **child)
    with pytest.raises(dosing.RefusedError, match=r"below 6\s+years it goes wrong"):
        dosing.bsa("schlich", **child, age="4 years")


def test_the_sizes_of_a_child_leave_out_the_equations_that_go_wrong() -> None:
    child = dosing.body_measures(weight="16 kg", height="100 cm", sex="male", age="4 years")
    assert child.sizes["ideal_weight"] == child.sizes["adjusted_weight"] == {}
    assert "mosteller" in child.sizes["bsa"]
    assert "schlich" not in child.sizes["bsa"]
    assert {finding.level for finding in child.findings} == {"WARN", "NOTE"}
    (note,) = (finding for finding in child.findings if finding.level == "NOTE")
    assert "made for another age: " in note.text
    assert "Schlich" in note.text


@pytest.mark.parametrize("name", [None, 3, ["mosteller"], ""])
def test_a_formula_without_a_name_is_refused(name: Any) -> None:
    with pytest.raises(dosing.InputError, match="surface"):
        dosing.bsa(name, weight="70 kg", height="175 cm")
