"""Fields that say at once what they understood, or how to write it instead."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Literal

import htpy as h
import streamlit as st

from dosing import units
from dosing.errors import InputError, Problem, Problems
from dosing.patient import Patient, implausible
from dosing.plausibility import EARLIEST_DAY, LATEST_DAY
from dosing.units import Unit, in_unit, quantity, show
from schedules.plans.patient_reading import read_date
from screens.marks import escape_markdown, show_html
from screens.parts.day_in_words import WORDS_FOR_DAYS, day_in_words
from screens.state.session import seed

_RARE = {"body.pounds_as_kilograms", "body.rare_size"}
_PAUSE = "400ms"
_PICKER_WIDTH = 44
_CONVERTED_DIGITS = 4

# What is typed in another unit is shown in the one that the dose is calculated from.
_ECHOED_IN: Mapping[str, Unit] = {
    "weight": units.KG,
    "height": units.CM,
    "creatinine": units.CREATININE_UMOL_PER_L,
}

Echo = Callable[[str], str]


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """The fields of one part of the session.

    Attributes:
        entries: the part of the session that keeps the texts, an object or a dictionary.
        screen: begins the key of each widget.
        live: how long one pauses in typing before the page answers. Streamlit's own pause costs
            nothing; to read another one it imports pandas.
    """

    entries: Any
    screen: str
    live: str | bool = _PAUSE

    def text(
        self,
        name: str,
        label: str,
        example: str = "",
        echo: Echo | None = None,
        *,
        help_text: str | None = None,
        needed: str = "",
        width: int | Literal["stretch"] = "stretch",
    ) -> str:
        """Show a text field and, beneath it, what it understood or how to write it.

        Args:
            name: the entry that keeps the text.
            label: what stands above the field.
            example: the spelling, shown while the field is empty.
            echo: returns the sentence beneath, or raises InputError.
            help_text: what the mark beside the label says when it is clicked.
            needed: stands beneath a field that may not stay empty.
            width: of the field, for what is always short.

        Returns:
            The text without spaces at its ends.
        """
        key = f"{self.screen}-{name}"
        seed(key, self.read(name))
        # Only what can say something beneath needs a place in which the two stand together.
        together = echo is not None or bool(needed)
        with st.container(gap=None, key=f"field-{key}") if together else nullcontext():
            typed = st.text_input(
                label,
                key=key,
                placeholder=example or None,
                help=help_text,
                live=self.live,
                autocomplete="off",
                width=width,
                on_change=self._keep_entered,
                args=(name, key),
            )
            text = (typed or "").strip()
            self._keep(name, text)
            show_echo(text, echo, needed)
        return text

    def date(
        self, name: str, label: str, example: str, today: dt.date, *, help_text: str = ""
    ) -> str:
        """Show a field for a day: written, in words, or picked from a calendar beside it.

        What is said in words becomes a date as soon as it is typed: "tomorrow" means another day
        when it is read again tomorrow. The weeks of the calendar begin as the language of the
        browser has it, on Monday in Europe: Streamlit lets nobody choose, so the day is said back
        with its weekday.
        """
        key, picker = f"{self.screen}-{name}", f"{self.screen}-{name}-picked"

        def pick() -> None:
            if day := st.session_state[picker]:
                self.fill(name, day.isoformat())

        self._write_out(name, key, today)
        with st.container(horizontal=True, gap="small", key=f"date-{key}"):
            with st.container():
                told = f"Also {WORDS_FOR_DAYS}."
                text = self.text(
                    name,
                    label,
                    example,
                    says_date(label.lower(), today),
                    help_text=f"{help_text} {told}".strip(),
                )
            try:
                st.session_state[picker] = read_date(text, name)
            except InputError:
                st.session_state[picker] = None
            st.date_input(
                escape_markdown(f"Calendar: {label}"),
                key=picker,
                min_value=EARLIEST_DAY,
                max_value=LATEST_DAY,
                format="YYYY-MM-DD",
                label_visibility="collapsed",
                width=_PICKER_WIDTH,
                on_change=pick,
            )
        return text

    def _write_out(self, name: str, key: str, today: dt.date) -> None:
        """Write a day that was said in words as a date, before its field is drawn."""
        typed = st.session_state.get(key) or self.read(name) or ""
        if day := day_in_words(typed, today):
            self.fill(name, day.isoformat())

    def choice(
        self,
        name: str,
        label: str,
        options: Sequence[str],
        *,
        words: Callable[[str], str] = str,
        horizontal: bool = True,
        help_text: str | None = None,
    ) -> str | None:
        """Show a few options, none of which is chosen beforehand."""
        key = f"{self.screen}-{name}"
        if self.read(name) in options:
            seed(key, self.read(name))
        chosen = st.radio(
            label,
            list(options),
            index=None,
            key=key,
            horizontal=horizontal,
            help=help_text,
            format_func=lambda option: escape_markdown(words(option)),
            on_change=self._keep_entered,
            args=(name, key),
        )
        self._keep(name, chosen)
        return chosen

    def pick(
        self,
        name: str,
        label: str,
        options: Sequence[str],
        example: str = "",
        *,
        words: Callable[[str], str] = str,
    ) -> str | None:
        """Show a list that can be searched by typing, with nothing chosen beforehand."""
        key = f"{self.screen}-{name}"
        if self.read(name) in options:
            seed(key, self.read(name))
        elif st.session_state.get(key) is not None and st.session_state[key] not in options:
            del st.session_state[key]
        chosen = st.selectbox(
            label,
            list(options),
            index=None,
            key=key,
            format_func=words,
            placeholder=example or None,
        )
        self._keep(name, chosen)
        return chosen

    def fill(self, name: str, text: str | None) -> None:
        """Write into a field, from what answers a click: before the field is drawn."""
        st.session_state[f"{self.screen}-{name}"] = text
        self._keep(name, text)

    def confirm_measurements(self) -> None:
        """Ask for a second look at a rare weight or height, for exactly these two measurements.

        The tick is there only while the two are rare together, and falls when either changes.
        """
        weight, height = self.read("weight"), self.read("height")
        measured = f"{weight} at {height}"
        problems = Problems()
        patient = Patient(
            weight=problems.reading(units.weight, weight),
            height=problems.reading(units.height, height),
        )
        if problems or not any(finding.code in _RARE for finding in implausible(patient)):
            self._keep("size_confirmed", "")
            return
        key = f"{self.screen}-size-{short(measured)}"
        if key not in st.session_state:
            st.session_state[key] = self.read("size_confirmed") == measured
        label = escape_markdown(f"Size confirmed: {measured} was measured a second time")
        self._keep("size_confirmed", measured if st.checkbox(label, key=key) else "")

    def read(self, name: str) -> Any:
        """Return what the session keeps under a name."""
        entries = self.entries
        return entries.get(name) if isinstance(entries, dict) else getattr(entries, name)

    def _keep_entered(self, name: str, key: str) -> None:
        """Keep what was entered as it arrives: its field may be folded away before it is drawn."""
        entered = st.session_state[key]
        self._keep(name, entered.strip() if isinstance(entered, str) else entered)

    def _keep(self, name: str, value: Any) -> None:
        if isinstance(self.entries, dict):
            self.entries[name] = value
        else:
            setattr(self.entries, name, value)


def show_line(text: str) -> None:
    """Show a line beneath a field."""
    show_html(h.p(".echo")[text])


def show_echo(text: str, echo: Echo | None, needed: str = "") -> None:
    """Show, beneath a field, what it understood, or how to write what cannot be read."""
    if not text:
        if needed:
            show_line(needed)
        return
    if echo is None:
        return
    try:
        show_line(echo(text))
    except InputError as error:
        show_problems(error)


def show_problems(error: InputError) -> None:
    """Show, beneath a field, how to write what cannot be read."""

    def line(problem: Problem) -> h.Node:
        why = problem.why[:1].upper() + problem.why[1:]
        return [f"{why}: ", h.strong[problem.accepted]]

    first, *others = map(line, error.problems)
    show_wrong(first, [[h.br, other] for other in others])


def show_wrong(*lines: h.Node) -> None:
    """Show, beneath a field, what cannot be used of what was typed in it."""
    pencil = h.span(aria_hidden="true")["✎"]
    show_html(h.p(".echo.wrong", role="alert")[pencil, " ", lines])


def says_quantity(kind: str) -> Echo:
    """Return the echo of a kind of value, in the unit that the dose is calculated from."""

    def echo(text: str) -> str:
        value = units.read(kind, text)
        unit = _ECHOED_IN.get(kind, value.units)
        if value.units == unit:
            return f"= {show(value)}"
        used = quantity(in_unit(value, unit, kind), unit)
        return f"{show(value)} = {show(used, _CONVERTED_DIGITS)}"

    return echo


def says_date(field: str, today: dt.date | None = None) -> Echo:
    """Return the echo of a date, with its weekday and how far it lies from today."""

    def echo(text: str) -> str:
        day = read_date(text, field)
        return f"= {day:%A %d-%b-%Y}{_from_today(day, today)}"

    return echo


def _from_today(day: dt.date, today: dt.date | None) -> str:
    """Return how far a day lies from today: it shows a wrong year or month at once."""
    if today is None:
        return ""
    days = (day - today).days
    if not days:
        return ", today"
    count = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    return f", in {count}" if days > 0 else f", {count} ago"


def short(text: str) -> str:
    """Return a short name made of a text, for the key of a widget that belongs to it alone."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def refill(screen: str, texts: Mapping[str, Any]) -> None:
    """Write a whole form into the widgets that show it; those of another form are forgotten.

    A widget that stays on the page must be given its new value: if it is only forgotten, the
    browser goes on showing the old one. One that is not shown must not: it is filled from the
    entries when it is shown, and a value left here would stand in their place ever after.
    """
    for shown in list(st.session_state):
        if not (isinstance(shown, str) and shown.startswith(f"{screen}-")):
            continue
        if shown in texts:
            st.session_state[shown] = texts[shown]
        else:
            del st.session_state[shown]
