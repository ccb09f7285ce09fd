"""How a number accounts for itself: its source, the steps that made it, its findings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from dosing.columns import any_of, is_column, negated
from dosing.errors import answer_of
from dosing.units import Quantity, show

# NumPy comes with columns only.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Level = Literal["NOTE", "WARN", "STOP"]

SHOWN_DIGITS = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a figure is from, and whether a person has seen it there (``confirmed``)."""

    cite: str
    place: str = ""
    link: str = ""
    confirmed: bool = False

    def __str__(self) -> str:
        """Return citation and place, marked where nobody has confirmed the figure."""
        text = f"{self.cite}, {self.place}" if self.place else self.cite
        return text if self.confirmed else f"{text} (unconfirmed)"


TYPED = Source(cite="as entered", confirmed=True)
ARITHMETIC = Source(cite="arithmetic", confirmed=True)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step from what was measured to the dose. Its text is made only when it is read.

    ``because`` is the reason, with a ``{}`` for each quantity in ``of``.
    """

    what: str
    value: Quantity | str
    because: str
    of: tuple[Quantity | str, ...] = ()
    source: Source

    @property
    def value_text(self) -> str:
        """Return the value as a person reads it."""
        return _show_value(self.value)

    @property
    def why(self) -> str:
        """Return the reason, with the quantities that it used."""
        # Without quantities there is nothing to fill in, and a reason that a person typed may
        # hold braces.
        return self.because.format(*map(_show_value, self.of)) if self.of else self.because

    def as_dict(self) -> dict[str, str]:
        """Return the step as plain text for JSON and tables."""
        return {
            "what": self.what,
            "value": self.value_text,
            "why": self.why,
            "source": str(self.source),
        }


def _show_value(value: Quantity | str) -> str:
    if isinstance(value, str):
        return value
    if is_column(value.magnitude):
        return f"a column of {value.magnitude.size}"
    return show(value, SHOWN_DIGITS)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to know (NOTE), to acknowledge (WARN) or that stops the dose (STOP).

    The code is stable, the text may be reworded. For a column of patients ``rows`` is a column of
    conditions, one for each; for one patient it is None.
    """

    level: Level
    code: str
    text: str
    source: Source
    rows: NDArray[np.bool_] | None = None

    def __str__(self) -> str:
        """Return level, sentence and code on one line."""
        return f"{self.level} {self.text} [{self.code}]"

    def as_dict(self) -> dict[str, str]:
        """Return the finding as plain text for JSON and tables."""
        return {
            "level": self.level,
            "code": self.code,
            "text": self.text,
            "source": str(self.source),
        }


class Derivation:
    """Collects the steps and the findings of one calculation, in the order in which they come.

    Each finding is kept once: several stages may come upon the same one.
    """

    def __init__(self, *steps: Step) -> None:
        """Begin with the steps that led here."""
        self._steps = [*steps]
        self._findings: dict[tuple[str, str], Finding] = {}

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps so far."""
        return tuple(self._steps)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings so far."""
        return tuple(self._findings.values())

    def step(
        self,
        what: str,
        value: Quantity | str,
        *,
        because: str,
        of: tuple[Quantity | str, ...] = (),
        source: Source,
    ) -> None:
        """Add one step; the arguments are the fields of ``Step``."""
        self._steps.append(Step(what=what, value=value, because=because, of=of, source=source))

    def note(self, code: str, text: str, source: Source, rows: Any = True) -> None:
        """Add something to know, if ``rows`` holds: a condition, or a column of them."""
        if any_of(rows):
            self.extend([note(code, text, source, rows)])

    def warn(self, code: str, text: str, source: Source, rows: Any = True) -> None:
        """Add something to acknowledge, if ``rows`` holds: a condition, or a column of them."""
        if any_of(rows):
            self.extend([warn(code, text, source, rows)])

    def stop(self, code: str, text: str, source: Source, rows: Any = True) -> None:
        """Add what stops the dose, if ``rows`` holds: a condition, or a column of them."""
        if any_of(rows):
            self.extend([stop(code, text, source, rows)])

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add findings made elsewhere."""
        for finding in findings:
            self._findings.setdefault((finding.code, finding.text), finding)


def note(code: str, text: str, source: Source, rows: Any = True) -> Finding:
    """Return something to know."""
    return _finding("NOTE", code, text, source, rows)


def warn(code: str, text: str, source: Source, rows: Any = True) -> Finding:
    """Return something that a person has to acknowledge with a reason."""
    return _finding("WARN", code, text, source, rows)


def stop(code: str, text: str, source: Source, rows: Any = True) -> Finding:
    """Return something that stops the dose."""
    return _finding("STOP", code, text, source, rows)


def _finding(level: Level, code: str, text: str, source: Source, rows: Any) -> Finding:
    column = rows if is_column(rows) else None
    return Finding(level=level, code=code, text=text, source=source, rows=column)


def stops(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stop a dose."""
    return tuple(finding for finding in findings if finding.level == "STOP")


def not_stopped(findings: Iterable[Finding]) -> Any:
    """Return whether nothing stops a dose; of a column, in which rows nothing does."""
    free: Any = True
    for finding in stops(findings):
        free = free & (False if finding.rows is None else negated(finding.rows))
    return free


class RefusedError(Exception):
    """A finding stops this: it may be shown, and is never exported."""

    def __init__(self, *findings: Finding) -> None:
        """Keep the findings that stopped it."""
        super().__init__(answer_of([str(finding) for finding in findings]))
        self.findings = findings


def after_the_fact(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Turn each STOP into a WARN: what was given must still be recorded."""
    return tuple(
        dataclasses.replace(finding, level="WARN") if finding.level == "STOP" else finding
        for finding in findings
    )
