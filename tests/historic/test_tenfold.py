"""A decimal point was lost: morphine.

An order without a zero before its point was read as 5 mg where 0.5 mg was meant; the infant, nine
months old, died. Another had 2.5 mg where 0.25 mg was due, and lived.

Seen: Please don't sleep through this wake-up call (ISMP), AHRQ PSNet, 27 March 2005,
https://psnet.ahrq.gov/issue/please-dont-sleep-through-wake-call
and South China Morning Post, 29 July 2008,
http://www.scmp.com/article/646957/hospital-inquiry-after-jaundiced-babys-overdose
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.historic.walking import BODY, ask_in
from tests.support.asking import Ask


def test_a_number_without_a_zero_before_its_point_is_refused(ask: Ask, known: Path) -> None:
    said = ask_in(ask, known, "dose", "--rate", ".5 mg")
    assert said.code == 2
    assert said.problems == ['rate: ".5 mg" has no digit before the point; write 0.5 mg']


def test_a_lost_point_is_stopped_with_the_dose_that_would_be_usual(ask: Ask, known: Path) -> None:
    dose = ("--drug", "rituximab", "--rate", "3750 mg/m2", "--surface", "mosteller")
    said = ask_in(ask, known, "dose", *dose, *BODY)
    assert said.code == 3
    assert said.out.startswith(
        "STOP  Rituximab: 3,750 mg/m2 a dose is above the hard limit (250 mg/m2 to 500 mg/m2). "
        "375 mg/m2 would be usual: has the decimal point slipped?  [limit.hard.above.dose;"
    )


@pytest.mark.hazard("H02")
def test_a_decimal_comma_is_not_read_as_a_gap(ask: Ask, known: Path) -> None:
    said = ask_in(ask, known, "dose", "--rate", "0,5 mg")
    assert said.code == 2
    assert said.problems == ['rate: "0,5 mg" has a decimal comma; write 0.5 mg']
