"""The Pump screen: a dose in a bag as large steps, with the present one, for the bedside."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

import htpy as h
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.errors import InputError, Problem
from dosing.infusion.findings import HELD_TO_NOTHING
from dosing.infusion.order import read_order
from dosing.infusion.run import infuse
from dosing.infusion.steps import RESUME_PERCENT, Infusion, Interruption
from dosing.trace import stops
from dosing.units import MINUTE, quantity, show
from screens.forms.pump import (
    PATIENT_OF_PLAN,
    SCREEN,
    ask_planned_dose,
    list_missing,
    pump_form,
    read_typed,
    widget_texts,
)
from screens.forms.same_dose import offer_dose
from screens.forms.same_patient import offer_patient
from screens.marks import (
    date_text,
    empty_panel,
    quiet,
    render,
    show_blocks,
    show_findings,
    show_html,
    source_mark,
)
from screens.parts.bedside_pump import show_bedside_pump
from screens.parts.card import needed_panel
from screens.parts.draft import keep_draft, show_draft
from screens.parts.fields import Form
from screens.parts.findings import show_stops, show_warnings
from screens.parts.focus import move_focus
from screens.parts.in_sight import line_by_form
from screens.parts.pump_acts import take_acts
from screens.parts.pump_card import show_card_download
from screens.parts.pump_steps import (
    Running,
    pump_head,
    pump_schedule,
    reaction_steps,
    show_pump_plot,
)
from screens.state import clock
from screens.state.knowledge import library as read_knowledge
from screens.state.session import PumpEntries, current_session

_QUESTIONS = {
    "bag": "What the bag holds",
    "drops-per-ml": "Drops per mL",
    "bsa": "Body surface",
    "drug-volume": "Volume of the drug",
    "over": "Length",
}
_NO_RATE = "No rate"
_SECONDS = 60
_LETTERS = 16


@dataclasses.dataclass(frozen=True, slots=True)
class _Order:
    """What was typed, with the drug and the ladder that were chosen; is the drug endorsed?"""

    entries: PumpEntries
    drug: Drug | None
    ladder: RateLadder | None
    endorsed: bool


def main() -> None:
    """Show the screen: the order on the left, the steps of the pump on the right."""
    session, knowledge = current_session(), read_knowledge()
    entries = session.pump
    show_html(h.h1(".hidden")["Run an infusion"])
    left, right = st.columns([10, 23], gap="large")
    with left, st.container(key="pump-form"):
        ask_planned_dose(entries, session.course)
        # What comes and goes above the fields: without a container they would be drawn anew.
        with st.container():
            offer_patient(session, Form(entries, SCREEN), PATIENT_OF_PLAN, clock.now().date())
            offer_dose(session, Form(entries, SCREEN), knowledge)
        drug, ladder = pump_form(entries, knowledge, session.course)
        draft = st.container()
        line = st.empty()
    with right:
        if entries.label or entries.dose or entries.drug:
            endorsed = drug is not None and knowledge.status(f"drugs/{drug.id}") == "endorsed"
            _show_steps(_Order(entries, drug, ladder, endorsed), knowledge.site.zone, line)
        else:
            _begin()
    with draft:
        show_draft()


def _begin() -> None:
    steps = (
        "Choose the drug and its rate ladder, and write the patient's label and the dose; "
        "or take over a dose of the course on the Plan page, or the dose on the Calculate page.",
        "Choose what the bag holds.",
        "Write when it starts: the steps then appear here with clock times, and the present one "
        "is marked. The page counts by itself, and sounds and flashes before each change.",
    )
    show_html(
        empty_panel("From a bag to the steps of a pump", h.ol[[h.li[step] for step in steps]])
    )


def _show_steps(order: _Order, zone: str, line: DeltaGenerator) -> None:
    """Show the infusion, or what keeps it from being run, and say in a line which of both it is."""
    entries = order.entries
    fingerprint = tuple(f"{key}={value}" for key, value in widget_texts(entries).items())
    if fingerprint != entries.stops_of:
        # Stops belong to the infusion that ran when they came, and to no other.
        entries.stops, entries.stops_of = [], fingerprint
        entries.taken, entries.refused, entries.run = [], [], ""
        entries.began = entries.heard = None
    entries.run = entries.run or secrets.token_urlsafe(_LETTERS)
    try:
        infusion = _read(order, 0.0)
    except InputError as error:
        show_html(h.div("#needed")[needed_panel(error.problems, _QUESTIONS)])
        line.html(render(line_by_form(_NO_RATE, [_way_to(error.problems)], [])))
        return
    if stops(infusion.findings):
        line.html(render(line_by_form(_NO_RATE, [], infusion.findings)))
        show_stops(infusion.findings)
        show_warnings(infusion.findings, key="pump")
        return
    now = _drug_and_dose(order, infusion)
    line.html(render(line_by_form(now, [("#pump", "Pump")], infusion.findings)))
    _follow(order)
    show_card_download(
        entries,
        order.drug,
        order.ladder,
        endorsed=order.endorsed,
        zone=zone,
        run=lambda: _as_it_runs(order),
    )


def _way_to(problems: Sequence[Problem]) -> tuple[str, str]:
    """Return the way to what keeps the steps back, with how many there are of the graver kind."""
    unique = dict.fromkeys(problems)
    wrong = sum(1 for problem in unique if problem.typed)
    return "#needed", f"To correct: {wrong}" if wrong else f"Still needed: {len(unique)}"


def _read(order: _Order, minute: float) -> Infusion:
    """Return the infusion; a stop that has no end yet is taken to end in this minute."""
    entries = order.entries
    halts = [
        Interruption(
            at=quantity(stop.at, MINUTE),
            resume_percent=stop.percent,
            lasts=quantity(max(stop.until or minute, stop.at + 1 / _SECONDS) - stop.at, MINUTE),
        )
        for stop in entries.stops
    ]
    order_read = read_order(
        read_typed(entries),
        drug=order.drug,
        ladder=order.ladder,
        interruptions=halts,
        problems=list_missing(entries),
    )
    if entries.planned:  # its weight was filled in, not typed
        order_read = dataclasses.replace(order_read, unused=())
    return infuse(order_read)


def _began(entries: PumpEntries, infusion: Infusion) -> dt.datetime | None:
    """Return when it began or begins, fixed when its start is written: no later day moves it.

    A clock time that is still to come today was yesterday's where that infusion still ran.
    """
    if infusion.start is None or entries.began is not None:
        return entries.began
    here = clock.now()
    today = dt.datetime.combine(here.date(), infusion.start, here.tzinfo)
    total = dt.timedelta(minutes=float(infusion.total.magnitude))
    yesterday = today - dt.timedelta(days=1)
    entries.began = yesterday if today > here and here - yesterday < total else today
    # Changes that were made before anybody looked here need no alarm.
    entries.heard = _minutes_since(entries.began)
    return entries.began


def _minutes_since(moment: dt.datetime) -> float:
    return (clock.now() - moment).total_seconds() / _SECONDS


def _as_it_runs(order: _Order) -> Running:
    """Return the infusion with its stops so far and the minutes since its start."""
    last = order.entries.stops[-1] if order.entries.stops else None
    halt = last if last is not None and last.until is None else None
    infusion = _read(order, 0.0)
    began = _began(order.entries, infusion)
    minute = None if began is None else _minutes_since(began)
    if halt is not None:
        infusion = _read(order, minute or 0.0)
    return Running(infusion=infusion, minute=minute, halt=halt, percent=_percent(order))


def _percent(order: _Order) -> int:
    """Return at which share of the rate it goes on after a reaction."""
    stated = order.ladder.reaction if order.ladder is not None else None
    return RESUME_PERCENT if stated is None else stated.resume_percent


def _follow(order: _Order) -> None:
    """Show head, steps as the browser counts them, and the buttons."""
    entries, running = order.entries, _as_it_runs(order)
    findings = running.infusion.findings
    show_html(pump_head(entries.label, order.drug, order.ladder, running))
    show_warnings(findings, key="pump")
    if entries.began is not None:
        # Its form may stand below it, or have pushed it out of sight.
        move_focus(".pump-head h2", f"began {entries.began}", from_top=True)
    with st.container(key="bedside"):
        show_bedside_pump(
            pump_schedule(running),
            entries,
            drug=_drug_and_dose(order, running.infusion),
            now=clock.now(),
            on_acts=partial(_act, order),
        )
        if not entries.start:
            with st.container(key="pump-buttons"):
                _offer_start()
    if entries.refused:
        show_html(quiet(f"Pressed, and not possible at that time: {'; '.join(entries.refused)}."))
    if order.drug is not None and order.ladder is not None:
        reacted = running.halt is not None and running.halt.percent is not None
        show_blocks([reaction_steps(order.drug, order.ladder, now=reacted)])
    notes = [finding for finding in findings if finding.level == "NOTE"]
    show_findings([finding for finding in notes if finding.code not in HELD_TO_NOTHING])
    if not running.is_over:
        show_pump_plot(running.infusion)
    if order.drug is not None and order.ladder is not None:
        show_html(_provenance(order.drug, order.ladder, endorsed=order.endorsed))


def _offer_start() -> None:
    if st.button(
        "Starts now", key="pump-now", width="stretch", type="primary", on_click=_start_now
    ):
        st.rerun()


def _act(order: _Order, told: Sequence[Any]) -> None:
    """Take what was pressed at the pump, and keep it before anybody is told that it is taken."""
    take_acts(
        order.entries,
        told,
        percent=_percent(order),
        ends=lambda: float(_read(order, 0.0).total.magnitude),
    )
    keep_draft()


def _drug_and_dose(order: _Order, infusion: Infusion) -> str:
    name = order.drug.name if order.drug is not None else "Infusion"
    return f"{name} {show(infusion.dose)}" if infusion.dose is not None else name


def _provenance(drug: Drug, ladder: RateLadder, *, endorsed: bool) -> h.Renderable:
    now, is_endorsed = clock.now(), "endorsed" if endorsed else "not endorsed"
    return h.p(".provenance")[
        f"{ladder.id} of the drug file {drug.id}, version {drug.version}, {is_endorsed}: ",
        source_mark(drug.source(ladder.source)),
        f". Shown on {date_text(now.date())} at {now:%H:%M}.",
    ]


def _start_now() -> None:
    st.session_state["pump-start"] = f"{clock.now():%H:%M}"


main()
