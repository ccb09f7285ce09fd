"""How a model is put into words without forgetting one of its fields.

A function marked ``tells_every_field`` is given a model of which it can see nothing but fields, and
it is an error to end before it has looked at each of them: a field that a model gains tomorrow has
no words until somebody writes them, and until then no file is read.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from dosing.drugs.file_model import FileModel
from dosing.units import Quantity, ordinary_spaces, show

M = TypeVar("M", bound=FileModel)
T = TypeVar("T")
P = ParamSpec("P")

# A word without these cannot be taken for two words of a list.
_PLAIN_WORD = re.compile(r"(?!.* (?:and|or) )[^\s,;“”()](?:[^,;“”]*[^\s,;“”])?")

# An id, the name of something that is chosen or of a field; each is read aloud with spaces.
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEY = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
# Words of ids that a ward writes otherwise, as it writes them; an id is in lower case.
_AS_WRITTEN = (
    "ACE ALT ARBs Asian AST AU AV B B1 B6 B12 C C5 CD19 Child CIDP CNS COPD CYP1A2 CYP2D6 CYP3A4 "
    "DRB1 Eaton ECG eGFR EMG EU FcRn FVC GBS GGT Guillain Barre H2 HbA1c HBc HBsAg HCV Hib HIV HLA "
    "IgA IgG JAK Lambert Leber Lesch Lewis MAO MMN NNRTIs NSAIDs Nyhan PML Pugh QT QTc rTMS "
    "Sialanar SNRIs SOD1 SSRIs St Sumner TNF UK US X"
)
_WRITTEN = {word.lower(): word for word in re.findall(r"\w+", _AS_WRITTEN)}
# Routes that are nouns, as they are read aloud; the others are adjectives.
_NOUNS = ("infusion", "injection", "block")
_PLACES = {"EU": "the EU", "UK": "the UK", "US": "the US", "AU": "Australia", "CA-ON": "Ontario"}
_STRAIGHT = str.maketrans("“”", '""')


class UntoldFieldError(TypeError):
    """A field of a knowledge file has no words: a reading would leave it out."""


class _Fields:
    """The fields of a model, which notes each that is looked at."""

    __slots__ = ("_fields", "_looked_at")

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields
        self._looked_at: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        value = self._fields[name]
        self._looked_at.add(name)
        return value


def tells_every_field(
    sentences: Callable[Concatenate[M, P], Iterator[str]],
) -> Callable[Concatenate[M, P], Iterator[str]]:
    """Mark a function that puts a model into words; it must look at every field of the model."""

    @functools.wraps(sentences)
    def told(model: M, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[str]:
        fields = _Fields(model.__dict__)
        yield from sentences(cast("M", fields), *args, **kwargs)
        untold = model.__dict__.keys() - fields._looked_at
        if untold:
            names = ", ".join(sorted(untold))
            raise UntoldFieldError(f"{type(model).__name__}: no words for {names}")

    return told


def under(
    words: str, parts: Sequence[T], tell: Callable[[T], Iterator[str]], level: int = 2
) -> Iterator[str]:
    """Yield a heading and what is told of each part; nothing where there is none."""
    if parts:
        yield heading(words, level)
    for part in parts:
        yield from tell(part)


def if_stated(part: T | None, tell: Callable[[T], Iterator[str]]) -> Iterator[str]:
    """Yield what is told of a part that may be left out."""
    if part is not None:
        yield from tell(part)


def fact(sentence: str, value: T | None, text: Callable[[T], str] = str) -> Iterator[str]:
    """Yield a sentence with a value that may be left out: "It lasts {}."."""
    # A quantity is not compared with a text: that takes longer than all the words of a drug.
    if value is not None and not (isinstance(value, str) and not value):
        yield sentence.replace("{}", text(value))


def quoted(text: str) -> str:
    """Return a text that somebody wrote, in quotation marks that it cannot close itself."""
    return f"“{' '.join(text.split()).translate(_STRAIGHT)}”"


def worded(text: str) -> str:
    """Return a word as it stands, or in quotation marks where it could be taken for several."""
    return text if _PLAIN_WORD.fullmatch(text) else quoted(text)


def spoken(name: str) -> str:
    """Return an id as it is read aloud: hepatitis B of hepatitis-b; no other id sounds so."""
    if not _ID.fullmatch(name):
        return quoted(name)
    return " ".join(_WRITTEN.get(word, word) for word in name.split("-"))


def spoken_key(name: str) -> str:
    """Return the name of a choice or a field as it is read aloud: step length of step_length."""
    return name.replace("_", " ") if _KEY.fullmatch(name) else quoted(name)


def author(formula: str) -> str:
    """Return whose formula it is: Du Bois of du_bois."""
    return spoken_key(formula).title()


def place_text(jurisdiction: str) -> str:
    """Return a jurisdiction as it is read aloud: the EU, Ontario."""
    return _PLACES.get(jurisdiction, worded(jurisdiction))


def listed(words: Iterable[object], last: str = "and", one: Callable[[str], str] = worded) -> str:
    """Return words as a list is read aloud: one, two and three; ``one`` says each."""
    *rest, final = [one(str(word)) for word in words] or [""]
    return f"{', '.join(rest)} {last} {final}" if rest else final


def amount(value: Quantity) -> str:
    """Return a quantity as it is read in a line: 1,500 mg/m2."""
    return ordinary_spaces(show(value))


def day_text(day: dt.date) -> str:
    """Return a date as it is read aloud: 20 November 2027."""
    return f"{day.day} {day:%B %Y}"


def times_text(count: int, noun: str) -> str:
    """Return how many there are of something: 1 dose, 4 doses."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def by_route(routes: Iterable[str]) -> str:
    """Return the ways in which something is given: by nerve block or by mouth."""
    *rest, final = [_by(route) for route in routes]
    return f"{', '.join(rest)} or {final}" if rest else final


def _by(route: str) -> str:
    if route == "oral":
        return "by mouth"
    a_noun = route.endswith(_NOUNS) or " into " in route
    return f"by {worded(route)}" if a_noun else f"by the {worded(route)} route"


def a(noun: str) -> str:
    """Return a noun with its article: a vial, an ampoule."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def said(text: str) -> str:
    """Return a text that somebody wrote, as a sentence ends with it."""
    words = quoted(text)
    return words if words.endswith(".”") else f"{words}."


def by_source(name: str) -> str:
    """Return what a sentence rests on, as it ends with it."""
    return f"(source: {worded(name)})"


def file_text(file: str, version: int) -> str:
    """Return which file this is, as its reading begins."""
    return f"This is the file {file}, version {version}."


def heading(text: str, level: int = 2) -> str:
    """Return a heading of a reading."""
    return f"{'#' * level} {' '.join(text.split())}"
