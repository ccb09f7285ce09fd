"""The ledger of facts: what was entered of a patient, which rules used it, what it led to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from schedules.course.facts import Known
from schedules.course.known_facts import Fact
from schedules.knowledge.regimen import Regimen

_NO_RULE = "no rule of this regimen"


@dataclasses.dataclass(frozen=True, slots=True)
class LedgerLine:
    """One fact that was entered: which rules looked at it, and which findings it led to.

    ``asked_of`` are the drugs with rules about facts of its kind, none of which is about this one.
    """

    fact: Fact
    used_by: tuple[str, ...]
    led_to: tuple[str, ...]
    asked_of: tuple[str, ...] = ()

    @property
    def unused(self) -> str:
        """Return what to say of a fact that no rule used."""
        if not self.asked_of:
            return _NO_RULE
        drugs = " or ".join(self.asked_of)
        return f"asked; no rule of {drugs} names {self.fact.value}"

    def as_dict(self) -> dict[str, str]:
        """Return it as plain text for JSON and tables."""
        return {
            "fact": self.fact.name,
            "value": self.fact.value,
            "used_by": ", ".join(self.used_by) or self.unused,
            "led_to": ", ".join(self.led_to) or "nothing",
        }


def joined(ledgers: Iterable[Sequence[LedgerLine]]) -> tuple[LedgerLine, ...]:
    """Return one ledger of those of several regimens: each fact once, with all that used it."""
    lines: dict[Fact, LedgerLine] = {}
    for line in (line for ledger in ledgers for line in ledger):
        before = lines.get(line.fact)
        lines[line.fact] = (
            line
            if before is None
            else LedgerLine(
                line.fact,
                tuple(dict.fromkeys((*before.used_by, *line.used_by))),
                tuple(dict.fromkeys((*before.led_to, *line.led_to))),
                tuple(dict.fromkeys((*before.asked_of, *line.asked_of))),
            )
        )
    return tuple(lines.values())


# Facts that checks of their own look at, which are not of one drug.
_USED_ELSEWHERE = {
    "weight": "plausible sizes",
    "height": "plausible sizes",
    "size confirmed": "plausible sizes",
    "weight on": "age of the weight",
    "earlier": "lifetime totals",
}


class Ledger:
    """Notes for each fact which rule looked at it, and what that led to."""

    def __init__(self, known: Known, regimen: Regimen, dosed_by: set[str]) -> None:
        """Begin with the facts that the doses go by, and those that other checks look at."""
        self._known = known
        self._used: dict[Fact, dict[str, None]] = {fact: {} for fact in known.facts}
        self._led_to: dict[Fact, dict[str, None]] = {fact: {} for fact in known.facts}
        self._asked_of: dict[Fact, dict[str, None]] = {fact: {} for fact in known.facts}
        for fact in known.facts:
            if fact.name in dosed_by:
                self._used[fact][f"doses of {regimen.title}"] = None
                self._led_to[fact]["doses"] = None
            if fact.name in _USED_ELSEWHERE:
                self._used[fact][_USED_ELSEWHERE[fact.name]] = None

    def used(self, facts: Iterable[Fact], by: str, code: str = "") -> None:
        """Note that a rule looked at facts, and the finding, if it holds for them."""
        for fact in facts:
            if fact in self._used:
                self._used[fact][by] = None
                if code:
                    self._led_to[fact][code] = None

    def asked(self, facts: Iterable[Fact], drug: str) -> None:
        """Note that a drug has rules about facts of this kind; of unknown words it has none."""
        for fact in facts:
            if fact in self._asked_of and fact not in self._known.unknown:
                self._asked_of[fact][drug] = None

    def lines(self) -> tuple[LedgerLine, ...]:
        """Return a line for each fact, in the order of the patient's fields."""
        for fact, finding in self._known.unknown.items():
            self._led_to[fact][finding.code] = None
        return tuple(
            LedgerLine(
                fact,
                tuple(self._used[fact]),
                tuple(self._led_to[fact]),
                tuple(self._asked_of[fact]),
            )
            for fact in self._known.facts
        )
