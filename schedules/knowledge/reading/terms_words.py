"""The words that are known of a patient, in sentences: what each means, and whom a group holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schedules.knowledge.reading.drug_words import tell_sources
from schedules.knowledge.reading.telling import (
    by_source,
    fact,
    heading,
    listed,
    tells_every_field,
    worded,
)
from schedules.knowledge.terms import (
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
    yield from _version(file.version)
    for entry in sorted(file.conditions, key=lambda entry: entry.id):
        yield from _condition(entry)
    yield from tell_sources(file.sources)


@tells_every_field
def _medicines(file: MedicinesFile) -> Iterator[str]:
    yield heading("Medicines", 1)
    yield from _version(file.version)
    for entry in sorted(file.medicines, key=lambda entry: entry.id):
        yield from _medicine(entry)
    yield from tell_sources(file.sources)


@tells_every_field
def _tests(file: TestsFile) -> Iterator[str]:
    yield heading("Laboratory tests", 1)
    yield from _version(file.version)
    for entry in sorted(file.tests, key=lambda entry: entry.id):
        yield from _test(entry)
    yield from tell_sources(file.sources)


def _version(version: int) -> Iterator[str]:
    yield heading("What this is")
    yield f"This is version {version} of its file."


def _term(name: str, source: str, also: Sequence[str], members: Sequence[str]) -> Iterator[str]:
    yield f"It is called {worded(name)} {by_source(source)}."
    if also:
        yield f"It is also called {listed(also)}."
    if members:
        yield f"It holds for {listed(members)}."


@tells_every_field
def _condition(term: ConditionTerm) -> Iterator[str]:
    yield heading(term.id)
    yield from _term(term.name, term.source, term.also, term.members)
    if term.icd10:
        yield f"Its code of the ICD-10 is {listed(term.icd10, 'or')}."
    yield from fact("It means {}.", term.means, worded)
    if term.vaccinated is not None:
        yield from _vaccinated(term.vaccinated)
    if term.unvaccinated:
        yield f"Whoever lacks one of these vaccinations has it: {listed(term.unvaccinated)}."


@tells_every_field
def _vaccinated(term: Vaccinated) -> Iterator[str]:
    dose = "the first dose" if term.first else "a dose"
    of = listed(term.of, "or")
    yield f"Whoever had {dose} of {of} less than {worded(term.within)} before has it."


@tells_every_field
def _medicine(term: MedicineTerm) -> Iterator[str]:
    yield heading(term.id)
    yield from _term(term.name, term.source, term.also, term.members)
    if term.brands:
        yield f"It is sold as {listed(term.brands)}."


@tells_every_field
def _test(term: TestTerm) -> Iterator[str]:
    yield heading(term.id)
    yield from _term(term.name, term.source, term.also, term.members)
    for unit in term.units:
        yield from _unit(unit)
    if term.plausible:
        yield f"Plausible is from {listed(term.plausible, 'to')}."
    if term.results:
        yield f"Its result is {listed(term.results, 'or')}."
    yield from fact("It is entered as {}.", term.field, worded)
    yield from fact("During a course it counts as {}.", term.medicine, worded)


@tells_every_field
def _unit(unit: UnitOfTest) -> Iterator[str]:
    first = f" times {unit.times}" if unit.times != "1" else ""
    yield f"It is stated in {worded(unit.unit)}{first}."
