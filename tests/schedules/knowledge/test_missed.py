"""What to do about a missed dose: only what a source that was seen says, and one answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from schedules.knowledge.regimen import Regimen


def regimen(*missed: dict[str, Any]) -> Regimen:
    """Return a tablet a day for a week, then for another, with answers about missed ones."""
    tablet = {
        "drug": "tablet",
        "route": "oral",
        "dose": "1 mg",
        "days": "each day",
        "per_cycle": "7 mg",
        "source": "seen",
    }
    phases = [
        {"name": name, "length": "7 days", "medicines": [{**tablet, "at": ["morning"]}]}
        for name in ("first", "second")
    ]
    return Regimen.model_validate(
        {
            "id": "tablet-daily",
            "title": "A tablet a day",
            "for": ["pain"],
            "status": "under review",
            "version": 1,
            "reviewed": {"due": dt.date(2027, 11, 20)},
            "missed": [{"text": "Leave it out.", "source": "seen", **one} for one in missed],
            "phases": phases,
            "examples": [
                {"patient": {}, "start": dt.date(2026, 11, 30), "expect": ["x"], "source": "seen"}
            ],
            "sources": {
                "seen": {"cite": "a label", "confirmed": True},
                "memory": {"cite": "from memory", "confirmed": False},
            },
        }
    )


@pytest.mark.hazard("H276")
def test_an_answer_about_a_missed_dose_needs_a_source_that_was_seen() -> None:
    assert regimen({"drug": "tablet"}).missed[0].text == "Leave it out."
    with pytest.raises(ValidationError, match="needs a source that was seen"):
        regimen({"drug": "tablet", "source": "memory"})


@pytest.mark.parametrize(
    ("missed", "said"),
    [
        ([{"drug": "capsule"}], "no dose of capsule is planned here"),
        ([{"drug": "tablet", "phases": ["third"]}], 'no phase named "third"'),
        (
            [{"drug": "tablet", "phases": ["second"]}, {"drug": "tablet"}],
            "a missed dose of tablet has two answers",
        ),
    ],
)
def test_an_answer_is_about_a_dose_of_the_regimen_and_is_the_only_one(
    missed: list[dict[str, Any]], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        regimen(*missed)


def test_each_phase_may_have_its_own_answer() -> None:
    found = regimen(
        {"drug": "tablet", "phases": ["first"]}, {"drug": "tablet", "phases": ["second"]}
    )
    assert len(found.missed) == 2
