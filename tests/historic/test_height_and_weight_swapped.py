"""Height and weight stood in each other's field.

Panitumumab, by weight, was ordered for a weight in centimetres: about 650 mg too much. A girl of
two years, 15.8 kg and 96 cm, was given a dose for 96 kg.

Seen: M. Grissinger, Height and Weight Mix-Up Leads to Dosing Error, P T 2014;39(3):151,
https://www.ptcommunity.com/journal/article/full/2014/3/151/electronic-prescribing-vulnerabilities-height-and-weight-mix-leads
and N. P. Jain, D. Dakwa, Weight and Height Juxtaposition, AHRQ PSNet, 31 October 2023 (the excerpt
gives the two measurements and the exchange, not the dose),
http://psnet.ahrq.gov/web-mm/weight-and-height-juxtaposition-electronic-medical-record-causing-accidental-medication
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.historic.walking import DAYS, MAN, ask_in
from tests.support.asking import Ask


@pytest.mark.hazard("H07")
def test_an_adult_whose_fields_are_exchanged_is_stopped_by_name(ask: Ask, known: Path) -> None:
    swapped = ("--weight", "175 kg", "--height", "70 cm")
    said = ask_in(ask, known, "plan", "rituximab-weekly", *MAN, *swapped, *DAYS)
    assert said.code == 3
    assert (
        "STOP  175 kg at 70 cm is impossible: height and weight look exchanged.  [body.swapped;"
    ) in said.out


def test_the_child_whose_fields_were_exchanged_is_stopped(ask: Ask, known: Path) -> None:
    swapped = ("--weight", "96 kg", "--height", "15.8 cm", "--age", "2 years", "--sex", "female")
    said = ask_in(ask, known, "dose", "--rate", "0.4 g/kg", "--basis", "actual", *swapped)
    assert said.code == 3
    assert said.out.startswith(
        "STOP  No patient has a height of 15.8 cm; possible is 20 cm to 272 cm.  [body.height;"
    )


def test_a_height_in_the_field_of_the_weight_is_refused_by_its_unit(ask: Ask, known: Path) -> None:
    swapped = ("--weight", "96 cm", "--height", "15.8 kg")
    said = ask_in(ask, known, "dose", "--rate", "0.4 g/kg", "--basis", "actual", *swapped)
    assert said.code == 2
    assert [problem.partition(";")[0] for problem in said.problems] == [
        'weight: "96 cm" is a height, not a weight',
        'height: "15.8 kg" is a weight, not a height',
    ]
