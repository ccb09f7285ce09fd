"""What is pressed at a pump: told by the browser, now or once the server answers again.

The browser tells an act until it hears that it was taken, so that none is lost; each has a name of
its own, so that none counts twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dosing.infusion.order import length_text
from dosing.units import MINUTE, quantity
from screens.state.session import PumpEntries, PumpStop

_ACTS = ("pause", "reaction", "stop", "go on")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PumpAct:
    """One press at the pump: ``at`` is in minutes from the start of the infusion."""

    id: str
    act: str
    at: float

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> PumpAct:
        """Read an act as the browser tells it."""
        if told["act"] not in _ACTS:
            raise ValueError(f"{told['act']!r} is no act at a pump")
        return cls(id=str(told["id"]), act=told["act"], at=float(told["at"]))


def take_acts(
    entries: PumpEntries,
    told: Iterable[Mapping[str, Any]],
    *,
    percent: int,
    ends: Callable[[], float],
) -> None:
    """Take the acts that are new, in the order in which they were done.

    Args:
        entries: the infusion to which they were done.
        told: the acts as the browser tells them.
        percent: at which share of the rate it goes on after a reaction.
        ends: returns the minute at which it ends as it stands.
    """
    for one in map(PumpAct.read, told):
        if not _is_new(entries, one):
            continue
        entries.taken.append(one.id)
        if _is_possible(entries, one, ends):
            _take(entries.stops, one, percent)
            entries.heard = one.at
        else:
            entries.refused.append(
                f"{one.act}, {length_text(quantity(one.at, MINUTE))} from the start"
            )


def _is_new(entries: PumpEntries, act: PumpAct) -> bool:
    return act.id not in entries.taken


def _is_possible(entries: PumpEntries, act: PumpAct, ends: Callable[[], float]) -> bool:
    last = entries.stops[-1] if entries.stops else None
    if last is not None and last.until is None:
        return act.act != "pause" and act.at >= last.at
    earliest = 0.0 if last is None or last.until is None else last.until
    return act.act != "go on" and 0.0 < act.at >= earliest and act.at < ends()


def _take(stops: list[PumpStop], act: PumpAct, percent: int) -> None:
    slower = percent if act.act == "reaction" else None
    last = stops[-1] if stops else None
    if last is None or last.until is not None:
        stops.append(PumpStop(at=act.at, percent=slower, ended=act.act == "stop"))
    elif act.act == "go on":
        last.until, last.ended = act.at, False
    else:
        # It stands still already: why is another matter than it was.
        last.percent = slower if act.act == "reaction" else last.percent
        last.ended = act.act == "stop"
