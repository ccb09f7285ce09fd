"""How a ratio is measured: both sides in turn, the best of several rounds of each."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Our time over the time of the thing we are measured against."""

    name: str
    against: str
    ours: float
    theirs: float
    aim: float

    def __str__(self) -> str:
        """Return one line: the ratio, the aim, and both times."""
        ratio = self.ours / self.theirs
        met = "met" if ratio <= self.aim else "MISSED"
        return (
            f"{self.name:<58} {ratio:7.2f} x {self.against:<38} aim {self.aim:g}  {met:<7}"
            f" ({_time_text(self.ours)} against {_time_text(self.theirs)})"
        )


def _time_text(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def compare(
    name: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    against: str,
    aim: float,
    calls: int = 1,
    rounds: int = 7,
) -> Ratio:
    """Time both sides in turn, so that a busy machine slows both, and keep the best of each."""
    best = {ours: float("inf"), theirs: float("inf")}
    ours()
    theirs()
    for _ in range(rounds):
        for side in (ours, theirs):
            start = time.perf_counter()
            for _ in range(calls):
                side()
            best[side] = min(best[side], (time.perf_counter() - start) / calls)
    return Ratio(name=name, against=against, ours=best[ours], theirs=best[theirs], aim=aim)
