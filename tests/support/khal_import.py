"""khal, a calendar that imports the file of each version, in one process for a whole trial.

It is no dependency of the tests: it is run by the Python of an environment of its own
(``pip install khal``).
"""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from schedules.course.course import Course
from schedules.outputs.calendar.ics import to_ics
from tests.support.receiver import shown_lines
from tests.support.undo_trial import Counted, compare

_CONFIG = """
[calendars]
[[course]]
path = {folder}/events/
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = course
"""
# What ``khal import --batch FILE`` and ``khal search`` do, without starting it for each file.
_PROGRAM = """
import datetime, json, pathlib, sys
from khal.cli_utils import build_collection
from khal.controllers import import_ics
from khal.settings import get_config

def text(when):
    shape = "%Y-%m-%d %H:%M" if isinstance(when, datetime.datetime) else "%Y-%m-%d"
    return when.strftime(shape)

for line in sys.stdin:
    told = json.loads(line)
    if "config" in told:
        conf = get_config(told["config"])
        collection = build_collection(conf, None)
    else:
        import_ics(collection, conf, pathlib.Path(told["file"]).read_text(), batch=True)
    found = [(text(e.start_local), text(e.end_local), e.summary) for e in collection.search("")]
    print(json.dumps(found), flush=True)
"""


class Khal:
    """khal running, with an empty calendar for each history."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        """Take the process that reads lines and answers each with all events that it holds."""
        self._process, self._folder, self._number = process, folder, 0

    def followed(self, courses: Iterator[Course], counted: Counted) -> Iterator[Course]:
        """Import every version, and count where khal shows anything else than the plan."""
        self._number += 1
        own = self._folder / str(self._number)
        (own / "events").mkdir(parents=True)
        (own / "config").write_text(_CONFIG.format(folder=own), encoding="utf-8")
        self._ask(config=own / "config")
        for course in courses:
            file = own / "course.ics"
            file.write_bytes(to_ics(course))
            found = self._ask(file=file)
            compare(found, course, f"khal, change {len(course.plan.changes)}", counted)
            yield course

    def _ask(self, **told: Path) -> Counter[tuple[str, str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = json.dumps({name: str(path) for name, path in told.items()})
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return shown_lines(json.loads(self._process.stdout.readline()))


@contextlib.contextmanager
def khal(python: Path, folder: Path) -> Iterator[Khal]:
    """Start khal by the Python of its environment, with its calendars in a folder."""
    with subprocess.Popen(
        [str(python), "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Khal(process, folder)
        finally:
            process.terminate()
