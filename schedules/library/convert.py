"""Converts regimen and drug files of the first format into today's, and writes them in short.

What a file means may not change: each is written out in full before and after, and compared. Where
one would say anything else, or lose a comment, nothing at all is written.
"""

from __future__ import annotations

import dataclasses
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dosing.drugs.drug import SourceEntry
from dosing.drugs.shared_sources import RESERVED, SharedSources
from dosing.errors import KnowledgeError, refuse
from schedules.knowledge.expected import expanded
from schedules.knowledge.model_file import read_bytes, read_document, read_model
from schedules.knowledge.short_forms import Surroundings, WrittenOut, write_out
from schedules.knowledge.yaml_file import (
    UNREADABLE,
    is_commented,
    on_one_line,
    parse_quickly,
    plain_values,
    read_for_editing,
    rename_key,
    written_again,
)
from schedules.library.compact import is_numbered, shorten
from schedules.library.first_format import in_todays_words, only_once, parts_of, sources_last
from schedules.library.shared_names import first_words, free_name, name_shared

_SHARED_FILE = "sources.yaml"
_FOLDERS = ("regimens", "drugs")
_COMMENT = re.compile(r"^ *(#.*)$|[ ](# .*)$", re.MULTILINE)
_LONGEST_LINE = 100
_HEAD = (
    "# The sources that several files name; a source of one file stands at the end of that file.\n"
    "# `proposed` and `by hand` need no entry.\n"
)


@dataclasses.dataclass(frozen=True, slots=True)
class ConvertedFile:
    """A file as it was and as it becomes."""

    place: str
    path: Path
    old: str
    new: str

    def __str__(self) -> str:
        """Return what changed, in one line."""
        before, after = (text.count("\n") for text in (only_once(self.old), self.new))
        return f"{self.place}: {before} lines become {after}"


def convert(path: Path, *, write: bool) -> list[ConvertedFile]:
    """Convert one file, or every file of a library.

    Args:
        path: a regimen or drug file in the folder of its kind, or the folder of a library.
        write: whether the files are written; they are converted and compared all the same.

    Returns:
        The files that change, in order. A library's shared sources are gathered from all its files;
        one file names those that ``sources.yaml`` has.

    Raises:
        InputError: if the path is neither.
        KnowledgeError: naming each file that cannot be read, or would say anything else.
    """
    root, paths = _files(path)
    conversion = _Conversion(root, paths, whole=path.is_dir())
    changed = [one for one in conversion.files() if one.old != one.new]
    if write:
        for one in changed:
            _write(one.path, one.new)
    return changed


def _files(path: Path) -> tuple[Path, list[Path]]:
    """Return the folder of the library, and which of its files to convert."""
    accepted = "name a file in regimens/ or drugs/, or the folder that holds them"
    if path.is_dir():
        paths = [file for kind in _FOLDERS for file in sorted((path / kind).glob("*.yaml"))]
        if not paths:
            refuse("convert", str(path), why="holds no regimens and no drugs", accepted=accepted)
        return path, paths
    if not path.is_file() or path.suffix != ".yaml" or path.resolve().parent.name not in _FOLDERS:
        refuse("convert", str(path), why="is not a knowledge file", accepted=accepted)
    return path.resolve().parent.parent, [path]


def _write(path: Path, text: str) -> None:
    """Write a file in one step: whoever reads it meanwhile reads the old or the new."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    if path.exists():
        Path(name).chmod(path.stat().st_mode)
    else:
        Path(name).chmod(0o644)
    Path(name).replace(path)


class _Conversion:
    """Converts files of one library, each against the same shared sources."""

    def __init__(self, root: Path, paths: Sequence[Path], *, whole: bool) -> None:
        self._root = root
        self._whole = whole
        self._problems: list[str] = []
        self._texts = {path: self._read(path) for path in paths}
        self._documents = {path: self._renamed(path, text) for path, text in self._texts.items()}
        if self._problems:
            raise KnowledgeError(*self._problems)
        self._before = {path: plain_values(one) for path, one in self._documents.items()}
        self._shared = self._shared_before()
        self._copies = self._copied_phases() if whole else {}

    def files(self) -> list[ConvertedFile]:
        """Convert them all.

        Raises:
            KnowledgeError: naming each that would say anything else, or lose a comment.
        """
        shared_before = dict(self._shared)
        if self._whole:
            self._shared = {**self._shared, **self._found_in_several()}
        texts = {path: self._text(path, document) for path, document in self._documents.items()}
        for path, text in texts.items():
            self._problems += self._what_is_lost(path, text)
        if self._problems:
            raise KnowledgeError(*self._problems)
        found = [
            ConvertedFile(self._place(path), path, self._texts[path], text)
            for path, text in texts.items()
        ]
        if self._shared != shared_before:
            path = self._root / _SHARED_FILE
            old = path.read_text(encoding="utf-8") if path.exists() else ""
            found.insert(0, ConvertedFile(_SHARED_FILE, path, old, self._shared_text()))
        return found

    def _place(self, path: Path) -> str:
        return f"{path.resolve().parent.name}/{path.name}"

    def _read(self, path: Path) -> str:
        try:
            return read_bytes(self._place(path), path).decode("utf-8")
        except UnicodeDecodeError:
            self._problems.append(f"{self._place(path)}:1: is not UTF-8 text")
        except KnowledgeError as error:
            self._problems += error.problems
        return "{}"

    def _renamed(self, path: Path, text: str) -> Any:
        """Return a file for editing, in today's words, without what is derived."""
        try:
            document = read_for_editing(sources_last(only_once(text)))
        except (*UNREADABLE, ValueError) as error:
            reason = " ".join(str(error).split())
            self._problems.append(f"{self._place(path)}:1: cannot be read: {reason}")
            return {}
        if not isinstance(document, dict):
            self._problems.append(f"{self._place(path)}:1: is no regimen and no drug")
            return {}
        try:
            _own_sources(document)
        except ValueError:
            self._problems += self._source_problems(path)
            return {}
        in_todays_words(document)
        return document

    def _source_problems(self, path: Path) -> Sequence[str]:
        """Return what does not hold in the sources of a file, with the lines."""
        document = read_document(self._place(path), path)
        for key in [key for key in document if key != "sources"]:
            del document[key]
        try:
            read_model(self._place(path), document, SharedSources)
        except KnowledgeError as error:
            return error.problems
        return ()

    def _shared_before(self) -> dict[str, SourceEntry]:
        path = self._root / _SHARED_FILE
        if not path.exists():
            return {}
        return dict(
            read_model(_SHARED_FILE, read_document(_SHARED_FILE, path), SharedSources).sources
        )

    def _old_regimen(self, name: str, within: tuple[str, ...]) -> WrittenOut | None:
        """Return a regimen of the library, written out, for one that uses a phase of it."""
        path = self._root / "regimens" / f"{name}.yaml"
        known = {one.resolve(): document for one, document in self._documents.items()}
        document = known.get(path.resolve())
        if document is None and path.exists():
            document = self._renamed(path, self._read(path))
        if document is None:
            return None
        around = Surroundings(self._shared, self._old_regimen, (*within, name))
        return write_out(plain_values(document), around)

    def _copied_phases(self) -> dict[Path, dict[int, dict[str, str]]]:
        """Return the phases that are those of an earlier regimen word for word, by file."""
        seen: dict[str, dict[str, str]] = {}
        copies: dict[Path, dict[int, dict[str, str]]] = {}
        for path, document in self._documents.items():
            phases = parts_of(document, "phases")
            if any("use" in phase for phase in phases):
                continue
            full = self._meaning(plain_values(document), path).get("phases", [])
            if len(phases) != len(full):
                continue
            for n, (phase, whole) in enumerate(zip(phases, full, strict=True)):
                use = {"regimen": path.stem, "phase": str(phase.get("name"))}
                if {"titration", "table"} & _words_in(phase) or is_numbered(phase):
                    continue
                if (first := seen.setdefault(repr(sorted(whole.items())), use)) is not use:
                    copies.setdefault(path, {})[n] = first
        return copies

    # Shared sources

    def _found_in_several(self) -> dict[str, SourceEntry]:
        """Return the sources that two files or more have and that are not shared yet."""
        files: dict[SourceEntry, dict[str, list[str]]] = {}
        for path, document in self._documents.items():
            for name, entry in _own_sources(document).items():
                files.setdefault(entry, {}).setdefault(self._place(path), []).append(name)
        known = {*self._shared.values(), *RESERVED.values()}
        several = {
            entry: by_file
            for entry, by_file in files.items()
            if len(by_file) > 1 and entry not in known
        }
        stay = {
            name
            for entry, by_file in files.items()
            if entry not in known and entry not in several
            for names in by_file.values()
            for name in names
        }
        return name_shared(several, {*stay, *self._shared, *RESERVED})

    def _shared_text(self) -> str:
        """Return sources.yaml: by name, each source as it is laid out in a file."""
        entries = {
            name: {key: value for key, value in entry.model_dump().items() if value != ""}
            for name, entry in sorted(self._shared.items())
        }
        return _HEAD + written_again({"sources": entries})

    # One file

    def _text(self, path: Path, document: Any) -> str:
        """Return the text of a file in today's format."""
        self._name_shared(document)
        for n, use in self._copies.get(path, {}).items():
            document["phases"][n] = {"use": on_one_line(use)}
        if "phases" in document:
            shorten(document)
        for key in ("for", "also"):
            _onto_one_line(document, key)
        return _with_comments(only_once(self._texts[path]), written_again(document))

    def _name_shared(self, document: Any) -> None:
        """Name the shared sources that a file has of its own, and take them out of it."""
        own = _own_sources(document)
        names = {entry: name for name, entry in {**self._shared, **RESERVED}.items()}
        taken = {*self._shared, *RESERVED}
        renamed: dict[str, str] = {}
        for name, entry in own.items():
            free = name
            if name in taken:  # another source has it now: the first words of this one name it
                free = free_name(first_words(entry.cite), {*taken, *own, *renamed.values()})
            renamed[name] = names.get(entry, free)
        _rename_sources(document, renamed)
        named = set(_sources_named(document))
        further = [
            new
            for name, new in renamed.items()
            if own[name] in names and new not in named and new not in RESERVED
        ]
        sources = document.get("sources", {})
        for name in own:
            if own[name] in names:
                del sources[name]
            elif renamed[name] != name:
                rename_key(sources, name, renamed[name])
        if further:
            stated = [*document.pop("further_sources", []), *dict.fromkeys(further)]
            position = list(document).index("sources")
            document.insert(position, "further_sources", on_one_line(stated))
        if not sources:
            document.pop("sources", None)

    # What a file says

    def _what_is_lost(self, path: Path, text: str) -> Iterator[str]:
        """Yield how the new text of a file says anything else than the old one."""
        place = self._place(path)
        before = self._meaning(self._before[path], path)
        after = self._meaning(parse_quickly(text.encode()), path)
        for key in before.keys() | after.keys():
            if before.get(key) != after.get(key):
                yield f"{place}: {key} would not say the same; nothing is written"
        lost = _comments(only_once(self._texts[path])) - _comments(text)
        for comment in lost:
            yield f'{place}: the comment "{comment}" would be lost; move it, and convert again'

    def _meaning(self, document: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Return what a file says: in full, with each source in place of its name."""
        own = _own_sources(document)
        rest = {key: value for key, value in document.items() if key != "sources"}
        around = Surroundings(self._shared, self._old_regimen, (path.stem,))
        written = write_out(rest, around)
        used = {
            name: _read_source(entry) if isinstance(entry, Mapping) else entry
            for name, entry in written.document.pop("sources", {}).items()
        }
        sources = {**used, **own}  # those of a phase that is used are as its file states them
        meaning = _in_full(written.document, sources)
        # That a value is proposed or by hand says something only of the value that names it.
        entries = set(sources.values()) - set(RESERVED.values())
        meaning["sources"] = sorted(map(repr, entries))
        meaning["problems"] = [text for _, text in written.problems]
        return dict(meaning)


def _with_comments(old: str, new: str) -> str:
    """Return the new text with each comment that it lost put back before the line it stood at."""
    lost = _comments(old) - _comments(new)
    lines, result = old.splitlines(), new.splitlines()
    for n, line in enumerate(lines[:-1]):
        if line.strip() in lost and not lines[n + 1].lstrip().startswith("#"):
            here = [m for m, text in enumerate(result) if text.strip() == lines[n + 1].strip()]
            if len(here) == 1:
                result.insert(here[0], line)
    return "\n".join(result) + "\n"


def _comments(text: str) -> Counter[str]:
    return Counter(one or other for one, other in _COMMENT.findall(text))


def _words_in(part: Any) -> set[str]:
    """Return every key in a part of a file."""
    if isinstance(part, dict):
        return {*part, *(word for value in part.values() for word in _words_in(value))}
    if isinstance(part, list):
        return {word for value in part for word in _words_in(value)}
    return set()


def _read_source(entry: Any) -> SourceEntry:
    return SourceEntry.model_validate(plain_values(entry))


def _own_sources(document: Mapping[str, Any]) -> dict[str, SourceEntry]:
    """Return the sources that a file states itself."""
    stated = document.get("sources")
    return {
        str(name): _read_source(entry)
        for name, entry in (stated.items() if isinstance(stated, dict) else ())
    }


def _rename_sources(part: Any, names: Mapping[str, str]) -> None:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "source" or (key == "says" and "prints" in part):
                part[key] = names.get(value, value) if isinstance(value, str) else value
            elif key != "sources":
                _rename_sources(value, names)
    elif isinstance(part, list):
        for value in part:
            _rename_sources(value, names)


def _sources_named(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "source" or (key == "says" and "prints" in part):
                yield str(value)
            elif key != "sources":
                yield from _sources_named(value)
    elif isinstance(part, list):
        for value in part:
            yield from _sources_named(value)


def _in_full(part: Any, sources: Mapping[str, Any]) -> Any:
    """Return a part with its sources in place of their names, and its examples dose by dose."""
    if isinstance(part, list):
        return [_in_full(value, sources) for value in part]
    if not isinstance(part, dict):
        return part
    full: dict[str, Any] = {}
    for key, value in part.items():
        if key == "source" or (key == "says" and "prints" in part):
            full[key] = repr(sources.get(value))
        elif key == "expect" and isinstance(value, list):
            full[key] = [dose for line in value for dose in _dose_by_dose(str(line))]
        else:
            full[key] = _in_full(value, sources)
    return full


def _dose_by_dose(line: str) -> list[str]:
    try:
        return expanded(line)
    except ValueError:
        return [line]


def _onto_one_line(document: Any, key: str) -> None:
    values = document.get(key)
    if not isinstance(values, list) or any(is_commented(values, n) for n in range(len(values))):
        return
    if len(f"{key}: [{', '.join(map(str, values))}]") < _LONGEST_LINE:
        document[key] = on_one_line(plain_values(values))
