"""What is known of a patient beside the measurements: the words that were typed, each understood.

A word means an entry of ``terms/``, or nothing is checked about it, and that is said.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dosing.calculation.clearance import Clearance
from dosing.drugs.conditions import Interval, is_child, number_of
from dosing.drugs.safety import STATES, State
from dosing.errors import Problems
from dosing.names import CHILD_PUGH, DIALYSIS
from dosing.patient import Patient
from dosing.plausibility import PLAUSIBLE
from dosing.trace import TYPED, Finding, warn
from dosing.units import plain
from schedules.course.known_facts import DatedResult, Fact, Listed
from schedules.course.vaccinations import Vaccinations
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import (
    GIVEN,
    NONE,
    RISE,
    ConditionTerm,
    Terms,
    TestTerm,
    Vocabulary,
)
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.patient_reading import read_date

_NOT_A_WORD = re.compile("[^a-z0-9]+")
_YES, _NO = "yes", "no"
STATE_FIELDS: Mapping[State, str] = {
    "pregnant": "pregnant",
    "could become pregnant": "could_become_pregnant",
    "breast-feeding": "breast_feeding",
}
_ON_DIALYSIS = tuple(word for word in DIALYSIS if word != "none")
KIDNEY_DISEASE = "kidney-disease"
_RESULT = "neutrophils 0.9 10^9/L 2026-11-28"
_CHILD_PUGH = "child-pugh"
_IMPAIRED = Interval(below=plain(PLAUSIBLE.impaired_kidney.below))
LIVER_TESTS = ("alt", "ast", "ggt", "alkaline-phosphatase", "bilirubin", "albumin")


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """On which day a patient is looked at, and which drugs the rest of the course gives then."""

    on: dt.date
    beside: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of a patient on a day; ``unknown`` says which words are not known.

    ``measured`` are the facts behind each number, ``stated`` those behind what has a field of its
    own, ``states`` are None where nobody asked.
    """

    on: dt.date
    patient: Patient
    clearance: Clearance | None
    measured: Mapping[str, tuple[Fact, ...]]
    states: Mapping[State, bool | None]
    stated: Mapping[str, tuple[Fact, ...]]
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
    fielded = _with_conditions(entry, terms, problems)
    words = {name: word for name, (word, _) in fielded.items()}
    results = [
        result
        for text in entry.results
        if (result := _read_result(text, terms, problems, reading)) is not None
    ]
    vaccinations = _read_vaccinations(entry, results, terms, (problems, reading), judged.on)
    results += [one for one in vaccinations.given if one not in results]
    for option, texts in (
        ("condition", entry.conditions),
        ("takes", entry.takes),
        ("allergy", entry.allergies),
        ("vaccination", entry.vaccinations),
    ):
        if len(texts) > 1 and any(_is_none(text) for text in texts):
            why, accepted = "stands beside others", "write none alone, or leave it out"
            problems.add(option, NONE, why=why, accepted=accepted)
    if liver := _liver(entry, results, problems):
        fielded["liver"] = liver
    problems.raise_if_any()
    drugs = (*regimen.drugs, *judged.beside)
    others = [name for name in drugs if name in terms.medicines.entries]
    indications = [found.id for word in regimen.for_ if (found := terms.conditions.find(word))]
    has = reading.listed("condition", entry.conditions, terms.conditions, indications)
    takes = reading.listed("takes", entry.takes, terms.medicines, others)
    return Known(
        on=judged.on,
        patient=patient,
        clearance=clearance,
        measured=_measured(entry, patient) | ({"liver": liver[1]} if liver else {}),
        states=_states(words, patient),
        stated={name: facts for name, (_, facts) in fielded.items()},
        dialysis=words.get("dialysis", ""),
        liver=liver[0] if liver else "",
        has=vaccinations.with_conditions(_with_organs(has, fielded), terms),
        takes=vaccinations.with_medicines(takes, terms),
        allergy=reading.listed("allergy", entry.allergies, terms.medicines, ()),
        results=tuple(results),
        facts=tuple(_typed_facts(entry)),
        unknown=reading.unknown,
    )


def _liver(
    entry: PatientEntry, results: Sequence[DatedResult], problems: Problems
) -> tuple[str, tuple[Fact, ...]] | None:
    """Return the class of the liver, from its field and the newest dated result."""
    dated = [result for result in results if result.test == _CHILD_PUGH]
    field = (Fact("liver", entry.liver),) if entry.liver else ()
    if not dated:
        return (entry.liver, field) if field else None
    newest = max(dated, key=lambda result: result.date)
    found = f"Child-Pugh {newest.word.upper()}"
    if entry.liver not in ("", found):
        why, accepted = f"stands beside liver {entry.liver}", "correct one of them"
        problems.add("result", newest.fact.value, why=why, accepted=accepted)
    return found, (*field, newest.fact)


def _is_none(text: str) -> bool:
    return text.casefold().strip() == NONE


def _measured(entry: PatientEntry, patient: Patient) -> dict[str, tuple[Fact, ...]]:
    """Return the facts behind each number of the patient."""
    age = Fact("born", entry.born.isoformat()) if entry.born else Fact("age", entry.age)
    typed: dict[str, tuple[Fact, ...]] = {
        "age": (age,),
        "weight": (Fact("weight", entry.weight), Fact("dry weight", entry.dry_weight)),
        "height": (Fact("height", entry.height),),
        "creatinine": (Fact("creatinine", entry.creatinine),),
        "genotype": (Fact("genotype", entry.genotype),),
        "sex": (Fact("sex", entry.sex),),
    }
    facts = {
        name: known
        for name, own in typed.items()
        if (known := tuple(fact for fact in own if fact.value.strip()))
    }
    if patient.clearance is not None:
        facts["clearance"] = tuple(_behind_clearance(entry, patient, facts))
    return facts


def _behind_clearance(
    entry: PatientEntry, patient: Patient, facts: Mapping[str, tuple[Fact, ...]]
) -> Iterator[Fact]:
    """Yield what a clearance is from: first as it was entered, or what was measured in blood."""
    if entry.clearance:
        yield Fact("clearance", entry.clearance)
        yield Fact("clearance by", entry.clearance_by)
        return
    by = ("creatinine", "age", "weight", "sex")
    if is_child(patient):
        by = ("creatinine", "age", "height", "weight")
    elif patient.cystatin_c is not None:
        yield Fact("cystatin C", entry.cystatin_c)
        by = ("age", "weight", "height", "sex")
    for name in by:
        yield from facts.get(name, ())


def _with_conditions(
    entry: PatientEntry, terms: Terms, problems: Problems
) -> dict[str, tuple[str, tuple[Fact, ...]]]:
    """Return the word of what has a field, with all that it was typed as: conditions as well."""
    names = (*STATE_FIELDS.values(), "dialysis", "liver")
    fielded: dict[str, tuple[str, tuple[Fact, ...]]] = {
        name: (word, (Fact(name.replace("_", " "), word),))
        for name in names
        if (word := getattr(entry, name))
    }
    for typed in entry.conditions:
        found = terms.conditions.find(typed)
        if not isinstance(found, ConditionTerm) or not found.means:
            continue
        word = _YES
        if found.means == "dialysis":
            word = "peritoneal" if found.id.startswith("peritoneal") else "haemodialysis"
        before, facts = fielded.get(found.means, (word, ()))
        if before != word:
            why = f"stands beside {' and '.join(map(str, facts))}"
            problems.add("condition", typed, why=why, accepted="correct one of them")
        fielded[found.means] = (word, (*facts, Fact("condition", typed)))
    return fielded


def _with_organs(has: Listed, fielded: Mapping[str, tuple[str, tuple[Fact, ...]]]) -> Listed:
    """Return the conditions with those that a field implies.

    Who is on dialysis has a disease of the kidney, who has a class of Child-Pugh one of the liver.
    """
    implied = (
        (condition, fact)
        for name, words, condition in (
            ("dialysis", _ON_DIALYSIS, KIDNEY_DISEASE),
            ("liver", CHILD_PUGH, "liver-disease"),
        )
        if name in fielded and fielded[name][0] in words
        for fact in fielded[name][1]
    )
    return has.with_facts(implied)


def _states(values: Mapping[str, str], patient: Patient) -> dict[State, bool | None]:
    """Return each state, as far as it was asked; a man is in none of them."""
    states: dict[State, bool | None] = {
        state: {_YES: True, _NO: False}.get(values.get(STATE_FIELDS[state], "")) for state in STATES
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
        elif value and str(value).strip() and name not in _NO_FACT:
            yield Fact(option, "yes" if value is True else str(value))


_OPTIONS = {
    "amputations": "amputation",
    "cystatin_c": "cystatin C",
    "conditions": "condition",
    "allergies": "allergy",
    "results": "result",
    "vaccinations": "vaccination",
}
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
        typed: list[tuple[str, Fact]] = []
        none = [text for text in texts if _is_none(text)]
        for text in texts:
            fact, unknown, understood = Fact(name, text), [], []
            for word in () if text in none else vocabulary.parted(text):
                found = vocabulary.find(word)
                ids = [found.id] if found is not None else vocabulary.contained(word)
                if found is None:
                    unknown.append(word)
                    understood += [vocabulary.entries[one].name for one in ids]
                typed += [(one, fact) for one in vocabulary.expanded(ids)]
            if unknown:
                # Where a comma parted nothing that is known, it may as well belong to the word.
                whole = len(unknown) == len(vocabulary.parted(text))
                word = text.strip(" ;") if whole else "; ".join(unknown)
                self.not_known(fact, word, vocabulary, understood)
        asked, nothing = (tuple(Fact(name, text) for text in some) for some in (texts, none))
        own = dict.fromkeys(vocabulary.expanded(more), ())
        return Listed(own, asked, nothing).with_facts(typed)

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
    for count in range(len(words), 0, -1):
        found = tests.find(" ".join(words[:count]))
        if isinstance(found, TestTerm):
            return _value_of(found, " ".join(words[count:]), fact, date, problems)
    name = " ".join(word for word in words if not word[:1].isdigit()) or text
    reading.not_known(fact, name, tests)
    return None


def _read_vaccinations(
    entry: PatientEntry,
    results: Iterable[DatedResult],
    terms: Terms,
    into: tuple[Problems, _Words],
    on: dt.date,
) -> Vaccinations:
    """Return the vaccinations that were typed as such, and those that were typed as results."""
    own = (_read_vaccination(text, terms, *into) for text in entry.vaccinations)
    given = [one for one in results if one.test in terms.vaccines.entries]
    given += [one for one in own if one is not None]
    return Vaccinations(given, tuple(Fact("vaccination", text) for text in entry.vaccinations), on)


def _read_vaccination(
    text: str, terms: Terms, problems: Problems, reading: _Words
) -> DatedResult | None:
    """Read a vaccine and the day on which it was given; none is asked, and there is none."""
    if _is_none(text):
        return None
    *words, last = text.split() or [""]
    date = problems.reading(read_date, last, f'vaccination "{text}", date')
    if date is None:
        return None
    fact, name = Fact("vaccination", text), " ".join(words)
    found = terms.vaccines.find(name.removesuffix(f" {GIVEN}"))
    if found is None:
        reading.not_known(fact, name or text, terms.vaccines)
        return None
    return DatedResult(fact, found.id, None, "", word=GIVEN, date=date)


def check_vaccination(text: str, terms: Terms) -> list[Finding]:
    """Return what is said of a typed vaccination that is not known here.

    Raises:
        InputError: if its date cannot be read.
    """
    problems, reading = Problems(), _Words()
    _read_vaccination(text, terms, problems, reading)
    problems.raise_if_any()
    return list(reading.unknown.values())


def _value_of(
    test: TestTerm, value: str, fact: Fact, date: dt.date, problems: Problems
) -> DatedResult | None:
    if test.field and not value.endswith(RISE):
        write = f"--{test.field}, with plan or re-weigh"
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


def with_kidney_disease(known: Known) -> Known:
    """Return what is known, with kidney disease where a clearance says so.

    A clearance that is not below the limit of ``plausibility.toml`` rules it out, unless it was
    typed. Who is on dialysis has it already.

    Args:
        known: all that is known of the patient.
    """
    facts, patient = known.measured.get("clearance", ()), known.patient
    if KIDNEY_DISEASE in known.has.typed or patient.clearance is None:
        return known
    if _IMPAIRED.holds(number_of(patient, "clearance", _IMPAIRED), "clearance"):
        has = known.has.with_facts([(KIDNEY_DISEASE, facts[0])])
        has = dataclasses.replace(has, asked=(*has.asked, *facts))
    else:
        has = dataclasses.replace(known.has, ruled_out={KIDNEY_DISEASE: facts})
    return dataclasses.replace(known, has=has)
