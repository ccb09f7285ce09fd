from __future__ import annotations

import pickle
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing import units
from dosing.errors import InputError, Problem, Problems
from dosing.units import KINDS, NO_BREAK_SPACE, plain, quantity, read, show, show_number

WRITE_WEIGHT = "write 70 kg, 3500 g or 154 lb"
WRITE_AMOUNT = "write 600 mg, 0.5 g, 50 mcg or 100 units"
WRITE_DOSE = "write 600 mg, 0.4 g/kg or 375 mg/m2"


def refused(kind: str, text: object) -> Problem:
    with pytest.raises(InputError) as error:
        read(kind, text)
    (problem,) = error.value.problems
    return problem


# What hands and files really write: kind, text, why it is refused, what to write instead.
CATALOGUE: list[tuple[str, object, str, str]] = [
    ("weight", "1,5 kg", "has a decimal comma", "write 1.5 kg"),
    ("amount", "0,500 g", "has a decimal comma", "write 0.500 g"),
    ("amount", "10 000 mg", "gap inside the number", "write 10000 mg"),
    ("amount", "10\u00a0000 mg", "gap inside the number", "write 10000 mg"),
    ("amount", "10'000 mg", "gap inside the number", "write 10000 mg"),
    # Two numbers, or no unit: nothing is run together.
    ("amount", "1 5 mg", "gap inside the number", WRITE_AMOUNT),
    ("amount", "10 000 foo", "gap inside the number", WRITE_AMOUNT),
    ("amount", "1.5  mg", "wide gap before the unit", "write 1.5 mg"),
    ("amount", ". mg", "does not begin with a number in digits", WRITE_AMOUNT),
    ("amount", "7Omcg", "letter inside the number", WRITE_AMOUNT),
    # 40 characters are no more than 40
    ("weight", "1," + "5" * 35 + " kg", "has a decimal comma", "write 1." + "5" * 35 + " kg"),
    ("amount", "4 foo/5 mg", "has no unit of amount", WRITE_AMOUNT),
    ("amount", "4 g/5 foo", "has no unit of amount", WRITE_AMOUNT),
    ("weight", "nan kg", "does not begin with a number", WRITE_WEIGHT),
    ("amount", "inf mg", "does not begin with a number", WRITE_AMOUNT),
    ("weight", "70", "has no unit", WRITE_WEIGHT),
    ("dose", "0.4", "has no unit", WRITE_DOSE),
    ("dose", "0.4/kg", "does not say what is given", "write 0.4 g/kg or 0.4 mg/kg"),
    ("weight", "0.4/kg", "has no unit of weight", WRITE_WEIGHT),
    ("amount", "5 MG", "not written that way here: MG", "write 5 mg"),
    ("amount", "10 U", "not written that way here: U", "write 10 units"),
    ("amount", "5 IU", "not written that way here: IU", "write 5 units"),
    ("weight", "10 units", "is an amount, not a weight", WRITE_WEIGHT),
    ("weight", "10 U", "has no unit of weight", WRITE_WEIGHT),
    ("weight", "400 mg", "is an amount, not a weight", WRITE_WEIGHT),
    ("amount", "70 kg", "is a weight, not an amount", WRITE_AMOUNT),
    ("amount", "1e3 mg", "has no unit of amount", WRITE_AMOUNT),
    ("amount", "9**9**9", "has no unit of amount", WRITE_AMOUNT),
    # Unicode normalisation would make it 105 mg.
    ("amount", "10\u2075 mg", "has no unit of amount", WRITE_AMOUNT),
    ("amount", "\u0661\u0660 mg", "does not begin with a number in digits", WRITE_AMOUNT),
    ("amount", "\uff11\uff10 mg", "does not begin with a number in digits", WRITE_AMOUNT),
    ("amount", "1\u0660 mg", "has no unit of amount", WRITE_AMOUNT),
    ("amount", "1\u00bd mg", "has no unit of amount", WRITE_AMOUNT),
    ("amount", ".5 mg", "no digit before the point", "write 0.5 mg"),
    ("amount", "5. mg", "no digit after the point", "write 5 mg"),
    ("amount", "1.5.5 mg", "has no unit of amount", WRITE_AMOUNT),
    ("weight", "70  kg", "wide gap before the unit", "write 70 kg"),
    ("weight", "70\tkg", "wide gap before the unit", "write 70 kg"),
    ("weight", "7" * 41, "longer than 40 characters", WRITE_WEIGHT),
    ("weight", "7" * 38 + " kg", "longer than 40 characters", WRITE_WEIGHT),
    ("weight", "", "is missing", WRITE_WEIGHT),
    ("weight", "   ", "is missing", WRITE_WEIGHT),
    ("weight", None, "is missing", WRITE_WEIGHT),
    ("weight", 70, "is not text with a unit", WRITE_WEIGHT),
    ("weight", 70.5, "is not text with a unit", WRITE_WEIGHT),
    ("weight", True, "is not text with a unit", WRITE_WEIGHT),
    ("weight", "0 kg", "is zero", "write a value above zero: 70 kg"),
    ("weight", "0.000 kg", "is zero", "write a value above zero: 70 kg"),
    ("amount", "-5 mg", "is below zero", WRITE_AMOUNT),
    ("amount", "\u22125 mg", "does not begin with a number", WRITE_AMOUNT),
    ("amount", "+5 mg", "does not begin with a number", WRITE_AMOUNT),
    ("weight", "1,234 kg", "by others as thousands", "write 1234 kg or 1.234 kg"),
    ("amount", "1,234,567 units", "comma in the number", "write 1234567 units"),
    ("amount", "1,234.5 mg", "comma in the number", "write 1234.5 mg"),
    ("amount", "1.234,5 mg", "has a comma", WRITE_AMOUNT),
    ("amount", "1,2,3 mg", "comma in the number", WRITE_AMOUNT),
    ("amount", "1,5.5 mg", "comma in the number", WRITE_AMOUNT),
    ("weight", "1,5", "comma in the number and no unit", WRITE_WEIGHT),
    ("height", "5'9\"", "gap inside the number", "write 175 cm, 1.75 m, 69 in or 5.75 ft"),
    ("height", "5 ft 9 in", "has no unit of height", "write 175 cm, 1.75 m, 69 in or 5.75 ft"),
    # The letter O: half of the number must not be dropped.
    ("weight", "7O kg", "letter inside the number", WRITE_WEIGHT),
    ("weight", "7Okg", "letter inside the number", WRITE_WEIGHT),
    ("weight", "70 kgs", "not written that way here: kgs", "write 70 kg"),
    ("amount", "5 ug", "not written that way here: ug", "write 5 mcg"),
    ("amount", "5 mkg", "not written that way here: mkg", "write 5 mcg"),
    ("amount", "5 cc", "not written that way here: cc", "write 5 mL"),
    ("dose", "0.4 g per kg", "not written that way here: g per kg", "write 0.4 g/kg"),
    ("dose", "5 IU/kg/d", "not written that way here: IU/kg/d", "write 5 units/kg/day"),
    ("dose", "375 mg/M\u00b2", "not written that way here", "write 375 mg/m2"),
    ("dose", "2 mgg", "not written that way here: mgg", "write 2 mg"),
    ("dose", "5 mg/hour", "has no unit of dose", WRITE_DOSE),
    ("dose", "5 %", "has no unit of dose", WRITE_DOSE),
    ("amount", "5 mg/kg", "is a dose rate, not an amount", WRITE_AMOUNT),
    ("dose rate", "600 mg", "is an amount, not a dose rate", "write 0.4 g/kg"),
    # A thousandfold guess: mmol/L is a unit, but not one of creatinine in serum here.
    ("creatinine", "80 mmol/L", "is a concentration", "write 80 umol/L or 0.9 mg/dL"),
    ("duration", "3 months", "is an age, not a duration", "write 30 min, 3 h or 28 days"),
    ("surface", "1.84 m", "is a height, not a surface", "write 1.84 m2"),
    ("amount", "5 mg; DROP", "has no unit of amount", WRITE_AMOUNT),
    ("amount", "__import__('os')", "does not begin with a number", WRITE_AMOUNT),
]


@pytest.mark.hazard("H03")
@pytest.mark.parametrize(("kind", "text", "why", "accepted"), CATALOGUE)
def test_bad_input_is_refused_with_the_reason_and_the_spelling_to_use(
    kind: str, text: object, why: str, accepted: str
) -> None:
    problem = refused(kind, text)
    assert why in problem.why
    assert accepted in problem.accepted
    assert str(problem).startswith(f"{kind}: ")


@pytest.mark.parametrize("text", ["4 g/0.5 g", "160/800 mg", "4 g, 500 mg"])
def test_two_amounts_are_never_taken_for_one(text: str) -> None:
    problem = refused("amount", text)
    assert problem.why == "holds two amounts"
    assert problem.accepted == "write one; of a product of two drugs that of the drug it goes by"


def test_a_number_alone_has_no_unit_at_all() -> None:
    assert refused("weight", "70").why == "has no unit"


@pytest.mark.hazard("H02")
def test_a_decimal_comma_is_refused_with_the_spelling_to_use() -> None:
    with pytest.raises(InputError) as error:
        units.weight("1,5 kg")
    assert str(error.value) == 'weight: "1,5 kg" has a decimal comma; write 1.5 kg'


@pytest.mark.parametrize(("kind", "text", "why", "accepted"), CATALOGUE)
def test_what_the_message_says_to_write_is_then_accepted(
    kind: str, text: object, why: str, accepted: str
) -> None:
    advice = refused(kind, text).accepted
    suggested = re.findall(r"[0-9][0-9.]* ?[A-Za-z][^\s,]*", advice)
    assert suggested, advice
    for spelled in suggested:
        read(kind, spelled)


@pytest.mark.parametrize(("kind", "text", "why", "accepted"), CATALOGUE)
def test_no_message_holds_a_micro_sign_or_a_line_break(
    kind: str, text: object, why: str, accepted: str
) -> None:
    message = str(refused(kind, text))
    assert not set(message) & set("\u00b5\u03bc\n\t")


def test_the_field_that_the_person_sees_is_named() -> None:
    with pytest.raises(InputError, match=r"^weight of the patient: is missing"):
        units.weight("", "weight of the patient")


def test_a_long_text_is_cut_in_the_message() -> None:
    message = str(refused("weight", "x" * 500))
    assert "x" * 40 + " (cut here)" in message
    assert "x" * 41 not in message


# Every spelling beside the one form in which it is shown.
SPELLINGS = [
    ("dose", "375 mg/m2", "375 mg/m2"),
    ("dose", "375 mg/m\u00b2", "375 mg/m2"),
    ("dose", "375 mg/m^2", "375 mg/m2"),
    ("dose", "375 milligrams/m\u00b2", "375 mg/m2"),
    ("dose", "375mg/m2", "375 mg/m2"),
    ("dose", "375\u00a0mg/m2", "375 mg/m2"),
    ("dose", "375\u202fmg/m2", "375 mg/m2"),
    ("dose", " 375 mg/m2 ", "375 mg/m2"),
    ("dose", "15 mg/kg/day", "15 mg/kg/day"),
    ("dose", "2 units/kg", "2 units/kg"),
    ("amount", "50 mcg", "50 mcg"),
    ("amount", "50 \u00b5g", "50 mcg"),
    ("amount", "50 \u03bcg", "50 mcg"),
    ("amount", "50 microgram", "50 mcg"),
    ("amount", "50 micrograms", "50 mcg"),
    ("amount", "1 milligram", "1 mg"),
    ("amount", "2 grams", "2 g"),
    ("amount", "1 units", "1 unit"),
    ("amount", "100 unit", "100 units"),
    ("amount", "5 ml", "5 mL"),
    ("amount", "5 mmol", "5 mmol"),
    ("weight", "70 kilograms", "70 kg"),
    ("weight", "3500 grams", "3,500 g"),
    ("weight", "154 pounds", "154 lb"),
    ("weight", "154 lbs", "154 lb"),
    ("height", "69 inches", "69 in"),
    ("height", "69 inch", "69 in"),
    ("height", "5.75 feet", "5.75 ft"),
    ("height", "1.75 m", "1.75 m"),
    ("surface", "1.84 m\u00b2", "1.84 m2"),
    ("surface", "1.84 m^2", "1.84 m2"),
    ("age", "48 y", "48 years"),
    ("age", "1 years", "1 year"),
    ("age", "0 days", "0 days"),
    ("creatinine", "80 \u00b5mol/L", "80 umol/L"),
    ("creatinine", "80 \u03bcmol/l", "80 umol/L"),
    ("creatinine", "80 micromol/L", "80 umol/L"),
    ("creatinine", "0.9 mg/dl", "0.9 mg/dL"),
    ("duration", "30 minutes", "30 min"),
    ("duration", "3 hours", "3 h"),
    ("duration", "1 day", "1 day"),
    ("volume", "1.5 litres", "1.5 L"),
    ("concentration", "10 mg/ml", "10 mg/mL"),
    ("concentration", "50 \u00b5g/mL", "50 mcg/mL"),
]


@pytest.mark.parametrize(("kind", "text", "shown"), SPELLINGS)
def test_every_accepted_spelling_is_shown_in_one_way(kind: str, text: str, shown: str) -> None:
    assert show(read(kind, text)) == shown.replace(" ", NO_BREAK_SPACE)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_spelling_of_every_kind_is_read_and_printed_with_plain_letters(kind: str) -> None:
    for spelled, unit in KINDS[kind].spellings.items():
        value = read(kind, f"2 {spelled}")
        assert value.units == unit
        assert re.fullmatch(r"2 [A-Za-z0-9/.]+(-plasma)?", plain(value)), spelled
        assert read(kind, plain(value)) == value


def test_every_unit_of_the_dose_table_can_be_taken_apart_and_put_together() -> None:
    for spelled, unit in KINDS["dose"].spellings.items():
        taken = units.parts(unit)
        together = units.dose_unit(taken.amount, taken.body, per_day=taken.per_day)
        assert together == unit
        assert (taken.body is not None) == bool(re.search(r"/(kg|m|L-plasma)", spelled))
        assert taken.per_day == spelled.endswith("/day")


def test_every_reader_reads_its_own_kind() -> None:
    readers = [
        (units.weight, "70 kg", units.KG, 70),
        (units.height, "175 cm", units.CM, 175),
        (units.surface, "1.84 m2", units.M2, 1.84),
        (units.age, "48 years", units.YEAR, 48),
        (units.creatinine, "0.9 mg/dL", units.CREATININE_MG_PER_DL, 0.9),
        (units.amount, "600 mg", units.MG, 600),
        (units.dose_rate, "0.4 g/kg", units.dose_unit(units.G, units.KG), 0.4),
        (units.dose, "375 mg/m2", units.dose_unit(units.MG, units.M2), 375),
        (units.concentration, "10 mg/mL", units.MG / units.ML, 10),
        (units.volume, "1.5 L", units.L, 1.5),
        (units.duration, "30 min", units.MINUTE, 30),
    ]
    for reader, text, unit, number in readers:
        value = reader(text)
        assert (value.units, value.magnitude) == (unit, number)


# Section 13 of the knowledge file, for a program that keeps the unit as written.
@pytest.mark.parametrize(
    ("number", "unit", "shown"),
    [
        (1.0, "mg", "1 mg"),
        (0.5, "mg", "0.5 mg"),
        (0.05, "mg", "0.05 mg"),
        (0.0025, "mg", "0.0025 mg"),
        (0.5, "g", "0.5 g"),
        (1500, "mg", "1,500 mg"),
        (999, "mg", "999 mg"),
        (1000, "mg", "1,000 mg"),
        (20000, "units", "20,000 units"),
        (100000, "units", "100,000 units"),
        (1000000, "units", "1,000,000 units"),
        (12.50, "mg", "12.5 mg"),
        (100, "mg", "100 mg"),
        (1e21, "units", "1,000,000,000,000,000,000,000 units"),
        (1e-7, "g", "0.0000001 g"),
        (0.30000000000000004, "mg", "0.3 mg"),
        (0, "mg", "0 mg"),
        (-0.0, "mg", "0 mg"),
        (1, "units", "1 unit"),
        (0.5, "units", "0.5 units"),
    ],
)
def test_a_quantity_is_shown_as_the_golden_cases_say(number: float, unit: str, shown: str) -> None:
    value = quantity(number, KINDS["amount"].spellings[unit])
    assert show(value) == shown.replace(" ", NO_BREAK_SPACE)


@pytest.mark.parametrize(
    ("number", "digits", "shown"),
    [
        (1844.662, 5, "1,844.7"),
        (123456.7, 5, "123,457"),
        (9.99996, 5, "10"),
        (0.000123456, 3, "0.000123"),
        (2.5, 1, "3"),
    ],
)
def test_digits_before_the_point_are_never_dropped(number: float, digits: int, shown: str) -> None:
    assert show_number(number, digits) == shown


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [
        (0.0667, "+6.7 %"),
        (-0.0751, "-7.5 %"),
        (0.0, "0 %"),
        (0.0004, "0 %"),
        (-0.0004, "0 %"),
        (0.0005, "+0.1 %"),
        (12.0, "+1,200 %"),
    ],
)
def test_a_deviation_is_shown_with_its_sign_and_one_place(fraction: float, shown: str) -> None:
    assert units.show_percent(fraction) == shown.replace(" ", NO_BREAK_SPACE)


@pytest.mark.parametrize(("count", "shown"), [(1, "1 row"), (2, "2 rows"), (1200, "1,200 rows")])
def test_rows_are_counted_in_words(count: int, shown: str) -> None:
    assert units.show_rows(np.arange(1500) < count) == shown


MAGNITUDES = st.floats(min_value=1e-6, max_value=1e9, allow_nan=False, allow_infinity=False)


@given(number=MAGNITUDES)
def test_what_is_shown_has_no_exponent_and_no_trailing_zero_and_reads_back(number: float) -> None:
    shown = show(quantity(number, units.MG))
    digits, unit = shown.split(NO_BREAK_SPACE)
    assert unit == "mg"
    assert re.fullmatch(r"(0|[1-9][0-9]{0,2}(,[0-9]{3})*)(\.[0-9]*[1-9])?", digits)
    twelve = Context(prec=12, rounding=ROUND_HALF_UP).plus(Decimal(repr(number)))
    assert Decimal(digits.replace(",", "")) == twelve


@given(number=MAGNITUDES, kind=st.sampled_from(sorted(KINDS)), data=st.data())
def test_plain_text_reads_back_to_the_same_quantity(
    number: float, kind: str, data: st.DataObject
) -> None:
    unit = data.draw(st.sampled_from(list(KINDS[kind].spellings.values())))
    value = quantity(number, unit)
    again = read(kind, plain(value))
    assert (again.magnitude, again.units) == (value.magnitude, value.units)


@given(text=st.text(max_size=45))
def test_any_text_is_read_or_refused_with_advice(text: str) -> None:
    for kind in KINDS:
        try:
            value = read(kind, text)
        except InputError as error:
            assert error.problems[0].accepted.startswith("write ")
        else:
            assert re.fullmatch(
                r"\s*[0-9]+(\.[0-9]+)?[ \u00a0\u202f]?\S+\s*", text, re.ASCII | re.X
            )
            assert value.magnitude >= 0


def test_a_thousandth_of_a_rate_is_another_quantity_and_the_same_rate_in_mg_is_not() -> None:
    # Section 13: 400 mg/kg and 0.4 g/kg are equal, 0.4 mg/kg is not.
    grams = units.dose("0.4 g/kg")
    per_kg = units.dose_unit(units.MG, units.KG)
    assert units.in_unit(grams, per_kg, "dose") == pytest.approx(400, rel=1e-12)
    assert units.dose("400 mg/kg") == grams
    assert units.dose("0.4 mg/kg") != grams


@pytest.mark.hazard("H04")
@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("0.4 mg/kg", units.MG / units.G),
        ("0.4 mg/kg", units.KG),
        ("0.4 mg/kg", units.dose_unit(units.MG, units.M2)),
        ("0.4 mg/kg", units.dose_unit(units.ACTIVITY_UNIT, units.KG)),
        ("5 g", units.KG),
        ("5 units", units.MG),
        ("5 mL", units.MG),
        ("5 mmol", units.MG),
        ("5 mg/day", units.MG),
    ],
)
def test_kinds_cannot_be_mixed_up(text: str, unit: units.Unit) -> None:
    value = units.dose(text)
    assert not units.same_kind(value, unit)
    with pytest.raises(InputError, match="is another kind of value"):
        units.in_unit(value, unit, "dose")


@pytest.mark.parametrize("kind", KINDS)
def test_a_unit_is_one_object_however_its_quantity_was_made(kind: str) -> None:
    for text, unit in KINDS[kind].spellings.items():
        assert read(kind, f"2 {text}").units is unit
        assert (quantity(3.0, unit) * 2).units is unit
        assert pickle.loads(pickle.dumps(quantity(3.0, unit))).units is unit  # noqa: S301 - just made


def test_a_quantity_of_another_registry_is_refused() -> None:
    others: pint.UnitRegistry[Any] = pint.UnitRegistry()
    for unit in ("kilogram", "gram", "pound"):
        with pytest.raises(ValueError, match="different registries"):
            units.in_unit(others.Quantity(70.0, unit), units.KG, "weight")


def test_a_rate_per_body_weight_is_no_bare_number() -> None:
    # In pint's own registry mg/kg is mass by mass, and so a number.
    assert units.dose("0.4 mg/kg").dimensionality
    body_weight, drug = units.weight("5 g"), units.amount("5 g")
    assert not units.same_kind(body_weight, drug)


@pytest.mark.parametrize("bad", [70, 70.0, "70 kg", None])
def test_a_bare_number_is_no_quantity(bad: Any) -> None:
    with pytest.raises(InputError, match="is a bare number; give a Quantity in kg"):
        units.in_unit(bad, units.KG, "weight")


@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    "bad",
    [float("nan"), float("inf"), float("-inf"), np.array([70, np.nan]), np.array([np.inf])],
)
def test_what_is_not_finite_does_not_pass_the_door(bad: units.Number) -> None:
    with pytest.raises(InputError, match="is not a finite number"):
        units.in_unit(quantity(bad, units.KG), units.KG, "weight")
    with pytest.raises(InputError, match="is not a finite number"):
        units.in_unit(quantity(bad, units.LB), units.KG, "weight")


def test_all_problems_of_a_form_are_told_at_once() -> None:
    problems = Problems()
    assert problems.reading(units.weight, "70") is None
    assert problems.reading(units.height, "175 cm") == units.height("175 cm")
    assert problems.reading(units.age, "old") is None
    assert problems
    with pytest.raises(InputError) as error:
        problems.raise_if_any()
    assert [problem.field for problem in error.value.problems] == ["weight", "age"]
    assert len(str(error.value).splitlines()) == 2


def test_a_form_without_problems_raises_nothing() -> None:
    problems = Problems()
    problems.reading(units.weight, "70 kg")
    problems.raise_if_any()
    assert not problems
    problems.add("x", "", why="is missing", write="it")
    assert problems
