"""A whole Plan form at once: an example, a saved plan file, or nothing."""

from __future__ import annotations

import dataclasses
from typing import Any

import htpy as h
import streamlit as st

from dosing.errors import InputError
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen, clock_words
from schedules.plans.patient_entry import PATIENT_FIELDS, PatientEntry
from schedules.plans.plan import Plan
from screens.forms.patient import SCREEN
from screens.forms.patient_texts import empty, texts_of
from screens.marks import bullets, show_html
from screens.parts.fields import refill
from screens.state.session import PlanEntries, Session

_EXAMPLE = "rituximab-weekly"
NOT_TEXT = "plan file: is not text; choose a plan file that was saved here"
# They have fields of their own for each fact about the patient, choice, drug or word.
_HELD_APART = {"patient", "choices", "earlier", "times", "adjust"}


def show_ways_to_fill(session: Session, knowledge: Library) -> None:
    """Offer an example, an empty form, and a saved plan."""
    with st.container(horizontal=True, gap="small"):
        st.button("Try an example", on_click=fill_example, args=(session, knowledge), key="example")
        st.button("Clear all", on_click=_clear, args=(session,), key="clear", type="tertiary")
    with st.expander("Open a saved plan", key="open-a-plan"):
        st.file_uploader(
            "Plan file",
            type="json",
            key=f"upload-{session.uploads}",
            on_change=_open,
            args=(session, knowledge),
        )
        show_not_opened(session.opened_problems)


def show_not_opened(problems: tuple[str, ...]) -> None:
    """Show why a plan file was not opened, if it was not."""
    if problems:
        show_html(h.div(role="alert")[h.p["This file was not opened."], bullets(problems)])


def read_plan_file(key: str) -> Plan | tuple[str, ...] | None:
    """Return the uploaded plan, what is wrong with the file, or None where there is none."""
    upload = st.session_state.get(key)
    if upload is None:
        return None
    try:
        return Plan.from_json(upload.getvalue().decode("utf-8"))
    except UnicodeDecodeError:
        return (NOT_TEXT,)
    except InputError as error:
        return tuple(map(str, error.problems))


def fill_example(session: Session, knowledge: Library) -> None:
    """Fill the form with a worked example of its regimen, or of one that shows much."""
    name = session.plan.regimen or (
        _EXAMPLE if _EXAMPLE in knowledge.regimens else next(iter(knowledge.regimens))
    )
    example = knowledge.regimens[name].examples[0]
    patient = PatientEntry.model_validate({"label": "example", **example.patient})
    entries = PlanEntries(
        patient=texts_of(patient),
        age_or_born="born" if patient.born else "age",
        regimen=name,
        choices={name: dict(example.choose)},
        first_day=example.start.isoformat(),
    )
    _fill(session, entries, knowledge.regimens[name])


def _clear(session: Session) -> None:
    _fill(session, PlanEntries(), None)


def _open(session: Session, knowledge: Library) -> None:
    plan = read_plan_file(f"upload-{session.uploads}")
    if isinstance(plan, Plan):
        fill_plan(session, knowledge, plan)
        session.uploads += 1
    elif plan:
        session.opened_problems = plan


def fill_plan(session: Session, knowledge: Library, plan: Plan) -> None:
    """Fill the form with what would have to be typed for a plan."""
    _fill(session, _entries_of(plan), knowledge.regimens.get(plan.regimen.id), opened=plan)


def _entries_of(plan: Plan) -> PlanEntries:
    """Return what would have to be typed for a plan."""
    patient = plan.patient
    return PlanEntries(
        patient=texts_of(patient),
        age_or_born="born" if patient.born else "age",
        adjust={entry.drug: entry.part for entry in plan.adjustments},
        adjust_reason=plan.adjustments[0].reason if plan.adjustments else "",
        earlier=dict(patient.earlier),
        regimen=plan.regimen.id,
        choices={plan.regimen.id: dict(plan.choices)},
        other_dose=plan.dose,
        first_day=plan.first_day.isoformat(),
        zone=plan.zone,
        times=dict(plan.site.times),
    )


def _fill(
    session: Session, entries: PlanEntries, regimen: Regimen | None, opened: Plan | None = None
) -> None:
    """Put a whole form in the place of what was typed; nothing of another patient stays."""
    session.plan, session.search = entries, ""
    session.seen = {}
    session.opened = opened
    session.opened_problems = ()
    texts: dict[str, Any] = {f"{SCREEN}-search": ""} | {
        f"{SCREEN}-{field.name}": getattr(entries, field.name)
        for field in dataclasses.fields(entries)
        if field.name not in _HELD_APART
    }
    for one in PATIENT_FIELDS:
        if one.place != "apart":
            texts[f"{SCREEN}-{one.name}"] = entries.patient.get(one.name) or empty(one)
    if regimen is not None:
        texts |= _texts_of_the_regimen(entries, regimen)
    session.opened_entries = typed_entries(entries) if opened else {}
    refill(SCREEN, texts)
    for key in list(st.session_state):
        if isinstance(key, str) and key.startswith("seen-"):
            st.session_state[key] = "" if isinstance(st.session_state[key], str) else False


def _texts_of_the_regimen(entries: PlanEntries, regimen: Regimen) -> dict[str, Any]:
    """Return the texts of the fields that a regimen adds, by the keys of their widgets."""
    texts: dict[str, Any] = {}
    chosen = entries.choices.setdefault(regimen.id, {})
    for choice in regimen.choices:
        empty = None if choice.options else ""
        if choice.options and chosen.get(choice.name):
            # A file may write 4 weeks where the option reads 28 days.
            chosen[choice.name] = str(choice.read(str(chosen[choice.name])))
        texts[f"{SCREEN}-{regimen.id}-{choice.name}"] = chosen.get(choice.name) or empty
    for drug in regimen.drugs:
        texts[f"{SCREEN}-earlier-{drug}"] = entries.earlier.get(drug) or ""
        texts[f"{SCREEN}-adjust-{drug}"] = entries.adjust.get(drug) or ""
    for word in clock_words(regimen):
        texts[f"{SCREEN}-time-{word}"] = entries.times.get(word) or ""
    return texts


def typed_entries(entries: PlanEntries) -> dict[str, Any]:
    """Return what is typed without what is empty: it shows whether anything was changed."""

    def without_empty(value: Any) -> Any:
        if isinstance(value, dict):
            filled = {key: without_empty(one) for key, one in value.items()}
            return {key: one for key, one in filled.items() if one}
        return value.strip() if isinstance(value, str) else value

    return dict(without_empty(dataclasses.asdict(entries)))
