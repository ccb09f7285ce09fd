"""The figures of a file, typed in by somebody who does not see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.posology import main
from schedules.knowledge.reading.page import read_aloud
from schedules.library.one_file import read_version
from schedules.library.read_in import figures_of
from tests.support.shelf import shelf, without_companions

# Read off the label and the protocol, in the order of the reading.
WEEKLY = [
    "375 mg/m2",
    "100 mg",
    *("1", "8", "15", "22"),
    "1.5 g/m2",
    "3.5 h",
    "150 min",
    "1 day",
    "2 days",
    "5 days",
]
WHO = ["--who", "AB", "--role", "pharmacist"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return without_companions(shelf(tmp_path) / "regimens" / "rituximab-weekly.yaml")


def typed(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> list[str]:
    asked: list[str] = []
    given: Iterator[str] = iter(answers)

    def ask(question: str) -> str:
        asked.append(question)
        try:
            return next(given)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", ask)
    return asked


def test_every_figure_is_asked_for_and_none_is_shown(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = typed(monkeypatch, WEEKLY)
    assert main(["read-in", str(file), *WHO]) == 0
    said = capsys.readouterr().out
    assert "12 of 12 figures of rituximab-weekly.yaml agree, read in blind by AB, " in said
    sentence = "Give rituximab ____ by intravenous infusion (source: label)."
    assert asked[0] == f"Phase: induction, rituximab: {sentence}\n> "
    assert "on days ____, ____, ____ and ____. [gap 2 of 4]" in asked[3]
    assert not any("375" in question or "210" in question for question in asked)


def test_a_figure_that_differs_is_named_once_all_are_typed(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, ["37.5 mg/m2", *WEEKLY[1:]])
    assert main(["read-in", str(file), *WHO, "--sign", "checked"]) == 3
    said = capsys.readouterr().out
    assert "11 of 12 figures" in said
    assert "typed: 37.5 mg/m2\n  the file has: 375 mg/m2" in said
    reading = file.parent / "readings" / "rituximab-weekly.md"
    assert "- Checked by nobody yet." in reading.read_text("utf-8")


def test_who_agrees_in_every_figure_may_sign(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, WEEKLY)
    assert main(["read-in", str(file), *WHO, "--sign", "checked"]) == 0
    reading = file.parent / "readings" / "rituximab-weekly.md"
    meaning = read_aloud(read_version(file)).meaning
    signed = f", for the meaning {meaning}.\n"
    assert reading.read_text("utf-8").endswith(signed)
    assert "It is a claim until proved." in capsys.readouterr().out
    assert main(["--library", str(file.parents[1]), "list", "--search", "rituximab"]) == 0
    assert "under review; claimed, not proved: checked by AB, pharmacist" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "answers: are incomplete"),
        (["--who", ""], "who: is missing"),
        (["--role", "a, b"], 'role: "a, b" has a comma'),
    ],
)
def test_what_is_missing_is_said(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    said: str,
) -> None:
    typed(monkeypatch, WEEKLY[:3])
    assert main(["read-in", str(file), *WHO, *more]) == 2
    assert said in capsys.readouterr().err


def test_steps_words_and_sources_are_not_asked_for(file: Path) -> None:
    drug = read_version(file.parents[1] / "drugs" / "rituximab.yaml")
    found = [figure.stands for figure in figures_of(read_aloud(drug))]
    assert found[:3] == ["100 mg", "500 mg", "10 mg/mL"]
    assert found[found.index("50 mg/h") :][:3] == ["50 mg/h", "30 min", "100 mg/h"]
    assert not {"1", "2", "5,000", "90"} & set(found)
