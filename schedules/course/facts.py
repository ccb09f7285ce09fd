"""What is known of a patient beside the measurements: the words that were typed, each understood.

A word means an entry of ``terms/``, or nothing is checked about it, and that is said.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dosing.calculation.clearance import Clearance
from dosing.drugs.safety import STATES, State
from dosing.errors import Problems
from dosing.patient import Patient
from dosing.trace import TYPED, Finding, warn
from dosing.units import show
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import NONE, ConditionTerm, Terms, TestTerm, Vocabulary
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.patient_reading import read_date

_NOT_A_WORD = re.compile("[^a-z0-9]+")
_YES, _NO = "yes", "no"
_STATE_FIELDS: Mapping[State, str] = {
    "pregnant": "pregnant",
    "could become pregnant": "could_become_pregnant",
    "breast-feeding": "breast_feeding",
}
_RESULT = "neutrophils 0.9 10^9/L 2026-11-28"
_DIGITS = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Fact:
    """One fact as it was typed, by the name of its option."""

    name: str
    value: str

    def __str__(self) -> str:
        """Return it as a sentence names it: condition hepatitis B."""
        return f"{self.name} {self.value}"


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """On which day a patient is looked at, and which drugs the rest of the course gives then."""

    on: dt.date
    beside: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """Entries of a vocabulary that a patient has, each with what it was typed as.

    What belongs to the plan itself, such as its other drugs, was typed as no fact. ``asked`` holds
    all that was typed, nothing where nobody asked; ``none`` says that there is none.
    """

    typed: Mapping[str, Fact | None]
    asked: tuple[Fact, ...]
    none: tuple[Fact, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class DatedResult:
    """A result as it was typed: a number on one scale of its test, or a word."""

    fact: Fact
    test: str
    number: float | None
    scale: str
    word: str
    date: dt.date


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of a patient on a day; ``unknown`` says which words are not known.

    ``measured`` are the facts behind each number, ``states`` are None where nobody asked.
    """

    on: dt.date
    patient: Patient
    clearance: Clearance | None
    measured: Mapping[str, tuple[Fact, ...]]
    states: Mapping[State, bool | None]
    stated: Mapping[State, Fact]
    dialysis: str
    liver: str
    has: Listed
    takes: Listed
    allergy: Listed
    results: tuple[DatedResult, ...]
    facts: tuple[Fact, ...]
    unknown: Mapping[Fact, Finding]

    def latest(self, test: str) -> DatedResult | None:
        """Return the newest result of a test."""
        own = [result for result in self.results if result.test == test]
        return max(own, key=lambda result: result.date, default=None)


def read_known(
    entry: PatientEntry,
    patient: Patient,
    clearance: Clearance | None,
    regimen: Regimen,
    terms: Terms,
    judged: Judged,
) -> Known:
    """Read what was typed of a patient.

    Args:
        entry: the patient as typed.
        patient: the measurements, as read.
        clearance: that of the patient, with its origin, if there is one.
        regimen: what it is for, and its drugs, count as had and taken.
        terms: the words that are known.
        judged: on which day, and beside which other drugs of the course.

    Raises:
        InputError: if a result cannot be read, or two facts contradict each other.
    """
    problems, reading = Problems(), _Words()
    values = _with_conditions(entry, terms, problems)
    results = [
        result
        for text in entry.results
        if (result := _read_result(text, terms, problems, reading)) is not None
    ]
    for option, texts in (
        ("condition", entry.conditions),
        ("takes", entry.takes),
        ("allergy", entry.allergies),
    ):
        if len(texts) > 1 and any(_is_none(text) for text in texts):
            why, accepted = "stands beside others", "write none alone, or leave it out"
            problems.add(option, NONE, why=why, accepted=accepted)
    problems.raise_if_any()
    drugs = (*regimen.drugs, *judged.beside)
    others = [name for name in drugs if name in terms.medicines.entries]
    indications = [found.id for word in regimen.for_ if (found := terms.conditions.find(word))]
    return Known(
        on=judged.on,
        patient=patient,
        clearance=clearance,
        measured=_measured(entry, patient),
        states=_states(values, patient),
        stated={
            state: Fact(name.replace("_", " "), values[name])
            for state, name in _STATE_FIELDS.items()
            if values[name]
        },
        dialysis=values["dialysis"],
        liver=entry.liver,
        has=reading.listed("condition", entry.conditions, terms.conditions, indications),
        takes=reading.listed("takes", entry.takes, terms.medicines, others),
        allergy=reading.listed("allergy", entry.allergies, terms.medicines, ()),
        results=tuple(results),
        facts=tuple(_typed_facts(entry)),
        unknown=reading.unknown,
    )


def _is_none(text: str) -> bool:
    return text.casefold().strip() == NONE


def _measured(entry: PatientEntry, patient: Patient) -> dict[str, tuple[Fact, ...]]:
    """Return the facts behind each number of the patient."""
    age = Fact("born", entry.born.isoformat()) if entry.born else Fact("age", entry.age)
    facts: dict[str, tuple[Fact, ...]] = {
        "age": (age,),
        "weight": (Fact("weight", entry.weight),),
        "creatinine": (Fact("creatinine", entry.creatinine),),
        "genotype": (Fact("genotype", entry.genotype),),
        "sex": (Fact("sex", entry.sex),),
    }
    if entry.clearance:
        facts["clearance"] = (Fact("clearance", entry.clearance),)
    else:
        facts["clearance"] = (*facts["creatinine"], *facts["age"], *facts["weight"], *facts["sex"])
    return {name: own for name, own in facts.items() if all(fact.value for fact in own)}


def _with_conditions(entry: PatientEntry, terms: Terms, problems: Problems) -> dict[str, str]:
    """Return the facts that have a field, also where they were typed as a condition."""
    values = {name: getattr(entry, name) for name in (*_STATE_FIELDS.values(), "dialysis")}
    for typed in entry.conditions:
        found = terms.conditions.find(typed)
        if not isinstance(found, ConditionTerm) or not found.means:
            continue
        word = _YES
        if found.means == "dialysis":
            word = "peritoneal" if found.id.startswith("peritoneal") else "haemodialysis"
        if values[found.means] not in ("", word):
            option = found.means.replace("_", " ")
            why = f"stands beside {option} {values[found.means]}"
            problems.add("condition", typed, why=why, accepted="correct one of them")
        values[found.means] = word
    return values


def _states(values: Mapping[str, str], patient: Patient) -> dict[State, bool | None]:
    """Return each state, as far as it was asked; a man is in none of them."""
    states: dict[State, bool | None] = {
        state: {_YES: True, _NO: False}.get(values[_STATE_FIELDS[state]]) for state in STATES
    }
    if patient.sex == "male":
        states = {state: states[state] or False for state in STATES}
    if states["pregnant"] and states["could become pregnant"] is None:
        states["could become pregnant"] = False
    if states["could become pregnant"] is False and states["pregnant"] is None:
        states["pregnant"] = False
    return states


def _typed_facts(entry: PatientEntry) -> Iterator[Fact]:
    """Yield everything that was typed of the patient, a fact for each entry of a list."""
    for name in type(entry).model_fields:
        value = getattr(entry, name)
        option = _OPTIONS.get(name, name.replace("_", " "))
        if isinstance(value, list):
            yield from (Fact(option, word) for word in value)
        elif isinstance(value, Mapping):
            yield from (Fact(option, f"{drug}={text}") for drug, text in value.items())
        elif value and name not in _NO_FACT:
            yield Fact(option, "yes" if value is True else str(value))


_OPTIONS = {"conditions": "condition", "allergies": "allergy", "results": "result"}
# A label tells one plan from another and says nothing of the patient.
_NO_FACT = {"label"}


@dataclasses.dataclass(slots=True)
class _Words:
    """Understands typed words, and collects the findings on those that are not known."""

    unknown: dict[Fact, Finding] = dataclasses.field(default_factory=dict)

    def listed(
        self, name: str, texts: Sequence[str], vocabulary: Vocabulary, more: Iterable[str]
    ) -> Listed:
        """Return the entries that typed words mean, with all members of a group."""
        typed: dict[str, Fact | None] = dict.fromkeys(vocabulary.expanded(more))
        none = [text for text in texts if _is_none(text)]
        for text in texts:
            if text in none:
                continue
            found = vocabulary.find(text)
            ids = [found.id] if found is not None else vocabulary.contained(text)
            if found is None:
                names = [vocabulary.entries[one].name for one in ids]
                self.not_known(Fact(name, text), text, vocabulary, names)
            typed |= dict.fromkeys(vocabulary.expanded(ids), Fact(name, text))
        asked, nothing = (tuple(Fact(name, text) for text in some) for some in (texts, none))
        return Listed(typed, asked, nothing)

    def not_known(
        self, fact: Fact, word: str, vocabulary: Vocabulary, understood: Sequence[str] = ()
    ) -> None:
        """Say that nothing was checked about a word, and which words may be meant."""
        near = vocabulary.near(word)
        meant = f" Did you mean {' or '.join(near)}?" if near and not understood else ""
        if understood:
            said = (
                f"only {' and '.join(understood)} is known here: nothing was checked about the rest"
            )
        else:
            said = "not known here: nothing was checked about it"
        code = _NOT_A_WORD.sub("_", word.casefold()).strip("_")
        self.unknown[fact] = warn(
            f"fact.unknown_word.{code}", f'{fact.name} "{word}": {said}.{meant}', TYPED
        )


def unknown_words(name: str, texts: Sequence[str], vocabulary: Vocabulary) -> list[Finding]:
    """Return what is said of typed words that are not known here, or only in part."""
    reading = _Words()
    reading.listed(name, texts, vocabulary, ())
    return list(reading.unknown.values())


def read_results(texts: Iterable[str], terms: Terms) -> list[DatedResult]:
    """Return the results that were typed, those of tests that are known here.

    Raises:
        InputError: with every one that cannot be read.
    """
    problems, reading = Problems(), _Words()
    found = [_read_result(text, terms, problems, reading) for text in texts]
    problems.raise_if_any()
    return [result for result in found if result is not None]


def check_result(text: str, terms: Terms) -> list[Finding]:
    """Return what is said of a typed result whose test is not known here.

    Raises:
        InputError: if it cannot be read.
    """
    problems, reading = Problems(), _Words()
    _read_result(text, terms, problems, reading)
    problems.raise_if_any()
    return list(reading.unknown.values())


def _read_result(
    text: str, terms: Terms, problems: Problems, reading: _Words
) -> DatedResult | None:
    """Read a test, a value with its unit, and a date; a test that is not known is a finding."""
    *words, last = text.split() or [""]
    date = problems.reading(read_date, last, f'result "{text}", date')
    if date is None:
        return None
    fact, tests = Fact("result", text), terms.test_words
    for count in range(len(words) - 1, 0, -1):
        found = tests.find(" ".join(words[:count]))
        if isinstance(found, TestTerm):
            return _value_of(found, " ".join(words[count:]), fact, date, problems)
    name = " ".join(word for word in words if not word[:1].isdigit()) or text
    reading.not_known(fact, name, tests)
    return None


def _value_of(
    test: TestTerm, value: str, fact: Fact, date: dt.date, problems: Problems
) -> DatedResult | None:
    if test.field:
        write = f"--{test.field}"
        problems.add("result", fact.value, why="has a field of its own", write=write)
        return None
    number = problems.reading(test.number, value)
    if number is not None and not test.is_plausible(*number):
        accepted = f"possible is {' to '.join(test.plausible)}"
        problems.add("result", fact.value, why="is a number that nobody has", accepted=accepted)
    if number is not None:
        return DatedResult(fact, test.id, *number, word="", date=date)
    word = value.casefold().strip()
    if word in test.results:
        return DatedResult(fact, test.id, None, "", word=word, date=date)
    accepted = ", ".join(test.results) or " or ".join(unit.unit for unit in test.units)
    problems.add(
        "result",
        fact.value,
        why=f"is no result of {test.name} here",
        write=f"{accepted}: {_RESULT}",
    )
    return None


def clearance_text(known: Known) -> str:
    """Return the number that stands for the kidney, with its origin."""
    if known.clearance is not None:
        return known.clearance.text
    if known.patient.creatinine is not None:
        return f"Creatinine {show(known.patient.creatinine, _DIGITS)}."
    return f"Dialysis: {known.dialysis}." if known.dialysis else ""
