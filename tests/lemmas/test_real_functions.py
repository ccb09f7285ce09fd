"""What CrossHair is asked to contradict holds on numbers drawn by a seed as well."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.lemmas import real_functions as real

Ends = tuple[float, float]
_MANY = 100
RANGES: list[tuple[Callable[..., None], Sequence[Ends]]] = [
    (real.months_are_counted_from_the_first_date, [(1950, 2100), (1, 12), (1, 28), (1, 600)]),
    (real.spans_of_days_add_up, [(1950, 2100), (1, 600), (1, 600)]),
    (real.whole_steps_stay_what_they_are, [(0, 10_000), (0.01, 1000.0)]),
    (real.nothing_is_above_and_below, [(0.0, 1000.0), (0.001, 1000.0)]),
    (real.shares_add_up_and_fall, [(1, 60), (1, 6)]),
    (real.a_window_holds_both_ends, [(1, 60), (1, 60), (1, 60), (-90, 90)]),
]


def drawn(chance: random.Random, ends: Ends) -> Any:
    low, high = ends
    whole = isinstance(low, int)
    return chance.randint(int(low), int(high)) if whole else chance.uniform(low, high)


@pytest.mark.parametrize(("rule", "ranges"), RANGES, ids=lambda one: getattr(one, "__name__", ""))
def test_a_rule_holds_on_numbers_that_are_drawn(
    rule: Callable[..., None], ranges: Sequence[Ends]
) -> None:
    chance = random.Random(7)  # noqa: S311 - cases, no secret
    for _ in range(_MANY):
        rule(*(drawn(chance, ends) for ends in ranges))


def test_a_broken_function_is_contradicted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real, "is_outside", lambda window, moved: moved > 2)
    with pytest.raises(RuntimeError, match="another window"):
        real.a_window_holds_both_ends(1, 3, 5, 3)
