"""Reads one YAML file into its model, and finds the line of whatever does not hold.

YAML 1.2 by ruamel.yaml, duplicate keys refused, into the strict models.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from dosing.drugs.file_model import FileModel, MisplacedError, Place
from dosing.errors import KnowledgeError

M = TypeVar("M", bound=FileModel)


def parse_quickly(content: bytes) -> Any:
    """Return the plain values of a YAML file.

    libyaml reads nine times as fast as what keeps the lines, by the same rules (YAML 1.2, duplicate
    keys refused).

    Raises:
        ValueError, YAMLError: if it is not UTF-8 or not YAML.
    """
    return _plain_types(YAML(typ="safe", pure=False).load(content.decode("utf-8")))


def read_file(
    root: Path, path: Path, model: type[M], parse: Callable[[bytes], Any] = parse_quickly
) -> M:
    """Read a file below a folder into its model; one that does not hold once more, for the lines.

    Raises:
        KnowledgeError: with every problem, each with file and line.
    """
    place = path.relative_to(root).as_posix()
    content = _read_bytes(place, path)
    try:
        return model.model_validate(parse(content))
    except (UnicodeDecodeError, YAMLError, ValidationError):
        return read_model(place, _document(place, content), model)


def line_of(path: Path, place: Place) -> int:
    """Return the line of a place in a file."""
    return line_finder(path)(place)


def line_finder(path: Path) -> Callable[[Place], int]:
    """Return a function that finds the line of a place in a file; the file is read once."""
    document = _parse(path.read_text(encoding="utf-8"))
    return lambda place: locate(document, place)[0]


def read_document(place: str, path: Path) -> Any:
    """Read the YAML of a file with its lines.

    Args:
        place: the file as errors name it.
        path: where it is.

    Raises:
        KnowledgeError: if it is missing, cannot be read or is not YAML.
    """
    return _document(place, _read_bytes(place, path))


def _read_bytes(place: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        problem = f"{place}: is missing"
    except OSError as error:
        problem = f"{place}: cannot be read ({error.strerror})"
    raise KnowledgeError(problem)


def _document(place: str, content: bytes) -> Any:
    try:
        return _parse(content.decode("utf-8"))
    except UnicodeDecodeError:
        problem = f"{place}:1: is not UTF-8 text"
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = f"{place}:{line}: {(error.problem or 'is not YAML').strip()}"
    except YAMLError as error:
        problem = f"{place}:1: {error}"
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


def _parse(text: str) -> Any:
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    yaml.allow_duplicate_keys = False
    return yaml.load(io.StringIO(text))


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
