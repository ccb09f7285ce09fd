"""What the Pump screen asks: a dose of the planned course or any other, its ladder, its bag."""

from __future__ import annotations

import dataclasses

import streamlit as st

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder, ladder_in_words
from dosing.errors import Problems
from dosing.infusion.order import NOT_COUNTED, Typed
from dosing.numbers import read_clock, read_count
from dosing.units import plain, show
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.course.visit import weight_on
from schedules.knowledge.library import Library
from screens.marks import date_text, escaped, source_mark
from screens.parts.fields import choice_field, pick_field, quantity_said, text_field
from screens.state.session import PumpEntries

_SCREEN = "pump"
_BAGS = {
    "everything": "Everything is in the volume",
    "diluent": "The drug is added to the volume",
    "undiluted": "Undiluted, as the product comes",
}


def planned_dose(entries: PumpEntries, course: Course | None) -> None:
    """Offer the infusions of the planned course; choosing one fills in what it states."""
    rows = _infusions(course)
    if course is None or not rows:
        return
    before = entries.planned
    chosen = pick_field(
        entries,
        "planned",
        "Dose of the planned course",
        list(rows),
        screen=_SCREEN,
        words=lambda name: _dose_in_words(rows[name], rows),
        placeholder="Choose a dose",
    )
    if chosen is None or chosen == before:
        return
    row = rows[chosen]
    entries.label, entries.drug, entries.ladder = course.plan.patient.label, row.drug, None
    entries.dose, entries.weight = plain(row.dose.amount), weight_on(course.plan, row.date)
    entries.start = ""
    for key, value in texts(entries).items():
        st.session_state[key] = value


def _infusions(course: Course | None) -> dict[str, Administration]:
    if course is None or course.stopped or course.unacknowledged:
        return {}
    return {row.id: row for row in course.rows if _to_run(row)}


def _to_run(row: Administration) -> bool:
    return "infusion" in row.route and row.state == "planned"


def _dose_in_words(row: Administration, rows: dict[str, Administration]) -> str:
    which, count = _number(row, rows)
    return (
        f"{date_text(row.date)}, {row.drug_name} {show(row.dose.amount)}, dose {which} of {count}"
    )


def _number(row: Administration, rows: dict[str, Administration]) -> tuple[int, int]:
    """Give which of the doses of its drug it is, and how many there are."""
    own = [other.id for other in rows.values() if other.drug == row.drug]
    return own.index(row.id) + 1, len(own)


def texts(entries: PumpEntries) -> dict[str, object]:
    """Give every entry by the key of its field: what a changed infusion is known by."""
    fields = (field.name for field in dataclasses.fields(entries))
    return {
        f"{_SCREEN}-{name}": getattr(entries, name)
        for name in fields
        if name not in {"planned", "stops", "stops_of"}
    }


def pump_form(
    entries: PumpEntries, knowledge: Library, course: Course | None
) -> tuple[Drug | None, RateLadder | None]:
    """Ask for the infusion and its bag; give the drug and the ladder that were chosen."""
    st.html('<h2 class="section">Infusion</h2>')
    text_field(entries, "label", "Label, no name", screen=_SCREEN, placeholder="ward-7")
    drugs = [drug.id for drug in knowledge.drugs.values() if drug.ladders]
    name = pick_field(
        entries,
        "drug",
        "Drug",
        drugs,
        screen=_SCREEN,
        placeholder="Choose a drug",
        words=lambda drug: knowledge.drugs[drug].name,
    )
    drug = knowledge.drugs[name] if name else None
    # What comes and goes stands in a container: a field that it pushes down would be drawn anew,
    # and lose what is being typed into it.
    with st.container():
        ladder = _ladder(entries, drug, course)
    text_field(
        entries,
        "dose",
        "Dose",
        screen=_SCREEN,
        placeholder="700 mg",
        understood=quantity_said("amount"),
    )
    rates = ladder.rates if ladder is not None else []
    with st.container():
        if ladder is None or ladder.open_end:
            text_field(
                entries,
                "over",
                "Length",
                screen=_SCREEN,
                placeholder="60 min",
                understood=quantity_said("duration"),
            )
            text_field(
                entries,
                "rates",
                "Or rates in turn",
                screen=_SCREEN,
                placeholder="50 mg/h for 30 min; 100 mg/h",
            )
        if not rates or any("kg" in plain(rate) for rate in rates):
            text_field(
                entries,
                "weight",
                "Weight, for a rate per kg",
                screen=_SCREEN,
                placeholder="70 kg",
                understood=quantity_said("weight"),
            )
        if any("m2" in plain(rate) for rate in rates):
            text_field(
                entries,
                "bsa",
                "Body surface",
                screen=_SCREEN,
                placeholder="1.84 m2",
                understood=quantity_said("surface"),
            )
    with st.container():
        _bag(entries)
    text_field(
        entries,
        "start",
        "Starts at",
        screen=_SCREEN,
        placeholder="09:00",
        understood=lambda text: f"= {read_clock(text, 'start'):%H:%M} today",
    )
    text_field(
        entries,
        "drops_per_ml",
        "Drops per mL, for a gravity set",
        screen=_SCREEN,
        placeholder="as printed on the set",
        understood=lambda text: f"= {read_count(text, 'drops per mL')} drops/mL",
    )
    return drug, ladder


def _ladder(entries: PumpEntries, drug: Drug | None, course: Course | None) -> RateLadder | None:
    """Let a person choose the ladder; that of a first or later infusion is proposed in words."""
    if drug is None:
        return None
    ids = [ladder.id for ladder in drug.ladders]
    name = pick_field(
        entries,
        "ladder",
        "Rate ladder",
        ids,
        screen=_SCREEN,
        placeholder="Choose a ladder, or state the rate",
    )
    ladder = drug.ladder(name) if name else None
    proposed = _proposed(entries, drug, course)
    if proposed:
        st.html(f'<p class="echo">{escaped(proposed)}</p>')
    if ladder is not None:
        said = "; ".join(ladder_in_words(ladder))
        source = source_mark(drug.source(ladder.source))
        st.html(f'<p class="echo">{escaped(said)}. {source}</p>')
    return ladder


def _proposed(entries: PumpEntries, drug: Drug, course: Course | None) -> str:
    rows = _infusions(course)
    row = rows.get(entries.planned or "")
    if row is None or row.drug != drug.id:
        return ""
    which, count = _number(row, rows)
    found = [lad.id for lad in drug.ladders if lad.infusion == row.infusion and not lad.only_if]
    found = [row.ladder] if row.ladder else found
    said = f"Dose {which} of {count} in this course: a {row.infusion} infusion"
    return f"{said}, so {' or '.join(found)} is proposed." if found else f"{said}."


def _bag(entries: PumpEntries) -> None:
    st.html('<h2 class="section">Bag</h2>')
    bag = choice_field(
        entries,
        "bag",
        "What the bag holds",
        list(_BAGS),
        screen=_SCREEN,
        words=_BAGS.__getitem__,
        horizontal=False,
    )
    if bag != "undiluted":
        text_field(
            entries,
            "volume",
            "Volume of the bag",
            screen=_SCREEN,
            placeholder="500 mL",
            understood=quantity_said("volume"),
        )
        text_field(
            entries, "diluent", "Diluent", screen=_SCREEN, placeholder="sodium chloride 0.9 %"
        )
    if bag == "diluent":
        text_field(
            entries,
            "drug_volume",
            "Volume of the drug, if measured",
            screen=_SCREEN,
            placeholder="70 mL",
            understood=quantity_said("volume"),
        )
        text_field(
            entries,
            "overfill",
            f"Overfill, or {NOT_COUNTED}",
            screen=_SCREEN,
            placeholder=NOT_COUNTED,
        )
    if bag in {"diluent", "undiluted"}:
        text_field(
            entries,
            "concentration",
            "Concentration of the product",
            screen=_SCREEN,
            placeholder="10 mg/mL",
            understood=quantity_said("concentration"),
            help_text="Only where the drug file does not state it for the product.",
        )


def typed(entries: PumpEntries) -> Typed:
    """Give what was typed as an order that can be read."""

    def given(text: str, *, holds: bool = True) -> str | None:
        return text if text and holds else None

    diluted, added = entries.bag != "undiluted", entries.bag == "diluent"
    return Typed(
        dose=given(entries.dose),
        over=given(entries.over),
        weight=given(entries.weight),
        rate=tuple(part.strip() for part in entries.rates.split(";") if part.strip()),
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


def needed(entries: PumpEntries) -> Problems:
    """Name what is still missing before anything can be worked out."""
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
