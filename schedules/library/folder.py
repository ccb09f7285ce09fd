"""The files below a folder, each read once and written out in full, with the problems of all."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from dosing.drugs.drug import SourceEntry
from dosing.drugs.file_model import FileModel, Place
from dosing.drugs.shared_sources import SharedSources
from dosing.errors import KnowledgeError
from schedules.knowledge.model_file import (
    Parse,
    WriteOut,
    line_finder,
    parse_values,
    read_bytes,
    read_file,
    unreadable,
)
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.short_forms import Surroundings, WrittenOut, write_out

M = TypeVar("M", bound=FileModel)
SOURCES = "sources.yaml"


class Folder:
    """Reads files below a folder, each once, and collects the problems of all of them."""

    def __init__(
        self,
        root: Path,
        parsed: Mapping[str, Any] = MappingProxyType({}),
        parse: Parse = parse_values,
    ) -> None:
        """Begin with nothing read; ``parsed`` holds documents by the hash of their content."""
        self._parse = parse
        self.root = root
        self.problems: dict[str, list[str]] = {}
        self.hashes: dict[str, str] = {}
        self.documents: dict[str, Any] = {}
        self.uses: dict[str, Mapping[str, Place]] = {}
        self._parsed = parsed
        self._written: dict[str, WrittenOut] = {}
        self._finders: dict[str, Callable[[Place], int]] = {}

    @property
    def all_problems(self) -> list[str]:
        """Return every problem of every file."""
        return [text for texts in self.problems.values() for text in texts]

    def leave_out(self, file: str, *problems: str) -> None:
        """Note what is wrong with a file, if anything is."""
        if problems:
            self.problems.setdefault(file, []).extend(problems)

    def paths(self, folder: str) -> list[Path]:
        """Return the files of regimens or of drugs, in order."""
        return sorted((self.root / folder).glob("*.yaml"), key=attrgetter("name"))

    def place(self, path: Path) -> str:
        """Return the place of a file in the folder, which is its name in problems."""
        return path.relative_to(self.root).as_posix()

    def note(self, path: Path, content: bytes) -> str:
        """Note the hash of what was read, and return it."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.hashes[self.place(path)] = sha256
        return sha256

    def file(self, path: Path, model: type[M]) -> M | None:
        """Read a file; None, with its problems noted, where it does not hold."""
        try:
            parse = functools.partial(self._document, path)
            return read_file(self.root, path, model, parse, self.writer(path))
        except KnowledgeError as error:
            self.leave_out(self.place(path), *error.problems)
            return None

    def writer(self, path: Path) -> WriteOut:
        """Return what writes out a regimen or drug file, and notes the regimens that it uses."""
        if path.parent == self.root:
            return WrittenOut  # neither the site file nor the shared sources have a short form

        def written(document: Any) -> WrittenOut:
            found = write_out(document, Surroundings(self._shared, self._regimen, (path.stem,)))
            self.uses[f"{path.parent.name}/{path.name}"] = found.uses
            return found

        return written

    def sources_hold(self) -> bool:
        """Return whether the shared sources hold; their problems are noted where they do not."""
        return bool(self._shared) or SOURCES not in self.problems

    def line(self, file: str, place: Place) -> str:
        """Return a place in a file as ``regimens/x.yaml:14``; a shared source has its own file."""
        if file != SOURCES and place[:1] == ("sources",) and set(place[1:2]) & self._shared.keys():
            return self.line(SOURCES, place)
        if file not in self._finders:
            path = self.root / file
            self._finders[file] = line_finder(path, self.writer(path))
        return f"{file}:{self._finders[file](place)}"

    def read_used(self, file: str) -> None:
        """Read the regimens whose phases a file uses: it is left out where they do not hold."""
        for name in self.uses.get(file, {}):
            path = self.root / "regimens" / f"{name}.yaml"
            self.file(path, Regimen)
            self.read_used(self.place(path))

    def leave_out_users(self) -> None:
        """Leave out each regimen that uses a phase of one that is left out."""
        before = -1
        while before != len(self.problems):
            before = len(self.problems)
            for file, uses in self.uses.items():
                for name, place in uses.items():
                    if f"regimens/{name}.yaml" in self.problems and file not in self.problems:
                        text = f"regimens/{name}.yaml does not hold"
                        self.leave_out(file, f"{self.line(file, place)}: use: {text}")

    def rests_on(self, file: str) -> list[str]:
        """Return the hashes of all that a file's meaning rests on: itself, and what it names."""
        used = (f"regimens/{name}.yaml" for name in self.uses.get(file, {}))
        return [
            self.hashes[file],
            self.hashes.get(SOURCES, ""),
            *(sha256 for name in used for sha256 in self.rests_on(name)),
        ]

    def _document(self, path: Path, content: bytes) -> Any:
        """Return the values of a file, parsed now or once before from the same content."""
        sha256 = self.note(path, content)
        if sha256 not in self.documents:
            known = sha256 in self._parsed
            self.documents[sha256] = self._parsed[sha256] if known else self._parse(content)
        return self.documents[sha256]

    @functools.cached_property
    def _shared(self) -> Mapping[str, SourceEntry]:
        """Return the shared sources; a library whose files name none needs no file of them."""
        path = self.root / SOURCES
        shared = self.file(path, SharedSources) if path.exists() else None
        return shared.sources if shared is not None else {}

    def _regimen(self, name: str, within: tuple[str, ...]) -> WrittenOut | None:
        """Return a regimen written out, for a file that uses one of its phases."""
        path = self.root / "regimens" / f"{name}.yaml"
        if name not in self._written and path in self.paths("regimens"):
            around = Surroundings(self._shared, self._regimen, (*within, name))
            try:
                document = self._document(path, read_bytes(self.place(path), path))
            except KnowledgeError:  # named where that file is read
                return None
            except unreadable():
                return None
            self._written[name] = write_out(document, around)
            self.uses[f"regimens/{name}.yaml"] = self._written[name].uses
        return self._written.get(name)
