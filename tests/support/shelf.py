"""A copy of the library that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

from schedules.library.read_back_file import without_read_back
from tests.support.places import ROOT
from tests.support.planning import ALL

DRUGS = ("rituximab", "cyclophosphamide", "immunoglobulin", "thioctic-acid")


def shelf(folder: Path) -> Path:
    """Copy the four regimens that the tests know by heart, their drugs and site.yaml.

    Their figures are not read back, so that what else holds a wrong figure is seen at work.
    """
    for kind, names in (("regimens", ALL), ("drugs", DRUGS)):
        (folder / kind).mkdir()
        for name in names:
            text = (ROOT / kind / f"{name}.yaml").read_text(encoding="utf-8")
            (folder / kind / f"{name}.yaml").write_text(without_read_back(text), encoding="utf-8")
    shutil.copy(ROOT / "site.yaml", folder)
    return folder
