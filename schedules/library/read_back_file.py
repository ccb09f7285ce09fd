"""The text of a knowledge file: where its figures, read back, are written into it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from dosing.drugs.read_back import read_back
from schedules.knowledge.yaml_file import document_of

_READ_BACK = re.compile(r"^read_back:\n(?:  - .*\n)*", re.MULTILINE)
_SOURCES = re.compile(r"^sources:", re.MULTILINE)
_NOT_PLAIN = re.compile(r": | #|:$")


def read_back_of(path: Path) -> list[str]:
    """Read back the figures of a regimen or drug file as they are now.

    Raises:
        KnowledgeError: if it is missing or is not YAML.
    """
    document = document_of(path)
    return read_back(document) if isinstance(document, dict) else []


def write_read_back(path: Path) -> None:
    """Write into a regimen or drug file what its figures are read back as, above its sources.

    Whoever checks the file compares the lines with the sources; from then on a figure that
    changes alone is refused.

    Raises:
        KnowledgeError: if it is missing or is not YAML.
    """
    said = "".join(f"  - {_scalar(line)}\n" for line in read_back_of(path))
    text = without_read_back(path.read_text(encoding="utf-8"))
    written = _SOURCES.sub(lambda _: f"read_back:\n{said}sources:", text, count=1)
    path.write_text(written, encoding="utf-8")


def without_read_back(text: str) -> str:
    """Give the text of a file without its figures read back."""
    return _READ_BACK.sub("", text)


def _scalar(text: str) -> str:
    """Write a text for YAML; quoted only where it would read as something else."""
    return json.dumps(text, ensure_ascii=False) if _NOT_PLAIN.search(text) else text
