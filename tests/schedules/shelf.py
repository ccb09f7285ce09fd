"""A copy of the library that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.schedules.planning import ALL, ROOT

DRUGS = ("rituximab", "cyclophosphamide", "immunoglobulin", "thioctic-acid")


def shelf(folder: Path) -> Path:
    """Copy the four regimens that the tests know by heart, their drugs and site.yaml."""
    for kind, names in (("regimens", ALL), ("drugs", DRUGS)):
        (folder / kind).mkdir()
        for name in names:
            shutil.copy(ROOT / kind / f"{name}.yaml", folder / kind)
    shutil.copy(ROOT / "site.yaml", folder)
    return folder
