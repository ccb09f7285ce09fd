"""How a number accounts for itself: its source, the steps that made it, the findings on it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from dosing.columns import is_column
from dosing.units import Quantity, show

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Level = Literal["NOTE", "WARN", "STOP"]

SHOWN_DIGITS = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a figure is from, and whether a person has seen it there."""

    cite: str
    place: str = ""
    link: str = ""
    confirmed: bool = False

    def __str__(self) -> str:
        """Give citation and place; what is unconfirmed says so."""
        text = f"{self.cite}, {self.place}" if self.place else self.cite
        return text if self.confirmed else f"{text} (unconfirmed)"


TYPED = Source(cite="as entered", confirmed=True)
ARITHMETIC = Source(cite="arithmetic", confirmed=True)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step from what was measured to the dose. Its text is made only when it is read."""

    what: str
    value: Quantity | str
    because: str
    of: tuple[Quantity | str, ...] = ()
    source: Source

    @property
    def value_text(self) -> str:
        """Give the value as a person reads it."""
        return _text(self.value)

    @property
    def why(self) -> str:
        """Give the reason, with the quantities that it used."""
        # Without quantities there is nothing to fill in, and a reason that a person typed may
        # hold braces.
        return self.because.format(*map(_text, self.of)) if self.of else self.because

    def as_dict(self) -> dict[str, str]:
        """Give the step as plain text for JSON and tables."""
        return {
            "what": self.what,
            "value": self.value_text,
            "why": self.why,
            "source": str(self.source),
        }


def _text(value: Quantity | str) -> str:
    if isinstance(value, str):
        return value
    if is_column(value.magnitude):
        return f"a column of {value.magnitude.size}"
    return show(value, SHOWN_DIGITS)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to know (NOTE), to acknowledge (WARN) or that stops the dose (STOP).

    The code is stable, the text may be reworded. For a column of patients ``rows`` tells which
    rows it holds for; for one patient it is None.
    """

    level: Level
    code: str
    text: str
    source: Source
    rows: NDArray[np.bool_] | None = None

    def __str__(self) -> str:
        """Give level, sentence and code on one line."""
        return f"{self.level} {self.text} [{self.code}]"

    def as_dict(self) -> dict[str, str]:
        """Give the finding as plain text for JSON and tables."""
        return {
            "level": self.level,
            "code": self.code,
            "text": self.text,
            "source": str(self.source),
        }


def note(code: str, text: str, source: Source, rows: NDArray[np.bool_] | None = None) -> Finding:
    """Return something to know."""
    return Finding(level="NOTE", code=code, text=text, source=source, rows=rows)


def warn(code: str, text: str, source: Source, rows: NDArray[np.bool_] | None = None) -> Finding:
    """Return something that a person has to acknowledge with a reason."""
    return Finding(level="WARN", code=code, text=text, source=source, rows=rows)


def stop(code: str, text: str, source: Source, rows: NDArray[np.bool_] | None = None) -> Finding:
    """Return something that stops the dose."""
    return Finding(level="STOP", code=code, text=text, source=source, rows=rows)


def stops(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Pick the findings that stop a dose."""
    return tuple(finding for finding in findings if finding.level == "STOP")


class RefusedError(Exception):
    """A finding stops this: it may be shown, and is never exported."""

    def __init__(self, *findings: Finding) -> None:
        """Keep the findings that stopped it."""
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings
