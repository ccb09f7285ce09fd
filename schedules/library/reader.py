"""Reads regimens/, drugs/ and bands/, replays worked examples, reports every problem with its line.

A file that does not hold is refused here, in the running program, before anything is planned with
it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from dosing.drugs.band_table import BandTable, read_table
from dosing.drugs.drug import Drug
from dosing.drugs.file_model import FileModel
from dosing.drugs.rate_ladder import RateLadder
from dosing.errors import KnowledgeError
from schedules.knowledge.library import (
    Library,
    refuse_unknown_ladder,
    refuse_unknown_regimen,
)
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.site import Site
from schedules.knowledge.yaml_file import line_of, modelled, read_document, read_file
from schedules.library.crosscheck import drug_problems, pharmacy_problems
from schedules.library.replay import example_problems
from schedules.library.shipped import shipped_knowledge

M = TypeVar("M", bound=FileModel)
_FILES = ("site.yaml", "regimens/*.yaml", "drugs/*.yaml", "bands/*.csv")


def open_library(folder: str | Path | None = None) -> Library:
    """Read the regimens that come with the program, or those of a folder.

    Args:
        folder: holds ``regimens/``, ``drugs/``, ``site.yaml`` and, where the site bands doses,
            ``bands/``; without it, what was shipped is read.

    Raises:
        KnowledgeError: with every problem of every file, each with file and line.
    """
    return read_library(shipped_knowledge() if folder is None else Path(folder))


def knowledge_files(root: Path) -> list[Path]:
    """Return every file that ``read_library`` reads below a folder, in order."""
    return sorted(path for pattern in _FILES for path in root.glob(pattern))


def read_library(root: Path, only: str | None = None) -> Library:
    """Read the knowledge files below a folder, and replay their worked examples.

    Args:
        root: the folder that holds ``regimens/``, ``drugs/``, ``site.yaml`` and, where the site
            bands doses, ``bands/``.
        only: read just this regimen and its drugs.

    Raises:
        KnowledgeError: with every problem of every file, each with file and line.
        InputError: if ``only`` is no regimen.
    """
    problems: list[str] = []
    site = read_file(root, root / "site.yaml", Site, problems)
    paths = sorted((root / "regimens").glob("*.yaml"))
    if only is not None:
        wanted = [path for path in paths if path.stem == only]
        if not wanted:
            _refuse_unknown_regimen(root, only, paths)
        paths = wanted
    regimens = _read_all(root, paths, Regimen, problems)
    names = {drug for regimen in regimens.values() for drug in regimen.drugs}
    drug_paths = sorted((root / "drugs").glob("*.yaml"))
    if only is not None:
        drug_paths = [path for path in drug_paths if path.stem in names]
    drugs = _read_all(root, drug_paths, Drug, problems)
    used = {
        f"{folder}/{name}": KnowledgeUsed(
            id=name, version=entry.version, sha256=_sha256(root / folder / f"{name}.yaml")
        )
        for folder, entries in (("regimens", regimens), ("drugs", drugs))
        for name, entry in entries.items()
    }
    bands = _read_bands(root, problems)
    for name, table in bands.items():
        if name in {*regimens, *drugs}:
            problems.append(f"bands/{name}.csv:1: {name} is also the id of another file")
        used[f"bands/{name}"] = KnowledgeUsed(
            id=name, version=table.version, sha256=_sha256(root / "bands" / f"{name}.csv")
        )
    if site is None:
        raise KnowledgeError(*problems)
    problems += pharmacy_problems(root, site.pharmacy, drugs, bands)
    library = Library(regimens, drugs, used, site, bands)
    if only is None:
        problems += _elsewhere_problems(root, regimens)
    for regimen in list(regimens.values()):
        place = f"regimens/{regimen.id}.yaml"
        found = list(drug_problems(regimen, drugs)) or list(example_problems(regimen, library))
        path = root / place
        problems += [f"{place}:{line_of(path, where)}: {text}" for where, text in found]
    if problems:
        raise KnowledgeError(*problems)
    return library


def _elsewhere_problems(root: Path, regimens: dict[str, Regimen]) -> Iterable[str]:
    """Hold what a regimen names for another jurisdiction to be there, and to be of it."""
    for regimen in regimens.values():
        for place, name in regimen.elsewhere.items():
            other = regimens.get(name)
            if other is None or other.jurisdiction != place:
                at = f"regimens/{regimen.id}.yaml"
                line = line_of(root / at, ("elsewhere", place))
                yield f'{at}:{line}: elsewhere: "{name}" is no regimen of {place}'


def _refuse_unknown_regimen(root: Path, name: str, paths: Sequence[Path]) -> NoReturn:
    """Name the nearest regimens, by whatever can be read of the whole library."""
    unheard: list[str] = []
    regimens = _read_all(root, paths, Regimen, unheard)
    drugs = _read_all(root, sorted((root / "drugs").glob("*.yaml")), Drug, unheard)
    refuse_unknown_regimen(name, {path.stem: regimens.get(path.stem) for path in paths}, drugs)


def read_ladder(root: Path, name: str) -> tuple[Drug, RateLadder]:
    """Read the drug file that holds a rate ladder; the ladder's id begins with the drug's.

    Raises:
        KnowledgeError: with every problem of that file.
        InputError: if there is no such ladder, naming the nearest.
    """
    paths = sorted((root / "drugs").glob("*.yaml"))
    problems: list[str] = []
    own = [path for path in paths if name.startswith(f"{path.stem}-")]
    for drug in _read_all(root, own, Drug, problems).values():
        for ladder in drug.ladders:
            if ladder.id == name:
                return drug, ladder
    drugs = _read_all(root, paths, Drug, problems)
    if problems:
        raise KnowledgeError(*problems)
    refuse_unknown_ladder(name, drugs.values())


def summary(library: Library, regimen: Regimen) -> dict[str, Any]:
    """Give what a list of regimens says of one."""
    routes = dict.fromkeys(
        medicine.route for phase in regimen.phases for medicine in phase.medicines
    )
    return {
        "id": regimen.id,
        "title": regimen.title,
        "for": list(regimen.for_),
        "drugs": [library.drug(name).name for name in regimen.drugs],
        "routes": list(routes),
        "choices": {choice.name: choice.accepted for choice in regimen.choices},
        "jurisdiction": regimen.jurisdiction,
        "status": regimen.status,
        "version": regimen.version,
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_all(
    root: Path, paths: Iterable[Path], model: type[M], problems: list[str]
) -> dict[str, M]:
    read: dict[str, M] = {}
    for path in paths:
        entry = read_file(root, path, model, problems)
        if entry is None:
            continue
        name = getattr(entry, "id", "")
        if name != path.stem:
            place = path.relative_to(root).as_posix()
            problems.append(
                f'{place}:{line_of(path, ("id",))}: id: "{name}" is not the name of its file'
            )
            continue
        read[name] = entry
    return read


def _read_bands(root: Path, problems: list[str]) -> dict[str, BandTable]:
    """Read the tables of dose bands; a site may have none."""
    tables: dict[str, BandTable] = {}
    for path in sorted((root / "bands").glob("*.csv")):
        place = path.relative_to(root).as_posix()
        try:
            tables[path.stem] = read_table(path.read_text(encoding="utf-8"), place, path.stem)
        except KnowledgeError as error:
            problems += error.problems
        except UnicodeDecodeError:
            problems.append(f"{place}:1: is not UTF-8 text")
    return tables


def read_version(path: Path) -> Regimen | Drug:
    """Read one regimen or drug file by itself, wherever it is; its words tell which it is.

    Raises:
        KnowledgeError: with every problem, each with file and line.
    """
    document = read_document(str(path), path)
    words = document if isinstance(document, dict) else {}
    if "phases" in words:
        return modelled(str(path), document, Regimen)
    if "limits" in words:
        return modelled(str(path), document, Drug)
    raise KnowledgeError(f"{path}:1: has neither the phases of a regimen nor the limits of a drug")
