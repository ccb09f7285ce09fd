from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing import units
from dosing.calculation.packs import (
    Packs,
    TooManyTabletsError,
    deal,
    tablets,
    vials,
    whole_and_halved,
)
from dosing.errors import InputError
from dosing.units import MG, in_unit, quantity
from tests.support.made_up import spoken
from tests.support.outside import case_id, chosen, holds


def counted(packs: Packs) -> dict[str, int]:
    return {spoken(units.show(strength)): count for strength, count in packs.counts}


def mg(*values: float) -> list[units.Quantity]:
    return [quantity(value, MG) for value in values]


@pytest.mark.parametrize("row", chosen("dose_problems", kind="whole_vials_round_up"), ids=case_id)
def test_whole_vials_are_counted_as_the_source_does(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    if "bioavailability" in asked:
        dose = asked["amount_ingested_mg"] * asked["bioavailability"]
        strength = asked["mg_bound_per_vial"]
    else:
        dose, strength = asked["dose_mg"], asked["vial_mg"]
    packs = vials(quantity(dose, MG), mg(strength))
    assert holds(row, sum(count for _, count in packs.counts))


@pytest.mark.parametrize("row", chosen("dose_problems", kind="vial_combination"), ids=case_id)
def test_vials_are_combined_as_the_source_does(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    packs = vials(quantity(asked["dose_mg"], MG), mg(*asked["vial_sizes_mg"]))
    results = {
        "total_vial_mg": in_unit(packs.total, MG, "total"),
        "number_of_vials": sum(count for _, count in packs.counts),
    }
    assert holds(row, results[row["output"]])


@pytest.mark.parametrize("row", chosen("dose_problems", kind="tablets"), ids=case_id)
def test_tablets_are_counted_as_the_source_does(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    dose = (
        units.amount(f"{asked['dose_g']} g")
        if "dose_g" in asked
        else units.amount(f"{asked['dose_mg']} mg")
    )
    packs = tablets(dose, mg(asked["tablet_mg"]), scored=True)
    number = sum(count * (0.5 if size in packs.halves else 1) for size, count in packs.counts)
    assert holds(row, number)


def test_vials_make_a_dose_without_waste() -> None:
    packs = vials(units.amount("700 mg"), [units.amount("100 mg"), units.amount("500 mg")])
    assert counted(packs) == {"500 mg": 1, "100 mg": 2}
    assert packs.waste.magnitude == 0
    assert spoken(str(packs)) == "500 mg x 1 + 100 mg x 2, no waste"


@pytest.mark.parametrize(
    ("dose", "strengths", "counts", "waste"),
    [
        ("701 mg", ["100 mg", "500 mg"], {"500 mg": 1, "100 mg": 3}, "99 mg"),
        ("650 mg", ["500 mg"], {"500 mg": 2}, "350 mg"),
        # least waste first (3 x 400), then fewest vials (2 x 600 beats 3 x 400)
        ("1200 mg", ["400 mg", "600 mg", "1000 mg"], {"600 mg": 2}, "0 mg"),
        ("1100 mg", ["400 mg", "1000 mg"], {"400 mg": 3}, "100 mg"),
        ("1 g", ["100 mg", "500 mg"], {"500 mg": 2}, "0 g"),
        ("30 g", ["2.5 g", "5 g", "10 g", "20 g"], {"20 g": 1, "10 g": 1}, "0 g"),
        ("0.3 mg", ["0.1 mg"], {"0.1 mg": 3}, "0 mg"),
        ("1 mg", ["500 mg"], {"500 mg": 1}, "499 mg"),
        ("20000 units", ["5000 units"], {"5,000 units": 4}, "0 units"),
    ],
)
def test_vials_waste_least_and_then_are_fewest(
    dose: str, strengths: list[str], counts: dict[str, int], waste: str
) -> None:
    packs = vials(units.amount(dose), [units.amount(strength) for strength in strengths])
    assert counted(packs) == counts
    assert spoken(units.show(packs.waste)) == waste
    ending = "no waste" if waste.startswith("0 ") else f"waste {waste}"
    assert spoken(str(packs)).endswith(ending)


@pytest.mark.parametrize(
    ("dose", "strengths", "scored", "said"),
    [
        ("7.5 mg", ["5 mg"], True, "5 mg x 1 + half of 5 mg x 1, no waste"),
        ("2.5 mg", ["5 mg"], True, "half of 5 mg x 1, no waste"),
        ("30 mg", ["20 mg"], True, "20 mg x 1 + half of 20 mg x 1, no waste"),
        ("15 mg", ["10 mg", "5 mg"], True, "10 mg x 1 + 5 mg x 1, no waste"),
        ("15 mg", ["5 mg"], False, "5 mg x 3, no waste"),
        ("60 mg", ["5 mg", "25 mg", "50 mg"], False, "50 mg x 1 + 5 mg x 2, no waste"),
        ("0.6 g", ["200 mg"], False, "200 mg x 3, no waste"),
    ],
)
def test_tablets_make_exactly_the_dose_and_halves_are_said_to_be_halves(
    dose: str, strengths: list[str], scored: bool, said: str
) -> None:
    packs = tablets(units.amount(dose), [units.amount(s) for s in strengths], scored=scored)
    assert spoken(str(packs)) == said
    assert packs.total == units.amount(dose)


@pytest.mark.parametrize(
    ("dose", "strengths", "scored", "near"),
    [
        ("7 mg", ["5 mg"], True, "the nearest are 5 mg or 7.5 mg"),
        ("7 mg", ["5 mg"], False, "the nearest are 5 mg or 10 mg"),
        ("2.5 mg", ["5 mg"], False, "the nearest is 5 mg"),
    ],
)
def test_a_dose_that_tablets_cannot_make_names_the_nearest_that_they_can(
    dose: str, strengths: list[str], scored: bool, near: str
) -> None:
    with pytest.raises(InputError) as error:
        tablets(units.amount(dose), [units.amount(s) for s in strengths], scored=scored)
    said = spoken(str(error.value))
    assert said == f'tablets: "{dose}" cannot be made of these tablets; {near}'


def test_a_dose_of_more_tablets_than_may_be_taken_at_once_is_refused() -> None:
    with pytest.raises(TooManyTabletsError) as error:
        tablets(units.amount("70 mg"), mg(5, 10), scored=False, most=6)
    assert spoken(str(error.value)) == (
        'tablets: "70 mg" takes 10 mg x 7; at most 6 are to be taken at one time'
    )
    assert tablets(units.amount("70 mg"), mg(5, 10), scored=False, most=7).pieces == 7


def test_only_scored_tablets_are_halved() -> None:
    packs = whole_and_halved(units.amount("12.5 mg"), mg(5, 10), mg(5))
    assert spoken(packs.made_of) == "10 mg x 1 + half of 5 mg x 1"
    with pytest.raises(InputError, match="cannot be made of these tablets"):
        whole_and_halved(units.amount("12.5 mg"), mg(5, 10), mg(10))


@given(
    dose=st.integers(min_value=1, max_value=60),
    strengths=st.lists(st.sampled_from([1, 2, 5, 10, 20, 25]), min_size=1, max_size=3, unique=True),
    most=st.integers(min_value=1, max_value=12),
)
def test_tablets_make_the_dose_exactly_are_never_too_many_and_are_the_fewest(
    dose: int, strengths: list[int], most: int
) -> None:
    # every number of pieces up to the most, by sets of the totals that they can make
    totals, reached = {0}, None
    for pieces in range(1, most + 1):
        totals = {total + size for total in totals for size in strengths}
        reached = pieces if reached is None and dose in totals else reached
    if reached is None:
        with pytest.raises(InputError):
            tablets(quantity(float(dose), MG), mg(*strengths), scored=False, most=most)
        return
    packs = tablets(quantity(float(dose), MG), mg(*strengths), scored=False, most=most)
    assert sum(float(size.magnitude) * count for size, count in packs.counts) == dose
    assert packs.pieces == reached <= most


def test_no_strength_is_refused() -> None:
    with pytest.raises(InputError, match="strengths: is missing; write 100 mg, 500 mg"):
        vials(units.amount("700 mg"), [])


def test_a_strength_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match=r"strength.*is another kind of value; give it in mg"):
        vials(units.amount("700 mg"), [units.amount("100 units")])


def test_a_dose_that_was_not_rounded_is_refused_for_tablets() -> None:
    with pytest.raises(InputError, match="round it first"):
        tablets(quantity(691.7512347, MG), mg(100, 500), scored=False)


@pytest.mark.parametrize(
    ("dose", "said"),
    [
        # 700 - 691.7512347 = 8.2487653
        (691.7512347, "500 mg x 1 + 100 mg x 2, waste 8.24877 mg"),
        (700.0000001, "500 mg x 1 + 100 mg x 3, waste 100 mg"),
        # 0.1 mg/kg x 7 kg is 0.7000000000000001 mg in binary: dust opens no eighth vial
        (0.7000000000000001, "100 mg x 1, waste 99.3 mg"),
        (99.99999999999999, "100 mg x 1, no waste"),
        (100.00000000000001, "100 mg x 1, no waste"),
    ],
)
def test_vials_are_counted_for_a_dose_that_was_not_rounded(dose: float, said: str) -> None:
    assert spoken(str(vials(quantity(dose, MG), mg(100, 500)))) == said


@given(
    dose=st.integers(min_value=1, max_value=3000),
    strengths=st.lists(
        st.sampled_from([30, 50, 100, 150, 250, 400, 500]), min_size=1, max_size=3, unique=True
    ),
)
def test_vials_hold_the_dose_and_less_waste_is_not_possible(
    dose: int, strengths: list[int]
) -> None:
    packs = vials(quantity(float(dose), MG), mg(*strengths))
    held = sum(float(size.magnitude) * count for size, count in packs.counts)
    assert packs.total.magnitude == held
    assert packs.waste.magnitude == held - dose
    assert held >= dose
    # every total of whole vials up to what is held, by sets rather than by the code's table
    reachable = {0}
    while True:
        more = {t + s for t in reachable for s in strengths if t + s <= held} - reachable
        if not more:
            break
        reachable |= more
    assert not [total for total in reachable if dose <= total < held]


def test_a_course_is_dealt_out_with_the_larger_shares_first() -> None:
    assert deal(140, 5, 5) == (30, 30, 30, 25, 25)


@pytest.mark.parametrize(
    ("total", "days", "step", "shares"),
    [
        (150, 5, 5, (30, 30, 30, 30, 30)),
        (10, 3, 5, (5, 5, 0)),
        (0.7, 2, 0.1, (0.4, 0.3)),
        (0.3, 3, 0.1, (0.1, 0.1, 0.1)),
        (140, 1, 5, (140,)),
    ],
)
def test_a_total_is_dealt_in_whole_steps(
    total: float, days: int, step: float, shares: tuple[float, ...]
) -> None:
    assert deal(total, days, step) == shares


@pytest.mark.parametrize("days", [0, -1])
def test_there_must_be_a_day_to_deal_to(days: int) -> None:
    with pytest.raises(InputError, match=r"days.*write 1 or more"):
        deal(140, days, 5)


@pytest.mark.parametrize("total", [142, 139.9, 2])
def test_a_total_that_is_no_whole_number_of_steps_is_refused_and_not_cut(total: float) -> None:
    with pytest.raises(InputError, match="is not a whole number of steps of 5; round it first"):
        deal(total, 5, 5)


@given(
    steps=st.integers(min_value=0, max_value=5000),
    days=st.integers(min_value=1, max_value=31),
    step=st.sampled_from([1, 5, 20, 50, 100, 250]),
)
def test_shares_add_up_fall_and_differ_by_one_step_at_most(
    steps: int, days: int, step: int
) -> None:
    shares = deal(float(steps * step), days, step)
    assert len(shares) == days
    assert sum(shares) == steps * step
    assert max(shares) - min(shares) in (0, step)
    assert list(shares) == sorted(shares, reverse=True)
    assert all(share % step == 0 for share in shares)


def test_of_equally_few_vials_the_first_of_the_file_are_taken() -> None:
    # 6 mg are two vials, of 4 and 2 or of 3 and 3
    assert counted(vials(quantity(6.0, MG), mg(2, 4, 3))) == {"4 mg": 1, "2 mg": 1}


def test_no_tablet_is_refused() -> None:
    with pytest.raises(InputError, match="strengths: is missing; write 100 mg, 500 mg"):
        whole_and_halved(units.amount("10 mg"), [], [])


def test_the_two_nearest_may_both_be_more_than_the_dose() -> None:
    with pytest.raises(InputError, match=r"the nearest are 10\Wmg or 20\Wmg"):
        tablets(units.amount("3 mg"), mg(10, 100), scored=False)


def test_a_column_of_totals_is_dealt_row_by_row() -> None:
    # 140 g over 5 days are 30, 30, 30, 25, 25 g; 70 g are 15, 15, 15, 15, 10 g
    days = deal(np.array([140.0, 70.0, 140.0]), 5, 5.0)
    assert np.array(days).tolist() == [
        [30, 15, 30],
        [30, 15, 30],
        [30, 15, 30],
        [25, 15, 25],
        [25, 10, 25],
    ]
