"""Reads one knowledge file by itself, wherever it is, without its reading and its drugs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dosing.drugs.drug import Drug
from dosing.drugs.file_model import Place
from dosing.errors import KnowledgeError
from schedules.knowledge.model_file import (
    WriteOut,
    line_finder,
    read_document,
    read_model,
    read_plain_document,
)
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import ConditionsFile, MedicinesFile, TermsFile, TestsFile
from schedules.library.folder import SOURCES, Folder
from schedules.library.shipped import shipped_knowledge

# The files of words, by their names in terms/
TERMS = "terms"
WORDS: dict[str, type[TermsFile]] = {
    "conditions.yaml": ConditionsFile,
    "medicines.yaml": MedicinesFile,
    "tests.yaml": TestsFile,
}


def read_version(path: Path, library: Path | None = None) -> Regimen | Drug | TermsFile:
    """Read one file that has a reading by itself, wherever it is; its keys tell which it is.

    Args:
        path: the file: a regimen, a drug, or words of patients.
        library: the folder whose shared sources and regimens it may name, where it does not lie in
            a library itself; without it those that come with the program.

    Raises:
        KnowledgeError: with every problem, each with file and line.
    """
    document = read_document(str(path), path)
    keys = document if isinstance(document, dict) else {}
    words = next((model for model in WORDS.values() if model.key in keys), None)
    if words is not None:
        return read_model(str(path), document, words)
    writer = writer_beside(path, library)
    if "phases" in keys:
        return read_model(str(path), document, Regimen, writer)
    if "limits" in keys:
        return read_model(str(path), document, Drug, writer)
    raise KnowledgeError(
        f"{path}:1: has neither the phases of a regimen nor the limits of a drug, nor conditions, "
        "medicines or tests"
    )


def read_written(path: Path) -> Any:
    """Read the values of a regimen or drug file, written out in full.

    Raises:
        KnowledgeError: if it is missing, is not YAML, or names what is not there.
    """
    written = writer_beside(path)(read_plain_document(path))
    if written.problems:
        find = line_finder(path)
        raise KnowledgeError(*(f"{path}:{find(place)}: {text}" for place, text in written.problems))
    return written.document


def line_namer(root: Path) -> Callable[[str, Place], str]:
    """Return a function that names a place in a file of a library: ``regimens/x.yaml:14``."""
    return Folder(root).line


def writer_beside(path: Path, library: Path | None = None) -> WriteOut:
    """Return what writes out a file by what the library in which it lies says."""
    folder = path.resolve().parent.parent
    if not (folder / SOURCES).is_file():
        folder = library or shipped_knowledge()
    return Folder(folder).writer(path)
