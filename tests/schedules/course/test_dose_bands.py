"""Dose bands in a plan: chosen by the site, proved at load, named in the derivation."""

from __future__ import annotations

import datetime as dt
import functools
import json
from pathlib import Path
from typing import Any

import pytest

from dosing.errors import KnowledgeError
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.library.reader import read_library
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan
from tests.support.made_up import spoken
from tests.support.outside import case_id, chosen, holds
from tests.support.places import ROOT
from tests.support.planning import CYCLOPHOSPHAMIDE, IMMUNOGLOBULIN, RITUXIMAB, man
from tests.support.shelf import read_anew, shelf

HEAD = "from,to,dose,drug,route,strength,version,within_percent,source,confirmed\n"
VEIN = "intravenous infusion"
# 600 to below 660 mg: 630 mg; 660 to below 720 mg: 690 mg. 630 / 600 - 1 is the most, 5 %.
BANDS = [("600 mg", "660 mg", "630 mg"), ("660 mg", "720 mg", "690 mg")]


def table(bands: list[tuple[str, str, str]], drug: str = "rituximab", version: int = 3) -> str:
    rest = f"{drug},{VEIN},10 mg/mL,{version},5,Table of the tests,no"
    return HEAD + "".join(f"{','.join(band)},{rest}\n" for band in bands)


def site_says(root: Path, **pharmacy: Any) -> None:
    path = root / "site.yaml"
    kept = path.read_text(encoding="utf-8").split("pharmacy:")[0]
    path.write_text(f"{kept}pharmacy: {json.dumps(pharmacy)}\n", encoding="utf-8")


@pytest.fixture
def banding(tmp_path: Path) -> Path:
    """Return a library whose site bands rituximab."""
    root = shelf(tmp_path)
    (root / "bands").mkdir()
    (root / "bands" / "trust-rituximab.csv").write_text(table(BANDS), encoding="utf-8")
    site_says(root, dose_bands=["trust-rituximab"])
    return root


def plan_of(library: Library, name: str, who: PatientEntry | None = None) -> Plan:
    regimen = library.regimen(name)
    return make_plan(
        regimen,
        library.knowledge_for(regimen),
        library.site,
        who or man(),
        first_day="2026-11-30",
        made_on=dt.date(2026, 11, 20),
        choices={},
    )


def course_of(root: Path, name: str) -> Course:
    library = read_library(read_anew(root))
    return work_out(plan_of(library, name), library)


@pytest.mark.hazard("H44")
def test_a_dose_is_banded_in_the_place_of_the_regimens_rounding(banding: Path) -> None:
    # 375 mg/m2 x 1.8447 m2 = 691.75 mg; the regimen alone rounds to 700 mg
    found = course_of(banding, RITUXIMAB)
    assert [spoken(str(row.dose.amount.magnitude)) for row in found.rows] == ["690.0"] * 4
    steps = {step.what: step for step in found.rows[0].dose.steps}
    assert "rounded" not in steps
    assert spoken(steps["banded"].why) == (
        "the band from 660 mg to below 720 mg, table trust-rituximab version 3 (-0.3 %)"
    )
    assert steps["second calculation"].value == "agrees"
    assert [used.id for used in found.plan.bands] == ["trust-rituximab"]
    assert found.plan.bands[0].version == 3


def test_another_drug_is_rounded_as_before(banding: Path) -> None:
    found = course_of(banding, CYCLOPHOSPHAMIDE)
    assert [float(row.dose.amount.magnitude) for row in found.rows] == [1850] * 6
    assert found.plan.bands == []


def test_a_table_that_the_site_does_not_name_is_proved_and_not_used(banding: Path) -> None:
    site_says(banding)
    found = course_of(banding, RITUXIMAB)
    assert [float(row.dose.amount.magnitude) for row in found.rows] == [700] * 4
    (banding / "bands" / "trust-rituximab.csv").write_text(table(BANDS[::-1]), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"bands/trust-rituximab\.csv:3: an overlap"):
        read_library(read_anew(banding))


def test_a_total_that_is_dealt_out_is_not_banded_and_that_is_said(banding: Path) -> None:
    path = banding / "bands" / "trust-ivig.csv"
    path.write_text(table([("28 g", "30.8 g", "29.4 g")], "immunoglobulin"), encoding="utf-8")
    site_says(banding, dose_bands=["trust-ivig"])
    found = course_of(banding, IMMUNOGLOBULIN)
    assert [float(row.dose.amount.magnitude) for row in found.rows] == [30, 30, 30, 25, 25]
    assert [f.text for f in found.findings if f.code == "bands.not_used"] == [
        "immunoglobulin is rounded as a whole cycle, and not banded by table trust-ivig version 3."
    ]


def test_a_table_that_changed_since_the_plan_was_made_is_a_warning(banding: Path) -> None:
    plan = plan_of(read_library(read_anew(banding)), RITUXIMAB)
    (banding / "bands" / "trust-rituximab.csv").write_text(
        table(BANDS, version=4), encoding="utf-8"
    )
    found = work_out(plan, read_library(read_anew(banding)))
    assert "plan.knowledge_changed.trust_rituximab" in [f.code for f in found.unacknowledged]


def test_the_table_of_another_drug_leaves_a_dose_to_its_own(banding: Path) -> None:
    path = banding / "bands" / "trust-ivig.csv"
    path.write_text(table([("28 g", "30.8 g", "29.4 g")], "immunoglobulin"), encoding="utf-8")
    site_says(banding, dose_bands=["trust-ivig", "trust-rituximab"])
    found = course_of(banding, RITUXIMAB)
    assert [spoken(str(row.dose.amount.magnitude)) for row in found.rows] == ["690.0"] * 4


def test_a_plan_whose_tables_are_gone_is_stopped_and_names_each(banding: Path) -> None:
    path = banding / "bands" / "trust-ivig.csv"
    path.write_text(table([("28 g", "30.8 g", "29.4 g")], "immunoglobulin"), encoding="utf-8")
    site_says(banding, dose_bands=["trust-ivig", "trust-rituximab"])
    plan = plan_of(read_library(read_anew(banding)), RITUXIMAB)
    for name in ("trust-ivig", "trust-rituximab"):
        (banding / "bands" / f"{name}.csv").unlink()
    site_says(banding)
    found = work_out(plan, read_library(read_anew(banding)))
    assert found.stopped
    gone = [f for f in found.findings if f.code == "bands.missing"]
    assert [(f.level, f.text.split(", ")[0]) for f in gone] == [
        ("STOP", "This plan bands doses by trust-ivig"),
        ("STOP", "This plan bands doses by trust-rituximab"),
    ]


@pytest.mark.parametrize(
    ("pharmacy", "said"),
    [
        (
            {"dose_bands": ["gone"]},
            "pharmacy dose_bands 1: bands/gone.csv is missing; a national table of bands does not "
            "come with the program: put your own copy there, with the columns from, to, dose, "
            "drug, strength, version, within_percent, source, confirmed",
        ),
        ({"dose_bands": ["trust-rituximab", "other"]}, "trust-rituximab and other band the same"),
        (
            {"products": {"rituximab": ["tablet"]}},
            'pharmacy products rituximab: "tablet" is not among concentrate for infusion',
        ),
        ({"products": {"rituximap": ["tablet"]}}, "is not the id of a drug file"),
        ({"share_vials": {"rituximap": "24 h"}}, "is not the id of a drug file"),
        ({"share_vials": {"rituximab": "24"}}, '"24" has no unit'),
        ({"vials": {}}, "is not a word that is known here"),
    ],
)
def test_what_site_yaml_says_of_the_pharmacy_is_held_to_the_files(
    banding: Path, pharmacy: dict[str, Any], said: str
) -> None:
    (banding / "bands" / "other.csv").write_text(table(BANDS), encoding="utf-8")
    site_says(banding, **pharmacy)
    with pytest.raises(KnowledgeError) as error:
        read_library(read_anew(banding))
    (problem,) = error.value.problems
    assert problem.startswith("site.yaml:")
    assert said in problem


def test_a_table_named_like_a_drug_is_refused(banding: Path) -> None:
    (banding / "bands" / "rituximab.csv").write_text(table(BANDS), encoding="utf-8")
    with pytest.raises(KnowledgeError, match="rituximab is also the id of another file"):
        read_library(read_anew(banding))


@functools.cache
def real() -> Library:
    return read_library(ROOT, only="cyclophosphamide-euvas")


@pytest.mark.parametrize(
    "row", chosen("dose_band_probes", table="euvas_cyclophosphamide"), ids=case_id
)
def test_the_trials_table_by_age_and_creatinine_doses_as_printed(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    who = man(
        age=f"{asked['age_years']} years",
        creatinine=f"{asked['creatinine_umol_l']} umol/L",
        weight=f"{asked.get('weight_kg', 70)} kg",
    )
    first = work_out(plan_of(real(), "cyclophosphamide-euvas", who), real()).rows[0].dose
    (stated,) = [step for step in first.steps if step.what.startswith(("calculated", "dose bef"))]
    rate = stated.of[0]
    assert not isinstance(rate, str)
    # Below the trial's most of 1,500 mg, and below the 1.2 g of this regimen.
    assert holds(row, (first.amount if row["output"] == "dose_mg" else rate).magnitude)
