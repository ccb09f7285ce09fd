"""A dose was a thousand times too high, by its unit.

Intranasal fentanyl was prescribed in milligrams instead of micrograms; a boy of eight died of
clonidine made up a thousandfold, 30 mg for 0.03 mg.

Seen: BMJ Quality and Safety, table 2 of a study of prescribing errors (markup 164610),
https://qualitysafety.bmj.com/highwire/markup/164610/expansion
and a report of 5 February 2019,
http://www.nanuke.org/2019/02/05/un-pharmacien-blame-pour-une-surdose-fatale-de-lenfant/
"""

from __future__ import annotations

from pathlib import Path

from tests.historic.walking import BODY, ask_in
from tests.support.asking import Ask


def test_grams_for_milligrams_are_stopped_with_the_unit_that_was_meant(
    ask: Ask, known: Path
) -> None:
    dose = ("--drug", "rituximab", "--rate", "375 g/m2", "--surface", "mosteller")
    said = ask_in(ask, known, "dose", *dose, *BODY)
    assert said.code == 3
    assert said.out.startswith(
        "STOP  375 g/m2 is a thousand times the usual dose of rituximab, "
        "340 mg/m2 to 410 mg/m2. Was mg/m2 meant: 375 mg/m2?  [limit.thousandfold;"
    )


def test_milligrams_for_grams_are_stopped_too(ask: Ask, known: Path) -> None:
    dose = ("--drug", "immunoglobulin", "--route", "intravenous infusion", "--rate", "0.4 mg/kg")
    said = ask_in(ask, known, "dose", *dose, "--basis", "actual", "--weight", "70 kg")
    assert said.code == 3
    assert said.out.startswith(
        "STOP  0.4 mg/kg is a thousandth of the usual dose of immunoglobulin, "
        "0.2 g/kg to 1 g/kg. Was g/kg meant: 0.4 g/kg?  [limit.thousandth;"
    )
