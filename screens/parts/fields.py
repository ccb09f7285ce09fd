"""Fields that say at once what they understood, or how to write it instead."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from dosing import units
from dosing.errors import InputError, Problems
from dosing.patient import Patient, implausible
from dosing.units import Unit, in_unit, quantity, show
from schedules.plans.patient_entry import read_date
from screens.marks import escaped, markdown_escaped
from screens.state.session import seed

_RARE = {"body.pounds_as_kilograms", "body.rare_size"}
_PAUSE = "400ms"
_CONVERTED_DIGITS = 4

# What is typed in another unit is shown in the one that the dose is calculated from.
_ECHOED_IN: Mapping[str, Unit] = {
    "weight": units.KG,
    "height": units.CM,
    "creatinine": units.CREATININE_UMOL_PER_L,
}


def text_field(
    entries: Any,
    name: str,
    label: str,
    *,
    screen: str,
    understood: Callable[[str], str] | None = None,
    placeholder: str = "",
    help_text: str | None = None,
    needed: str = "",
    width: int | Literal["stretch"] = "stretch",
) -> str:
    """Show a text field and, beneath it, what it understood or how to write it.

    Args:
        entries: the part of the session object that keeps the text.
        name: the attribute in it.
        label: what stands above the field.
        screen: the screen's name, which begins the widget's key.
        understood: gives the sentence beneath, or raises InputError.
        placeholder: an example of the spelling, shown while the field is empty.
        help_text: what one click on the mark beside the label tells.
        needed: said beneath an empty field that cannot stay empty.
        width: of the field, for what is always short.

    Returns:
        The text without spaces at its ends.
    """
    key = f"{screen}-{name}"
    seed(key, _kept(entries, name))
    with st.container(gap=None, key=f"field-{key}"):
        typed = st.text_input(
            label,
            key=key,
            placeholder=placeholder or None,
            help=help_text,
            live=_PAUSE,
            autocomplete="off",
            width=width,
        )
        text = (typed or "").strip()
        _keep(entries, name, text)
        _echo(text, understood, needed)
    return text


def _echo(text: str, understood: Callable[[str], str] | None, needed: str) -> None:
    if not text:
        if needed:
            st.html(f'<p class="echo">{escaped(needed)}</p>')
        return
    if understood is None:
        return
    try:
        said = understood(text)
        st.html(f'<p class="echo">{escaped(said)}</p>')
    except InputError as error:
        st.html(wrong(error))


def wrong(error: InputError) -> str:
    """Give the sentence beneath a field that could not be read."""
    lines = "<br>".join(
        f"{escaped(problem.why[:1].upper() + problem.why[1:])}: "
        f"<strong>{escaped(problem.accepted)}</strong>"
        for problem in error.problems
    )
    return f'<p class="echo wrong" role="alert"><span aria-hidden="true">✎</span> {lines}</p>'


def quantity_said(kind: str) -> Callable[[str], str]:
    """Give the reader of a kind of value that says it back in the unit that is used."""

    def said(text: str) -> str:
        value = units.read(kind, text)
        unit = _ECHOED_IN.get(kind, value.units)
        if value.units == unit:
            return f"= {show(value)}"
        used = quantity(in_unit(value, unit, kind), unit)
        return f"{show(value)} = {show(used, _CONVERTED_DIGITS)}"

    return said


def date_said(field: str, today: dt.date | None = None) -> Callable[[str], str]:
    """Give the reader of a date that says it back with its weekday."""

    def said(text: str) -> str:
        day = read_date(text, field)
        return f"= {day:%A %d-%b-%Y}{_from_today(day, today)}"

    return said


def _from_today(day: dt.date, today: dt.date | None) -> str:
    """Say how far a day lies from today: a wrong year or month is seen so at once."""
    if today is None:
        return ""
    days = (day - today).days
    if not days:
        return ", today"
    count = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    return f", in {count}" if days > 0 else f", {count} ago"


def choice_field(
    entries: Any,
    name: str,
    label: str,
    options: Sequence[str],
    *,
    screen: str,
    words: Callable[[str], str] = str,
    horizontal: bool = True,
    help_text: str | None = None,
) -> str | None:
    """Show a few options of which none is chosen beforehand."""
    key = f"{screen}-{name}"
    if _kept(entries, name) in options:
        seed(key, _kept(entries, name))
    chosen = st.radio(
        label,
        list(options),
        index=None,
        key=key,
        horizontal=horizontal,
        help=help_text,
        format_func=lambda option: markdown_escaped(words(option)),
    )
    _keep(entries, name, chosen)
    return chosen


def pick_field(
    entries: Any,
    name: str,
    label: str,
    options: Sequence[str],
    *,
    screen: str,
    words: Callable[[str], str] = str,
    placeholder: str = "",
    help_text: str | None = None,
) -> str | None:
    """Show a list that can be searched by typing, with nothing chosen beforehand."""
    key = f"{screen}-{name}"
    if _kept(entries, name) in options:
        seed(key, _kept(entries, name))
    elif st.session_state.get(key) is not None and st.session_state[key] not in options:
        del st.session_state[key]
    chosen = st.selectbox(
        label,
        list(options),
        index=None,
        key=key,
        format_func=words,
        placeholder=placeholder or None,
        help=help_text,
    )
    _keep(entries, name, chosen)
    return chosen


def size_field(entries: Any, *, screen: str) -> None:
    """Ask for a second look at a size that is rare, for exactly these two measurements.

    The tick is there only while the size is rare, and falls when either measurement changes.
    """
    measured = f"{entries.weight} at {entries.height}"
    problems = Problems()
    patient = Patient(
        weight=problems.reading(units.weight, entries.weight),
        height=problems.reading(units.height, entries.height),
    )
    if problems or not any(finding.code in _RARE for finding in implausible(patient)):
        entries.size_confirmed = ""
        return
    key = f"{screen}-size-{short(measured)}"
    if key not in st.session_state:
        st.session_state[key] = entries.size_confirmed == measured
    label = markdown_escaped(f"Size confirmed: {measured} was measured a second time")
    entries.size_confirmed = measured if st.checkbox(label, key=key) else ""


def short(text: str) -> str:
    """Give a short name made of a text, for the key of a widget that belongs to it alone."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def refill(screen: str, texts: Mapping[str, Any]) -> None:
    """Write a whole form into the widgets that show it; those of another form are forgotten.

    A widget that stays on the page must be given its new value: if it is only forgotten, the
    browser goes on showing the old one.
    """
    for shown in list(st.session_state):
        if isinstance(shown, str) and shown.startswith(f"{screen}-") and shown not in texts:
            del st.session_state[shown]
    for key, value in texts.items():
        st.session_state[key] = value


def _kept(entries: Any, name: str) -> Any:
    return entries.get(name) if isinstance(entries, dict) else getattr(entries, name)


def _keep(entries: Any, name: str, value: Any) -> None:
    if isinstance(entries, dict):
        entries[name] = value
    else:
        setattr(entries, name, value)
