"""How a row is measured: CPU time, both sides in turn, the best of several rounds of each."""

from __future__ import annotations

import dataclasses
import math
import resource
import time
from collections.abc import Callable, Sequence

Clock = Callable[[], float]
Work = Callable[[], object]


def cpu_of_this_process() -> float:
    """Return the seconds of CPU that this process has used."""
    return time.process_time()


def cpu_of_children() -> float:
    """Return the seconds of CPU, user and system, of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    ``value`` is a ratio to ``against``, or a number of what ``unit`` names. The ``aim`` is the most
    that it may be, or with ``at_least`` the least; None where nothing is aimed at. ``note`` is
    shown where the row is printed, and stays out of the table.
    """

    what: str
    against: str
    value: float
    aim: float | None = None
    at_least: bool = False
    unit: str = "x"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.at_least else self.value <= self.aim

    @property
    def value_text(self) -> str:
        """Return the value in three digits, with its unit."""
        return f"{_number(self.value)} {self.unit}"

    @property
    def aim_text(self) -> str:
        """Return the aim as it is compared."""
        if self.aim is None:
            return "none"
        return f"{'at least' if self.at_least else 'at most'} {_number(self.aim)}"

    @property
    def met_text(self) -> str:
        """Return whether the aim is met, in one word."""
        return {True: "met", False: "MISSED", None: ""}[self.met]

    def __str__(self) -> str:
        """Return one line for a terminal."""
        note = f"({self.note})" if self.note else ""
        columns = (f"{self.value_text:>12}", f"{self.against:<40}", f"{self.aim_text:<13}")
        return " ".join((f"{self.what:<58}", *columns, f"{self.met_text:<6}", note)).rstrip()


def _number(value: float) -> str:
    """Return three digits, but no fewer than stand before the point."""
    if not math.isfinite(value):
        return str(value)
    whole = len(str(int(abs(value))))
    return f"{value:.{max(0, 3 - whole)}f}" if value % 1 else f"{value:.0f}"


def time_text(seconds: float) -> str:
    """Return a time in the unit in which it can be read."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison: what it does, how often in a round, and the clock that counts it.

    ``calls`` is how many times ``work`` does the thing that is measured; it is called once a round.
    """

    work: Work
    clock: Clock = cpu_of_this_process
    calls: int = 1

    @classmethod
    def repeating(cls, work: Work, calls: int) -> Side:
        """Return a side that calls ``work`` so many times in a round."""

        def several() -> None:
            for _ in range(calls):
                work()

        return cls(work=several, calls=calls)


def best_times(sides: Sequence[Side], *, rounds: int, seconds: float = math.inf) -> list[float]:
    """Return the least time of one call of each side.

    The sides take turns, so that whatever else the machine does slows all of them. The first round
    warms them up: it is the least of the times only where there is no other.

    Args:
        sides: what is compared.
        rounds: how many turns each side has.
        seconds: no further round is begun once they have taken so long together.
    """
    best = [math.inf] * len(sides)
    spent = 0.0
    for _ in range(rounds):
        if spent > seconds:
            break
        for position, side in enumerate(sides):
            began = side.clock()
            side.work()
            took = side.clock() - began
            spent += took
            best[position] = min(best[position], took / side.calls)
    return best


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """What is compared with what; both do the same thing, which a test of the duels shows."""

    what: str
    against: str
    ours: Work
    theirs: Work
    aim: float | None = None
    calls: int = 1
    rounds: int = 7
    seconds: float = 10.0

    def row(self) -> Row:
        """Measure both sides in this process."""
        sides = [Side.repeating(work, self.calls) for work in (self.ours, self.theirs)]
        ours, theirs = best_times(sides, rounds=self.rounds, seconds=self.seconds)
        return ratio(self.what, self.against, ours, theirs, self.aim)


def ratio(what: str, against: str, ours: float, theirs: float, aim: float | None) -> Row:
    """Return the row of two times; a clock too coarse to see one of them is no ratio."""
    value = ours / theirs if theirs > 0 else math.nan
    note = f"{time_text(ours)} against {time_text(theirs)}"
    return Row(what=what, against=against, value=value, aim=aim, note=note)
