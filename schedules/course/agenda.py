"""The dates of a course while changes are carried out, and the measurements in force."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from dosing.trace import Finding
from schedules.course.measurements import Measurements
from schedules.course.rows import Dated, Occasion, Slot

D = TypeVar("D", bound=Dated)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """The dates of a course after some changes.

    ``measurements`` are those of the plan and of each re-weigh, in their order; ``newest`` is the
    index of those in force after the changes carried out so far.
    """

    slots: tuple[Slot, ...]
    occasions: tuple[Occasion, ...]
    measurements: tuple[Measurements, ...]
    newest: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def dated(self) -> tuple[Slot | Occasion, ...]:
        """Return doses, procedures and reviews together."""
        return (*self.slots, *self.occasions)

    def mapped(self, changes: Callable[[Dated], Mapping[str, object]]) -> Agenda:
        """Return it with each dose, procedure and review changed.

        Args:
            changes: returns the fields to replace in one of them; none leaves it as it is.
        """
        return dataclasses.replace(
            self,
            slots=tuple(replaced(slot, changes(slot)) for slot in self.slots),
            occasions=tuple(replaced(one, changes(one)) for one in self.occasions),
        )

    def moved(self, days: Mapping[str, int]) -> Agenda:
        """Return it with doses, procedures and reviews moved by days, stated by their ids."""
        return self.mapped(lambda d: moved_by(d, days[d.id]) if d.id in days else {})


def replaced(dated: D, fields: Mapping[str, object]) -> D:
    """Return it with some fields replaced, or the same object where there are none."""
    changed: Any = fields
    return dataclasses.replace(dated, **changed) if fields else dated


def moved_by(dated: Dated, days: int) -> dict[str, object]:
    """Return the fields of what is moved by a number of days; it keeps its original date."""
    return {"date": dated.date + dt.timedelta(days=days), "original_date": dated.planned_on}
