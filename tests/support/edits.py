"""Edits of a knowledge file: each figure, word, entry and mark of it changed in turn.

A file is edited in memory. The part that an edit touches passes its model again, and the reading of
the whole is compared with the one before: what neither refuses is a survivor. That leaves out what
the parts above would refuse too, so that a trial counts fewer edits as refused, never more. Parts
that an edit leaves alone are put into words once for all edits of a file (``each_part_read_once``).

``python -m tests.support.edits`` makes every edit of every file, ``... 20000`` that many of them,
and says what came of them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from dosing.drugs.drug import Drug
from dosing.drugs.file_model import FileModel
from dosing.formulas.body import BSA, IDEAL_WEIGHT
from dosing.names import GENOTYPES, ROUNDING_RULES
from schedules.knowledge import reading as words
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.reading.regimen_words import tell_regimen
from schedules.knowledge.reading.telling import tells_every_field
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import TermsFile
from tests.support.slips import wrong_values

Place = tuple[str | int, ...]
# Puts a part, made otherwise, into all that it stands in: a file comes out.
Put = Callable[[Any], Any]
Entry = Regimen | Drug | TermsFile
# Words that may stand for one another: what a person would put in the place of one.
KINDS = (
    ("NOTE", "WARN", "STOP"),
    ("oral", "intravenous infusion", "intravenous injection", "subcutaneous injection"),
    tuple(BSA),
    tuple(IDEAL_WEIGHT),
    ROUNDING_RULES,
    GENOTYPES,
    ("actual", "ideal", "adjusted", "lean"),
    ("dose", "day", "cycle", "course", "lifetime"),
    ("first dose", "each dose"),
    ("first", "later", "any"),
    ("after", "either"),
    ("vial", "tablet", "capsule", "ampoule", "bottle"),
    ("procedure", "review"),
    ("first day", "last dose", "dose given"),
    ("under review", "endorsed", "superseded", "discontinued"),
    ("", "US", "EU", "UK", "AU", "CA-ON"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Edit:
    """One edit: where, of which sort, what stands there, and how the file is made with it."""

    place: Place
    sort: str
    wrong: Any
    make: Callable[[], Any]

    def survivor(self, reading: str) -> Any:
        """Return the file as it is then, if neither its model nor the reading refuses it."""
        try:
            entry = self.make()
        except ValidationError:
            return None
        return entry if read_aloud(entry).text == reading else None


def one_of_each_place(entry: Entry) -> Iterator[Edit]:
    """Yield one edit of each place of a file, of another sort from place to place."""
    by_place: dict[Place, list[Edit]] = {}
    for edit in edits_of(entry):
        by_place.setdefault(edit.place, []).append(edit)
    for number, edits in enumerate(by_place.values()):
        yield edits[number % len(edits)]


def edits_of(entry: Entry) -> Iterator[Edit]:
    """Yield every edit of a file."""
    yield from _edits(entry, _document(entry), (), _as_it_is)


def _as_it_is(entry: Any) -> Any:
    return entry


def _document(part: FileModel) -> dict[str, Any]:
    """Return what a file would hold of a part, without what is left out."""
    plain = part.model_dump(by_alias=True, exclude_defaults=True)
    for name, field in type(part).model_fields.items():
        key, value = field.alias or name, getattr(part, name)
        if key in plain:
            plain[key] = _inner_document(value, plain[key])
    return plain


def _inner_document(value: Any, plain: Any) -> Any:
    if isinstance(value, FileModel):
        return _document(value)
    if isinstance(value, list) and value and isinstance(value[0], FileModel):
        return [_document(one) for one in value]
    if isinstance(value, dict) and value and isinstance(next(iter(value.values())), FileModel):
        return {name: _document(one) for name, one in value.items()}
    return plain


def _edits(part: FileModel, document: dict[str, Any], at: Place, put: Put) -> Iterator[Edit]:
    make = functools.partial(_put_made, put, type(part).model_validate)
    for name, field in type(part).model_fields.items():
        key = field.alias or name
        if key not in document:
            continue
        here = (*at, key)
        without = {other: what for other, what in document.items() if other != key}
        yield Edit(here, "removed", "", functools.partial(make, without))
        field_put = functools.partial(_put_field, put, part, name)
        inner = _of_models(getattr(part, name), document[key], here, field_put)
        if inner is not None:
            yield from inner
            continue
        for place, sort, wrong in _wrong(document[key], here):
            yield Edit(place, sort, wrong, functools.partial(make, {**document, key: wrong}))


def _put_made(put: Put, made: Callable[[Any], Any], document: dict[str, Any]) -> Any:
    return put(made(document))


def _put_field(put: Put, part: FileModel, name: str, value: Any) -> Any:
    return put(part.model_copy(update={name: value}))


def _of_models(value: Any, document: Any, at: Place, put: Put) -> Iterator[Edit] | None:
    """Return the edits of a part, or of a list or table of parts; None where it holds no part."""
    if isinstance(value, FileModel):
        return _edits(value, document, at, put)
    if isinstance(value, list) and value and isinstance(value[0], FileModel):
        return _of_list(value, document, at, put)
    if isinstance(value, dict) and value and isinstance(next(iter(value.values())), FileModel):
        return _of_table(value, document, at, put)
    return None


def _of_list(parts: list[FileModel], documents: list[Any], at: Place, put: Put) -> Iterator[Edit]:
    for n, (part, document) in enumerate(zip(parts, documents, strict=True)):
        here = (*at, n)
        removed, doubled = [*parts[:n], *parts[n + 1 :]], [*parts[:n], part, *parts[n:]]
        yield Edit(here, "entry removed", "", functools.partial(put, removed))
        yield Edit(here, "entry doubled", "", functools.partial(put, doubled))
        if n and parts[n - 1] != part:
            turned = [*parts[: n - 1], part, parts[n - 1], *parts[n + 1 :]]
            yield Edit(here, "entries exchanged", "", functools.partial(put, turned))
        yield from _edits(part, document, here, functools.partial(_put_entry, put, parts, n))


def _of_table(
    parts: dict[str, FileModel], documents: dict[str, Any], at: Place, put: Put
) -> Iterator[Edit]:
    for name, part in parts.items():
        here = (*at, name)
        others = {other: what for other, what in parts.items() if other != name}
        renamed = {**others, f"{name}x": part}
        yield Edit(here, "entry removed", "", functools.partial(put, others))
        yield Edit(here, "renamed", f"{name}x", functools.partial(put, renamed))
        part_put = functools.partial(_put_name, put, parts, name)
        yield from _edits(part, documents[name], here, part_put)


def _put_entry(put: Put, parts: list[FileModel], n: int, part: FileModel) -> Any:
    return put([*parts[:n], part, *parts[n + 1 :]])


def _put_name(put: Put, parts: dict[str, FileModel], name: str, part: FileModel) -> Any:
    return put({**parts, name: part})


def _wrong(value: Any, at: Place) -> Iterator[tuple[Place, str, Any]]:
    """Yield the wrong values of a place that holds no part: a figure, a word, a list, a table."""
    if isinstance(value, bool):
        yield at, "turned", not value
        return
    yield from ((at, sort, wrong) for sort, wrong in wrong_values(value))
    if isinstance(value, str):
        yield from ((at, "word", wrong) for wrong in _wrong_words(value))
    elif isinstance(value, list | tuple):
        for n, one in enumerate(value):
            rest = [*value[:n], *value[n + 1 :]]
            yield (*at, n), "removed", type(value)(rest)
            for place, sort, wrong in _wrong(one, (*at, n)):
                yield place, sort, type(value)([*value[:n], wrong, *value[n + 1 :]])
        if len(value) > 1 and all(isinstance(one, str) for one in value):
            yield at, "two words made one", [", ".join(value[:2]), *value[2:]]
            yield at, "two words made one", [" or ".join(value[:2]), *value[2:]]
    elif isinstance(value, dict):
        for key, one in value.items():
            others = {other: what for other, what in value.items() if other != key}
            yield (*at, key), "removed", others
            for place, sort, wrong in _wrong(one, (*at, key)):
                yield place, sort, {**value, key: wrong}


def _wrong_words(text: str) -> Iterator[str]:
    for kind in KINDS:
        if text in kind:
            yield from (word for word in kind if word not in (text, ""))
    first, space, rest = text.partition(" ")
    yield f"{text}x"
    if len(text) > 1:
        yield text[:-1]
    yield text[0].swapcase() + text[1:] if text[:1].swapcase() != text[:1] else f"x{text}"
    if space:
        yield f"no {text}"
        yield rest
        yield f"{first}, {rest}"
    if not any(one.isdigit() for one in text):
        return
    yield "".join(str((int(one) + 1) % 10) if one.isdigit() else one for one in text)


@contextlib.contextmanager
def each_part_read_once() -> Iterator[None]:
    """Put a part that stands in many edits of one file, the very same object, into words once.

    What is told of a part depends on nothing else: it is all that ``tells_every_field`` hands on.
    """
    told: dict[tuple[object, ...], tuple[FileModel, tuple[str, ...]]] = {}

    def once(tell: Callable[..., Iterator[str]]) -> Callable[..., Iterator[str]]:
        def remembered(part: FileModel, *more: object) -> Iterator[str]:
            key = (tell, id(part), *more)
            if key not in told:
                # The part is kept with its words: its id belongs to nothing else meanwhile.
                told[key] = part, tuple(tell(part, *more))
            return iter(told[key][1])

        return remembered

    marked = tells_every_field(tell_regimen).__code__
    with pytest.MonkeyPatch.context() as patch:
        for name in [one for one in sys.modules if one.startswith(f"{words.__name__}.")]:
            for called, tell in list(vars(sys.modules[name]).items()):
                if getattr(tell, "__code__", None) is marked:
                    patch.setattr(sys.modules[name], called, once(tell))
        yield


ORDER = "known words in another order: each is read by its id, and no word means two"
SAME = "the file says the same in other words: 30 unit, 30 units"
REPLAYED = "a dated line of an example: it is computed again at each load, and its sum is read"


def without_meaning(edit: Edit, survivor: Any, entry: Entry) -> str:
    """Return why an edit that survives changes no meaning; nothing where it does."""
    if survivor == entry:
        return SAME
    if isinstance(entry, TermsFile) and edit.sort == "entries exchanged":
        return ORDER
    return REPLAYED if edit.place[0] == "examples" and "expect" in edit.place else ""


# Which of the three kinds an edit is of; what makes a figure wrong has a sort of its own.
_WORDS = ("word", "turned", "two words made one")
_ENTRIES = ("removed", "entry removed", "entry doubled", "entries exchanged", "renamed")
# The edits of a sample are the same on every run.
_SEED = 13


def _kind_of(edit: Edit) -> str:
    if edit.sort in _ENTRIES:
        return "entries"
    return "words" if edit.sort in _WORDS else "figures"


def _main(arguments: Sequence[str]) -> None:
    """Try every edit of every file, or a sample of so many, and print what is refused."""
    from schedules.library.reader import read_library
    from tests.support.places import ROOT

    entries = read_library(ROOT).entries
    counts = {file: sum(1 for _ in edits_of(entry)) for file, entry in entries.items()}
    every = sum(counts.values())
    size = int(arguments[0]) if arguments else every
    drawn = set(np.random.default_rng(_SEED).choice(every, size, replace=False).tolist())
    sys.stdout.write(f"{size:,} of {every:,} edits, seed {_SEED}\n")
    tried: Counter[tuple[str, str]] = Counter()
    refused: Counter[tuple[str, str]] = Counter()
    survivors: Counter[str] = Counter()
    begun, numbers = time.process_time(), itertools.count()
    for file, entry in entries.items():
        with each_part_read_once():
            reading = read_aloud(entry).text
            for edit in edits_of(entry):
                if next(numbers) not in drawn:
                    continue
                of = file.partition("/")[0], _kind_of(edit)
                tried[of] += 1
                if (survivor := edit.survivor(reading)) is None:
                    refused[of] += 1
                else:
                    place = f"{file} {edit.place} {edit.sort} {edit.wrong}"
                    survivors[without_meaning(edit, survivor, entry) or place] += 1
    for of in sorted(tried):
        sys.stdout.write(f"{' '.join(of):18} {refused[of]:7,} of {tried[of]:7,} refused\n")
    for why, count in survivors.most_common():
        sys.stdout.write(f"{count:7,} not refused by the reading: {why}\n")
    took = time.process_time() - begun
    total = f"{refused.total():,} of {tried.total():,} edits refused"
    sys.stdout.write(f"{total}, in {took:.0f} s of the processor\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
