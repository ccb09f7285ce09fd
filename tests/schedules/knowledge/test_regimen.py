from __future__ import annotations

from typing import Any

import pytest

from schedules.knowledge.regimen import Regimen
from tests.support.made_up_regimen import medicine, phase, refused, regimen


def test_the_made_up_regimen_holds() -> None:
    assert Regimen.model_validate(regimen()).drugs == ["madeupine"]


@pytest.mark.parametrize(
    "content",
    [
        regimen(phase(medicine(source="lable"))),
        regimen(phase(medicine(window={"least_gap": "1 day", "source": "lable"}))),
        regimen(phase(medicine(cap={"amount": "1 g", "source": "lable"}))),
        regimen(phase(medicine(booked={"first": "1 h", "later": "1 h", "source": "lable"}))),
        regimen(
            phase(medicine(round={"to": "5 mg", "rule": "up", "over": "dose", "source": "lable"}))
        ),
        regimen(
            phase(monitor=[{"what": "x", "days": [1], "before_dose": True, "source": "lable"}])
        ),
        regimen(prerequisites=[{"what": "x", "before": "first dose", "source": "lable"}]),
        regimen(
            errata=[{"prints": "a", "means": "b", "why": "c", "source": "label", "says": "lable"}]
        ),
        regimen(
            errata=[{"prints": "a", "means": "b", "why": "c", "source": "lable", "says": "label"}]
        ),
    ],
)
def test_every_figure_names_a_source_that_is_there(content: dict[str, Any]) -> None:
    assert 'no source named "lable"' in refused(content)


def test_a_give_without_a_source_is_refused() -> None:
    assert "source" in refused(regimen(phase(medicine(source=None))))


def test_two_phases_need_two_names() -> None:
    assert "two phases have the same name" in refused(regimen(phase(), phase()))


def test_two_gives_of_one_drug_need_an_item_name() -> None:
    assert "need an item name" in refused(regimen(phase(medicine(), medicine())))
    Regimen.model_validate(regimen(phase(medicine(item="morning"), medicine(item="evening"))))


@pytest.mark.parametrize("name", ["Made-up", "made up", "made_up", "-made", "made-", ""])
def test_an_id_is_small_letters_and_dashes(name: str) -> None:
    assert "String should match pattern" in refused(regimen(id=name))


def test_a_dose_goes_by_a_clearance_in_ml_a_minute() -> None:
    rule = {"weight": "actual", "surface": "mosteller", "source": "label"}

    def by_clearance(low: str) -> dict[str, Any]:
        when = {"clearance": f"from {low}"}
        return regimen(phase(medicine(when=when)), clearance=rule)

    assert "state its bands without 1.73 m2" in refused(by_clearance("60 mL/min/1.73m2"))
    Regimen.model_validate(by_clearance("60 mL/min"))
