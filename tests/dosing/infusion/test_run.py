"""A dose in a bag as the steps of a pump: worked ladders, outside cases, laws, the second sum."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dosing import units
from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.errors import InputError
from dosing.infusion import rates, steps
from dosing.infusion import second as second_infusion
from dosing.infusion.bag import Bag, bag_added_to, bag_holding_all, drug_volume, undiluted
from dosing.infusion.rates import drops_per_minute, label_rate, ml_per_h, pump_text
from dosing.infusion.run import infuse
from dosing.infusion.steps import Infusion, Interruption, Order, Stage, over, stages_of
from dosing.trace import Finding, stops
from dosing.units import DROPS_PER_ML, HOUR, KG, MINUTE, ML, ML_PER_H, Quantity, in_unit, quantity
from schedules.library.reader import read_ladder, read_version
from tests.support.outside import case_id, chosen, holds, rows
from tests.support.places import ROOT

minutes, rate, amount, volume = units.duration, units.infusion_rate, units.amount, units.volume


def number(value: Quantity | None) -> float:
    assert value is not None
    return float(value.magnitude)


def bag(text: str) -> Bag:
    return bag_holding_all(volume(text))


def infused(
    *, stages: Sequence[Stage], interruptions: Sequence[Interruption] = (), **more: Any
) -> Infusion:
    return infuse(Order(stages=tuple(stages), interruptions=tuple(interruptions), **more))


def stage(text: str, hold: str = "") -> Stage:
    return Stage(rate=rate(text), hold=minutes(hold) if hold else None)


def by_ladder(name: str, bag: Bag, dose: str | None = None, **more: Any) -> Infusion:
    drug, ladder = read_ladder(ROOT, name)
    order = more.pop("stages", None) or stages_of(ladder)
    return infused(
        bag=bag, stages=order, dose=amount(dose) if dose else None, drug=drug, ladder=ladder, **more
    )


def pumps(found: Infusion) -> list[float]:
    return [round(number(step.pump), 1) for step in found.steps]


def codes(found: Infusion) -> set[tuple[str, str]]:
    return {(finding.level, finding.code) for finding in found.findings}


# ---------------------------------------------------------------- worked ladders


def test_the_first_rituximab_takes_three_hours_and_a_half() -> None:
    found = by_ladder("rituximab-first", bag("500 mL"), "700 mg")
    assert pumps(found) == [35.7, 71.4, 107.1, 142.9, 178.6, 214.3, 250]
    assert [step.rate_text.replace("\u00a0", " ") for step in found.steps][::6] == [
        "50 mg/h",
        "350 mg/h",
    ]
    assert number(found.total) == 210
    assert number(found.steps[-1].running) == 500
    assert number(found.concentration) == 1.4
    assert not found.findings


def test_later_rituximab_takes_two_hours_and_a_half() -> None:
    found = by_ladder("rituximab-later", bag("500 mL"), "700 mg")
    assert [number(step.ends) for step in found.steps] == [30, 60, 90, 150]
    assert pumps(found) == [71.4, 142.9, 214.3, 285.7]


@pytest.mark.parametrize(
    ("name", "dose", "length"), [("rituximab-first", "1 g", 255), ("rituximab-later", "1 g", 195)]
)
def test_the_length_of_an_mg_ladder_does_not_depend_on_the_bag(
    name: str, dose: str, length: float
) -> None:
    # 1 g at 50 to 350 mg/h is 700 mg in 210 min, and 300 mg at 400 mg/h 45 min; later 300 mg in
    # 90 min and 700 mg at 400 mg/h 105 min.
    for text in ("250 mL", "500 mL", "1 L"):
        assert number(by_ladder(name, bag(text), dose).total) == length


def test_rituximab_in_90_min_is_a_share_of_the_bag_and_says_whom_it_is_for() -> None:
    found = by_ladder("rituximab-90-min", bag("500 mL"), "700 mg")
    assert pumps(found) == [200, 400]
    assert number(found.total) == 90
    assert ("WARN", "infusion.only_if") in codes(found)


@pytest.mark.parametrize(
    ("name", "weight", "dose", "expected", "length"),
    [
        # 300 mL: 10.5 + 21 + 42 + 84 mL, then 142.5 mL at 336 mL/h
        ("immunoglobulin-privigen-us", "70 kg", "30 g", [21, 42, 84, 168, 336], 145.446),
        # the same ladder, stated by the EU label in mL/kg/h
        ("immunoglobulin-privigen-eu", "70 kg", "30 g", [21, 42, 84, 168, 336], 145.446),
        ("immunoglobulin-gamunex-c", "78.15 kg", "35 g", [93.8, 187.6, 281.3, 375.1], 100.982),
        ("immunoglobulin-gamunex-c", "78.15 kg", "80 g", [93.8, 187.6, 281.3, 375.1], 172.959),
    ],
)
def test_immunoglobulin_runs_by_weight(
    name: str, weight: str, dose: str, expected: list[float], length: float
) -> None:
    bottle = undiluted(amount(dose), units.concentration("100 mg/mL"))
    found = by_ladder(name, bottle, dose, weight=units.weight(weight))
    assert pumps(found) == expected
    assert round(number(found.total), 3) == length


@pytest.mark.parametrize(
    ("name", "dose", "bag_text", "time", "pump"),
    [
        ("thioctic-acid-30-min", "600 mg", "250 mL", None, 500),
        ("thioctic-acid-30-min", "600 mg", "50 mL", None, 100),
        ("thioctic-acid-as-stated", "600 mg", "250 mL", "60 min", 250),
        ("methylprednisolone-60-min", "1 g", "100 mL", None, 100),
        ("cyclophosphamide-1-h", "1850 mg", "592.5 mL", None, 592.5),
        ("cyclophosphamide-3-to-4-h", "1850 mg", "592.5 mL", "3 h", 197.5),
        ("efgartigimod-alfa-60-min", "700 mg", "125 mL", None, 125),
        ("edaravone-60-min", "60 mg", "200 mL", None, 200),
        ("eculizumab-25-to-45-min", "900 mg", "180 mL", "45 min", 240),
        ("ravulizumab-10-mg-per-ml-load-2400-mg", "2400 mg", "480 mL", "114 min", 252.6),
    ],
)
def test_a_stated_time_gives_one_rate(
    name: str, dose: str, bag_text: str, time: str | None, pump: float
) -> None:
    found = by_ladder(name, bag(bag_text), dose, stages=over(minutes(time)) if time else None)
    assert pumps(found) == [pump]
    assert not stops(found.findings)


def test_inebilizumab_takes_90_min_in_250_ml() -> None:
    # 21 mL and 62.5 mL in the first hour; 166.5 mL at 333 mL/h are half an hour
    found = by_ladder("inebilizumab-250-ml", bag("250 mL"), "300 mg")
    assert pumps(found) == [42, 125, 333]
    assert number(found.total) == 90


def test_rozanolixizumab_runs_undiluted_under_the_skin() -> None:
    syringe = undiluted(amount("560 mg"), units.concentration("140 mg/mL"))
    found = by_ladder("rozanolixizumab-pump", syringe, "560 mg")
    assert (number(syringe.volume), number(found.total)) == (4, 12)


def test_the_ceiling_of_hydration_is_by_body_surface() -> None:
    # 150 mL/m2/h for 1.8447 m2: 276.7 mL/h, so 1 L takes 3 h 37
    surface = units.surface("1.8447 m2")
    found = infused(bag=bag("1 L"), stages=[stage("150 mL/m2/h")], surface=surface)
    assert pumps(found) == [276.7]
    assert round(number(found.total)) == 217


# ---------------------------------------------------------------- the bag


@pytest.mark.hazard("H37")
def test_a_bag_counts_what_was_said_to_be_counted() -> None:
    drug = volume("24 mL")
    assert number(bag_holding_all(volume("250 mL")).volume) == 250
    assert number(bag_added_to(volume("250 mL"), drug=drug, overfill=None).volume) == 274
    assert number(bag_added_to(volume("250 mL"), drug=drug, overfill=volume("15 mL")).volume) == 289
    with pytest.raises(TypeError, match="overfill"):
        partly_called: Callable[..., object] = bag_added_to
        partly_called(volume("250 mL"), drug=drug)


@pytest.mark.parametrize(
    ("dose", "strength", "expected"),
    [
        ("700 mg", "10 mg/mL", 70),
        ("700 mg", "20 mg/mL", 35),
        ("1850 mg", "20 mg/mL", 92.5),
        ("2100 mg", "185 mg/mL", 11.35),
        ("40000 units", "1000 units/mL", 40),
        ("135 mg", "25 mg/mL", 5.4),
        ("30 g", "100 mg/mL", 300),
        ("600 mg", "25 mg/mL", 24),
    ],
)
def test_the_volume_of_the_drug_comes_from_its_product(
    dose: str, strength: str, expected: float
) -> None:
    found = drug_volume(amount(dose), units.concentration(strength))
    assert round(number(found), 2) == expected


def test_a_dose_in_another_measure_than_its_product_is_refused() -> None:
    with pytest.raises(InputError, match="measured otherwise"):
        drug_volume(amount("700 mg"), units.concentration("1000 units/mL"))


@pytest.mark.parametrize(
    ("dose", "drug", "expected", "found"),
    [
        ("135 mg", "5.4 mL", 1.281, set()),
        ("250 mg", "10 mL", 2.273, set()),
    ],
)
def test_haem_arginate_keeps_below_its_highest_concentration(
    dose: str, drug: str, expected: float, found: set[tuple[str, str]]
) -> None:
    filled = bag_added_to(volume("100 mL"), drug=volume(drug), overfill=None)
    infused = by_ladder("haem-arginate-30-to-60-min", filled, dose, stages=over(minutes("30 min")))
    assert round(number(infused.concentration), 3) == expected
    assert codes(infused) == found


def test_diphtheria_antitoxin_counts_its_own_volume() -> None:
    filled = bag_added_to(volume("250 mL"), drug=volume("40 mL"), overfill=None)
    found = by_ladder(
        "diphtheria-antitoxin-2-to-4-h", filled, "40000 units", stages=over(minutes("2 h"))
    )
    assert pumps(found) == [145]
    assert not found.findings


@pytest.mark.parametrize(
    ("dose", "text", "word"), [("700 mg", "1 L", "weaker"), ("700 mg", "100 mL", "stronger")]
)
def test_a_bag_outside_the_stated_concentration_is_said(dose: str, text: str, word: str) -> None:
    found = by_ladder("rituximab-first", bag(text), dose)
    assert codes(found) == {("WARN", "infusion.concentration")}
    assert word in found.findings[0].text


def test_a_diluent_that_is_not_named_is_said() -> None:
    glucose = bag_holding_all(volume("250 mL"), "glucose 5 %")
    found = by_ladder("thioctic-acid-30-min", glucose, "600 mg")
    assert codes(found) == {("WARN", "infusion.diluent")}
    salt = bag_holding_all(volume("250 mL"), "sodium chloride 0.9 %")
    assert not by_ladder("thioctic-acid-30-min", salt, "600 mg").findings


def test_a_ladder_in_ml_is_held_to_the_concentration_it_counts() -> None:
    found = by_ladder(
        "immunoglobulin-privigen-eu", bag("600 mL"), "30 g", weight=units.weight("70 kg")
    )
    assert ("STOP", "infusion.other_concentration") in codes(found)


# ---------------------------------------------------------------- kinds and bounds


@pytest.mark.hazard("H36")
def test_a_ladder_in_mg_is_never_read_as_ml() -> None:
    """50 mg/h of 1.4 mg/mL is 35.7 mL/h; read as 50 mL/h it would be 70 mg/h."""
    found = ml_per_h(rate("50 mg/h"), dose=amount("700 mg"), volume=volume("500 mL"))
    assert round(number(found), 1) == 35.7
    with pytest.raises(InputError, match="needs the amount in the bag"):
        ml_per_h(rate("50 mg/h"), volume=volume("500 mL"))
    with pytest.raises(InputError, match="measured otherwise"):
        ml_per_h(rate("50 mg/h"), dose=amount("700 units"), volume=volume("500 mL"))
    with pytest.raises(InputError, match="another kind of value"):
        in_unit(rate("50 mg/h"), ML_PER_H, "rate")


@pytest.mark.parametrize(
    ("text", "field"),
    [("0.5 mg/kg/min", "weight"), ("4.8 mL/kg/h", "weight"), ("150 mL/m2/h", "surface")],
)
def test_a_rate_per_body_needs_the_body(text: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        infused(bag=bag("500 mL"), stages=[stage(text)], dose=amount("700 mg"))
    assert [problem.field for problem in caught.value.problems] == [field]


@pytest.mark.hazard("H38")
@pytest.mark.parametrize(
    ("name", "dose", "time", "code"),
    [
        # 600 mg may not run in under 12 min at 50 mg/min
        ("thioctic-acid-as-stated", "600 mg", "11 min", "infusion.above_most"),
        ("eculizumab-25-to-45-min", "900 mg", "24 min", "infusion.too_fast"),
        ("haem-arginate-30-to-60-min", "210 mg", "10 min", "infusion.too_fast"),
        ("nipocalimab-first", "2100 mg", "15 min", "infusion.too_fast"),
        ("ravulizumab-10-mg-per-ml-load-2400-mg", "2400 mg", "60 min", "infusion.too_fast"),
        # 30 min is the shortest time of the heaviest band alone, and of a maintenance dose
        ("ravulizumab-100-mg-per-ml", "2400 mg", "30 min", "infusion.too_fast"),
    ],
)
def test_an_infusion_that_is_too_fast_is_stopped(
    name: str, dose: str, time: str, code: str
) -> None:
    found = by_ladder(name, bag("500 mL"), dose, stages=over(minutes(time)))
    assert ("STOP", code) in codes(found)


@pytest.mark.parametrize(
    ("name", "dose", "time"),
    [
        ("thioctic-acid-as-stated", "600 mg", "12 min"),
        ("eculizumab-25-to-45-min", "900 mg", "25 min"),
        ("nipocalimab-later", "1050 mg", "15 min"),
    ],
)
def test_an_infusion_at_its_bound_is_not_stopped(name: str, dose: str, time: str) -> None:
    assert not stops(by_ladder(name, bag("180 mL"), dose, stages=over(minutes(time))).findings)


def test_an_infusion_that_takes_longer_than_stated_is_said() -> None:
    found = by_ladder(
        "eculizumab-25-to-45-min", bag("180 mL"), "900 mg", stages=over(minutes("46 min"))
    )
    assert codes(found) == {("WARN", "infusion.too_long")}


def test_a_typed_rate_above_the_ceiling_of_an_open_ladder_is_stopped() -> None:
    _, ladder = read_ladder(ROOT, "immunoglobulin-panzyga")
    bottle = undiluted(amount("30 g"), units.concentration("100 mg/mL"))
    for text, wanted in (("12 mg/kg/min", False), ("13 mg/kg/min", True)):
        found = by_ladder(
            "immunoglobulin-panzyga",
            bottle,
            "30 g",
            weight=units.weight("70 kg"),
            stages=(*stages_of(ladder), stage(text)),
        )
        assert (("STOP", "infusion.above_most") in codes(found)) is wanted


def test_an_open_ladder_does_not_guess_how_it_goes_on() -> None:
    bottle = undiluted(amount("30 g"), units.concentration("100 mg/mL"))
    with pytest.raises(InputError, match="say how it goes on"):
        by_ladder("immunoglobulin-panzyga", bottle, "30 g", weight=units.weight("70 kg"))


def test_a_ladder_for_one_dose_is_not_used_for_another() -> None:
    found = by_ladder(
        "ravulizumab-10-mg-per-ml-load-2400-mg",
        bag("540 mL"),
        "2700 mg",
        stages=over(minutes("120 min")),
    )
    assert ("STOP", "infusion.another_dose") in codes(found)


def test_a_dose_beyond_the_limits_of_the_drug_is_stopped_here_too() -> None:
    found = by_ladder("rituximab-first", bag("500 mL"), "700 g")
    assert ("STOP", "limit.hard.above.dose") in codes(found)


def test_a_weight_that_nobody_has_is_stopped() -> None:
    found = infused(bag=bag("500 mL"), stages=[stage("1 mL/kg/h")], weight=units.weight("700 kg"))
    assert ("STOP", "body.weight") in codes(found)


# ---------------------------------------------------------------- drops


@pytest.mark.hazard("H39")
@pytest.mark.parametrize(
    ("text", "time", "factor", "expected"),
    [
        ("250 mL", "30 min", 20, 166.6667),
        ("1500 mL", "12 h", 15, 31.25),
        ("500 mL", "4 h", 20, 41.6667),
        ("1000 mL", "8 h", 60, 125),
        ("250 mL", "60 min", 20, 83.3333),
        ("50 mL", "30 min", 20, 33.3333),
        ("100 mL", "30 min", 20, 66.6667),
        ("3 L", "24 h", 20, 41.6667),
    ],
)
def test_drops_a_minute_follow_the_factor_that_is_asked_for(
    text: str, time: str, factor: float, expected: float
) -> None:
    per_ml = quantity(factor, DROPS_PER_ML)
    found = infused(bag=bag(text), stages=over(minutes(time)), drops=per_ml)
    assert round(number(drops_per_minute(found.steps[0].pump, per_ml)), 4) == expected
    assert codes(found) == ({("WARN", "infusion.drops")} if expected > 100 else set())


# ---------------------------------------------------------------- pauses and reactions


def test_a_pause_goes_on_where_the_ladder_was_left() -> None:
    found = by_ladder(
        "rituximab-first",
        bag("500 mL"),
        "700 mg",
        interruptions=[Interruption(at=minutes("40 min"), lasts=minutes("20 min"))],
    )
    assert [number(step.ends) for step in found.steps][:5] == [30, 40, 60, 80, 110]
    assert pumps(found)[:5] == [35.7, 71.4, 0, 71.4, 107.1]
    assert number(found.total) == 230


def test_after_a_reaction_half_the_rate_is_held_to_the_end() -> None:
    stop = Interruption(at=minutes("100 min"), lasts=minutes("30 min"), resume_percent=50)
    found = by_ladder("rituximab-first", bag("500 mL"), "700 mg", interruptions=[stop])
    # 150 mg in the first 90 min, 200 mg/h for 10 min: 183.33 mg; the rest, 516.67 mg, at 100 mg/h
    assert [step.kind for step in found.steps][-2:] == ["reaction", "runs"]
    assert found.steps[-1].rate_text.replace("\u00a0", " ") == "100 mg/h"
    assert number(found.total) == 130 + 310
    assert not found.findings


def test_a_reaction_at_the_end_of_a_step_counts_the_rate_that_ran() -> None:
    stop = Interruption(at=minutes("30 min"), lasts=minutes("30 min"), resume_percent=50)
    found = by_ladder("rituximab-first", bag("500 mL"), "700 mg", interruptions=[stop])
    assert found.steps[-1].rate_text.replace("\u00a0", " ") == "25 mg/h"


def test_going_on_faster_after_a_reaction_than_the_source_allows_is_stopped() -> None:
    stop = Interruption(at=minutes("100 min"), lasts=minutes("30 min"), resume_percent=75)
    found = by_ladder("rituximab-first", bag("500 mL"), "700 mg", interruptions=[stop])
    assert codes(found) == {("STOP", "infusion.after_reaction")}


def test_a_drug_whose_file_is_silent_on_reactions_says_so() -> None:
    stop = Interruption(at=minutes("10 min"), lasts=minutes("30 min"), resume_percent=50)
    found = by_ladder("thioctic-acid-30-min", bag("250 mL"), "600 mg", interruptions=[stop])
    assert codes(found) == {("WARN", "infusion.after_reaction")}


@pytest.mark.parametrize(
    ("stops_at", "why"), [(["215 min"], "after the end"), (["40 min", "50 min"], "within the stop")]
)
def test_a_stop_outside_the_infusion_is_refused(stops_at: list[str], why: str) -> None:
    with pytest.raises(InputError, match=why):
        by_ladder(
            "rituximab-first",
            bag("500 mL"),
            "700 mg",
            interruptions=[
                Interruption(at=minutes(at), lasts=minutes("20 min")) for at in stops_at
            ],
        )


# ---------------------------------------------------------------- laws

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
    assert not found.findings


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
    assert not found.findings


@pytest.mark.parametrize("rest", [[], [stage("50 mL/h")]])
def test_a_bag_that_is_empty_but_for_a_rounded_rate_needs_no_further_step(
    rest: list[Stage],
) -> None:
    # 33.3333333333 mL/h for 3 h leave 0.0000000001 mL of 100 mL.
    found = infused(bag=bag("100 mL"), stages=[stage("33.3333333333 mL/h", "3 h"), *rest])
    assert [number(step.running) for step in found.steps] == [100]
    assert not found.findings


def test_a_dose_too_small_for_any_volume_is_refused() -> None:
    with pytest.raises(InputError, match="comes to no volume"):
        drug_volume(amount("0.0000001 mcg"), units.concentration("1 g/mL"))


# ---------------------------------------------------------------- the second calculation


def test_the_second_calculation_is_exact() -> None:
    found = second_infusion.steps(
        dose="700 mg",
        volume="500 mL",
        stages=[(f"{mg} mg/h", "30 min" if mg < 400 else None) for mg in range(50, 401, 50)],
    )
    assert list(found[0]) == [0, 30, Fraction(250, 7), Fraction(125, 7)]
    assert list(found[-1]) == [180, 210, 250, 125]
    assert sum(row[3] for row in found) == 500


def test_the_second_calculation_halves_after_a_reaction() -> None:
    found = second_infusion.steps(
        volume="100 mL",
        stages=[("60 mL/h", "30 min"), ("120 mL/h", None)],
        interruptions=[("45 min", "15 min", 50)],
    )
    # 30 mL, 30 mL, a stop, and 40 mL at 60 mL/h
    assert [[int(value) for value in row] for row in found] == [
        [0, 30, 60, 30],
        [30, 45, 120, 30],
        [45, 60, 0, 0],
        [60, 100, 60, 40],
    ]


@pytest.mark.parametrize("wrong", [1.001, 1000, 0.5])
def test_a_wrong_first_calculation_is_stopped(
    monkeypatch: pytest.MonkeyPatch, wrong: float
) -> None:
    right = rates.ml_per_h
    monkeypatch.setattr(steps, "ml_per_h", lambda *a, **k: right(*a, **k) * wrong)
    found = infused(bag=bag("500 mL"), stages=[stage("50 mg/h")], dose=amount("700 mg"))
    assert codes(found) == {("STOP", "infusion.second_calculation")}


@pytest.mark.parametrize(
    ("stages", "volume_text"),
    [
        ([("50 mph", None)], "500 mL"),
        ([("50 mL/h", "30 min")], "500 mL"),
        ([("20 %", None)], "500 mL"),
        ([("50 mg/h", None)], "500 mL"),
        ([("50 mL/h", None)], "500 mg"),
        ([("1 mL/kg/h", None)], "500 mL"),
        ([("50 mL/mg", None)], "500 mL"),
    ],
)
def test_the_second_calculation_knows_no_default(stages: Any, volume_text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        second_infusion.steps(volume=volume_text, stages=stages)


# ---------------------------------------------------------------- cases from outside

UNITS_OF = {"mg/min": "mg/min", "mcg/min": "mcg/min", "mcg/kg/min": "mcg/kg/min"}


def given_in(row: dict[str, str]) -> dict[str, Any]:
    return dict(json.loads(row["inputs_json"]))


def kg(inputs: dict[str, Any]) -> Quantity | None:
    if "weight_lb" in inputs:
        # the source converts with 2.2 lb/kg and says so
        return quantity(inputs["weight_lb"] / inputs["lb_per_kg"], KG)
    if "weight" in inputs:
        unit = {"kg": KG, "lb": units.LB, "lbs": units.LB}[inputs["weight_unit"]]
        return quantity(inputs["weight"], unit)
    return quantity(inputs["weight_kg"], KG) if "weight_kg" in inputs else None


def pump_of(inputs: dict[str, Any]) -> Quantity:
    unit = inputs.get("bag_amount_unit", "mg")
    return ml_per_h(
        rate(f"{inputs['dose']} {inputs['dose_unit']}")
        if "dose_unit" in inputs
        else rate(f"{inputs['dose']} mg/h"),
        dose=amount(f"{inputs.get('bag_amount', inputs.get('bag_mg'))} {unit}"),
        volume=volume(f"{inputs['bag_ml']} mL"),
        weight=kg(inputs),
    )


def drip(row: dict[str, str]) -> float:
    inputs = given_in(row)
    factor = quantity(float(inputs["gtt_per_ml"]), DROPS_PER_ML)
    if "dose" in inputs:
        return number(drops_per_minute(pump_of(inputs), factor))
    found = one_rate(inputs)
    return number(drops_per_minute(found.steps[0].pump, factor))


def one_rate(inputs: dict[str, Any]) -> Infusion:
    time = inputs.get("minutes", inputs.get("hours", 0) * 60)
    return infused(bag=bag(f"{inputs['volume_ml']} mL"), stages=over(quantity(float(time), MINUTE)))


def by_parts(row: dict[str, str], parts: tuple[str, str, str]) -> float:
    """Add up what runs for the first 10 kg, the next 10 kg and the rest, each at its own rate."""
    weight = kg(given_in(row))
    assert weight is not None
    left = float(in_unit(weight, KG, "weight"))
    whole = 0.0
    for part, most in zip(parts, (10.0, 10.0, float("inf")), strict=True):
        portion = min(left, most)
        if portion:
            whole += number(ml_per_h(rate(part), weight=quantity(portion, KG)))
        left -= portion
    return whole


def of_fluid(row: dict[str, str]) -> float:
    an_hour = by_parts(row, ("4 mL/kg/h", "2 mL/kg/h", "1 mL/kg/h"))
    return an_hour * 24 if row["output"] == "per_day" else an_hour


def of_fluid_by_day(row: dict[str, str]) -> float:
    a_day = by_parts(row, ("100 mL/kg/h", "50 mL/kg/h", "20 mL/kg/h"))
    return a_day if row["output"] == "per_day" else a_day / 24


def around_an_operation(row: dict[str, str]) -> float:
    """Give basal fluid, what was missed while fasting (half, a quarter, a quarter), and loss."""
    inputs = given_in(row)
    basal = by_parts(row, ("4 mL/kg/h", "2 mL/kg/h", "1 mL/kg/h"))
    missed = basal * inputs["npo_hours"]
    loss = number(ml_per_h(rate(f"{inputs['trauma_ml_per_kg_h']} mL/kg/h"), weight=kg(inputs)))
    found: float = {
        "maintenance": basal,
        "npo_deficit_ml": missed,
        "hour_1": basal + missed / 2,
        "hour_2": basal + missed / 4 + loss,
        "hour_4": basal + loss,
    }[row["output"]]
    return found


def of_step(row: dict[str, str]) -> float:
    inputs = given_in(row)
    strength = units.concentration(f"{inputs['conc_mg_ml']} mg/mL")
    held = quantity(float(inputs["minutes"]), MINUTE)
    found = infused(
        bag=bag("1000 mL"),
        stages=[Stage(rate=rate(f"{inputs['rate_ml_h']} mL/h"), hold=held), stage("500 mL/h")],
    ).steps[0]
    return number(found.volume) * (number(strength) if row["output"] == "dose" else 1)


def of_dose(row: dict[str, str]) -> float:
    inputs = given_in(row)
    found = label_rate(
        rate(f"{inputs['rate_ml_h']} mL/h"),
        rate(f"1 {row['expected_unit']}").units,
        dose=amount(f"{inputs['bag_mg']} mg"),
        volume=volume(f"{inputs['bag_ml']} mL"),
        weight=kg(inputs),
    )
    return number(found)


def of_split(row: dict[str, str]) -> float:
    inputs = given_in(row)
    share = round(inputs["fraction"] * 100)
    step = infused(
        bag=bag(f"{inputs['total_volume_ml']} mL"),
        stages=[
            Stage(percent=100 - share, hold=minutes("30 min")),
            Stage(percent=share, hold=quantity(float(inputs["minutes"]), MINUTE)),
        ],
    ).steps[1]
    return number(step.volume if row["output"] == "volume" else step.pump)


def of_titration(row: dict[str, str]) -> float:
    inputs = given_in(row)
    rates = range(inputs["start_mg_h"], inputs["max_mg_h"] + 1, inputs["increment_mg_h"])
    held = quantity(float(inputs["every_min"]), MINUTE)
    stages = [
        Stage(rate=rate(f"{mg} mg/h"), hold=None if mg == inputs["max_mg_h"] else held)
        for mg in rates
    ]
    found = infused(bag=bag("500 mL"), stages=stages, dose=amount(f"{inputs['dose_mg']} mg"))
    return float(in_unit(found.total, HOUR, "total"))


def of_mg_per_h(row: dict[str, str]) -> float:
    inputs = given_in(row)
    dose, ml = inputs.get("dose_mg", inputs.get("conc_mg_ml")), inputs.get("total_volume_ml", 1)
    return number(
        ml_per_h(
            rate(f"{inputs['rate_mg_h']} mg/h"),
            dose=amount(f"{dose} mg"),
            volume=volume(f"{ml} mL"),
        )
    )


def of_length(row: dict[str, str]) -> float:
    inputs = given_in(row)
    if "rate_ml_h" in inputs:
        found = infused(
            bag=bag(f"{inputs['volume_ml']} mL"), stages=[stage(f"{inputs['rate_ml_h']} mL/h")]
        )
    else:
        found = infused(
            bag=bag("100 mL"),
            dose=amount(f"{inputs['amount_mg']} mg"),
            stages=[stage(f"{inputs['rate_mg_per_h']} mg/h")],
        )
    return float(in_unit(found.total, HOUR, "total"))


def of_dose_rate(row: dict[str, str]) -> float:
    # a bag of 1 mcg/mL runs at as many mL/h as it gives mcg/h
    return number(
        ml_per_h(
            rate(f"{given_in(row)['dose_mcg_per_kg_min']} mcg/kg/min"),
            dose=amount("1 mcg"),
            volume=volume("1 mL"),
            weight=kg(given_in(row)),
        )
    )


def by_table(row: dict[str, str]) -> float:
    inputs = given_in(row)
    return number(
        ml_per_h(rate(f"{inputs['rate_ml_per_kg_per_min']} mL/kg/min"), weight=kg(inputs))
    )


HOW: dict[str, Any] = {
    "dose_rate": of_dose_rate,
    "dose_rate_to_gtt_per_min": drip,
    "gtt_per_min": drip,
    "dose_rate_to_ml_per_h": lambda row: number(pump_of(given_in(row))),
    "infusion_duration": of_length,
    "ivig_weight_rate_table": by_table,
    "time_to_infuse": of_length,
    "maintenance_4_2_1": of_fluid,
    "maintenance_100_50_20": of_fluid_by_day,
    "mg_per_h_to_ml_per_h": of_mg_per_h,
    "ml_per_h": lambda row: number(one_rate(given_in(row)).steps[0].pump),
    "ml_per_h_to_dose": of_dose,
    "perioperative_plan": around_an_operation,
    "split_infusion": of_split,
    "step_volume_and_dose": of_step,
    "titration_total": of_titration,
}
OUTSIDE = ("infusion_rates", "infusion_rates_cc_by_sa")
# How fast sodium is corrected is no infusion of a dose in a bag; nothing here calculates it.
REJECTED = [
    row for row in rows("infusion_rates_rejects") if row["kind"] != "sodium_correction_rate"
]


@pytest.mark.parametrize("row", rows(*OUTSIDE), ids=case_id)
def test_an_infusion_is_what_the_source_prints(row: dict[str, str]) -> None:
    assert holds(row, HOW[row["kind"]](row))


@pytest.mark.parametrize("row", REJECTED, ids=case_id)
def test_what_a_source_prints_wrongly_is_not_reproduced(row: dict[str, str]) -> None:
    assert not holds(row, HOW[row["kind"]](row))


def test_the_minutes_of_an_hour_are_not_forgotten() -> None:
    row = chosen("infusion_rates_rejects", id="infusion_rates-rej-013")[0]
    assert HOW[row["kind"]](row) == pytest.approx(float(row["expected"]) * 60)


# ---------------------------------------------------------------- what a file may say


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
        ({"over": "60 min", "speed": "fast"}, "Extra inputs"),
    ],
)
def test_a_ladder_that_does_not_hold_is_refused(words: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        drug_with(ladder_of(**words))


def test_two_ladders_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="is there twice"):
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
    read = {path.stem: read_version(path) for path in (ROOT / "drugs").glob("*.yaml")}
    ladders = [(name, lad) for name, drug in read.items() for lad in getattr(drug, "ladders", [])]
    assert len(ladders) > 30
    assert not [lad.id for name, lad in ladders if not lad.id.startswith(f"{name}-")]


def test_an_hour_and_sixty_minutes_are_compared_as_times() -> None:
    ladder = RateLadder.model_validate(ladder_of(over="1 h", least="60 min", longest="60 min"))
    assert not ladder.open_end


@pytest.mark.parametrize(
    ("number_", "text"),
    [
        (35.714285, "35.7 mL/h"),
        (285.714, "285.7 mL/h"),
        (7.1428, "7.14 mL/h"),
        (0.71428, "0.714 mL/h"),
        (250.0, "250 mL/h"),
        (1234.56, "1,234.6 mL/h"),
    ],
)
def test_a_pump_rate_is_written_as_it_is_set(number_: float, text: str) -> None:
    assert pump_text(quantity(number_, ML_PER_H)).replace("\u00a0", " ") == text


def test_findings_come_with_the_gravest_first() -> None:
    found: tuple[Finding, ...] = by_ladder("rituximab-first", bag("500 mL"), "700 g").findings
    assert [finding.level for finding in found] == sorted(
        (finding.level for finding in found), key=["STOP", "WARN", "NOTE"].index
    )
