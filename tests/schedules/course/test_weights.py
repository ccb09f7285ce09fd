"""Which weight counts where a body is not as the formulas take it to be."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest

from commands.schedules import main
from dosing.errors import InputError
from dosing.units import plain
from schedules.course import weights
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.plans.changes import Reweigh
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan
from tests.support.made_up import per_kg
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    MADE_ON,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    codes,
    man,
    text_of,
    whole_library,
)

EUVAS = "cyclophosphamide-euvas"
GABAPENTIN = "gabapentin-renal-eu"


def plan_of(regimen: str, choices: dict[str, str] | None = None, **more: Any) -> Plan:
    library = whole_library()
    found = library.regimen(regimen)
    return make_plan(
        found,
        library.knowledge_for(found),
        library.site,
        man(**more),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices=choices or {},
    )


def course_of(regimen: str, **more: Any) -> Course:
    return work_out(plan_of(regimen, **more), whole_library())


def first_dose(found: Course) -> str:
    return plain(found.rows[0].dose.amount)


def ours(found: Course) -> list[str]:
    """Return the codes of what is said of the weights that doses go by."""
    said = ("weight.dry", "weight.fluid", "weight.pregnancy", "weight.extreme", "weight.amputation")
    return sorted({code for code in codes(found) if code.startswith(said)})


def led_to(found: Course, fact: str) -> str:
    return str(next(line.as_dict()["led_to"] for line in found.ledger if str(line.fact) == fact))


def test_of_an_ordinary_body_nothing_is_said() -> None:
    assert ours(course_of(RITUXIMAB)) == []


@pytest.mark.parametrize("word", ["oedema", "edema", "ascites", "fluid overload"])
def test_fluid_without_a_dry_weight_is_asked_about(word: str) -> None:
    found = course_of(EUVAS, creatinine="80 umol/L", conditions=[word])
    assert "weight.fluid" in codes(found, "WARN")
    assert "--dry-weight" in text_of(found, "weight.fluid")
    assert led_to(found, f"condition {word}") == "weight.fluid"


def test_a_dry_weight_is_what_the_dose_and_the_kidney_go_by() -> None:
    # 15 mg/kg x 60 kg = 900 mg; the clearance is (140 - 48) x 60 / (72 x 80/88.4) = 84.72 mL/min
    found = course_of(EUVAS, creatinine="80 umol/L", conditions=["ascites"], dry_weight="60 kg")
    assert first_dose(found) == "900 mg"
    assert ours(found) == ["weight.dry"]
    assert "60 kg stands for the weight of 70 kg" in text_of(found, "weight.dry")
    assert "84.717" in text_of(found, "kidney.clearance")
    assert led_to(found, "dry weight 60 kg") == "doses, weight.dry"


def test_a_dry_weight_above_the_weight_is_refused() -> None:
    with pytest.raises(InputError, match=r"dry weight: .* is more than the weight of 70 kg"):
        course_of(RITUXIMAB, dry_weight="70.5 kg")


def test_a_flat_dose_says_nothing_of_fluid() -> None:
    found = course_of(
        THIOCTIC,
        choices={"iv_days": "10 days", "oral_length": "1 month"},
        conditions=["oedema"],
        dry_weight="60 kg",
    )
    assert ours(found) == []
    (line,) = [line for line in found.ledger if line.fact.name == "dry weight"]
    assert line.as_dict()["used_by"] == "no rule of this regimen"


def test_weighed_again_the_dry_weight_is_asked_again() -> None:
    plan = plan_of(EUVAS, creatinine="80 umol/L", dry_weight="60 kg")

    def weighed(**measured: Any) -> Course:
        change = Reweigh(
            from_day=dt.date(2026, 12, 14), doses="worked out again", **SAID, **measured
        )
        return work_out(plan.model_copy(update={"changes": [change]}), whole_library())

    with pytest.raises(InputError, match="change 1, dry weight: is missing"):
        weighed(weight="72 kg")
    # 15 mg/kg x 64 kg = 960 mg, to the nearest 50 mg 950 mg
    found = weighed(weight="72 kg", dry_weight="64 kg")
    assert [plain(row.dose.amount) for row in found.rows[:2]] == ["900 mg", "950 mg"]
    assert [plain(row.dose.amount) for row in weighed(dry_weight="64 kg").rows[:2]] == [
        "900 mg",
        "950 mg",
    ]


def test_a_reweigh_of_an_earlier_version_keeps_its_bytes() -> None:
    change = Reweigh(
        from_day=dt.date(2026, 12, 14), weight="72 kg", doses="worked out again", **SAID
    )
    assert {"dry_weight", "cystatin_c"}.isdisjoint(change.model_dump())


def test_in_a_pregnancy_it_is_said_which_weight_counts() -> None:
    woman = {"sex": "female", "age": "30 years", "pregnant": "yes"}
    found = course_of(RITUXIMAB, **woman, weight_before_pregnancy="62 kg")
    assert "not the 62 kg before the pregnancy" in text_of(found, "weight.pregnancy")
    assert "weight.pregnancy" in led_to(found, "weight before pregnancy 62 kg")
    assert "weight.pregnancy" in codes(found, "NOTE")
    assert "weight.pregnancy" not in codes(course_of(RITUXIMAB, **{**woman, "pregnant": "no"}))


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        # at 175 cm a body-mass index of 16 are 49 kg, one of 40 are 122.5 kg
        ("48.9 kg", True),
        ("49 kg", False),
        ("122.5 kg", False),
        ("122.6 kg", True),
    ],
)
def test_a_very_light_or_heavy_adult_is_told_what_the_dose_goes_by(weight: str, said: bool) -> None:
    found = course_of(CYCLOPHOSPHAMIDE, weight=weight)
    assert ("weight.extreme_size" in codes(found, "NOTE")) is said
    if said:
        told = text_of(found, "weight.extreme_size")
        assert "cyclophosphamide by body surface (Mosteller) from actual weight" in told


def test_the_cap_of_a_heavy_adult_is_said() -> None:
    found = course_of(EUVAS, creatinine="80 umol/L", weight="180 kg", size_confirmed=True)
    assert "at most 1,200 mg" in text_of(found, "weight.extreme_size").replace("\xa0", " ")
    assert first_dose(found) == "1200 mg"


def test_a_child_is_neither_light_nor_heavy_by_the_index_of_adults() -> None:
    found = course_of(RITUXIMAB, age="9 years", weight="28 kg", height="135 cm")
    assert ours(found) == []


@pytest.mark.hazard("H231")
def test_an_amputee_is_dosed_by_the_surface_before_and_told_so() -> None:
    # 70 / 0.941 = 74.3889 kg; sqrt(74.3889 x 175 / 3600) = 1.901612 m2; x 375 = 713.1, to 700 mg
    # by the measured weight 691.7, to 700 mg; without a whole leg 83.3333 kg, 754.8 mg, to 750 mg
    found = course_of(RITUXIMAB, amputations=["entire leg left"])
    surface = next(step for step in found.rows[0].dose.steps if step.what == "body surface")
    # sqrt(83.3333 x 175 / 3600) = 2.012692
    assert float(str(surface.value).split()[0]) == pytest.approx(2.012692, abs=1e-6)
    assert "weight.amputation" in codes(found, "WARN")
    assert "doses" in led_to(found, "amputation entire leg left")


def test_a_part_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match=r'amputation: "tail" is not known here.*below knee'):
        course_of(RITUXIMAB, amputations=["tail"])


def test_the_clearance_of_a_child_is_by_schwartz_and_no_dose_goes_by_cockcroft() -> None:
    # 0.413 x 135 / (40 / 88.4) = 123.2185; Mosteller sqrt(28 x 135 / 3600) = 1.024695 m2
    # 123.2185 x 1.024695 / 1.73 = 72.983 mL/min
    child = {"age": "9 years", "weight": "28 kg", "height": "135 cm", "creatinine": "40 umol/L"}
    told = text_of(course_of(CYCLOPHOSPHAMIDE, **child), "kidney.clearance")
    assert "72.98" in told
    assert "Bedside Schwartz" in told
    with pytest.raises(InputError, match="Cockcroft and Gault was made for adults"):
        course_of(GABAPENTIN, **child)


def test_no_equation_is_taken_for_the_kidney_of_a_neonate() -> None:
    # bedside Schwartz was made for 1 to 18 years
    found = course_of(
        CYCLOPHOSPHAMIDE, age="2 weeks", weight="3500 g", height="50 cm", creatinine="40 umol/L"
    )
    assert text_of(found, "kidney.clearance").replace("\xa0", " ") == "Creatinine 40 umol/L."


def test_cystatin_c_counts_where_a_clearance_does() -> None:
    # CKD-EPI 2012: 133 x (2/0.8)^-1.328 x 0.996^60; surface 1.844662 m2
    # 2.5^-1.328 = exp(-1.328 x 0.916291) = 0.296168; 0.996^60 = 0.786233; 133 x both = 30.970
    # 30.970 x 1.844662 / 1.73 = 33.023 mL/min: the band from 30 mL/min. By creatinine it is
    # (140 - 60) x 70 / (72 x 40/88.4) = 171.9 mL/min.
    who: dict[str, Any] = {"age": "60 years", "creatinine": "40 umol/L"}
    by_creatinine = course_of(GABAPENTIN, **who)
    found = course_of(GABAPENTIN, **who, cystatin_c="2 mg/L")
    assert "33.02" in text_of(found, "kidney.clearance")
    assert "CKD-EPI 2012" in text_of(found, "kidney.clearance")
    assert "clearance from 30 mL/min, below 50 mL/min" in text_of(found, "kidney.band")
    assert first_dose(found) != first_dose(by_creatinine)
    alone = course_of(GABAPENTIN, age="60 years", cystatin_c="2 mg/L")
    assert first_dose(alone) == first_dose(found)
    assert "doses" in led_to(alone, "cystatin C 2 mg/L")


@pytest.mark.hazard("H232")
def test_a_better_clearance_answers_the_question_of_the_scheme() -> None:
    # cystatin C 2.4 mg/L, 74 years: 133 x 3^-1.328 x 0.996^74 = 22.98 x 1.844662 / 1.73 = 24.51
    # by creatinine (140 - 74) x 70 / (72 x 340/88.4) = 16.68 mL/min, and at 80 umol/L 70.91
    high = course_of(EUVAS, age="74 years", creatinine="340 umol/L", cystatin_c="2.4 mg/L")
    assert "renal.better_clearance" in codes(high, "NOTE")
    assert "24.507" in text_of(high, "renal.better_clearance")
    low = course_of(EUVAS, age="74 years", creatinine="80 umol/L", cystatin_c="2.4 mg/L")
    assert "renal.better_clearance" in codes(low, "WARN")
    assert "choose it by the lower clearance" in text_of(low, "renal.better_clearance")
    assert "renal.better_clearance" in led_to(low, "cystatin C 2.4 mg/L")
    measured = course_of(
        EUVAS,
        age="74 years",
        creatinine="80 umol/L",
        clearance="90 mL/min",
        clearance_by="measured",
        conditions=["motor neuron disease"],
    )
    assert "renal.low_muscle_mass" not in codes(measured)
    assert "renal.better_clearance" in codes(measured, "NOTE")


def test_the_band_of_the_kidney_is_named_for_each_drug() -> None:
    found = course_of(CYCLOPHOSPHAMIDE, creatinine="340 umol/L")
    assert "cyclophosphamide: creatinine from 300 umol/L" in text_of(found, "kidney.band")
    normal = course_of(CYCLOPHOSPHAMIDE, creatinine="80 umol/L")
    assert "cyclophosphamide: in no band of its file" in text_of(normal, "kidney.band")
    assert not [code for code in codes(normal, "WARN") if ".kidney" in code]


def test_every_door_takes_the_new_facts(capsys: pytest.CaptureFixture[str]) -> None:
    typed = ["--weight", "72 kg", "--dry-weight", "70 kg", "--height", "175 cm"]
    typed += ["--amputation", "below knee left", "--cystatin-c", "1.05 mg/L", "--sex", "male"]
    typed += ["--age", "48 years", "--start", "2026-11-30", "--made-on", "2026-11-20", "--json"]
    main(["plan", RITUXIMAB, *typed])
    printed = json.loads(capsys.readouterr().out)
    facts = {fact["fact"]: fact["value"] for fact in printed["facts"]}
    assert facts["amputation"] == "below knee left"
    assert facts["dry weight"] == "70 kg"
    assert facts["cystatin C"] == "1.05 mg/L"
    entry = PatientEntry.model_validate(printed["plan"]["patient"])
    assert entry.amputations == ["below knee left"]


def test_a_clearance_below_60_is_kidney_disease_where_a_file_has_no_figure() -> None:
    # (140 - 48) x 70 / (72 x c / 88.4): 131 umol/L are 60.36 mL/min, 132 umol/L 59.90
    low, normal = (
        course_of(IMMUNOGLOBULIN, creatinine=creatinine)
        for creatinine in ("132 umol/L", "131 umol/L")
    )
    told = "safety.immunoglobulin.kidney.has_kidney_disease"
    assert told in codes(low, "WARN")
    assert told in led_to(low, "creatinine 132 umol/L")
    assert told not in codes(normal)
    assert normal.questions["immunoglobulin"]["kidney"].startswith("answered by creatinine 131")
    assert "its file states no figure" in text_of(normal, "kidney.band")


def test_an_abnormal_kidney_stops_what_its_source_forbids() -> None:
    found = course_of(
        "ciclosporin-start",
        choices={"days_to_review": "28 days"},
        clearance="12 mL/min",
        clearance_by="measured",
    )
    assert "safety.ciclosporin.kidney.clearance_below_60_ml_min" in codes(found, "STOP")


def test_the_liver_is_entered_with_its_day_and_shown() -> None:
    results = ["Child-Pugh C 2026-11-20", "ALT 1.2 xULN 2026-11-20", "albumin 31 g/L 2026-11-20"]
    found = course_of("duloxetine", results=results)
    told = text_of(found, "liver.entered")
    assert "Child-Pugh C 2026-11-20, ALT 1.2 xULN 2026-11-20, albumin 31 g/L 2026-11-20" in told
    by_field = course_of("duloxetine", liver="Child-Pugh C")
    grave = {code for code in codes(by_field) if ".liver." in code}
    assert grave
    assert {code for code in codes(found) if ".liver." in code} == grave
    with pytest.raises(InputError, match="stands beside liver Child-Pugh A"):
        course_of("duloxetine", results=results, liver="Child-Pugh A")


def test_of_a_pregnancy_something_is_said_as_long_as_one_dose_has_no_rule_of_a_place() -> None:
    # Ontario states a weight for immunoglobulin and for nothing else
    library = whole_library()
    found = library.regimen(IMMUNOGLOBULIN)
    woman: dict[str, Any] = {"sex": "female", "age": "30 years", "pregnant": "yes"}
    woman["weight_before_pregnancy"] = "62 kg"
    plan = plan_of(IMMUNOGLOBULIN, **woman)
    ontario = plan.site.model_copy(update={"jurisdiction": ["CA-ON"]})
    alone = work_out(plan.model_copy(update={"site": ontario}), library)
    assert "weight.pregnancy" not in codes(alone)
    assert found.drugs == ["immunoglobulin"]
    assert "weight.pregnancy" in led_to(course_of(RITUXIMAB, **woman), "pregnant yes")


def test_the_rule_of_a_place_for_one_of_two_doses_does_not_speak_for_the_other() -> None:
    known: Any = SimpleNamespace(states={"pregnant": True}, stated={})
    ruled = per_kg("10 mg/kg", weight_because="CA-ON, the adjusted weight")
    both = {"one": [ruled], "other": [per_kg("1 mg/kg")]}
    (said,) = weights._about_pregnancy(man(), known, both, "one by a, other by b")
    assert said.finding.code == "weight.pregnancy"
    assert list(weights._about_pregnancy(man(), known, {"one": [ruled]}, "one by a")) == []


def test_an_adult_without_a_height_is_dosed_per_kg() -> None:
    assert ours(course_of(IMMUNOGLOBULIN, height="")) == []


def test_the_index_of_a_very_light_adult_is_written_with_four_digits() -> None:
    # 43.21 / 1.75^2 = 14.1094 kg/m2
    told = text_of(course_of(CYCLOPHOSPHAMIDE, weight="43.21 kg"), "weight.extreme_size")
    assert "index of 14.11 kg/m2, below 16, at 43.21 kg:" in told


def test_one_dose_by_size_is_enough_for_the_facts_about_the_size() -> None:
    # rituximab goes by the surface, what is given before it does not
    found = course_of(RITUXIMAB, choices={"premedication": "given"}, dry_weight="60 kg")
    assert led_to(found, "dry weight 60 kg") == "doses, weight.dry"
