"""A new regimen by a person who does not program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.schedules import main
from schedules.library.reader import read_library
from tests.support.shelf import shelf

ANSWERS = {
    "Id": "rituximab-two-doses",
    "Title": 'Rituximab "375 mg/m2", two doses: a trial',
    "For which": "testing, trying",
    "Source": "A made-up guideline",
    "Where in it": "table 2",
    "Did you see": "no",
    "Drug": "rituximab",
    "Route": "intravenous infusion",
    "Dose": "375 mg/m2",
    "It repeats": "28 days",
    "How many": "2",
    "On which": "1, 15",
    "Total": "750 mg/m2",
    "Time of day": "infusion",
    "Surface": "mosteller",
    "Rounded": "100 mg",
    "Rounding": "nearest",
    "Worked example: weight": "70 kg",
    "Worked example: height": "175 cm",
    "Worked example: sex": "male",
    "Worked example: age": "48 years",
    "First day": "2026-11-30",
    # 691.7 mg to the nearest 100 mg; days 1 and 15, and 28 days later the same
    "Each dose": "2026-11-30 rituximab 700 mg",
}
LATER = [
    "2026-12-14 rituximab 700 mg",
    "2026-12-28 rituximab 700 mg",
    "2027-01-11 rituximab 700 mg",
]


class Person:
    """Answers each question by its first words, and keeps what was asked."""

    def __init__(self, answers: dict[str, str | list[str]], later: list[str]) -> None:
        self.asked: list[str] = []
        self._answers = {key: list([v] if isinstance(v, str) else v) for key, v in answers.items()}
        self._later: Iterator[str] = iter([*later, ""])

    def __call__(self, question: str) -> str:
        self.asked.append(question)
        if question.startswith("The next one"):
            return next(self._later)
        key = max((k for k in self._answers if question.startswith(k)), key=len)
        return self._answers[key].pop(0)


def answered(
    monkeypatch: pytest.MonkeyPatch, root: Path, **other: str | list[str]
) -> tuple[int, Person]:
    changed = {key.replace("_", " "): value for key, value in other.items()}
    person = Person({**ANSWERS, **changed}, LATER)
    monkeypatch.setattr("builtins.input", person)
    return main(["--library", str(root), "new"]), person


def test_the_answers_become_a_file_that_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = shelf(tmp_path)
    code, person = answered(monkeypatch, root)
    assert code == 0, capsys.readouterr().err
    regimen = read_library(root, only="rituximab-two-doses").regimen("rituximab-two-doses")
    assert regimen.title == 'Rituximab "375 mg/m2", two doses: a trial'
    assert regimen.for_ == ["testing", "trying"]
    assert regimen.status == "under review"
    reading = (root / "regimens" / "readings" / "rituximab-two-doses.md").read_text("utf-8")
    assert "## Phase: course\n\n- It repeats every 28 days.\n- There are 2 cycles.\n" in reading
    assert reading.endswith("- Written by nobody yet.\n- Checked by nobody yet.\n")
    assert not regimen.sources["source"].confirmed
    assert "not seen in the source" in regimen.sources["source"].cite
    assert any(question.startswith("Surface formula") for question in person.asked)
    assert not any(question.startswith("Dosing weight") for question in person.asked)


def test_an_answer_that_cannot_be_read_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = shelf(tmp_path)
    code, person = answered(monkeypatch, root, Dose=["375", "375,0 mg/m2", "375 mg/m2"])
    said = capsys.readouterr().out
    assert code == 0
    assert sum(question.startswith("Dose (") for question in person.asked) == 3
    assert "has no unit" in said
    assert "write 375.0 mg/m2" in said


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"Total": "375 mg/m2"}, "per_cycle"),
        ({"Each_dose": "2026-11-30 rituximab 600 mg"}, "does not reproduce"),
        ({"Dose": "37.5 mg/m2", "Total": "75 mg/m2"}, "has the decimal point slipped"),
    ],
)
def test_what_does_not_hold_is_kept_as_a_draft_and_not_in_the_library(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    other: dict[str, str | list[str]],
    said: str,
) -> None:
    root = shelf(tmp_path)
    code, _ = answered(monkeypatch, root, **other)
    assert code == 2
    assert said in capsys.readouterr().err
    assert not (root / "regimens" / "rituximab-two-doses.yaml").exists()
    assert (root / "regimens" / "rituximab-two-doses.yaml.draft").exists()
    assert not (root / "regimens" / "readings" / "rituximab-two-doses.md").exists()
    assert len(read_library(root).regimens) == 4


def test_a_name_that_is_taken_is_refused_and_its_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = shelf(tmp_path)
    before = (root / "regimens" / "rituximab-weekly.yaml").read_bytes()
    code, _ = answered(monkeypatch, root, Id="rituximab-weekly")
    assert code == 2
    assert "is already in the library" in capsys.readouterr().err
    assert (root / "regimens" / "rituximab-weekly.yaml").read_bytes() == before


def test_answers_that_end_too_early_write_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def silent(_question: str) -> str:
        raise EOFError

    root = shelf(tmp_path)
    monkeypatch.setattr("builtins.input", silent)
    assert main(["--library", str(root), "new"]) == 2
    assert "answers: are incomplete" in capsys.readouterr().err
    assert len(list((root / "regimens").glob("*.yaml"))) == 4
