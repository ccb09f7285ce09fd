"""Writes the figures of a knowledge file, read back, into its text."""

from __future__ import annotations

import json
import re
from pathlib import Path

from dosing.drugs.read_back import read_back
from schedules.library.reader import read_written

_READ_BACK = re.compile(r"^read_back:\n(?:  - .*\n)*", re.MULTILINE)
_PHASES = re.compile(r"^(?:prerequisites|phases|products|limits):", re.MULTILINE)
_NOT_PLAIN = re.compile(r": | #|:$")


def read_back_of(path: Path) -> list[str]:
    """Return the figures of a regimen or drug file read back, a line each.

    Raises:
        KnowledgeError: if it is missing or is not YAML.
    """
    document = read_written(path)
    return read_back(document) if isinstance(document, dict) else []


def write_read_back(path: Path) -> None:
    """Write the figures of a regimen or drug file, read back, above what it gives.

    Whoever checks the file compares these lines with the sources; from then on a figure that
    changes alone is refused.

    Raises:
        KnowledgeError: if it is missing or is not YAML.
    """
    lines = "".join(f"  - {_scalar(line)}\n" for line in read_back_of(path))
    text = without_read_back(path.read_text(encoding="utf-8"))
    written = _PHASES.sub(lambda found: f"read_back:\n{lines}{found[0]}", text, count=1)
    path.write_text(written, encoding="utf-8")


def without_read_back(text: str) -> str:
    """Return the text of a file without its figures read back."""
    return _READ_BACK.sub("", text)


def _scalar(text: str) -> str:
    """Return a text as YAML, quoted only where it would read as something else."""
    return json.dumps(text, ensure_ascii=False) if _NOT_PLAIN.search(text) else text
