"""What a person types for a change, and the change or the problem that it is read as."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import Any

import pytest

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.read_change import read_change
from tests.schedules.course.test_gate_states import course as of_regimen
from tests.schedules.course.test_gate_states import entered, library
from tests.support.planning import CYCLOPHOSPHAMIDE, SAID, THIOCTIC, course_of, example_of, shelved

PULSE = "pulses cycle 2 day 1"
STEP = "taper cycle 2 day 1"
TAPER = "prednisolone-alternate-days"
AZATHIOPRINE = "azathioprine"


@functools.cache
def course(name: str) -> Course:
    if name == "waiting":
        return entered("neutrophils 0.9 10^9/L 2026-12-27").entered
    if name == "waiting twice":
        own = course("waiting")
        (one,) = own.proposals
        state = dataclasses.replace(one.state, test="white-cells", name="white cells")
        both = (one, dataclasses.replace(one, state=state))
        return dataclasses.replace(own, proposals=both)
    return course_of(THIOCTIC) if name == THIOCTIC else of_regimen(name)


def read(kind: str, typed: dict[str, Any], of: str = CYCLOPHOSPHAMIDE) -> dict[str, Any]:
    own = course(of)
    return read_change(kind, typed, own, library(own.regimens[0].id), **SAID).model_dump()


def holds(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("kind", "typed", "of", "wanted"),
    [
        ("defer", {"by": "2 weeks", "scope": "later"}, "", {"by_days": 14, "to": None}),
        ("defer", {"by": "2 days earlier", "scope": "day"}, "", {"by_days": -2}),
        (
            "defer",
            {"to": "2027-01-04", "scope": "day"},
            "",
            {"by_days": None, "to": dt.date(2027, 1, 4), "scope": "this day"},
        ),
        ("omit", {"scope": "cycle"}, "", {"at": PULSE, "scope": "this cycle"}),
        ("cease", {}, "", {"at": PULSE}),
        (
            "re-weigh",
            {"weight": "68 kg", "doses": "keep", "from": "2026-12-28"},
            "",
            {"weight": "68 kg", "doses": "kept", "from_day": dt.date(2026, 12, 28)},
        ),
        (
            "adjust",
            {"give": "75 % of the standard dose", "scope": "later"},
            "",
            {"percent": 75.0, "of": "standard dose", "amount": ""},
        ),
        (
            "adjust",
            {"give": "900 mg", "scope": "day"},
            "",
            {"percent": None, "amount": "900 mg", "at": PULSE},
        ),
        (
            "record",
            {"on": "2026-12-29", "time": "10:30", "amount": "900 mg", "item": "cyclophosphamide"},
            "",
            {
                "on": dt.date(2026, 12, 29),
                "time": "10:30",
                "amount": "900 mg",
                "item": "cyclophosphamide",
                "n": 1,
            },
        ),
        ("record", {"on": "2026-12-28", "n": "2"}, "", {"n": 2, "amount": "", "at": PULSE}),
        ("result", {"gate": "neutrophils", "value": "0.9"}, "", {"at": PULSE, "value": "0.9"}),
        ("hold", {"days": "2 weeks"}, TAPER, {"at": STEP, "days": 14, "kind": "hold"}),
        ("step-back", {"days": "3 days"}, TAPER, {"at": STEP, "days": 3, "kind": "step back"}),
        (
            "facts",
            {"from": "2026-12-28", "pregnant": "no", "conditions": "hepatitis B; diabetes"},
            "",
            {
                "from_day": dt.date(2026, 12, 28),
                "facts": {"pregnant": "no", "conditions": ["hepatitis B", "diabetes"]},
            },
        ),
        # a genotype decides no dose of this regimen
        ("facts", {"from": "2026-12-28", "genotype": "poor"}, "", {"facts": {"genotype": "poor"}}),
        # known from the day of the last of them
        (
            "results",
            {
                "results": [
                    "neutrophils 0.9 10^9/L 2026-12-27",
                    "platelets 150 10^9/L 2026-12-20",
                ]
            },
            "",
            {"from_day": dt.date(2026, 12, 27)},
        ),
        ("decline", {}, "waiting", {"at": PULSE, "gate": "neutrophils"}),
        ("decline", {"gate": "white cells"}, "waiting twice", {"gate": "white-cells"}),
        (
            "switch",
            {"from": "intravenous cycle 1 day 8", "choose": {"iv_days": "12 days"}},
            THIOCTIC,
            {"at": "intravenous cycle 1 day 8", "choices": {"iv_days": "12 days"}},
        ),
    ],
)
def test_what_is_typed_is_read_field_by_field(
    kind: str, typed: dict[str, Any], of: str, wanted: dict[str, Any]
) -> None:
    place = {} if kind == "results" else {"from": STEP if of == TAPER else PULSE}
    found = read(kind, {**place, **typed}, of or CYCLOPHOSPHAMIDE)
    assert holds(found, wanted), found


@pytest.mark.parametrize(
    ("kind", "typed", "of", "said"),
    [
        ("defer", {"by": "7 days", "to": "2027-01-04", "scope": "day"}, "", ["cannot be combined"]),
        ("defer", {"scope": "day"}, "", ["by: is missing, and so is to"]),
        ("defer", {"by": "soon", "scope": "day"}, "", ["is not a number of days"]),
        ("defer", {"by": "0 days", "scope": "day"}, "", ["is not a number of days"]),
        ("re-weigh", {"from": "2026-12-28", "doses": "keep"}, "", ["weight: is missing"]),
        (
            "re-weigh",
            {"from": "2026-12-28", "weight": "68", "doses": "halve"},
            "",
            ["weight", "doses"],
        ),
        ("re-weigh", {"from": "2026-12-28", "weight": "68 kg"}, "", ["doses: is missing"]),
        ("adjust", {"give": "75 %", "scope": "day"}, "", ["does not say of which dose"]),
        ("adjust", {"give": "much", "scope": "day"}, "", ["give"]),
        ("adjust", {"scope": "day"}, "", ["give: is missing"]),
        ("record", {"on": "2026-12-28", "amount": "much"}, "", ["amount"]),
        ("hold", {}, "", ["days: is missing"]),
        ("facts", {"from": "2026-12-28"}, "", ["are missing"]),
        (
            "facts",
            {"from": "2026-12-28", "pregnant": "perhaps"},
            "",
            ['pregnant: "perhaps" is not known here'],
        ),
        ("results", {}, "", ["result: is missing"]),
        ("results", {"results": ["neutrophils much"]}, "", ["neutrophils much"]),
        ("result", {"gate": "neutrophils", "value": "many"}, "", ["many"]),
        ("result", {"gate": "neutrophils"}, "", ["value: is missing"]),
        ("result", {"gate": "platelets", "value": "0.9"}, "", ["is not a gate of the pulses"]),
        ("decline", {}, "", ["gate: is missing", "nothing is proposed here"]),
        ("decline", {"gate": "sodium"}, "waiting", ["waits for a decision", "neutrophils"]),
        ("decline", {}, "waiting twice", ["gate: is missing", "neutrophils, white cells"]),
        ("switch", {"choose": {}}, "", ["choose: is missing"]),
        ("switch", {"choose": "12 days"}, "", ["names no choice"]),
        ("add", {"from": ""}, "", ["regimen: is missing"]),
        ("add", {"from": "", "regimen": CYCLOPHOSPHAMIDE}, "", ["first day: is missing"]),
    ],
)
def test_what_cannot_be_read_is_answered_with_its_field(
    kind: str, typed: dict[str, Any], of: str, said: list[str]
) -> None:
    place = {} if kind == "results" else {"from": PULSE}
    with pytest.raises(InputError) as refused:
        read(kind, {**place, **typed}, of or CYCLOPHOSPHAMIDE)
    text = str(refused.value)
    assert not [words for words in said if words.lower() not in text.lower()], text


def test_what_is_missing_twice_is_one_problem() -> None:
    with pytest.raises(InputError) as refused:
        read("defer", {"from": PULSE, "scope": "day"})
    assert [problem.field for problem in refused.value.problems] == ["by"]


def test_a_gate_of_words_is_answered_with_how_to_type_its_result() -> None:
    gates = {gate.name for phase in course(TAPER).regimens[0].phases for gate in phase.gates}
    typed = {"from": STEP, "gate": next(iter(gates)), "value": "1"}
    with pytest.raises(InputError, match="has words as its results"):
        read("result", typed, TAPER)


def test_a_genotype_that_decides_the_doses_is_not_changed_on_the_way() -> None:
    own = example_of(AZATHIOPRINE)
    typed = {"from": "2026-12-28", "genotype": "poor"}
    with pytest.raises(InputError, match="decides the doses of azathioprine"):
        read_change("facts", typed, own, shelved(AZATHIOPRINE), **SAID)


def test_a_genotype_that_is_known_after_the_last_dose_is_kept() -> None:
    own, known = example_of(AZATHIOPRINE), shelved(AZATHIOPRINE)
    last = max(row.date for row in own.rows)
    typed = {"from": last.isoformat(), "genotype": "poor"}
    with pytest.raises(InputError, match="decides the doses of azathioprine"):
        read_change("facts", typed, own, known, **SAID)
    typed["from"] = (last + dt.timedelta(days=1)).isoformat()
    assert holds(
        read_change("facts", typed, own, known, **SAID).model_dump(),
        {"from_day": last + dt.timedelta(days=1), "facts": {"genotype": "poor"}},
    )


def fields_refused(kind: str, typed: dict[str, Any]) -> list[str]:
    with pytest.raises(InputError) as refused:
        read(kind, typed)
    return [problem.field for problem in refused.value.problems]


def test_everything_that_is_wrong_with_a_result_or_a_record_is_said_at_once() -> None:
    wrong = {"from": "cycle 9 day 1", "gate": "neutrophils"}
    assert fields_refused("result", wrong) == ["from", "value"]
    assert fields_refused("result", {"from": PULSE, "value": "0.9"}) == ["gate"]
    wrong = {"from": PULSE, "amount": "a vial", "on": "yesterday"}
    assert fields_refused("record", wrong) == ["amount", "on"]
