"""Makes a plan of what was typed, or names everything that is missing or wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Required, TypedDict, Unpack

from dosing.drugs.conditions import EXAMPLES
from dosing.errors import InputError, Problem, Problems
from dosing.formulas.body import BSA
from dosing.formulas.plasma import PLASMA_VOLUME
from dosing.numbers import read_share
from dosing.units import KG, M2, PLASMA, dose, parts
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.site import Site, read_clock, read_zone
from schedules.plans.patient_entry import PATIENT_FIELDS, PatientEntry
from schedules.plans.patient_reading import read_date, read_patient
from schedules.plans.plan import Acknowledgement, Plan, PlannedAdjustment
from schedules.version import VERSION

_EXAMPLES = {**{field.name: field.spelling for field in PATIENT_FIELDS}, **EXAMPLES}


class TypedPlan(TypedDict, total=False):
    """What was typed for a plan besides the patient.

    Attributes:
        first_day: day 1 as text, 2026-11-30, or as a date.
        choices: what was chosen, by the regimen's names of choices.
        zone: another time zone than the site's.
        times: other clock times than the site's, by the site's words.
        dose_text: another dose than the regimen's.
        adjustments: the shares of the standard dose that a person gives, with the reason.
        acknowledgements: findings that a person has seen and accepted, with the reason.
    """

    first_day: Required[str | dt.date | None]
    choices: Required[Mapping[str, str]]
    zone: str
    times: Mapping[str, str]
    dose_text: str
    adjustments: list[PlannedAdjustment]
    acknowledgements: list[Acknowledgement]


def make_plan(
    regimen: Regimen,
    knowledge: Mapping[str, KnowledgeUsed],
    site: Site,
    patient: PatientEntry,
    *,
    made_on: dt.date,
    **typed: Unpack[TypedPlan],
) -> Plan:
    """Make a plan of what was typed.

    Args:
        regimen: the regimen to plan.
        knowledge: version and hash of the regimen (by its file), of its drugs and of the tables
            that band their doses.
        site: the policies in force.
        patient: the patient as typed.
        made_on: today, from whoever asks the clock.
        typed: all else that was typed, as ``TypedPlan`` lists it.

    Raises:
        InputError: with everything that is missing or wrong.
    """
    choices, dose_text = dict(typed["choices"]), typed.get("dose_text", "")
    patient = patient.without_blanks()
    regimen = regimen.as_chosen(choices)
    adjustments = typed.get("adjustments") or []
    zone = typed.get("zone") or site.zone
    problems = Problems()
    day = problems.reading(read_date, typed["first_day"], "first day")
    problems.reading(read_patient, patient, day or made_on)
    problems.extend(missing_measurements(regimen, patient))
    problems.extend(choice_problems(regimen, choices))
    problems.extend(adjustment_problems(regimen, adjustments))
    problems.reading(read_zone, zone)
    if dose_text:
        problems.reading(dose, dose_text)
    times = typed.get("times") or {}
    problems.extend(_time_problems(site, times))
    first_day = problems.settled(day)
    tables = (f"bands/{table}" for table in site.pharmacy.dose_bands)
    identity = {
        "regimen": regimen.id,
        "patient": patient.model_dump(mode="json"),
        "first": first_day.isoformat(),
        "choices": choices,
        "dose": dose_text,
        "made": made_on.isoformat(),
        "adjustments": [entry.model_dump() for entry in adjustments],
    }
    return Plan(
        id=hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16],
        made_on=made_on,
        program=VERSION,
        drugs=[knowledge[f"drugs/{drug}"] for drug in regimen.drugs],
        regimen=knowledge[f"regimens/{regimen.id}"],
        bands=[knowledge[table] for table in tables if table in knowledge],
        terms=[used for file, used in knowledge.items() if file.startswith("terms/")],
        patient=patient,
        first_day=first_day,
        zone=zone,
        choices=choices,
        dose=dose_text,
        adjustments=adjustments,
        site=site.model_copy(update={"times": {**site.times, **times}, "capacity": None}),
        acknowledgements=typed.get("acknowledgements") or [],
    )


def for_another_patient(
    plan: Plan, regimen: Regimen, patient: PatientEntry, first_day: dt.date
) -> Plan:
    """Return what a plan decides for another patient, from another first day on; its id stays.

    Args:
        plan: a plan of the regimen, made before.
        regimen: the same as it was chosen.
        patient: the other patient as typed; what cannot be read is found where it is read.
        first_day: that of the other patient.

    Raises:
        InputError: with every measurement that is missing.
    """
    entry, problems = patient.without_blanks(), Problems()
    problems.extend(missing_measurements(regimen, entry))
    problems.raise_if_any()
    return plan.model_copy(update={"patient": entry, "first_day": first_day})


def missing_measurements(regimen: Regimen, entry: PatientEntry) -> list[Problem]:
    """List the measurements that the regimen's doses need and that were not entered."""
    needs: dict[str, str] = {}
    for field, accepted in measurements_needed(regimen, entry):
        needs.setdefault(field, accepted)
    return [
        Problem(field=field, typed="", why="is missing", accepted=accepted)
        for field, accepted in needs.items()
        if not str(getattr(entry, field)).strip() and not (field == "age" and entry.born)
    ]


def measurements_needed(regimen: Regimen, entry: PatientEntry) -> Iterator[tuple[str, str]]:
    """Yield each measurement, with what needs it and how it is written."""
    for band in regimen.bands():
        for measure in band.measures:
            if measure == "clearance":
                yield from _needed_for_a_clearance(regimen, entry)
            elif measure != "severity":  # a choice of the regimen, and asked for as such
                yield measure, f"the dose depends on it; write {_EXAMPLES[measure]}"
    for phase in regimen.phases:
        for medicine in phase.medicines:
            yield from _needed_for_a_dose(medicine)


def _needed_for_a_dose(medicine: Medicine) -> Iterator[tuple[str, str]]:
    body = parts(medicine.dose.units).body
    if body == KG:
        yield "weight", "a dose per kg needs it; write 70 kg"
        if medicine.weight != "actual":
            for field in ("height", "sex"):
                yield field, f"the {medicine.weight} weight needs it; write {_EXAMPLES[field]}"
    elif body == M2 and medicine.surface:
        for field in BSA[medicine.surface].inputs:
            yield field, f"a dose per m2 needs it; write {_EXAMPLES[field]}"
    elif body == PLASMA and medicine.plasma:
        for field in PLASMA_VOLUME[medicine.plasma].inputs:
            yield field, f"the plasma volume needs it; write {_EXAMPLES[field]}"


def _needed_for_a_clearance(regimen: Regimen, entry: PatientEntry) -> Iterator[tuple[str, str]]:
    """Yield what the clearance is calculated from, unless one was entered."""
    if entry.clearance.strip() or regimen.clearance is None:
        return
    if entry.cystatin_c.strip():
        for field in ("sex", "age", "weight", "height"):
            yield field, f"the clearance by cystatin C needs it; write {_EXAMPLES[field]}"
        return
    for field in regimen.clearance.inputs:
        instead = ", or enter a clearance: 42 mL/min" if field == "creatinine" else ""
        yield field, f"the creatinine clearance needs it; write {_EXAMPLES[field]}{instead}"


def choice_problems(
    regimen: Regimen, choices: Mapping[str, str], *, saved: bool = False
) -> Iterator[Problem]:
    """Yield the choices that are unknown, not among what is offered, or missing.

    A plan that was saved before its regimen asked for the place of an injection has none.
    """
    unasked = regimen.places if saved else set()
    known = {choice.name: choice for choice in regimen.choices}
    offered = f"write one of: {', '.join(known)}" if known else f"{regimen.id} has no choices"
    for name, text in choices.items():
        if name in known:
            yield from _problems_in(known[name].read, text)
        else:
            yield Problem(field=name, typed=text, why="is not a choice here", accepted=offered)
    for name, choice in known.items():
        needed = choice.needed or choice.optional_with in choices
        if needed and name not in choices and name not in unasked:
            yield Problem(field=name, typed="", why="is not chosen", accepted=choice.accepted)


def earlier_problems(regimen: Regimen, earlier: Mapping[str, str]) -> list[Problem]:
    """List earlier amounts of drugs that are not in the regimen, which nothing would count."""
    why, accepted = "is not a drug of this regimen", f"write {' or '.join(regimen.drugs)}"
    return [
        Problem(field="earlier", typed=f"{name}={text}", why=why, accepted=accepted)
        for name, text in earlier.items()
        if name not in regimen.drugs
    ]


def adjustment_problems(
    regimen: Regimen, adjustments: Iterable[PlannedAdjustment]
) -> Iterator[Problem]:
    """Yield the shares of a dose that cannot be read, and the drugs that are not in the regimen.

    Two shares of one drug's dose would be multiplied, which nobody means.
    """
    adjusted: set[str] = set()
    for entry in adjustments:
        typed = f"{entry.drug}={entry.part}"
        if entry.drug not in regimen.drugs:
            why = "is not a drug of this regimen"
            accepted = f"write {' or '.join(regimen.drugs)}" if regimen.drugs else "leave it out"
            yield Problem(field="adjust", typed=typed, why=why, accepted=accepted)
        elif entry.drug in adjusted:
            yield Problem(
                field="adjust", typed=typed, why="is given twice", accepted="give it once"
            )
        else:
            yield from _problems_in(read_share, entry.part, f"adjust {entry.drug}")
        adjusted.add(entry.drug)


def _time_problems(site: Site, times: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the times that the site has no word for, and those that no clock shows."""
    for word, text in times.items():
        if word not in site.times:
            why, accepted = "is not a time of this site", f"write one of: {', '.join(site.times)}"
            yield Problem(field="time", typed=word, why=why, accepted=accepted)
            continue
        try:
            read_clock(text)
        except ValueError:
            why, accepted = "is not a clock time", "write 09:00"
            yield Problem(field=f"time {word}", typed=text, why=why, accepted=accepted)


def _problems_in(read: Callable[..., object], *args: str) -> tuple[Problem, ...]:
    """Return what a reader finds wrong."""
    try:
        read(*args)
    except InputError as error:
        return error.problems
    return ()
