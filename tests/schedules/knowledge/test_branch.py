"""The outcomes of a review in a regimen file: what holds, and what is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from schedules.knowledge.branch import Branch
from schedules.knowledge.pathway import awaited, pathway_problems
from schedules.knowledge.phase import Phase


def review(*outcomes: dict[str, Any], days: Any = (1,), **more: Any) -> dict[str, Any]:
    stated = [{"source": "x", **one} for one in outcomes]
    of = {"what": "response", "kind": "review", "days": list(days), "at": ["clinic"]}
    return {**of, "source": "x", "outcomes": stated, **more}


def opens(phase: str) -> list[dict[str, str]]:
    return [{"phase": phase, "source": "x"}]


def phases(first: dict[str, Any], **more: Any) -> list[Phase]:
    later = {"what": "visit", "kind": "procedure", "days": [1], "at": ["clinic"], "source": "x"}
    named = ({"name": name, "procedures": [later]} for name in ("taper", "maintenance"))
    own = {"name": "induction", "procedures": [first], **more}
    return [Phase.model_validate(one) for one in (own, *named)]


def texts(found: list[Phase]) -> list[str]:
    return [text for _, text in pathway_problems(found)]


def test_a_phase_that_an_outcome_opens_waits_for_it() -> None:
    found = phases(review({"outcome": "improved", "opens": opens("taper")}, {"outcome": "worse"}))
    assert texts(found) == []
    assert [awaited(found, one.name) for one in found] == ["", "response: improved", ""]
    every = phases(
        review(
            {"outcome": "improved", "opens": opens("taper")},
            {"outcome": "worse", "opens": opens("taper"), "then": "step back 14 days"},
        )
    )
    assert awaited(every, "taper") == "response has its outcome"


def test_what_does_not_hold_together_is_refused() -> None:
    improved = {"outcome": "improved", "opens": opens("taper")}
    assert texts(phases(review(improved, {"outcome": "improved"}))) == [
        "two outcomes have the same name"
    ]
    assert texts(phases(review({"outcome": "worse", "opens": opens("induction")}))) == [
        'no later phase is named "induction"'
    ]
    assert texts(phases(review({**improved, "then": "stop"}))) == [
        "the regimen ends, and a phase of it is opened"
    ]
    once = "a review that opens a phase takes place once: no cycle, no taper, one day"
    assert texts(phases(review(improved, days=[1, 8]))) == [once]
    assert texts(phases(review(improved), cycle={"every": "28 days", "count": 2})) == [once]
    last = {"outcome": "improved", "opens": opens("maintenance")}
    twice = phases(review(last))
    twice[1] = Phase.model_validate({"name": "taper", "procedures": [review(last, what="again")]})
    assert texts(twice) == ['"response" opens phase maintenance already']


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"then": "defer 7 days"}, "is not known; write"),
        ({"opens": [{"source": "x"}]}, "one of them"),
        ({"opens": [{"phase": "a", "regimen": "b", "source": "x"}]}, "one of them"),
        ({"opens": [{"phase": "a", "after": "1 day", "source": "x"}]}, "days of its own"),
        ({"opens": [{"regimen": "b", "of": "first day", "source": "x"}]}, "is missing: how long"),
        ({"outcome": "Improved"}, "pattern"),
    ],
)
def test_an_outcome_that_cannot_be_meant_is_refused(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Branch.model_validate({"outcome": "improved", "source": "x", **wrong})


def test_only_a_review_has_outcomes() -> None:
    with pytest.raises(ValidationError, match="only a review has outcomes"):
        phases(review({"outcome": "improved"}, kind="procedure"))


def test_a_branch_says_in_words_what_it_does() -> None:
    later = {"regimen": "azathioprine-cover", "after": "1 day", "source": "x"}
    said: dict[str, dict[str, Any]] = {
        "improved: opens phase taper, azathioprine-cover 1 day after the review": {
            "outcome": "improved",
            "opens": [*opens("taper"), later],
        },
        "worse: step back 14 days": {"outcome": "worse", "then": "step back 14 days"},
        "relapse: this regimen ends": {"outcome": "relapse", "then": "stop"},
        "stable: goes on as planned": {"outcome": "stable"},
    }
    assert [str(Branch.model_validate({**one, "source": "x"})) for one in said.values()] == [*said]
