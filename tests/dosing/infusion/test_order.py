"""What is typed of an infusion becomes an order of quantities, with every problem at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dosing.errors import InputError
from dosing.infusion.order import Typed, TypedBag, order_dose, read_order
from dosing.infusion.run import infuse
from dosing.infusion.steps import Interruption, clock_text
from dosing.units import DROPS_PER_ML, KG, MINUTE, ML, G, duration, quantity
from schedules.library.reader import read_ladder
from tests.support.infusing import NO_DRUG, codes
from tests.support.places import ROOT


def fields(typed: Typed) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_order(typed)
    return [problem.field for problem in caught.value.problems]


def test_an_order_holds_quantities_and_its_stops_in_turn() -> None:
    late = Interruption(at=duration("1 h"), lasts=duration("5 min"))
    early = Interruption(at=duration("45 min"), lasts=duration("5 min"))
    order = read_order(
        Typed(
            dose="0.7 g",
            weight="70 kg",
            volume="0.5 L",
            rate=("50 mg/h for 2 h", "100 mg/h"),
            start="09:00",
            drops_per_ml="20",
        ),
        interruptions=[late, early],
    )
    assert order.dose == quantity(0.7, G)
    assert order.weight == quantity(70.0, KG)
    assert order.bag.volume == quantity(500.0, ML)
    assert [str(stage.rate) for stage in order.stages] == [
        "50.0 milligram / hour",
        "100.0 milligram / hour",
    ]
    assert order.stages[0].hold == quantity(120.0, MINUTE)
    assert order.interruptions == (early, late)
    assert order.start == dt.time(9)
    assert order.drops == quantity(20.0, DROPS_PER_ML)


def test_every_text_that_cannot_be_read_is_named_at_once() -> None:
    typed = Typed(
        dose="700 mgg",
        weight="70",
        start="9",
        rate=("50 mg/h for soon", "100 miles/h"),
        volume="500",
        bag="diluent",
        drug_volume="70 mg",
    )
    assert fields(typed) == [
        "dose",
        "weight",
        "start",
        "rate, for",
        "rate",
        "volume",
        "overfill",
        "drug-volume",
    ]


def test_an_order_is_read_without_being_run() -> None:
    order = read_order(Typed(volume="500 mL", rate=("50 mL/h for 1 h",)))
    with pytest.raises(InputError, match="state how it continues"):
        infuse(order)


def test_a_volume_of_unstated_content_is_taken_as_everything_and_says_so() -> None:
    unstated = infuse(read_order(Typed(volume="500 mL", over="1 h")))
    assert codes(unstated) == NO_DRUG | {("NOTE", "infusion.volume")}
    stated = infuse(read_order(Typed(volume="500 mL", over="1 h", bag="everything")))
    assert codes(stated) == NO_DRUG


def test_an_order_without_a_drug_says_that_it_is_held_to_nothing() -> None:
    (finding,) = infuse(read_order(Typed(volume="1 mL", over="1 min", bag="everything"))).findings
    assert (finding.level, finding.code) == ("NOTE", "infusion.no_drug")
    assert finding.text == "No drug named: dose, strength, rate and length are held to nothing."


def test_a_computed_dose_reaches_the_pump_with_every_digit() -> None:
    drug, ladder = read_ladder(ROOT, "rituximab-first")
    # Twelve digits are the most that a text of a dose shows; a third of 2.1 g has sixteen.
    dose = quantity(2.1 / 3, G)
    typed = TypedBag(volume="500 mL", bag="everything")
    order = order_dose(typed, dose, drug=drug, ladder=ladder, start=dt.time(9))
    assert order.dose is dose
    infusion = infuse(order)
    # 50 mg/h of 700 mg in 500 mL: 35.714 mL/h; 210 min in all.
    assert infusion.steps[0].pump.magnitude == pytest.approx(35.714285714)
    assert infusion.total == quantity(210.0, MINUTE)
    assert clock_text(infusion.start, infusion.total) == "12:30"


def test_the_problems_of_a_bag_for_a_computed_dose_come_at_once() -> None:
    drug, ladder = read_ladder(ROOT, "rituximab-first")
    typed = TypedBag(volume="500", bag="everything", over="60 min")
    with pytest.raises(InputError) as caught:
        order_dose(typed, quantity(0.7, G), drug=drug, ladder=ladder)
    assert [problem.field for problem in caught.value.problems] == ["over", "volume"]


def test_a_clock_time_beyond_the_last_year_is_still_written() -> None:
    # 1 L at 0.0000001 mL/h takes 600,000,000,000 min: 416,666,666 days and 16 hours.
    end = clock_text(dt.time(9), quantity(6e11, MINUTE))
    assert end == "01:00, 416666667 days later"


def test_a_drug_without_a_ladder_is_held_to_no_ladder() -> None:
    drug, _ = read_ladder(ROOT, "rituximab-first")
    infusion = infuse(read_order(Typed(dose="700 mg", volume="500 mL", over="1 h"), drug=drug))
    assert codes(infusion) == {("NOTE", "infusion.no_ladder"), ("NOTE", "infusion.volume")}
    # of a dose alone: the file is asked nothing about a rate of its own
    assert infusion.findings[0].text == (
        "No ladder of rituximab chosen: dose, strength, rate and length are held to nothing."
    )


def held_to_nothing(ladder: str, **typed: Any) -> list[str]:
    """Return what an order by a ladder says that no figure limits."""
    drug, chosen = read_ladder(ROOT, ladder)
    infusion = infuse(read_order(Typed(bag="everything", **typed), drug=drug, ladder=chosen))
    return [one.text for one in infusion.findings if "held to nothing" in one.text]


def test_a_volume_that_no_strength_limits_is_said_to_be_held_to_nothing() -> None:
    # Its file states no strength of a bag: 750 mg in 50 L run in the same hour.
    assert held_to_nothing("cyclophosphamide-1-h", dose="750 mg", volume="50 L") == [
        "The file of cyclophosphamide states no lowest strength for cyclophosphamide-1-h: "
        "volume and mL/h are held to nothing."
    ]
    # of rituximab it states 1 mg/mL to 4 mg/mL
    assert not held_to_nothing("rituximab-first", dose="700 mg", volume="500 mL")


def test_a_ladder_in_ml_limits_the_rate_at_the_pump_itself() -> None:
    given = {"dose": "30 g", "volume": "300 mL", "weight": "70 kg"}
    assert not held_to_nothing("immunoglobulin-privigen-eu", **given)


def test_a_length_is_not_combined_with_rates() -> None:
    assert fields(Typed(volume="500 mL", over="1 h", rate=("50 mL/h",))) == ["over"]


def test_a_length_that_a_ladder_has_no_use_for_is_named_as_typed() -> None:
    drug, ladder = read_ladder(ROOT, "rituximab-first")
    with pytest.raises(InputError) as caught:
        read_order(Typed(dose="700 mg", volume="500 mL", over="60 min"), drug=drug, ladder=ladder)
    assert [problem.typed for problem in caught.value.problems] == ["60 min"]


def test_the_volume_of_the_drug_follows_from_a_dose_and_the_product() -> None:
    added: dict[str, Any] = {
        "volume": "250 mL",
        "bag": "diluent",
        "overfill": "not counted",
        "over": "1 h",
    }
    assert fields(Typed(**added, concentration="10 mg/mL")) == ["dose"]
    # 700 mg of 10 mg/mL are 70 mL; of 20 mg/mL 35 mL
    for concentration, ml in (("10 mg/mL", 320), ("20 mg/mL", 285)):
        order = read_order(Typed(**added, dose="700 mg", concentration=concentration))
        assert order.bag.volume == quantity(float(ml), ML)


def test_a_typed_concentration_is_that_of_the_product() -> None:
    drug, ladder = read_ladder(ROOT, "immunoglobulin-privigen-eu")
    typed: dict[str, Any] = {"dose": "30 g", "weight": "70 kg", "undiluted": True}
    order = read_order(Typed(**typed, concentration="100 mg/mL"), drug=drug, ladder=ladder)
    assert order.bag.volume == quantity(300.0, ML)
    with pytest.raises(InputError, match="is not that of the product"):
        read_order(Typed(**typed, concentration="50 mg/mL"), drug=drug, ladder=ladder)
