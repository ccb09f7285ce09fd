"""The records, opened once for all sessions, and what they say of a course."""

from __future__ import annotations

import dataclasses
import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

import streamlit as st

from dosing.errors import InputError, refuse
from records.place import are_begun, heads_file, home_of_records
from records.status import look_up_check
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from screens.state.session import current_session

# The saved plan that the address of a page names: schedules/outputs/paper/clinical.py prints it.
NAMED = "plan"

if TYPE_CHECKING:
    # The database takes a fifth of a second to import, and a page without records asks nothing.
    from records.store import Store
    from schedules.course.course import Course


# No spinner: calendars are asked for outside of any page, which could not show it.
@st.cache_resource(show_spinner=False)
def _open(address: str) -> Store:
    from records.store import open_store

    return open_store(address, heads_file(os.environ))


def store() -> Store:
    """Return the records of this installation.

    Raises:
        InputError: if they cannot be opened.
    """
    from records.database import database_url

    url = database_url(os.environ, home_of_records())
    return _open(url.render_as_string(hide_password=False))


def newest_saved(records: Store | None, name: str) -> Plan:
    """Return the newest version of the saved plan that an address names.

    Raises:
        InputError: if there is none, or it was erased.
    """
    versions = records.versions(name) if records is not None else []
    plan = versions[-1].plan if versions else None
    if plan is None:
        refuse(
            "plan",
            name,
            why="was erased, or is not in the records",
            accepted="look for it by its label on Home or Check",
        )
    return plan


def as_saved(plan: Plan) -> Plan:
    """Return a plan under the name that the records gave it in this session, or that it brings."""
    known = current_session().saved_as
    if plan.saved_as:
        known[plan.id] = plan.saved_as
    name = known.get(plan.id, "")
    return plan if name == plan.saved_as else plan.model_copy(update={"saved_as": name})


def with_its_check(course: Course, library: Library) -> Course:
    """Return a course with what the records know of this very content."""
    course = dataclasses.replace(course, plan=as_saved(course.plan))
    return look_up_check(
        course, library, os.environ, home_of_records(), lambda: nullcontext(store())
    )


def with_other_plans_of_label(course: Course, library: Library) -> Course:
    """Return a course with what other saved plans of its label add to a lifetime.

    Records that do not exist hold nothing, and looking does not create them; where they cannot be
    read, the page says so beside what it asks of them.
    """
    if not course.plan.patient.label or not are_begun(os.environ, home_of_records()):
        return course
    try:
        found = store().lifetime_of_label(course, library)
    except InputError:
        return course
    return dataclasses.replace(course, findings=(*course.findings, *found))
