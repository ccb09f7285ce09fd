"""The drug files answer what the fact sheets on safety answer.

``sheets.csv`` is the index of the two sheets, made by hand: for each drug and question the best
mark of its rows, the second readings applied, and the section. Sections A to J are of the sheet on
immunotherapies, 2 to 13 of the other. A row whose documents are those of other drugs is secondary;
an empty cell has no row, or one without content ("no kidney rule found").
"""

from __future__ import annotations

import csv
from typing import Any

import pytest
from ruamel.yaml import YAML

from dosing.drugs.drug import Drug
from dosing.drugs.safety import NO_SOURCE, QUESTIONS, SEE_ADJUSTMENTS, Question
from schedules.knowledge.terms import Vocabulary
from tests.support.places import TESTS
from tests.support.planning import whole_library

_MARKS = {"seen", "secondary", "memory", "proposed"}


def index() -> dict[str, dict[str, str]]:
    with (TESTS / "patients" / "sheets.csv").open(encoding="utf-8", newline="") as file:
        return {row.pop("drug"): row for row in csv.DictReader(file)}


def marks_of(drug: Drug, question: Question) -> set[str]:
    """Return how far what a file answers was seen; nothing where it answers nothing."""
    if getattr(drug.safety, question) == SEE_ADJUSTMENTS:
        sources = [one.source for one in drug.adjustments if one.question == question]
    else:
        sources = [answer.source for answer in drug.safety.answers(question)]
    return {"seen" if drug.source(name).confirmed else "not seen" for name in sources}


# The sheet on what was missing tells of them, and has no table of the eight questions.
OF_NO_SHEET = {
    "amiodarone",
    "benzathine-benzylpenicillin",
    "dantrolene",
    "deflazacort",
    "enoxaparin",
    "erythromycin",
    "glucose",
    "hydrocortisone",
    "hyoscine",
    "ibuprofen",
    "mexiletine",
    "procaine-benzylpenicillin",
    "quinine",
    "tizanidine",
    "vamorolone",
    "zidovudine",
}
# They only go with another drug, whose sheet names them.
COMPANIONS = {
    "alendronic-acid",
    "calcium-colecalciferol",
    "co-trimoxazole",
    "dexchlorpheniramine",
    "diphenhydramine",
    "human-albumin",
    "omeprazole",
    "ondansetron",
    "paracetamol",
    "phenoxymethylpenicillin",
    "sodium-chloride",
}


def test_every_drug_and_question_stands_in_the_index_with_a_mark_and_a_section() -> None:
    assert set(index()) | OF_NO_SHEET | COMPANIONS == set(whole_library().drugs)
    assert not set(index()) & (OF_NO_SHEET | COMPANIONS)
    for row in index().values():
        assert tuple(row) == QUESTIONS
        cells = [cell.split() for cell in row.values() if cell]
        assert all(mark in _MARKS for mark, _ in cells)


def test_what_a_sheet_answers_as_seen_is_answered_as_seen() -> None:
    for drug in map(whole_library().drug, index()):
        for question in QUESTIONS:
            if index()[drug.id][question].startswith("seen"):
                assert "seen" in marks_of(drug, question), f"{drug.id}: {question}"


def test_no_source_found_is_never_the_easy_way() -> None:
    for drug in map(whole_library().drug, index()):
        for question in QUESTIONS:
            if index()[drug.id][question]:
                assert getattr(drug.safety, question) != NO_SOURCE, f"{drug.id}: {question}"


def read(name: str) -> Any:
    return YAML(typ="safe").load((TESTS / "patients" / name).read_text(encoding="utf-8"))


def typed_words() -> dict[str, dict[str, list[str]]]:
    """Return the words that have to mean an entry or a member of its class, by the entry."""
    words: dict[str, dict[str, list[str]]] = read("words.yaml")
    for kind, classes in read("members.yaml").items():
        for name, stated in classes.items():
            words[kind].setdefault(name, []).extend(stated["members"])
    return words


def not_meant(
    vocabulary: Vocabulary, words: dict[str, list[str]], less: Vocabulary | None = None
) -> list[tuple[str, str]]:
    """Return the words of classes that mean none of their members, or none that is left."""
    return [
        (name, typed)
        for name, own in words.items()
        for members in [(less or vocabulary).expanded([name])]
        for typed in own
        if (found := vocabulary.find(typed)) is None or found.id not in members
    ]


def test_every_word_that_a_sheet_names_means_its_entry_or_a_member_of_its_class() -> None:
    terms, words = whole_library().terms, typed_words()
    wrong = not_meant(terms.conditions, words["conditions"])
    wrong += not_meant(terms.medicines, words["medicines"])
    assert not wrong


@pytest.mark.hazard("H107")
def test_no_member_of_a_class_can_be_lost() -> None:
    """The two tables miss each of them, whatever the reading says; one named twice is refused."""
    terms, words = whole_library().terms, typed_words()
    tried, unnoticed = 0, []
    for kind, vocabulary in (("conditions", terms.conditions), ("medicines", terms.medicines)):
        for entry in vocabulary.entries.values():
            if entry.members:
                holding = (n for n in words[kind] if entry.id in vocabulary.expanded([n]))
                own = {name: words[kind][name] for name in holding}
            for lost in entry.members:
                rest = [one for one in entry.members if one != lost]
                fewer = entry.model_copy(update={"members": rest})
                less = Vocabulary({**vocabulary.entries, entry.id: fewer})
                tried += 1
                if not not_meant(vocabulary, own, less):
                    unnoticed.append((entry.id, lost))
    assert not unnoticed
    assert tried > 500
