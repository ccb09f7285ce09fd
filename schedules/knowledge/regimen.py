"""A regimen as its file states it: phases, medicines, days, sources. No patient and no date.

The file format is these models: strict, closed, every quantity a text with its unit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field, model_validator

from dosing.calculation.clearance import ClearanceRule
from dosing.drugs.conditions import When, find_table_problems
from dosing.drugs.drug import SourceEntry
from dosing.drugs.file_model import FileModel, MisplacedError, Place, Words, no_entries
from dosing.drugs.safety import Whom
from dosing.names import Jurisdiction
from dosing.trace import Source
from schedules.knowledge.choice import GIVEN, Choice, Chosen, Picked
from schedules.knowledge.medicine import Into
from schedules.knowledge.pathway import awaited, pathway_problems
from schedules.knowledge.phase import Phase, Prerequisite
from schedules.knowledge.phase_days import companion_problems, day_problems, taper_problems


class KnowledgeUsed(FileModel):
    """Which version of a regimen, drug or band file a plan was made with."""

    id: str
    version: int
    sha256: str


class Erratum(FileModel):
    """What a source prints, what it must mean, and who says so.

    ``rows`` are its numbers in the list of 22 disagreements between the article and the guidelines.
    """

    prints: Words
    rows: list[int] = Field(default_factory=no_entries)
    means: Words
    why: Words
    source: str
    says: str


class NotFor(FileModel):
    """For whom nothing is planned, and why."""

    when: When
    why: Words
    source: str


class OnlyFor(FileModel):
    """For whom alone a regimen is: outside it stops or warns.

    ``unknown`` is the level where nobody asked: a WARN where the source says that it is dangerous.
    """

    when: Whom
    level: Literal["WARN", "STOP"] = "STOP"
    unknown: Literal["NOTE", "WARN"] = "NOTE"
    text: str = Field(min_length=1)
    source: str


class Missed(FileModel):
    """What a source that was seen says about a missed dose of a drug, in all or some phases."""

    drug: str
    phases: list[str] = Field(default_factory=no_entries)
    text: str = Field(min_length=1)
    source: str

    def holds_in(self, drug: str, phase: str) -> bool:
        """Return whether it is about a dose of a drug in a phase."""
        return self.drug == drug and (not self.phases or phase in self.phases)


class Example(FileModel):
    """A worked example: a patient, a first day, and the dated doses that must come out."""

    patient: dict[str, str]
    start: dt.date
    choose: dict[str, str] = Field(default_factory=dict)
    adjust: dict[str, str] = Field(default_factory=dict)
    expect: list[Words] = Field(min_length=1)
    source: str


class Reviewed(FileModel):
    """When the review of the file is due. Who wrote and checked it signs its reading."""

    due: dt.date


class Regimen(FileModel):
    """What is given, how much, on which days, from which source. No patient, no date.

    ``jurisdiction`` says whose label or guideline it follows, where they differ; ``elsewhere``
    names the regimens that others state for the same treatment.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: Words
    for_: list[Words] = Field(alias="for", min_length=1)
    about: str = ""
    jurisdiction: Jurisdiction = ""
    elsewhere: dict[Jurisdiction, str] = Field(default_factory=dict)
    status: Literal["under review", "endorsed", "superseded", "discontinued"]
    version: int = Field(ge=1)
    reviewed: Reviewed
    sources: dict[str, SourceEntry]
    errata: list[Erratum] = Field(default_factory=no_entries)
    choices: list[Choice] = Field(default_factory=no_entries)
    clearance: ClearanceRule | None = None
    not_for: list[NotFor] = Field(default_factory=no_entries)
    prerequisites: list[Prerequisite] = Field(default_factory=no_entries)
    only_for: list[OnlyFor] = Field(default_factory=no_entries)
    missed: list[Missed] = Field(default_factory=no_entries)
    phases: list[Phase] = Field(min_length=1)
    examples: list[Example] = Field(min_length=1)

    @property
    def drugs(self) -> list[str]:
        """Return the ids of its drugs in order, each once; as-required drugs last."""
        drugs = [medicine.drug for phase in self.phases for medicine in phase.medicines]
        drugs += [entry.drug for phase in self.phases for entry in phase.as_required]
        return list(dict.fromkeys(drugs))

    @property
    def places(self) -> set[str]:
        """Return the choices that say into which joint or side an injection goes."""
        medicines = [medicine for phase in self.phases for medicine in phase.medicines]
        return {medicine.into.choice for medicine in medicines if medicine.into is not None}

    def dosed(self, phase: Phase) -> Phase:
        """Return the phase that states the doses of a phase: itself, or what its taper reduces."""
        if phase.taper is None:
            return phase
        return next(other for other in self.phases if other.name == phase.taper.reduces)

    def condition(self, phase: Phase) -> str:
        """Return what a phase depends on: the outcome of a review, and what its file states."""
        return "; ".join(filter(None, (awaited(self.phases, phase.name), phase.only_if)))

    def opened(self) -> Iterator[tuple[Place, str]]:
        """Yield the other regimens that the outcomes of its reviews open, with their places."""
        for p, phase in enumerate(self.phases):
            for n, review in enumerate(phase.procedures):
                for b, branch in enumerate(review.outcomes):
                    for o, one in enumerate(branch.opens):
                        if one.regimen:
                            place = ("procedures", n, "outcomes", b, "opens", o, "regimen")
                            yield ("phases", p, *place), one.regimen

    def bands(self) -> list[When]:
        """Return the bands that decide whether and what is given, in order."""
        medicines = [medicine for phase in self.phases for medicine in phase.medicines]
        stated = [medicine.when for medicine in medicines if medicine.when is not None]
        return [*stated, *(entry.when for entry in self.not_for)]

    @property
    def severities(self) -> list[str]:
        """Return the closed list of severities: the words of the choice of that name."""
        return [word for c in self.choices if c.name == "severity" for word in c.words]

    def prerequisites_of(self, sex: str) -> list[Prerequisite]:
        """Return what must be known before the doses of a patient; "" where nobody asked."""
        return [one for one in self.prerequisites if not sex or one.sex in (None, sex)]

    def asked_when(self, check: Prerequisite) -> str:
        """Return when a prerequisite is asked for: without a medicine there is no dose."""
        first = check.before == "first dose"
        if not any(phase.medicines or phase.as_required for phase in self.phases):
            return "Before it begins" if first else "Each time"
        return "Before the first dose" if first else "Before each dose"

    def source(self, name: str) -> Source:
        """Return a source by its name in the file."""
        return self.sources[name].as_source()

    def companions_given(self, choices: Mapping[str, str]) -> frozenset[str]:
        """Return the names of the companions that were chosen to be given."""
        companions = (choice.name for choice in self.choices if choice.companion)
        return frozenset(name for name in companions if choices.get(name) == GIVEN)

    def as_chosen(self, choices: Mapping[str, str]) -> Regimen:
        """Return it without the companions that are left out or undecided."""
        if not any(choice.companion for choice in self.choices):
            return self
        given = self.companions_given(choices)
        phases = [phase.with_companions(given) for phase in self.phases]
        return self.model_copy(update={"phases": [phase for phase in phases if phase]})

    def choice(self, name: str) -> Choice:
        """Return a choice by its name."""
        return next(choice for choice in self.choices if choice.name == name)

    @model_validator(mode="after")
    def _consistent(self) -> Regimen:
        problems = [
            *self._source_problems(),
            *self._choice_problems(),
            *self._phase_problems(),
            *self._missed_problems(),
        ]
        if problems:
            raise MisplacedError(*problems)
        return self

    def _source_problems(self) -> Iterator[tuple[Place, str]]:
        for place, name in _sources_named(self):
            if name not in self.sources:
                yield place, f'no source named "{name}"'

    def _choice_problems(self) -> Iterator[tuple[Place, str]]:
        choices = {choice.name: choice for choice in self.choices}
        used = {"severity" for band in self.bands() if band.severity is not None}
        for place, part, wanted in self._chosen_parts():
            used.add(part.choice)
            choice = choices.get(part.choice)
            if choice is None:
                yield place, f'no choice named "{part.choice}"'
            elif choice.kind != wanted:
                yield place, f'choice "{part.choice}" is not {wanted}'
            elif isinstance(part, Picked) and choice.pick != (part.pick, part.of):
                yield place, f'choice "{part.choice}" is not {part.pick} of {part.of}'
        companions = {name for name, choice in choices.items() if choice.companion}
        named = dict(self._companions())
        used.update(named.values())
        for place in (place for place, name in named.items() if name not in companions):
            yield place, f'no choice named "{named[place]}" is a companion'
        for n, choice in enumerate(self.choices):
            if choice.name not in used:
                yield ("choices", n), f'choice "{choice.name}" is never used'
            if choice.optional_with and choice.optional_with not in choices:
                place = ("choices", n, "optional_with")
                yield place, f'no choice named "{choice.optional_with}"'
        if len(choices) != len(self.choices):
            yield ("choices",), "two choices have the same name"

    def _companions(self) -> Iterator[tuple[Place, str]]:
        """Yield each place that names a companion, and its name."""
        for p, phase in enumerate(self.phases):
            for n, medicine in enumerate(phase.medicines):
                if medicine.companion:
                    yield ("phases", p, "medicines", n, "companion"), medicine.companion
            for n, procedure in enumerate(phase.procedures):
                if procedure.companion:
                    yield ("phases", p, "procedures", n, "companion"), procedure.companion

    def _chosen_parts(self) -> Iterator[tuple[Place, Chosen | Picked | Into, str]]:
        """Yield each place that a choice fills, the choice, and the kind of choice it takes."""
        for p, phase in enumerate(self.phases):
            if isinstance(phase.length, Chosen):
                yield ("phases", p, "length"), phase.length, "a length"
            if phase.cycle is not None:
                if isinstance(phase.cycle.every, Chosen):
                    yield ("phases", p, "cycle", "every"), phase.cycle.every, "a length"
                if isinstance(phase.cycle.count, Chosen):
                    yield ("phases", p, "cycle", "count"), phase.cycle.count, "a number"
            for g, medicine in enumerate(phase.medicines):
                if isinstance(medicine.days, Picked):
                    yield ("phases", p, "medicines", g, "days"), medicine.days, "some days"
                if medicine.into is not None:
                    yield ("phases", p, "medicines", g, "into"), medicine.into, "a word"

    def _clearance_problems(self) -> Iterator[tuple[Place, str]]:
        clearances = [band.clearance for band in self.bands() if band.clearance is not None]
        if self.clearance is None and clearances:
            text = "is missing: state which weight and surface the clearance of a band uses"
            yield ("clearance",), text
        if any(interval.is_indexed for interval in clearances):
            yield ("clearance",), "a dose goes by mL/min: state its bands without 1.73 m2"

    def _phase_problems(self) -> Iterator[tuple[Place, str]]:
        yield from self._clearance_problems()
        names = [phase.name for phase in self.phases]
        if len(set(names)) != len(names):
            yield ("phases",), "two phases have the same name"
        yield from pathway_problems(self.phases)
        reviews = {
            part.what for phase in self.phases for part in phase.procedures if part.kind == "review"
        }
        for p, phase in enumerate(self.phases):
            at: Place = ("phases", p)
            if phase.taper is not None:
                for where, text in taper_problems(phase.taper, self.phases[:p]):
                    yield (*at, "taper", *where), text
            for text in self._table_problems(phase):
                yield (*at, "medicines"), text
            for where, text in (*day_problems(phase), *companion_problems(phase)):
                yield (*at, *where), text
            for n, gate in enumerate(phase.gates):
                if gate.review and gate.review not in reviews:
                    yield (*at, "gates", n, "review"), f'no review called "{gate.review}"'

    def _missed_problems(self) -> Iterator[tuple[Place, str]]:
        names = [phase.name for phase in self.phases]
        told: set[tuple[str, str]] = set()
        for n, one in enumerate(self.missed):
            at: Place = ("missed", n)
            if one.drug not in self.drugs:
                yield (*at, "drug"), f"no dose of {one.drug} is planned here"
            for name in (name for name in one.phases if name not in names):
                yield (*at, "phases"), f'no phase named "{name}"'
            if one.source in self.sources and not self.sources[one.source].confirmed:
                yield (*at, "source"), "what to do about a missed dose needs a source that was seen"
            here = {(one.drug, name) for name in one.phases or names}
            if here & told:
                yield at, f"a missed dose of {one.drug} has two answers"
            told |= here

    def _table_problems(self, phase: Phase) -> Iterator[str]:
        """Yield the names that several medicines share without being a table of bands.

        A table has neither gap nor overlap; those for whom nothing is planned fill their cells of
        every table.
        """
        for name, medicines in phase.tables().items():
            bands = [medicine.when for medicine in medicines if medicine.when is not None]
            if bands and len(bands) == len(medicines):
                refused = [entry.when for entry in self.not_for]
                problems = find_table_problems(bands, refused, self.severities)
                yield from (f"{name}: {text}" for text in problems)
            elif len(medicines) > 1:
                yield "two medicines of one drug each need an item name or a band (when)"


def clock_words(regimen: Regimen) -> list[str]:
    """Return the words of the site's clock by which its doses are timed, each once."""
    medicines = [medicine for phase in regimen.phases for medicine in phase.medicines]
    words = [time.word for medicine in medicines for time in medicine.times_of_day]
    return list(dict.fromkeys(word for word in words if word))


def _sources_named(part: FileModel) -> list[tuple[Place, str]]:
    """Return every source that a part of the file names, wherever it stands in it.

    Each value of each file is looked at whenever a library is read: one list is gathered.
    """
    found: list[tuple[Place, str]] = []
    _gather_sources(part, (), found)
    return found


def _gather_sources(part: FileModel, at: Place, found: list[tuple[Place, str]]) -> None:
    values = vars(part)
    for name, field in type(part).model_fields.items():
        value = values[name]
        if isinstance(value, str):
            if name == "source" or (name == "says" and isinstance(part, Erratum)):
                found.append(((*at, name), value))
        elif isinstance(value, FileModel):
            _gather_sources(value, (*at, field.alias or name), found)
        elif isinstance(value, list):
            for n, entry in enumerate(value):
                if isinstance(entry, FileModel):
                    _gather_sources(entry, (*at, field.alias or name, n), found)
