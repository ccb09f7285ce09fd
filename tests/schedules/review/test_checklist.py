"""The checklist: what is known is filled in, what needs a person is open, margins by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commands.schedules import main
from dosing.units import NO_BREAK_SPACE
from schedules.course.work_out import work_out
from schedules.review.checklist import Checklist, checklist
from schedules.review.margins import Margin
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    course_of,
    library,
    man,
    planned,
)
from tests.support.shelf import shelf


def laid(regimen: str, **more: Any) -> Checklist:
    return checklist(course_of(regimen, **more), library())


def plain(text: str) -> str:
    return text.replace(NO_BREAK_SPACE, " ")


def per_dose(found: Checklist) -> Margin:
    return next(one for one in found.margins if (one.per, one.unit) == ("dose", "mg/m2"))


def test_the_second_calculation_stands_beside_the_first() -> None:
    (line,) = laid(RITUXIMAB).doses
    # 375 mg/m2 x sqrt(175 x 70 / 3600) m2 = 375 x 1.844662 = 691.75 mg, up to 700 mg: + 1.2 %
    said = (line.dose, line.again, line.reference, line.deviation)
    assert tuple(map(plain, said)) == ("700 mg", "700 mg, agrees", "691.75 mg", "+1.2 %")
    assert line.days == "4 doses, Mon 30-Nov-2026 to Mon 21-Dec-2026"


def test_of_doses_dealt_out_the_total_is_calculated_a_second_time() -> None:
    (line,) = laid(IMMUNOGLOBULIN).doses
    # 0.4 g/kg x 70 kg x 5 days = 140 g; 30, 30, 30, 25, 25
    assert plain(line.again) == "140 g in all, agrees"
    assert plain(line.dose) == "30 g, 25 g"


def test_the_margin_to_each_limit_is_said_from_both_ends() -> None:
    found = per_dose(laid(RITUXIMAB))
    # 700 mg / 1.844662 m2 = 379.473 mg/m2; hard 250 to 500, usual 340 to 410
    hard, usual = found.bounds
    assert plain(hard.margin) == "129.47 mg/m2 above its lowest; 120.53 mg/m2 below its highest"
    assert plain(usual.margin) == "39.473 mg/m2 above its lowest; 30.527 mg/m2 below its highest"
    assert not hard.outside
    assert not usual.outside


def test_what_lies_outside_a_range_is_said_to_lie_outside() -> None:
    found = per_dose(laid(RITUXIMAB, dose="430 mg/m2"))
    # 430 x 1.844662 = 793.2 mg, 800 mg: 433.68 mg/m2, 23.684 above 410
    usual = next(one for one in found.bounds if one.word == "usual dose")
    assert usual.outside
    assert plain(usual.margin).endswith("23.684 mg/m2 above its highest")


def test_what_only_rounding_takes_past_a_usual_dose_is_not_said_to_lie_outside() -> None:
    found = per_dose(laid(CYCLOPHOSPHAMIDE))
    # 1,850 mg / 1.844662 m2 = 1,002.89 mg/m2; 1,000 mg/m2 is written, and usual up to there
    usual = next(one for one in found.bounds if one.word == "usual dose")
    assert plain(usual.margin).endswith("2.8938 mg/m2 above its highest, by rounding")
    assert not usual.outside


def test_what_is_the_same_in_each_cycle_is_said_once() -> None:
    found = laid(CYCLOPHOSPHAMIDE)
    (total,) = found.totals
    assert "pulses 1 to 6: 1,850 mg each" in plain(total)
    (results,) = [item.value for item in found.items if item.key == "laboratory"]
    assert results.count("no result yet") == 1
    assert "pulses cycle 1 day 1 to pulses cycle 6 day 1 (6 times): neutrophils" in plain(results)


def test_what_needs_a_person_stays_open() -> None:
    found = {item.key: item for item in laid(RITUXIMAB).items}
    filled = [key for key, item in found.items() if not item.needs]
    assert filled == ["regimen", "dose", "interval", "cumulative"]
    assert found["allergy"].value == found["consent"].value == ""
    assert "hepatitis B result" in found["laboratory"].value
    assert "paracetamol and antihistamine" in found["premedication"].value
    assert plain(found["cumulative"].value) == "rituximab 2,800 mg in this course"


def test_a_stated_date_of_the_weight_fills_its_line() -> None:
    dated = laid(RITUXIMAB, who=man(weight_on="2026-11-19"))
    (item,) = [item for item in dated.items if item.key == "body"]
    assert not item.needs
    assert plain(item.value) == "weight 70 kg, height 175 cm, weight measured on 19-Nov-2026"


def test_a_stopped_plan_is_laid_out_without_a_dose() -> None:
    wrong = planned(IMMUNOGLOBULIN, dose="0.4 mg/kg")
    found = checklist(work_out(wrong, library()), library())
    assert found.doses == ()
    assert "limit.thousandth" in [finding.code for finding in found.in_the_way]


def written(folder: Path, regimen: str, **more: Any) -> str:
    path = folder / "plan.json"
    path.write_text(planned(regimen, **more).to_json(), encoding="utf-8")
    return str(path)


def ours(folder: Path) -> list[str]:
    """Begin the command with the library that the plans of the tests were made with."""
    return ["--library", str(shelf(folder)), "check-plan"]


def test_the_command_prints_the_plan_for_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*ours(tmp_path), written(tmp_path, RITUXIMAB)]) == 0
    text = capsys.readouterr().out
    assert "second calculation: 700 mg, agrees" in text
    assert "[ ] Consent: see that consent was asked for and given" in text
    assert "[x] Dose: 700 mg, +1.2 % from 691.75 mg" in text


@pytest.mark.parametrize(
    ("dose", "reasons", "code"),
    [
        ("1.2 g/m2", {}, 3),
        ("1.2 g/m2", {"limit.usual.above.dose": "agreed"}, 0),
        ("12 g/m2", {}, 3),
    ],
)
def test_the_command_ends_with_3_while_something_stands_in_the_way(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    dose: str,
    reasons: dict[str, str],
    code: int,
) -> None:
    path = written(tmp_path, CYCLOPHOSPHAMIDE, dose=dose, acknowledged=reasons)
    assert main([*ours(tmp_path), path, "--json"]) == code
    found = json.loads(capsys.readouterr().out)
    assert found["could_be_signed"] is (code == 0)
    assert bool(found["in_the_way"]) is (code != 0)
