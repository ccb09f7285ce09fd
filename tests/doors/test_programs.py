"""The door of programs: what a caller of ``dosing`` and ``schedules`` may hand in by mistake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

import dosing
import schedules
from dosing.errors import InputError
from tests.doors.answering import answer, each
from tests.support.planning import CYCLOPHOSPHAMIDE, RITUXIMAB, library, planned

PATIENT = {
    "label": "ward-7",
    "weight": "70 kg",
    "height": "175 cm",
    "sex": "male",
    "age": "48 years",
}
START: Any = {"start": "2026-11-30", "made_on": "2026-11-20"}

# what is handed in otherwise, a word of the answer
PLANS: list[tuple[dict[str, Any], str]] = [
    ({"start": None}, "first day"),
    ({"start": 20261130}, "first day"),
    ({"start": 10**5000}, "first day"),
    ({"start": "2027-02-30"}, "first day"),
    ({"start": dt.date.max}, "first day"),
    ({"start": dt.date.min}, "first day"),
    ({"start": ["2026-11-30"]}, "first day"),
    ({"start": "\ud800"}, "first day"),
    ({"made_on": 7}, "made on"),
    ({"made_on": "2027-02-30"}, "made on"),
    ({"weight": 70}, "weight"),
    ({"weight": 10**5000}, "weight"),
    ({"weight": float("nan")}, "weight"),
    ({"weight": b"70 kg"}, "weight"),
    ({"weight": ["70 kg"]}, "weight"),
    ({"weight": "\ud800"}, "weight"),
    ({"weight": "70 kg" * 100_000}, "weight"),
    ({"label": 7}, "label"),
    ({"label": "\ud800"}, "label"),
    ({"label": "x" * 100_000}, "label"),
    ({"sex": True}, "sex"),
    ({"sex": ["male"]}, "sex"),
    ({"age": 48}, "age"),
    ({"born": 19780514}, "born"),
    ({"born": "2027-02-30", "age": None}, "born"),
    ({"weight_on": "\u0662\u0660\u0662\u0667-01-01"}, "weight_on"),
    ({"size_confirmed": "yes"}, "size_confirmed"),
    ({"conditions": "pregnancy"}, "conditions"),
    ({"conditions": [1]}, "conditions"),
    ({"earlier": ["rituximab"]}, "earlier"),
    ({"earlier": {"rituximab": 2}}, "earlier"),
    ({"hight": "175 cm"}, "hight"),
    ({"choose": "days"}, "choose"),
    ({"choose": {1: 2}}, "choose"),
    ({"choose": {"cycles": None}}, "cycles"),
    ({"dose": 375}, "dose"),
    ({"dose": "375"}, "dose"),
    ({"zone": 3}, "zone"),
    ({"zone": "Mars/Olympus"}, "zone"),
    ({"times": {"infusion": 9}}, "infusion"),
    ({"times": {"infusion": "24:00"}}, "infusion"),
    ({"times": {"high tea": "16:00"}}, "high tea"),
    ({"adjust": {"rituximab": 75}, "because": "x"}, "rituximab"),
    ({"adjust": {"rituximab": "75"}, "because": "x"}, "rituximab"),
    ({"adjust": {"rituximab": "75 %"}}, "because"),
    ({"acknowledge": {"x": 1}}, "acknowledge"),
    ({"acknowledge": ["x"]}, "acknowledge"),
    ({"who": 7}, "who"),
    ({"library": "regimens"}, "library"),
    ({"library": 7}, "library"),
]


@each("otherwise, word", PLANS)
def test_a_plan_that_cannot_be_made_is_refused_in_words(
    otherwise: dict[str, Any], word: str
) -> None:
    asked = {"library": library(), **START, **PATIENT, **otherwise}
    assert word in answer(schedules.plan, RITUXIMAB, **asked)


@each("name", [None, "", 7, [RITUXIMAB], "\ud800", "x" * 100_000, "../site", b"x", 10**5000])
def test_a_regimen_that_is_none_is_refused_in_words(name: Any) -> None:
    patient: Any = PATIENT
    assert "regimen" in answer(schedules.plan, name, library=library(), **START, **patient)


@each("folder", ["", "  ", 7, b"x", ["x"], "/nowhere", "/dev/null", "a\x00b", "x" * 5000, "\ud800"])
def test_a_folder_that_is_none_is_refused_in_words(folder: Any) -> None:
    answer(schedules.open_library, folder)


DOSES: list[tuple[dict[str, Any], str]] = [
    ({"rate": None}, "rate"),
    ({"rate": 0.4}, "rate"),
    ({"rate": ""}, "rate"),
    ({"rate": "0.4 g"}, ""),
    ({"rate": ["0.4 g/kg"]}, "rate"),
    ({"rate": "\u0660.\u0664 g/kg"}, "rate"),
    ({"rate": 10**5000}, "rate"),
    ({"weight": 72}, "weight"),
    ({"weight": None}, "weight"),
    ({"weight": "72"}, "weight"),
    ({"weight": ["72 kg", None]}, "weight"),
    ({"weight": ["72 kg", "\ud800"]}, "weight"),
    ({"weight": []}, "weight"),
    ({"weight": {"kg": 72}}, "weight"),
    ({"weight": 10**5000}, "weight"),
    ({"weight": object()}, "weight"),
    ({"basis": "dry"}, "basis"),
    ({"basis": 7}, "basis"),
    ({"basis": ["actual"]}, "basis"),
    ({"basis": {"ideal": 1}, "ideal": "devine"}, "basis"),
    ({"ideal": "devine"}, "ideal"),
    ({"fraction": 0.4}, "fraction"),
    ({"doses_a_day": 2}, "doses_a_day"),
    ({"doses_a_day": "2"}, "doses_a_day"),
    ({"cap": "lots"}, "cap"),
    ({"cap": 30}, "cap"),
    ({"round_to": "5 g"}, "rounding"),
    ({"rounding": "nearest"}, "round_to"),
    ({"round_to": "0 g", "rounding": "nearest"}, "round_to"),
    ({"round_to": "5 g", "rounding": "sometimes"}, "rounding"),
    ({"drug": "immunoglobulin"}, "drug"),
    ({"drug": 7}, "drug"),
    ({"hight": "175 cm"}, "hight"),
    ({"sex": 7}, "sex"),
]


@each("otherwise, word", [case for case in DOSES if case[1]])
def test_a_dose_that_cannot_be_calculated_is_refused_in_words(
    otherwise: dict[str, Any], word: str
) -> None:
    assert word in answer(dosing.dose, **{"rate": "0.4 g/kg", "weight": "72 kg", **otherwise})


MEASURES: list[tuple[Callable[..., object], tuple[Any, ...], dict[str, Any]]] = [
    (dosing.bsa, ("nobody",), PATIENT),
    (dosing.bsa, (None,), {"weight": "70 kg", "height": "175 cm"}),
    (dosing.bsa, (["mosteller"],), {"weight": "70 kg", "height": "175 cm"}),
    (dosing.bsa, ("mosteller",), {"weight": "70 kg"}),
    (dosing.bsa, ("mosteller",), {"weight": 70, "height": 175}),
    (dosing.bsa, ("mosteller",), {"weight": "70 kg", "height": "1,75 m"}),
    (dosing.bsa, ("mosteller",), {"weight": "70 kg", "height": "175 m"}),
    (dosing.ideal_weight, ("devine",), {"height": "175 cm"}),
    (dosing.lean_weight, ("janmahasatian",), {"height": "175 cm"}),
    (dosing.egfr, ("nobody",), {}),
    (dosing.creatinine_clearance, ("cockcroft-gault",), {"creatinine": "80"}),
    (dosing.plasma_volume, ("kaplan",), {"weight": "70 kg", "hematocrit": "nan"}),
    (dosing.bmi, (), {"weight": "70 kg"}),
    (dosing.body, (), {"weight": "70 kg"}),
    (dosing.body, (), {"wait": "70 kg"}),
]


@each("measure, named, facts", MEASURES)
def test_a_measure_that_cannot_be_taken_is_refused_in_words(
    measure: Callable[..., object], named: tuple[Any, ...], facts: dict[str, Any]
) -> None:
    answer(measure, *named, **facts)


CHANGES: list[tuple[Any, dict[str, Any]]] = [
    (None, {}),
    ("wish", {}),
    (["omit"], {}),
    ("omit", {}),
    ("omit", {"at": "cycle 1 day 8"}),
    ("omit", {"at": 7, "scope": "day"}),
    ("omit", {"at": "cycle 9 day 9", "scope": "day"}),
    ("omit", {"at": "cycle " + "9" * 5000, "scope": "day"}),
    ("omit", {"at": "2027-02-30", "scope": "day"}),
    ("omit", {"at": "\ud800", "scope": "day"}),
    ("omit", {"at": "cycle 1 day 8", "scope": ["day"]}),
    ("omit", {"at": "cycle 1 day 8", "scope": "day", "when": "yesterday"}),
    ("omit", {"at": "cycle 1 day 8", "scope": "day", "when": 7}),
    (
        "omit",
        {"at": "cycle 1 day 8", "scope": "day", "when": dt.datetime.min.replace(tzinfo=dt.UTC)},
    ),
    ("omit", {"at": "cycle 1 day 8", "scope": "day", "who": ""}),
    ("omit", {"at": "cycle 1 day 8", "scope": "day", "why": None}),
    ("omit", {"at": "cycle 1 day 8", "scope": "day", "why": "x" * 1000}),
    ("defer", {"at": "cycle 1 day 8", "scope": "later", "by": "7"}),
    ("defer", {"at": "cycle 1 day 8", "scope": "later", "by": "9999 weeks"}),
    ("defer", {"at": "cycle 1 day 8", "scope": "later", "by": "\u0667 days"}),
    ("defer", {"at": "cycle 1 day 8", "scope": "later", "to": "9999-12-31"}),
    ("defer", {"at": "cycle 1 day 8", "scope": "later", "to": 20261224}),
    ("adjust", {"at": "cycle 1 day 8", "scope": "later", "give": "75"}),
    ("adjust", {"at": "cycle 1 day 8", "scope": "later", "give": "75 %"}),
    ("adjust", {"at": "cycle 1 day 8", "scope": "later", "give": "999 % of the standard dose"}),
    ("adjust", {"at": "cycle 1 day 8", "scope": "later", "give": "0 % of the standard dose"}),
    ("record", {"at": "cycle 1 day 8", "on": "9999-12-31"}),
    ("record", {"at": "cycle 1 day 8", "on": "2026-12-07", "time": "24:00"}),
    ("record", {"at": "cycle 1 day 8", "on": "2026-12-07", "n": "9" * 5000}),
    ("record", {"at": "cycle 1 day 8", "on": "2026-12-07", "n": 1.5}),
    ("re-weigh", {"at": "2026-12-01", "weight": "70", "doses": "keep"}),
    ("re-weigh", {"at": "1700-01-01", "weight": "70 kg", "doses": "keep"}),
    ("hold", {"at": "cycle 1 day 8", "days": "9999 months"}),
    ("switch", {"at": "cycle 1 day 8", "choose": "x"}),
    ("add", {"regimen": "nothing", "start": "2026-12-01"}),
    ("add", {"regimen": CYCLOPHOSPHAMIDE, "start": "2027-02-30"}),
    ("result", {"at": "cycle 1 day 8", "gate": "x", "value": "y"}),
]


@each("kind, typed", CHANGES)
def test_a_change_that_cannot_be_made_is_refused_in_words(kind: Any, typed: dict[str, Any]) -> None:
    patient: Any = PATIENT
    course = schedules.plan(RITUXIMAB, library=library(), **START, **patient)
    answer(lambda: course.change(kind, **{"who": "AB", "why": "neutrophils", **typed}))


def test_what_is_handed_in_is_good_as_it_stands() -> None:
    patient: Any = PATIENT
    course = schedules.plan(RITUXIMAB, library=library(), **START, **patient)
    assert course.doses
    assert course.change("omit", at="cycle 1 day 8", scope="day", why="x", who="AB").doses
    assert str(dosing.dose("0.4 g/kg", weight="72 kg", round_to="5 g", rounding="nearest"))
    assert planned(RITUXIMAB)
    with pytest.raises(InputError):
        course.to_pdf("poem")
