"""What the records know of a course, for whoever shows it, prints it or writes its files."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path

from dosing.errors import InputError
from records.database import database_url, exists
from records.store import Store, open_store
from schedules.course.checked import Verification
from schedules.course.course import Course
from schedules.knowledge.library import Library

_UNKNOWN = Verification(
    state="not checked", text="not known to be checked by a pharmacist: the records cannot be read"
)


def look_up_check(
    found: Course,
    library: Library,
    environment: Mapping[str, str],
    beside: Path,
    opened: Callable[[], AbstractContextManager[Store]] | None = None,
) -> Course:
    """Give a course with whether it is checked and what was acknowledged beside it.

    Records that nobody has begun hold no check, and none are begun by looking. Where they cannot
    be read, the course says so.

    Args:
        found: the course.
        library: the knowledge it was worked out with.
        environment: the settings, as ``os.environ``.
        beside: the folder of the program.
        opened: gives the records that are open already.
    """
    try:
        url = database_url(environment, beside)
        if not exists(url):
            return found
        with closing(open_store(url)) if opened is None else opened() as store:
            return store.look_up_check(found, library)
    except InputError:
        return dataclasses.replace(found, checked=_UNKNOWN)
