"""One list of patient fields: each is an option, a widget, a key of the plan; so is a new one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dosing import units
from dosing.patient import Patient
from schedules.plans.changes import Reweigh
from schedules.plans.patient_entry import (
    MEASURED_AGAIN,
    PATIENT_FIELDS,
    PatientEntry,
    PatientFacts,
)
from schedules.plans.patient_field import PatientField, read_fields
from schedules.plans.plan import Plan
from tests.support.asking import Ask
from tests.support.driving import PATIENT, filled, opened, type_in, unfold
from tests.support.places import ROOT
from tests.support.planning import RITUXIMAB, planned
from tests.support.shelf import shelf

NAMES = [field.name for field in PATIENT_FIELDS]
# The keys of format 1, which every plan file has.
FORMAT_1 = [
    "label",
    "sex",
    "age",
    "born",
    "weight",
    "weight_on",
    "height",
    "creatinine",
    "clearance",
    "clearance_by",
    "genotype",
    "size_confirmed",
    "earlier",
    "conditions",
    "takes",
]
# What is added in the list, and nowhere else.
WAIST = """\
    waist: Annotated[
        str, PatientField(kind="height", title="Waist", example="94 cm", help='"94 cm" or "37 in"')
    ] = ""
    creatinine: Annotated["""
# What becomes of it, asked in a fresh interpreter.
LOOK = f"""
import json, sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
import schedules
from commands.schedules import main
from tests.support.driving import PATIENT, filled, shown, type_in, unfold

typed = ["plan", "{RITUXIMAB}", "--weight", "70 kg", "--height", "175 cm", "--start", "2026-11-30"]
main([*typed, "--waist", "37 in", "--out", "plan.json"])
print("refused", main([*typed, "--waist", "37"]))
app = AppTest.from_file("app.py", default_timeout=60).run()
app = type_in(filled(app, PATIENT, regimen="{RITUXIMAB}"), "Waist", "37 in")
field = next(field for field in app.text_input if field.label == "Waist")
planned = app.session_state["posology"].planned
planned_by_call = schedules.plan(
    "{RITUXIMAB}", weight="70 kg", height="175 cm", start="2026-11-30", waist="37 in"
).plan
Path("found.json").write_text(json.dumps({{
    "key": field.key,
    "placeholder": field.placeholder,
    "beneath": "37 in = 93.98 cm" in shown(app),
    "entered": planned.patient.waist,
    "saved": json.loads(planned.to_json())["patient"],
    "called": planned_by_call.patient.waist,
}}))
main(["plan", "--help"])
"""


@pytest.fixture(scope="module")
def with_a_waist(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """Run the program with one more field in the list; return its folder and what it printed."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("commands", "dosing", "records", "schedules", "screens"):
        shutil.copytree(ROOT / name, copy / name)
    shutil.copy(ROOT / "app.py", copy)
    (copy / "tests").symlink_to(ROOT / "tests")
    entry = shelf(copy, (RITUXIMAB, "rituximab")) / "schedules" / "plans" / "patient_entry.py"
    text = entry.read_text(encoding="utf-8")
    anchor = "    creatinine: Annotated["
    assert text.count(anchor) == 1
    entry.write_text(text.replace(anchor, WAIST), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=copy, capture_output=True, text=True, check=False
    )
    assert (copy / "found.json").exists(), done.stderr
    return copy, done.stdout, done.stderr


def test_a_field_added_to_the_list_is_an_option_of_the_command_line(
    with_a_waist: tuple[Path, str, str],
) -> None:
    folder, printed, _ = with_a_waist
    assert '  --waist W             "94 cm" or "37 in"\n' in printed
    saved = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["patient"]
    assert saved["waist"] == "37 in"
    assert saved["height"] == "175 cm"


def test_a_field_added_to_the_list_is_read_by_its_kind(
    with_a_waist: tuple[Path, str, str],
) -> None:
    _, printed, errors = with_a_waist
    assert "refused 2\n" in printed
    assert 'waist: "37" has no unit; write 175 cm, 1.75 m, 69 in or 5.75 ft' in errors


def test_a_field_added_to_the_list_is_a_widget_of_the_screen_and_a_key_of_its_plan(
    with_a_waist: tuple[Path, str, str],
) -> None:
    found = json.loads((with_a_waist[0] / "found.json").read_text(encoding="utf-8"))
    assert found["key"] == "plan-waist"
    assert found["placeholder"] == "94 cm"
    assert found["beneath"]
    assert found["entered"] == "37 in"
    assert found["saved"]["waist"] == "37 in"
    assert found["called"] == "37 in"


@pytest.mark.parametrize("field", PATIENT_FIELDS, ids=NAMES)
def test_every_field_is_an_option_with_its_line_in_the_help(
    field: PatientField, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # so that no line is broken
    lines = Ask(capsys)("plan", "--help").out.split("the patient:\n")[1].split("the course:\n")[0]
    words = " ".join(lines.split())
    assert f"--{field.option} " in words
    assert field.help in words


@pytest.fixture(scope="module")
def widgets() -> dict[str, str]:
    """Show each widget of the patient at least once; return its title by its key."""
    app = filled(opened(), {**PATIENT, "Weight": "160 kg"}, regimen="azathioprine-maintenance")
    app = type_in(app, "Clearance, if one is known", "42 mL/min")
    by_birth = filled(opened(), PATIENT, regimen="cyclophosphamide-monthly")
    titles = _titles(unfold(app))
    by_birth = by_birth.radio(key="plan-age_or_born").set_value("born").run()
    return titles | _titles(unfold(by_birth))


def _titles(app: AppTest) -> dict[str, str]:
    return {w.key: w.label for w in (*app.text_input, *app.radio, *app.checkbox) if w.key}


@pytest.mark.parametrize("field", PATIENT_FIELDS, ids=NAMES)
def test_every_field_is_a_widget_of_the_plan_screen(
    field: PatientField, widgets: dict[str, str]
) -> None:
    if field.place != "apart":
        assert widgets[f"plan-{field.name}"] == field.title


def test_what_is_asked_apart_has_a_widget_of_its_own(widgets: dict[str, str]) -> None:
    assert {field.name for field in PATIENT_FIELDS if field.place == "apart"} == {
        "size_confirmed",
        "earlier",
    }
    assert "plan-earlier-cyclophosphamide" in widgets
    assert "Size confirmed: 160 kg at 175 cm was measured a second time" in widgets.values()


def test_the_plan_file_holds_every_field_in_the_order_of_the_list() -> None:
    assert [*json.loads(planned(RITUXIMAB).to_json())["patient"]] == FORMAT_1
    asked = PatientEntry(pregnant="no", results=["ALT 1.2 xULN 2026-11-28"])
    assert [*asked.model_dump(mode="json")] == [*FORMAT_1, "results", "pregnant"]


def test_a_plan_file_keeps_the_order_and_spelling_of_its_keys() -> None:
    # Another order gives other bytes for the same plan. What was added is written where asked.
    assert [
        *FORMAT_1,
        "allergies",
        "results",
        "pregnant",
        "could_become_pregnant",
        "breast_feeding",
        "dialysis",
        "liver",
        "dry_weight",
        "weight_before_pregnancy",
        "amputations",
        "cystatin_c",
        "vaccinations",
        "actual_weight_because",
        "hematocrit",
    ] == NAMES


def test_what_is_measured_is_of_a_kind_that_is_read_with_its_unit() -> None:
    measured = {field.name for field in PATIENT_FIELDS if field.measured}
    sizes = {"weight", "dry_weight", "weight_before_pregnancy", "height"}
    assert measured == {*sizes, "age", "creatinine", "cystatin_c", "clearance"}
    assert {field.kind for field in PATIENT_FIELDS if field.name in measured} <= units.KINDS.keys()
    assert not {field.kind for field in PATIENT_FIELDS if not field.measured} & units.KINDS.keys()


def test_a_plan_that_lacks_a_newer_field_is_still_read() -> None:
    content = json.loads(planned(RITUXIMAB).to_json())
    del content["patient"]["takes"]
    assert Plan.from_json(json.dumps(content)).patient.takes == []


def test_the_facts_of_the_door_for_programmers_are_the_list() -> None:
    assert [*PatientFacts.__annotations__] == NAMES


def test_what_is_measured_again_is_part_of_the_change_and_of_the_patient() -> None:
    again = {field.name for field in MEASURED_AGAIN}
    assert again == {"weight", "dry_weight", "height", "creatinine", "cystatin_c", "hematocrit"}
    assert again < Reweigh.model_fields.keys()
    # the dry weight is read as the weight of the patient
    assert again - {"dry_weight"} < Patient.__dataclass_fields__.keys()


def test_a_field_that_nobody_would_be_asked_for_is_refused() -> None:
    class Forgotten(PatientEntry):
        waist: str = ""

    with pytest.raises(TypeError, match=r"Forgotten\.waist has no PatientField"):
        read_fields(Forgotten)
