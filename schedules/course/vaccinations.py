"""What was typed of vaccinations: each with its date, and the conditions that they come to."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dosing.units import DAY, duration, in_unit
from schedules.course.known_facts import DatedResult, Fact, Listed
from schedules.knowledge.terms import ConditionTerm, Terms, Vaccinated


@dataclasses.dataclass(frozen=True, slots=True)
class Vaccinations:
    """Those that are known of a patient; ``asked`` is everything that was typed of them.

    Those that were entered as results, as the first plans did, count too.
    """

    given: Sequence[DatedResult]
    asked: tuple[Fact, ...]
    on: dt.date

    def with_conditions(self, has: Listed, terms: Terms) -> Listed:
        """Return conditions with those that the vaccinations come to, and those they rule out."""
        implied: list[tuple[str, Fact]] = []
        ruled_out: dict[str, tuple[Fact, ...]] = dict(has.ruled_out)
        for term in terms.by_vaccination:
            verdict = self._verdict(term, terms)
            if verdict is None:
                continue
            holds, facts = verdict
            if holds:
                implied += [(term.id, fact) for fact in facts]
            else:
                ruled_out[term.id] = facts
        return dataclasses.replace(has.with_facts(implied), ruled_out=ruled_out)

    def with_medicines(self, takes: Listed, terms: Terms) -> Listed:
        """Return medicines with the vaccines that are given during the course."""
        return takes.with_facts(
            (medicine, one.fact)
            for one in self.given
            if one.date >= self.on and (medicine := terms.tests[one.test].medicine)
        )

    def _verdict(self, term: ConditionTerm, terms: Terms) -> tuple[bool, tuple[Fact, ...]] | None:
        """Return whether a condition follows, and from which facts; None where nothing says so."""
        if term.vaccinated is not None:
            own = self._of(term.vaccinated.of, terms)
            return self._recent(term.vaccinated, own) if own else None
        if term.unvaccinated and self.asked:
            lacking = [name for name in term.unvaccinated if not self._of([name], terms)]
            return bool(lacking), self.asked
        return None

    def _of(self, names: Iterable[str], terms: Terms) -> list[DatedResult]:
        ids = terms.vaccines.expanded(names)
        return [one for one in self.given if one.test in ids]

    def _recent(
        self, stated: Vaccinated, own: Sequence[DatedResult]
    ) -> tuple[bool, tuple[Fact, ...]]:
        days = float(in_unit(duration(stated.within, "within"), DAY, "within"))
        counting = _first_of_each(own) if stated.first else own
        recent = [one for one in counting if (self.on - one.date).days < days]
        return bool(recent), tuple(one.fact for one in recent or own)


def _first_of_each(own: Sequence[DatedResult]) -> Iterator[DatedResult]:
    by_test: Mapping[str, list[DatedResult]] = {one.test: [] for one in own}
    for one in own:
        by_test[one.test].append(one)
    for doses in by_test.values():
        yield min(doses, key=lambda one: one.date)
