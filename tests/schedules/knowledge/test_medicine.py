from __future__ import annotations

from typing import Any

import pytest

from tests.support.made_up_regimen import medicine, phase, refused, regimen


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"dose": "1 mg/kg", "per_course": "1 mg/kg"}, "needs weight"),
        ({"dose": "1 mg/m2", "per_course": "1 mg/m2"}, "needs surface"),
        ({"dose": "1 mg/m2", "per_course": "1 mg/m2", "surface": "mostler"}, "mostler"),
        ({"dose": "1 mg/kg", "per_course": "1 mg/kg", "weight": "lean body"}, "lean body"),
        ({"dose": "1 mg/kg", "per_course": "1 mg/kg", "weight": "ideal"}, "ideal needs ideal"),
        (
            {"dose": "1 mg/kg", "per_course": "1 mg/kg", "weight": "ideal", "ideal": "divine"},
            "divine",
        ),
        (
            {"dose": "1 mg/kg", "per_course": "1 mg/kg", "weight": "adjusted", "ideal": "devine"},
            "adjusted needs fraction",
        ),
        ({"dose": "100 mg/day", "per_course": "100 mg", "doses_a_day": 1}, "doses_a_day"),
        (
            {"round": {"to": "5 units", "rule": "nearest", "over": "dose", "source": "label"}},
            "cannot round 100 mg to 5 units",
        ),
        (
            {"round": {"to": "5 mg", "rule": "half even", "over": "dose", "source": "label"}},
            "'nearest', 'down' or 'up'",
        ),
        (
            {
                "round": {"to": "5 mg", "rule": "nearest", "over": "cycle", "source": "label"},
                "at": ["infusion", "before breakfast"],
                "per_course": "200 mg",
            },
            "one dose a day",
        ),
        ({"dose": "0 mg"}, "is zero"),
        ({"dose": "100"}, "has no unit"),
        ({"dose": 100}, "is not text with a unit"),
        ({"dose": "100 MG"}, "write 100 mg"),
        ({"at": []}, "at least 1"),
        ({"booked": {"first": "30 minute s", "later": "30 min", "source": "label"}}, "duration"),
        ({"cap": {"amount": "1200 mg/kg", "source": "label"}}, "amount"),
    ],
)
def test_a_dose_rule_that_leaves_something_open_is_refused(more: dict[str, Any], said: str) -> None:
    assert said in refused(regimen(phase(medicine(**more))))
