"""The dates of a course while changes are carried out, and the measurements in force."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Collection, Mapping, Sequence

from dosing.trace import Finding
from schedules.course.measurements import Measurements
from schedules.course.places import exactly_at, find, touched_from
from schedules.course.rows import D, Dated, Occasion, Slot, replaced
from schedules.plans.changes import Scope


@dataclasses.dataclass(frozen=True, kw_only=True)
class Agenda:
    """The dates of a course after some changes.

    Many changes only move, each of them most of a year of doses. So a move notes days, and doses
    are copied onto them when ``slots`` or ``occasions`` are asked for, once for many moves.

    ``laid_slots`` and ``laid_occasions`` stand as the last change that did more left them, and
    ``moved_to`` is the day to which each has been moved since, by its id. ``measurements`` are
    those of the plan and of each re-weigh, in their order; ``newest`` is the index of those in
    force after the changes carried out so far.
    """

    laid_slots: tuple[Slot, ...]
    laid_occasions: tuple[Occasion, ...]
    measurements: tuple[Measurements, ...]
    moved_to: Mapping[str, dt.date] = dataclasses.field(default_factory=dict)
    newest: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def measured(self) -> tuple[Measurements, ...]:
        """Return the measurements of the plan and of the re-weighs carried out so far."""
        return self.measurements[: self.newest + 1]

    @functools.cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Return the doses on the days on which they stand."""
        return self._standing(self.laid_slots)

    @functools.cached_property
    def occasions(self) -> tuple[Occasion, ...]:
        """Return procedures and reviews on the days on which they stand."""
        return self._standing(self.laid_occasions)

    @property
    def dated(self) -> tuple[Slot | Occasion, ...]:
        """Return doses, procedures and reviews together."""
        return (*self.slots, *self.occasions)

    def find(self, at: str) -> Dated:
        """Return the first dose, procedure or review of a place.

        Raises:
            InputError: if it is not there, or could mean two places.
        """
        return find(at, self._standing(exactly_at(at, self._laid)) or self.dated)

    def touched(self, at: str, scope: Scope) -> Collection[str]:
        """Return the ids of what a change of this scope touches.

        Raises:
            InputError: if the place is not there, or was given or left out already.
        """
        return self.touched_from(self.find(at), at, scope)

    def touched_from(self, target: Dated, at: str, scope: Scope) -> Collection[str]:
        """Return the same where the first dose, procedure or review is found already."""
        return touched_from(target, self._laid, at, scope, self.moved_to).keys()

    def with_rows(self, slots: tuple[Slot, ...], occasions: tuple[Occasion, ...]) -> Agenda:
        """Return it with others in place of its doses, procedures and reviews."""
        return dataclasses.replace(self, laid_slots=slots, laid_occasions=occasions, moved_to={})

    def mapped(
        self, ids: Collection[str], fields_of: Callable[[Dated], Mapping[str, object]]
    ) -> Agenda:
        """Return it with some doses, procedures and reviews changed; the others are shared.

        Args:
            ids: those that change.
            fields_of: returns the fields to replace in one of them.
        """

        def changed(dated: Sequence[D]) -> tuple[D, ...]:
            return tuple([replaced(d, **fields_of(d)) if d.id in ids else d for d in dated])

        return self.with_rows(changed(self.slots), changed(self.occasions))

    def moved(self, ids: Collection[str], days: int) -> Agenda:
        """Return it with some doses, procedures and reviews moved by a number of days."""
        by, now = dt.timedelta(days=days), self.moved_to
        to = {d.id: now.get(d.id, d.date) + by for d in self._laid if d.id in ids}
        return dataclasses.replace(self, moved_to={**now, **to})

    def only_moved_since(self, before: Agenda) -> bool:
        """Return whether the changes since another agenda have moved doses and no more."""
        return self.laid_slots is before.laid_slots and self.laid_occasions is before.laid_occasions

    def times_moved_since(self, before: Agenda) -> set[tuple[dt.time, int]]:
        """Return the clock times and years of what was only moved since another agenda."""
        then, now = before.moved_to, self.moved_to
        return {
            (d.time, now[d.id].year)
            for d in self._laid
            if d.id in now and now[d.id] is not then.get(d.id)
        }

    @functools.cached_property
    def _laid(self) -> tuple[Slot | Occasion, ...]:
        return (*self.laid_slots, *self.laid_occasions)

    def _standing(self, laid: Sequence[D]) -> tuple[D, ...]:
        to = self.moved_to
        return tuple(
            [
                replaced(d, date=to[d.id], original_date=d.planned_on) if d.id in to else d
                for d in laid
            ]
        )


def moved_by(dated: Dated, by: dt.timedelta) -> dict[str, object]:
    """Return the fields of what is moved; it keeps its original date."""
    return {"date": dated.date + by, "original_date": dated.planned_on}
