"""The words that are known of a patient, in sentences: what each means, and whom a group holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schedules.knowledge.reading.drug_words import tell_sources
from schedules.knowledge.reading.telling import (
    by_source,
    fact,
    file_text,
    heading,
    listed,
    spoken,
    spoken_key,
    tells_every_field,
    worded,
)
from schedules.knowledge.terms import (
    UPPER_LIMIT,
    ConditionsFile,
    ConditionTerm,
    MedicinesFile,
    MedicineTerm,
    TermsFile,
    TestsFile,
    TestTerm,
    UnitOfTest,
    Vaccinated,
)


def tell_terms(file: TermsFile) -> Iterator[str]:
    """Yield everything that a file of words means: a heading for each entry, then its words."""
    if isinstance(file, ConditionsFile):
        yield from _conditions(file)
    elif isinstance(file, MedicinesFile):
        yield from _medicines(file)
    elif isinstance(file, TestsFile):
        yield from _tests(file)


@tells_every_field
def _conditions(file: ConditionsFile) -> Iterator[str]:
    yield heading("Conditions", 1)
    yield from _head("conditions", file.version)
    for entry in sorted(file.conditions, key=lambda entry: entry.id):
        yield from _condition(entry)
    yield from tell_sources(file.sources)


@tells_every_field
def _medicines(file: MedicinesFile) -> Iterator[str]:
    yield heading("Medicines", 1)
    yield from _head("medicines", file.version)
    for entry in sorted(file.medicines, key=lambda entry: entry.id):
        yield from _medicine(entry)
    yield from tell_sources(file.sources)


@tells_every_field
def _tests(file: TestsFile) -> Iterator[str]:
    yield heading("Laboratory tests", 1)
    yield from _head("tests", file.version)
    for entry in sorted(file.tests, key=lambda entry: entry.id):
        yield from _test(entry)
    yield from tell_sources(file.sources)


def _head(name: str, version: int) -> Iterator[str]:
    yield heading("What this is")
    yield file_text(f"terms/{name}", version)


def _term(name: str, source: str, also: Sequence[str], members: Sequence[str]) -> Iterator[str]:
    yield f"It is called {worded(name)} {by_source(source)}."
    if also:
        yield f"It is also called {listed(also)}."
    if members:
        yield f"It includes {listed(members, 'and', spoken)}."


@tells_every_field
def _condition(term: ConditionTerm) -> Iterator[str]:
    yield heading(spoken(term.id))
    yield from _term(term.name, term.source, term.also, term.members)
    if term.icd10:
        yield f"Its ICD-10 code is {listed(term.icd10, 'or')}."
    yield from fact("Typed as a condition, it fills in the field {}.", term.means, spoken_key)
    if term.vaccinated is not None:
        yield from _vaccinated(term.vaccinated)
    if term.unvaccinated:
        lacking = listed(term.unvaccinated, one=spoken)
        yield f"Whoever lacks one of these vaccinations has it: {lacking}."


@tells_every_field
def _vaccinated(term: Vaccinated) -> Iterator[str]:
    dose = "the first dose" if term.first else "a dose"
    of = listed(term.of, "or", spoken)
    yield f"Whoever had {dose} of {of} less than {worded(term.within)} before has it."


@tells_every_field
def _medicine(term: MedicineTerm) -> Iterator[str]:
    yield heading(spoken(term.id))
    yield from _term(term.name, term.source, term.also, term.members)
    if term.brands:
        yield f"It is sold as {listed(term.brands)}."


@tells_every_field
def _test(term: TestTerm) -> Iterator[str]:
    yield heading(spoken(term.id))
    yield from _term(term.name, term.source, term.also, term.members)
    for unit in term.units:
        yield from _unit(unit)
    if term.plausible:
        yield f"A plausible result is from {listed(term.plausible, 'to')}."
    if term.results:
        yield f"Its result is {listed(term.results, 'or')}."
    yield from fact("It is entered in the field {}.", term.field, spoken_key)
    yield from fact("During a course it counts as {}.", term.medicine, spoken)


@tells_every_field
def _unit(unit: UnitOfTest) -> Iterator[str]:
    what = f"{unit.unit}, multiples of the upper limit of normal"
    what = what if unit.unit == UPPER_LIMIT else worded(unit.unit)
    times = f", and is multiplied by {unit.times}" if unit.times != "1" else ""
    yield f"Its result may be in {what}{times}."
