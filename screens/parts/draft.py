"""What a session has typed, kept as a draft: found again after a reload, a crash or a restart.

The address bears the id of the draft and nothing else; the browser keeps nothing but what is
pressed at a pump, by a random name of the infusion, until it is taken here (bedside/pump.js).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import os
import secrets
from collections.abc import Collection
from typing import Any, NamedTuple

import htpy as h
import streamlit as st
from pydantic import TypeAdapter, ValidationError

from records.drafts import DraftHold, Drafts, LastDraft, drafts_file
from records.place import home_of_records
from schedules.plans.plan import Plan
from screens.access.sign_in import signed_in
from screens.marks import quiet, show_html
from screens.parts.navigation import pages_of
from screens.state import clock
from screens.state.session import (
    CalculateEntries,
    ChangeEntries,
    PlanEntries,
    PumpEntries,
    SeenFinding,
    Session,
    current_session,
)

ADDRESS, DISCARD = "draft", "discard"
COURSE, CALCULATE, PUMP = "course", "calculate", "pump"
# The page on which each part is typed.
_PAGES = {COURSE: "plan", CALCULATE: "calculate", PUMP: "pump"}
# What is made anew or belongs to one visit.
_NOT_KEPT = {"change": {"ward"}}
_LETTERS = 16


@dataclasses.dataclass(slots=True, kw_only=True)
class _Course:
    """What belongs to the plan in the fields, and to the changes of it that are not saved."""

    plan: PlanEntries
    change: ChangeEntries
    seen: dict[str, SeenFinding]
    initials: str
    planned: Plan | None
    opened: Plan | None
    opened_entries: dict[str, Any]


class _Forms(NamedTuple):
    """How each part is written."""

    course: TypeAdapter[_Course]
    calculate: TypeAdapter[CalculateEntries]
    pump: TypeAdapter[PumpEntries]


@functools.cache
def _forms() -> _Forms:
    """Make them when something is first kept or taken up: the first page needs none."""
    return _Forms(TypeAdapter(_Course), TypeAdapter(CalculateEntries), TypeAdapter(PumpEntries))


def take_up_draft() -> None:
    """Fill a new session from the draft that its address names, or discard that draft.

    A draft of another version of the program that cannot be read any more is none.
    """
    session = current_session()
    if session.draft.begun:
        _name_in_address(session)
        return
    session.draft.begun = True
    session.draft.holder = secrets.token_urlsafe(_LETTERS)
    unwanted, named = st.query_params.get(DISCARD), st.query_params.get(ADDRESS)
    try:
        if unwanted:
            _drafts().discard(_hold(session, unwanted), _now())
            st.query_params.clear()
        elif named:
            _fill(session, named, _drafts().take_up(_hold(session, named), _now()))
            _name_in_address(session)
    except OSError:
        session.draft.failed = True


def show_draft() -> None:
    """Keep what is typed, and say since when it is kept and how it is discarded."""
    session = current_session()
    if session.draft.left:
        back = h.a(href=f"?{ADDRESS}={session.draft.left}", target="_self")["go back to it"]
        show_html(quiet("What was typed here before is kept for a day: ", back))
    keep_draft()
    if session.draft.failed:
        show_html(quiet("Not kept as a draft: the folder of the records cannot be written to."))
    elif session.draft.at is not None:
        # A link, because a new page is the one thing in which nothing that was typed is left.
        away = h.a(href=f"?{DISCARD}={session.draft.id}", target="_self")["discard"]
        show_html(quiet(f"Kept as a draft at {session.draft.at:%H:%M}; ", away))
    else:
        # A fragment may write only where something was written when the whole page was drawn.
        st.empty()


def keep_draft() -> None:
    """Keep what is typed now."""
    session = current_session()
    try:
        _keep(session)
    except OSError:
        session.draft.failed = True


def end_draft_of_course(session: Session) -> None:
    """Delete the draft of what has become a saved plan; an infusion and a dose alone stay."""
    draft = session.draft
    draft.kept[COURSE] = _written(session)[COURSE]
    draft.at = draft.at if draft.kept.get(CALCULATE) or draft.kept.get(PUMP) else None
    try:
        _drafts().discard(_hold(session, draft.id), _now(), COURSE)
    except OSError:
        draft.failed = True


def leave_draft(session: Session) -> None:
    """Leave the draft of what was typed as it is: what is opened now is none of it."""
    draft = session.draft
    draft.left = draft.id if draft.kept.get(COURSE) else draft.left
    draft.id, draft.at, draft.kept = "", None, {}
    draft.is_saved = True


def show_draft_to_continue() -> None:
    """Lead the signed-in person to what they typed last, where this session has no draft."""
    last = _last_draft()
    pages = pages_of(signed_in())
    # A role that was taken away takes its pages with it.
    if last is None or (page := _PAGES[last.part]) not in pages:
        return
    # A link, because a draft is taken up where a session begins.
    there = h.a(href=f"{page}?{ADDRESS}={last.id}", target="_self")["go on with it"]
    said = f"What you typed on {pages[page]} at {last.at.astimezone():%H:%M} is not saved: "
    show_html(quiet(said, there))


def _last_draft() -> LastDraft | None:
    session, person = current_session(), signed_in()
    if person is None or session.draft.id:
        return None
    try:
        return _drafts().newest_of(person.name, _now())
    except OSError:
        return None


def _keep(session: Session) -> None:
    draft, parts = session.draft, _written(session)
    if draft.is_saved:
        # As its page has just drawn it: what is done to it from now on is kept.
        draft.kept[COURSE], draft.is_saved = parts[COURSE], False
    changed = {part: text for part, text in parts.items() if draft.kept.get(part, "") != text}
    if changed:
        draft.id = draft.id or secrets.token_urlsafe(_LETTERS)
        if not all(_keep_part(session, part, text) for part, text in changed.items()):
            # Another window has taken this draft up: what is typed here becomes one of its own.
            draft.id = secrets.token_urlsafe(_LETTERS)
            for part, text in parts.items():
                _keep_part(session, part, text)
        draft.kept = parts
        draft.at = clock.now() if any(parts.values()) else None
    draft.failed = False
    _name_in_address(session)


def _keep_part(session: Session, part: str, text: str) -> bool:
    hold = _hold(session, session.draft.id)
    if text:
        return _drafts().keep(hold, part, text, _now())
    _drafts().discard(hold, _now(), part)
    return True


def _written(session: Session) -> dict[str, str]:
    """Return the parts of a session as text; one in which nothing was typed is empty."""
    course = _Course(
        plan=session.plan,
        change=session.change,
        seen=session.seen,
        initials=session.initials,
        planned=session.planned,
        opened=session.opened,
        opened_entries=session.opened_entries,
    )
    is_course = _is_typed(session.plan, but={"age_or_born"}) or session.change.plan is not None
    is_dose = _is_typed(session.calculate)
    is_pump = _is_typed(session.pump, but={"stops_of", "run"})
    return {
        COURSE: _forms().course.dump_json(course, exclude=_NOT_KEPT).decode() if is_course else "",
        CALCULATE: _forms().calculate.dump_json(session.calculate).decode() if is_dose else "",
        PUMP: _forms().pump.dump_json(session.pump).decode() if is_pump else "",
    }


def _is_typed(
    entries: PlanEntries | CalculateEntries | PumpEntries, *, but: Collection[str] = ()
) -> bool:
    """Return whether anything was typed, leaving out what stands there by itself."""
    names = (field.name for field in dataclasses.fields(entries))
    return any(_holds_text(getattr(entries, name)) for name in names if name not in but)


def _holds_text(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_text, value.values()))
    return bool(value)


def _fill(session: Session, draft_id: str, parts: dict[str, str]) -> None:
    try:
        if text := parts.get(COURSE):
            course = _forms().course.validate_json(text)
            for field in dataclasses.fields(course):
                setattr(session, field.name, getattr(course, field.name))
        if text := parts.get(CALCULATE):
            session.calculate = _forms().calculate.validate_json(text)
        if text := parts.get(PUMP):
            session.pump = _forms().pump.validate_json(text)
    except ValidationError:
        return
    if parts:
        session.draft.id, session.draft.kept = draft_id, _written(session)
        session.draft.at = clock.now()


def _name_in_address(session: Session) -> None:
    """Name the draft in the address, which each way to another page forgets."""
    wanted = session.draft.id if session.draft.at is not None else ""
    if st.query_params.get(ADDRESS, "") == wanted:
        return
    if wanted:
        st.query_params[ADDRESS] = wanted
    else:
        del st.query_params[ADDRESS]


def _hold(session: Session, draft_id: str) -> DraftHold:
    person = signed_in()
    return DraftHold(id=draft_id, holder=session.draft.holder, owner=person.name if person else "")


def _drafts() -> Drafts:
    return Drafts(drafts_file(os.environ, home_of_records()))


def _now() -> dt.datetime:
    return clock.now().astimezone(dt.UTC)
