"""What the Pump screen asks: a dose of the planned course or any other, its ladder, its bag."""

from __future__ import annotations

import dataclasses
import re

import htpy as h
import streamlit as st

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder, ladder_in_words
from dosing.errors import Problems
from dosing.infusion.order import Typed
from dosing.names import NOT_COUNTED
from dosing.numbers import read_clock, read_count
from dosing.units import plain, show
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.course.visit import weight_on
from schedules.knowledge.library import Library
from screens.marks import date_text, show_html, source_mark, title
from screens.parts.fields import Form, says_quantity, show_echo, show_line
from screens.state.session import PumpEntries

SCREEN = "pump"
# What is asked here of a patient, as a plan states it
PATIENT_OF_PLAN = ("label", "weight")
# What becomes of an infusion, and not what it is
_NOT_TYPED = {"planned", "stops", "stops_of", "began", "heard", "run", "taken", "refused"}
_UNITS = {
    "amount": ("mg", "g", "mcg", "units"),
    "duration": ("min", "h"),
    "volume": ("mL", "L"),
    "weight": ("kg", "lb"),
}
_A_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_BAGS = {
    "everything": "Everything is in the volume",
    "diluent": "The drug is added to the volume",
    "undiluted": "Undiluted, as the product comes",
}


def ask_planned_dose(entries: PumpEntries, course: Course | None) -> None:
    """Offer the infusions of the planned course; choosing one fills in what it states."""
    rows = _infusions(course)
    if course is None or not rows:
        return
    before = entries.planned
    chosen = Form(entries, SCREEN).pick(
        "planned",
        "Dose of the planned course",
        list(rows),
        "Choose a dose",
        words=lambda name: _dose_text(rows[name], rows),
    )
    if chosen is None or chosen == before:
        return
    row = rows[chosen]
    entries.label, entries.drug, entries.ladder = course.plan.patient.label, row.drug, None
    entries.dose, entries.weight = plain(row.dose.amount), weight_on(course.plan, row.date)
    entries.start = ""
    for key, value in widget_texts(entries).items():
        st.session_state[key] = value


def _infusions(course: Course | None) -> dict[str, Administration]:
    if course is None or course.stopped or course.unacknowledged:
        return {}
    rows = (row for row in course.rows if row.state == "planned" and "infusion" in row.route)
    return {row.id: row for row in rows}


def _dose_text(row: Administration, rows: dict[str, Administration]) -> str:
    which, count = _number(row, rows)
    dose = f"{row.drug_name} {show(row.dose.amount)}"
    return f"{date_text(row.date)}, {dose}, dose {which} of {count}"


def _number(row: Administration, rows: dict[str, Administration]) -> tuple[int, int]:
    """Return which of the doses of its drug it is, and how many there are."""
    own = [other.id for other in rows.values() if other.drug == row.drug]
    return own.index(row.id) + 1, len(own)


def widget_texts(entries: PumpEntries) -> dict[str, object]:
    """Return every entry by the key of its field: they tell one infusion from another."""
    fields = (field.name for field in dataclasses.fields(entries))
    return {f"{SCREEN}-{name}": getattr(entries, name) for name in fields if name not in _NOT_TYPED}


def pump_form(
    entries: PumpEntries, knowledge: Library, course: Course | None
) -> tuple[Drug | None, RateLadder | None]:
    """Ask for the infusion and its bag; return the drug and the ladder that were chosen."""
    form = Form(entries, SCREEN)
    show_html(title("Infusion"))
    drug = _ask_drug(form, knowledge)
    # What comes and goes stands in a container: a field that it pushes down would be redrawn, and
    # lose what is being typed into it.
    with st.container():
        ladder = _ask_ladder(form, drug, course)
    form.text("label", "Label, no name", "ward-7")
    _ask_quantity(form, "dose", "Dose", "700 mg", "amount")
    with st.container():
        _ask_rates(form, ladder)
    with st.container():
        _ask_bag(form)
    form.text(
        "start", "Starts at", "09:00", lambda text: f"= {read_clock(text, 'start'):%H:%M} today"
    )
    form.text(
        "drops_per_ml",
        "Drops per mL, for a gravity set",
        "as printed on the set",
        lambda text: f"= {read_count(text, 'drops per mL')} drops/mL",
    )
    return drug, ladder


def _ask_drug(form: Form, knowledge: Library) -> Drug | None:
    drugs = [drug.id for drug in knowledge.drugs.values() if drug.ladders]
    name = form.pick(
        "drug", "Drug", drugs, "Choose a drug", words=lambda drug: knowledge.drugs[drug].name
    )
    return knowledge.drugs[name] if name else None


def _ask_ladder(form: Form, drug: Drug | None, course: Course | None) -> RateLadder | None:
    """Let a person choose the ladder; that of a first or later infusion is proposed in words."""
    if drug is None:
        return None
    ids = [ladder.id for ladder in drug.ladders]
    name = form.pick("ladder", "Rate ladder", ids, "Choose a ladder, or state the rate")
    proposal = _proposal(form.entries, drug, course)
    if proposal:
        show_line(proposal)
    if not name:
        return None
    ladder = drug.ladder(name)
    source = source_mark(drug.source(ladder.source))
    show_html(h.p(".echo")[f"{'; '.join(ladder_in_words(ladder))}. ", source])
    return ladder


def _proposal(entries: PumpEntries, drug: Drug, course: Course | None) -> str:
    rows = _infusions(course)
    row = rows.get(entries.planned or "")
    if row is None or row.drug != drug.id:
        return ""
    which, count = _number(row, rows)
    fitting = [one.id for one in drug.ladders if one.infusion == row.infusion and not one.only_if]
    ids = [row.ladder] if row.ladder else fitting
    place = f"Dose {which} of {count} in this course: a {row.infusion} infusion"
    return f"{place}, so {' or '.join(ids)} is proposed." if ids else f"{place}."


def _ask_rates(form: Form, ladder: RateLadder | None) -> None:
    """Ask for a length or rates where no ladder states them, and for what a rate counts by."""
    rates = [plain(rate) for rate in ladder.rates] if ladder is not None else []
    if ladder is None or ladder.open_end:
        _ask_quantity(form, "over", "Length", "60 min", "duration")
        form.text("rates", "Or rates in turn", "50 mg/h for 30 min; 100 mg/h")
    if not rates or any("kg" in rate for rate in rates):
        _ask_quantity(form, "weight", "Weight, for a rate per kg", "70 kg", "weight")
    if any("m2" in rate for rate in rates):
        form.text("bsa", "Body surface", "1.84 m2", says_quantity("surface"))


def _ask_quantity(form: Form, name: str, label: str, example: str, kind: str) -> None:
    """Ask for a value; where a number stands alone, offer its units as buttons for one thumb."""
    with st.container(gap=None, key=f"{SCREEN}-asked-{name}"):
        text = form.text(name, label, example)
        # Above what is said of the text: no line that appears pushes a button from under a thumb.
        with st.container(horizontal=True, gap="small", key=f"{SCREEN}-units-{name}"):
            for unit in _UNITS[kind] if _A_NUMBER.fullmatch(text) else ():
                st.button(
                    unit,
                    key=f"{SCREEN}-{name}-in-{unit}",
                    on_click=form.fill,
                    args=(name, f"{text} {unit}"),
                )
        show_echo(text, says_quantity(kind))


def _ask_bag(form: Form) -> None:
    show_html(title("Bag"))
    bag = form.choice(
        "bag", "What the bag holds", list(_BAGS), words=_BAGS.__getitem__, horizontal=False
    )
    if bag != "undiluted":
        _ask_quantity(form, "volume", "Volume of the bag", "500 mL", "volume")
        form.text("diluent", "Diluent", "sodium chloride 0.9 %")
    if bag == "diluent":
        volume = says_quantity("volume")
        form.text("drug_volume", "Volume of the drug, if measured", "70 mL", volume)
        form.text("overfill", f"Overfill, or {NOT_COUNTED}", NOT_COUNTED)
    if bag in {"diluent", "undiluted"}:
        form.text(
            "concentration",
            "Concentration of the product",
            "10 mg/mL",
            says_quantity("concentration"),
            help_text="Only where the drug file does not state it for the product.",
        )


def read_typed(entries: PumpEntries) -> Typed:
    """Return what was typed as an order that can be read."""

    def given(text: str, *, holds: bool = True) -> str | None:
        return text if text and holds else None

    diluted, added = entries.bag != "undiluted", entries.bag == "diluent"
    return Typed(
        dose=given(entries.dose),
        over=given(entries.over),
        weight=given(entries.weight),
        rate=tuple(rate.strip() for rate in entries.rates.split(";") if rate.strip()),
        bsa=given(entries.bsa),
        start=given(entries.start),
        bag=entries.bag if diluted else None,
        undiluted=not diluted,
        volume=given(entries.volume, holds=diluted),
        drug_volume=given(entries.drug_volume, holds=added),
        overfill=given(entries.overfill, holds=added),
        concentration=given(entries.concentration, holds=added or not diluted),
        diluent=entries.diluent if diluted else "",
        drops_per_ml=given(entries.drops_per_ml),
    )


def list_missing(entries: PumpEntries) -> Problems:
    """List what is still missing before anything can be calculated."""
    problems = Problems()
    for field, value, accepted in (
        ("label", entries.label, "write a bed or a number, never a name"),
        ("bag", entries.bag, "choose whether drug and overfill are counted in its volume"),
        ("dose", entries.dose, "write 700 mg"),
    ):
        if not value:
            problems.add(field, "", why="is missing", accepted=accepted)
    if not (entries.ladder or entries.over or entries.rates):
        problems.add(
            "order", "", why="is missing", accepted="choose a ladder, or write a length or rates"
        )
    return problems
