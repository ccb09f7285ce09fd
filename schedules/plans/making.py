"""Making a plan from what was typed, or saying everything that is missing or wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping

from dosing.drugs.conditions import EXAMPLES
from dosing.errors import InputError, Problem, Problems
from dosing.formulas.body import BSA
from dosing.numbers import read_share
from dosing.units import (
    KG,
    M2,
    dose,
    parts,
)
from schedules import VERSION
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.site import Site, read_clock, read_zone
from schedules.plans.patient_entry import PatientEntry, read_date, read_patient
from schedules.plans.plan import Acknowledgement, Plan, PlannedAdjustment


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
    problems.extend(missing(regimen, patient, dose_text))
    problems.extend(choice_problems(regimen, choices))
    problems.extend(adjustment_problems(regimen, adjusted))
    problems.reading(read_zone, zone or site.zone)
    if dose_text:
        problems.reading(dose, dose_text)
    clock = _times(site, times or {}, problems)
    day = problems.settled(day)
    used = [knowledge[f"drugs/{drug}"] for drug in regimen.drugs]
    content = {
        "regimen": regimen.id,
        "patient": patient.model_dump(mode="json"),
        "first": day.isoformat(),
        "choices": dict(choices),
        "dose": dose_text,
        "made": made_on.isoformat(),
        "adjustments": [entry.model_dump() for entry in adjusted],
    }
    identity = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    tables = (f"bands/{table}" for table in site.pharmacy.dose_bands)
    return Plan(
        id=identity,
        made_on=made_on,
        program=VERSION,
        drugs=used,
        regimen=knowledge[f"regimens/{regimen.id}"],
        bands=[knowledge[table] for table in tables if table in knowledge],
        patient=patient,
        first_day=day,
        zone=zone or site.zone,
        choices=dict(choices),
        dose=dose_text,
        adjustments=adjusted,
        site=site.model_copy(update={"times": clock}),
        acknowledgements=acknowledgements or [],
    )


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
        for medicine in phase.medicines:
            body = parts(medicine.dose.units).body
            if body == KG:
                needs.setdefault("weight", "a dose per kg needs it; write 70 kg")
                if medicine.weight != "actual":
                    needs.setdefault(
                        "height", f"the {medicine.weight} weight needs it; write 175 cm"
                    )
                    needs.setdefault(
                        "sex", f"the {medicine.weight} weight needs it; write male or female"
                    )
            elif body == M2:
                inputs = BSA[medicine.surface].inputs if medicine.surface else ()
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
            problems.add(name, text, why="is not a choice here", accepted=offered)
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
        Problem(
            field="earlier",
            typed=f"{name}={text}",
            why="is not a drug of this regimen",
            accepted=f"write {' or '.join(regimen.drugs)}",
        )
        for name, text in earlier.items()
        if name not in regimen.drugs
    ]


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
            yield Problem(
                field="adjust", typed=typed, why="is not a drug of this regimen", accepted=accepted
            )
        elif entry.drug in seen:
            yield Problem(field="adjust", typed=typed, why="comes twice", accepted="give it once")
        else:
            try:
                read_share(entry.part, f"adjust {entry.drug}")
            except InputError as error:
                yield from error.problems
        seen.add(entry.drug)


def _times(site: Site, others: Mapping[str, str], problems: Problems) -> dict[str, str]:
    clock = dict(site.times)
    for word, text in others.items():
        if word not in clock:
            problems.add(
                "time", word, why="is not a time of this site", write=f"one of: {', '.join(clock)}"
            )
            continue
        try:
            read_clock(text)
        except ValueError:
            problems.add(f"time {word}", text, why="is not a clock time", write="09:00")
        clock[word] = text
    return clock
