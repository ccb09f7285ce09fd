"""The door of orders: a bag, its rates, pauses and reactions, as the pump's page asks for them."""

from __future__ import annotations

from typing import Any

import pytest

import dosing
from tests.doors.answering import answer, each, nested

BAG = {"dose": "700 mg", "volume": "500 mL", "over": "250 min", "bag": "everything"}

# what is typed otherwise, a word of the answer
ORDERS: list[tuple[dict[str, Any], str]] = [
    ({"dose": "700"}, "dose: "),
    ({"dose": "700,5 mg"}, "write 700.5 mg"),
    ({"dose": "-700 mg"}, "dose: "),
    ({"dose": "0 mg"}, "is zero"),
    ({"dose": "1" + "0" * 400 + " mg"}, "dose: "),
    ({"dose": "\u0667\u0660\u0660 mg"}, "dose: "),
    ({"dose": 700}, "dose: "),
    ({"dose": 10**5000}, "dose: "),
    ({"volume": ""}, "volume: "),
    ({"volume": None}, "volume: "),
    ({"volume": "0 mL"}, "is zero"),
    ({"volume": "500"}, "volume: "),
    ({"volume": "500 mg"}, "volume: "),
    ({"volume": "\uff15\uff10\uff10 mL"}, "volume: "),
    ({"over": "0 min"}, "over: "),
    ({"over": "4:10"}, "over: "),
    ({"over": "forever"}, "over: "),
    ({"over": ["250 min"]}, "over: "),
    ({"bag": "half"}, "bag: "),
    ({"bag": "\ud800"}, "bag: "),
    ({"start": "24:00"}, "start: "),
    ({"start": "9"}, "start: "),
    ({"start": 9}, "start: "),
    ({"drops_per_ml": "0"}, "drops-per-ml: "),
    ({"drops_per_ml": "20.5"}, "drops-per-ml: "),
    ({"drops_per_ml": "\u00b2\u2070"}, "drops-per-ml: "),
    ({"drops_per_ml": 20}, "drops_per_ml: "),
    ({"weight": "70"}, "weight: "),
    ({"bsa": "1.84"}, "bsa: "),
    ({"overfill": "lots"}, "--overfill"),
    ({"concentration": "10"}, "--concentration"),
    ({"drug_volume": "-70 mL"}, "drug"),
    ({"over": None, "rates": "50"}, "rate: "),
    ({"over": None, "rates": "50 mg"}, "rate: "),
    ({"over": None, "rates": ["50 mg/h for ever"]}, "rate"),
    ({"over": None, "rates": [None]}, "rate"),
    ({"over": None, "rates": [50]}, "rate"),
    ({"over": None, "rates": 50}, "rate"),
    ({"over": None, "rates": ["1 mg/h for 1 min"] * 10_000}, "rate"),
    ({"over": None, "rates": [nested("(", ")")]}, "rate"),
    ({"pauses": "45 min"}, "pause"),
    ({"pauses": "at noon for 20 min"}, "pause"),
    ({"pauses": [None]}, "pause"),
    ({"pauses": 45}, "pause"),
    ({"reactions": "45 min for a while"}, "reaction"),
    ({"reactions": ["\ud800 for 20 min"]}, "reaction"),
    ({"ladder": "rituximab-first"}, "ladder: "),
    ({"unknown": "7"}, "unknown: "),
]


@each("otherwise, word", ORDERS)
def test_an_order_is_refused_in_words(otherwise: dict[str, Any], word: str) -> None:
    assert word in answer(dosing.infuse, **{**BAG, **otherwise})


def test_the_order_is_good_as_it_stands() -> None:
    bag: Any = BAG
    assert dosing.infuse(**bag).to_dict()["steps"]
    with pytest.raises(dosing.InputError):
        dosing.infuse()
