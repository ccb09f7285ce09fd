"""The dose of the Calculate page, offered to the pump: taken with a click only."""

from __future__ import annotations

import streamlit as st

from dosing.trace import SHOWN_DIGITS
from dosing.units import ordinary_spaces, show
from schedules.knowledge.library import Library
from screens.forms.calculate import find_dose_shown
from screens.parts.fields import Form, show_line
from screens.state.session import Session


def offer_dose(session: Session, form: Form, knowledge: Library) -> None:
    """Offer the dose that Calculate shows until an infusion has its start; say if it stands here.

    Calculate knows no label, and neither the start nor the ladder of an infusion: the click empties
    them, because they were another one's. By another route than an infusion nothing is offered.
    """
    calculated, route = session.calculate, session.calculate.route
    if session.pump.start or (route is not None and "infusion" not in route):
        return
    dose = find_dose_shown(calculated, knowledge)
    if dose is None:
        return
    shown = show(dose.amount, SHOWN_DIGITS)
    drug = knowledge.drugs[calculated.drug] if calculated.drug else None
    taken = {
        "drug": drug.id if drug is not None and drug.ladders else None,
        # As the page shows it, and without the comma of thousands, which no field reads.
        "dose": ordinary_spaces(shown).replace(",", ""),
        "weight": calculated.weight,
    }
    weight = f", weight {calculated.weight}" if calculated.weight else ""
    words = f"{f'{drug.name} ' if drug is not None else ''}{shown}{weight}"
    if all((form.read(name) or None) == (text or None) for name, text in taken.items()):
        show_line(f"As on the Calculate page: {words}.")
        return
    st.button(
        "Use the dose of the Calculate page",
        key=f"{form.screen}-same-dose",
        on_click=_fill,
        args=(form, taken),
        wrap=True,
    )
    no_ladder = " Its file has no rate ladder." if drug is not None and not drug.ladders else ""
    show_line(f"{words[:1].upper()}{words[1:]}, as it stands on the Calculate page.{no_ladder}")


def _fill(form: Form, taken: dict[str, str | None]) -> None:
    for name, text in {**taken, "planned": None, "ladder": None, "label": ""}.items():
        form.fill(name, text)
