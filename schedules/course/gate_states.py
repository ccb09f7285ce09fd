"""What stands before a dose: the last result of each test that decides on it, and what follows.

The rules are data: the gates of the regimen, and the answers of the drug files that propose a
change. A rule never changes a dose. What it proposes is taken by a person, or declined with a
reason, and both stand among the changes of the plan.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from dosing.drugs.drug import Drug
from dosing.drugs.safety import Outcome, Whom
from dosing.trace import Source
from dosing.units import DAY, duration, in_unit, show_number
from schedules.course.closed_days import open_day_for_a_test
from schedules.course.entered_results import EnteredResult, entered_results
from schedules.course.known_facts import DatedResult, Fact
from schedules.course.rows import Administration, Dated, Occasion
from schedules.knowledge.library import Library
from schedules.knowledge.phase import Gate
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import RISE, Terms, TestTerm, UnitOfTest
from schedules.plans.change_words import in_words
from schedules.plans.changes import Adjust, Cease, Decline, Defer, Hold, Omit
from schedules.plans.plan import Plan

Verdict = Literal["reached", "not reached", "too old", "missing", "cannot be compared"]
_SAME_PLACE = (Defer, Omit, Adjust, Cease, Hold, Decline)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """One test before one dose.

    ``result`` is the last one by the day of the dose, typed as ``fact``; ``age`` is how many days
    old it is then and ``valid`` how many it may be, None where no file states it. ``due`` is the
    day by which a result is needed, ``changes`` what is proposed where it holds the dose back,
    ``decided`` what a person decided on the dose since. ``codes`` are the findings of the drug file
    about the same result.
    ``asked_already``: an earlier dose at home of the same cycle asks for the same test.
    """

    test: str
    name: str
    wanted: str
    due: dt.date
    verdict: Verdict
    result: str = ""
    fact: Fact | None = None
    on: dt.date | None = None
    age: int | None = None
    valid: int | None = None
    changes: tuple[str, ...] = ()
    decided: str = ""
    source: Source
    of_the_regimen: bool
    codes: tuple[str, ...] = ()
    asked_already: bool

    @property
    def is_told(self) -> bool:
        """Whether it is said at its dose: not that a daily tablet needs a new test each day."""
        return not (self.asked_already and self.verdict == "missing")

    @property
    def is_open(self) -> bool:
        """Whether a person has to decide."""
        return self.verdict == "not reached" and not self.decided

    @property
    def without_result(self) -> GateState:
        """Return it as if nothing had been entered yet."""
        return dataclasses.replace(self, verdict="missing", result="", fact=None, on=None, age=None)

    @property
    def outcome(self) -> str:
        """Return the result that decides, in words; none where it is missing or too old."""
        if self.verdict in ("missing", "too old"):
            return ""
        on = f" of {self.on:%d-%b-%Y}" if self.on else ""
        return f"{self.result}{on}, {self.verdict}"

    def __str__(self) -> str:
        """Return it as one line: test, result, age, what follows or what is due."""
        due = f"due by {self.due:%a %d-%b-%Y}"
        if self.verdict == "missing" or self.on is None or self.age is None:
            return f"{self.name}: {self.outcome or f'no result, {due}'}{self._then}"
        limit = "no limit is stated" if self.valid is None else f"at most {self.valid}"
        days = "1 day" if self.age == 1 else f"{self.age} days"
        told = f"{self.name} {self.result} of {self.on:%d-%b-%Y}, {days} old ({limit})"
        return f"{told}: {self.verdict}{f', {due}' if self.verdict == 'too old' else self._then}"

    @property
    def _then(self) -> str:
        if self.decided:
            return f"; {self.decided}"
        return "; to be decided" if self.is_open else ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {
            "test": self.test,
            "wanted": self.wanted,
            "result": self.result,
            "date": self.on.isoformat() if self.on else None,
            "age_days": self.age,
            "valid_days": self.valid,
            "due": self.due.isoformat(),
            "verdict": self.verdict,
            "decided": self.decided,
        }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Results of a test that hold a dose back, and what is proposed then."""

    when: Outcome
    changes: tuple[str, ...]
    source: Source
    code: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One test that is asked for before a dose, with all rules about it; ``gate`` of a regimen.

    ``said`` are all answers of the drug about its results, which propose a change or only warn.
    """

    test: TestTerm
    wanted: str
    rules: tuple[_Rule, ...]
    said: tuple[_Rule, ...]
    valid: int | None
    gate: Gate | None = None

    def rule_of(self, result: DatedResult) -> tuple[_Rule | None, bool]:
        """Return the first rule that a result falls under, and whether it can be compared."""
        for rule in self.rules:
            holds = self.holds(rule, result)
            if holds is None:
                return None, False
            if holds:
                return rule, True
        return None, True

    def holds(self, rule: _Rule, result: DatedResult) -> bool | None:
        """Return whether a result falls under a rule; None where it cannot be compared."""
        return self.test.is_among(rule.when, result.number, result.scale, result.word)


def find_gate_states(
    rows: Sequence[Administration],
    occasions: Sequence[Occasion],
    regimens: Sequence[Regimen],
    plan: Plan,
    library: Library,
) -> dict[str, tuple[GateState, ...]]:
    """Return for each dose, by its id, the states of the tests that decide on it.

    Args:
        rows: the doses in the order of their dates, those that were left out as well.
        occasions: procedures and reviews.
        regimens: those of the course in their order.
        plan: with its changes.
        library: the drug files, and the tests that are known.
    """
    asked = _Asking(regimens, library)
    if not asked.anything:
        return {}
    known = _Known(rows, occasions, plan, library.terms, asked.tests)
    states: dict[str, tuple[GateState, ...]] = {}
    seen: set[tuple[int, str, int]] = set()
    at_home: set[tuple[int, str, int, str, str]] = set()
    for row in rows:
        cycle = (row.course_number, row.phase, row.cycle)
        tests = asked.of(row, first_of_cycle=cycle not in seen and not row.companion)
        if row.live and not row.companion:
            seen.add(cycle)
        if tests:
            states[row.id] = tuple(
                known.state(row, one, asked_already=(*cycle, row.drug, one.test.id) in at_home)
                for one in tests
            )
        if row.at_home and row.live:
            at_home.update((*cycle, row.drug, one.test.id) for one in tests)
    return states


class _Asking:
    """Which tests are asked for before which doses."""

    def __init__(self, regimens: Sequence[Regimen], library: Library) -> None:
        self._regimens, self._library = regimens, library
        gates = (gate for one in regimens for phase in one.phases for gate in phase.gates)
        self.tests = {**_tests_of(gates), **library.terms.tests}
        self._of_drugs: dict[tuple[str, str], list[_Asked]] = {}
        drugs = {name for regimen in regimens for name in regimen.drugs}
        self.anything = any(phase.gates for regimen in regimens for phase in regimen.phases) or any(
            answer.proposes
            for name in drugs
            for _, _, answer in library.drug(name).safety.every_answer()
        )

    def of(self, row: Administration, *, first_of_cycle: bool) -> list[_Asked]:
        """Return the tests before a dose; a gate of the regimen stands for those of the drug."""
        regimen = self._regimens[row.course_number - 1]
        phase = next(p for p in regimen.phases if p.name == row.phase)
        gates = [
            self._of_gate(gate, regimen.source(gate.source), row)
            for gate in (phase.gates if first_of_cycle else ())
            if gate.name in self.tests
        ]
        named = {gate.name for gate in phase.gates}
        own = (one for one in self._of_drug(row) if one.rules and one.test.id not in named)
        return [*gates, *own]

    def _of_gate(self, gate: Gate, source: Source, row: Administration) -> _Asked:
        test = self.tests[gate.name]
        said = next((one.said for one in self._of_drug(row) if one.test.id == gate.name), ())
        rules = tuple(
            _Rule(when=outcome, changes=tuple(gate.otherwise), source=source)
            for outcome in gate.held_back_by(test.results)
        )
        valid = _valid_days(self._library.drug(row.drug)).get(gate.name)
        days = gate.valid.shortest_days() if gate.valid else valid
        return _Asked(test=test, wanted=gate.wanted, rules=rules, said=said, valid=days, gate=gate)

    def _of_drug(self, row: Administration) -> list[_Asked]:
        key = (row.drug, row.route)
        if key not in self._of_drugs:
            self._of_drugs[key] = list(self._read(self._library.drug(row.drug), row.route))
        return self._of_drugs[key]

    def _read(self, drug: Drug, route: str) -> Iterator[_Asked]:
        said: dict[str, list[_Rule]] = {}
        for question, _, answer in drug.safety.every_answer():
            when, proposes = answer.when, answer.proposes
            if not isinstance(when, Whom) or when.result is None or not answer.is_of_a_result:
                continue
            if (answer.routes and route not in answer.routes) or when.result.test not in self.tests:
                continue
            changes: tuple[str, ...] = ()
            if proposes is not None and (not proposes.routes or route in proposes.routes):
                changes = tuple(proposes.changes)
            source = drug.source(proposes.source if proposes else answer.source)
            code = answer.code_of(drug.id, question)
            rule = _Rule(when=when.result, changes=changes, source=source, code=code)
            said.setdefault(when.result.test, []).append(rule)
        for name, own in said.items():
            rules = tuple(rule for rule in own if rule.changes)
            # the name of the test stands before it already
            held = [str(rule.when).removeprefix(f"{name} ") for rule in rules]
            yield _Asked(
                test=self.tests[name],
                wanted=f"not {' or '.join(held)}",
                rules=rules,
                said=tuple(own),
                valid=_valid_days(drug).get(name),
            )


def _valid_days(drug: Drug) -> dict[str, int]:
    """Return how many days old a result of each test may be, as far as the drug file states it."""
    stated = (answer.when for _, _, answer in drug.safety.every_answer())
    missing = (when.missing for when in stated if isinstance(when, Whom) and when.missing)
    return {
        one.test: int(in_unit(duration(one.older_than, "older_than"), DAY, "older_than"))
        for one in missing
        if one.older_than
    }


def _tests_of(gates: Iterable[Gate]) -> dict[str, TestTerm]:
    """Return tests as gates alone state them, where no vocabulary is there."""
    return {
        gate.name: TestTerm.model_construct(
            id=gate.name,
            name=gate.what,
            units=[UnitOfTest(unit=gate.unit.removeprefix("x "))],
            results=[],
            source=gate.source,
        )
        for gate in gates
        if gate.unit
    }


class _Known:
    """The results that were entered, and what was decided since."""

    def __init__(
        self,
        rows: Sequence[Administration],
        occasions: Sequence[Occasion],
        plan: Plan,
        terms: Terms,
        tests: Mapping[str, TestTerm],
    ) -> None:
        self._plan, self._occasions = plan, occasions
        self._entered = list(entered_results(plan, terms, tests))
        self._cycles: dict[tuple[int, str, int], set[str]] = {}
        for row in rows:
            key = (row.course_number, row.phase, row.cycle)
            self._cycles.setdefault(key, set()).add(row.place)

    def state(self, row: Administration, asked: _Asked, *, asked_already: bool) -> GateState:
        """Return what is known of a test before a dose."""
        due = self._due(row, asked)
        entered = self._last(row, asked)
        known: dict[str, Any] = {"verdict": "missing"}
        if entered is not None:
            known = _judge(entered, row, asked)
            if "rule" in known:
                known["decided"] = self._decided(row, entered, asked)
        rule = known.pop("rule", None) or asked.rules[0]
        return GateState(
            test=asked.test.id,
            name=asked.test.name,
            wanted=asked.wanted,
            due=due,
            valid=asked.valid,
            source=rule.source,
            of_the_regimen=asked.gate is not None,
            asked_already=asked_already,
            **known,
        )

    def _due(self, row: Administration, asked: _Asked) -> dt.date:
        return day_of_gate(asked.gate, row, self._occasions, self._plan)

    def _last(self, row: Administration, asked: _Asked) -> EnteredResult | None:
        """Return the last result by the day of a dose; one that was entered for it stands first."""
        own = [one for one in self._entered if one.result.test == asked.test.id]
        here = [one for one in own if one.at == row.place]
        if here:
            return here[-1]
        before = [one for one in own if not one.at and one.result.date <= row.date]
        return max(before, key=lambda one: (one.result.date, one.after), default=None)

    def _decided(self, row: Administration, entered: EnteredResult, asked: _Asked) -> str:
        """Return what a person decided on a dose, or its cycle, since its result was known."""
        places = {row.place}
        if asked.gate is not None:
            places |= self._cycles[row.course_number, row.phase, row.cycle]
        for change in reversed(self._plan.changes[entered.after :]):
            if not isinstance(change, _SAME_PLACE) or change.at not in places:
                continue
            if not isinstance(change, Decline) or change.gate == asked.test.id:
                return f"{in_words(change).removeprefix(f'{change.at}, ')} ({change.who})"
        return ""


def _judge(entered: EnteredResult, row: Administration, asked: _Asked) -> dict[str, Any]:
    result = entered.result
    age = None if entered.at else (row.date - result.date).days
    known: dict[str, Any] = {"result": _value(result), "fact": result.fact, "age": age}
    known["on"] = None if entered.at else result.date
    rule, comparable = asked.rule_of(result)
    if rule is not None:
        known["rule"] = rule
        known["codes"] = tuple(
            one.code for one in asked.said if not entered.at and asked.holds(one, result)
        )
    if age is not None and asked.valid is not None and age > asked.valid:
        return {**known, "verdict": "too old"}
    if not comparable:
        return {**known, "verdict": "cannot be compared"}
    if rule is not None:
        return {**known, "verdict": "not reached", "changes": rule.changes}
    return {**known, "verdict": "reached"}


def _value(result: DatedResult) -> str:
    if result.number is None:
        return result.word
    if result.scale == RISE:
        sense = "below" if result.number < 0 else "above"
        return f"{abs(result.number):.3g} % {sense} the first"
    power = "x " if result.scale.startswith("10^") else ""
    return f"{show_number(result.number)} {power}{result.scale}"


def day_of_gate(
    gate: Gate | None, dose: Dated, occasions: Sequence[Occasion], plan: Plan
) -> dt.date:
    """Return the open day by which the result before a dose is needed.

    Args:
        gate: that of the regimen; of a test that a drug file asks for, None.
        dose: the dose on which it decides.
        occasions: among them the review at which it may be asked for.
        plan: with the closed days of its site.
    """
    if gate is not None and gate.review:
        reviews = [
            one.date
            for one in occasions
            if one.what == gate.review
            and one.course_number == dose.course_number
            and one.live
            and one.date <= dose.date
        ]
        if reviews:
            return max(reviews)
    days = gate.days_before if gate is not None else None
    return open_day_for_a_test(dose.date - dt.timedelta(days=days or 0), None, plan.site.closed)
