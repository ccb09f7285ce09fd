"""What a review may find, and what each outcome opens: the branches of a pathway.

Nothing opens by itself. A person enters the outcome of a review as a change, and sees before that
what it opens and what it ends.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from dosing.drugs.file_model import FileModel, MisplacedError, no_entries
from schedules.knowledge.span import Span, SpanText

STOP = "stop"
_THEN = re.compile(r"(hold|step back) (1 day|1 week|[1-9][0-9]? (?:days|weeks))|stop")


def _known(text: str) -> str:
    if not _THEN.fullmatch(text):
        raise ValueError(
            f'"{text}" is not known; write "step back 14 days", "hold 14 days", "stop"'
        )
    return text


class Opens(FileModel):
    """What an outcome opens: a phase of the same regimen, or another regimen.

    A regimen begins some days after the review or ``of`` the first day of this regimen; on the day
    of the review where ``after`` is left out.
    """

    phase: str = ""
    regimen: str = ""
    after: SpanText | None = None
    of: Literal["review", "first day"] = "review"
    source: str

    @model_validator(mode="after")
    def _one_of_them(self) -> Opens:
        if bool(self.phase) == bool(self.regimen):
            raise ValueError("needs a phase of this regimen or another regimen: one of them")
        if self.phase and self.after is not None:
            text = "is for another regimen: a phase of this one has days of its own"
            raise MisplacedError((("after",), text))
        if self.of == "first day" and self.after is None:
            raise MisplacedError((("after",), "is missing: how long after the first day"))
        return self

    def first_day(self, review: dt.date, first: dt.date) -> dt.date:
        """Return the day on which the regimen begins.

        Args:
            review: the day of the review.
            first: the first day of the regimen that the review is in.
        """
        if self.after is None:
            return review
        return self.after.after(first if self.of == "first day" else review)

    def __str__(self) -> str:
        """Return it in words: azathioprine-cover 1 day after the review."""
        if self.phase:
            return f"phase {self.phase}"
        return f"{self.regimen} {self.when}"

    @property
    def when(self) -> str:
        """Return when a regimen begins, in words."""
        return f"{self.after} after the {self.of}" if self.after else "on the day of the review"


class Branch(FileModel):
    """One outcome of a review: what it opens, and what becomes of the doses that go on.

    ``then`` is a change of this regimen from the review on: the step of a titration or taper is
    held or gone back, or the regimen ends. Without it, and without ``opens``, nothing changes.
    """

    outcome: str = Field(pattern=r"^[a-z][a-z0-9 -]*$")
    opens: list[Opens] = Field(default_factory=no_entries)
    then: Annotated[str, AfterValidator(_known)] | None = None
    source: str

    @property
    def phases(self) -> list[str]:
        """Return the phases of the same regimen that it opens."""
        return [one.phase for one in self.opens if one.phase]

    @property
    def held_for(self) -> tuple[str, int | None]:
        """Return what becomes of this regimen, and for how many days: ("step back", 14)."""
        held = _THEN.fullmatch(self.then or "")
        if held is None or held[1] is None:
            return self.then or "", None
        return held[1], Span.parse(held[2]).days

    def __str__(self) -> str:
        """Return it in words: improved: opens phase taper, azathioprine-cover 1 day after ..."""
        does = [f"opens {', '.join(map(str, self.opens))}"] if self.opens else []
        if self.then:
            does.append("this regimen ends" if self.then == STOP else self.then)
        return f"{self.outcome}: {'; '.join(does) or 'goes on as planned'}"
