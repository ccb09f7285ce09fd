"""The lines of a search that lead to Calculate: what each says, and what the form holds then."""

from __future__ import annotations

import pytest

from screens.forms.dose_line import read_dose_line
from screens.forms.found_doses import FoundDose, find_dose_of, find_doses, open_dose
from screens.state.session import CalculateEntries, Session
from tests.support.planning import whole_library


def found(typed: str) -> list[FoundDose]:
    line = read_dose_line(typed, whole_library())
    assert line is not None
    return find_doses(line, whole_library())


# By hand: what the line says, in the order in which a ward says it.
WORDS = {
    "ritux 375 mg/m2 70 kg 175 cm mosteller": (
        "Calculate rituximab 375 mg/m2 for 70 kg, 175 cm (Mosteller)"
    ),
    "175 cm 70 kg male ritux 375mg/m2": "Calculate rituximab 375mg/m2 for 70 kg, 175 cm, male",
    "privigen 0.4 g/kg 70 kg actual": (
        "Calculate immunoglobulin (“privigen”) 0.4 g/kg for 70 kg (actual weight)"
    ),
    # a synonym in the search, another substance at the bedside: both names stand there
    "prednisone 1 mg/kg 70 kg": "Calculate prednisolone (“prednisone”) 1 mg/kg for 70 kg",
    "ritux 1,5 kg 375 mg/m2": "Calculate rituximab 375 mg/m2 for 1,5 kg",
    "ivig 0.4 g/kg ideal devine": (
        "Calculate immunoglobulin (“ivig”) 0.4 g/kg (ideal weight by Devine)"
    ),
    "375 mg/m2 70 kg": "Calculate 375 mg/m2 for 70 kg; no drug named: held to nothing",
    "70 kg 175 cm": "Calculate a dose for 70 kg, 175 cm; no drug named: held to nothing",
}


@pytest.mark.parametrize("typed", WORDS)
def test_a_line_is_said_back_in_words(typed: str) -> None:
    assert found(typed)[0].words == WORDS[typed]


def test_the_form_holds_what_was_typed_and_nothing_else() -> None:
    (dose,) = found("ritux 375 mg/m2 70 kg 175 cm mosteller")
    assert dose.entries == CalculateEntries(
        drug="rituximab", rate="375 mg/m2", weight="70 kg", height="175 cm", surface="mosteller"
    )
    assert find_dose_of(whole_library().drug("rituximab")) == FoundDose(
        "Calculate a dose of rituximab beside its limits", CalculateEntries(drug="rituximab")
    )


@pytest.mark.hazard("H322")
@pytest.mark.parametrize(
    "typed",
    [
        "ritux 375 mg/m2 70 kg tomorrow",
        "ritux 375 mg/m2 70 kg 75 kg",
        "ritux 375 mg/m2 3500 g",
        "ritux 375 mg/m2 70 175 cm",
        "rituximab privigen 375 mg/m2 70 kg",
    ],
)
def test_a_line_of_which_a_part_is_not_understood_offers_no_dose(typed: str) -> None:
    assert found(typed) == []


@pytest.mark.hazard("H323")
def test_nothing_of_another_patient_stays_behind_a_line() -> None:
    other = CalculateEntries(weight="12 kg", height="90 cm", cap="50 mg", sex="female")
    session = Session(calculate=other, find="ritux 375 mg/m2 70 kg")
    (dose,) = found("ritux 375 mg/m2 70 kg")
    open_dose(session, dose)
    assert session.calculate == CalculateEntries(drug="rituximab", rate="375 mg/m2", weight="70 kg")
    # and nothing of this one in the search, for the next
    assert session.find == ""
    # what is typed into the form afterwards is no part of the line
    session.calculate.weight = "80 kg"
    assert dose.entries.weight == "70 kg"


def test_without_a_rate_those_of_the_regimens_are_offered_each_with_its_regimen() -> None:
    first, *stated = found("ritux 70 kg 175 cm")
    assert first.words == "Calculate a dose of rituximab for 70 kg, 175 cm"
    assert (first.entries.rate, first.entries.rate_from) == ("", "")
    # the two regimens of rituximab: 375 mg/m2 once a week, and 1 g on days 1 and 15
    assert [dose.words for dose in stated] == [
        "Calculate rituximab 375 mg/m2 for 70 kg, 175 cm, as in rituximab-weekly (under review)",
        "Calculate rituximab 1 g for 70 kg, 175 cm, as in rituximab-1-g-days-1-and-15 "
        "(under review)",
    ]
    assert stated[0].entries == CalculateEntries(
        drug="rituximab",
        route="intravenous infusion",
        rate="375 mg/m2",
        rate_from="rituximab-weekly",
        weight="70 kg",
        height="175 cm",
    )


def test_a_rate_of_a_drug_with_several_routes_says_which() -> None:
    words = [dose.words for dose in found("methylprednisolone 70 kg")]
    assert (
        "Calculate methylprednisolone 1 g, intravenous infusion, for 70 kg, as in "
        "methylprednisolone-pulses (under review)"
    ) in words


def test_of_many_rates_three_are_offered() -> None:
    # 4, 10, 20 and 80 mg, by five places of injection
    stated = [dose for dose in found("methylprednisolone acetate 70 kg") if dose.entries.rate_from]
    assert len(stated) == 3


def test_a_rate_that_was_typed_stands_alone() -> None:
    assert len(found("ritux 500 mg/m2 70 kg")) == 1
