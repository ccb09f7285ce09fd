"""Asks a command line, in this process or as a person starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commands.dosing import main as dosing_main
from commands.posology import main as posology_main
from commands.records import main as records_main
from commands.schedules import main as schedules_main
from tests.support.places import ROOT

_PROGRAMS = {
    "dosing": dosing_main,
    "posology": posology_main,
    "records": records_main,
    "schedules": schedules_main,
}


class Answer:
    """What a command line printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in out + err
        # Terminals, JSON and error lines hold ordinary spaces, in which people search.
        assert "\u00a0" not in out + err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def problems(self) -> list[str]:
        return self.err.splitlines()


class Ask:
    """Calls a command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str | Path, program: str = "schedules") -> Answer:
        try:
            code = _PROGRAMS[program]([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = self.capsys.readouterr()
        return Answer(code, printed.out, printed.err)


def started(module: str, *arguments: str, **env: str) -> Answer:
    """Start a command line as a person does."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)
