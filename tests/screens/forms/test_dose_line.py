"""A dose in one line: each quantity goes into the field of its unit, as it was typed."""

from __future__ import annotations

import pytest

from schedules.knowledge.library import Library
from screens.forms.dose_line import TypedDose, read_dose_line
from tests.support.planning import whole_library

# By hand: what each part of the line is, by its unit or word.
READ: dict[str, tuple[str, dict[str, str]]] = {
    "ritux 375 mg/m2 70 kg 175 cm mosteller": (
        "rituximab",
        {"rate": "375 mg/m2", "weight": "70 kg", "height": "175 cm", "surface": "mosteller"},
    ),
    "privigen 0.4 g/kg 70 kg": ("immunoglobulin", {"rate": "0.4 g/kg", "weight": "70 kg"}),
    "ritux 70 kg 175 cm": ("rituximab", {"weight": "70 kg", "height": "175 cm"}),
    # in any order, with commas, joined to the unit, and by a beginning of a formula's name
    "175 cm, 70kg, 375mg/m2, ritux, most": (
        "rituximab",
        {"rate": "375mg/m2", "weight": "70kg", "height": "175 cm", "surface": "mosteller"},
    ),
    "Rituximab 600 mg male 48 years": (
        "rituximab",
        {"rate": "600 mg", "sex": "male", "age": "48 years"},
    ),
    "ivig 0.4 g/kg 110 kg 5.75 ft female adjusted weight devine": (
        "immunoglobulin",
        {
            "rate": "0.4 g/kg",
            "weight": "110 kg",
            "height": "5.75 ft",
            "sex": "female",
            "basis": "adjusted",
            "ideal": "devine",
        },
    ),
    "ritux du bois 1.75 m": ("rituximab", {"surface": "du_bois", "height": "1.75 m"}),
    "ritux Gehan and George 154 lb": ("rituximab", {"surface": "gehan_george", "weight": "154 lb"}),
    # a brand with a number in its name, and a drug of two words
    "vitamin B12 1 mg": ("hydroxocobalamin", {"rate": "1 mg"}),
    "solu medrol 1 g/day": ("methylprednisolone", {"rate": "1 g/day"}),
    # The beginning of a formula's name is the beginning of Robinul too: then it is the drug.
    "robin 70 kg": ("glycopyrronium", {"weight": "70 kg"}),
    # What the field refuses is left to it, for it says how to write it.
    "ritux 1,5 kg": ("rituximab", {"weight": "1,5 kg"}),
    "ritux ,5 kg": ("rituximab", {"weight": ",5 kg"}),
    "ritux -70 kg": ("rituximab", {"weight": "-70 kg"}),
    "ritux 70 Kg": ("rituximab", {"weight": "70 Kg"}),
    "375 mg/m2 70 kg": ("", {"rate": "375 mg/m2", "weight": "70 kg"}),
}
# What is no dose, and so is looked for as before; days, weeks and months are a course's too.
NO_DOSE = ["5 days", "IVIG 5 days", "methylprednisolone 6 months", "vitamin B12", "ritux", "male"]
REFUSED = {
    "ritux 70 kg tomorrow": "Not understood: “tomorrow”",
    "ritux for 70 kg": "Not understood: “for”",
    "ritux 375 mg per m2": "Not understood: “per”, “m2”",
    "ritux iv 70 kg": "Not understood: “iv”",
    "ritux 70 kg x2": "Not understood: “x2”",
    "ritux 70 kg mosteler": "Not understood: “mosteler”",
    "IVIG 0.4 g/kg 5 days": "Not understood: “5 days”",
    "ritux 5 mcg/kg/min 70 kg": "Not understood: “5 mcg/kg/min”",
    "ritux ७० 175 cm": "Not understood: “७०”",
    "ritux² 175 cm": "Not understood: “ritux²”",
    "ritux — 175 cm": "Not understood: “—”",
    "ritux 70 175 cm": "“70” has no unit",
    "ritux 10 000 mg": "“10” has no unit",
    "ritux 1, 5 kg": "“1,” has no unit",
    "ritux 3500 g": "“3500 g” may be a weight or a dose rate: write it in another unit",
    "ritux 70 kg 75 kg": "There is more than one weight, “70 kg” and “75 kg”: write one, such as "
    "70 kg, 3500 g or 154 lb",
    "ritux 5 ft 9 in": "There is more than one height, “5 ft” and “9 in”: write one, such as "
    "175 cm, 1.75 m, 69 in or 5.75 ft",
    "ritux 375 mg/m2 600 mg": "There is more than one dose rate, “375 mg/m2” and “600 mg”: write "
    "one, such as 600 mg, 0.4 g/kg or 375 mg/m2",
    "ritux 70 kg mosteller boyd": "There is more than one surface formula, “mosteller” and "
    "“boyd”: write one",
    "rituximab privigen 70 kg": "“rituximab privigen” is no one drug: write one",
}


@pytest.fixture(scope="module")
def knowledge() -> Library:
    return whole_library()


def read(text: str, knowledge: Library) -> TypedDose:
    line = read_dose_line(text, knowledge)
    assert line is not None
    return line


@pytest.mark.parametrize("typed", READ)
def test_each_part_goes_where_its_unit_or_word_belongs(typed: str, knowledge: Library) -> None:
    line = read(typed, knowledge)
    drug, texts = READ[typed]
    assert (line.drugs[0].id if line.drugs else "", line.texts) == (drug, texts)
    assert line.problems == ()


@pytest.mark.parametrize("typed", NO_DOSE)
def test_a_search_without_a_quantity_of_a_dose_is_no_dose(typed: str, knowledge: Library) -> None:
    assert read_dose_line(typed, knowledge) is None


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_not_understood_is_said(typed: str, knowledge: Library) -> None:
    assert read(typed, knowledge).problems == (REFUSED[typed],)


def test_all_that_is_wrong_with_a_line_is_said_at_once(knowledge: Library) -> None:
    assert read("rituximab privigen 70 kg 75 kg 12 soon", knowledge).problems == (
        "Not understood: “soon”",
        "“12” has no unit",
        "There is more than one weight, “70 kg” and “75 kg”: write one, such as 70 kg, 3500 g or "
        "154 lb",
        "“rituximab privigen” is no one drug: write one",
    )


def test_a_word_of_a_choice_names_no_drug_of_the_library(knowledge: Library) -> None:
    """Else the choice would be taken from whoever means the drug."""
    words = ["male", "female", "actual", "ideal", "adjusted", "lean", "mosteller", "du", "haycock"]
    words += ["gehan", "boyd", "fujimoto", "takahira", "schlich", "livingston", "devine"]
    words += ["robinson", "miller", "hamwi"]
    # duloxetine begins so, but "du" alone is no choice
    assert [word for word in words if knowledge.search_drugs(word)] == ["du"]


def test_no_query_of_the_ranked_search_is_taken_for_a_dose(knowledge: Library) -> None:
    from tests.schedules.knowledge.test_search import WANTED

    assert [typed for typed in WANTED if read_dose_line(typed, knowledge) is not None] == []
