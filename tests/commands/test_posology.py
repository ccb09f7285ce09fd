"""The one program of all commands: its help, what it imports, its completion."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.posology import POSOLOGY
from commands.program import build_parser
from tests.support.asking import Ask, started
from tests.support.places import ROOT

COMMANDS = [
    *("dose", "body", "infuse", "rate", "given", "band", "steroid"),
    *(
        "list",
        "show",
        "safety",
        "unconfirmed",
        "check",
        "diff",
        "read-back",
        "read-in",
        "import",
        "new",
        "convert",
        "schema",
    ),
    *(
        "plan",
        "course",
        "change",
        "undo",
        "redo",
        "history",
        "check-plan",
        "verify",
        "affected",
        "export",
        "push",
        "compare",
        "cohort",
        "ward",
        "schedule",
    ),
    *("records", "completion"),
]


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from parsers(child)


ALL = {parser.prog: parser for parser in parsers(build_parser(POSOLOGY, "posology"))}


def test_every_command_is_part_of_the_program() -> None:
    records = [f"records {name}" for name in ("verify", "export", "restore", "erase")]
    feed = ["feed", *(f"feed {name}" for name in ("make", "list", "revoke"))]
    assert set(ALL) == {"posology", *(f"posology {name}" for name in (*COMMANDS, *records, *feed))}


@pytest.mark.parametrize("called", ALL)
def test_every_command_and_option_has_its_line_in_the_help(called: str) -> None:
    assert ALL[called].description
    for action in ALL[called]._actions:
        if not isinstance(action, argparse._SubParsersAction):
            assert action.help, action.dest
    assert f"usage: {called}" in ALL[called].format_help()


def test_the_help_lists_every_command_in_groups(ask: Ask) -> None:
    answer = ask("--help", program="posology")
    assert (answer.code, answer.err) == (0, "")
    titles = [
        line[:-1] for line in answer.out.splitlines() if line[:1].strip() and line[-1:] == ":"
    ]
    assert titles == ["doses", "regimens", "plans", "records", "shell", "options"]
    listed = [line.split()[0] for line in answer.out.splitlines() if line.startswith("  ")]
    assert set(COMMANDS) <= set(listed)
    assert max(map(len, answer.out.splitlines())) <= 80


def test_without_arguments_it_shows_its_help_and_exits_2(ask: Ask) -> None:
    answer = ask(program="posology")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == ask("--help", program="posology").out


def test_it_says_its_version(ask: Ask) -> None:
    assert ask("--version", program="posology").out == "Posology 0.1.0\n"


@pytest.mark.parametrize(
    ("module", "called"),
    [
        ("commands", "python -m commands"),
        ("dosing", "python -m dosing"),
        ("schedules", "python -m schedules"),
        ("records", "python -m records"),
    ],
)
def test_the_help_names_the_program_that_was_called(module: str, called: str) -> None:
    assert started(module, "--help").out.startswith(f"usage: {called} ")
    assert f"see {called} --help" in started(module, "fly").err


def imported(libraries: set[str], *lines: list[str]) -> str:
    """Run lines of the program in a fresh interpreter; return which libraries it imported."""
    script = (
        f"import sys\nfrom commands.posology import main\nfor typed in {lines}:\n"
        "    try:\n        main(typed)\n    except SystemExit:\n        pass\n"
        f"sys.stderr.write(' '.join({libraries} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stderr


@pytest.mark.parametrize("typed", [["--help"], ["records", "--help"], ["completion", "--help"]])
def test_help_is_quick_because_it_imports_no_engine(typed: list[str]) -> None:
    assert not imported({"pint", "numpy", "pandas", "sqlalchemy", "pydantic", "rich"}, typed)


def test_the_help_of_no_command_waits_for_tables_or_records() -> None:
    helps = [[name, "--help"] for name in COMMANDS if name != "records"]
    assert not imported({"pandas", "sqlalchemy", "rich"}, *helps)


def test_a_command_answers_the_same_through_each_program(ask: Ask) -> None:
    dose = ("dose", "--rate", "0.4 g/kg", "--weight", "72 kg", "--json")
    assert ask(*dose, program="posology").out == ask(*dose, program="dosing").out
    listing = ("list", "--search", "rituximab")
    assert ask(*listing, program="posology").out == ask(*listing).out


def test_the_records_are_commands_of_their_own(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path / "none"))
    monkeypatch.delenv("POSOLOGY_DATABASE_URL", raising=False)
    answer = ask("records", "verify", program="posology")
    assert (answer.code, "look at POSOLOGY_DATA" in answer.err) == (2, True)
    answer = ask("records", program="posology")
    assert answer.code == 2
    assert "verify | export | restore | erase; see posology records --help" in answer.err


def test_several_values_follow_one_option_or_the_option_again(ask: Ask) -> None:
    bag = ("infuse", "--dose", "700 mg", "--volume", "500 mL", "--json")
    rates = ("50 mg/h for 30 min", "100 mg/h")
    together = ask(*bag, "--rate", *rates, program="posology")
    again = ask(*bag, "--rate", rates[0], "--rate", rates[1], program="posology")
    assert [step["rate_text"] for step in together.json["steps"]] == ["50 mg/h", "100 mg/h"]
    assert again.out == together.out


def test_a_library_is_refused_where_none_is_read(ask: Ask, tmp_path: Path) -> None:
    answer = ask("--library", tmp_path, "body", program="posology")
    assert answer.problems == ["--library is not used by body; see posology --help"]
    answer = ask("--library", tmp_path, "list", program="posology")
    assert (answer.code, "site.yaml: is missing" in answer.err) == (2, True)


@pytest.mark.parametrize("program", ["posology", "dosing", "schedules", "records"])
def test_every_wrong_option_is_named_in_one_line(ask: Ask, program: str) -> None:
    name = {"dosing": "dose", "records": "verify"}.get(program, "list")
    answer = ask(name, "--fly", "--soar", program=program)
    assert (answer.code, answer.out) == (2, "")
    (problem,) = answer.problems
    assert "--fly --soar" in problem


def completed(line: str, tmp_path: Path) -> list[str]:
    """Return what a shell offers after a line."""
    file = tmp_path / "offered"
    started(
        "commands",
        _ARGCOMPLETE="1",
        _ARGCOMPLETE_STDOUT_FILENAME=str(file),
        _ARGCOMPLETE_IFS="\n",
        COMP_LINE=line,
        COMP_POINT=str(len(line)),
    )
    return [text.strip() for text in file.read_text(encoding="utf-8").split("\n")]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("posology che", ["check", "check-plan"]),
        ("posology records er", ["erase"]),
        ("posology dose --round", ["--round-to", "--rounding"]),
        ("posology plan rituximab-w", ["rituximab-weekly"]),
        ("posology list --jurisdiction CA", ["CA-ON"]),
        ("posology change plan.json re", ["re-weigh", "record", "result", "results"]),
        ("posology export plan.json --to pdf --what pu", ["pump"]),
    ],
)
def test_a_shell_completes_commands_options_and_regimens(
    line: str, offered: list[str], tmp_path: Path
) -> None:
    assert sorted(completed(line, tmp_path)) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_a_shell_needs_for_completion_is_printed(ask: Ask, shell: str) -> None:
    answer = ask("completion", shell, program="posology")
    assert (answer.code, answer.err) == (0, "")
    assert "posology" in answer.out
    assert ask("completion", "ksh", program="posology").code == 2
