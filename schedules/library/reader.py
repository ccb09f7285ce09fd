"""Reads the knowledge files, replays worked examples, reports every problem with its line.

A file that does not hold is refused here, in the running program, before anything is planned with
it.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

from dosing.drugs.band_table import BandTable, read_table
from dosing.drugs.drug import Drug, DrugLadder
from dosing.drugs.file_model import FileModel
from dosing.errors import KnowledgeError, refuse
from schedules.knowledge.library import (
    LeftOut,
    Library,
    refuse_unknown_drug,
    refuse_unknown_ladder,
    refuse_unknown_regimen,
)
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.site import Site
from schedules.knowledge.terms import (
    ConditionsFile,
    MedicinesFile,
    Terms,
    TestsFile,
    gather,
)
from schedules.knowledge.yaml_file import (
    line_of,
    parse_quickly,
    read_bytes,
    read_document,
    read_file,
    read_model,
)
from schedules.library.crosscheck import (
    drug_problems,
    pharmacy_problems,
    unknown_terms,
    unknown_terms_of_regimen,
)
from schedules.library.kept_terms import parse_kept
from schedules.library.shipped import shipped_knowledge

M = TypeVar("M", bound=FileModel)
_TERMS = _CONDITIONS, _MEDICINES, _TESTS = (
    "terms/conditions.yaml",
    "terms/medicines.yaml",
    "terms/tests.yaml",
)
_FILES = ("site.yaml", "regimens/*.yaml", "drugs/*.yaml", "terms/*.yaml", "bands/*.csv")


def open_library(folder: str | Path | None = None) -> Library:
    """Read the regimens that come with the program, or those of a folder.

    Args:
        folder: holds ``regimens/``, ``drugs/``, ``site.yaml`` and, where the site bands doses,
            ``bands/``; without it, what was shipped is read.

    Returns:
        The library; ``left_out`` names the files in it that do not hold, each with its problems.

    Raises:
        KnowledgeError: if site.yaml does not hold.
        InputError: if it is no path.
    """
    if folder is None:
        return read_usable(shipped_knowledge())
    if not isinstance(folder, str | Path) or not str(folder).strip():
        why = "is not a path" if str(folder).strip() else "is missing"
        refuse("library", str(folder), why=why, accepted="name the folder that holds regimens/")
    return read_usable(Path(folder))


def knowledge_files(root: Path) -> list[Path]:
    """Return every file that ``read_library`` reads below a folder, in order."""
    return sorted(path for pattern in _FILES for path in root.glob(pattern))


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier read knew: files by the hash of their content, and what was proven.

    ``proven`` is the hash of all files with which every worked example reproduced.
    """

    documents: dict[str, Any] = dataclasses.field(default_factory=dict)
    proven: str = ""


def read_library(root: Path, only: str | None = None) -> Library:
    """Read the knowledge files below a folder, every one of which must hold.

    The arguments are those of ``read_usable``.

    Raises:
        KnowledgeError: with every problem of every file, each with file and line.
        InputError: if ``only`` is no regimen.
    """
    library = read_usable(root, only)
    if library.left_out:
        raise KnowledgeError(*(text for one in library.left_out for text in one.problems))
    return library


def read_usable(root: Path, only: str | None = None) -> Library:
    """Read the knowledge files below a folder, and replay their worked examples.

    A file that does not hold is left out, with every regimen that needs it, and named in
    ``left_out``. Without the site's own policies nothing can be planned.

    Args:
        root: the folder that holds ``regimens/``, ``drugs/``, ``site.yaml`` and, where the site
            bands doses, ``bands/``.
        only: read just this regimen and its drugs.

    Raises:
        KnowledgeError: if site.yaml or the regimen ``only`` does not hold, with every problem.
        InputError: if ``only`` is no regimen.
    """
    return read_again(root, Kept(), only)[0]


def read_again(root: Path, kept: Kept, only: str | None = None) -> tuple[Library, Kept]:
    """Read the files as ``read_usable`` does, and parse and replay nothing that is kept.

    Returns:
        The library, and what the next read may know of it.
    """
    if not _is_folder(root):
        raise KnowledgeError("site.yaml: is missing")
    reading = _Reading(root, kept.documents)
    site = reading.file(root / "site.yaml", Site)
    regimens = reading.files(_regimen_paths(reading, only), Regimen)
    names = {drug for regimen in regimens.values() for drug in regimen.drugs}
    drug_paths = reading.paths("drugs")
    if only is not None:
        drug_paths = [path for path in drug_paths if path.stem in names]
    drugs = reading.files(drug_paths, Drug)
    bands = reading.bands({*regimens, *drugs})
    terms = _read_terms(reading, drugs)
    for drug in drugs.values():
        place = f"drugs/{drug.id}.yaml"
        reading.leave_out(place, *_term_problems(root, place, drug, terms))
    drugs = {n: d for n, d in drugs.items() if f"drugs/{n}.yaml" not in reading.problems}
    if site is not None:
        reading.leave_out("site.yaml", *pharmacy_problems(root, site.pharmacy, drugs, bands))
    # Without the words of patients nothing that is typed would be checked.
    if site is None or any(f in reading.problems for f in ("site.yaml", *_TERMS)):
        raise KnowledgeError(*reading.all_problems)
    files = reading.hash_of_files()
    proven = kept.proven == files
    used = _used(reading.hashes, regimens, drugs, bands)
    everything = Library(regimens, drugs, used, site, bands, terms=terms)
    for regimen in regimens.values():
        place = f"regimens/{regimen.id}.yaml"
        if only is None:
            reading.leave_out(place, *_elsewhere_problems(root, regimen, regimens))
        reading.leave_out(place, *_regimen_problems(root, regimen, everything, replayed=not proven))
    usable = {n: r for n, r in regimens.items() if f"regimens/{n}.yaml" not in reading.problems}
    if only is not None and only not in usable:
        raise KnowledgeError(*reading.all_problems)
    if only is None and not proven and not reading.problems:
        kept = Kept(reading.documents, files)
    left_out = tuple(LeftOut(file, tuple(texts)) for file, texts in reading.problems.items())
    return Library(usable, drugs, used, site, bands, left_out, terms), kept


def _read_terms(reading: _Reading, drugs: Mapping[str, Drug]) -> Terms:
    """Read the words that are known; a library without them knows none."""

    def read(file: str, model: type[M]) -> M | None:
        path = reading.root / file
        return reading.file(path, model) if path.is_file() else None

    return gather(
        read(_CONDITIONS, ConditionsFile),
        read(_MEDICINES, MedicinesFile),
        read(_TESTS, TestsFile),
        drugs.values(),
    )


def _is_folder(root: Path) -> bool:
    try:
        return root.is_dir()
    except OSError:  # a name too long
        return False


def _regimen_paths(reading: _Reading, only: str | None) -> list[Path]:
    """Return the files of all regimens, or that of one."""
    paths = reading.paths("regimens")
    if only is None:
        return paths
    if only not in {path.stem for path in paths}:
        _refuse_unknown_regimen(reading.root, only)
    return [path for path in paths if path.stem == only]


class _Reading:
    """Reads files below a folder, each once, and collects the problems of all of them."""

    def __init__(self, root: Path, kept: Mapping[str, Any] = MappingProxyType({})) -> None:
        self.root = root
        self.problems: dict[str, list[str]] = {}
        self.hashes: dict[str, str] = {}
        self.documents: dict[str, Any] = {}
        self._kept = kept

    @property
    def all_problems(self) -> list[str]:
        """Return every problem of every file."""
        return [text for texts in self.problems.values() for text in texts]

    def leave_out(self, file: str, *problems: str) -> None:
        """Note what is wrong with a file, if anything is."""
        if problems:
            self.problems.setdefault(file, []).extend(problems)

    def hash_of_files(self) -> str:
        """Return one hash of every file that was read, by its place."""
        return _sha256(json.dumps(sorted(self.hashes.items())).encode())

    def paths(self, folder: str) -> list[Path]:
        return sorted((self.root / folder).glob("*.yaml"))

    def file(self, path: Path, model: type[M]) -> M | None:
        try:
            return read_file(self.root, path, model, functools.partial(self._document, path))
        except KnowledgeError as error:
            self.leave_out(self._place(path), *error.problems)
            return None

    def _document(self, path: Path, content: bytes) -> Any:
        """Return the values of a file, parsed now or once before from the same content."""
        sha256 = self._note(path, content)
        known = sha256 in self._kept
        parse = parse_kept if self._place(path) in _TERMS else parse_quickly
        self.documents[sha256] = self._kept[sha256] if known else parse(content)
        return self.documents[sha256]

    def _note(self, path: Path, content: bytes) -> str:
        """Note the hash of what was read, and return it."""
        sha256 = _sha256(content)
        self.hashes[self._place(path)] = sha256
        return sha256

    def _place(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def files(self, paths: Iterable[Path], model: type[M]) -> dict[str, M]:
        """Read files by their ids, each of which must be the name of its file."""
        entries: dict[str, M] = {}
        for path in paths:
            entry = self.file(path, model)
            name = getattr(entry, "id", "")
            if entry is not None and name == path.stem:
                entries[name] = entry
            elif entry is not None:
                place = self._place(path)
                line = line_of(path, ("id",))
                self.leave_out(place, f'{place}:{line}: id: "{name}" is not the name of its file')
        return entries

    def bands(self, taken: Collection[str]) -> dict[str, BandTable]:
        """Read the tables of dose bands, whose names no other file has; a site may have none."""
        tables: dict[str, BandTable] = {}
        for path in sorted((self.root / "bands").glob("*.csv")):
            place = self._place(path)
            try:
                content = read_bytes(place, path)
                self._note(path, content)
                text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8").read()
                tables[path.stem] = read_table(text, place, path.stem)
            except KnowledgeError as error:
                self.leave_out(place, *error.problems)
            except UnicodeDecodeError:
                self.leave_out(place, f"{place}:1: is not UTF-8 text")
            if path.stem in taken:
                self.leave_out(place, f"{place}:1: {path.stem} is also the id of another file")
                tables.pop(path.stem, None)
        return tables


def _used(
    hashes: Mapping[str, str],
    regimens: Mapping[str, Regimen],
    drugs: Mapping[str, Drug],
    bands: Mapping[str, BandTable],
) -> dict[str, KnowledgeUsed]:
    """Return version and hash of every file, by its folder and name."""
    folders: tuple[tuple[str, str, Mapping[str, Regimen | Drug | BandTable]], ...] = (
        ("regimens", "yaml", regimens),
        ("drugs", "yaml", drugs),
        ("bands", "csv", bands),
    )
    return {
        f"{folder}/{name}": KnowledgeUsed(
            id=name, version=entry.version, sha256=hashes[f"{folder}/{name}.{ending}"]
        )
        for folder, ending, entries in folders
        for name, entry in entries.items()
    }


def _regimen_problems(
    root: Path, regimen: Regimen, library: Library, *, replayed: bool
) -> list[str]:
    """Check a regimen against its drug files; if they agree, replay its worked examples."""
    place = f"regimens/{regimen.id}.yaml"
    problems = [
        *drug_problems(regimen, library.drugs),
        *unknown_terms_of_regimen(regimen, library.terms),
    ]
    if replayed and not problems:
        from schedules.library.replay import example_problems  # brings the engine

        problems = list(example_problems(regimen, library))
    return [f"{place}:{line_of(root / place, where)}: {text}" for where, text in problems]


def _term_problems(root: Path, place: str, drug: Drug, terms: Terms) -> list[str]:
    """Check that the answers of a drug file use words that are known."""
    problems = list(unknown_terms(drug, terms))
    return [f"{place}:{line_of(root / place, where)}: {text}" for where, text in problems]


def _elsewhere_problems(
    root: Path, regimen: Regimen, regimens: Mapping[str, Regimen]
) -> Iterator[str]:
    """Yield what a regimen names for another jurisdiction and is not there, or not of it."""
    at = f"regimens/{regimen.id}.yaml"
    for place, name in regimen.elsewhere.items():
        other = regimens.get(name)
        left_out = other is None and (root / f"regimens/{name}.yaml").is_file()
        if not left_out and (other is None or other.jurisdiction != place):
            line = line_of(root / at, ("elsewhere", place))
            yield f'{at}:{line}: elsewhere: "{name}" is not a regimen of {place}'


def _refuse_unknown_regimen(root: Path, name: str) -> NoReturn:
    """Name the nearest regimens, by whatever can be read of the whole library."""
    reading = _Reading(root)
    paths = reading.paths("regimens")
    regimens = reading.files(paths, Regimen)
    drugs = reading.files(reading.paths("drugs"), Drug)
    refuse_unknown_regimen(name, {path.stem: regimens.get(path.stem) for path in paths}, drugs)


def read_ladder(root: Path, name: str) -> DrugLadder:
    """Read the drug file that holds a rate ladder; the ladder's id begins with the drug's.

    Raises:
        KnowledgeError: with every problem of that file.
        InputError: if there is no such ladder, naming the nearest.
    """
    reading = _Reading(root)
    paths = reading.paths("drugs")
    likely = [path for path in paths if str(name).startswith(f"{path.stem}-")]
    for drug in reading.files(likely, Drug).values():
        for ladder in drug.ladders:
            if ladder.id == name:
                return DrugLadder(drug, ladder)
    drugs = reading.files(paths, Drug)
    if reading.problems:
        raise KnowledgeError(*reading.all_problems)
    refuse_unknown_ladder(name, drugs.values())


def read_drug(root: Path, name: str) -> Drug:
    """Read one drug file by its id.

    Raises:
        KnowledgeError: with every problem of that file.
        InputError: if there is no such drug, naming the nearest.
    """
    reading = _Reading(root)
    paths = reading.paths("drugs")
    drug = reading.files([path for path in paths if path.stem == name], Drug).get(name)
    if drug is not None:
        return drug
    if reading.problems:
        raise KnowledgeError(*reading.all_problems)
    refuse_unknown_drug(name, reading.files(paths, Drug).values())


def summary(library: Library, regimen: Regimen) -> dict[str, Any]:
    """Return one line of the list of regimens, as plain values."""
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


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
