"""What the Plan screen asks: the patient, the regimen with its choices, and when."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from dosing.errors import refuse
from dosing.numbers import read_share
from dosing.units import show, show_share
from schedules.knowledge.choice import GIVEN, LEFT_OUT, Choice, left_out
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen, clock_words
from schedules.knowledge.site import Site, read_clock, read_zone
from screens.forms.patient import SCREEN, ask_what_the_regimen_needs
from screens.forms.plan_file import show_ways_to_fill
from screens.marks import escape_markdown, show_html, title
from screens.parts.fields import Form, says_quantity, show_line
from screens.parts.focus import lead_to_found
from screens.state.session import PlanEntries, Session

_MOST_OFFERED = 6


def ask_plan(session: Session, knowledge: Library, today: dt.date) -> Regimen | None:
    """Ask for what is planned and when, and return the regimen that was chosen."""
    entries = session.plan
    # What comes and goes stands in a container of its own: a field that it pushes down would be
    # redrawn, and lose what is being typed into it.
    with st.container(key="plan-what"):
        regimen = _ask_regimen(session, knowledge)
        if regimen is not None:
            ask_what_the_regimen_needs(entries, regimen, knowledge, today)
            ask_choices(entries.choices, regimen, screen=SCREEN)
            _ask_departures(entries, regimen, knowledge)
    _ask_when(entries, regimen, knowledge, today)
    show_ways_to_fill(session, knowledge)
    return regimen


def _ask_regimen(session: Session, knowledge: Library) -> Regimen | None:
    """Ask for a disease, drug or brand, and offer what may be meant, the likeliest first.

    Nothing is chosen by what is typed: a regimen is chosen by its title.
    """
    entries, key = session.plan, f"{SCREEN}-regimen"
    show_html(title("Regimen"))
    typed = Form(session, SCREEN).text("search", "Search a disease, drug or brand", "IVIG")
    lead_to_found(f".st-key-{SCREEN}-search input", f".st-key-{key} input")
    found = [regimen.id for regimen in knowledge.search(typed)] if typed else []
    shown = st.session_state.get(key, entries.regimen)
    chosen = shown if shown in knowledge.regimens else None
    options = list(dict.fromkeys(([chosen] if chosen else []) + found[:_MOST_OFFERED]))
    if options:
        st.session_state[key] = chosen
        chosen = st.radio(
            "Regimens",
            options,
            key=key,
            index=None,
            captions=[escape_markdown(_caption(knowledge.regimens[name])) for name in options],
            format_func=lambda name: escape_markdown(knowledge.regimens[name].title),
        )
    entries.regimen = chosen
    if len(found) > _MOST_OFFERED:
        show_line(f"{len(found) - _MOST_OFFERED} more: write another word of it.")
    elif typed and not found:
        show_line(f"No regimen here is for or of “{typed}”. Try a single word of it.")
    return knowledge.regimens[chosen] if chosen else None


def _caption(regimen: Regimen) -> str:
    return f"For {', '.join(regimen.for_)}{regimen.jurisdiction and f'; {regimen.jurisdiction}'}"


def ask_choices(
    choices: dict[str, dict[str, str | None]], regimen: Regimen, *, screen: str
) -> dict[str, str | None]:
    """Ask for the choices of a regimen, none made beforehand, and return those of this regimen."""
    chosen = choices.setdefault(regimen.id, {})
    for choice in regimen.choices:
        _ask_choice(Form(chosen, f"{screen}-{regimen.id}"), regimen, choice)
    return chosen


def _ask_choice(form: Form, regimen: Regimen, choice: Choice) -> None:
    optional = " (optional)" if choice.optional_with else ""
    label = escape_markdown(f"{choice.ask}{optional}")
    source = f"{choice.accepted}. Source: {regimen.source(choice.source)}"
    help_text = escape_markdown(source[:1].upper() + source[1:])
    if choice.companion:
        _ask_companion(form, choice, label, help_text)
        return
    if choice.options:
        form.choice(
            choice.name, label, choice.options, help_text=help_text, horizontal=not choice.words
        )
        return
    form.text(
        choice.name,
        label,
        choice.accepted.removeprefix("write "),
        lambda text: f"= {choice.read(text)}",
        help_text=help_text,
    )


def _ask_companion(form: Form, choice: Choice, label: str, help_text: str) -> None:
    """Ask whether a companion is given, and why not where it is left out."""
    text = form.entries.get(choice.name) or ""
    decided = GIVEN if text == GIVEN else LEFT_OUT if text else None
    own = Form({"decided": decided, "why": left_out(text)}, f"{form.screen}-{choice.name}")
    decided = own.choice("decided", label, [GIVEN, LEFT_OUT], help_text=help_text)
    if decided == LEFT_OUT:
        why = own.text("why", "Why it is left out", "allergic to it", needed="A reason is needed.")
        form.entries[choice.name] = f"{LEFT_OUT}: {why}"
    else:
        form.entries[choice.name] = decided


def _ask_departures(entries: PlanEntries, regimen: Regimen, knowledge: Library) -> None:
    """Ask for what departs from the regimen, and for what was given before it."""
    doses = [medicine.dose for phase in regimen.phases for medicine in phase.medicines]
    another = st.expander(
        "Another dose than the regimen's, optional", key="another-dose", on_change="rerun"
    )
    if another.open:
        with another:
            Form(entries, SCREEN).text(
                "other_dose",
                "Another dose",
                ", ".join(dict.fromkeys(map(show, doses))),
                says_quantity("dose"),
                help_text="It is checked against the drug's limits and marked on every output.",
            )
    if regimen.drugs:
        part = st.expander(
            "A part of the standard dose, optional", key="a-part-of-the-dose", on_change="rerun"
        )
        if part.open:
            with part:
                _ask_adjustments(entries, regimen, knowledge)
    for drug in map(knowledge.drug, regimen.drugs):
        if not any(limit.per == "lifetime" for limit in drug.limits):
            continue
        earlier = st.expander(
            "Given before this course, optional", key=f"earlier-{drug.id}", on_change="rerun"
        )
        if earlier.open:
            with earlier:
                Form(entries.earlier, f"{SCREEN}-earlier").text(
                    drug.id,
                    escape_markdown(f"{drug.name} so far, in all"),
                    "0.5 g",
                    says_quantity("amount"),
                    help_text="Added to this course for the lifetime total.",
                )


def _ask_adjustments(entries: PlanEntries, regimen: Regimen, knowledge: Library) -> None:
    """Ask for a part of each drug's standard dose, and why."""
    form = Form(entries.adjust, f"{SCREEN}-adjust")
    for name in regimen.drugs:
        form.text(
            name,
            escape_markdown(f"Part of {knowledge.drug(name).name}"),
            "75 %, 0.75 or three quarters",
            lambda text: f"= {show_share(read_share(text))} of the standard dose",
            help_text="A step of its own in the derivation, beside what the drug file proposes.",
        )
    if any(entries.adjust.get(name) for name in regimen.drugs):
        Form(entries, SCREEN).text("adjust_reason", "Why it is adjusted", "allopurinol")


def _ask_when(
    entries: PlanEntries, regimen: Regimen | None, knowledge: Library, today: dt.date
) -> None:
    show_html(title("When"))
    form = Form(entries, SCREEN)
    form.date(
        "first_day",
        "First day",
        "2026-11-30",
        today,
        help_text="Written 2026-11-30 or 30-Nov-2026, so that day and month cannot be exchanged.",
    )
    if regimen is None:
        return
    other = st.expander(
        "Other clock times or time zone, optional", key="other-times", on_change="rerun"
    )
    if other.open:
        with other:
            _ask_times(entries, regimen, knowledge.site)


def _ask_times(entries: PlanEntries, regimen: Regimen, site: Site) -> None:
    for word in clock_words(regimen):
        Form(entries.times, f"{SCREEN}-time").text(
            word,
            escape_markdown(f"Time of {word}"),
            site.times.get(word, ""),
            _says_clock,
            help_text="The field shows this site's time; another one holds for this plan.",
        )
    Form(entries, SCREEN).text(
        "zone",
        "Time zone",
        site.zone,
        lambda text: f"= {read_zone(text).key}",
        help_text="The field shows this site's zone.",
    )


def _says_clock(text: str) -> str:
    try:
        return f"= {read_clock(text):%H:%M}"
    except ValueError:
        refuse("time", text, why="is not a clock time", write="09:00")
