"""Every command that README and docs print is run, in order, in one folder for each page."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import runpy
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from records.database import sqlite_url
from records.place import FILE
from records.roles import Actor
from records.store import open_store
from tests.support.places import ROOT
from tests.support.planning import RITUXIMAB, planned

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SHELL = ("", "sh", "console")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"(?:^|\s+)# .*")
HEAD = re.compile(r"Head: ([0-9a-f]+)")

# What is printed and not run here, with the reason.
NOT_RUN_PAGES = {"docs/deploy.md": "sets a server up, as root, with the hospital's own names"}
NOT_RUN = {
    "make": "builds environments and runs all tests: what .ci/run does",
    "git": "works on a clone of the reader's own",
    ".venv-dev/bin/python": "runs tests or tools, which run anyhow",
    ".venv-dev/bin/pre-commit": "is the reader's own program",
    "posology push": "needs a calendar server, which test_caldav.py has",
    "posology records verify /mnt/backup/monday.sqlite3": "a backup: test_heads.py verifies one",
    "posology cohort": "reads a table of the reader's own: test_cohort.py runs it",
    "posology new": "asks questions, which test_new_regimen.py answers",
    "posology read-in": "asks questions, which test_read_in.py answers",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Command:
    """A line of a page, with the exit code that it says it has."""

    line: str
    code: int


def commands(page: Path) -> Iterator[Command]:
    for language, block in FENCE.findall(page.read_text(encoding="utf-8")):
        if language not in SHELL:
            continue
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            said = re.search(r"# .*\bexits with (\d)", line)
            text = COMMENT.sub("", line).removeprefix("$ ").strip()
            if text:
                yield Command(text, int(said[1]) if said else 0)


def place(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def is_run(command: Command) -> bool:
    return not any(command.line.startswith(f"{start} ") for start in NOT_RUN) and (
        command.line not in NOT_RUN
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds what a checkout holds, and the records of one saved plan."""
    for name in ("bands", "drugs", "regimens"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path / "data"))
    store = open_store(sqlite_url(tmp_path / "data" / FILE))
    actor = Actor(name="AB", role="planner", verified=True)
    at = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
    store.save(planned(RITUXIMAB), actor, expected_version=0, at=at)
    store.close()
    return tmp_path


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run one line in this process, as the shell would: settings, cp, or a Python module."""
    words = shlex.split(line)
    with monkeypatch.context() as patch:
        while re.match(r"[A-Z_]+=", words[0]):
            name, _, value = words.pop(0).partition("=")
            patch.setenv(name, value)
        if words[0] == "cp":
            shutil.copy(words[1], words[2])
            return 0
        if words[0] == "posology":
            words[:1] = ["python", "-m", "commands"]
        assert words[:2] == ["python", "-m"], f"no way to run it here, and no reason: {line}"
        patch.setattr(sys, "argv", words[2:])
        with pytest.raises(SystemExit) as left:
            runpy.run_module(words[2], run_name="__main__", alter_sys=True)
    return int(left.value.code or 0)


RUN_PAGES = [
    page for page in PAGES if place(page) not in NOT_RUN_PAGES and any(map(is_run, commands(page)))
]


def test_these_pages_print_commands_that_are_run() -> None:
    found = {place(page) for page in RUN_PAGES}
    assert found >= {"README.md", "docs/command-lines.md", "docs/records.md"}


@pytest.mark.parametrize("page", RUN_PAGES, ids=place)
def test_every_printed_command_runs(
    page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    head = ""
    for command in filter(is_run, commands(page)):
        code = run(re.sub(r"\bHEAD\b", head, command.line), monkeypatch)
        shown = capsys.readouterr()
        assert code == command.code, f"{command.line}\n{shown.err}{shown.out}"
        printed = HEAD.search(shown.out)
        head = printed[1] if printed else head


def test_each_reason_for_not_running_a_command_is_still_needed() -> None:
    lines = [command.line for page in PAGES for command in commands(page)]
    assert len(lines) > 30
    assert [start for start in NOT_RUN if not any(line.startswith(start) for line in lines)] == []
    assert [page for page in NOT_RUN_PAGES if not any(commands(ROOT / page))] == []
