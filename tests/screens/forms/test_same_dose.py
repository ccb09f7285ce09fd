"""The dose of the Calculate page is taken to the pump by a click, and never by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.driving import dose, opened, shown, type_in

TAKE = "pump-same-dose"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))


def calculated(rate: str = "375 mg/m2", drug: str | None = "rituximab") -> AppTest:
    app = opened("calculate")
    for label, text in (("Weight", "70 kg"), ("Height", "175 cm"), ("Dose rate", rate)):
        app = type_in(app, label, text)
    if drug is not None:
        app = app.selectbox(key="calculate-drug").select(drug).run()
    return app.selectbox(key="calculate-surface").select("mosteller").run()


def at_pump(app: AppTest) -> AppTest:
    app = app.switch_page("screens/pump.py").run()
    assert not app.exception
    return app


def offered(app: AppTest) -> bool:
    return any(one.key == TAKE for one in app.button)


def typed(app: AppTest, *labels: str) -> list[str | None]:
    fields = {field.label: field.value for field in app.text_input}
    return [fields[label] for label in labels]


def test_the_dose_just_calculated_is_offered_and_a_click_fills_it_in() -> None:
    app = at_pump(calculated())
    # Nothing is filled in before: sqrt(70 x 175 / 3600) is 1.8447 m2, 375 mg/m2 of it 691.75 mg.
    assert typed(app, "Dose", "Label, no name") == ["", ""]
    assert "Rituximab 691.75 mg, weight 70 kg, as it stands on the Calculate page." in shown(app)
    app = app.button(key=TAKE).click().run()
    assert not app.exception
    assert typed(app, "Dose", "Label, no name", "Starts at") == ["691.75 mg", "", ""]
    assert app.selectbox(key="pump-drug").value == "rituximab"
    assert app.selectbox(key="pump-ladder").value is None
    assert "As on the Calculate page: rituximab 691.75 mg, weight 70 kg." in shown(app)
    assert not offered(app)


def test_the_dose_of_another_patient_leaves_none_of_what_stood_there() -> None:
    app = type_in(at_pump(calculated()), "Label, no name", "ward-7")
    app = app.button(key=TAKE).click().run()
    assert typed(app, "Label, no name") == [""]


def test_a_dose_of_thousands_is_written_as_its_field_reads_it() -> None:
    # 1.8447 m2 at 650 mg/m2 are 1199.03 mg, which is shown with five digits.
    app = at_pump(calculated("650 mg/m2", None))
    app = app.button(key=TAKE).click().run()
    assert typed(app, "Dose") == ["1199 mg"]
    assert "= 1,199 mg" in shown(app)


def test_an_infusion_that_has_its_start_is_not_written_over() -> None:
    app = type_in(at_pump(calculated()), "Starts at", "09:00")
    assert not offered(app)


@pytest.mark.parametrize("rate", ["", "375 mg/m2/h/h", "1500 mg/m2"])
def test_no_dose_is_offered_where_calculate_shows_none(rate: str) -> None:
    app = calculated(rate)
    assert not dose(app)
    assert not offered(at_pump(app))


def test_no_dose_of_another_route_is_offered() -> None:
    app = calculated("50 mg", "prednisolone")
    assert (dose(app), app.selectbox(key="calculate-route").value) == ("50 mg", "oral")
    assert not offered(at_pump(app))
