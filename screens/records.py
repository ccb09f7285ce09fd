"""The records, opened once for all sessions, and what they say of a course."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import streamlit as st

from dosing.errors import InputError
from records.database import database_url, exists
from records.store import Store, open_store
from schedules.course import Course
from schedules.library import Library
from schedules.provenance import Check

ROOT = Path(__file__).resolve().parent.parent
_UNKNOWN = Check(
    state="not checked", text="not known to be checked by a pharmacist: the records cannot be read"
)


@st.cache_resource(show_spinner="Opening the records")
def _open(address: str) -> Store:
    return open_store(address)


def store() -> Store:
    """Give the records of this installation.

    Raises:
        InputError: if they cannot be opened.
    """
    url = database_url(os.environ, ROOT)
    return _open(url.render_as_string(hide_password=False))


def with_its_check(found: Course, library: Library) -> Course:
    """Give a course with what the records say of this very content.

    Records that nobody has begun hold no check, and none are begun by looking.
    """
    try:
        if not exists(database_url(os.environ, ROOT)):
            return found
        return dataclasses.replace(found, checked=store().status(found.plan, library))
    except InputError:
        return dataclasses.replace(found, checked=_UNKNOWN)
