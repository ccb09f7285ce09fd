"""A copy of the library that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

from schedules.library.read_back_file import without_read_back
from tests.support.places import ROOT
from tests.support.planning import ALL

DRUGS = ("rituximab", "cyclophosphamide", "immunoglobulin", "thioctic-acid")


def shelf(folder: Path, only: tuple[str, str] | None = None) -> Path:
    """Copy the four regimens that the tests know by heart, their drugs, site.yaml and sources.yaml.

    Or only one regimen and its drug, where the others would be read for nothing.

    Their figures are not read back, so that what else holds a wrong figure is seen at work.
    """
    regimens, drugs = ([name] for name in only) if only else (ALL, DRUGS)
    for kind, names in (("regimens", regimens), ("drugs", drugs)):
        (folder / kind).mkdir()
        for name in names:
            text = (ROOT / kind / f"{name}.yaml").read_text(encoding="utf-8")
            (folder / kind / f"{name}.yaml").write_text(without_read_back(text), encoding="utf-8")
    for name in ("site.yaml", "sources.yaml"):
        shutil.copy(ROOT / name, folder)
    return folder
