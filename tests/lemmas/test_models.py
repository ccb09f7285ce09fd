"""The arithmetic that the lemmas are about is that of the program, on numbers drawn by a seed."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

import pytest

import dosing
from dosing import rounding, units
from dosing.calculation.packs import deal, vials
from dosing.drugs.band_table import COLUMNS, read_table
from dosing.infusion.rates import drops_per_minute
from dosing.names import RoundingRule
from dosing.units import DROPS_PER_ML, MG, ML_PER_H, quantity
from schedules.course.closed_days import nearest_open_day
from schedules.course.taper import levels
from schedules.knowledge.phase import OpenDays, Taper
from schedules.knowledge.site import ClosedDays
from schedules.knowledge.span import Span
from tests.lemmas import models
from tests.support.infusing import bag, infused, number, stage

_MANY = 300


def tenths(seed: int, *, most: int = 5000) -> Iterator[Fraction]:
    """Yield amounts of one decimal, as people type them."""
    chance = random.Random(seed)  # noqa: S311 - cases, no secret
    for _ in range(_MANY):
        yield Fraction(chance.randint(1, most), 10)


@pytest.mark.parametrize(
    ("rule", "model"), [("nearest", models.nearest), ("down", models.down), ("up", models.up)]
)
def test_rounding(rule: RoundingRule, model: Callable[[Fraction], int]) -> None:
    for amount in tenths(1):
        for step in (Fraction(1, 2), Fraction(5), Fraction(25)):
            given = rounding.round_to(
                units.amount(f"{float(amount)} mg"), quantity(float(step), MG), rule
            )
            assert given.magnitude == float(model(amount / step) * step), (amount, step)


def test_a_limit() -> None:
    for value in tenths(2, most=40):
        for limit in (Fraction(1), Fraction(5, 2)):
            assert rounding.above(float(value), float(limit)) == models.above(value, limit)
    # 3 x 0.1 is 0.30000000000000004
    assert not rounding.above(3 * 0.1, 0.3)
    assert rounding.above(0.3 + 1e-9, 0.3)
    assert models.above(Fraction(3, 10) + Fraction(1, 10**9), Fraction(3, 10))


def test_dealing() -> None:
    for steps in range(60):
        for doses in range(1, 9):
            each, more = divmod(steps, doses)
            shares = tuple(2.5 * models.dealt(each, more, n) for n in range(doses))
            assert deal(2.5 * steps, doses, 2.5) == shares


def test_vials() -> None:
    for dose in tenths(3):
        opened = vials(units.amount(f"{float(dose)} mg"), [units.amount("50 mg")]).pieces
        assert opened == models.up(dose / 50)


def test_bands() -> None:
    ends = list(accumulate((12, 2, 2, 5, 9, 20)))
    rows = [f"{a} kg,{b} kg,{a} mg,made up,1 mg/mL,1,6,made up" for a, b in pairwise(ends)]
    table = read_table("\n".join((",".join(COLUMNS), *rows)), "table", "made-up")
    for kg in (*tenths(4, most=600), *map(Fraction, ends)):
        position = table.position_of(units.weight(f"{float(kg)} kg"))
        assert position == models.band_position(kg, ends), kg


def test_adjusted_weight() -> None:
    # Devine for a man of 175 cm: 50 kg, and 2.3 kg for each inch above 60
    ideal = 50 + Fraction("2.3") * (Fraction(175) / Fraction("2.54") - 60)
    body: dict[str, Any] = {"height": "175 cm", "sex": "male", "age": "48 years", "ideal": "devine"}
    for more in tenths(5, most=700):
        kg = 45 + more
        given = dosing.dose(
            "1 mg/kg", weight=f"{float(kg)} kg", basis="adjusted", fraction=0.4, **body
        )
        expected = models.adjusted(kg, ideal, Fraction(2, 5))
        assert given.amount.magnitude == pytest.approx(float(expected), rel=1e-12)


def test_months() -> None:
    first = dt.date(2027, 1, 1)
    for days in range(0, 1500, 3):
        day = first + dt.timedelta(days=days)
        for months in (1, 2, 11, 12, 14):
            then = Span(months=months).after(day)
            assert models.months_later(day.year, day.month, day.day, months) == (
                then.year,
                then.month,
                then.day,
            )


def test_a_weekend() -> None:
    closed = ClosedDays(weekdays=["Sat", "Sun"], rule="stay")
    window = OpenDays.model_validate({"early": "3 days", "late": "3 days", "source": "made up"})
    monday = dt.date(2026, 11, 30)
    for day in range(14):
        planned = monday + dt.timedelta(days=day)
        on = nearest_open_day(planned, [window], closed)
        assert on == planned + dt.timedelta(days=models.to_weekday(day))


def test_a_taper() -> None:
    for start in tenths(7, most=800):
        for by, to in ((Fraction(5), Fraction(10)), (Fraction(5, 2), Fraction(0))):
            end = f"{float(to)} mg" if to else "nothing"
            steps = [{"by": f"{float(by)} mg", "each": "7 days", "to": end}]
            taper = Taper.model_validate({"reduces": "course", "steps": steps, "source": "made up"})
            now, doses = start, []
            while now > to:
                now = models.taken_down(now, by, to)
                doses += [float(now)] if now else []
            found = levels(units.amount(f"{float(start)} mg"), taper)
            assert [step.amount.magnitude for step in found] == doses


def test_the_steps_of_a_ladder() -> None:
    for rate in tenths(8, most=1500):
        found = infused(
            bag=bag("500 mL"), stages=[stage(f"{float(rate)} mL/h", "30 min"), stage("200 mL/h")]
        )
        first = models.step_ml(rate, 30)
        volumes = [number(step.volume) for step in found.steps]
        assert volumes == pytest.approx([float(first), float(500 - first)], rel=1e-12)


def test_drops() -> None:
    for pump in tenths(9, most=3000):
        drops = drops_per_minute(quantity(float(pump), ML_PER_H), quantity(20.0, DROPS_PER_ML))
        assert drops.magnitude == pytest.approx(float(pump * 20 / 60), abs=1e-9)
