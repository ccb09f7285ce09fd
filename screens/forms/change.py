"""The actions of a chosen dose: what is asked for each kind of change."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from schedules.course.course import Course
from schedules.course.gate_states import GateState
from schedules.course.places import touched
from schedules.course.read_outcome import regimens_opened
from schedules.course.rows import Administration, Occasion
from schedules.knowledge.branch import Branch
from schedules.knowledge.library import Library
from schedules.knowledge.phase import Phase
from schedules.plans.changes import PREVIOUS, SCOPES, STANDARD, Scope
from schedules.plans.patient_entry import KNOWN_LATER, MEASURED_AGAIN
from schedules.review.days_to_move import allowed, days_to_move
from screens.forms.known_words import ask_words
from screens.forms.patient import echo_of
from screens.forms.plan import ask_choices
from screens.marks import date_text, escape_markdown
from screens.parts.calendar_events import can_change
from screens.parts.fields import Form, says_quantity, show_line
from screens.state.session import ChangeEntries, seed

KIND_WORDS = {
    "defer": "Defer or bring forward",
    "omit": "Omit",
    "cease": "Cease from here on",
    "adjust": "Adjust the dose",
    "record": "Record as given",
    "hold": "Hold this step",
    "step-back": "Step back",
    "switch": "Switch a choice",
    "re-weigh": "New measurements",
    "facts": "New facts",
    "add": "Add a regimen",
    "outcome": "Enter the outcome",
    "results": "Enter a result",
    "decline": "Keep as planned",
}
SCOPED = {"defer", "omit", "adjust"}
# More fields than these do not fit beside each other.
_MEASUREMENTS_IN_A_ROW = 3
_WITHOUT_A_PLACE = {"add", "results"}
_DOSES = {"recalculate": "recalculate them", "keep": "keep them knowingly"}
Row = Administration | Occasion
Typed = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the questions of one change are asked about."""

    entries: ChangeEntries
    row: Row
    course: Course
    knowledge: Library
    today: dt.date

    @property
    def form(self) -> Form:
        """Return the fields of this change."""
        return Form(self.entries.texts, key_of(self.entries))


def key_of(entries: ChangeEntries) -> str:
    """Return the beginning of every widget's key; a new form begins empty."""
    return f"change-{entries.form}"


def begin(entries: ChangeEntries, *, row: str | None = None, kind: str | None = None) -> None:
    """Begin a new form: nothing that was typed for another dose stays."""
    entries.form += 1
    entries.row, entries.kind, entries.scope, entries.why = row, kind, None, ""
    entries.texts, entries.choices, entries.undo_to = {}, {}, None
    entries.in_drawer = False


def choosable(course: Course) -> dict[str, Row]:
    """Return the rows that can be changed, in the order of their dates, by their identity."""
    rows = [row for row in (*course.every, *course.tests_and_decisions) if can_change(row)]
    return {row.id: row for row in sorted(rows, key=lambda row: (row.date, row.time, row.id))}


def ask_row(entries: ChangeEntries, rows: Mapping[str, Row]) -> Row | None:
    """Ask which dose; a click in the calendar above gives the same answer."""
    Form(entries, key_of(entries)).pick(
        "row",
        "Dose",
        list(rows),
        "Choose a dose by its date",
        words=lambda name: _row_text(rows[name]),
    )
    return rows.get(entries.row) if entries.row else None


def _row_text(row: Row) -> str:
    what = row.name if isinstance(row, Administration) else row.what
    return f"{date_text(row.date)} {row.time:%H:%M}, {row.place}, {what}"


def ask_kind(entries: ChangeEntries, row: Row, course: Course) -> str | None:
    """Ask what happens to the dose; only what can be done here is offered."""
    offered = _offered(row, course)
    key = f"{key_of(entries)}-kind"
    if entries.kind in offered:
        seed(key, entries.kind)
    elif st.session_state.get(key) not in (None, *offered):
        del st.session_state[key]
    entries.kind = st.pills("What happens", offered, key=key, format_func=KIND_WORDS.__getitem__)
    return entries.kind


def _offered(row: Row, course: Course) -> list[str]:
    phase, kinds = _phase(row, course), dict.fromkeys(KIND_WORDS)
    if isinstance(row, Occasion) and row.kind == "decision":
        own = [one for one in course.proposals if one.dose.place == row.place]
        # it moves with its dose, never by itself
        return ["results", "decline"] if own else ["results"]
    if not (isinstance(row, Occasion) and row.open_branches):
        del kinds["outcome"]
    if isinstance(row, Occasion):
        for kind in ("adjust", "record", "hold", "step-back"):
            del kinds[kind]
    elif any(medicine.per_cycle or medicine.per_course for medicine in phase.medicines):
        # more days would exceed the stated total
        del kinds["hold"], kinds["step-back"]
    if not course.regimens[row.course_number - 1].choices:
        del kinds["switch"]
    if not _states(row, course):
        del kinds["results"]
    if not any(one.dose.id == row.id for one in course.proposals):
        del kinds["decline"]
    return list(kinds)


def _phase(row: Row, course: Course) -> Phase:
    return next(p for p in course.regimens[row.course_number - 1].phases if p.name == row.phase)


def _states(row: Row, course: Course) -> tuple[GateState, ...]:
    """Return the tests that decide on a dose, or on the dose of a decision."""
    doses = (dose for dose in course.rows if row.id == dose.id or _decides_on(row, dose))
    return next(
        (course.gate_states[dose.id] for dose in doses if dose.id in course.gate_states), ()
    )


def _decides_on(row: Row, dose: Administration) -> bool:
    return isinstance(row, Occasion) and row.kind == "decision" and row.place == dose.place


def ask_details(kind: str, asking: Asking) -> Typed:
    """Ask for what this kind of change needs, and return it as it is typed."""
    typed: Typed = {} if kind in _WITHOUT_A_PLACE else {"from": asking.row.place}
    if kind in SCOPED:
        typed["scope"] = _ask_scope(kind, asking) or ""
    if kind in _QUESTIONS:
        typed |= _QUESTIONS[kind](asking)
    return typed


def _ask_scope(kind: str, asking: Asking) -> str | None:
    """Show the three scopes, each with the number of doses that it touches."""
    entries, row, course = asking.entries, asking.row, asking.course
    cycle = _phase(row, course).cycle
    follows = kind == "defer" and cycle is not None and cycle.counted_from == "dose given"

    def words(scope: Scope) -> str:
        rows = touched(course.every, row.place, "later" if follows else scope)
        return f"{SCOPES[scope]}: {len(rows)}"

    key = f"{key_of(entries)}-scope"
    seed(key, entries.scope)
    entries.scope = st.segmented_control(
        "How far, with the number of doses affected", list(SCOPES), key=key, format_func=words
    )
    if follows:
        show_line(
            "Later cycles of this regimen are counted from the dose really given: "
            "whatever is chosen, they move along."
        )
    return entries.scope


def _ask_defer(asking: Asking) -> Typed:
    show_line(f"It is planned for {date_text(asking.row.date)}.")
    left, right = st.columns(2)
    with left:
        by = asking.form.text(
            "by", "By how long", "7 days", help_text="7 days, 2 weeks or 2 days earlier."
        )
    with right:
        to = asking.form.date("to", "or to which day", "2027-01-04", asking.today)
    _offer_days(asking)
    return {"by": by, "to": to}


def _offer_days(asking: Asking) -> None:
    """Offer the days that the window of a dose allows; another one may be written all the same."""
    days = days_to_move(asking.course).get(asking.row.id, ())
    if not days:
        show_line("No file states how far it may be moved.")
        return
    key = f"{key_of(asking.entries)}-allowed"

    def take() -> None:
        if day := st.session_state[key]:
            asking.form.fill("to", day.isoformat())

    if open_days := allowed(days):
        st.pills(
            "Days that its window allows", open_days, key=key, format_func=date_text, on_change=take
        )
    kept = [f"{date_text(one.day)} ({one.why_not})" for one in days if one.why_not]
    if kept:
        show_line(f"Not {', '.join(kept)}.")


def _ask_adjust(asking: Asking) -> Typed:
    dose = asking.form.text(
        "give",
        "What is given",
        f"75 % of the {STANDARD}",
        help_text=f"A part of the {STANDARD} or of the {PREVIOUS}, or an amount: 1400 mg.",
    )
    return {"give": dose}


def _ask_given(asking: Asking) -> Typed:
    row, form = asking.row, asking.form
    day, clock, amount = st.columns(3)
    with day:
        on = form.date("on", "Given on", row.date.isoformat(), asking.today)
    with clock:
        time = form.text("time", "At, if not as planned", f"{row.time:%H:%M}")
    with amount:
        much = form.text("amount", "How much, if not all", "500 mg", says_quantity("amount"))
    left, right = st.columns(2)
    with left:
        batch = form.text("batch", "Batch", "H0123B01")
    with right:
        expires = form.text(
            "expires",
            "Expires",
            "2027-03",
            help_text="As it is printed on the pack: a month, or a day such as 2027-03-31.",
        )
    return {
        "on": on,
        "time": time,
        "amount": much,
        "batch": batch,
        "expires": expires,
        "item": row.item if isinstance(row, Administration) else "",
        "n": row.n,
    }


def _ask_days(asking: Asking) -> Typed:
    return {"days": asking.form.text("days", "For how long", "7 days")}


def _ask_measurements(asking: Asking) -> Typed:
    show_line(f"They apply from {date_text(asking.row.date)} on.")
    typed: Typed = {"from": asking.row.date.isoformat()}
    columns = st.columns(_MEASUREMENTS_IN_A_ROW)
    for number, field in enumerate(MEASURED_AGAIN):
        echo = echo_of(field, asking.today)
        with columns[number % _MEASUREMENTS_IN_A_ROW]:
            typed[field.name] = asking.form.text(field.name, field.title, field.again, echo)
    doses = asking.form.choice(
        "doses", "The doses from then on", list(_DOSES), words=_DOSES.__getitem__
    )
    return {**typed, "doses": doses or ""}


def _ask_facts(asking: Asking) -> Typed:
    show_line(f"They are known from {date_text(asking.row.date)} on; no dose is changed by them.")
    typed: Typed = {"from": asking.row.date.isoformat()}
    for field in KNOWN_LATER:
        if field.kind == "several":
            typed[field.name] = ask_words(asking.form, field, asking.knowledge.terms)
        elif field.words:
            typed[field.name] = asking.form.choice(field.name, field.title, field.words) or ""
        else:
            typed[field.name] = asking.form.text(
                field.name, field.title, field.example, help_text=field.hint
            )
    return typed


def _ask_switch(asking: Asking) -> Typed:
    regimen = asking.course.regimens[asking.row.course_number - 1]
    chosen = ask_choices(asking.entries.choices, regimen, screen=key_of(asking.entries))
    return {"choose": {name: text for name, text in chosen.items() if text}}


def _ask_regimen(asking: Asking) -> Typed:
    regimens = asking.knowledge.regimens
    name = asking.form.pick(
        "regimen",
        "Which regimen",
        list(regimens),
        "Search a disease or drug",
        words=lambda one: regimens[one].title,
    )
    start = asking.form.date("start", "Its first day", asking.row.date.isoformat(), asking.today)
    typed: Typed = {"regimen": name or "", "start": start}
    if name:
        chosen = ask_choices(asking.entries.choices, regimens[name], screen=key_of(asking.entries))
        typed["choose"] = {key: text for key, text in chosen.items() if text}
    return typed


def _ask_outcome(asking: Asking) -> Typed:
    """Ask what a review found; each answer says what it opens, and that is then asked about."""
    row, form = asking.row, asking.form
    branches = {one.outcome: one for one in row.branches} if isinstance(row, Occasion) else {}
    outcome = form.choice(
        "outcome",
        "What it found",
        list(branches),
        words=lambda one: str(branches[one]),
        horizontal=False,
    )
    typed: Typed = {
        "outcome": outcome or "",
        "on": form.date("on", "Held on", f"{row.date}", asking.today),
    }
    typed["review"] = row.what if isinstance(row, Occasion) else ""
    if outcome is not None:
        typed["choose"] = _choices_opened(asking, branches[outcome])
    return typed


def _choices_opened(asking: Asking, branch: Branch) -> dict[str, str]:
    """Ask for the choices of the regimens that an outcome opens."""
    found: dict[str, str] = {}
    for regimen in regimens_opened(branch, asking.knowledge):
        show_line(regimen.title)
        chosen = ask_choices(asking.entries.choices, regimen, screen=key_of(asking.entries))
        found |= {key: text for key, text in chosen.items() if text}
    return found


def _ask_results(asking: Asking) -> Typed:
    """Ask for a result of one of the tests that decide on the dose, with its date."""
    states, form = {one.test: one for one in _states(asking.row, asking.course)}, asking.form
    for state in states.values():
        show_line(str(state))
    name = form.choice(
        "gate",
        "Which result",
        list(states),
        words=lambda one: f"{states[one].name} {states[one].wanted}",
        horizontal=False,
    )
    if not name:
        return {"results": []}
    test = asking.knowledge.terms.tests[name]
    left, right = st.columns(2)
    with left:
        if test.results:
            value = form.choice("value", "Result", test.results) or ""
        else:
            unit = test.units[-1 if test.field else 0].unit
            number = form.text("value", escape_markdown(f"Result in {unit}"), "0.9")
            value = f"{number} {unit}" if number else ""
    with right:
        today = asking.today
        day = form.date("on", "Taken on", today.isoformat(), today)
    return {"results": [f"{test.name} {value} {day}"] if value and day else []}


def _ask_decline(asking: Asking) -> Typed:
    show_line("The dose stays as it is planned; the reason is kept with the plan.")
    waiting = [one for one in asking.course.proposals if one.dose.place == asking.row.place]
    names = {one.state.test: str(one) for one in waiting}
    gate = asking.form.choice(
        "gate", "In spite of which result", list(names), words=names.__getitem__, horizontal=False
    )
    return {"gate": gate or ""}


_QUESTIONS: dict[str, Callable[[Asking], Typed]] = {
    "defer": _ask_defer,
    "adjust": _ask_adjust,
    "record": _ask_given,
    "hold": _ask_days,
    "step-back": _ask_days,
    "switch": _ask_switch,
    "re-weigh": _ask_measurements,
    "facts": _ask_facts,
    "add": _ask_regimen,
    "outcome": _ask_outcome,
    "results": _ask_results,
    "decline": _ask_decline,
}
