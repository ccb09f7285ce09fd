"""The ledger of facts: what was entered of a patient, which rules used it, what it led to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from schedules.course.facts import Known
from schedules.course.gate_states import GateState
from schedules.course.known_facts import DatedResult, Fact
from schedules.knowledge.regimen import Regimen

_NO_RULE = "no rule of this regimen"
_TESTS, _DECISION = "tests before the doses", "a decision before a dose"


@dataclasses.dataclass(frozen=True, slots=True)
class LedgerLine:
    """One fact that was entered: which rules looked at it, and which findings it led to.

    ``asked_of`` are the drugs with rules about facts of its kind, none of which is about this one.
    ``result`` is the fact as a dated result; ``instead`` says of one that no rule used which of the
    same test was used in its place.
    """

    fact: Fact
    used_by: tuple[str, ...]
    led_to: tuple[str, ...]
    asked_of: tuple[str, ...] = ()
    result: DatedResult | None = None
    instead: str = ""

    @property
    def unused(self) -> str:
        """Return what to say of a fact that no rule used."""
        if self.instead:
            return self.instead
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


def _other_used(result: DatedResult, used: DatedResult) -> str:
    """Return which result, or which vaccination, was used in the place of one."""
    name, on = result.fact.name, f"{used.date:%d-%b-%Y}"
    if used.date > result.date:
        return f"a newer {name} of {on} was used instead"
    if used.date < result.date:
        return f"an earlier {name} of {on} was used instead"
    return f"another {name} of the same day was used instead"


def joined(ledgers: Iterable[Sequence[LedgerLine]]) -> tuple[LedgerLine, ...]:
    """Return one ledger of those of several regimens: each fact once, with all that used it."""
    lines: dict[Fact, LedgerLine] = {}
    for line in (line for ledger in ledgers for line in ledger):
        before = lines.get(line.fact, line)
        lines[line.fact] = dataclasses.replace(
            before,
            used_by=_each_once(before.used_by, line.used_by),
            led_to=_each_once(before.led_to, line.led_to),
            asked_of=_each_once(before.asked_of, line.asked_of),
        )
    return _with_used_instead(lines.values())


def with_tests_before_doses(
    ledger: Iterable[LedgerLine], states: Iterable[GateState]
) -> tuple[LedgerLine, ...]:
    """Return a ledger with the tests before the doses, and the decisions that they ask for."""
    used: dict[Fact, bool] = {}
    for state in states:
        if state.fact is not None:
            used[state.fact] = used.get(state.fact, False) or state.verdict == "not reached"
    return _with_used_instead(
        dataclasses.replace(
            line,
            used_by=_each_once(line.used_by, (_TESTS,)),
            led_to=_each_once(line.led_to, (_DECISION,) if used[line.fact] else ()),
        )
        if line.fact in used
        else line
        for line in ledger
    )


def _with_used_instead(ledger: Iterable[LedgerLine]) -> tuple[LedgerLine, ...]:
    """Return a ledger in which a result that no rule used names the one of its test that was."""
    lines = tuple(ledger)
    used: dict[str, DatedResult] = {}
    for result in (line.result for line in lines if line.used_by):
        if result is not None:
            used[result.test] = max(used.get(result.test, result), result, key=lambda one: one.date)
    return tuple(
        dataclasses.replace(line, instead=_other_used(line.result, used[line.result.test]))
        if line.result and not line.used_by and line.result.test in used
        else line
        for line in lines
    )


def _each_once(before: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *more)))


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
        results = {result.fact: result for result in self._known.results}
        return tuple(
            LedgerLine(
                fact,
                tuple(self._used[fact]),
                tuple(self._led_to[fact]),
                tuple(self._asked_of[fact]),
                results.get(fact),
            )
            for fact in self._known.facts
        )
