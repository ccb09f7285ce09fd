"""The Calculate screen: a dose without a regimen, and the sizes of a body side by side."""

from __future__ import annotations

import copy

import pytest
from streamlit.testing.v1 import AppTest

from dosing.formulas.body import BSA, IDEAL_WEIGHT
from schedules.knowledge.site import SiteSurface
from screens.state import knowledge
from tests.support.driving import dose, opened, shown, type_in
from tests.support.planning import whole_library


def answer(app: AppTest) -> str:
    """Return how the piece of the page that holds the dose is written."""
    return "".join(one.proto.body for one in app.html if 'class="dose' in one.proto.body)


@pytest.fixture
def measured() -> AppTest:
    """A man of 70 kg and 175 cm."""
    app = type_in(type_in(opened("calculate"), "Weight", "70 kg"), "Height", "175 cm")
    return app.radio(key="calculate-sex").set_value("male").run()


def test_nothing_is_filled_in_beforehand() -> None:
    app = opened("calculate")
    assert {field.value for field in app.text_input} == {""}
    assert app.selectbox(key="calculate-surface").value is None
    assert app.radio(key="calculate-sex").value is None
    assert not dose(app)
    assert "A dose without a regimen" in shown(app)


def test_a_dose_by_surface_needs_a_formula_that_a_person_chose(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "375 mg/m2")
    assert "Surface formula:" in shown(app)
    assert not dose(app)
    app = app.selectbox(key="calculate-surface").select("mosteller").run()
    assert dose(app) == "691.75 mg"
    assert "second calculation agrees" in shown(app)


@pytest.fixture
def of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hospital that takes Mosteller where nobody says otherwise."""
    stated = SiteSurface(formula="mosteller", source="our policy")
    library = copy.copy(whole_library())
    site = library.site.model_copy(update={"surface_formula": stated})
    monkeypatch.setattr(library, "site", site)
    monkeypatch.setattr(knowledge, "shared_library", lambda: library)


@pytest.mark.usefixtures("of_the_site")
def test_the_formula_of_the_site_is_taken_and_said(measured: AppTest) -> None:
    by_site = "Mosteller, by this site: our policy"
    app = type_in(measured, "Dose rate", "375 mg/m2")
    assert app.selectbox(key="calculate-surface").value is None
    assert dose(app) == "691.75 mg"
    # beneath the field, and with the dose
    assert shown(app).count(by_site) == 2
    assert f"Surface by {by_site}. Nobody chose a formula for this dose." in shown(app)
    # Haycock: 0.024265 x 70^0.5378 x 175^0.3964 = 1.84678 m2, x 375 = 692.54 mg
    app = app.selectbox(key="calculate-surface").select("haycock").run()
    assert dose(app) == "692.54 mg"
    assert by_site not in shown(app)


@pytest.mark.usefixtures("of_the_site")
def test_the_formula_of_the_site_says_nothing_to_a_dose_by_weight(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "0.4 g/kg")
    app = app.radio(key="calculate-basis").set_value("actual").run()
    assert dose(app) == "28 g"
    assert "Nobody chose a formula" not in shown(app)
    assert "surface formula: the rate is not per m2" not in shown(app)


def test_a_dose_by_weight_needs_to_know_which_weight(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "0.4 g/kg")
    assert not dose(app)
    assert "Dosing weight:" in shown(app)
    app = app.radio(key="calculate-basis").set_value("actual").run()
    assert dose(app) == "28 g"


def test_a_step_without_a_rule_is_asked_about_and_not_guessed(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "600 mg")
    app = type_in(app, "Round to", "500 mg")
    assert not dose(app)
    assert "choose to the nearest, down or up" in shown(app)
    app = app.radio(key="calculate-rule").set_value("down").run()
    assert dose(app) == "500 mg"


def test_a_rate_per_day_needs_the_number_of_doses(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "600 mg/day")
    assert not dose(app)
    assert dose(type_in(app, "Doses a day", "3")) == "200 mg"


def test_the_limits_of_a_drug_stop_a_dose(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "0.4 mg/kg")
    app = app.radio(key="calculate-basis").set_value("actual").run()
    assert dose(app) == "28 mg"
    app = app.selectbox(key="calculate-drug").select("immunoglobulin").run()
    assert not dose(app)
    app = app.selectbox(key="calculate-route").select("intravenous infusion").run()
    assert not dose(app)
    assert "a thousandth of the usual dose of immunoglobulin" in shown(app)


def test_a_dose_stands_beside_the_limits_of_its_drug(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "375 mg/m2")
    app = app.selectbox(key="calculate-surface").select("mosteller").run()
    assert "usual range" not in shown(app)
    app = app.selectbox(key="calculate-drug").select("rituximab").run()
    text = shown(app)
    # The file's limits of one dose: 340 to 410 mg/m2 is usual, 250 to 500 mg/m2 possible.
    assert "rituximab , intravenous infusion, per dose: 375 mg/m2" in text
    assert "340 mg/m2 to 410 mg/m2: 35 mg/m2 above its lowest; 35 mg/m2 below its highest" in text
    assert "0 250 500 340 410 mg/m2" in text


def test_a_rate_by_the_minute_is_sent_to_the_pump(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "5 mcg/kg/min")
    (link,) = (one.proto.label for one in app.get("page_link"))
    assert link == "A rate by the hour or minute runs at a pump: Pump"
    assert not dose(app)


def test_every_surface_formula_stands_with_its_value_and_citation(measured: AppTest) -> None:
    text = shown(measured)
    for formula in BSA.values():
        assert formula.title in text
        assert formula.source.cite in text
    assert "1.845 m2" in text
    assert "unconfirmed" in text


def test_what_each_weight_would_mean_for_the_dose_is_shown(measured: AppTest) -> None:
    app = type_in(measured, "Weight", "110 kg")
    app = type_in(app, "Dose rate", "1 mg/kg")
    app = app.radio(key="calculate-basis").set_value("actual").run()
    text = shown(app)
    for formula in IDEAL_WEIGHT.values():
        assert f"Ideal, {formula.title}" in text
    # Devine, 175 cm: 50 + 2.3 x (175 / 2.54 - 60) = 70.46 kg
    assert "70.46 kg 70.465 mg" in text
    assert "Adjusted by" not in text
    app = type_in(app, "Share of the excess in the adjusted weight", "0.4")
    # 70.4646 + 0.4 x (110 - 70.4646) = 86.2787 kg
    assert "86.28 kg 86.279 mg" in shown(app)
    # No dose stands beside a lean weight that no rule goes by. Boer, 110 kg, 175 cm:
    # 0.407 x 110 + 0.267 x 175 - 19.2 = 72.295 kg
    assert "Lean, Boer 72.3 kg adults" in shown(app)


@pytest.mark.parametrize("typed", ["40", "1.5", "0,4", ".4", "40 %"])
def test_a_share_is_written_as_a_fraction(measured: AppTest, typed: str) -> None:
    app = type_in(measured, "Share of the excess in the adjusted weight", typed)
    assert "write 0.4" in shown(app)


def test_kidney_function_never_stands_without_its_caution(measured: AppTest) -> None:
    assert "cystatin" not in shown(measured)
    app = type_in(type_in(measured, "Age", "48 years"), "Creatinine", "80 umol/L")
    text = shown(app)
    assert "ask for cystatin C" in text
    assert "Cockcroft and Gault" in text
    assert "Outside its range" in text  # the children's equation, for an adult


def test_an_exchange_of_weight_and_height_leaves_no_result(measured: AppTest) -> None:
    app = type_in(type_in(measured, "Weight", "175 kg"), "Height", "70 cm")
    text = shown(app)
    assert "height and weight look exchanged" in text
    assert "Mosteller" not in text


def test_a_changed_field_clears_the_dose(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "600 mg")
    assert dose(app) == "600 mg"
    app = type_in(app, "Dose rate", "600")
    assert not dose(app)


def test_the_entries_are_there_after_a_look_at_another_page(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "375 mg/m2")
    app = app.selectbox(key="calculate-surface").select("mosteller").run()
    back = app.switch_page("screens/plan.py").run().switch_page("screens/calculate.py").run()
    assert dose(back) == "691.75 mg"


def test_the_drug_is_asked_for_first_and_its_absence_is_said(measured: AppTest) -> None:
    assert measured.selectbox[0].label == "Drug, whose limits the dose is held to"
    app = type_in(measured, "Dose rate", "600 mg")
    assert dose(app) == "600 mg"
    assert "no drug named: held to nothing" in shown(app)


@pytest.mark.hazard("H290")
def test_an_amount_that_no_limit_was_looked_at_for_is_not_written_large(
    measured: AppTest,
) -> None:
    app = type_in(measured, "Dose rate", "400 mg/kg")
    app = app.radio(key="calculate-basis").set_value("actual").run()
    # 400 mg/kg of 70 kg: an amount of immunoglobulin, or forty doses of another drug.
    assert dose(app) == "28,000 mg"
    assert 'class="dose unheld"' in answer(app)
    app = type_in(app, "Dose rate", "0.4 g/kg")
    app = app.selectbox(key="calculate-drug").select("immunoglobulin").run()
    assert dose(app) == "28 g"
    assert 'class="dose"' in answer(app)
    assert 'aria-label="28 grams"' in answer(app)


def test_the_only_route_of_a_drug_is_taken_and_shown(measured: AppTest) -> None:
    app = measured.selectbox(key="calculate-drug").select("immunoglobulin").run()
    assert app.selectbox(key="calculate-route").value == "intravenous infusion"
    app = type_in(app, "Dose rate", "0.4 mg/kg")
    app = app.radio(key="calculate-basis").set_value("actual").run()
    assert not dose(app)
    assert "a thousandth of the usual dose of immunoglobulin" in shown(app)
    app = type_in(app, "Dose rate", "0.4 g/kg")
    assert dose(app) == "28 g"
    assert "held to the limits of immunoglobulin, intravenous infusion" in shown(app)


def test_a_drug_with_several_routes_asks_which(measured: AppTest) -> None:
    app = measured.selectbox(key="calculate-drug").select("cyclophosphamide").run()
    assert app.selectbox(key="calculate-route").value is None
    # from a drug with one route to one with several: nothing is chosen by what was before
    app = app.selectbox(key="calculate-drug").select("immunoglobulin").run()
    app = app.selectbox(key="calculate-drug").select("cyclophosphamide").run()
    assert app.selectbox(key="calculate-route").options == ["intravenous infusion", "oral"]
    app = type_in(app, "Dose rate", "600 mg")
    assert "the limits of cyclophosphamide hold for a route" in shown(app)


def test_what_a_flat_amount_does_not_use_is_said(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "600 mg")
    assert (
        "Entered, and not used to calculate the dose: weight, height, sex. It is a flat amount."
        in shown(app)
    )


def test_an_ideal_weight_formula_is_asked_for_only_where_it_is_used(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "1 mg/kg")
    assert "Ideal weight formula" not in [box.label for box in app.selectbox]
    app = app.radio(key="calculate-basis").set_value("ideal").run()
    app = app.selectbox(key="calculate-ideal").select("devine").run()
    # Devine, 175 cm: 50 + 2.3 x (175 / 2.54 - 60) = 70.4646 kg
    assert dose(app) == "70.465 mg"


def test_a_child_has_no_ideal_weight(measured: AppTest) -> None:
    app = type_in(type_in(measured, "Weight", "16 kg"), "Height", "100 cm")
    app = type_in(app, "Dose rate", "10 mg/kg")
    app = app.radio(key="calculate-basis").set_value("ideal").run()
    app = app.selectbox(key="calculate-ideal").select("hamwi").run()
    assert not dose(app)
    assert "it goes wrong" in shown(app)
    # Hamwi, 100 cm: 48 + 2.7 x (39.37 - 60) = -7.7008 kg; only the STOP names it
    assert shown(app).count("-7.70") == 1
    assert "Hamwi none" in shown(app)


def test_a_choice_that_the_dose_does_not_use_is_said(measured: AppTest) -> None:
    app = measured.selectbox(key="calculate-surface").select("mosteller").run()
    app = type_in(app, "Share of the excess in the adjusted weight", "0.4")
    app = type_in(app, "Dose rate", "1 mg/kg")
    app = app.radio(key="calculate-basis").set_value("actual").run()
    assert (
        "Entered, and not used to calculate the dose: share of the excess weight: the dose goes by "
        "no adjusted weight; surface formula: the rate is not per m2."
    ) in shown(app)
    app = app.radio(key="calculate-basis").set_value("adjusted").run()
    app = app.selectbox(key="calculate-ideal").select("devine").run()
    assert "share of the excess weight" not in shown(app)


def test_what_is_not_asked_for_a_named_drug_is_said(measured: AppTest) -> None:
    app = type_in(measured, "Dose rate", "0.4 g/kg")
    app = app.radio(key="calculate-basis").set_value("actual").run()
    assert "Not looked at" not in shown(app)
    app = app.selectbox(key="calculate-drug").select("immunoglobulin").run()
    app = app.selectbox(key="calculate-route").select("intravenous infusion").run()
    assert "Not looked at: age, pregnancy, kidney, liver, infection" in shown(app)


def test_a_weight_at_the_edge_of_what_is_plausible_is_a_warning() -> None:
    app = type_in(opened("calculate"), "Weight", "301 kg")
    app = type_in(app, "Dose rate", "1 mg/kg")
    app = app.radio(key="calculate-basis").set_value("actual").run()
    assert dose(app) == "301 mg"
    assert "The weight is at the edge of what is plausible" in shown(app)


def test_what_an_equation_lacks_is_named_as_its_field_is(measured: AppTest) -> None:
    text = shown(type_in(measured, "Creatinine", "80 umol/L"))
    assert "CKD-EPI 2012, cystatin C needs age, cystatin C" in text


def test_kidney_function_by_cystatin_c_needs_no_creatinine(measured: AppTest) -> None:
    app = type_in(type_in(measured, "Age", "48 years"), "Cystatin C", "1.05 mg/L")
    # 133 x (1.05 / 0.8)^-1.328 x 0.996^48 = 76.47
    text = shown(app)
    assert "CKD-EPI 2012, cystatin C 76.47 mL/min/1.73m2" in text
    assert "MDRD, four variables, IDMS needs creatinine" in text
    # the caution is that of creatinine
    assert "ask for cystatin C" not in text


@pytest.mark.parametrize(
    ("label", "typed", "told"),
    [
        # 28 / 70; 22 x 1.75^2
        ("A dose that was given", "28 g", "28 g 0.4 g/kg per kg"),
        ("A body-mass index", "22 kg/m2", "22 kg/m2 67.375 kg weight at this height"),
        # 5 x 70 x 60 mcg/h in 1,600 mcg/mL; by a set of 20 drops 13.125 x 20 / 60
        ("A rate", "5 mcg/kg/min", "13.125 mL/h at the pump"),
        ("A rate", "5 mcg/kg/min", "4.375 drops/min on the set"),
        # and back: a mL a minute
        ("A rate", "20 drops/min", "20 drops/min 60 mL/h at the pump"),
        ("A rate", "20 drops/min", "1.3714 mg/kg/h of the drug"),
    ],
)
def test_what_was_typed_is_told_otherwise(
    measured: AppTest, label: str, typed: str, told: str
) -> None:
    app = type_in(measured, "Concentration of what runs", "1.6 mg/mL")
    app = type_in(type_in(app, "Drops per mL of the set", "20"), label, typed)
    assert told in shown(app)


def test_what_a_conversion_lacks_is_said() -> None:
    app = type_in(opened("calculate"), "A rate", "5 mcg/kg/min")
    text = shown(app)
    assert "weight: is missing" in text
    assert "mL/h at the pump" not in text


def of_rituximab(measured: AppTest, rate: str) -> AppTest:
    app = measured.selectbox(key="calculate-drug").select("rituximab").run()
    app = app.selectbox(key="calculate-surface").select("mosteller").run()
    return type_in(app, "Dose rate", rate)


def test_a_dose_that_is_stopped_stands_nowhere_on_the_page_and_the_stop_stays_in_sight(
    measured: AppTest,
) -> None:
    app = of_rituximab(measured, "600 mg/m2")
    text = shown(app)
    assert "above the hard limit (250 mg/m2 to 500 mg/m2)" in text
    assert "No dose Entries ! STOP: 2" in text
    # 600 mg/m2 of 1.8447 m2 by Mosteller is 1106.8 mg, of 1.8481 m2 by Du Bois 1108.9 mg.
    assert not [amount for amount in ("1,106.8", "1,108.9") if amount in text]
    assert "1.848 m2" in text


def test_a_dose_that_is_warned_of_says_so_in_the_line_that_stays_in_sight(
    measured: AppTest,
) -> None:
    # The usual dose of the file is 340 mg/m2 to 410 mg/m2; 450 mg/m2 of 1.8447 m2 is 830.1 mg.
    text = shown(of_rituximab(measured, "450 mg/m2"))
    assert "830.1 mg Entries ! WARN Limits" in text
    assert text.count("above the usual dose (340 mg/m2 to 410 mg/m2)") == 1
