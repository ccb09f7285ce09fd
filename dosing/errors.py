"""What can go wrong, as data: the sentence is built from it, the place is added on the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeVar

T = TypeVar("T")

_LONGEST_ECHO = 40


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that was typed and cannot be used, with what to write instead."""

    field: str
    typed: str
    why: str
    accepted: str

    def __str__(self) -> str:
        """Give the sentence: field, what was typed, why not, what is accepted."""
        # What was typed is repeated on one line only: it goes to terminals and to web pages.
        echo = " ".join(self.typed.split())
        if len(echo) > _LONGEST_ECHO:
            echo = echo[:_LONGEST_ECHO] + " (cut here)"
        said = f'"{echo}" {self.why}' if echo else self.why
        return f"{self.field}: {said}; {self.accepted}"


class InputError(ValueError):
    """Something typed by a person is missing or cannot be used. Holds every problem at once."""

    def __init__(self, *problems: Problem) -> None:
        """Keep the problems; the text is one line for each."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def refuse(field: str, typed: str, *, why: str, write: str = "", accepted: str = "") -> NoReturn:
    """Refuse one thing that a person typed.

    Args:
        field: what was asked for, as the form names it.
        typed: what was typed; empty where it is missing.
        why: why it cannot be used, as the end of a sentence that begins with what was typed.
        write: an example of what to write instead; "write" goes before it.
        accepted: what to do instead, where that is not writing something else.

    Raises:
        InputError: always.
    """
    # The exception in hand, if there is one, is how it was noticed and not why it is wrong.
    raise InputError(_problem(field, typed, why, write, accepted)) from None


def _problem(field: str, typed: str, why: str, write: str, accepted: str) -> Problem:
    return Problem(field=field, typed=typed, why=why, accepted=accepted or f"write {write}")


class KnowledgeError(ValueError):
    """A regimen, drug or site file is wrong. Each problem names its file and line."""

    def __init__(self, *problems: str) -> None:
        """Keep the problems, one line each, as ``regimens/x.yaml:14: ...``."""
        super().__init__("\n".join(problems))
        self.problems = problems


class Problems:
    """Collects the problems of a whole form, so that a person hears of all of them at once."""

    def __init__(self) -> None:
        """Begin with no problems."""
        self._found: list[Problem] = []

    def reading(self, read: Callable[..., T], *args: object, **kwargs: object) -> T | None:
        """Call a reader; keep its problems and give None instead of raising."""
        try:
            return read(*args, **kwargs)
        except InputError as error:
            self._found.extend(error.problems)
            return None

    def add(self, field: str, typed: str, *, why: str, write: str = "", accepted: str = "") -> None:
        """Add one problem; the arguments are those of ``refuse``."""
        self._found.append(_problem(field, typed, why, write, accepted))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add problems found elsewhere."""
        self._found.extend(problems)

    def __bool__(self) -> bool:
        """Tell whether anything was found."""
        return bool(self._found)

    def raise_if_any(self) -> None:
        """Raise one InputError with every problem, if there is one."""
        if self._found:
            raise InputError(*self._found)

    def settled(self, value: T | None) -> T:
        """Give a value that was read, once there is no problem; a value that is missing is one.

        Raises:
            InputError: with every problem.
        """
        self.raise_if_any()
        if value is None:
            refuse("entry", "", why="is missing", accepted="give it")
        return value
