"""A copy of the library that a test may spoil."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from ruamel.yaml.error import YAMLError

from dosing.drugs.drug import Drug
from schedules.knowledge import yaml_file
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.regimen import Regimen
from schedules.library.one_file import writer_beside
from schedules.library.reading_file import reading_of, signed_in, write_signed
from tests.support.places import ROOT
from tests.support.planning import ALL

MODELS: dict[str, type[Regimen | Drug]] = {"regimens": Regimen, "drugs": Drug}
_NAMED_DRUG = re.compile(r"drug: ([a-z0-9-]+)")
DRUGS = ("rituximab", "cyclophosphamide", "immunoglobulin", "thioctic-acid")


def shelf(folder: Path, only: tuple[str, str] | None = None) -> Path:
    """Copy the four regimens that the tests know by heart, their drugs, site.yaml and sources.yaml.

    Or only one regimen and its drug, where the others would be read for nothing.
    """
    regimens, drugs = ([name] for name in only) if only else (ALL, DRUGS)
    files = [copy_file("regimens", name, folder) for name in regimens]
    named = (name for file in files for name in _NAMED_DRUG.findall(file.read_text("utf-8")))
    for name in dict.fromkeys((*drugs, *named)):
        copy_file("drugs", name, folder)
    for name in ("site.yaml", "sources.yaml"):
        shutil.copy(ROOT / name, folder)
    return folder


def with_words(folder: Path) -> Path:
    """Put the words of patients, which most tests need not know, on a shelf."""
    shutil.copytree(ROOT / "terms", folder / "terms")
    return folder


def copy_file(kind: str, name: str, folder: Path) -> Path:
    """Copy a regimen or drug with its reading."""
    (folder / kind / "readings").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / kind / "readings" / f"{name}.md", folder / kind / "readings")
    return Path(shutil.copy(ROOT / kind / f"{name}.yaml", folder / kind))


def without_companions(path: Path) -> Path:
    """Write rituximab-weekly without its premedication, for tests that count its figures."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"choices:\n(?:  .*\n)+(?=prerequisites:)", "", text)
    text = re.sub(r"      - drug: methylprednisolone\n(?:.*\n)*?(?=examples:)", "", text)
    given = r"  - patient: .*\n    start: .*\n    choose: \{premedication.*\n(?:.*\n)*?(?=sources:)"
    path.write_text(re.sub(given, "", text), encoding="utf-8")
    read_anew(path.parent.parent)
    return path


def read_anew(folder: Path) -> Path:
    """Write the readings of a folder anew, so that what else holds its files is seen at work.

    The reading of a file that is the program's own, as all that it rests on is, stands already.
    """
    own_sources = _is_own(folder / "sources.yaml", folder)
    for kind, model in MODELS.items():
        for path in (folder / kind).glob("*.yaml"):
            stands = own_sources and _is_own(path, folder) and _is_own(reading_of(path), folder)
            if stands and b"use:" not in path.read_bytes():
                continue
            try:
                written = writer_beside(path, folder)(yaml_file.parse_quickly(path.read_bytes()))
                entry = model.model_validate(written.document)
            except (ValueError, YAMLError, OSError):
                continue  # a file that does not hold is what the test is about
            write_signed(path, read_aloud(entry), signed_in(path))
    return folder


def _is_own(path: Path, folder: Path) -> bool:
    own = ROOT / path.relative_to(folder)
    return path.is_file() and own.is_file() and path.read_bytes() == own.read_bytes()
