"""A copy of the library that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.schedules.planning import ROOT


def shelf(folder: Path) -> Path:
    """Copy regimens/, drugs/ and site.yaml into a folder."""
    for name in ("regimens", "drugs"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "site.yaml", folder)
    return folder
