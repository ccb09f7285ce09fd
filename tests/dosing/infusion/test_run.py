"""A dose in a bag as the steps of a pump: worked ladders, bounds, drops, pauses and reactions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from dosing import units
from dosing.errors import InputError
from dosing.infusion.bag import bag_added_to, bag_holding_all, undiluted
from dosing.infusion.rates import drops_per_minute, ml_per_h, pump_text, volume_text
from dosing.infusion.steps import Interruption, clock_text, over, stages_of
from dosing.trace import Finding, stops
from dosing.units import (
    DROPS_PER_ML,
    MINUTE,
    ML,
    ML_PER_H,
    NO_BREAK_SPACE,
    in_unit,
    ordinary_spaces,
    quantity,
    show,
)
from schedules.library.reader import read_ladder
from tests.support.infusing import (
    ANY_VOLUME,
    NO_DRUG,
    amount,
    bag,
    by_ladder,
    codes,
    infused,
    minutes,
    number,
    pumps,
    rate,
    stage,
    volume,
)
from tests.support.places import ROOT


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


@pytest.mark.hazard("H37")
def test_a_bag_counts_what_was_said_to_be_counted() -> None:
    drug = volume("24 mL")
    assert number(bag_holding_all(volume("250 mL")).volume) == 250
    assert number(bag_added_to(volume("250 mL"), drug=drug, overfill=None).volume) == 274
    assert number(bag_added_to(volume("250 mL"), drug=drug, overfill=volume("15 mL")).volume) == 289
    with pytest.raises(TypeError, match="overfill"):
        partly_called: Callable[..., object] = bag_added_to
        partly_called(volume("250 mL"), drug=drug)


@pytest.mark.hazard("H36")
def test_a_ladder_in_mg_is_never_read_as_ml() -> None:
    """50 mg/h of 1.4 mg/mL is 35.7 mL/h; read as 50 mL/h it would be 70 mg/h."""
    found = ml_per_h(rate("50 mg/h"), dose=amount("700 mg"), volume=volume("500 mL"))
    assert round(number(found), 1) == 35.7
    with pytest.raises(InputError, match="needs the amount in the bag"):
        ml_per_h(rate("50 mg/h"), volume=volume("500 mL"))
    with pytest.raises(InputError, match="is in another kind of unit"):
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
    with pytest.raises(InputError, match="state how it continues"):
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


def test_findings_come_with_the_gravest_first() -> None:
    found: tuple[Finding, ...] = by_ladder("rituximab-first", bag("500 mL"), "700 g").findings
    assert [finding.level for finding in found] == sorted(
        (finding.level for finding in found), key=["STOP", "WARN", "NOTE"].index
    )


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
    assert codes(found) - NO_DRUG == ({("WARN", "infusion.drops")} if expected > 100 else set())


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


@pytest.mark.parametrize(
    ("number_", "text"),
    [
        (1234.56, "1,234.6 mL"),
        (17.857143, "17.9 mL"),
        (10.25, "10.3 mL"),
        (9.25, "9.25 mL"),
        (2.25, "2.25 mL"),
        (0.01901, "0.02 mL"),
        (0.004, "under 0.01 mL"),
    ],
)
def test_a_volume_is_written_as_it_is_read_at_a_pump(number_: float, text: str) -> None:
    assert volume_text(quantity(number_, ML)).replace("\u00a0", " ") == text


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
    assert codes(found) == {("WARN", "infusion.after_reaction")} | ANY_VOLUME


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


def test_each_step_says_how_much_of_the_drug_runs_in_an_hour() -> None:
    found = by_ladder("rituximab-first", bag("300 mL"), "700 mg")
    hourly = [found.amount_per_hour(step) for step in found.steps[:2]]
    assert [one and show(one).replace(NO_BREAK_SPACE, " ") for one in hourly] == [
        "50 mg/h",
        "100 mg/h",
    ]
    # 700 mg in 300 mL
    assert found.to_dict()["concentration"]["text"] == "2.33333 mg/mL"
    unknown = infused(bag=bag("300 mL"), stages=[stage("50 mL/h")])
    fluid = infused(bag=bag("300 mL"), stages=[stage("50 mL/h")], dose=amount("300 mL"))
    assert [one.amount_per_hour(one.steps[0]) for one in (unknown, fluid)] == [None, None]


def test_a_clock_time_is_that_of_the_nearest_minute() -> None:
    def clock(start: dt.time, seconds: float) -> str | None:
        return clock_text(start, quantity(seconds / 60, MINUTE))

    assert clock(dt.time(9), 29) == "09:00"
    assert clock(dt.time(9), 30) == "09:01"
    assert clock(dt.time(22, 59), 40) == "23:00"


def test_the_time_that_runs_is_that_of_all_steps_together() -> None:
    # 60 min with a pause of 10 are 50 min of running, where 60 are the least
    pause = Interruption(at=minutes("20 min"), lasts=minutes("10 min"))
    found = by_ladder(
        "ravulizumab-100-mg-per-ml",
        bag("50 mL"),
        "2500 mg",
        stages=over(minutes("50 min")),
        interruptions=[pause],
    )
    (text,) = [f.text for f in found.findings if f.code == "infusion.too_fast"]
    assert ordinary_spaces(text) == "50 min is too fast: it must take at least 60 min."


def test_a_time_is_told_with_six_digits() -> None:
    # 700 mg at 1,000 mg/h
    found = by_ladder("nipocalimab-later", bag("7 mL"), "700 mg", stages=[stage("90 mL/h")])
    (text,) = [f.text for f in found.findings if f.code == "infusion.too_fast"]
    assert ordinary_spaces(text) == "4.66667 min is too fast: it must take at least 15 min."


def test_of_several_reactions_the_last_rate_is_named() -> None:
    stops_at = [
        Interruption(at=minutes(at), lasts=minutes("5 min"), resume_percent=percent)
        for at, percent in (("10 min", 50), ("30 min", 25))
    ]
    found = infused(bag=bag("500 mL"), stages=[stage("500 mL/h")], interruptions=stops_at)
    (text,) = [f.text for f in found.findings if f.code == "infusion.after_reaction"]
    assert "25 % of the rate was ordered" in text


def test_a_ladder_for_one_dose_needs_that_dose_to_be_stated() -> None:
    found = by_ladder(
        "ravulizumab-10-mg-per-ml-load-2400-mg", bag("480 mL"), stages=over(minutes("120 min"))
    )
    (text,) = [f.text for f in found.findings if f.code == "infusion.another_dose"]
    assert text.endswith("no dose is stated.")


def test_a_ladder_in_ml_is_for_the_concentration_of_its_product() -> None:
    def codes_of(strength: str) -> set[tuple[str, str]]:
        bottle = undiluted(amount("30 g"), units.concentration(strength))
        weight = units.weight("70 kg")
        return codes(by_ladder("immunoglobulin-privigen-eu", bottle, "30 g", weight=weight))

    other = ("STOP", "infusion.other_concentration")
    assert other not in codes_of("100 mg/mL")
    assert other in codes_of("50 mg/mL")
    assert other in codes_of("200 mg/mL")


def test_a_bag_may_be_stronger_than_stated_where_no_lowest_is() -> None:
    # haem arginate: at most 2.5 mg/mL, and no least
    for held, strong in (("100 mL", False), ("99 mL", True)):
        found = by_ladder(
            "haem-arginate-30-to-60-min", bag(held), "250 mg", stages=over(minutes("30 min"))
        )
        assert (("WARN", "infusion.concentration") in codes(found)) is strong


@pytest.mark.parametrize(
    ("text", "example"), [("1 mg/kg/h", "write 70 kg"), ("1 mg/m2/h", "write 1.84 m2")]
)
def test_a_rate_per_body_says_how_to_write_the_size(text: str, example: str) -> None:
    with pytest.raises(InputError, match=example):
        infused(bag=bag("100 mL"), stages=[stage(text)], dose=amount("100 mg"))


def test_a_rate_of_an_amount_needs_the_volume_that_it_is_in() -> None:
    with pytest.raises(InputError, match="volume: is missing; write 500 mL"):
        ml_per_h(rate("50 mg/h"), dose=amount("700 mg"))


def test_what_is_left_in_the_bag_is_told_with_six_digits() -> None:
    # 100 mL/h for 20 min are 33.3333 mL of 100 mL
    with pytest.raises(InputError) as refused:
        infused(bag=bag("100 mL"), stages=[stage("100 mL/h", "20 min")])
    (problem,) = refused.value.problems
    assert ordinary_spaces(problem.accepted) == (
        "the steps end after 20 min with 66.6667 mL in the bag; state how it continues"
    )


def test_a_stop_and_a_share_of_the_bag_are_told_in_words() -> None:
    pause = Interruption(at=minutes("10 min"), lasts=minutes("5 min"))
    reaction = Interruption(at=minutes("20 min"), lasts=minutes("5 min"), resume_percent=50)
    found = infused(bag=bag("100 mL"), stages=over(minutes("1 h")), interruptions=[pause, reaction])
    assert [step.rate_text for step in found.steps if step.kind != "runs"] == [
        "paused",
        "stopped for a reaction",
    ]
    assert ordinary_spaces(found.steps[0].rate_text) == "the bag in 60 min"
