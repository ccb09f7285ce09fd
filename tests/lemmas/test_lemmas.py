"""Each lemma is proved for all numbers, and its broken twin finds a patient who is harmed."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.lemmas.all_lemmas import ALL, ROOMS
from tests.lemmas.claim import Lemma


def test_nothing_contradicts_a_lemma() -> None:
    against = {lemma.name: lemma.counterexample(broken=False) for lemma in ALL}
    assert {name: patient for name, patient in against.items() if patient} == {}


def test_each_broken_twin_is_caught() -> None:
    caught = {lemma.name: lemma.counterexample(broken=True) for lemma in ALL}
    assert [name for name, patient in caught.items() if not patient] == []


def test_no_lemma_holds_only_because_nothing_is_given() -> None:
    """What is given can be: an assumption that nobody meets would prove anything."""
    assert [lemma.name for lemma in ALL if not lemma.can_be()] == []


def test_every_room_has_its_lemmas() -> None:
    rooms = Counter(lemma.state.__module__ for lemma in ALL)
    assert len(ALL) >= 25
    assert min(rooms[room.__name__] for room in ROOMS) >= 5
    assert len({lemma.says for lemma in ALL}) == len(ALL)


@pytest.mark.parametrize(
    ("name", "patient"),
    [
        # 12 - 5 is 7, below the end of 10
        (
            "taper_keeps_its_end",
            "From 12 mg, less 5 mg a step to 10 mg, the patient comes to 7 mg.",
        ),
        # 50 x 700 / 500 are 70
        ("mg_do_not_depend_on_the_bag", "50 mg/h of 700 mg in 500 mL give 70 mg in 1 h."),
        ("pounds_are_converted", "A patient of 154 lb at 10 mg/kg gets 1540 mg."),
    ],
)
def test_a_counterexample_reads_as_a_patient(name: str, patient: str) -> None:
    (lemma,) = (one for one in ALL if one.name == name)
    assert isinstance(lemma, Lemma)
    assert lemma.counterexample(broken=True) == patient
