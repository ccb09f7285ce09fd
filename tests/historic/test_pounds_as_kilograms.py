"""A weight in pounds stood in a field of kilograms: a toddler, 17 months.

25 lb (11.3 kg) were entered as 25 kg; four doses of clindamycin were twice what they should be.

Seen: S. J. Bokser, A Weighty Mistake, AHRQ PSNet, 1 March 2013,
https://psnet.ahrq.gov/web-mm/weighty-mistake
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.historic.walking import ask_in
from tests.support.asking import Ask

# The height was not reported; 78 cm is about the middle for a girl of 17 months.
TODDLER = ("--height", "78 cm", "--age", "17 months", "--sex", "female")
DOSE = ("--rate", "0.4 g/kg", "--basis", "actual")


@pytest.mark.hazard("H06")
def test_pounds_typed_as_kilograms_are_stopped_with_the_kilograms(ask: Ask, known: Path) -> None:
    said = ask_in(ask, known, "dose", *DOSE, "--weight", "25 kg", *TODDLER)
    assert said.code == 3
    assert said.out.startswith(
        "STOP  25 kg at 78 cm is a very rare size. Was the weight in pounds? "
        "In pounds it would be 11.34 kg. If it is right, measure again and confirm the size.  "
        "[body.pounds_as_kilograms;"
    )


def test_pounds_that_are_called_pounds_are_converted(ask: Ask, known: Path) -> None:
    # 25 x 0.45359237 = 11.33980925 kg; x 0.4 = 4.5359237 g
    said = ask_in(ask, known, "dose", *DOSE, "--weight", "25 lb", *TODDLER)
    assert said.code == 0
    assert said.out.startswith("4.53592 g\n")


def test_a_weight_without_a_unit_is_refused(ask: Ask, known: Path) -> None:
    said = ask_in(ask, known, "dose", *DOSE, "--weight", "25", *TODDLER)
    assert said.code == 2
    assert said.problems == ['weight: "25" has no unit; write 70 kg, 3500 g or 154 lb']
