"""Calendars that import the file of each version, each in one process for a whole trial.

They are no dependency of the tests. khal is run by the Python of an environment of its own
(``pip install khal``), GNOME's store on a bus of its own by the Python of the machine (``apt-get
install evolution-data-server gir1.2-ecal-2.0 python3-gi``).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from schedules.course.course import Course
from schedules.outputs.calendar.ics import to_ics
from tests.support.receiver import Line, live_lines
from tests.support.undo_trial import Counted, compare_all

# What ``khal import --batch FILE`` and ``khal search`` do, without starting it for each file. Where
# no file is named, another program has written into the folder.
_KHAL = """
import datetime, json, pathlib, sys
from khal.cli_utils import build_collection
from khal.controllers import import_ics
from khal.settings import get_config

CONFIG = '''
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
'''

def text(when):
    shape = "%Y-%m-%d %H:%M" if isinstance(when, datetime.datetime) else "%Y-%m-%d"
    return when.strftime(shape)

for line in sys.stdin:
    told = json.loads(line)
    if "folder" in told:
        folder = pathlib.Path(told["folder"])
        (folder / "events").mkdir()
        (folder / "config").write_text(CONFIG.format(folder=folder))
        conf = get_config(str(folder / "config"))
        collection = build_collection(conf, None)
    elif "file" in told:
        import_ics(collection, conf, pathlib.Path(told["file"]).read_text(), batch=True)
    collection.update_db()
    found = [(e.uid, text(e.start_local), text(e.end_local), e.summary)
             for e in collection.search("") if not e.summary.startswith("CANCELLED:")]
    print(json.dumps(found), flush=True)
"""
# What Evolution does with a file: one without a METHOD is received as one that was published.
_GNOME = """
import datetime, json, pathlib, sys, time
import gi
gi.require_version("ECal", "2.0")
gi.require_version("EDataServer", "1.2")
from gi.repository import ECal, EDataServer, GLib, ICalGLib

# A local calendar connects to nothing, and no main loop runs here that would hear of it.
AT_ONCE = 2**32 - 1

def connected(source):
    for _ in range(100):
        try:
            return ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, AT_ONCE, None)
        except GLib.Error:
            time.sleep(0.1)  # the process of the store has not heard of the calendar yet
    raise SystemExit("GNOME's store does not open a new calendar")

def text(when, days=0):
    day = datetime.date(when.get_year(), when.get_month(), when.get_day())
    if when.is_date():
        return str(day - datetime.timedelta(days=days))
    assert when.is_utc()
    return f"{day} {when.get_hour():02}:{when.get_minute():02}"

registry = EDataServer.SourceRegistry.new_sync(None)
for line in sys.stdin:
    told = json.loads(line)
    if "folder" in told:
        source = EDataServer.Source.new(None, None)
        source.set_parent("local-stub")
        backend = source.get_extension(EDataServer.SOURCE_EXTENSION_CALENDAR)
        backend.set_backend_name("local")
        registry.commit_source_sync(source, None)
        client = connected(source)
    else:
        file = ECal.util_parse_ics_string(pathlib.Path(told["file"]).read_text())
        file.set_method(ICalGLib.PropertyMethod.PUBLISH)
        client.receive_objects_sync(file, ECal.OperationFlags.NONE, None)
    _, held = client.get_object_list_sync("#t", None)
    found = [(e.get_uid(), text(e.get_dtstart()), text(e.get_dtend(), 1), e.get_summary())
             for e in held if e.get_status() != ICalGLib.PropertyStatus.CANCELLED]
    print(json.dumps(found), flush=True)
"""
_SYSTEM_PYTHON = "/usr/bin/python3"
_ERRORS = "errors"


class Importer:
    """A program running, with an empty calendar for each history."""

    def __init__(self, name: str, process: subprocess.Popen[str], folder: Path) -> None:
        """Take the process that reads lines and answers each with all events that it shows."""
        self._name, self._process, self._folder, self._number = name, process, folder, 0

    def begin(self) -> Path:
        """Begin an empty calendar, and return its folder."""
        self._number += 1
        own = self._folder / str(self._number)
        own.mkdir()
        self.shown(folder=own)
        return own

    def followed(self, courses: Iterator[Course], counted: Counted) -> Iterator[Course]:
        """Import every version, and count where the calendar shows anything else than the plan."""
        own = self.begin()
        for course in courses:
            file = own / "course.ics"
            file.write_bytes(to_ics(course))
            newest = live_lines(file.read_bytes())
            compare_all(self.shown(file=file), newest, course, self._name, counted)
            yield course

    def shown(self, **told: Path) -> list[Line]:
        """Return UID, begin, end and title of all events, after a file was taken over if told."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = json.dumps({name: str(path) for name, path in told.items()})
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError((self._folder / _ERRORS).read_text(encoding="utf-8")[-1000:])
        return [(a, b, c, d) for a, b, c, d in json.loads(answer)]


@contextlib.contextmanager
def khal(python: Path, folder: Path) -> Iterator[Importer]:
    """Start khal by the Python of its environment, with its calendars in a folder."""
    with _running("khal", [str(python), "-c", _KHAL], folder / "khal") as importer:
        yield importer


@contextlib.contextmanager
def gnome(folder: Path) -> Iterator[Importer]:
    """Start GNOME's store on a bus of its own, with its calendars in a folder."""
    started = ["dbus-run-session", "--", _SYSTEM_PYTHON, "-c", _GNOME]
    with _running("GNOME", started, folder / "gnome") as importer:
        yield importer


@contextlib.contextmanager
def _running(name: str, started: Sequence[str], folder: Path) -> Iterator[Importer]:
    folder.mkdir()
    env = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    with (
        (folder / _ERRORS).open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            started,
            env=env | {"HOME": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        try:
            yield Importer(name, process, folder)
        finally:
            process.stdin.close()  # a program that has nothing more to read ends
