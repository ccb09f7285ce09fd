"""How a writer tells how far it is: it calls a function, which may raise to stop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # brings pint, which takes longer to import than a help takes to print
    from schedules.course.course import Course

# Takes the share that is done, from 0 to 1.
Progress: TypeAlias = Callable[[float], None]


def unreported(share: float) -> None:
    """Report to nobody."""


def count_rows(course: Course) -> int:
    """Return how many rows a file of the whole course has: doses, occasions, tests."""
    return len(course.every) + len(course.tests_and_decisions)
