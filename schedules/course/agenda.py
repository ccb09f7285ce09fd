"""The dates of a course while changes are carried out, and the measurements in force."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping

from dosing.trace import Finding
from schedules.course.measurements import Measurements
from schedules.course.rows import D, Dated, Occasion, Slot, replaced


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
    def measured(self) -> tuple[Measurements, ...]:
        """Return the measurements of the plan and of the re-weighs carried out so far."""
        return self.measurements[: self.newest + 1]

    @property
    def dated(self) -> tuple[Slot | Occasion, ...]:
        """Return doses, procedures and reviews together."""
        return (*self.slots, *self.occasions)

    def mapped(
        self, ids: Collection[str], fields_of: Callable[[Dated], Mapping[str, object]]
    ) -> Agenda:
        """Return it with some doses, procedures and reviews changed; the others are shared.

        Args:
            ids: those that change.
            fields_of: returns the fields to replace in one of them.
        """

        def changed(dated: Iterable[D]) -> tuple[D, ...]:
            return tuple([replaced(d, **fields_of(d)) if d.id in ids else d for d in dated])

        return dataclasses.replace(
            self, slots=changed(self.slots), occasions=changed(self.occasions)
        )

    def moved(self, ids: Collection[str], days: int) -> Agenda:
        """Return it with some doses, procedures and reviews moved by a number of days."""
        by = dt.timedelta(days=days)
        return self.mapped(ids, lambda d: moved_by(d, by))


def moved_by(dated: Dated, by: dt.timedelta) -> dict[str, object]:
    """Return the fields of what is moved; it keeps its original date."""
    return {"date": dated.date + by, "original_date": dated.planned_on}
