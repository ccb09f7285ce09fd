"""Reads one file into its model, or finds every problem in it with its line.

What parses YAML is imported where a file is parsed: a start that finds its values kept needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import ValidationError

from dosing.drugs.file_model import FileModel, MisplacedError, Place
from dosing.errors import KnowledgeError
from schedules.knowledge.short_forms import WrittenOut

M = TypeVar("M", bound=FileModel)
# Returns the plain values of a file.
Parse: TypeAlias = Callable[[bytes], Any]
# Writes out what a file says in short; of a file that does not, all stands as it was written.
WriteOut: TypeAlias = Callable[[Any], WrittenOut]

# The largest file that is shipped has 40,000 bytes.
LARGEST = 150_000


def parse_values(content: bytes) -> Any:
    """Return the plain values of a YAML file.

    Raises:
        ValueError, YAMLError: if it is not UTF-8 or not YAML.
    """
    from schedules.knowledge import yaml_file

    return yaml_file.parse_quickly(content)


def unreadable() -> tuple[type[Exception], ...]:
    """Return what a parser raises for a file that is not UTF-8 or not YAML."""
    from schedules.knowledge.yaml_file import UNREADABLE

    return UNREADABLE


def read_file(
    root: Path,
    path: Path,
    model: type[M],
    parse: Parse = parse_values,
    write_out: WriteOut = WrittenOut,
) -> M:
    """Read a file below a folder into its model; one that does not hold once more, for the lines.

    Raises:
        KnowledgeError: with every problem, each with file and line.
    """
    place = path.relative_to(root).as_posix()
    content = read_bytes(place, path)
    try:
        written = write_out(parse(content))
        if not written.problems:
            return model.model_validate(written.document)
    except ValidationError:
        pass  # read once more below, where the lines are known
    except unreadable():
        pass
    from schedules.knowledge.yaml_file import document_of

    return read_model(place, document_of(place, content), model, write_out)


def read_model(place: str, document: Any, model: type[M], write_out: WriteOut = WrittenOut) -> M:
    """Read a document into its model.

    Raises:
        KnowledgeError: with every problem, each with the place and its line.
    """
    from schedules.knowledge.yaml_file import locate, plain_values

    written = write_out(plain_values(document))
    problems: Iterable[tuple[Sequence[Any], str]] = written.problems
    if not written.problems:
        try:
            return model.model_validate(written.document)
        except ValidationError as error:
            problems = [(written.place(loc), message) for loc, message in model_problems(error)]
    located = [(locate(document, loc), message) for loc, message in problems]
    # What stands above a table or a titration is wrong in each medicine that is written out of it.
    lines = [f"{place}:{line}: {where}{message}" for (line, where), message in located]
    raise KnowledgeError(*dict.fromkeys(lines))


def read_bytes(place: str, path: Path) -> bytes:
    """Read a knowledge file.

    Raises:
        KnowledgeError: if it is missing, cannot be read or is larger than any may be.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)  # a link may lead to a device without an end
        if len(content) <= LARGEST:
            return content
        problem = f"{place}:1: is larger than {LARGEST:,} bytes"
    except FileNotFoundError:
        problem = f"{place}: is missing"
    except OSError as error:
        problem = f"{place}: cannot be read ({error.strerror})"
    raise KnowledgeError(problem)


def read_document(place: str, path: Path) -> Any:
    """Read the YAML of a file with its lines.

    Args:
        place: the file as errors name it.
        path: where it is.

    Raises:
        KnowledgeError: if it is missing, cannot be read or is not YAML.
    """
    from schedules.knowledge.yaml_file import document_of

    return document_of(place, read_bytes(place, path))


def read_plain_document(path: Path) -> Any:
    """Read the YAML of a file as plain values, before any model looks at it.

    Raises:
        KnowledgeError: if it is missing or is not YAML.
    """
    from schedules.knowledge.yaml_file import plain_values

    return plain_values(read_document(str(path), path))


def line_finder(path: Path, write_out: WriteOut = WrittenOut) -> Callable[[Place], int]:
    """Return a function that finds the line of a place in a file; the file is read once."""
    from schedules.knowledge.yaml_file import locate, parse_with_lines, plain_values

    document = parse_with_lines(path.read_bytes())
    written = write_out(plain_values(document))
    return lambda place: locate(document, written.place(place))[0]


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
