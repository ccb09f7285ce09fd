"""The actions of a chosen dose: what is asked for each kind of change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from schedules.course.course import Course
from schedules.course.places import touched
from schedules.course.rows import Administration, Occasion
from schedules.knowledge.library import Library
from schedules.knowledge.phase import Phase
from schedules.plans.changes import PREVIOUS, SCOPES, STANDARD, Scope
from screens.forms.plan import regimen_choice
from screens.marks import date_text, escaped, markdown_escaped
from screens.parts.calendar_events import can_change
from screens.parts.fields import choice_field, date_said, pick_field, quantity_said, text_field
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
    "add": "Add a regimen",
    "result": "Enter a result",
}
_SCOPED = {"defer", "omit", "adjust"}
_DOSES = {"recalculate": "work them out again", "keep": "keep them knowingly"}
Row = Administration | Occasion
Typed = dict[str, Any]


def screen(entries: ChangeEntries) -> str:
    """Give the beginning of every widget's key; a new form begins empty."""
    return f"change-{entries.form}"


def begin(entries: ChangeEntries, *, row: str | None = None, kind: str | None = None) -> None:
    """Begin a new form: nothing that was typed for another dose stays."""
    entries.form += 1
    entries.row, entries.kind, entries.scope, entries.why = row, kind, None, ""
    entries.texts, entries.choices, entries.undo_to = {}, {}, None


def choosable(found: Course) -> dict[str, Row]:
    """Give what a change can be made at, in the order of its dates, by its identity."""
    rows = [row for row in (*found.every, *found.tests_and_decisions) if can_change(row)]
    return {row.id: row for row in sorted(rows, key=lambda row: (row.date, row.time, row.id))}


def row_field(entries: ChangeEntries, rows: Mapping[str, Row]) -> Row | None:
    """Ask which dose; the calendar above gives the same answer by a click."""
    pick_field(
        entries,
        "row",
        "Dose",
        list(rows),
        screen=screen(entries),
        words=lambda name: _row_said(rows[name]),
        placeholder="Choose a dose by its date",
    )
    return rows.get(entries.row) if entries.row else None


def _row_said(row: Row) -> str:
    what = row.drug_name if isinstance(row, Administration) else row.what
    return f"{date_text(row.date)} {row.time:%H:%M}, {row.place}, {what}"


def kind_field(entries: ChangeEntries, row: Row, found: Course) -> str | None:
    """Ask what happens to the dose; only what can be done here is offered."""
    offered = _offered(row, found)
    key = f"{screen(entries)}-kind"
    if entries.kind in offered:
        seed(key, entries.kind)
    elif st.session_state.get(key) not in (None, *offered):
        del st.session_state[key]
    entries.kind = st.pills("What happens", offered, key=key, format_func=KIND_WORDS.__getitem__)
    return entries.kind


def _offered(row: Row, found: Course) -> list[str]:
    phase, kinds = _phase(row, found), dict.fromkeys(KIND_WORDS)
    if isinstance(row, Occasion) and row.kind == "decision":
        return ["result"]  # it moves with its dose, never by itself
    if isinstance(row, Occasion):
        for kind in ("adjust", "record", "hold", "step-back"):
            del kinds[kind]
    elif any(medicine.per_cycle or medicine.per_course for medicine in phase.medicines):
        # more days would exceed the stated total
        del kinds["hold"], kinds["step-back"]
    if not found.regimens[row.course_number - 1].choices:
        del kinds["switch"]
    if not _decisions(row, found):
        del kinds["result"]
    return list(kinds)


def _phase(row: Row, found: Course) -> Phase:
    return next(p for p in found.regimens[row.course_number - 1].phases if p.name == row.phase)


def _decisions(row: Row, found: Course) -> list[Occasion]:
    return [
        one
        for one in found.tests_and_decisions
        if one.kind == "decision" and one.place == row.place
    ]


def ask(
    entries: ChangeEntries, kind: str, row: Row, found: Course, knowledge: Library, today: dt.date
) -> Typed:
    """Ask for what this kind of change needs, and give it as it is typed."""
    typed: Typed = {"from": row.place}
    if kind in _SCOPED:
        typed["scope"] = _scope(entries, kind, row, found) or ""
    asked = _ASKED.get(kind)
    if asked is not None:
        typed |= asked(entries, row, found, knowledge, today)
    return typed


def _scope(entries: ChangeEntries, kind: str, row: Row, found: Course) -> str | None:
    """Show the three scopes, each with the number of doses that it touches."""
    cycle = _phase(row, found).cycle
    flows = kind == "defer" and cycle is not None and cycle.counted_from == "dose given"

    def words(scope: Scope) -> str:
        rows = touched(found.every, row.place, "later" if flows else scope)
        return f"{SCOPES[scope]}: {len(rows)}"

    key = f"{screen(entries)}-scope"
    seed(key, entries.scope)
    entries.scope = st.segmented_control(
        "How far, with the number of doses that it touches",
        list(SCOPES),
        key=key,
        format_func=words,
    )
    if flows:
        st.html(
            '<p class="echo">Later cycles of this regimen are counted from the dose really given: '
            "whatever is chosen, they move along.</p>"
        )
    return entries.scope


def _text(
    entries: ChangeEntries,
    name: str,
    label: str,
    placeholder: str,
    understood: Callable[[str], str] | None = None,
    help_text: str | None = None,
) -> str:
    return text_field(
        entries.texts,
        name,
        label,
        screen=screen(entries),
        placeholder=placeholder,
        understood=understood,
        help_text=help_text,
    )


def _defer(entries: ChangeEntries, row: Row, _: Any, __: Any, today: dt.date) -> Typed:
    st.html(f'<p class="echo">It stands on {date_text(row.date)}.</p>')
    left, right = st.columns(2)
    with left:
        by = _text(
            entries, "by", "By how long", "7 days", help_text="7 days, 2 weeks or 2 days earlier."
        )
    with right:
        to = _text(entries, "to", "or to which day", "2027-01-04", date_said("to", today))
    return {"by": by, "to": to}


def _adjust(entries: ChangeEntries, *_: Any) -> Typed:
    medicine = _text(
        entries,
        "give",
        "What is given",
        f"75 % of the {STANDARD}",
        help_text=f"A part of the {STANDARD} or of the {PREVIOUS}, or an amount: 1400 mg.",
    )
    return {"give": medicine}


def _record(entries: ChangeEntries, row: Row, _: Any, __: Any, today: dt.date) -> Typed:
    day, clock, much = st.columns(3)
    with day:
        on = _text(entries, "on", "Given on", row.date.isoformat(), date_said("on", today))
    with clock:
        time = _text(entries, "time", "At, if not as planned", f"{row.time:%H:%M}")
    with much:
        amount = _text(entries, "amount", "How much, if not all", "500 mg", quantity_said("amount"))
    item = row.item if isinstance(row, Administration) else ""
    return {"on": on, "time": time, "amount": amount, "item": item, "n": row.n}


def _days(entries: ChangeEntries, *_: Any) -> Typed:
    return {"days": _text(entries, "days", "For how long", "7 days")}


def _reweigh(entries: ChangeEntries, row: Row, *_: Any) -> Typed:
    st.html(f'<p class="echo">They count from {date_text(row.date)} on.</p>')
    columns = st.columns(3)
    fields = (
        ("weight", "Weight", "72 kg"),
        ("height", "Height", "175 cm"),
        ("creatinine", "Creatinine", "80 umol/L"),
    )
    typed: Typed = {"from": row.date.isoformat()}
    for column, (name, label, placeholder) in zip(columns, fields, strict=True):
        with column:
            typed[name] = _text(entries, name, label, placeholder, quantity_said(name))
    doses = choice_field(
        entries.texts,
        "doses",
        "The doses from then on",
        list(_DOSES),
        screen=screen(entries),
        words=_DOSES.__getitem__,
    )
    return {**typed, "doses": doses or ""}


def _switch(entries: ChangeEntries, row: Row, found: Course, *_: Any) -> Typed:
    regimen = found.regimens[row.course_number - 1]
    chosen = entries.choices.setdefault(regimen.id, {})
    for choice in regimen.choices:
        regimen_choice(chosen, regimen, choice, screen=f"{screen(entries)}-{regimen.id}")
    return {"choose": {name: text for name, text in chosen.items() if text}}


def _add(
    entries: ChangeEntries, row: Row, found: Course, knowledge: Library, today: dt.date
) -> Typed:
    name = pick_field(
        entries.texts,
        "regimen",
        "Which regimen",
        list(knowledge.regimens),
        screen=screen(entries),
        words=lambda one: knowledge.regimens[one].title,
        placeholder="Search a disease or drug",
    )
    start = _text(
        entries, "start", "Its first day", row.date.isoformat(), date_said("start", today)
    )
    typed: Typed = {"regimen": name or "", "start": start}
    if name:
        regimen = knowledge.regimens[name]
        chosen = entries.choices.setdefault(name, {})
        for choice in regimen.choices:
            regimen_choice(chosen, regimen, choice, screen=f"{screen(entries)}-{name}")
        typed["choose"] = {key: text for key, text in chosen.items() if text}
    return typed


def _result(entries: ChangeEntries, row: Row, found: Course, *_: Any) -> Typed:
    decisions = _decisions(row, found)
    gates = {gate.name: gate for gate in _phase(row, found).gates}
    name = choice_field(
        entries.texts,
        "gate",
        "Which result",
        list(gates),
        screen=screen(entries),
        words=lambda one: str(gates[one]),
        horizontal=False,
    )
    for one in decisions:
        if one.outcome:
            st.html(f'<p class="echo">Entered so far: {escaped(one.outcome)}</p>')
    unit = f" in {gates[name].unit}" if name else ""
    value = _text(entries, "value", markdown_escaped(f"Result{unit}"), "0.9")
    return {"gate": name or "", "value": value}


_ASKED: dict[str, Callable[..., Typed]] = {
    "defer": _defer,
    "adjust": _adjust,
    "record": _record,
    "hold": _days,
    "step-back": _days,
    "switch": _switch,
    "re-weigh": _reweigh,
    "add": _add,
    "result": _result,
}
