"""Reads one regimen or drug file by itself, wherever it is, without its reading and its drugs."""

from __future__ import annotations

from pathlib import Path

from dosing.drugs.drug import Drug
from dosing.errors import KnowledgeError
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.yaml_file import read_document, read_model


def read_version(path: Path) -> Regimen | Drug:
    """Read one regimen or drug file by itself, wherever it is; its keys tell which it is.

    Raises:
        KnowledgeError: with every problem, each with file and line.
    """
    document = read_document(str(path), path)
    keys = document if isinstance(document, dict) else {}
    if "phases" in keys:
        return read_model(str(path), document, Regimen)
    if "limits" in keys:
        return read_model(str(path), document, Drug)
    raise KnowledgeError(f"{path}:1: has neither the phases of a regimen nor the limits of a drug")
