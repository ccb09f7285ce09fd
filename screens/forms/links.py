"""The links under which a saved plan's calendar is subscribed to: made, told once, revoked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from dosing.errors import InputError, refuse
from dosing.trace import RefusedError
from records.feeds import (
    AUDIENCES,
    Audience,
    Feed,
    link_of,
    list_feeds,
    make_feed,
    make_ward_feed,
    revoke_feed,
)
from records.place import are_begun, home_of_records
from records.roles import Actor
from records.store import Store
from schedules.course.course import Course
from schedules.knowledge.library import Library
from schedules.outputs.formats import Job, pick
from screens.access.feed import are_on
from screens.access.sign_in import signed_in
from screens.forms.check import ask_who, is_known, is_open_to, named_actor
from screens.marks import problem_panel, quiet, reason, show_html
from screens.parts.closed_records import closed_records_panel
from screens.parts.fields import Form
from screens.state import clock
from screens.state.records import as_saved
from screens.state.records import store as open_records
from screens.state.session import CheckEntries, LinkEntries, Session

_PATIENT = "patient"
_WORDS = {"discreet": "Appointments and reminders alone", "clinical": "With drug and dose"}
_LONGEST_DAYS = 4
# Whoever has lost a link has another made; whoever has it reads on until it ends.
_TOLD_ONCE = (
    "Copy it now: it is shown this once. Whoever has it reads the calendar, so hand it to nobody "
    "else. Choose to subscribe to it; a file that is imported does not follow the plan."
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What a link is made with: the entries, who acts, the records, and what it is to be of.

    That is one saved plan, with what it is called, or all of a ward; the other is empty.
    """

    entries: LinkEntries
    by: CheckEntries
    records: Store
    address: str
    plan_id: str = ""
    name: str = ""
    ward: str = ""


def show_links(session: Session, course: Course, knowledge: Library) -> None:
    """Offer the links of a plan's calendar, folded away."""
    box = st.expander("A calendar to subscribe to", key="links-form", on_change="rerun")
    if not box.open:
        return
    with box, _in_words():
        _show(session, course, knowledge)


@contextmanager
def _in_words() -> Iterator[None]:
    """Say within the fold why the records cannot be read; the rest of the page stands."""
    try:
        yield
    except InputError as error:
        show_html(closed_records_panel(error))


def _show(session: Session, course: Course, knowledge: Library) -> None:
    plan_id = as_saved(course.plan).record_id
    records = open_records() if are_begun(os.environ, home_of_records()) else None
    versions = records.versions(plan_id) if records else []
    if records is None or not versions:
        show_html(quiet("A link shows what was saved: hand the plan over on the Check page first."))
        return
    show_html(quiet(f"A link shows the newest saved version, now: {versions[-1]}."))
    if not _may_act(session):
        return
    desk = _Desk(
        entries=session.links,
        by=session.check,
        records=records,
        plan_id=plan_id,
        name=f"{course.plan.patient.label}, {course.regimens[0].title}",
        address=knowledge.site.address,
    )
    _ask(desk, enabled=not course.unacknowledged)
    _show_made(desk, course, knowledge)
    _list(desk, course.plan.patient.label)


def show_ward_links(session: Session, ward: str, knowledge: Library) -> None:
    """Offer the links of the calendar of a whole ward, folded away."""
    box = st.expander("A calendar of the ward to subscribe to", key="links-form", on_change="rerun")
    if not box.open:
        return
    with box, _in_words():
        if not ward:
            show_html(quiet("A link is of one ward: write above how its labels begin."))
        elif _may_act(session):
            desk = _Desk(
                entries=session.links,
                by=session.check,
                records=open_records(),
                ward=ward,
                address=knowledge.site.address,
            )
            _ask(desk, enabled=True)
            _show_made(desk, None, knowledge)
            _list(desk, ward)


def _may_act(session: Session) -> bool:
    """Ask on one desk who acts; return whether this person may make links."""
    proved = signed_in()
    if proved is None:
        if not are_on(os.environ):
            show_html(quiet("This desk answers links once it is started with POSOLOGY_FEEDS=on."))
        ask_who(session.check, "link")
        if not is_known(session.check):
            show_html(quiet("Name and role are needed before anything is saved."))
            return False
    return is_open_to(proved, "share")


def _show_made(desk: _Desk, course: Course | None, knowledge: Library) -> None:
    if desk.entries.problems:
        show_html(problem_panel("Not done", desk.entries.problems))
    if desk.entries.link and desk.entries.told:
        _tell(desk, desk.entries.told, course, knowledge)


def _ask(desk: _Desk, *, enabled: bool) -> None:
    form = Form(desk.entries, "link")
    whom = [one for one in AUDIENCES if one != _PATIENT or not desk.ward]
    audience = form.choice("audience", "For whom", whom)
    if audience == _PATIENT:
        form.choice("words", "What it says", list(_WORDS), words=_WORDS.__getitem__)
    elif audience and not desk.ward:
        form.text(
            "ward",
            "Instead of this plan, all whose label begins with",
            "ward-7",
            help_text="Whole words: ward-7 is not ward-70. Left empty, it is this plan alone.",
        )
    form.text("days", "It ends after so many days", "90", width=260)
    if not enabled:
        show_html(reason("No link is made until the findings above are acknowledged."))
    st.button("Make a link", key="link-make", on_click=_make, args=(desk,), disabled=not enabled)


def _make(desk: _Desk) -> None:
    entries = desk.entries

    def make(who: Actor) -> None:
        audience = _read_audience(entries.audience)
        of_patient = audience == _PATIENT
        discreet = of_patient and entries.words != "clinical"
        days, at = _read_days(entries.days), _now()
        ward = desk.ward or entries.ward
        if ward and not of_patient:
            token, feed = make_ward_feed(
                desk.records, ward, who, audience=audience, days=days, at=at
            )
        else:
            token, feed = make_feed(
                desk.records,
                desk.plan_id,
                who,
                audience=audience,
                discreet=discreet,
                days=days,
                at=at,
            )
        entries.link, entries.told = link_of(desk.address, token), feed

    _act(desk, make)


def _act(desk: _Desk, act: Callable[[Actor], None]) -> None:
    """Do what was pressed; what keeps it back is shown."""
    desk.entries.problems, desk.entries.link = (), ""
    try:
        act(signed_in() or named_actor(desk.by))
    except InputError as error:
        desk.entries.problems = tuple(map(str, error.problems))
    except RefusedError as error:
        desk.entries.problems = tuple(finding.text for finding in error.findings)


def _read_audience(chosen: str | None) -> Audience:
    if chosen not in AUDIENCES:
        refuse("audience", chosen or "", why="is missing", write=f"one of: {', '.join(AUDIENCES)}")
    return chosen


def _read_days(typed: str) -> int:
    if not (typed.isascii() and typed.isdecimal() and len(typed) < _LONGEST_DAYS):
        refuse("days", typed, why="is not a number of days", write="such as 90")
    return int(typed)


def _now() -> dt.datetime:
    return clock.now().astimezone(dt.UTC)


def _tell(desk: _Desk, made: Feed, course: Course | None, knowledge: Library) -> None:
    entries = desk.entries
    show_html(reason(f"Made: link {made.said(desk.name)}."))
    st.code(entries.link, language=None, wrap_lines=True)
    show_html(quiet(_TOLD_ONCE))
    if entries.link.startswith("/"):
        show_html(quiet("Before it comes the address of this program, which site.yaml can state."))
    elif made.audience == _PATIENT and course is not None:
        form = pick("pdf", "patient", discreet=made.discreet)
        job = Job(course=course, library=knowledge, printed_at=clock.now(), link=entries.link)
        st.download_button(
            "Patient's sheet with this link as a code (.pdf)",
            lambda: form.write(job),
            file_name="calendar.pdf",
            mime=form.mime,
            key="link-sheet",
            on_click="ignore",
        )
    st.button("I have copied it", key="link-told", on_click=_forget, args=(entries,))


def _forget(entries: LinkEntries) -> None:
    entries.link = ""


def _list(desk: _Desk, label: str) -> None:
    """List the open links that show this plan, each with a way to end it."""
    links = [
        one
        for one in list_feeds(desk.records)
        if one.is_open(_now()) and one.shows(desk.plan_id, label) and (one.ward or not desk.ward)
    ]
    if not links:
        show_html(quiet(f"No open link shows this {'ward' if desk.ward else 'plan'}."))
    for one in links:
        with st.container(horizontal=True, vertical_alignment="center"):
            show_html(reason(one.said(desk.name)))
            st.button(
                "Revoke",
                key=f"link-revoke-{one.n}",
                type="tertiary",
                on_click=_revoke,
                args=(desk, one),
            )


def _revoke(desk: _Desk, feed: Feed) -> None:
    def revoke(who: Actor) -> None:
        revoke_feed(desk.records, feed.n, who, at=_now())

    _act(desk, revoke)
