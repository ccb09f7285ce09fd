"""The plan that stands in the fields of the Plan screen."""

from __future__ import annotations

import datetime as dt

from dosing.errors import Problems
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.plans.making import make_plan
from schedules.plans.patient_reading import read_date
from schedules.plans.plan import Plan, PlannedAdjustment
from screens.forms.patient_texts import read_patient
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
    if not entries.patient.get("label"):
        problems.add("label", "", why="is missing", write="a bed or a number, never a name")
    patient = read_patient(problems, entries, regimen, knowledge)
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


def _read_date(problems: Problems, text: str, field: str) -> dt.date | None:
    return problems.reading(read_date, text, field) if text else None
