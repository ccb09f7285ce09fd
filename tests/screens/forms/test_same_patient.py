"""The patient of the plan on screen, on the pages that ask for a patient themselves."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.support.driving import PATIENT, dose, filled, opened, shown, type_in

OFFER = "Use the patient of the plan of ward-7"


def on(app: AppTest, page: str) -> AppTest:
    app = app.switch_page(f"screens/{page}.py").run()
    assert not app.exception
    return app


def taken(app: AppTest, page: str) -> AppTest:
    app = app.button(key=f"{page}-same-patient").click().run()
    assert not app.exception
    return app


def entry(app: AppTest, label: str) -> str | None:
    return next(field.value for field in app.text_input if field.label == label)


def test_calculate_takes_the_patient_of_the_plan_at_a_click_and_nothing_before() -> None:
    app = filled(opened(), PATIENT)
    app = app.radio(key="plan-sex").set_value("male").run()
    app = type_in(type_in(on(app, "calculate"), "Weight", "61 kg"), "Creatinine", "180 umol/L")
    assert entry(app, "Weight") == "61 kg"
    assert app.button(key="calculate-same-patient").label == OFFER
    offered = "Weight 70 kg, height 175 cm, sex male; "
    offered += "not stated: age, creatinine, cystatin C, amputations"
    assert f"{offered}, as it stands on the Plan page." in shown(app)
    app = taken(app, "calculate")
    assert (entry(app, "Weight"), entry(app, "Height")) == ("70 kg", "175 cm")
    # What the plan does not state was another patient's.
    assert entry(app, "Creatinine") == ""
    assert app.radio(key="calculate-sex").value == "male"
    assert "As in the plan of ward-7: weight 70 kg" in shown(app)
    app = app.selectbox(key="calculate-surface").select("mosteller").run()
    # sqrt(70 x 175 / 3600) m2 = 1.8446... m2, times 375 mg
    assert dose(type_in(app, "Dose rate", "375 mg/m2")) == "691.75 mg"


def test_the_pump_takes_label_and_weight_at_a_click() -> None:
    app = on(filled(opened(), PATIENT), "pump")
    assert entry(app, "Label, no name") == ""
    app = taken(app, "pump")
    assert entry(app, "Label, no name") == "ward-7"
    assert entry(app, "Weight, for a rate per kg") == "70 kg"
    assert "As in the plan of ward-7: label ward-7, weight 70 kg." in shown(app)


def test_without_a_plan_nothing_is_offered() -> None:
    assert not [one for one in opened("calculate").button if one.label.startswith("Use the")]
