"""Whether a course is checked, for whoever shows it, prints it or writes its files."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from dosing.errors import InputError
from records.place import are_begun
from schedules.course.checked import Verification
from schedules.knowledge.library import Library

if TYPE_CHECKING:
    # The database takes longer to import than a course takes to compute, and the first page of a
    # server computes none.
    from records.store import Store
    from schedules.course.course import Course

_UNKNOWN = Verification(
    state="not checked", text="not known to be checked by a pharmacist: the records cannot be read"
)


def look_up_check(
    course: Course,
    library: Library,
    environment: Mapping[str, str],
    beside: Path,
    open_records: Callable[[], AbstractContextManager[Store]] | None = None,
) -> Course:
    """Return the course with its check, and with what was acknowledged beside it.

    Records that do not exist hold no check, and looking does not create them. Where they cannot be
    read, the course says so.

    Args:
        course: the course.
        library: the knowledge it was computed with.
        environment: the settings, as ``os.environ``.
        beside: the folder of the program.
        open_records: gives the records that are open already.
    """
    if not are_begun(environment, beside):
        return course
    from records.database import database_url, exists
    from records.store import open_store

    try:
        url = database_url(environment, beside)
        if not exists(url):
            return course
        with closing(open_store(url)) if open_records is None else open_records() as store:
            return store.look_up_check(course, library)
    except InputError:
        return dataclasses.replace(course, checked=_UNKNOWN)
