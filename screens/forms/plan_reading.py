"""The plan that stands in the fields of the Plan screen."""

from __future__ import annotations

import datetime as dt

from dosing.errors import Problems
from dosing.units import amount
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry, read_date
from schedules.plans.plan import Plan, PlannedAdjustment
from screens.forms.plan_file import typed_entries
from screens.state.session import PlanEntries, Session


def read_plan(session: Session, knowledge: Library, regimen: Regimen, today: dt.date) -> Plan:
    """Return the plan that is typed, or the opened one while nothing in it was changed.

    Raises:
        InputError: with everything that is missing or cannot be used.
    """
    entries = session.plan
    if session.opened is not None and typed_entries(entries) == session.opened_entries:
        return session.opened
    problems = Problems()
    if not entries.label:
        problems.add("label", "", why="is missing", write="a bed or a number, never a name")
    patient = _read_patient(problems, entries, regimen)
    first_day = _read_date(problems, entries.first_day, "first day")
    chosen = {k: v for k, v in entries.choices.get(regimen.id, {}).items() if v}
    plan: Plan | None = problems.reading(
        make_plan,
        regimen,
        knowledge.knowledge_for(regimen),
        knowledge.site,
        patient,
        first_day=first_day.isoformat() if first_day else "",
        made_on=today,
        choices=chosen,
        dose_text=entries.other_dose,
        zone=entries.zone,
        adjustments=_read_adjustments(problems, entries, regimen),
        times={word: text for word, text in entries.times.items() if text},
    )
    return problems.settled(plan)


def _read_patient(problems: Problems, entries: PlanEntries, regimen: Regimen) -> PatientEntry:
    by_birth, kidney = entries.age_or_born == "born", regimen.clearance is not None
    born = _read_date(problems, entries.born, "date of birth") if by_birth else None
    weight_on = _read_date(problems, entries.weight_on, "weight measured on")
    earlier = {
        drug: text for drug, text in entries.earlier.items() if text and drug in regimen.drugs
    }
    amounts = [
        problems.reading(amount, text, f"{drug} given before") for drug, text in earlier.items()
    ]
    return PatientEntry(
        label=entries.label,
        sex=entries.sex or "",
        age="" if by_birth else entries.age,
        born=born,
        weight=entries.weight,
        weight_on=weight_on,
        height=entries.height,
        creatinine=entries.creatinine,
        clearance=entries.clearance if kidney else "",
        clearance_by=(entries.clearance_by or "") if kidney and entries.clearance else "",
        genotype=entries.genotype or "",
        size_confirmed=bool(entries.size_confirmed),
        earlier={} if any(one is None for one in amounts) else earlier,
        conditions=_words(entries.conditions),
        takes=_words(entries.takes),
    )


def _read_adjustments(
    problems: Problems, entries: PlanEntries, regimen: Regimen
) -> list[PlannedAdjustment]:
    shares = {drug: text for drug in regimen.drugs if (text := entries.adjust.get(drug))}
    if shares and not entries.adjust_reason:
        problems.add(
            "why it is adjusted", "", why="is missing", write="a reason, such as allopurinol"
        )
        return []
    return [
        PlannedAdjustment(drug=drug, part=text, reason=entries.adjust_reason)
        for drug, text in shares.items()
    ]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _read_date(problems: Problems, text: str, field: str) -> dt.date | None:
    return problems.reading(read_date, text, field) if text else None
