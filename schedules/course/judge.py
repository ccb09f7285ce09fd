"""Whether something that a file says of some patients is about this one.

What was not entered is never taken for "no": then it is not known.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dosing.drugs.conditions import Interval, NumberMeasure, When, number_of
from dosing.drugs.drug import Drug
from dosing.drugs.safety import Answer, Missing, Outcome, Whom
from dosing.units import DAY, ML_PER_MIN, duration, in_unit, quantity
from schedules.course.facts import KIDNEY_DISEASE, STATE_FIELDS, Known, with_kidney_disease
from schedules.course.known_facts import DatedResult, Fact, Listed
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import NONE, Terms

_NUMBERS = ("age", "weight", "height", "creatinine", "clearance")
_WORDS = ("sex", "genotype", "dialysis", "liver")
_LISTS = ("has", "takes", "unless_takes", "allergy")


class Judgement(NamedTuple):
    """Whether something holds, None where it is not known; by which facts, and what is missing.

    ``asked`` are the facts that answer it, also where none of them is the one that is meant.
    ``own`` says that it holds for everybody whom the regimen is for: what is normal does not warn.
    """

    holds: bool | None
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()
    asked: tuple[Fact, ...] = ()
    own: bool = False


@functools.cache
def _not_entered(name: str) -> Judgement:
    """Return that nothing was entered of what is asked: of most patients most is not."""
    return Judgement(None, missing=(name,))


@dataclasses.dataclass(frozen=True, slots=True)
class Own:
    """What a regimen implies of all whom it is for: its indication, drugs and ``only_for``."""

    has: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    only_for: tuple[Whom, ...] = ()

    @property
    def for_a_kidney(self) -> bool:
        """Whether it is only for people on dialysis, or with a kidney that it states."""
        return any(whom.dialysis or whom.creatinine or whom.clearance for whom in self.only_for)

    def never_takes(self, ids: frozenset[str], terms: Terms) -> bool:
        """Return whether it is for nobody who takes one of these medicines."""
        return any(terms.medicines.expanded(whom.unless_takes) >= ids for whom in self.only_for)

    def is_one_of(self, name: str, words: Sequence[str]) -> bool:
        """Return whether it is for nobody whose word of this name is another."""
        stated = [getattr(whom, name) for whom in self.only_for]
        return any(own and set(own) <= set(words) for own in stated)

    def is_within(self, measure: NumberMeasure, interval: Interval) -> bool:
        """Return whether it is for nobody whose number lies outside an interval."""
        low, high = (_or_infinite(end, n) for n, end in enumerate(interval.bounds(measure)))
        for whom in self.only_for:
            own = getattr(whom, measure)
            if own is not None:
                ends = [_or_infinite(end, n) for n, end in enumerate(own.bounds(measure))]
                if low <= ends[0] and ends[1] <= high:
                    return True
        return False


def _or_infinite(end: float | None, number: int) -> float:
    return end if end is not None else (math.inf if number else -math.inf)


def implied_by(regimen: Regimen, terms: Terms) -> Own:
    """Return what a regimen implies of all whom it is for."""
    only_for = [part.when for part in regimen.only_for]
    has = {found.id for word in regimen.for_ if (found := terms.conditions.find(word))}
    has.update(name for whom in only_for for name in whom.has)
    if any(whom.dialysis and "none" not in whom.dialysis for whom in only_for):
        has.add(KIDNEY_DISEASE)
    takes = {*regimen.drugs, *(name for whom in only_for for name in whom.takes)}
    return Own(
        terms.conditions.expanded(has),
        terms.medicines.expanded(takes),
        tuple(only_for),
    )


def with_dialysis_as_clearance(known: Known) -> Known:
    """Return what is known with no clearance at all on dialysis, unless one was entered."""
    typed = [fact for fact in known.measured.get("clearance", ()) if fact.name == "clearance"]
    if typed or known.dialysis in ("", NONE):
        return known
    patient = dataclasses.replace(
        known.patient, clearance=quantity(0.0, ML_PER_MIN), indexed_clearance=None
    )
    measured = {**known.measured, "clearance": known.stated["dialysis"]}
    return dataclasses.replace(known, patient=patient, measured=measured)


def has_figures(whoms: Iterable[Whom | When]) -> bool:
    """Return whether one of them states a number of the kidney."""
    return any(whom.creatinine or whom.clearance for whom in whoms)


class Judge:
    """Decides whether an answer is about a patient; what was not entered is not known."""

    def __init__(self, known: Known, terms: Terms, own: Own, drug: str = "") -> None:
        """Keep what is known, and what the regimen implies; ``drug`` is no other medicine."""
        self.known, self.own, self._terms, self._drug = known, own, terms, drug

    def of_kidney(self, answers: Sequence[Answer]) -> Judge:
        """Return it for the answers on the kidney.

        Where they state no number a number still says whether the kidney is impaired; where they do
        not speak of dialysis it stands for the number.
        """
        whoms = [answer.when for answer in answers if isinstance(answer.when, Whom)]
        of_dialysis = any(whom.dialysis for whom in whoms)
        if not has_figures(whoms):
            known = with_kidney_disease(self.known)
        elif not of_dialysis:
            known = with_dialysis_as_clearance(self.known)
        else:
            return self
        return Judge(known, self._terms, self.own, self._drug)

    def names_allergy(self, drug: Drug) -> bool:
        """Return whether an answer of a drug file is about an allergy to the drug itself."""
        whoms = (answer.when for _, _, answer in drug.safety.every_answer())
        ids = {one for whom in whoms if isinstance(whom, Whom) for one in whom.allergy}
        return drug.id in self._terms.medicines.expanded(ids)

    def judge(self, whom: Whom) -> Judgement:
        """Return whether all that is stated holds."""
        parts = self._parts(whom)
        if len(parts) == 1 and not parts[0].facts:
            return parts[0]  # as most are: nothing was entered of the one thing that is stated
        facts = tuple(dict.fromkeys(fact for part in parts for fact in part.facts))
        asked = tuple(dict.fromkeys((*facts, *(fact for part in parts for fact in part.asked))))
        if any(part.holds is False for part in parts):
            return Judgement(False, facts, asked=asked)
        missing = tuple(dict.fromkeys(name for part in parts for name in part.missing))
        own = all(part.own for part in parts)
        return Judgement(None if missing else True, facts, missing, asked, own)

    def _parts(self, whom: Whom) -> list[Judgement]:
        stated, parts = whom.model_fields_set, list[Judgement]()
        if not stated.isdisjoint(_NUMBERS):
            parts += self._numbers(whom)
        if not stated.isdisjoint(_WORDS):
            parts += self._words(whom)
        if not stated.isdisjoint(_LISTS):
            parts += self._lists(whom)
        if whom.is_:
            parts.append(self._state(whom))
        if whom.result is not None:
            parts.append(self._result(whom.result))
        if whom.missing is not None:
            parts.append(self._without(whom.missing))
        return parts

    def _numbers(self, whom: Whom) -> Iterator[Judgement]:
        for measure, interval in whom.intervals():
            patient = self.known.patient
            if getattr(patient, measure) is None:
                yield _not_entered(measure)
                continue
            number = number_of(patient, measure, interval)
            facts, own = self.known.measured.get(measure, ()), self.own.is_within(measure, interval)
            yield Judgement(interval.holds(number, measure), facts, asked=facts, own=own)

    def _words(self, whom: Whom) -> Iterator[Judgement]:
        known = self.known
        for name, value, words in (
            ("sex", known.patient.sex, whom.sex),
            ("genotype", known.patient.genotype, whom.genotype),
            ("dialysis", known.dialysis, whom.dialysis),
            ("liver", known.liver, whom.liver),
        ):
            if not words:
                continue
            if not value:
                yield _not_entered(name)
            else:
                stated = known.stated.get(name) or (Fact(name, str(value)),)
                facts = known.measured.get(name) or stated
                own = self.own.is_one_of(name, words)
                yield Judgement(value in words, facts, asked=facts, own=own)

    def _lists(self, whom: Whom) -> Iterator[Judgement]:
        known, terms, own = self.known, self._terms, self.own
        if whom.has:
            yield _listed(terms.conditions.expanded(whom.has), known.has, "conditions", own.has)
        # A drug is no other medicine of its own class.
        if whom.takes and (others := terms.medicines.expanded(whom.takes) - {self._drug}):
            yield _listed(others, known.takes, "other medicines", own.takes)
        if whom.allergy:
            ids = terms.medicines.expanded(whom.allergy)
            yield _listed(ids, known.allergy, "allergies", frozenset())
        if whom.unless_takes:
            exempting = terms.medicines.expanded(whom.unless_takes)
            taken = _listed(exempting, known.takes, "other medicines", frozenset())
            # Beside other conditions, a medicine that nobody asked about exempts nobody.
            if taken.holds is None and whom.states_more_than("unless_takes"):
                taken = taken._replace(holds=False, missing=())
            free = None if taken.holds is None else not taken.holds
            yield taken._replace(holds=free, own=own.never_takes(exempting, terms))

    def _state(self, whom: Whom) -> Judgement:
        states = {state: self.known.states[state] for state in whom.is_}
        fields = (STATE_FIELDS[state] for state in whom.is_)
        facts = tuple(fact for name in fields for fact in self.known.stated.get(name, ()))
        if not facts and self.known.patient.sex == "male":
            facts = self.known.measured["sex"]
        if any(states.values()):
            return Judgement(True, facts, asked=facts)
        missing = tuple(state for state, value in states.items() if value is None)
        return Judgement(None if missing else False, facts, missing, facts)

    def _result(self, outcome: Outcome) -> Judgement:
        test = self._terms.tests.get(outcome.test)
        latest = self._latest(outcome.test)
        if latest is None and test is not None and test.field in self.known.measured:
            # What has a field of its own is the first one, above which it has not risen.
            entered = self.known.measured[test.field]
            return Judgement(False, entered, asked=entered)
        if latest is None or test is None:
            return _not_entered(test.name if test else outcome.test)
        facts = (latest.fact,)
        holds = test.is_among(outcome, latest.number, latest.scale, latest.word)
        if holds is None:
            return Judgement(None, facts, (f"{test.name} in {test.scale_of(outcome)}",), facts)
        return Judgement(holds, facts, asked=facts)

    def _latest(self, test: str) -> DatedResult | None:
        """Return the newest result of a test, or of one of its members."""
        ids = self._terms.test_words.expanded([test])
        own = [found for name in ids if (found := self.known.latest(name)) is not None]
        return max(own, key=lambda found: found.date, default=None)

    def _without(self, missing: Missing) -> Judgement:
        test = self._terms.tests.get(missing.test)
        entered = self.known.measured.get(test.field, ()) if test is not None else ()
        if entered:
            # It was entered with the first day, which is the day on which it counts.
            return Judgement(False, entered, asked=entered)
        latest = self._latest(missing.test)
        if latest is None:
            return Judgement(True)
        days = None
        if missing.older_than:
            days = float(in_unit(duration(missing.older_than, "older_than"), DAY, "older_than"))
        age = (self.known.on - latest.date).days
        facts = (latest.fact,)
        return Judgement(days is not None and age > days, facts, asked=facts)


def _listed(ids: frozenset[str], listed: Listed, option: str, own: frozenset[str]) -> Judgement:
    """Return whether a patient has one of these entries, and as what it was typed."""
    met = sorted(ids & listed.typed.keys())
    if met:
        facts = tuple(dict.fromkeys(fact for name in met for fact in listed.typed[name]))
        return Judgement(True, facts, asked=listed.asked, own=own.issuperset(met))
    if ids and ids <= listed.ruled_out.keys():
        facts = tuple(fact for name in sorted(ids) for fact in listed.ruled_out[name])
        return Judgement(False, facts, asked=(*listed.asked, *facts))
    if not listed.asked:
        return _not_entered(option)
    return Judgement(False, listed.none, asked=listed.asked)


def holds_for(
    whom: Whom, known: Known, terms: Terms
) -> tuple[bool | None, tuple[Fact, ...], tuple[str, ...]]:
    """Return whether something is about a patient, by which facts, and which are missing."""
    verdict = Judge(known, terms, Own()).judge(whom)
    return verdict.holds, verdict.facts, verdict.missing
