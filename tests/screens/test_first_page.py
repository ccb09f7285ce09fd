"""What a server imports before its first page: where there are no saved plans, no course."""

from __future__ import annotations

import subprocess
import sys

from tests.support.places import ROOT

# The library itself is not read: what Home imports is told by then.
_SHOW = """
import sys
import app
from screens.state import knowledge

def stop():
    raise InterruptedError

knowledge.library = stop
try:
    import screens.home
except InterruptedError:
    print(*sys.modules)
"""
_FOR_COURSES = {"schedules.course.course", "schedules.course.work_out", "sqlalchemy", "pandas"}


def test_the_first_page_imports_no_course_and_no_database() -> None:
    """Nobody has asked for either yet, and a start waits for whatever is imported."""
    done = subprocess.run(
        [sys.executable, "-c", _SHOW],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    imported = set(done.stdout.split())
    assert "schedules.knowledge.library" in imported
    assert not imported & _FOR_COURSES
