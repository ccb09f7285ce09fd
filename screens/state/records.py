"""The records, opened once for all sessions, and what they say of a course."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

import streamlit as st

from records.place import heads_file, home_of_records
from records.status import look_up_check
from schedules.course.course import Course
from schedules.knowledge.library import Library

if TYPE_CHECKING:
    # The database takes a fifth of a second to import, and a page without records asks nothing.
    from records.store import Store


@st.cache_resource(show_spinner="Opening the records")
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


def with_its_check(course: Course, library: Library) -> Course:
    """Return a course with what the records know of this very content."""
    return look_up_check(
        course, library, os.environ, home_of_records(), lambda: nullcontext(store())
    )
