"""The door of quantities: text with a unit, by kind of value, and numbers without one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dosing.numbers import (
    read_clock,
    read_count,
    read_decimal,
    read_fraction,
    read_percent,
    read_share,
)
from dosing.units import KINDS, read
from tests.doors.answering import answer, each, nested

# kind, what is typed, a word of the answer
QUANTITIES = [
    ("weight", "", "is missing"),
    ("weight", " \t\n", "is missing"),
    ("weight", None, "is missing"),
    ("weight", 70, "is not text with a unit"),
    ("weight", 70.0, "is not text with a unit"),
    ("weight", True, "is not text with a unit"),
    ("weight", b"70 kg", "is not text with a unit"),
    ("weight", ["70 kg"], "is not text with a unit"),
    ("weight", {"kg": 70}, "is not text with a unit"),
    ("weight", 10**5000, "is not text with a unit"),
    ("weight", float("nan"), "is not text with a unit"),
    ("weight", "70", "has no unit"),
    ("weight", "kg", "weight"),
    ("weight", "1,5 kg", "write 1.5 kg"),
    ("weight", "1.000,5 kg", "weight"),
    ("weight", "1,000.5 kg", "write 1000.5 kg"),
    ("weight", "1 000 kg", "gap inside the number"),
    ("weight", "1_000 kg", "weight"),
    ("weight", "1'000 g", "gap inside the number"),
    ("weight", "0 kg", "is zero"),
    ("weight", "0.0 kg", "is zero"),
    ("weight", "-0 kg", "weight"),
    ("weight", "-70 kg", "is below zero"),
    ("weight", "+70 kg", "weight"),
    ("weight", "\u221270 kg", "weight"),
    ("weight", "\u201370 kg", "weight"),
    ("weight", "\ufe6370 kg", "weight"),
    ("weight", "nan kg", "does not begin with a number"),
    ("weight", "inf kg", "does not begin with a number"),
    ("weight", "1e3 g", "weight"),
    ("weight", "1E3 g", "weight"),
    ("weight", "1e309 kg", "weight"),
    ("weight", "0x10 kg", "weight"),
    ("weight", "0b11 kg", "weight"),
    ("weight", "9**9**9 kg", "weight"),
    ("weight", "70 kg kg", "weight"),
    ("weight", "70 kg 80 kg", "weight"),
    ("weight", "70 kg/80 kg", "weight"),
    ("weight", "70 to 80 kg", "weight"),
    ("weight", "70-80 kg", "weight"),
    ("weight", "70 stone", "no unit of weight"),
    ("weight", "70 mg", "weight"),
    ("weight", "70 KG", "write 70 kg"),
    ("weight", "70 kg; drop table", "weight"),
    ("weight", "70 kg\x00", "weight"),
    ("weight", "7\x000 kg", "weight"),
    ("weight", "70\u2009kg", "weight"),
    ("weight", "70\u200bkg", "weight"),
    ("weight", "\u202e70 kg", "weight"),
    ("weight", "70 kg\u202c", "weight"),
    ("weight", "\u206670 kg\u2069", "weight"),
    ("weight", "\ufeff70 kg", "weight"),
    ("weight", "\ud80070 kg", "weight"),
    ("weight", "70 \udfff", "weight"),
    ("weight", "\u0667\u0660 kg", "weight"),  # Arabic-Indic 70
    ("weight", "\u06f7\u06f0 kg", "weight"),  # Eastern Arabic-Indic 70
    ("weight", "\u096d\u0966 kg", "weight"),  # Devanagari 70
    ("weight", "\uff17\uff10 kg", "weight"),  # fullwidth 70
    ("weight", "7\u2070 kg", "weight"),  # 7 and a superscript nought
    ("weight", "10\u2075 g", "weight"),
    ("weight", "\u00bd kg", "weight"),
    ("weight", "7\u00bd kg", "weight"),
    ("weight", "\u2166 kg", "weight"),  # a Roman seven
    ("weight", "\U0001d7d5\U0001d7ce kg", "weight"),  # mathematical bold 70
    ("weight", "70 \uff4b\uff47", "weight"),  # fullwidth kg
    ("weight", "70 \u338f", "weight"),  # kg as one sign
    ("weight", "70 \u03bag", "weight"),  # a Greek kappa
    ("weight", "70." + "0" * 40 + " kg", "longer than 40"),
    ("weight", "9" * 400 + " kg", "longer than 40"),
    ("weight", "9" * 1_000_000 + " kg", "longer than 40"),
    ("weight", nested("(", ")") + " kg", "longer than 40"),
    ("weight", "7.0.0 kg", "weight"),
    ("weight", ".5 kg", "write 0.5 kg"),
    ("weight", "5. kg", "write 5 kg"),
    ("weight", "7O kg", "letter inside the number"),
    ("weight", "l0 kg", "weight"),
    ("height", "5'9\"", "height"),
    ("height", "1m75", "height"),
    ("surface", "1.84 m\u2072", "surface"),
    ("surface", "1.84 m3", "surface"),
    ("age", "48", "has no unit"),
    ("age", "-1 years", "is below zero"),
    ("age", "48 ans", "age"),
    ("creatinine", "80 mmol/L", "creatinine"),
    ("clearance", "42", "has no unit"),
    ("amount", "1.000,5 mg", "amount"),
    ("amount", "5 U", "amount"),
    ("amount", "10 IU", "amount"),
    ("amount", "5 mg 5 mg", "amount"),
    ("dose", "0.4 /kg", "does not say what is given"),
    # A product of two drugs, or two products in one entry.
    ("dose", "4 g/0.5 g", "holds two amounts"),
    ("dose", "160/800 mg", "holds two amounts"),
    ("dose", "500 mg, 1000 mg", "holds two amounts"),
    ("dose", "500 mg and 1000 mg", "holds two amounts"),
    ("dose", "375 mg/m2/500 mg/m2", "dose"),
    ("dose", "50 mg/1.73 m2", "has no unit of dose"),
    ("amount", "500 mg + 125 mg", "holds two amounts"),
    ("amount", "50 mg 100 mg", "holds two amounts"),
    ("amount", "1, 5 mg", "amount"),
    ("amount", "1,5 mg", "write 1.5 mg"),
    ("height", "5 ft 9 in", "height"),
    ("dose", "0.4 mg/kg/kg", "dose"),
    ("dose", "10 %", "dose"),
    ("dose rate", "600 mg", "not a dose rate"),
    ("concentration", "10 mg", "concentration"),
    ("volume", "500 cc", "write 500 mL"),
    ("infusion rate", "50 mg", "infusion rate"),
    ("duration", "3:30", "duration"),
    ("duration", "1 fortnight", "duration"),
]


@each("kind, typed, word", QUANTITIES)
def test_a_quantity_is_refused_in_words(kind: str, typed: object, word: str) -> None:
    words = answer(read, kind, typed)
    assert word in words
    assert words.startswith(f"{kind}: ")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_refuses_a_bare_number_and_shows_how_it_is_written(kind: str) -> None:
    assert KINDS[kind].examples in answer(read, kind, "7")


NUMBERS = [
    (read_count, "", "is missing"),
    (read_count, "0", "is not a whole number"),
    (read_count, "-1", "is not a whole number"),
    (read_count, "1.5", "is not a whole number"),
    (read_count, "100", "is not a whole number"),
    (read_count, "1" + "0" * 400, "is not a whole number"),
    (read_count, "9" * 5000, "is not a whole number"),
    (read_count, "1_0", "is not a whole number"),
    (read_count, "\u0662", "is not a whole number"),
    (read_count, "\uff12", "is not a whole number"),
    (read_count, "\u00b2", "is not a whole number"),
    (read_count, "0x2", "is not a whole number"),
    (read_count, "2\x00", "is not a whole number"),
    (read_count, "\ud800", "is not a whole number"),
    (read_count, "true", "is not a whole number"),
    (read_decimal, "1e5", "is not a number"),
    (read_decimal, "nan", "is not a number"),
    (read_decimal, "1,5", "is not a number"),
    (read_decimal, "-0.5", "is not a number"),
    (read_decimal, "\u0660.\u0665", "is not a number"),
    (read_decimal, "9" * 400, "is not a number"),
    (read_fraction, "1.0", "between 0 and 1"),
    (read_fraction, ".4", "between 0 and 1"),
    (read_fraction, "40 %", "between 0 and 1"),
    (read_fraction, "0.0", "between 0 and 1"),
    (read_percent, "100", "is not a percentage"),
    (read_percent, "6 %", "is not a percentage"),
    (read_percent, "0", "is not a percentage"),
    (read_share, "75", "part of the standard dose"),
    (read_share, "75 mg", "part of the standard dose"),
    (read_share, "999 %", "part of the standard dose"),
    (read_share, "0 %", "part of the standard dose"),
    (read_share, "\u0667\u0665 %", "part of the standard dose"),
    (read_share, "one and a half", "part of the standard dose"),
    (read_clock, "24:00", "is not a clock time"),
    (read_clock, "9:00", "is not a clock time"),
    (read_clock, "09:60", "is not a clock time"),
    (read_clock, "09:00:00", "is not a clock time"),
    (read_clock, "9 am", "is not a clock time"),
    (read_clock, "\u0660\u0669:\u0660\u0660", "is not a clock time"),
]


@each("read_number, typed, word", NUMBERS)
def test_a_number_is_refused_in_words(
    read_number: Callable[[str, str], object], typed: str, word: str
) -> None:
    words = answer(read_number, typed, "field")
    assert word in words
    assert words.startswith("field: ")


# A program may hand in what is no text.
NO_TEXTS = [
    (read_count, None),
    (read_count, 7),
    (read_count, 10**5000),
    (read_decimal, 7.5),
    (read_decimal, None),
    (read_fraction, 0.4),
    (read_fraction, ["0.4"]),
    (read_percent, b"6"),
    (read_percent, 6),
    (read_share, 0.75),
    (read_share, None),
    (read_clock, 9),
    (read_clock, None),
]


@each("read_number, value", NO_TEXTS)
def test_a_number_that_is_no_text_is_refused_in_words(
    read_number: Callable[[object, str], object], value: object
) -> None:
    assert answer(read_number, value, "field").startswith("field: ")
