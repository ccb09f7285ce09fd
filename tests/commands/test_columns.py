"""Tables: fitted to a terminal without a number cut or broken, plain lines in a pipe."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest

from commands.columns import TextColumn, say_table
from tests.support.asking import Ask

COLUMNS = (
    TextColumn("Date"),
    TextColumn("Dose", whole=True),
    TextColumn("Drug"),
    TextColumn("Route"),
    TextColumn(""),
)
ROWS = [
    ("Mon 30-Nov-2026", "1,850\u00a0mg", "cyclophosphamide", "intravenous infusion", ""),
    ("Mon 28-Dec-2026", "925\u00a0mg", "cyclophosphamide", "[bold]by mouth[/bold]", ""),
]
PLAIN = ["one  line", "another  line"]

Terminal = Callable[[int], list[str]]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    def show(width: int) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("LINES", "50")
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        say_table(COLUMNS, ROWS, PLAIN)
        out = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out)
        return [line.rstrip() for line in out.splitlines()]

    return show


def test_what_is_piped_is_the_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    say_table(COLUMNS, ROWS, PLAIN)
    assert capsys.readouterr().out == "one  line\nanother  line\n"


def test_a_wide_terminal_has_a_row_on_a_line_and_no_empty_column(terminal: Terminal) -> None:
    assert terminal(100) == [
        "Date             Dose      Drug              Route",
        "Mon 30-Nov-2026  1,850 mg  cyclophosphamide  intravenous infusion",
        "Mon 28-Dec-2026  925 mg    cyclophosphamide  [bold]by mouth[/bold]",
    ]


def test_a_narrower_terminal_breaks_words_apart_and_no_number_from_its_unit(
    terminal: Terminal,
) -> None:
    assert terminal(55) == [
        "Date         Dose      Drug              Route",
        "Mon          1,850 mg  cyclophosphamide  intravenous",
        "30-Nov-2026                              infusion",
        "Mon          925 mg    cyclophosphamide  [bold]by",
        "28-Dec-2026                              mouth[/bold]",
    ]


def test_a_terminal_too_narrow_for_the_columns_has_a_paragraph_a_row(terminal: Terminal) -> None:
    assert terminal(40) == [
        "Date: Mon 30-Nov-2026; Dose: 1,850 mg;",
        "  Drug: cyclophosphamide;",
        "  Route: intravenous infusion",
        "Date: Mon 28-Dec-2026; Dose: 925 mg;",
        "  Drug: cyclophosphamide;",
        "  Route: [bold]by mouth[/bold]",
    ]


@pytest.mark.parametrize("width", range(10, 120, 3))
def test_nothing_is_cut_off_and_every_dose_stays_whole(terminal: Terminal, width: int) -> None:
    lines = terminal(width)
    text = "\n".join(lines)
    assert "1,850 mg" in text and "925 mg" in text
    for word in ("30-Nov-2026", "28-Dec-2026", "cyclophosphamide", "intravenous", "mouth[/bold]"):
        assert word in text
    assert "\u2026" not in text


@pytest.mark.parametrize("width", [40, 80, 120, 160])
def test_a_course_on_a_terminal_shows_every_date_with_its_whole_dose(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    answer = ask(
        *("plan", "cyclophosphamide-monthly", "--label", "ward-7", "--start", "2026-11-30"),
        *("--weight", "70 kg", "--height", "175 cm", "--sex", "male", "--age", "48 years"),
    )
    for text in (
        *("30-Nov-2026", "28-Dec-2026", "25-Jan-2027", "22-Feb-2027", "22-Mar-2027", "19-Apr-2027"),
        *("1,850 mg", "3,700 mg", "5,550 mg", "7,400 mg", "9,250 mg", "11,100 mg"),
        "Total of cyclophosphamide: 11,100 mg in 6 doses",
    ):
        assert text in answer.out
