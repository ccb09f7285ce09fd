"""A plan: a regimen, a patient, a first day and choices, as one JSON file.

Every value is kept as the text that was typed, so that the file says what the person said. The
same file gives the same course and the same bytes, always.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from pydantic import Field, ValidationError, field_validator

from dosing.bands import EXAMPLES, GENOTYPES
from dosing.body import BSA
from dosing.clearance import ESTIMATED_BY, Clearance, clearance_of
from dosing.errors import InputError, Problem, Problems
from dosing.files import FileModel
from dosing.formula import SEXES
from dosing.part import part
from dosing.patient import Patient
from dosing.units import (
    KG,
    M2,
    YEAR,
    Quantity,
    age,
    amount,
    clearance,
    creatinine,
    dose,
    height,
    parts,
    quantity,
    weight,
)
from schedules import VERSION
from schedules.changes import AddCourse, Change
from schedules.days import DayPick
from schedules.regimen import KnowledgeUsed, Regimen
from schedules.site import Site, read_clock, read_zone
from schedules.span import Span

FORMAT = 1
# Beyond these a date is a slip of hand, and calendars cannot count on.
_EARLIEST, _LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
_LONGEST_LABEL = 60


class PatientEntry(FileModel):
    """The patient as typed. A label, never a name."""

    label: str = ""
    sex: str = ""
    age: str = ""
    born: dt.date | None = Field(default=None, strict=False)
    weight: str = ""
    weight_on: dt.date | None = Field(default=None, strict=False)
    height: str = ""
    creatinine: str = ""
    clearance: str = ""
    clearance_by: str = ""
    genotype: str = ""
    size_confirmed: bool = False
    earlier: dict[str, str] = Field(default_factory=dict)
    conditions: list[str] = Field(default_factory=list)
    takes: list[str] = Field(default_factory=list)


class Acknowledgement(FileModel):
    """That a person has seen a finding (by its code) or a check, and why it may stand."""

    code: str
    reason: str = Field(min_length=1)
    who: str = ""


class PlannedAdjustment(FileModel):
    """That a person gives a part of the standard dose of a drug, and why."""

    drug: str
    part: str
    reason: str = Field(min_length=1)
    who: str = ""


class Plan(FileModel):
    """What was decided. ``id`` and ``made_on`` are fixed when the plan is made."""

    format: int = FORMAT
    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    made_on: dt.date = Field(strict=False)
    program: str
    regimen: KnowledgeUsed
    drugs: list[KnowledgeUsed]
    bands: list[KnowledgeUsed] = Field(default_factory=list)
    patient: PatientEntry
    first_day: dt.date = Field(strict=False, ge=_EARLIEST, le=_LATEST)
    zone: str
    choices: dict[str, str]
    dose: str = ""
    adjustments: list[PlannedAdjustment] = Field(default_factory=list)
    site: Site
    acknowledgements: list[Acknowledgement] = Field(default_factory=list)
    changes: list[Change] = Field(default_factory=list)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        read_zone(name)
        return name

    def to_json(self) -> str:
        """Write the plan file: the same plan gives the same bytes."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"

    def before(self, count: int) -> Plan:
        """Give the plan as it was when only so many of its changes had been made."""
        return self.model_copy(update={"changes": self.changes[:count]})

    def strands(self) -> list[Plan]:
        """Give one plan without changes for each of its regimens: its own, then those added."""
        own = self.before(0)
        added = [change for change in self.changes if isinstance(change, AddCourse)]
        return [own] + [
            own.model_copy(
                update={
                    "id": f"{self.id}.{number}", "regimen": change.regimen, "drugs": change.drugs,
                    "first_day": change.first_day, "choices": change.choices, "dose": change.dose,
                    "adjustments": [],
                }
            )
            for number, change in enumerate(added, 2)
        ]  # fmt: skip

    @property
    def hash(self) -> str:
        """Give the SHA-256 of the plan's content, which stands on every output."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read a plan file.

        Raises:
            InputError: with every problem, if it is not a plan file of this program.
        """
        _known_format(text)
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise InputError(
                *(
                    Problem(
                        field="plan file" + "".join(f", {part}" for part in problem["loc"]),
                        typed="", why=problem["msg"].removeprefix("Value error, "),
                        accepted="give a plan file saved here",
                    )
                    for problem in error.errors(include_url=False)
                )
            ) from None  # fmt: skip


def _known_format(text: str) -> None:
    """Refuse a plan file of another format before its parts are looked at."""
    try:
        content = json.loads(text)
    except ValueError:
        return
    form = content.get("format") if isinstance(content, dict) else FORMAT
    if form != FORMAT:
        raise InputError(
            Problem(field="plan file, format", typed="" if form is None else str(form),
                    why="is missing" if form is None else "is not known here",
                    accepted=f"this program reads format {FORMAT}")
        )  # fmt: skip


def make_plan(
    regimen: Regimen,
    knowledge: Mapping[str, KnowledgeUsed],
    site: Site,
    patient: PatientEntry,
    *,
    first_day: str,
    made_on: dt.date,
    choices: Mapping[str, str],
    zone: str = "",
    times: Mapping[str, str] | None = None,
    dose_text: str = "",
    adjustments: list[PlannedAdjustment] | None = None,
    acknowledgements: list[Acknowledgement] | None = None,
) -> Plan:
    """Make a plan from what was typed, or say everything that is missing or wrong.

    Args:
        regimen: the regimen to plan.
        knowledge: version and hash of the regimen (by its file), of its drugs and of the tables
            that band their doses.
        site: the policies in force.
        patient: the patient as typed.
        first_day: day 1 as text, 2026-11-30.
        made_on: today, from whoever asks the clock.
        choices: what was chosen, by the regimen's names of choices.
        zone: another time zone than the site's.
        times: other clock times than the site's, by the site's words.
        dose_text: another dose than the regimen's.
        adjustments: the parts of the standard dose that a person gives, with the reason.
        acknowledgements: findings that a person has seen and accepted, with the reason.

    Raises:
        InputError: with all problems at once.
    """
    problems, adjusted = Problems(), adjustments or []
    day = problems.reading(read_date, first_day, "first day")
    problems.reading(read_patient, patient, day or made_on)
    problems.add(missing(regimen, patient, dose_text))
    problems.add(choice_problems(regimen, choices))
    problems.add(adjustment_problems(regimen, adjusted))
    problems.reading(read_zone, zone or site.zone)
    if dose_text:
        problems.reading(dose, dose_text)
    clock = _times(site, times or {}, problems)
    day = problems.settled(day)
    used = [knowledge[f"drugs/{drug}"] for drug in regimen.drugs]
    content = {
        "regimen": regimen.id, "patient": patient.model_dump(mode="json"), "first": day.isoformat(),
        "choices": dict(choices), "dose": dose_text, "made": made_on.isoformat(),
        "adjustments": [entry.model_dump() for entry in adjusted],
    }  # fmt: skip
    identity = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    tables = (f"bands/{table}" for table in site.pharmacy.dose_bands)
    return Plan(
        id=identity, made_on=made_on, program=VERSION, drugs=used,
        regimen=knowledge[f"regimens/{regimen.id}"],
        bands=[knowledge[table] for table in tables if table in knowledge],
        patient=patient, first_day=day, zone=zone or site.zone, choices=dict(choices),
        dose=dose_text, adjustments=adjusted, site=site.model_copy(update={"times": clock}),
        acknowledgements=acknowledgements or [],
    )  # fmt: skip


def read_date(text: str, field: str) -> dt.date:
    """Read a date written as 2026-11-30 or 30-Nov-2026: no other order, which could be misread."""
    for form in ("%Y-%m-%d", "%d-%b-%Y"):
        try:
            read = dt.date(*time.strptime(text.strip(), form)[:3])
        except ValueError:
            continue
        if not _EARLIEST <= read <= _LATEST:
            raise InputError(
                Problem(field=field, typed=text, why="is not a day that can be planned with",
                        accepted=f"write a year from {_EARLIEST.year} to {_LATEST.year}")
            )  # fmt: skip
        return read
    raise InputError(
        Problem(field=field, typed=text, why="is not a date" if text else "is missing",
                accepted="write 2026-11-30 or 30-Nov-2026")
    )  # fmt: skip


def read_patient(entry: PatientEntry, on: dt.date) -> Patient:
    """Read the measurements; the age is that on a given day, when the birth date is known.

    Raises:
        InputError: with every measurement that cannot be read.
    """
    problems = Problems()

    def measured(reader: Callable[..., Quantity], text: str, field: str) -> Quantity | None:
        return problems.reading(reader, text, field) if text.strip() else None

    found_weight = measured(weight, entry.weight, "weight")
    found_height = measured(height, entry.height, "height")
    found_creatinine = measured(creatinine, entry.creatinine, "creatinine")
    found_age = measured(age, entry.age, "age")
    if entry.born is not None:
        if found_age is not None:
            problems.add([
                Problem(field="age", typed=entry.age, why="stands beside a birth date",
                        accepted="give the age or the birth date, not both")
            ])  # fmt: skip
        found_age = problems.reading(_age_on, entry.born, on)
    if entry.clearance:
        problems.reading(clearance, entry.clearance, "clearance")
    if entry.clearance and entry.clearance_by not in ESTIMATED_BY:
        problems.add([
            Problem(field="clearance by", typed=entry.clearance_by,
                    why="is not known here" if entry.clearance_by else "is missing",
                    accepted=f"write {', '.join(ESTIMATED_BY[:-1])} or {ESTIMATED_BY[-1]}")
        ])  # fmt: skip
    if entry.genotype and entry.genotype not in GENOTYPES:
        problems.add([Problem(field="genotype", typed=entry.genotype, why="is not known here",
                              accepted=f"write {EXAMPLES['genotype']}")])  # fmt: skip
    for drug, text in entry.earlier.items():
        problems.reading(amount, text, f"earlier {drug}")
    if entry.sex and entry.sex not in SEXES:
        problems.add([Problem(field="sex", typed=entry.sex, why="is not known here",
                              accepted="write male or female")])  # fmt: skip
    if len(entry.label) > _LONGEST_LABEL or not entry.label.isprintable():
        problems.add([
            Problem(field="label", typed=entry.label, why="is too long or not printable",
                    accepted=f"write up to {_LONGEST_LABEL} letters, no name")
        ])  # fmt: skip
    problems.raise_if_any()
    return Patient(
        weight=found_weight, height=found_height, creatinine=found_creatinine, age=found_age,
        sex=entry.sex or None, genotype=entry.genotype or None, size_confirmed=entry.size_confirmed,
    )  # fmt: skip


def clearance_used(plan: Plan, regimen: Regimen) -> Clearance | None:
    """Give the clearance that a plan's doses depend on; None if none is known or none is needed."""
    if regimen.clearance is None:
        return None
    entry = plan.patient
    entered = clearance(entry.clearance) if entry.clearance else None
    by = next((word for word in ESTIMATED_BY if word == entry.clearance_by), None)
    return clearance_of(regimen.clearance, read_patient(entry, plan.first_day), entered, by)


def patient_of(plan: Plan, regimen: Regimen) -> Patient:
    """Give the patient with all that the bands of a regimen depend on."""
    used = clearance_used(plan, regimen)
    return dataclasses.replace(
        read_patient(plan.patient, plan.first_day),
        clearance=used.value if used is not None else None,
        severity=plan.choices.get("severity"),
    )


def _age_on(born: dt.date, on: dt.date) -> Quantity:
    if born > on:
        raise InputError(
            Problem(field="born", typed=born.isoformat(), why="is after the first day",
                    accepted="write the date of birth")
        )  # fmt: skip
    before_birthday = (on.month, on.day) < (born.month, born.day)
    years = on.year - born.year - before_birthday
    if years:
        return quantity(float(years), YEAR)
    return quantity((on - born).days / 365.25, YEAR)


_EXAMPLES = {**EXAMPLES, "height": "175 cm", "sex": "male or female"}


def missing(regimen: Regimen, entry: PatientEntry, dose_text: str) -> list[Problem]:
    """List the measurements that the regimen's doses need and that were not given."""
    needs: dict[str, str] = {}
    for band in regimen.bands():
        for measure in band.measures:
            if measure == "clearance":
                needs.update(_for_a_clearance(regimen, entry) | needs)
            elif measure != "severity":  # a choice of the regimen, and asked for as such
                needs.setdefault(measure, f"the dose depends on it; write {_EXAMPLES[measure]}")
    for phase in regimen.phases:
        for give in phase.gives:
            body = parts(give.dose.units).body
            if body == KG:
                needs.setdefault("weight", "a dose per kg needs it; write 70 kg")
                if give.weight != "actual":
                    needs.setdefault("height", f"the {give.weight} weight needs it; write 175 cm")
                    needs.setdefault(
                        "sex", f"the {give.weight} weight needs it; write male or female"
                    )
            elif body == M2:
                inputs = BSA[give.surface].inputs if give.surface else ()
                for field in inputs:
                    needs.setdefault(field, f"a dose per m2 needs it; write {_EXAMPLES[field]}")
    return [
        Problem(field=field, typed="", why="is missing", accepted=accepted)
        for field, accepted in needs.items()
        if not str(getattr(entry, field)).strip() and not (field == "age" and entry.born)
    ]


def _for_a_clearance(regimen: Regimen, entry: PatientEntry) -> dict[str, str]:
    """Say what is needed for the clearance, where none is entered or it has to be calculated."""
    if entry.clearance.strip():
        return {}
    inputs = regimen.clearance.inputs if regimen.clearance is not None else ()
    return {
        field: f"the creatinine clearance needs it; write {_EXAMPLES[field]}"
        + (", or enter a clearance: 42 mL/min" if field == "creatinine" else "")
        for field in inputs
    }


def choice_problems(regimen: Regimen, choices: Mapping[str, str]) -> list[Problem]:
    """List the choices that are missing, unknown, or not among what is offered."""
    problems = Problems()
    known = {choice.name: choice for choice in regimen.choices}
    for name, text in choices.items():
        if name not in known:
            offered = (
                f"write one of: {', '.join(known)}" if known else f"{regimen.id} has no choices"
            )
            problems.add(
                [Problem(field=name, typed=text, why="is not a choice here", accepted=offered)]
            )
        else:
            problems.reading(known[name].read, text)
    found = list(_collected(problems))
    for name, choice in known.items():
        needed = not choice.optional_with or choice.optional_with in choices
        if needed and name not in choices:
            found.append(
                Problem(field=name, typed="", why="is not chosen", accepted=choice.accepted)
            )
    return found


def _collected(problems: Problems) -> tuple[Problem, ...]:
    try:
        problems.raise_if_any()
    except InputError as error:
        return error.problems
    return ()


def earlier_problems(regimen: Regimen, earlier: Mapping[str, str]) -> list[Problem]:
    """List earlier amounts of drugs that the regimen does not give, which nothing would count."""
    return [
        Problem(field="earlier", typed=f"{name}={text}", why="is not a drug of this regimen",
                accepted=f"write {' or '.join(regimen.drugs)}")
        for name, text in earlier.items()
        if name not in regimen.drugs
    ]  # fmt: skip


def adjustment_problems(
    regimen: Regimen, adjustments: Iterable[PlannedAdjustment]
) -> Iterator[Problem]:
    """List the parts of a dose that cannot be read, and the drugs that the regimen does not give.

    Two parts of one drug's dose would be multiplied, which nobody means.
    """
    seen: set[str] = set()
    for entry in adjustments:
        typed = f"{entry.drug}={entry.part}"
        if entry.drug not in regimen.drugs:
            accepted = f"write {' or '.join(regimen.drugs)}" if regimen.drugs else "leave it out"
            yield Problem(field="adjust", typed=typed, why="is not a drug of this regimen",
                          accepted=accepted)  # fmt: skip
        elif entry.drug in seen:
            yield Problem(field="adjust", typed=typed, why="comes twice", accepted="give it once")
        else:
            try:
                part(entry.part, f"adjust {entry.drug}")
            except InputError as error:
                yield from error.problems
        seen.add(entry.drug)


def chosen(regimen: Regimen, plan: Plan, name: str) -> Span | int | str | DayPick | None:
    """Give what the plan chose, or None for an optional choice that was left out."""
    text = plan.choices.get(name)
    return None if text is None else regimen.choice(name).read(text)


def _times(site: Site, others: Mapping[str, str], problems: Problems) -> dict[str, str]:
    clock = dict(site.times)
    for word, text in others.items():
        if word not in clock:
            problems.add([Problem(field="time", typed=word, why="is not a time of this site",
                                  accepted=f"write one of: {', '.join(clock)}")])  # fmt: skip
            continue
        try:
            read_clock(text)
        except ValueError:
            problems.add([Problem(field=f"time {word}", typed=text, why="is not a clock time",
                                  accepted="write 09:00")])  # fmt: skip
        clock[word] = text
    return clock
