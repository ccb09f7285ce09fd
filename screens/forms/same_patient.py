"""The patient of the plan on screen, offered to another page: taken with a click only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import streamlit as st

from schedules.course.visit import height_on, weight_on
from schedules.plans.patient_entry import PATIENT_FIELDS
from screens.forms.patient_texts import texts_of
from screens.marks import escape_markdown
from screens.parts.fields import Form, show_line
from screens.state.session import Session

_TITLES = {field.name: field.title for field in PATIENT_FIELDS}
_LABEL = "label"


def offer_patient(session: Session, form: Form, names: Sequence[str], today: dt.date) -> None:
    """Offer to fill these fields with what the plan says; a page that holds it says so.

    What the plan does not state is emptied by the click: it was another patient's.
    """
    texts = _patient_of_plan(session, today)
    if not texts.get(_LABEL):
        return
    taken = {name: texts.get(name) or None for name in names}
    words = _in_words(taken)
    whose = f"the plan of {texts[_LABEL]}"
    if all((form.read(name) or None) == text for name, text in taken.items()):
        show_line(f"As in {whose}: {words}.")
        return
    st.button(
        escape_markdown(f"Use the patient of {whose}"),
        key=f"{form.screen}-same-patient",
        on_click=_fill,
        args=(form, taken),
        wrap=True,
    )
    show_line(f"{words[:1].upper()}{words[1:]}, as it stands on the Plan page.")


def _patient_of_plan(session: Session, today: dt.date) -> Mapping[str, str | None]:
    """Return the texts of the patient as last measured, or as typed while there is no plan yet."""
    plan = session.planned
    if plan is None:
        return session.plan.patient
    return {
        **texts_of(plan.patient_now),
        "weight": weight_on(plan, today),
        "height": height_on(plan, today),
    }


def _in_words(taken: Mapping[str, str | None]) -> str:
    # The C of cystatin C stays large.
    names = {name: _TITLES[name][:1].lower() + _TITLES[name][1:] for name in taken}
    said = [f"{names[name].partition(',')[0]} {text}" for name, text in taken.items() if text]
    missing = [names[name] for name, text in taken.items() if not text]
    return ", ".join(said) + (f"; not stated: {', '.join(missing)}" if missing else "")


def _fill(form: Form, taken: Mapping[str, str | None]) -> None:
    for name, text in taken.items():
        form.fill(name, text if text is not None or name == "sex" else "")
