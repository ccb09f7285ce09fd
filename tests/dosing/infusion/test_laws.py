"""What holds for every infusion, whatever is ordered and whenever it is stopped."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dosing import units
from dosing.infusion.bag import bag_holding_all
from dosing.infusion.steps import Infusion, Interruption, Stage, over
from dosing.trace import stops
from dosing.units import MINUTE, ML, quantity
from tests.support.infusing import (
    NO_DRUG,
    bag,
    by_ladder,
    codes,
    infused,
    minutes,
    number,
    rate,
    stage,
    volume,
)

TENTHS = st.integers(1, 5000).map(lambda n: n / 10)
ORDERS = st.lists(st.tuples(st.integers(1, 4000), st.integers(1, 90)), min_size=1, max_size=7)


def ordered(order: list[tuple[int, int]]) -> list[Stage]:
    rates = sorted({mg for mg, _ in order})
    holds = [hold for _, hold in order]
    last = len(rates) - 1
    return [
        Stage(
            rate=rate(f"{mg / 10:g} mg/h"),
            hold=None if n == last else quantity(float(hold), MINUTE),
        )
        for n, (mg, hold) in enumerate(zip(rates, holds, strict=False))
    ]


def ran(order: list[tuple[int, int]], dose: float, ml: float, *stop: Interruption) -> Infusion:
    return infused(
        bag=bag_holding_all(quantity(ml, ML)),
        stages=ordered(order),
        dose=quantity(dose, units.MG),
        interruptions=stop,
    )


@given(order=ORDERS, dose=TENTHS, ml=TENTHS)
def test_the_steps_add_up_to_the_bag_and_the_clock_only_rises(
    order: list[tuple[int, int]], dose: float, ml: float
) -> None:
    found = ran(order, dose, ml)
    assert number(found.steps[-1].running) == ml
    assert sum(number(step.volume) for step in found.steps) == pytest.approx(ml, rel=1e-12)
    assert number(found.steps[0].starts) == 0
    for one, other in zip(found.steps, found.steps[1:], strict=False):
        assert number(one.starts) < number(one.ends) == number(other.starts)
        assert number(one.pump) < number(other.pump)
    assert codes(found) == NO_DRUG


@given(order=ORDERS, dose=TENTHS, ml=TENTHS, at=st.integers(1, 99), lasts=st.integers(1, 240))
def test_a_pause_moves_the_end_by_itself_and_changes_no_volume(
    order: list[tuple[int, int]], dose: float, ml: float, at: int, lasts: int
) -> None:
    whole = ran(order, dose, ml)
    when = quantity(round(number(whole.total) * at / 100, 3), MINUTE)
    assume(0 < number(when) < number(whole.total))
    paused = ran(order, dose, ml, Interruption(at=when, lasts=quantity(float(lasts), MINUTE)))
    assert number(paused.steps[-1].running) == ml
    assert sum(number(step.volume) for step in paused.steps) == pytest.approx(ml, rel=1e-12)
    assert number(paused.total) == pytest.approx(number(whole.total) + lasts, abs=1e-6)
    assert not stops(paused.findings)


@given(order=ORDERS, dose=TENTHS, ml=TENTHS, at=st.integers(1, 99), percent=st.integers(1, 100))
# 0.1 mL at 0.007 mL/h: the ninth decimal of what is left of it takes 4 millionths of a minute.
@example(order=[(7, 1)], dose=0.1, ml=0.1, at=71, percent=1)
def test_after_a_reaction_every_rate_is_the_stated_share_of_the_one_before(
    order: list[tuple[int, int]], dose: float, ml: float, at: int, percent: int
) -> None:
    whole = ran(order, dose, ml)
    when = quantity(round(number(whole.total) * at / 100, 3), MINUTE)
    assume(0 < number(when) < number(whole.total))
    stop = Interruption(at=when, lasts=minutes("30 min"), resume_percent=percent)
    found = ran(order, dose, ml, stop)
    kinds = [step.kind for step in found.steps]
    place = kinds.index("reaction")
    before = number(found.steps[place - 1].pump)
    assert [number(step.pump) for step in found.steps[place + 1 :]] == [
        pytest.approx(before * percent / 100)
    ]
    assert number(found.steps[-1].running) == ml
    assert not stops(found.findings)


def at_second(second: int) -> float:
    """Return the minutes since the start as the Pump screen counts them, from a clock time."""
    hours, rest = divmod(second, 3600)
    return hours * 60 + rest // 60 + rest % 60 / 60


def stopped_at(*stops: tuple[int, int, int | None]) -> Infusion:
    """Run 700 mg of rituximab in 500 mL with stops, each from and to in seconds."""
    return by_ladder(
        "rituximab-first",
        bag("500 mL"),
        "700 mg",
        interruptions=[
            Interruption(
                at=quantity(at_second(start), MINUTE),
                lasts=quantity(at_second(end) - at_second(start), MINUTE),
                resume_percent=percent,
            )
            for start, end, percent in stops
        ],
    )


@pytest.mark.parametrize("length", [61, 130, 300])
@pytest.mark.parametrize("start", [601, 622, 643, 1703])
def test_a_reaction_in_the_second_in_which_a_pause_ends_is_no_disagreement(
    start: int, length: int
) -> None:
    # 10.016666666666667 + 1.0166666666666657 is not 11.033333333333333, when the pump stops again
    end = start + length
    found = stopped_at((start, end, None), (end, end + 600, 50))
    assert [step.kind for step in found.steps] == ["runs", "pause", "reaction", "runs"]
    assert not found.findings


@pytest.mark.parametrize("length", [61, 130, 301])
@pytest.mark.parametrize("start", [601, 622, 643, 1703])
def test_a_reaction_as_a_step_ends_after_a_pause_counts_the_rate_that_ran(
    start: int, length: int
) -> None:
    # 50 mg/h runs for 30 min and the pause; the reaction comes in that very second.
    end = 1800 + length
    found = stopped_at((start, start + length, None), (end, end + 600, 50))
    assert found.steps[-1].rate_text.replace("\u00a0", " ") == "25 mg/h"
    assert not found.findings


@given(
    seconds=st.lists(st.integers(1, 9000), min_size=2, max_size=6, unique=True).map(sorted),
    percents=st.lists(st.sampled_from([None, 50, 25, 1]), min_size=3, max_size=3),
    touching=st.booleans(),
)
def test_stops_at_any_second_leave_the_two_calculations_of_one_mind(
    seconds: list[int], percents: list[int | None], touching: bool
) -> None:
    ends = seconds[1:] if touching else seconds[1::2]
    starts = seconds[: len(ends)] if touching else seconds[::2]
    found = stopped_at(*zip(starts, ends, percents, strict=False))
    assert "infusion.second_calculation" not in {finding.code for finding in found.findings}
    assert number(found.steps[-1].running) == 500


@pytest.mark.parametrize("text", ["0.0000000001 mL", "0.0003 mL", "50 L"])
def test_a_bag_of_any_size_is_emptied(text: str) -> None:
    found = infused(bag=bag(text), stages=over(minutes("60 min")))
    assert number(found.steps[-1].running) == number(volume(text).to("mL"))
    assert number(found.total) == 60
    assert codes(found) == NO_DRUG


@pytest.mark.parametrize("rest", [[], [stage("50 mL/h")]])
def test_a_bag_that_is_empty_but_for_a_rounded_rate_needs_no_further_step(
    rest: list[Stage],
) -> None:
    # 33.3333333333 mL/h for 3 h leave 0.0000000001 mL of 100 mL.
    found = infused(bag=bag("100 mL"), stages=[stage("33.3333333333 mL/h", "3 h"), *rest])
    assert [number(step.running) for step in found.steps] == [100]
    assert codes(found) == NO_DRUG
