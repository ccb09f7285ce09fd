"""What every output says of itself: which plan, which regimen, which program, checked by whom."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from schedules import VERSION

if TYPE_CHECKING:
    from schedules.course import Course

State = Literal["not checked", "checked", "sent back", "void"]
_SHORT = 12


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Whether a content is checked, in a word for programs and a sentence for every output.

    ``why`` says what made an earlier check void. It may name a drug, so that nothing discreet
    carries it.
    """

    state: State
    text: str
    why: str = ""

    def __str__(self) -> str:
        """Give the sentence."""
        return f"{self.text}; since then {self.why}" if self.why else self.text


NOT_CHECKED = Check(state="not checked", text="not checked by a pharmacist")


def short_hash(course: Course) -> str:
    """Give the first figures of the plan's hash, enough to compare by eye."""
    return course.plan.hash[:_SHORT]


def provenance(course: Course) -> str:
    """Give the line that stands on every output.

    The regimen's id names its drug: a discreet file takes ``discreet_provenance``.
    """
    regimen = course.regimen
    return (
        f"Regimen {regimen.id} version {regimen.version}, {regimen.status}; {course.checked}; "
        f"plan {short_hash(course)}; Posology {VERSION}"
    )


def discreet_provenance(course: Course) -> str:
    """Give the line for a file that may name neither drug nor dose nor disease."""
    return f"Plan {short_hash(course)}; {course.checked.text}; Posology {VERSION}"
