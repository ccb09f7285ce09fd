"""Reads one YAML file into its model, and finds the line of whatever does not hold.

YAML 1.2 by ruamel.yaml, duplicate keys refused, into the strict models. Of YAML only mappings,
lists and plain values are used. What can make a small file large, or change what its words mean, is
refused before anything is built: anchors, aliases, tags, merge keys, directives, endless nesting.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import BaseConstructor, RoundTripConstructor, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.resolver import VersionedResolver

from dosing.drugs.file_model import FileModel, MisplacedError, Place
from dosing.errors import KnowledgeError

M = TypeVar("M", bound=FileModel)

# The largest file that is shipped has 40,000 bytes and 2,800 parts, and nests 7 deep. Where a file
# does not hold, ten thousand parts take half a second to find the lines of.
_LARGEST = 150_000
_MOST_PARTS = 10_000
_DEEPEST = 30
_SHOWN = 40


class _TextKeys(BaseConstructor):
    """Refuses a key that is no text: 1 and "1" would become one key."""

    def check_mapping_key(
        self, node: Any, key_node: Any, mapping: Any, key: Any, value: Any
    ) -> bool:
        if not isinstance(key, str):
            problem = f"key {_shown(key_node)} is not a text; put it in quotes"
            raise MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
        return bool(super().check_mapping_key(node, key_node, mapping, key, value))


class _QuickConstructor(_TextKeys, SafeConstructor):
    pass


class _QuickResolver(VersionedResolver):
    """Reads by YAML 1.2 without asking for the version at each value: a quarter of the time."""

    processing_version = (1, 2)


class _LinesConstructor(_TextKeys, RoundTripConstructor):
    pass


def _name_the_line(constructor: type[BaseConstructor], tag: str) -> None:
    """Let a constructor name the line of a value that Python has not: 30 February."""
    construct = constructor.yaml_constructors[tag]

    def with_its_line(self: BaseConstructor, node: Any) -> Any:
        try:
            return construct(self, node)
        except (ValueError, OverflowError):
            problem = f"{_shown(node)} is no day, time or number that there is"
            raise MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from None

    constructor.add_constructor(tag, with_its_line)


for _constructor in (_QuickConstructor, _LinesConstructor):
    for _kind in ("int", "float", "timestamp"):
        _name_the_line(_constructor, f"tag:yaml.org,2002:{_kind}")


def _shown(node: Any) -> str:
    return f'"{node.value[:_SHOWN]}"' if isinstance(node.value, str) else "of several parts"


def parse_quickly(content: bytes) -> Any:
    """Return the plain values of a YAML file.

    libyaml reads nine times as fast as what keeps the lines, by the same rules (YAML 1.2, duplicate
    keys refused).

    Raises:
        ValueError, YAMLError: if it is not UTF-8 or not YAML.
    """
    yaml = YAML(typ="safe", pure=False)
    yaml.Constructor, yaml.Resolver = _QuickConstructor, _QuickResolver
    return _plain_types(yaml.load(_harmless(content, pure=False)))


def read_file(
    root: Path, path: Path, model: type[M], parse: Callable[[bytes], Any] = parse_quickly
) -> M:
    """Read a file below a folder into its model; one that does not hold once more, for the lines.

    Raises:
        KnowledgeError: with every problem, each with file and line.
    """
    place = path.relative_to(root).as_posix()
    content = read_bytes(place, path)
    try:
        return model.model_validate(parse(content))
    except (UnicodeDecodeError, YAMLError, ValidationError):
        return read_model(place, _document(place, content), model)


def line_of(path: Path, place: Place) -> int:
    """Return the line of a place in a file."""
    return line_finder(path)(place)


def line_finder(path: Path) -> Callable[[Place], int]:
    """Return a function that finds the line of a place in a file; the file is read once."""
    document = _parse(path.read_bytes())
    return lambda place: locate(document, place)[0]


def read_document(place: str, path: Path) -> Any:
    """Read the YAML of a file with its lines.

    Args:
        place: the file as errors name it.
        path: where it is.

    Raises:
        KnowledgeError: if it is missing, cannot be read or is not YAML.
    """
    return _document(place, read_bytes(place, path))


def read_bytes(place: str, path: Path) -> bytes:
    """Read a knowledge file.

    Raises:
        KnowledgeError: if it is missing, cannot be read or is larger than any may be.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)  # a link may lead to a device without an end
        if len(content) <= _LARGEST:
            return content
        problem = f"{place}:1: is larger than {_LARGEST:,} bytes"
    except FileNotFoundError:
        problem = f"{place}: is missing"
    except OSError as error:
        problem = f"{place}: cannot be read ({error.strerror})"
    raise KnowledgeError(problem)


def _document(place: str, content: bytes) -> Any:
    try:
        return _parse(content)
    except UnicodeDecodeError:
        problem = f"{place}:1: is not UTF-8 text"
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = f"{place}:{line}: {(error.problem or 'is not YAML').strip()}"
    except YAMLError as error:
        problem = f"{place}:1: {' '.join(str(error).split())}"
    raise KnowledgeError(problem)


def read_model(place: str, document: Any, model: type[M]) -> M:
    """Read a document into its model.

    Raises:
        KnowledgeError: with every problem, each with the place and its line.
    """
    try:
        return model.model_validate(_plain_types(document))
    except ValidationError as error:
        located = [(locate(document, loc), message) for loc, message in model_problems(error)]
    raise KnowledgeError(
        *(f"{place}:{line}: {where}{message}" for (line, where), message in located)
    )


_IN_PLAIN_WORDS = {"extra_forbidden": "is not a word that is known here", "missing": "is missing"}


def model_problems(error: ValidationError) -> Iterable[tuple[Sequence[Any], str]]:
    """Yield every problem of a model with its place."""
    problems = error.errors(include_url=False)
    for problem in problems:
        loc, cause = problem["loc"], problem.get("ctx", {}).get("error")
        # Where several forms are possible, that it is not the other form explains nothing.
        if problem["type"] == "model_type" and any(
            other["loc"][: len(loc) - 1] == loc[:-1] for other in problems if other is not problem
        ):
            continue
        if isinstance(cause, MisplacedError):
            yield from (((*loc, *place), text) for place, text in cause.places)
        else:
            message = problem["msg"].removeprefix("Value error, ")
            yield loc, _IN_PLAIN_WORDS.get(problem["type"], message)


def _parse(content: bytes) -> Any:
    yaml = YAML(typ="rt", pure=True)
    yaml.Constructor = _LinesConstructor
    yaml.version = (1, 2)
    yaml.allow_duplicate_keys = False
    return yaml.load(io.StringIO(_harmless(content, pure=True)))


def _harmless(content: bytes, *, pure: bool) -> str:
    """Return the text of a file that is safe to build by the same parser.

    Raises:
        ValueError, YAMLError: if it is not UTF-8, or has something in it that is not used here.
    """
    text = content.decode("utf-8")
    depth = 0
    for number, event in enumerate(YAML(typ="safe", pure=pure).parse(text)):
        kind = type(event)
        if kind in _OPENING:
            depth += 1
        elif kind in _CLOSING:
            depth -= 1
        problem = _unused(event)
        if depth > _DEEPEST:
            problem = f"is nested more than {_DEEPEST} deep"
        elif number > _MOST_PARTS:
            problem = f"has more than {_MOST_PARTS:,} parts"
        if problem:
            raise MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
    return text


_OPENING = {MappingStartEvent, SequenceStartEvent}
_CLOSING = {MappingEndEvent, SequenceEndEvent}


def _unused(event: Event) -> str:
    """Return what an event has of YAML that is not used here, or nothing."""
    if isinstance(event, DocumentStartEvent):
        directive = event.version or event.tags
        return "a directive (%) is not used here; leave it out" if directive else ""
    if not isinstance(event, NodeEvent):
        return ""
    if isinstance(event, AliasEvent):
        return f"an alias (*{event.anchor[:_SHOWN]}) is not used here; write what it stands for"
    if event.anchor:
        return f"an anchor (&{event.anchor[:_SHOWN]}) is not used here; leave it out"
    tag = getattr(event, "ctag", None)  # all but aliases have it
    if tag is not None:
        return f"a tag ({str(tag)[:_SHOWN]}) is not used here; leave it out"
    if isinstance(event, ScalarEvent) and event.value == "<<":
        return "a merge key (<<) is not used here; write out what it merges"
    return ""


def _plain_types(node: Any) -> Any:
    """Turn ruamel's own types, which strict models refuse, into Python's."""
    if isinstance(node, dict):
        return {str(key): _plain_types(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain_types(value) for value in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def locate(document: Any, loc: Sequence[Any]) -> tuple[int, str]:
    """Return the line of a problem, and its place in the words of the file."""
    node, line, words = document, 1, []
    for part in loc:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.value(part)[0] + 1 if part in node.lc.data else line
            words.append(str(part))
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
            words.append(str(part + 1))
        elif isinstance(node, CommentedMap):
            line = node.lc.line + 1
            words.append(str(part))
            break
        else:
            break
        node = node[part]
    return line, f"{' '.join(words)}: " if words else ""


def read_plain_document(path: Path) -> Any:
    """Read the YAML of a file as plain values, before any model looks at it.

    Raises:
        KnowledgeError: if it is missing or is not YAML.
    """
    return _plain_types(read_document(str(path), path))
