"""What every case types of a patient who is of no interest to it."""

from __future__ import annotations

from pathlib import Path

from tests.support.asking import Answer, Ask

BODY = ("--weight", "70 kg", "--height", "175 cm")
MAN = ("--label", "ward-7", "--sex", "male", "--age", "48 years")
DAYS = ("--made-on", "2026-11-20", "--start", "2026-11-30")


def ask_in(ask: Ask, library: Path, *arguments: str | Path) -> Answer:
    """Ask the program in a library of its own."""
    return ask("--library", library, *arguments, program="posology")


def edit(library: Path, old: str, new: str) -> None:
    """Edit the regimen file of rituximab as an author would, and nothing beside it."""
    file = library / "regimens" / "rituximab-weekly.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
