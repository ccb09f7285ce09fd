"""The command lines, each a whole process, against a process that imports pint."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measure import Row, Side, best_times, cpu_of_children, ratio
from benchmarks.places import ROOT, environment

IMPORT_PINT = ("-c", "import pint")
_AGAINST = "python -c 'import pint'"
_ROUNDS = 7
_PLAN = (
    *("-m", "schedules", "plan", "rituximab-weekly", "--label", "bench", "--start", "2026-11-30"),
    *("--weight", "70 kg", "--height", "175 cm", "--sex", "male", "--age", "48 years"),
)
LINES: tuple[tuple[str, Sequence[str], float], ...] = (
    ("schedules list", ("-m", "schedules", "list"), 3),
    ("schedules plan", _PLAN, 2),
    ("dosing dose", ("-m", "dosing", "dose", "--rate", "0.4 g/kg", "--weight", "72 kg"), 1.2),
    ("dosing --help", ("-m", "dosing", "--help"), 1.2),
    ("schedules --help", ("-m", "schedules", "--help"), 1.2),
    ("posology --help", ("-m", "commands", "--help"), 1.2),
)


def measure() -> Iterator[Row]:
    """Measure the CPU time, user and system, of each command line from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        arguments = [IMPORT_PINT, *(words for _, words, _ in LINES)]
        sides = [_process(home, words) for words in arguments]
        imported, *times = best_times(sides, rounds=_ROUNDS)
    for (name, _, aim), took in zip(LINES, times, strict=True):
        yield ratio(name, _AGAINST, took, imported, aim)


def _process(home: Path, words: Sequence[str]) -> Side:
    return Side(work=lambda: run(home, words), clock=cpu_of_children)


def run(home: Path, words: Sequence[str]) -> str:
    """Run Python with these words, and return what it printed."""
    done = subprocess.run(  # noqa: S603 - fixed words
        [sys.executable, *words],
        cwd=ROOT,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
