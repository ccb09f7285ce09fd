"""The Change screen: a change is seen before it counts, and the calendar is repaired after it."""

from __future__ import annotations

import datetime as dt
from functools import partial

import streamlit as st

from dosing.errors import InputError, KnowledgeError
from dosing.trace import Finding
from schedules.course.course import Course
from schedules.course.gates import gate_named, proposals
from schedules.course.places import find
from schedules.course.read_change import read_change, with_change
from schedules.course.rows import Occasion
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.changes import SCOPES, Change, Result, in_words
from schedules.plans.plan import Plan
from schedules.review.course_diff import new_findings, rows_that_differ
from screens.access.sign_in import signed_in
from screens.forms.change import Typed, ask, begin, choosable, kind_field, row_field, screen
from screens.forms.plan import typed_entries
from screens.marks import escaped, findings_list, level_mark
from screens.parts.calendar_events import show_calendar
from screens.parts.card import needed_panel, regimen_head, stop_panel
from screens.parts.confirm import confirmed
from screens.parts.course_calendar import Touched
from screens.parts.downloads import downloads
from screens.parts.fields import pick_field, short, text_field
from screens.parts.side_by_side import side_by_side
from screens.parts.ward import ward_calendar
from screens.state.knowledge import library as read_knowledge
from screens.state.session import ChangeEntries, Session, session

_SCOPED = {"defer", "omit", "adjust"}


def _now() -> dt.datetime:
    """Ask the clock; only the screens may."""
    return dt.datetime.now(tz=dt.UTC)


def main() -> None:
    """Show the screen: the course, a change of it with its preview, its history, its files."""
    kept, knowledge = session(), read_knowledge()
    st.html('<h1 class="hidden">Change a course</h1>')
    _take_planned(kept)
    plan = kept.change.plan
    if plan is None:
        _begin(kept)
        return
    try:
        found = work_out(plan, knowledge)
    except (InputError, KnowledgeError) as error:
        said = "".join(f"<li>{escaped(problem)}</li>" for problem in error.problems)
        st.html(
            f'<section class="panel empty" role="alert"><h2>This plan cannot be worked out'
            f"</h2><ul>{said}</ul></section>"
        )
        _upload(kept)
        return
    _head(found)
    asked, after, files = st.container(), st.container(), st.container()
    with files:  # what is acknowledged here goes with the next change
        found = _files(kept, found, knowledge)
    with asked:
        _calendar(kept, found)
        _proposed(kept, found)
        _change(kept, found, knowledge)
    with after:
        _now_and_planned(kept.change, found)
        _history(kept, found)
        ward_calendar(kept.change, found, knowledge, now=_now(), keep=partial(keep, kept))
    with files, st.expander("Change another plan", key="another-plan"):
        _upload(kept)


def _take_planned(kept: Session) -> None:
    """Take over the plan of the Plan screen, unless decisions made here would be lost by it."""
    entries, planned = kept.change, kept.planned
    if planned == entries.taken:
        return
    mine = entries.plan
    same = (
        mine is not None
        and planned is not None
        and (planned.id, planned.changes) == (mine.id, mine.changes)
    )
    if mine is None or same or (mine == entries.taken and not mine.changes):
        entries.plan = entries.taken = planned
        if not same:
            begin(entries)
            entries.ward = None
        return
    if planned is not None:
        st.html(
            '<p class="reason" role="status">The Plan screen holds another plan: '
            f"<strong>{escaped(planned.patient.label)}, {escaped(planned.regimen.id)}</strong>. "
            "Beneath stands the one whose changes were decided here; save its plan file first.</p>"
        )
        st.button(
            "Go over to the plan of the Plan screen",
            key="go-over",
            on_click=_work_on,
            args=(kept, planned),
        )


def _work_on(kept: Session, plan: Plan) -> None:
    entries = kept.change
    entries.plan, entries.taken, entries.ward, entries.problems = plan, kept.planned, None, ()
    begin(entries)


def _begin(kept: Session) -> None:
    st.html(
        '<section class="panel empty"><h2>A change is seen before it counts</h2>'
        "<p>No plan stands here yet.</p><ol>"
        "<li>Make a plan on the Plan screen, or open a plan file here.</li>"
        "<li>Choose a dose on its calendar, and what happens to it.</li>"
        "<li>See every date, dose and total before and after, then confirm with the reason.</li>"
        "</ol></section>"
    )
    _upload(kept)


def _upload(kept: Session) -> None:
    st.file_uploader(
        "Plan file",
        type="json",
        key=f"change-upload-{kept.uploads}",
        on_change=_open,
        args=(kept,),
    )
    if kept.change.problems:
        items = "".join(f"<li>{escaped(line)}</li>" for line in kept.change.problems)
        st.html(f'<div role="alert"><p>This file was not opened.</p><ul>{items}</ul></div>')


def _open(kept: Session) -> None:
    """Open an uploaded plan file; what is wrong with it is said beneath the field."""
    upload = st.session_state.get(f"change-upload-{kept.uploads}")
    if upload is None:
        return
    try:
        plan = Plan.from_json(upload.getvalue().decode("utf-8"))
    except UnicodeDecodeError:
        kept.change.problems = ("plan file: is not text; give a plan file that was saved here",)
        return
    except InputError as error:
        kept.change.problems = tuple(map(str, error.problems))
        return
    _work_on(kept, plan)
    kept.uploads += 1


def _head(found: Course) -> None:
    st.html(regimen_head(found.regimen, other_dose=found.plan.dose))
    others = "".join(f", {escaped(one.title)}" for one in found.regimens[1:])
    count = len(found.plan.changes)
    changes = "not changed yet" if not count else f"{count} change{'' if count == 1 else 's'}"
    st.html(
        f'<p class="lead"><strong>{escaped(found.plan.patient.label)}</strong>{others}, '
        f"{changes}</p>"
    )
    for finding in found.findings:
        if finding.level == "STOP":
            st.html(stop_panel(finding))


def _calendar(kept: Session, found: Course) -> None:
    def touch(told: Touched) -> None:
        row = choosable(found).get(told.id)
        if row is None or told.to == row.date.isoformat():
            return
        # A decision moves with its dose, never by itself.
        dropped = "" if isinstance(row, Occasion) and row.kind == "decision" else told.to
        begin(kept.change, row=row.id, kind="defer" if dropped else None)
        if dropped:
            kept.change.texts["to"] = dropped

    show_calendar(found, key="change-calendar", on_touch=touch)
    st.html(
        '<p class="quiet">Click a dose to change it, or drag it to another day. '
        "Nothing moves before it is confirmed.</p>"
    )


def _proposed(kept: Session, found: Course) -> None:
    """Say what a gate proposes for the result that was entered last; a person decides."""
    last = found.plan.changes[-1] if found.plan.changes else None
    if not isinstance(last, Result):
        return
    row = find(last.at, found.every)
    gate = gate_named(last.gate, row, found.regimens)
    offered = proposals(gate, last.at, last.value)
    if not offered:
        return
    with st.container(key="proposed", gap="small"):
        st.html(
            f'<p class="sentence">{escaped(last.at)}: {escaped(gate.what)} {escaped(last.value)} '
            f"{escaped(gate.unit)}, not reached. The regimen proposes:</p>"
        )
        with st.container(horizontal=True, gap="small"):
            for one in offered:
                st.button(
                    one.text[:1].upper() + one.text[1:],
                    key=f"propose-{short(one.text)}",
                    on_click=_fill,
                    args=(kept.change, row.id, one.kind, one.typed),
                )


_FULL_SCOPES = {"day": "this day", "cycle": "this cycle", "later": "later"}


def _fill(entries: ChangeEntries, row: str, kind: str, typed: Typed) -> None:
    """Fill the form in with what is proposed; it is still seen and confirmed."""
    begin(entries, row=row, kind=kind)
    entries.scope = _FULL_SCOPES.get(typed.get("scope", ""))
    entries.why = typed.get("why", "")
    entries.texts = {name: typed[name] for name in ("by", "give") if name in typed}


def _change(kept: Session, found: Course, knowledge: Library) -> None:
    entries = kept.change
    with st.container(key="change-form"):
        st.html('<h2 class="section">One change</h2>')
        rows = choosable(found)
        row = row_field(entries, rows) if rows else None
        if row is None:
            said = "Choose a dose: its actions open here." if rows else "No dose is left to change."
            st.html(f'<p class="quiet">{said}</p>')
            return
        kind = kind_field(entries, row, found)
        if kind is None:
            return
        typed = ask(entries, kind, row, found, knowledge, _now().astimezone().date())
        why, who = st.columns([3, 1])
        with why:
            text_field(
                entries, "why", "Reason", screen=screen(entries), placeholder="neutrophils 0.9"
            )
        with who:
            if proved := signed_in():
                entries.who = proved.name
                st.html(f'<p class="quiet">Who decides</p><p>{escaped(proved.name)}</p>')
            else:
                text_field(
                    entries,
                    "who",
                    "Who decides",
                    screen="change",
                    placeholder="AB",
                    help_text="Initials or a role; kept with the change.",
                )
    _preview(kept, found, knowledge, kind, typed)


def _preview(kept: Session, found: Course, knowledge: Library, kind: str, typed: Typed) -> None:
    """Show what the change would do, worked out anew from what stands in the fields now."""
    entries = kept.change
    try:
        change = read_change(
            kind,
            typed,
            found,
            knowledge,
            who=entries.who or "-",
            why=entries.why or "-",
            when=_now(),
        )
        after = with_change(found.plan, change, knowledge)
    except InputError as error:
        st.html(needed_panel(error.problems, {"by": "By how long, or to which day"}))
        return
    with st.container(key="preview", gap="small"):
        words = in_words(change)
        st.html(
            '<h2 class="section">Before it counts</h2>'
            f'<p class="sentence">{escaped(words[:1].upper() + words[1:])}</p>'
        )
        _what_breaks(found, after)
        if after.stopped:
            _ways_out(found, knowledge, kind, typed)
        side_by_side(found, after, named=("Before", "After"))
        _as_calendars(found, after)
        if isinstance(change, Result):
            _verdict(change, found)
        _confirm(kept, after, change)


def _as_calendars(found: Course, after: Course) -> None:
    """Draw both states as calendars, open on the first day that differs."""
    differing = rows_that_differ(found, after)
    days = [row.date for one in differing for row in (one.before, one.after) if row is not None]
    if not days:
        return
    with st.expander("Before and after as calendars", key="preview-calendars"):
        for column, state, name in zip(
            st.columns(2), (found, after), ("Before", "After"), strict=True
        ):
            with column:
                st.html(f'<h3 class="small">{name}</h3>')
                show_calendar(state, key=f"calendar-{name.lower()}", opens_on=min(days))


def _what_breaks(found: Course, after: Course) -> None:
    fresh = new_findings(found, after)
    for finding in after.findings:
        if finding.level == "STOP":
            st.html(stop_panel(finding))
    for finding in fresh:
        if finding.level == "WARN":
            st.html(_warned(finding))
    findings_list([finding for finding in fresh if finding.level == "NOTE"])


def _warned(finding: Finding) -> str:
    return (
        f'<section class="panel warn"><p>{level_mark("WARN")}</p>'
        f'<p class="sentence">{escaped(finding.text)}</p><p class="quiet">Once confirmed, nothing '
        "can be downloaded until this is acknowledged with a tick, a reason and initials.</p>"
        "</section>"
    )


def _ways_out(found: Course, knowledge: Library, kind: str, typed: Typed) -> None:
    """Name the other scopes, and leaving the dose out, where they are not stopped."""
    others: list[tuple[str, str, Typed]] = []
    if kind in _SCOPED:
        others += [
            (f"the same for {words}", kind, {**typed, "scope": scope})
            for scope, words in SCOPES.items()
            if scope != typed["scope"]
        ]
    if kind == "defer":
        others.append(("omit this day's dose", "omit", {**typed, "scope": "this day"}))
    open_ways = [
        words for words, other, fields in others if _holds(found, knowledge, other, fields)
    ]
    said = "; ".join(open_ways) if open_ways else "another day, or another dose"
    st.html(
        f'<p class="reason"><strong>Ways out that are not stopped:</strong> {escaped(said)}.</p>'
    )


def _holds(found: Course, knowledge: Library, kind: str, typed: Typed) -> bool:
    try:
        change = read_change(kind, typed, found, knowledge, who="-", why="-", when=_now())
        return not with_change(found.plan, change, knowledge).stopped
    except InputError:
        return False


def _verdict(result: Result, found: Course) -> None:
    gate = gate_named(result.gate, find(result.at, found.every), found.regimens)
    offered = [one.text for one in proposals(gate, result.at, result.value)]
    said = (
        f"Not reached; the regimen proposes: {', or '.join(offered)}. Confirm the result first; "
        "then choose."
        if offered
        else "The gate is reached."
    )
    st.html(f'<p class="sentence">{escaped(said)}</p>')


def _confirm(kept: Session, after: Course, change: Change) -> None:
    """Ask for the confirmation of exactly what stands above."""
    entries = kept.change
    missing = [
        said
        for said, lacks in (
            ("a STOP stands above", after.stopped),
            ("the reason is missing", not entries.why),
            ("who decides is missing", not entries.who),
        )
        if lacks
    ]
    if missing:
        said = "; ".join(missing)
        st.html(f'<p class="reason" role="status">It cannot be confirmed: {escaped(said)}.</p>')
    # The button belongs to this preview: with other entries it is another button, so that a press
    # never confirms what was not yet seen.
    content = change.model_dump_json(exclude={"when"})
    plan = entries.plan.hash if entries.plan else ""
    pressed = st.button(
        "Confirm this change",
        key=f"confirm-change-{short(content + plan)}",
        type="primary",
        disabled=bool(missing),
    )
    if pressed:
        keep(kept, after.plan)
        st.rerun()


def keep(kept: Session, plan: Plan) -> None:
    """Let a changed plan count, on this screen and, if it is the same one, on the Plan screen."""
    entries = kept.change
    entries.plan, entries.state = plan, 0
    begin(entries)
    if kept.planned is not None and kept.planned.id == plan.id:
        # The Plan screen must not give out the course as it was before.
        kept.planned = entries.taken = kept.opened = plan
        kept.opened_entries = typed_entries(kept.plan)


def _now_and_planned(entries: ChangeEntries, found: Course) -> None:
    if not found.plan.changes:
        return
    st.html('<h2 class="section">What was planned, and what the patient now has</h2>')
    states = found.states
    names = ["as planned"] + [f"after change {n}" for n in range(1, len(states) - 1)]
    held = {"state": names[entries.state] if entries.state < len(names) else names[0]}
    if len(names) > 1:
        pick_field(held, "state", "Compare with", names, screen=f"state-{len(names)}")
        entries.state = names.index(held["state"]) if held["state"] in names else 0
    left = "Planned" if not entries.state else f"After change {entries.state}"
    side_by_side(states[entries.state], found, named=(left, "Now"))


def _history(kept: Session, found: Course) -> None:
    """List the changes, newest first, each with the way back to it."""
    changes = found.plan.changes
    if not changes:
        return
    entries = kept.change
    st.html('<h2 class="section">History</h2>')
    for number in range(len(changes), -1, -1):
        with st.container(key=f"history-{number}", horizontal=True, gap="medium"):
            st.html(_entry(number, changes[number - 1] if number else None, found))
            if number < len(changes) and entries.undo_to is None:
                st.button(
                    "Undo back to here",
                    key=f"undo-{number}",
                    on_click=_ask_undo,
                    args=(entries, number),
                )
        if entries.undo_to == number and number < len(changes):
            _sure(kept, found, number)


def _entry(number: int, change: Change | None, found: Course) -> str:
    if change is None:
        made = f"{found.plan.made_on:%d-%b-%Y}"
        return f'<p><strong>Planned</strong><br><span class="quiet">{made}</span></p>'
    words = in_words(change)
    told = f"{change.why} ({change.who}, {change.when:%d-%b-%Y %H:%M} UTC)"
    return (
        f"<p><strong>{number}. {escaped(words[:1].upper() + words[1:])}</strong><br>"
        f'<span class="quiet">{escaped(told)}</span></p>'
    )


def _ask_undo(entries: ChangeEntries, number: int | None) -> None:
    entries.undo_to = number


def _sure(kept: Session, found: Course, number: int) -> None:
    count = len(found.plan.changes) - number
    what = "the last change" if count == 1 else f"the last {count} changes"
    with st.container(key="sure", gap="small"):
        st.html(
            f'<p class="sentence">Take back {what}?</p><p>A calendar that was already filled with '
            "the later state may ignore a file with lower sequence numbers. If one was handed "
            "out, it is better to defer back: a change of its own, which every calendar takes.</p>"
        )
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Yes, take back",
                key="undo-yes",
                on_click=keep,
                args=(kept, found.plan.before(number)),
            )
            st.button("Keep as it is", key="undo-no", on_click=_ask_undo, args=(kept.change, None))


def _files(kept: Session, found: Course, knowledge: Library) -> Course:
    """Ask for what must be acknowledged and offer the files of the course as it stands."""
    if found.stopped:
        st.html('<p class="quiet">Nothing can be downloaded while a STOP stands.</p>')
        return found
    found = confirmed(kept, found)
    downloads(kept, found, knowledge)
    return found


main()
