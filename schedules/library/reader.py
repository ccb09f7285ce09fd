"""Reads the knowledge files, replays worked examples, reports every problem with its line.

A file that does not hold is refused here, in the running program, before anything is planned with
it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from dosing.drugs.band_table import BandTable, read_table
from dosing.drugs.drug import Drug, DrugLadder
from dosing.errors import KnowledgeError, refuse
from schedules.knowledge.library import (
    LeftOut,
    Library,
    OfFiles,
    refuse_unknown_drug,
    refuse_unknown_ladder,
    refuse_unknown_regimen,
)
from schedules.knowledge.model_file import Parse, parse_values, read_bytes
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.signed import Signed
from schedules.knowledge.site import Site
from schedules.knowledge.terms import Terms, TermsFile, gather
from schedules.library.crosscheck import (
    drug_problems,
    pharmacy_problems,
    unknown_terms,
    unknown_terms_of_regimen,
)
from schedules.library.folder import SOURCES, Folder
from schedules.library.kept_values import parse_kept
from schedules.library.one_file import TERMS, WORDS
from schedules.library.reading_file import StatedReading, difference, reading_of
from schedules.library.shipped import shipped_knowledge

E = TypeVar("E", Regimen, Drug)
_FILES = (
    "site.yaml",
    SOURCES,
    *(
        f"{kind}/{pattern}"
        for kind in ("regimens", "drugs", "terms")
        for pattern in ("*.yaml", "readings/*.md")
    ),
    "bands/*.csv",
)

_NO_SOURCES = f"{SOURCES} does not hold: no regimen and no drug is read until it does"


def open_library(folder: str | Path | None = None) -> Library:
    """Read the regimens that come with the program, or those of a folder.

    Args:
        folder: holds ``regimens/``, ``drugs/``, ``site.yaml`` and, where the site bands doses,
            ``bands/``; without it, what was shipped is read.

    Returns:
        The library; ``left_out`` names the files in it that do not hold, each with its problems.

    Raises:
        KnowledgeError: if site.yaml or sources.yaml does not hold.
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
    found = (path for pattern in _FILES for path in root.glob(pattern))
    return sorted(found, key=lambda path: path.parts)


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier read knew: files by the hash of their content, and what was proven.

    ``meanings`` holds what a file means by the hashes of the file and of its reading, which said
    it; ``proven`` is the hash of all files with which every worked example reproduced.
    """

    documents: dict[str, Any] = dataclasses.field(default_factory=dict)
    meanings: dict[str, str] = dataclasses.field(default_factory=dict)
    proven: str = ""


def read_library(root: Path, only: str | None = None) -> Library:
    """Read the knowledge files below a folder, every one of which must hold.

    The arguments are those of ``read_usable``.

    Raises:
        KnowledgeError: with every problem of every file, each with file and line.
        InputError: if ``only`` is no regimen.
    """
    library = read_again(root, Kept(), only)[0]
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
        KnowledgeError: if site.yaml, sources.yaml or the regimen ``only`` does not hold, with
            every problem.
        InputError: if ``only`` is no regimen.
    """
    # A whole library is judged file by file; one plan only needs what its files say.
    return read_again(root, Kept(), only, parse_kept if only else parse_values)[0]


def read_again(
    root: Path, kept: Kept, only: str | None = None, parse: Parse = parse_values
) -> tuple[Library, Kept]:
    """Read the files as ``read_usable`` does, and parse and replay nothing that is kept.

    Returns:
        The library, and what the next read may know of it; one of a single regimen leaves the
        values of files to ``parse``.
    """
    reading = _Files(root, kept, parse)
    site = _read_site_and_sources(reading)
    regimens = reading.files(_regimen_paths(reading, only), Regimen)
    if only is not None:  # a phase of another regimen is used only where that one holds
        reading.read_used(f"regimens/{only}.yaml")
    names = {drug for regimen in regimens.values() for drug in regimen.drugs}
    drug_paths = reading.paths("drugs")
    if only is not None:
        drug_paths = [path for path in drug_paths if path.stem in names]
    drugs = reading.files(drug_paths, Drug)
    bands = reading.bands({*regimens, *drugs})
    words = _read_words(reading)
    terms = gather(words, drugs.values())
    _leave_out_unknown_terms(reading, drugs, terms)
    drugs = {n: d for n, d in drugs.items() if f"drugs/{n}.yaml" not in reading.problems}
    if site is not None:
        reading.leave_out("site.yaml", *pharmacy_problems(root, site.pharmacy, drugs, bands))
    # Without the words of patients nothing that is typed would be checked.
    if site is None or any(
        f in reading.problems for f in ("site.yaml", *(f"{TERMS}/{name}" for name in WORDS))
    ):
        raise KnowledgeError(*reading.all_problems)
    files = reading.hash_of_files()
    proven = kept.proven == files
    used = _used(reading, regimens, drugs, bands, terms)
    everything = Library(regimens, drugs, used, site, bands, terms=terms)
    for regimen in regimens.values():
        place = f"regimens/{regimen.id}.yaml"
        if only is None:
            reading.leave_out(place, *_elsewhere_problems(reading, regimen, regimens))
            reading.leave_out(place, *_opened_problems(reading, regimen, regimens))
        reading.leave_out(
            place, *_regimen_problems(reading, regimen, everything, replayed=not proven)
        )
    reading.leave_out_users()
    usable = {n: r for n, r in regimens.items() if f"regimens/{n}.yaml" not in reading.problems}
    if only is not None and only not in usable:
        raise KnowledgeError(*reading.all_problems)
    if not proven and not reading.problems:
        kept = Kept(reading.documents if only is None else {}, reading.meanings, files)
    left_out = tuple(LeftOut(file, tuple(texts)) for file, texts in reading.problems.items())
    return Library(usable, drugs, used, site, bands, OfFiles(left_out, reading.signed), terms), kept


def _read_site_and_sources(reading: _Files) -> Site | None:
    """Read the site's policies; refuse a library whose shared sources do not hold."""
    if not _is_folder(reading.root):
        raise KnowledgeError("site.yaml: is missing")
    site = reading.file(reading.root / "site.yaml", Site)
    if not reading.sources_hold():  # each file that rests on them would say the same
        raise KnowledgeError(*reading.all_problems, _NO_SOURCES)
    return site


def _read_words(reading: _Files) -> list[TermsFile]:
    """Read the words that are known; a library without them knows none."""
    paths = [(reading.root / TERMS / name, model) for name, model in WORDS.items()]
    read = [(path, reading.file(path, model)) for path, model in paths if path.is_file()]
    return [file for path, file in read if file is not None and reading.is_read_aloud(path, file)]


def _leave_out_unknown_terms(reading: _Files, drugs: Mapping[str, Drug], terms: Terms) -> None:
    """Leave out each drug file whose answers use words that are not known."""
    for drug in drugs.values():
        place = f"drugs/{drug.id}.yaml"
        problems = [f"{reading.line(place, at)}: {text}" for at, text in unknown_terms(drug, terms)]
        reading.leave_out(place, *problems)


def _is_folder(root: Path) -> bool:
    try:
        return root.is_dir()
    except OSError:  # a name too long
        return False


def _regimen_paths(reading: _Files, only: str | None) -> list[Path]:
    """Return the files of all regimens, or that of one."""
    paths = reading.paths("regimens")
    if only is None:
        return paths
    if only not in {path.stem for path in paths}:
        _refuse_unknown_regimen(reading.root, only)
    return [path for path in paths if path.stem == only]


class _Files(Folder):
    """Reads regimens and drugs with their readings, and the tables of dose bands."""

    def __init__(self, root: Path, kept: Kept | None = None, parse: Parse = parse_values) -> None:
        self._kept = kept or Kept()
        super().__init__(root, self._kept.documents, parse)
        self.meanings: dict[str, str] = {}
        # Of these the place in the library is the key
        self.means: dict[str, str] = {}
        self.signed: dict[str, Signed] = {}

    def hash_of_files(self) -> str:
        """Return one hash of every file that was read, by its place."""
        return _sha256(json.dumps(sorted(self.hashes.items())).encode())

    def files(self, paths: Iterable[Path], model: type[E]) -> dict[str, E]:
        """Read files by their ids, each of which must be the name of its file, and its reading."""
        entries: dict[str, E] = {}
        for path in paths:
            entry = self.file(path, model)
            name = getattr(entry, "id", "")
            if entry is not None and name == path.stem:
                if self.is_read_aloud(path, entry):
                    entries[name] = entry
            elif entry is not None:
                at = self.line(self.place(path), ("id",))
                text = f'{at}: id: "{name}" is not the name of its file'
                self.leave_out(self.place(path), text)
        return entries

    def is_read_aloud(self, path: Path, entry: Regimen | Drug | TermsFile) -> bool:
        """Return whether the reading beside a file says what it means; note its hash."""
        place, at = self.place(path), reading_of(path)
        write = f"python -m schedules read-back {place} --write"
        try:
            content = read_bytes(self.place(at), at)
            stated = StatedReading.parse(content.decode("utf-8"))
        except KnowledgeError:
            self.leave_out(place, f"{place}:1: has no reading, {self.place(at)}; {write}")
            return False
        except ValueError as error:
            self.leave_out(place, f"{self.place(at)}:1: {error}")
            return False
        key = " ".join((self.note(at, content), *self.rests_on(place)))
        meaning = self._kept.meanings.get(key)
        if meaning is None:
            from schedules.knowledge.reading.page import read_aloud  # a meaning that is kept is not

            reading = read_aloud(entry)
            if reading.text != stated.text:
                what = f"{place}:1: is not what its reading, {self.place(at)}, says"
                why = f"{difference(reading, stated.text)} Correct whichever is wrong; if it is"
                self.leave_out(place, f"{what}: {why} the reading: {write}")
                return False
            meaning = reading.meaning
        self.meanings[key] = self.means[place] = meaning
        self.signed[place.removesuffix(".yaml")] = stated.signed
        return True

    def bands(self, taken: Collection[str]) -> dict[str, BandTable]:
        """Read the tables of dose bands, whose names no other file has; a site may have none."""
        tables: dict[str, BandTable] = {}
        for path in sorted((self.root / "bands").glob("*.csv")):
            place = self.place(path)
            try:
                content = read_bytes(place, path)
                self.note(path, content)
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
    reading: _Files,
    regimens: Mapping[str, Regimen],
    drugs: Mapping[str, Drug],
    bands: Mapping[str, BandTable],
    terms: Terms,
) -> dict[str, KnowledgeUsed]:
    """Return version and hash of what every file means, by its folder and name."""
    hashes = {**reading.hashes, **reading.means}
    folders: tuple[tuple[str, str, Mapping[str, Regimen | Drug | BandTable | TermsFile]], ...] = (
        ("regimens", "yaml", regimens),
        ("drugs", "yaml", drugs),
        ("bands", "csv", bands),
        (TERMS, "yaml", terms.files),
    )
    return {
        f"{folder}/{name}": KnowledgeUsed(
            id=name, version=entry.version, sha256=hashes[f"{folder}/{name}.{ending}"]
        )
        for folder, ending, entries in folders
        for name, entry in entries.items()
    }


def _regimen_problems(
    reading: _Files, regimen: Regimen, library: Library, *, replayed: bool
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
    lines = [f"{reading.line(place, where)}: {text}" for where, text in problems]
    # What stands above a table or a titration is wrong in each medicine that is written out of it.
    return list(dict.fromkeys(lines))


def _elsewhere_problems(
    reading: _Files, regimen: Regimen, regimens: Mapping[str, Regimen]
) -> Iterator[str]:
    """Yield what a regimen names for another jurisdiction and is not there, or not of it."""
    at = f"regimens/{regimen.id}.yaml"
    for place, name in regimen.elsewhere.items():
        other = regimens.get(name)
        left_out = other is None and (reading.root / f"regimens/{name}.yaml").is_file()
        if not left_out and (other is None or other.jurisdiction != place):
            line = reading.line(at, ("elsewhere", place))
            yield f'{line}: elsewhere: "{name}" is not a regimen of {place}'


def _opened_problems(
    reading: _Files, regimen: Regimen, regimens: Mapping[str, Regimen]
) -> Iterator[str]:
    """Yield the regimens that an outcome opens and that are not there."""
    at = f"regimens/{regimen.id}.yaml"
    for place, name in regimen.opened():
        if name not in regimens and not (reading.root / f"regimens/{name}.yaml").is_file():
            yield f'{reading.line(at, place)}: no regimen is called "{name}"'


def _refuse_unknown_regimen(root: Path, name: str) -> NoReturn:
    """Name the nearest regimens, by whatever can be read of the whole library."""
    reading = _Files(root)
    paths = reading.paths("regimens")
    regimens = reading.files(paths, Regimen)
    drugs = reading.files(reading.paths("drugs"), Drug)
    refuse_unknown_regimen(name, {path.stem: regimens.get(path.stem) for path in paths}, drugs)


def read_site(root: Path) -> Site:
    """Read the site's own policies alone.

    Raises:
        KnowledgeError: with every problem of that file.
    """
    reading = _Files(root)
    site = _read_site_and_sources(reading)
    if site is None:
        raise KnowledgeError(*reading.all_problems)
    return site


def read_ladder(root: Path, name: str) -> DrugLadder:
    """Read the drug file that holds a rate ladder; the ladder's id begins with the drug's.

    Raises:
        KnowledgeError: with every problem of that file.
        InputError: if there is no such ladder, naming the nearest.
    """
    reading = _Files(root)
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
    reading = _Files(root)
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
        "claim": library.claim(f"regimens/{regimen.id}"),
        "version": regimen.version,
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
