"""What a dose takes from its medicine: its length, and its share of a total."""

from __future__ import annotations

import datetime as dt
from itertools import islice

import pytest

from schedules.course.shares import dealt_of, lengths_of
from schedules.knowledge.medicine import Medicine
from tests.support.planning import CYCLOPHOSPHAMIDE, IMMUNOGLOBULIN, RITUXIMAB, THIOCTIC, library


def medicine(regimen: str, phase: int = 0) -> Medicine:
    return library().regimen(regimen).phases[phase].medicines[0]


@pytest.mark.parametrize(
    ("over", "share"),
    [
        # the second time of the second of ten days, two times a day
        ("dose", None),
        ("day", (1, 2)),
        ("2 days", (3, 4)),
        ("cycle", (1, 10)),
    ],
)
def test_a_dose_has_its_place_among_those_that_share_a_total(
    over: str, share: tuple[int, int] | None
) -> None:
    rounded = medicine(IMMUNOGLOBULIN)
    assert rounded.round is not None
    rounding = rounded.round.model_copy(update={"over": over})
    own = rounded.model_copy(update={"round": rounding})
    assert dealt_of(own, (1, 10), (1, 2)) == share


def test_the_third_of_all_days_is_the_first_of_two() -> None:
    rounded = medicine(IMMUNOGLOBULIN)
    assert rounded.round is not None
    own = rounded.model_copy(update={"round": rounded.round.model_copy(update={"over": "2 days"})})
    assert [dealt_of(own, (day, 4), (0, 1)) for day in range(4)] == [(0, 2), (1, 2), (0, 2), (1, 2)]


def test_what_is_not_rounded_is_a_share_of_nothing() -> None:
    assert dealt_of(medicine(THIOCTIC), (0, 10), (0, 1)) is None


def test_the_first_infusion_is_booked_for_longer_than_the_later_ones() -> None:
    # rituximab: 210 and 150 min; cyclophosphamide 60 min each; tablets have no booking
    def minutes(own: Medicine) -> list[float]:
        return [length / dt.timedelta(minutes=1) for length in islice(lengths_of(own), 3)]

    assert minutes(medicine(RITUXIMAB)) == [210, 150, 150]
    assert minutes(medicine(CYCLOPHOSPHAMIDE)) == [60, 60, 60]
    assert minutes(medicine(THIOCTIC, phase=1)) == [0, 0, 0]
