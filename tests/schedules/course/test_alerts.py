"""A drug that meets a disease or another drug says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.schedules import main
from tests.support.planning import CYCLOPHOSPHAMIDE, IMMUNOGLOBULIN, codes, course_of, man
from tests.support.shelf import read_anew, shelf

ALERTS = """
alerts:
  - meets: [myasthenia gravis, Lambert-Eaton]
    level: WARN
    text: Rituximab met myasthenia gravis in this test.
    source: proposed
  - meets: [cyclophosphamide]
    level: NOTE
    text: Rituximab met cyclophosphamide in this test.
    source: proposed
"""
PLAN = [
    "plan",
    "rituximab-weekly",
    "--weight",
    "70 kg",
    "--height",
    "175 cm",
    "--start",
    "2026-11-30",
    "--label",
    "ward-7",
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = shelf(tmp_path)
    path = folder / "drugs" / "rituximab.yaml"
    path.write_text(path.read_text(encoding="utf-8") + ALERTS, encoding="utf-8")
    return read_anew(folder)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--condition", "Myasthenia Gravis"], ["WARN  Rituximab met myasthenia gravis"]),
        (["--condition", "lambert-eaton syndrome"], ["WARN  Rituximab met myasthenia gravis"]),
        (["--takes", "Cyclophosphamide"], ["NOTE  Rituximab met cyclophosphamide"]),
        (["--condition", "asthma", "--takes", "aspirin"], []),
        ([], []),
    ],
)
def test_an_alert_is_said_where_the_patient_has_what_it_names(
    root: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: list[str]
) -> None:
    assert main(["--library", str(root), *PLAN, *more]) == 0
    out = capsys.readouterr().out
    met = [line for line in out.splitlines() if "in this test" in line]
    assert len(met) == len(said)
    assert all(line.startswith(start) for line, start in zip(met, said, strict=True))


def test_an_alert_that_warns_keeps_the_files_back(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ics = tmp_path / "course.ics"
    asked = [*PLAN, "--condition", "myasthenia gravis", "--ics", str(ics)]
    assert main(["--library", str(root), *asked]) == 3
    assert not ics.exists()
    assert "--acknowledge alert.rituximab.1=" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("condition", "level"),
    [
        ("Anaphylaxis to immunoglobulin in 2019", "STOP"),
        ("IgA deficiency, anti-IgA found", "STOP"),
        ("Selective IgA deficiency", "WARN"),
        ("hyperprolinaemia type I", "WARN"),
    ],
)
def test_immunoglobulin_meets_its_contraindications(condition: str, level: str) -> None:
    found = course_of(IMMUNOGLOBULIN, who=man(conditions=[condition]))
    said = [f.level for f in found.findings if f.code.startswith("alert.immunoglobulin")]
    assert level in said
    assert ("STOP" in said) is (level == "STOP")


def test_an_alert_without_its_source_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "drugs" / "rituximab.yaml"
    text = path.read_text(encoding="utf-8")
    before, after = "    source: proposed\n  - meets", "    source: nobody\n  - meets"
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    assert main(["--library", str(root), "check"]) == 2
    assert "no source named" in capsys.readouterr().err


def test_each_check_before_a_dose_has_a_code_of_its_own() -> None:
    found = course_of(CYCLOPHOSPHAMIDE)
    checks = [code for code in codes(found) if code.startswith("check.")]
    assert len(checks) == len(set(checks)) == 5
    assert "check.each_dose.full_blood_count_at_most_3_days_old" in checks
    assert "check.first_dose.no_obstruction_of_the_urinary_outflow" in checks
