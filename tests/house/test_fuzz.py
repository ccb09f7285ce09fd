"""A slice of the fuzzing in every run: the kept inputs, and some that a seed decides."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from dosing.errors import InputError
from tests.fuzz import doors
from tests.fuzz.__main__ import corpus
from tests.fuzz.choices import Choices
from tests.fuzz.grammars import GRAMMARS
from tests.fuzz.one_door import fallen
from tests.support.places import TESTS

# Files and commands cost a thousand times a quantity.
SLOW = {"library-file", "command-line", "patients-table", "records-lines", "calendar-file"}


def inputs(door: str) -> Iterator[bytes]:
    yield b""
    yield from corpus()[door]
    chance = random.Random(19)  # noqa: S311 - inputs, no secret
    for _ in range(3 if door in SLOW else 60):
        yield chance.randbytes(chance.randint(1, 80))


@pytest.mark.parametrize("door", doors.DOORS)
def test_a_door_takes_what_it_is_fed_or_refuses_it_in_words(door: str) -> None:
    assert {data.hex(): how for data in inputs(door) if (how := fallen(door, data))} == {}


def test_every_door_that_has_tests_of_its_own_is_fed() -> None:
    tested = {path.stem.removeprefix("test_") for path in (TESTS / "doors").glob("test_*.py")}
    fed = {door.replace("-", "_") for door in doors.DOORS}
    assert tested - {"library_files"} <= fed
    assert fed - tested == {"library_file", "fhir_file", "patients_table"}
    assert set(GRAMMARS) == set(corpus()) == set(doors.DOORS)


def test_what_falls_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Choices) -> None:
        raise KeyError("x")

    monkeypatch.setitem(doors.DOORS, "date", broken)
    assert fallen("date", b"").startswith("KeyError at test_fuzz.py:")


def test_an_answer_without_a_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(_: Choices) -> None:
        raise InputError

    monkeypatch.setitem(doors.DOORS, "date", silent)
    assert fallen("date", b"").startswith("UnanswerableError")


def test_the_same_bytes_make_the_same_text_and_every_symbol_ends() -> None:
    chance = random.Random(5)  # noqa: S311 - inputs, no secret
    for door, grammar in GRAMMARS.items():
        for symbol in grammar:
            shortest = Choices(b"").written(grammar, f"<{symbol}>")
            assert not re.search("<[a-z-]+>", shortest), door
            data = chance.randbytes(200)
            texts = {Choices(data).written(grammar, f"<{symbol}>") for _ in range(2)}
            assert len(texts) == 1
