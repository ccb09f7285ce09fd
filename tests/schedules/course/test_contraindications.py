"""What a drug file answers of a disease holds a plan back; each check has a code of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.schedules import main
from tests.patients.test_patients import course_of as whole_course_of
from tests.support.planning import CYCLOPHOSPHAMIDE, IMMUNOGLOBULIN, codes, course_of, man
from tests.support.shelf import shelf

PLAN = ["plan", IMMUNOGLOBULIN, "--weight", "70 kg", "--start", "2026-11-30", "--label", "ward-7"]


def test_an_answer_that_warns_keeps_the_files_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ics = tmp_path / "course.ics"
    asked = [*PLAN, "--condition", "IgA deficiency", "--ics", str(ics)]
    assert main(asked) == 3
    assert not ics.exists()
    assert (
        "--acknowledge safety.immunoglobulin.conditions.has_iga_deficiency"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("condition", "level"),
    [
        ("Anaphylaxis to immunoglobulin in 2019", "STOP"),
        ("IgA deficiency, anti-IgA found", "STOP"),
        ("Selective IgA deficiency", "WARN"),
        # Privigen and Hizentra, the products of the file, are contraindicated (EU leaflets).
        ("hyperprolinaemia type I", "STOP"),
    ],
)
def test_immunoglobulin_meets_its_contraindications(condition: str, level: str) -> None:
    patient = {"sex": "male", "age": "48 years", "weight": "70 kg", "conditions": [condition]}
    found = whole_course_of({"regimen": IMMUNOGLOBULIN, "patient": patient})
    said = [f.level for f in found.findings if f.code.startswith("safety.immunoglobulin")]
    assert level in said
    assert ("STOP" in said) is (level == "STOP")


def test_an_answer_without_its_source_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shelf(tmp_path) / "drugs" / "rituximab.yaml"
    before, answers, after = path.read_text(encoding="utf-8").partition("\nsafety:\n")
    assert "source: highland" in after
    broken = after.replace("source: highland", "source: nobody", 1)
    path.write_text(before + answers + broken, encoding="utf-8")
    assert main(["--library", str(tmp_path), "check"]) == 2
    assert "no source named" in capsys.readouterr().err


@pytest.mark.parametrize(("sex", "count"), [("", 5), ("female", 5), ("male", 4)])
def test_each_check_before_a_dose_has_a_code_of_its_own(sex: str, count: int) -> None:
    found = course_of(CYCLOPHOSPHAMIDE, who=man(sex=sex))
    checks = [code for code in codes(found) if code.startswith("check.")]
    assert len(checks) == len(set(checks)) == count
    assert "check.each_dose.full_blood_count_at_most_3_days_old" in checks
    assert "check.first_dose.no_obstruction_of_the_urinary_outflow" in checks
    # A man is asked for no pregnancy test; where the sex was not entered nobody is taken for one.
    tested = "check.each_dose.pregnancy_test_at_most_1_day_old" in checks
    assert tested is (sex != "male")
