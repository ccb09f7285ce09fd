"""The solver of DoseBench, by figures that are derived by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from dosebench.reading import RefusedError
from dosebench.solver import solve


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        # 154 lb x 0.45359237 are 69.85322498 kg, x 2.5 are 174.63306245 mg, down to 25 mg: 150 mg
        (
            {"ask": "dose", "rate": "2.5 mg/kg", "weight": "154 lb"}
            | {"round_to": "25 mg", "rounding": "down"},
            {"amount": 150, "unit": "mg"},
        ),
        # 80 kg x 180 cm / 3600 are 4, and its root is 2 m2: 375 x 2 are 750 mg
        (
            {"ask": "dose", "rate": "375 mg/m2", "surface": "mosteller"}
            | {"weight": "80 kg", "height": "180 cm"},
            {"amount": 750, "unit": "mg"},
        ),
        # 0.5 x 25 mg is half of a step: up
        (
            {"ask": "dose", "rate": "12.5 mg", "round_to": "25 mg", "rounding": "nearest"},
            {"amount": 25, "unit": "mg"},
        ),
        # 15 mg/kg/day x 9 kg are 135 mg a day, 67.5 mg twice a day
        (
            {"ask": "dose", "rate": "15 mg/kg/day", "weight": "9 kg", "doses_a_day": 2},
            {"amount": Fraction(135, 2), "unit": "mg"},
        ),
        # 140 g are 28 steps of 5 g: three of the five doses have one step more than 5
        (
            {"ask": "deal", "total": "140 g", "doses": 5, "step": "5 g"},
            {"amounts": [30, 30, 30, 25, 25], "unit": "g"},
        ),
        # 0.1 mcg x 70 kg x 60 min are 420 mcg an hour; of 64 mcg/mL 6.5625 mL
        (
            {"ask": "rate", "rate": "0.1 mcg/kg/min", "in": "mL/h", "weight": "70 kg"}
            | {"concentration": "64 mcg/mL"},
            {"amount": Fraction(105, 16), "unit": "mL/h"},
        ),
        # 50 mg/h for 30 min are 25 mg; the other 675 mg at 100 mg/h take 405 min
        (
            {"ask": "infusion", "dose": "700 mg", "volume": "500 mL"}
            | {"rates": [{"rate": "50 mg/h", "for": "30 min"}, {"rate": "100 mg/h"}]},
            {"amounts": [30, 435], "unit": "min"},
        ),
        # 2028 is a leap year
        (
            {"ask": "course", "first": "2028-01-31", "every": "1 month", "cycles": 3},
            {"dates": ["2028-01-31", "2028-02-29", "2028-03-31"]},
        ),
        # Summer time begins on Sunday, 28 March 2027, at 01:00 UTC
        (
            {"ask": "instants", "first": "2027-03-27", "every": "1 day", "cycles": 2}
            | {"at": "09:00", "zone": "Europe/Berlin"},
            {"instants": ["2027-03-27T08:00Z", "2027-03-28T07:00Z"]},
        ),
    ],
)
def test_what_is_derived_by_hand(question: dict[str, Any], answer: dict[str, Any]) -> None:
    assert solve(question) == answer


@pytest.mark.parametrize(
    ("change", "dates"),
    [
        ({"change": "defer", "by_days": 7, "scope": "later"}, ["01-04", "01-18", "01-25"]),
        ({"change": "omit", "scope": "this day"}, ["01-04", "01-18"]),
        ({"change": "cease", "scope": "later"}, ["01-04"]),
    ],
)
def test_a_change_reaches_as_far_as_it_says(change: dict[str, Any], dates: list[str]) -> None:
    asked = {"ask": "course", "first": "2027-01-04", "every": "7 days", "cycles": 3}
    asked["changes"] = [{**change, "cycle": 2, "day": 1}]
    assert solve(asked) == {"dates": [f"2027-{date}" for date in dates]}


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ({"ask": "dose", "rate": "375 mg/m", "weight": "70 kg"}, "rate: mg/m is no unit of a dose"),
        ({"ask": "dose", "rate": "1 mg/kg", "weight": "7000 kg"}, "weight: nobody has a weight"),
        ({"ask": "total", "dose": "8 mg", "doses": 2, "per_course": "8 mg"}, "dose: 8 mg x 2 is"),
        ({"ask": "rate", "rate": "50 mg/h", "in": "mL/h"}, "concentration: is missing"),
        (
            {"ask": "course", "first": "2027-01-31", "every": "monthly", "cycles": 3},
            "every: 'monthly' is no number of days",
        ),
        (
            {"ask": "instants", "first": "2027-03-28", "every": "1 day", "cycles": 1}
            | {"at": "02:30", "zone": "Europe/Berlin"},
            "at: 02:30 on 2027-03-28 in Europe/Berlin is skipped",
        ),
        (
            {"ask": "instants", "first": "2027-11-07", "every": "1 day", "cycles": 1}
            | {"at": "01:30", "zone": "America/New_York"},
            "at: 01:30 on 2027-11-07 in America/New_York is there twice",
        ),
    ],
)
def test_what_has_no_one_answer_is_refused(question: dict[str, Any], why: str) -> None:
    with pytest.raises(RefusedError) as caught:
        solve(question)
    assert str(caught.value).startswith(why)
