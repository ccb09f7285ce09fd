"""The scripts of the browser parts, each a file of its own; what several need stands in one."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def together(*names: str) -> str:
    """Return some files of this folder, one after the other, as one script or style sheet."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)
