from __future__ import annotations

from dosing.units import NO_BREAK_SPACE
from tests.support.asking import Ask


def test_too_many_drops_are_warned_of(ask: Ask) -> None:
    answer = ask("rate", "250 mL/h", "--drops-per-ml", "60", program="posology")
    assert answer.code == 0
    assert "250 drops/min" in answer.out.replace(NO_BREAK_SPACE, " ")
    assert "infusion.drops" in answer.out + answer.err


def test_a_rate_is_told_as_json(ask: Ask) -> None:
    asked = ("rate", "50 mg/h", "--concentration", "1.4 mg/mL", "--json")
    told = ask(*asked, program="posology").json
    assert told["pump"]["unit"] == "mL/h"
    assert round(told["pump"]["value"], 4) == 35.7143
    assert told["drops"] is None


def test_a_dose_is_told_per_kg(ask: Ask) -> None:
    answer = ask("given", "28 g", "--weight", "70 kg", program="posology")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.replace(NO_BREAK_SPACE, " ") == "per kg: 0.4 g/kg\n"


def test_the_weight_of_a_wanted_index_stands_below_the_measures(ask: Ask) -> None:
    # 22 x 1.75^2 = 67.375
    size = ("--weight", "70 kg", "--height", "175 cm", "--sex", "male", "--age", "48 years")
    answer = ask("body", *size, "--target-bmi", "22 kg/m2", program="posology")
    assert "67.375 kg" in answer.out.replace(NO_BREAK_SPACE, " ")
    assert ask("body", *size, "--target-bmi", "22", program="posology").code == 2


def test_an_adult_meets_no_warning_for_the_equations_of_children(ask: Ask) -> None:
    size = ("--weight", "70 kg", "--height", "175 cm", "--sex", "male", "--age", "48 years")
    answer = ask("body", *size, "--creatinine", "80 umol/L", program="posology")
    assert "WARN" not in answer.out + answer.err
    assert "made for another age: Al-Sallami, Bedside Schwartz, Schwartz-Lyon" in answer.out
