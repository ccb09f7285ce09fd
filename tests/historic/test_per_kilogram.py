"""A dose was taken per kilogram that was meant by another measure.

A boy's co-trimoxazole of 160 mg was ordered as mg/kg and became 6,160 mg, 38 times his dose; alerts
popped up and were taken for the usual nuisance.

Seen: Times Union, after R. Wachter, The Digital Doctor,
https://www.timesunion.com/opinion/article/Despite-medical-advances-keen-attention-still-14471619.php

Of 375 mg/kg of rituximab for 375 mg/m2: no source seen.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.historic.walking import BODY, DAYS, MAN, ask_in
from tests.support.asking import Ask


def test_a_dose_per_kg_of_a_drug_by_surface_is_stopped_with_the_unit_that_was_meant(
    ask: Ask, known: Path
) -> None:
    said = ask_in(
        ask,
        known,
        "dose",
        "--drug",
        "rituximab",
        "--rate",
        "375 mg/kg",
        "--weight",
        "70 kg",
        "--basis",
        "actual",
    )
    assert said.code == 3
    assert said.out.startswith(
        "STOP  Rituximab is dosed in mg/m2 (340 mg/m2 to 410 mg/m2); 375 mg/kg is another kind of "
        "dose. Was 375 mg/m2 meant?  [limit.wrong_kind;"
    )


@pytest.mark.hazard("H04")
def test_what_is_stopped_cannot_be_acknowledged_away(ask: Ask, known: Path, tmp_path: Path) -> None:
    calendar = tmp_path / "course.ics"
    wrong = ("rituximab-weekly", *MAN, *BODY, *DAYS, "--dose", "375 mg/kg", "--who", "AB")
    nuisance = ("--acknowledge", "limit.wrong_kind=the usual alert", "--ics", calendar)
    said = ask_in(ask, known, "plan", *wrong, *nuisance)
    assert said.code == 3
    assert "Was 375 mg/m2 meant?  [limit.wrong_kind;" in said.out
    assert not calendar.exists()
