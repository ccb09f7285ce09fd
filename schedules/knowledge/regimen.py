"""A regimen as its file states it: phases, gives, days, sources. No patient and no date.

The file format is these models: strict, closed, every quantity a text with its unit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from pydantic import Field, model_validator

from dosing.calculation.clearance import ClearanceRule
from dosing.drugs.conditions import When, find_table_problems
from dosing.drugs.drug import Jurisdiction, SourceEntry
from dosing.drugs.file_model import FileModel, KnowledgeFile, MisplacedError, Place
from dosing.trace import Source
from dosing.units import Quantity, in_unit, parts, plain, quantity, same_kind
from schedules.knowledge.choice import Choice, Chosen, Picked
from schedules.knowledge.days import DAYS_TEXT
from schedules.knowledge.medicine import (
    Cap,
    Medicine,
    PercentOfMedicine,
    Rounded,
    Tablets,
    Takes,
    Window,
)
from schedules.knowledge.phase import Phase, Prerequisite, Taper
from schedules.knowledge.span import Span

_ANY_LENGTH = 1
_A_WEEK = 7
_SAME = 1e-9


class KnowledgeUsed(FileModel):
    """Which version of a regimen or drug file the plan was made with."""

    id: str
    version: int
    sha256: str


class Erratum(FileModel):
    """What a source prints, what it must mean, and who says so.

    ``rows`` are its numbers in the list of 22 disagreements between the article and the guidelines.
    """

    prints: str
    rows: list[int] = Field(default_factory=list)
    means: str
    why: str
    source: str
    says: str


class NotFor(FileModel):
    """For whom nothing is planned, and why."""

    when: When
    why: str = Field(min_length=1)
    source: str


class Example(FileModel):
    """A worked example: a patient, a first day, and the dated doses that must come out."""

    patient: dict[str, str]
    start: dt.date
    choose: dict[str, str] = Field(default_factory=dict)
    adjust: dict[str, str] = Field(default_factory=dict)
    expect: list[str] = Field(min_length=1)
    source: str


class Reviewed(FileModel):
    """Who wrote and who checked the file, and when it must be looked at again."""

    written_by: str
    checked_by: str
    due: dt.date


class Regimen(KnowledgeFile):
    """What is given, how much, on which days, from which source. No patient, no date.

    ``jurisdiction`` says whose label or guideline it follows, where they differ; ``elsewhere``
    names the regimens that others state for the same treatment.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    for_: list[str] = Field(alias="for", min_length=1)
    about: str = ""
    jurisdiction: Jurisdiction = ""
    elsewhere: dict[Jurisdiction, str] = Field(default_factory=dict)
    status: Literal["under review", "endorsed", "superseded", "discontinued"]
    version: int = Field(ge=1)
    reviewed: Reviewed
    sources: dict[str, SourceEntry]
    errata: list[Erratum] = Field(default_factory=list)
    choices: list[Choice] = Field(default_factory=list)
    clearance: ClearanceRule | None = None
    not_for: list[NotFor] = Field(default_factory=list)
    checks: list[Prerequisite] = Field(default_factory=list)
    phases: list[Phase] = Field(min_length=1)
    examples: list[Example] = Field(min_length=1)

    @property
    def drugs(self) -> list[str]:
        """Give the ids of its drugs, in order, each once; those as required come last."""
        given = [medicine.drug for phase in self.phases for medicine in phase.medicines]
        given += [part.drug for phase in self.phases for part in phase.as_required]
        return list(dict.fromkeys(given))

    def dosed(self, phase: Phase) -> Phase:
        """Give the phase that states the doses of a phase: itself, or what its taper reduces."""
        if phase.taper is None:
            return phase
        return next(other for other in self.phases if other.name == phase.taper.reduces)

    def bands(self) -> list[When]:
        """Give the bands that decide whether and what is given, in order."""
        medicines = [medicine for phase in self.phases for medicine in phase.medicines]
        stated = [medicine.when for medicine in medicines if medicine.when is not None]
        return [*stated, *(entry.when for entry in self.not_for)]

    @property
    def severities(self) -> list[str]:
        """Give the closed list of severities: the words of the choice of that name."""
        return [word for c in self.choices if c.name == "severity" for word in c.words]

    def source(self, name: str) -> Source:
        """Give a source by its name in the file."""
        return self.sources[name].as_source()

    def choice(self, name: str) -> Choice:
        """Give a choice by its name."""
        return next(choice for choice in self.choices if choice.name == name)

    @model_validator(mode="after")
    def _consistent(self) -> Regimen:
        found = [*self._source_problems(), *self._choice_problems(), *self._day_problems()]
        if self.status == "endorsed" and not self.reviewed.checked_by:
            found.append((("status",), "endorsed needs reviewed.checked_by"))
        if found:
            raise MisplacedError(*found)
        return self

    def _source_problems(self) -> list[tuple[Place, str]]:
        named: list[tuple[Place, str]] = []
        for p, phase in enumerate(self.phases):
            for g, medicine in enumerate(phase.medicines):
                at: Place = ("phases", p, "gives", g)
                named.append(((*at, "source"), medicine.source))
                for key in ("round", "cap", "tablets", "takes", "window", "percent_of"):
                    part: Rounded | Cap | Tablets | Takes | Window | PercentOfMedicine | None
                    part = getattr(medicine, key)
                    if part is not None:
                        named.append(((*at, key, "source"), part.source))
            named += [
                (("phases", p, "monitor", n, "source"), monitor.source)
                for n, monitor in enumerate(phase.monitor)
            ]
            named += [
                (("phases", p, "gates", n, "source"), gate.source)
                for n, gate in enumerate(phase.gates)
            ]
            if phase.taper is not None:
                named.append((("phases", p, "taper", "source"), phase.taper.source))
                if phase.taper.ends is not None:
                    named.append(
                        (("phases", p, "taper", "ends", "source"), phase.taper.ends.source)
                    )
            named += [
                (("phases", p, "as_required", n, "source"), entry.source)
                for n, entry in enumerate(phase.as_required)
            ]
            for n, procedure in enumerate(phase.procedures):
                named.append((("phases", p, "acts", n, "source"), procedure.source))
                if procedure.takes is not None:
                    named.append(
                        (("phases", p, "acts", n, "takes", "source"), procedure.takes.source)
                    )
        named += [(("choices", n, "source"), c.source) for n, c in enumerate(self.choices)]
        named += [(("checks", n, "source"), c.source) for n, c in enumerate(self.checks)]
        named += [(("examples", n, "source"), e.source) for n, e in enumerate(self.examples)]
        named += [(("not_for", n, "source"), entry.source) for n, entry in enumerate(self.not_for)]
        if self.clearance is not None:
            named.append((("clearance", "source"), self.clearance.source))
        for n, erratum in enumerate(self.errata):
            named += [(("errata", n, "source"), erratum.source)]
            named += [(("errata", n, "says"), erratum.says)]
        return [
            (place, f'no source named "{name}"')
            for place, name in named
            if name not in self.sources
        ]

    def _choice_problems(self) -> list[tuple[Place, str]]:
        known = {choice.name: choice for choice in self.choices}
        found: list[tuple[Place, str]] = []
        used = {"severity" for band in self.bands() if band.severity is not None}
        for place, part, wants in self._chosen_parts():
            used.add(part.choice)
            choice = known.get(part.choice)
            if choice is None:
                found.append((place, f'no choice named "{part.choice}"'))
            elif choice.kind != wants:
                found.append((place, f'choice "{part.choice}" is not {wants}'))
            elif isinstance(part, Picked) and choice.pick != (part.pick, part.of):
                found.append((place, f'choice "{part.choice}" is not {part.pick} of {part.of}'))
        for n, choice in enumerate(self.choices):
            if choice.name not in used:
                found.append((("choices", n), f'choice "{choice.name}" is never used'))
            if choice.optional_with and choice.optional_with not in known:
                found.append(
                    (("choices", n, "optional_with"), f'no choice named "{choice.optional_with}"')
                )
        if len(known) != len(self.choices):
            found.append((("choices",), "two choices have the same name"))
        return found

    def _chosen_parts(self) -> Iterator[tuple[Place, Chosen | Picked, str]]:
        """Give each place that a choice fills, and what fills it."""
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
                    yield ("phases", p, "gives", g, "days"), medicine.days, "some days"

    def _day_problems(self) -> list[tuple[Place, str]]:
        found: list[tuple[Place, str]] = []
        if self.clearance is None and any(band.clearance is not None for band in self.bands()):
            text = "is missing: say by which weight and surface the clearance of a band is taken"
            found.append((("clearance",), text))
        names = [phase.name for phase in self.phases]
        if len(set(names)) != len(names):
            found.append((("phases",), "two phases have the same name"))
        for p, phase in enumerate(self.phases):
            if phase.taper is not None:
                at_taper: Place = ("phases", p, "taper")
                found += [
                    ((*at_taper, *where), text)
                    for where, text in _taper_problems(phase.taper, self.phases[:p])
                ]
            found += [(("phases", p, "gives"), text) for text in self._table_problems(phase)]
            for a, procedure in enumerate(phase.procedures):
                here: Place = ("phases", p, "acts", a, "days")
                try:
                    numbers = phase.day_numbers(procedure, _length(phase) or _ANY_LENGTH)
                    found += [(here, text) for text in _after_the_last(phase, numbers)]
                except ValueError as error:
                    found.append((here, str(error)))
            for g, medicine in enumerate(phase.medicines):
                at: Place = ("phases", p, "gives", g)
                try:
                    found += [((*at, key), text) for key, text in _days_of(phase, medicine)]
                except ValueError as error:
                    found.append(((*at, "days"), str(error)))
            for m, monitor in enumerate(phase.monitor):
                place: Place = ("phases", p, "monitor", m, "days")
                try:
                    numbers = phase.day_numbers(monitor, _length(phase) or _ANY_LENGTH)
                    found += [(place, text) for text in _after_the_last(phase, numbers)]
                except ValueError as error:
                    found.append((place, str(error)))
        return found

    def _table_problems(self, phase: Phase) -> Iterator[str]:
        """Hold the gives of one name to be one, or a table of bands without gap and overlap.

        Those for whom nothing is planned fill their cells of every table.
        """
        for name, medicines in phase.tables().items():
            bands = [medicine.when for medicine in medicines if medicine.when is not None]
            if bands and len(bands) == len(medicines):
                refused = [entry.when for entry in self.not_for]
                found = find_table_problems(bands, refused, self.severities)
                yield from (f"{name}: {text}" for text in found)
            elif len(medicines) > 1:
                yield "two gives of one drug need an item name each, or a band (when) each"


def _taper_problems(taper: Taper, earlier: Sequence[Phase]) -> Iterator[tuple[Place, str]]:
    """Hold a taper to an earlier phase whose dose is the same each time, on days without gaps."""
    reduced = next((phase for phase in earlier if phase.name == taper.reduces), None)
    if reduced is None or not reduced.medicines:
        yield ("reduces",), f'no earlier phase with doses is named "{taper.reduces}"'
        return
    if len(reduced.tables()) > 1:
        yield ("reduces",), f"{taper.reduces} gives several drugs: a taper reduces one"
    for medicine in reduced.medicines:
        if medicine.apart is None:
            yield (
                ("reduces",),
                f"{medicine.name}: a taper needs doses each day or every so many days",
            )
        if medicine.round is not None and medicine.round.over == "cycle":
            yield (
                ("reduces",),
                f"{medicine.name}: a total that is dealt out has no one dose to reduce",
            )
        if not same_kind(taper.steps[0].by, parts(medicine.dose.units).amount):
            yield ("steps", 0, "by"), f"cannot be taken off {plain(medicine.dose)}"
    if taper.ends and taper.ends.earliest.shortest_days() > taper.ends.latest.shortest_days():
        yield ("ends", "earliest"), f"{taper.ends.earliest} is after {taper.ends.latest}"


def clock_words(regimen: Regimen) -> list[str]:
    """Give the words of the site's clock by which its doses are timed, each once."""
    found = (
        m.word for p in regimen.phases for medicine in p.medicines for m in medicine.times_of_day
    )
    return list(dict.fromkeys(word for word in found if word))


def _length(phase: Phase) -> int | None:
    """Give the fewest days of a phase, cycle or step of a taper; None if chosen or open."""
    if phase.taper is not None:
        return sorted(step.each.shortest_days() for step in phase.taper.steps)[0]
    bound = phase.cycle.every if phase.cycle else phase.length
    return bound.shortest_days() if isinstance(bound, Span) else None


def _after_the_last(phase: Phase, numbers: list[int]) -> list[str]:
    shortest = _length(phase)
    if shortest is None or numbers[-1] <= shortest:
        return []
    shift = 1 - phase.first_day  # said as the file counts
    return [f"day {numbers[-1] - shift} is after the last day, {shortest - shift}"]


def _too_near(phase: Phase, medicine: Medicine, numbers: list[int]) -> list[tuple[str, str]]:
    """Hold the days of a give to its own least gap, from one cycle to the next too."""
    if medicine.window is None:
        return []
    days = list(numbers)
    length = _length(phase)
    if phase.cycle is not None and length is not None:
        days.append(numbers[0] + length)
    least = medicine.window.least_gap.shortest_days()
    nearest = min((later - day for day, later in pairwise(days)), default=least)
    if nearest >= least:
        return []
    days_apart = f"{nearest} day{'' if nearest == 1 else 's'} apart"
    return [("window", f"least_gap {medicine.window.least_gap}, but two doses are {days_apart}")]


def _days_of(phase: Phase, medicine: Medicine) -> list[tuple[str, str]]:
    """Check the days of one give against its cycle, its phase and its stated totals."""
    found: list[tuple[str, str]] = []
    bound = phase.cycle.every if phase.cycle else phase.length
    fixed = bound.days if isinstance(bound, Span) and bound.days else None
    found += _part_problems(phase, medicine)
    if isinstance(bound, Chosen) or (isinstance(bound, Span) and bound.months):
        if (
            isinstance(medicine.days, str)
            and medicine.times is None
            and not DAYS_TEXT.fullmatch(medicine.days)
        ):
            # As many days as will be chosen; the first week shows how near they come.
            if not medicine.event:
                return found + _too_near(phase, medicine, phase.day_numbers(medicine, _A_WEEK))
        numbers = phase.day_numbers(medicine, None)
    else:
        numbers = phase.day_numbers(medicine, fixed)
    found += [("days", text) for text in _after_the_last(phase, numbers)]
    found += _too_near(phase, medicine, numbers)
    times_a_day = 1 if parts(medicine.dose.units).per_day else len(medicine.times_of_day)
    for event in phase.events(medicine.event)[:1]:
        times_a_day *= len(event.times_of_day)
    count = phase.cycle.count if phase.cycle else 1
    totals = [("per_cycle", medicine.per_cycle, len(numbers) * times_a_day)]
    if isinstance(count, int):
        totals.append(("per_course", medicine.per_course, len(numbers) * times_a_day * count))
        if medicine.per_cycle is None and medicine.per_course is None:
            found.append(("dose", "state per_cycle or per_course, so that dose x days is checked"))
    elif medicine.per_cycle is None:
        found.append(("dose", "state per_cycle, so that dose x days is checked"))
    for name, stated, doses in totals:
        if stated is not None and not _equals(medicine, stated, doses):
            found.append((name, f"{plain(stated)} is not {plain(medicine.dose)} x {doses} doses"))
    return found


def _part_problems(phase: Phase, medicine: Medicine) -> list[tuple[str, str]]:
    """Hold a dose that is a part of another give's to that part of its dose."""
    part = medicine.percent_of
    if part is None:
        return []
    for whole in phase.medicines:
        if whole.name == part.of and whole.when == medicine.when:
            if _equals(whole, medicine.dose, part.percent / 100):
                return []
            said = f"{plain(medicine.dose)} is not {part.percent:g} % of {plain(whole.dose)}"
            return [("dose", said)]
    return [("percent_of", f'no give that is called "{part.of}" for the same patients')]


def _equals(medicine: Medicine, stated: Quantity, doses: float) -> bool:
    unit = parts(medicine.dose.units)
    if parts(stated.units).body != unit.body or not same_kind(
        parts(stated.units).amount, unit.amount
    ):
        return False
    per_dose = medicine.dose.magnitude * float(
        in_unit(quantity(1.0, unit.amount), parts(stated.units).amount, "dose")
    )
    return bool(abs(stated.magnitude - per_dose * doses) <= _SAME * stated.magnitude)
