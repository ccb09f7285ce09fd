"""What is pressed at a pump: told by the browser, now or once the server answers again.

The browser tells an act until it hears that it was taken, so that none is lost; each has a name of
its own, so that none counts twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, TypeAdapter

from screens.state.session import PumpEntries, PumpStop

Act: TypeAlias = Literal["pause", "reaction", "stop", "go on"]


class PumpAct(BaseModel):
    """One press at the pump: ``at`` is in minutes from the start of the infusion."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    act: Act
    at: float


_ACTS = TypeAdapter(list[PumpAct])


def take_acts(
    entries: PumpEntries, told: Iterable[Any], *, percent: int, ends: Callable[[], float]
) -> None:
    """Take the acts that are new, in the order in which they were done.

    Args:
        entries: the infusion to which they were done.
        told: the acts as the browser tells them.
        percent: at which share of the rate it goes on after a reaction.
        ends: returns the minute at which it ends as it stands.
    """
    for one in _ACTS.validate_python(told):
        if not _is_new(entries, one):
            continue
        entries.taken.append(one.id)
        if _is_possible(entries, one, ends):
            _take(entries.stops, one, percent)
            entries.heard = one.at
        else:
            entries.refused.append(f"{one.act}, {one.at:.1f} min from the start")


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
