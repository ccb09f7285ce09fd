"""Reads regimens/, drugs/ and bands/, replays worked examples, reports every problem with its line.

A file that does not hold is refused here, in the running program, before anything is planned with
it.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from dosing.banding import BandTable, read_table
from dosing.drug import Drug
from dosing.errors import InputError, KnowledgeError, Problem
from dosing.files import FileModel
from dosing.ladder import RateLadder
from schedules.crosscheck import drug_problems, pharmacy_problems
from schedules.regimen import KnowledgeUsed, Regimen
from schedules.replay import example_problems
from schedules.site import Site
from schedules.yamlfile import line_of, modelled, read_document, read_file

M = TypeVar("M", bound=FileModel)


class Library:
    """The regimens and drugs that were read and found to hold."""

    def __init__(
        self,
        regimens: dict[str, Regimen],
        drugs: dict[str, Drug],
        used: dict[str, KnowledgeUsed],
        site: Site,
        bands: Mapping[str, BandTable] | None = None,
    ) -> None:
        """Take what was read."""
        self.regimens = regimens
        self.drugs = drugs
        self.site = site
        self.bands = bands or {}
        self._used = used

    def regimen(self, name: str) -> Regimen:
        """Give a regimen by its id.

        Raises:
            InputError: if there is none, naming the nearest.
        """
        if name in self.regimens:
            return self.regimens[name]
        raise _unknown_regimen(name, list(self.regimens))

    def search(self, text: str) -> list[Regimen]:
        """Give the regimens that have a text in id, title, diseases, drugs, routes or status.

        Those of the site's jurisdictions and of none come first.
        """
        words = text.lower().split()
        found = [
            regimen
            for regimen in self.regimens.values()
            if all(word in _searched(self, regimen) for word in words)
        ]
        return sorted(found, key=lambda regimen: not self.holds_here(regimen))

    def holds_here(self, regimen: Regimen) -> bool:
        """Tell whether a regimen is of the site's jurisdictions, or of none in particular."""
        here = self.site.jurisdiction
        return not here or regimen.jurisdiction in ("", *here)

    def drug(self, name: str) -> Drug:
        """Give a drug by its id; a regimen that names an unknown drug was refused when read."""
        return self.drugs[name]

    def used(self, file: str) -> KnowledgeUsed | None:
        """Give version and hash of ``regimens/ID``, ``drugs/ID`` or ``bands/ID``, if it is there.

        Its id alone would not do: a regimen may bear the id of its drug.
        """
        return self._used.get(file)

    def with_only(self, regimen: Regimen, site: Site) -> Library:
        """Give a library of one regimen, in the place of its file, at a site without dose bands."""
        return Library({regimen.id: regimen}, self.drugs, self.knowledge_for(regimen), site)

    def knowledge_for(self, regimen: Regimen) -> dict[str, KnowledgeUsed]:
        """Give version and hash of the files of a regimen, of its drugs and of their dose bands.

        They are named as ``used`` takes them.
        """
        drugs = (f"drugs/{name}" for name in regimen.drugs)
        bands = (f"bands/{n}" for n, table in self.bands.items() if table.drug in regimen.drugs)
        return {file: self._used[file] for file in (f"regimens/{regimen.id}", *drugs, *bands)}


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
            raise _unknown_regimen(only, [path.stem for path in paths])
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
    known = [ladder.id for drug in drugs.values() for ladder in drug.ladders]
    raise _unknown("ladder", name, known, f"write one of: {', '.join(known)}")


def _searched(library: Library, regimen: Regimen) -> str:
    drugs = [library.drugs[name] for name in regimen.drugs]
    names = [name for drug in drugs for name in (drug.name, *drug.also)]
    routes = [give.route for phase in regimen.phases for give in phase.gives]
    own = (regimen.id, regimen.title, regimen.jurisdiction, regimen.status)
    said = (*own, *regimen.for_, *names, *routes)
    return " ".join(said).lower()


def summary(library: Library, regimen: Regimen) -> dict[str, Any]:
    """Give what a list of regimens says of one."""
    routes = dict.fromkeys(give.route for phase in regimen.phases for give in phase.gives)
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


def _unknown_regimen(name: str, known: list[str]) -> InputError:
    return _unknown("regimen", name, known, "see: python -m schedules list")


def _unknown(field: str, name: str, known: list[str], otherwise: str) -> InputError:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    near += [other for other in known if name.lower() in other and other not in near]
    accepted = f"did you mean {' or '.join(near)}?" if near else otherwise
    return InputError(
        Problem(field=field, typed=name, why="is not in the library", accepted=accepted)
    )


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
