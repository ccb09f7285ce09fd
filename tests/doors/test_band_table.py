"""The door of dose-band tables: CSV that a pharmacy wrote, or a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from commands.dosing import main
from dosing.drugs.band_table import read_table
from dosing.units import amount
from tests.doors.answering import answer, each, nested

HEAD = "from,to,dose,drug,strength,version,within_percent,source"
ROWS = (
    "4.6 mg,5.09 mg,4.8 mg,rituximab,1 mg/mL,1,6,a table",
    "5.09 mg,5.6 mg,5.3 mg,rituximab,1 mg/mL,1,6,a table",
)
GOOD = "\n".join((HEAD, *ROWS)) + "\n"


def cell(old: str, new: str) -> str:
    assert old in GOOD, old
    return GOOD.replace(old, new, 1)


# the text of the table, a word of the answer
TABLES = [
    ("", "columns must be"),
    ("\n", "columns must be"),
    ("\x00" * 100, "t.csv:1: "),
    (HEAD, "has no band"),
    (HEAD + "\n\n\n", "has no band"),
    (HEAD.replace("dose,", ""), "columns must be"),
    (HEAD + ",extra", "columns must be"),
    (HEAD + ",from", "columns must be"),
    (HEAD.upper(), "columns must be"),
    (HEAD.replace(",", ";") + "\n" + ROWS[0].replace(",", ";"), "columns must be"),
    (HEAD.replace(",", "\t"), "columns must be"),
    ("\ufeff" + GOOD, "columns must be"),
    (cell("from,to", "from,\u200bto"), "columns must be"),
    (cell("from,to", "\u0455ource,to"), "columns must be"),
    (HEAD + '\n"4.6 mg,5.09 mg', "is not a table"),
    (HEAD + '\n"4.6 mg"x,5.09 mg,4.8 mg,rituximab,1 mg/mL,1,6,a', "is not a table"),
    (HEAD + "\n4.6 mg,5.09 mg\n", "as many cells"),
    (HEAD + "\n" + ROWS[0] + ",more\n", "as many cells"),
    (HEAD + "\n" + ROWS[0] + "\n,,\n", "as many cells"),
    (cell("4.6 mg", "4,6 mg"), "as many cells"),
    (cell("4.6 mg", '"4,6 mg"'), "write 4.6 mg"),
    (cell("4.6 mg", "4.6"), "has no unit"),
    (cell("4.6 mg", "-4.6 mg"), "below zero"),
    (cell("4.6 mg", "1e400 mg"), "from: "),
    (cell("4.6 mg", "nan mg"), "from: "),
    (cell("4.6 mg", "\u0664.\u0666 mg"), "from: "),
    (cell("4.6 mg", "=4.6 mg"), "from: "),
    (cell("4.6 mg", "4.6 mL"), "from: "),
    (cell("4.6 mg", "x" * 100_000), "from: "),
    (cell("4.6 mg", "5.5 mg"), "t.csv:"),
    (cell("5.09 mg,5.6 mg", "5.2 mg,5.6 mg"), "a gap"),
    (cell("5.09 mg,5.6 mg", "4.9 mg,5.6 mg"), "an overlap"),
    (cell("4.8 mg", ""), "dose: is missing"),
    (cell("4.8 mg", "48 mg"), "more than the 6 %"),
    (cell("4.8 mg", "0 mg"), "is zero"),
    (cell("1 mg/mL", ""), "strength: is missing"),
    (cell("1 mg/mL", "one"), "strength"),
    (cell(",1,6,", ",0,6,"), "version"),
    (cell(",1,6,", ",1.5,6,"), "version"),
    (cell(",1,6,", ",\u00b2,6,"), "version"),
    (cell(",1,6,", "," + "9" * 5000 + ",6,"), "version"),
    (cell(",1,6,", ",1,600,"), "within_percent"),
    (cell(",1,6,", ",1,6 %,"), "within_percent"),
    (cell(",1,6,", ",1,,"), "within_percent: is missing"),
    (cell("a table\n5", "another\n5"), "is not that of the first band"),
    ("\n".join((HEAD, ROWS[0], ROWS[1].replace("a table", "x" * 90_000))), "(cut here)"),
    ("\n".join((HEAD + ",confirmed", ROWS[0] + "," + "y" * 90_000)), "(cut here)"),
    ("\n".join([HEAD, *ROWS[:1], *[ROWS[1].replace("1,6", "2,7")] * 60]), "\nand "),
    (GOOD.replace("rituximab", ""), "drug: is missing"),
    (HEAD + "," + "\n" + ROWS[0] + ",\n", "columns must be"),
    ('"' * 100_001, "t.csv:1: "),
    (HEAD + "\n" + "x" * 300_000 + "\n", "t.csv:"),
    (nested("[", "]"), "t.csv:1: "),
    (GOOD + ROWS[1] * 20_000, "is longer than"),
]


@each("text, word", TABLES)
def test_a_table_is_refused_in_words(text: str, word: str) -> None:
    words = answer(read_table, text, "t.csv", "t")
    assert word in words
    assert words.startswith("t.csv:")


def test_the_table_is_good_as_it_stands() -> None:
    assert read_table(GOOD, "t.csv", "t").band_of(amount("5 mg")) is not None


def a_directory(path: Path) -> None:
    path.mkdir()


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)))


def utf_16(path: Path) -> None:
    path.write_bytes(GOOD.encode("utf-16"))


def a_device_without_end(path: Path) -> None:
    path.symlink_to("/dev/zero")


def nothing(_: Path) -> None:
    pass


@pytest.mark.parametrize("make", [a_directory, binary, utf_16, a_device_without_end, nothing])
def test_a_file_that_is_no_table_is_refused_in_words(
    make: Callable[[Path], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.csv"
    make(path)
    assert main(["band", "--dose", "5 mg", "--table", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "table: " in said.err
