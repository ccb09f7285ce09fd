"""What a rate ladder and a dilution may say in a drug file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dosing import units
from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import Chair, Dilution, RateLadder, ladder_in_words
from dosing.units import plain
from tests.support.made_up import spoken
from tests.support.planning import whole_library


def drug_with(*ladders: dict[str, Any]) -> Drug:
    return Drug.model_validate(
        {
            "id": "made",
            "name": "made",
            "version": 1,
            "sources": {"label": {"cite": "A made-up label", "confirmed": True}},
            "products": [
                {
                    "name": "vial",
                    "form": "vial",
                    "routes": ["intravenous infusion"],
                    "strengths": ["100 mg"],
                    "source": "label",
                }
            ],
            "limits": [{"per": "dose", "hard": {"high": "2 g"}, "source": "label"}],
            "ladders": list(ladders),
        }
    )


def ladder_of(**words: Any) -> dict[str, Any]:
    return {
        "id": "made-first",
        "infusion": "first",
        "routes": ["intravenous infusion"],
        "source": "label",
        **words,
    }


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({}, "needs steps, over, least, longest or most"),
        ({"steps": [{"rate": "100 mg/h", "hold": "30 min"}, {"rate": "50 mg/h"}]}, "does not rise"),
        ({"steps": [{"rate": "50 mg/h", "hold": "30 min"}, {"rate": "50 mg/h"}]}, "does not rise"),
        ({"steps": [{"rate": "50 mg/h"}, {"rate": "100 mg/h"}]}, "needs hold"),
        (
            {"steps": [{"rate": "50 mg/h", "hold": "30 min"}, {"rate": "100 mL/h"}]},
            "differ in kind",
        ),
        (
            {"steps": [{"rate": "50 mg/h", "hold": "30 min"}, {"rate": "100 mg/kg/h"}]},
            "differ in kind",
        ),
        (
            {"steps": [{"rate": "400 mg/h"}], "most": {"rate": "300 mg/h", "source": "label"}},
            "above the most",
        ),
        (
            {"steps": [{"rate": "10 mg/min"}], "most": {"rate": "500 mg/h", "source": "label"}},
            "above the most",
        ),
        ({"steps": [{"rate": "50 units/h"}]}, "no product is measured as its rates are"),
        (
            {"steps": [{"percent": 20, "hold": "30 min"}, {"percent": 70, "hold": "60 min"}]},
            "add up to 100",
        ),
        ({"steps": [{"percent": 20, "hold": "30 min"}, {"rate": "50 mg/h"}]}, "add up to 100"),
        ({"steps": [{"percent": 100}]}, "needs hold"),
        ({"steps": [{"hold": "30 min"}]}, "a rate, or a percent"),
        ({"steps": [{"rate": "50 mg/h"}], "over": "60 min"}, "not both"),
        ({"over": "20 min", "least": "30 min"}, "longer than"),
        ({"least": "30 min", "longest": "20 min"}, "longer than"),
        ({"steps": [{"rate": "50"}]}, "has no unit"),
        ({"over": "60 min", "source": "lable"}, "no source named"),
        ({"over": "60 min", "reaction": {"resume_percent": 50, "source": "x"}}, "no source named"),
        ({"over": "60 min", "reaction": {"resume_percent": 150, "source": "label"}}, "less than"),
        ({"over": "60 min", "reaction": {"resume_percent": 0, "source": "label"}}, "greater than"),
        ({"steps": [{"percent": 0, "hold": "30 min"}]}, "greater than"),
        ({"over": "60 min", "routes": []}, "at least 1"),
        ({"over": "40 min", "longest": "30 min"}, "40 min is longer than 30 min"),
        ({"over": "60 min", "speed": "fast"}, "Extra inputs"),
    ],
)
def test_a_ladder_that_does_not_hold_is_refused(words: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        drug_with(ladder_of(**words))


def test_two_ladders_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="appears twice"):
        drug_with(ladder_of(over="60 min"), ladder_of(over="30 min"))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"product": "vial"}, "needs diluents, low or high"),
        ({"product": "vial", "low": "4 mg/mL", "high": "1 mg/mL"}, "is above high"),
        ({"product": "vial", "low": "4 mg/mL", "high": "1 units/mL"}, "differ in kind"),
        ({"product": "bag", "low": "4 mg/mL"}, "no product or ladder names"),
    ],
)
def test_a_dilution_that_does_not_hold_is_refused(words: dict[str, Any], why: str) -> None:
    document = json.loads(drug_with().model_dump_json())
    with pytest.raises(ValueError, match=why):
        Drug.model_validate({**document, "dilutions": [{**words, "source": "label"}]})


def test_the_id_of_a_ladder_begins_with_that_of_its_drug() -> None:
    """So a ladder is found without reading every drug file, and no two drugs share a name."""
    drugs = whole_library().drugs
    ladders = [(name, ladder) for name, drug in drugs.items() for ladder in drug.ladders]
    assert len(ladders) > 30
    assert not [ladder.id for name, ladder in ladders if not ladder.id.startswith(f"{name}-")]


def read_ladder(**words: Any) -> RateLadder:
    return RateLadder.model_validate(ladder_of(**words))


SHARES = [{"percent": 1, "hold": "30 min"}, {"percent": 99, "hold": "60 min"}]
RISING = [{"rate": "50 mg/h", "hold": "30 min"}, {"rate": "100 mg/h"}]
HELD = [{"rate": "50 mg/h", "hold": "30 min"}, {"rate": "100 mg/h", "hold": "30 min"}]
MOST = {"rate": "100 mg/h", "source": "leaflet"}


@pytest.mark.parametrize(
    ("words", "open_end", "lines"),
    [
        ({"steps": SHARES}, False, ["1 % of the bag for 30 min", "99 % of the bag for 60 min"]),
        ({"steps": RISING}, False, ["50 mg/h for 30 min", "100 mg/h to the end"]),
        ({"steps": HELD}, True, ["50 mg/h for 30 min", "100 mg/h for 30 min"]),
        (
            {"steps": RISING, "most": MOST, "dose": "500 mg", "only_if": "adults"},
            False,
            [
                "50 mg/h for 30 min",
                "100 mg/h to the end",
                "at most 100 mg/h",
                "for a dose of 500 mg",
                "only for adults",
            ],
        ),
        (
            {"steps": [RISING[0], {"rate": "75 mg/h", "hold": "1 h"}, RISING[1]]},
            False,
            ["50 mg/h for 30 min", "75 mg/h for 1 h", "100 mg/h to the end"],
        ),
        ({"over": "1 h"}, False, ["over 1 h"]),
        (
            {"over": "1 h", "reaction": {"resume_percent": 1, "source": "label"}},
            False,
            ["over 1 h", "after a reaction at no more than 1 % of the rate"],
        ),
        (
            {"least": "30 min", "over": "1 h", "longest": "2 h"},
            False,
            ["over 1 h", "not less than 30 min", "not more than 2 h"],
        ),
        ({"least": "30 min"}, True, ["not less than 30 min"]),
        ({"longest": "2 h"}, True, ["not more than 2 h"]),
        ({"most": MOST}, True, ["at most 100 mg/h"]),
    ],
)
def test_a_ladder_is_told_line_by_line_and_asks_for_its_end_where_it_has_none(
    words: dict[str, Any], open_end: bool, lines: list[str]
) -> None:
    ladder = read_ladder(**words)
    assert [spoken(line) for line in ladder_in_words(ladder)] == lines
    assert ladder.open_end is open_end


def test_a_ladder_names_every_source_and_every_rate() -> None:
    reaction = {"resume_percent": 50, "source": "society"}
    ladder = read_ladder(steps=RISING, most=MOST, reaction=reaction)
    assert ladder.sources == ["label", "leaflet", "society"]
    assert [plain(rate) for rate in ladder.rates] == ["50 mg/h", "100 mg/h", "100 mg/h"]
    shares = read_ladder(steps=SHARES)
    assert (shares.sources, shares.rates) == (["label"], [])


def test_a_ladder_of_one_dose_is_for_no_other() -> None:
    own = read_ladder(over="1 h", dose="500 mg")
    of_any = read_ladder(over="1 h")
    for dose, is_for in (("500 mg", True), ("0.5 g", True), ("600 mg", False), ("500 mL", False)):
        assert own.is_for(units.amount(dose)) is is_for
        assert of_any.is_for(units.amount(dose))


@pytest.mark.parametrize(
    "bounds", [{"low": "1 mg/mL"}, {"high": "4 mg/mL"}, {"diluents": ["saline"]}]
)
def test_a_dilution_may_state_one_bound_or_only_in_what(bounds: dict[str, Any]) -> None:
    words = {"product": "vial", "source": "label", **bounds}
    assert Dilution.model_validate(words).model_dump(exclude_defaults=True) == words


def test_a_chair_time_is_before_or_after_the_infusion() -> None:
    chair = {"routes": ["intravenous infusion"], "source": "label"}
    with pytest.raises(ValueError, match="needs before, after or both"):
        Chair.model_validate(chair)
    with pytest.raises(ValueError, match="at least 1"):
        Chair.model_validate({**chair, "routes": [], "before": "30 min"})
    before = Chair.model_validate({**chair, "before": "30 min"})
    after = Chair.model_validate({**chair, "after": "1 h"})
    assert (before.after, after.before) == (None, None)


def test_an_hour_and_sixty_minutes_are_compared_as_times() -> None:
    ladder = RateLadder.model_validate(ladder_of(over="1 h", least="60 min", longest="60 min"))
    assert not ladder.open_end
