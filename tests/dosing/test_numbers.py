from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from dosing.errors import InputError
from dosing.numbers import (
    read_clock,
    read_count,
    read_decimal,
    read_fraction,
    read_percent,
    read_share,
)

READERS: list[Callable[[str, str], object]] = [
    read_fraction,
    read_percent,
    read_count,
    read_decimal,
    read_clock,
]


def test_numbers_are_read_as_people_write_them() -> None:
    assert read_fraction(" 0.4 ", "fraction") == 0.4
    assert read_percent("6.25", "within") == 0.0625
    assert read_percent("0.5", "within") == 0.005
    assert read_count("2", "doses a day") == 2
    assert read_decimal("0.9", "neutrophils") == 0.9
    assert read_decimal("120", "platelets") == 120
    assert read_clock("09:05", "begins") == dt.time(9, 5)


@pytest.mark.parametrize(
    ("reader", "text", "message"),
    [
        (read_fraction, ".4", '".4" is not a fraction between 0 and 1; write 0.4'),
        (read_fraction, "0.0", '"0.0" is not a fraction between 0 and 1; write 0.4'),
        (read_fraction, "40 %", '"40 %" is not a fraction between 0 and 1; write 0.4'),
        (read_percent, "0", '"0" is not a percentage; write 6 or 6.25'),
        (read_percent, "100", '"100" is not a percentage; write 6 or 6.25'),
        (read_percent, "6 %", '"6 %" is not a percentage; write 6 or 6.25'),
        (read_count, "0", '"0" is not a whole number; write 1, 2 or 3'),
        (read_count, "2.5", '"2.5" is not a whole number; write 1, 2 or 3'),
        (read_count, "\u0662", '"\u0662" is not a whole number; write 1, 2 or 3'),
        (read_decimal, "0,9", '"0,9" is not a number; write 0.9, with a point'),
        (read_decimal, "1e3", '"1e3" is not a number; write 0.9, with a point'),
        (read_clock, "9:00", '"9:00" is not a clock time; write 09:00'),
        (read_clock, "24:00", '"24:00" is not a clock time; write 09:00'),
    ],
)
def test_another_number_is_refused_with_the_form_to_use(
    reader: Callable[[str, str], object], text: str, message: str
) -> None:
    with pytest.raises(InputError) as error:
        reader(text, "field")
    assert str(error.value) == f"field: {message}"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_field_is_missing(reader: Callable[[str, str], object], blank: str) -> None:
    with pytest.raises(InputError) as error:
        reader(blank, "field")
    assert str(error.value).startswith("field: is missing; write ")


@pytest.mark.parametrize(
    ("text", "of_60_mg"),
    [
        ("a fifth", 12),
        ("a quarter", 15),
        ("a third", 20),
        ("a half", 30),
        ("Half", 30),
        ("two  thirds", 40),
        ("three quarters", 45),
        ("0.75", 45),
        ("75 %", 45),
        ("75\u00a0%", 45),
        ("2.5%", 1.5),
        # twice the dose is the most that a share may be
        ("200 %", 120),
    ],
)
def test_a_share_of_60_mg_is_what_its_words_say(text: str, of_60_mg: float) -> None:
    assert read_share(text) * 60 == of_60_mg


@pytest.mark.parametrize("text", ["75", "0 %", "0.0", "201 %", "two halves", "75 mg", "1.5"])
def test_what_is_no_share_is_refused_with_the_forms_to_use(text: str) -> None:
    with pytest.raises(InputError) as error:
        read_share(text, "azathioprine")
    assert str(error.value) == (
        f'azathioprine: "{text}" is not a part of the standard dose; '
        "write 75 %, 0.75 or three quarters"
    )
