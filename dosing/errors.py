"""What people and files get wrong, as data; the sentence that they read is built from it.

``refuse`` refuses one thing at once. ``Problems`` collects those of a whole form, so that a person
reads all of them at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NoReturn, TypeVar

T = TypeVar("T")

_LONGEST_ECHO = 40
# An answer is read by a person, and sent over a network: this many letters, and how many more
# problems there are. A program finds all of them in ``problems``.
LONGEST_ANSWER = 4000
_ROOM_FOR_MORE = 40


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that was typed and cannot be used, with what to write instead."""

    field: str
    typed: str
    why: str
    accepted: str

    def __str__(self) -> str:
        """Return the sentence: field, what was typed, why it is refused, what is accepted."""
        echo = echo_of(self.typed)
        refusal = f'"{echo}" {self.why}' if echo else self.why
        return f"{self.field}: {refusal}; {self.accepted}"


def echo_of(typed: object) -> str:
    """Return the beginning of what was typed on one line: it goes to terminals and web pages.

    A program may hand in None or a number where a person types a text.
    """
    echo = "" if typed is None else " ".join(text_of(typed).split())
    return echo if len(echo) <= _LONGEST_ECHO else echo[:_LONGEST_ECHO] + " (cut here)"


def answer_of(lines: Sequence[str]) -> str:
    """Return one line for each problem; of too many the first, and how many more there are."""
    ends = list(accumulate(len(line) + 1 for line in lines))
    # A problem that stands alone is said, however long.
    if len(lines) <= 1 or ends[-1] <= LONGEST_ANSWER:
        return "\n".join(lines)
    shown = max(1, sum(end <= LONGEST_ANSWER - _ROOM_FOR_MORE for end in ends))
    return "\n".join([*lines[:shown], f"and {len(lines) - shown:,} more"])


def text_of(value: object) -> str:
    """Return what was handed in as a text; Python writes no number of thousands of digits."""
    try:
        return str(value)
    except ValueError:
        return "a number of thousands of digits"


class InputError(ValueError):
    """Something that a person typed cannot be used, or is missing. Holds every problem at once."""

    def __init__(self, *problems: Problem) -> None:
        """Store the problems; the text is one line for each, of many the first."""
        super().__init__(answer_of([str(problem) for problem in problems]))
        self.problems = problems


def refuse(field: str, typed: str, *, why: str, write: str = "", accepted: str = "") -> NoReturn:
    """Refuse one thing that a person typed, or left out.

    Args:
        field: what was asked for, as the form names it.
        typed: what was typed; empty where it is missing.
        why: the end of a sentence that begins with what was typed: "is not a number".
        write: an example of what to write instead; "write" goes before it.
        accepted: what to do instead, where writing something else is not the answer.

    Raises:
        InputError: always.
    """
    # An exception in hand is how the problem was noticed, not why the text is wrong.
    raise InputError(_problem(field, typed, why, write, accepted)) from None


def _problem(field: str, typed: str, why: str, write: str, accepted: str) -> Problem:
    return Problem(field=field, typed=typed, why=why, accepted=accepted or f"write {write}")


class KnowledgeError(ValueError):
    """A regimen, drug or site file is wrong. Each problem names its file and line."""

    def __init__(self, *problems: str) -> None:
        """Store the problems, one line each, as ``regimens/x.yaml:14: ...``."""
        super().__init__(answer_of(problems))
        self.problems = problems


class Problems:
    """Collects the problems of a whole form."""

    def __init__(self) -> None:
        """Begin without problems."""
        self._problems: list[Problem] = []

    def reading(self, read: Callable[..., T], *args: object, **kwargs: object) -> T | None:
        """Return what a reader reads; None where it refuses, with its problems added here."""
        try:
            return read(*args, **kwargs)
        except InputError as error:
            self.extend(error.problems)
            return None

    def add(self, field: str, typed: str, *, why: str, write: str = "", accepted: str = "") -> None:
        """Add one problem; the arguments are those of ``refuse``."""
        self._problems.append(_problem(field, typed, why, write, accepted))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add problems found elsewhere."""
        self._problems.extend(problems)

    def __bool__(self) -> bool:
        """Return whether there is any problem."""
        return bool(self._problems)

    def raise_if_any(self) -> None:
        """Raise one InputError with every problem, if there is any."""
        if self._problems:
            raise InputError(*self._problems)

    def settled(self, value: T | None) -> T:
        """Return a value that was read, once there is no problem; a missing value is one.

        Raises:
            InputError: with every problem.
        """
        self.raise_if_any()
        if value is None:
            refuse("entry", "", why="is missing", accepted="give it")
        return value
