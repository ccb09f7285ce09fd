"""Histories of one patient followed by subscription: in Thunderbird, or in vdirsyncer and khal.

``python -m tests.support.subscription_trial 20 --programs BIN`` serves each version of as many
random histories, and of one told history, under a link; the two programs of the folder BIN (a
virtual environment of their own: ``pip install vdirsyncer khal``) read each version from there.
With ``--thunderbird`` that program does. ``--short`` leaves out the courses of more than a hundred
events. It fails where what is shown is not the plan: an orphan, a double, an old time.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.outputs.calendar.ics import to_feed
from schedules.plans.changes import Change, Defer, Omit, Reweigh
from schedules.plans.undo import undone
from screens.access.feed import feed_route
from tests.support.planning import RITUXIMAB, SAID, library, planned
from tests.support.receiver import planned_events, shown_lines
from tests.support.running import free_port
from tests.support.thunderbird import Thunderbird, thunderbird
from tests.support.undo_trial import Counted, history_number, plans_to_change

_SECONDS = 60
_PATH = "/feed/link.ics"
_FORMAT = "{uid}\t{start-long}\t{end-long}\t{title}"
_SYNC = """
[general]
status_path = "{folder}/status/"
[pair feed]
a = "remote"
b = "local"
collections = null
conflict_resolution = "a wins"
[storage remote]
type = "http"
url = "{url}"
[storage local]
type = "filesystem"
path = "{folder}/events/"
fileext = ".ics"
"""
_READ = """
[calendars]
[[feed]]
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
"""


@dataclasses.dataclass(slots=True)
class Client:
    """A person's two programs: one that subscribes, one that shows what was read."""

    programs: Path
    all_folders: Path
    folder: Path = Path()

    def begin(self, url: str) -> None:
        """Subscribe to a link, with an empty calendar."""
        self.folder = Path(tempfile.mkdtemp(dir=self.all_folders))
        (self.folder / "events").mkdir()
        for name, text in (("sync", _SYNC), ("khal", _READ)):
            content = text.format(folder=self.folder, url=url)
            (self.folder / name).write_text(content, encoding="utf-8")
        self._run("vdirsyncer", "-c", "sync", "discover")

    def read(self) -> Counter[tuple[str, str]]:
        """Read the link again, and return what stands in the calendar."""
        self._run("vdirsyncer", "-c", "sync", "sync")
        listed = self._run(
            "khal", "-c", "khal", "list", "--once", "--format", _FORMAT, "2026-01-01", "1500d"
        )
        lines = (line.split("\t") for line in listed.splitlines() if "\t" in line)
        return shown_lines((start, end, title) for _, start, end, title in lines)

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
        return done.stdout


@contextlib.contextmanager
def served(current: list[bytes]) -> Iterator[str]:
    """Serve the newest of some calendars, and yield its link."""
    port = free_port()
    app = Starlette(routes=[feed_route(lambda token: current[-1], most=100_000)])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(timeout=0.05)
        yield f"http://127.0.0.1:{port}{_PATH}"
    finally:
        server.should_exit = True
        thread.join()


def told_history() -> Iterator[Course]:
    """Yield four doses of rituximab: planned, one put off, undone, one left out, a new weight."""
    plan = planned(RITUXIMAB)
    later = Defer(at="induction cycle 1 day 8", by_days=2, scope="later", **SAID)
    omit = Omit(at="induction cycle 1 day 15", scope="this day", **SAID)
    day = dt.date(2026, 12, 14)
    heavier = Reweigh(from_day=day, weight="80 kg", doses="worked out again", **SAID)
    steps: list[list[Change]] = [[], [later], undone([later], "undo", None, **SAID)]
    steps.append([*steps[-1], omit])
    steps.append([*steps[-1], heavier])
    for changes in steps:
        yield work_out(plan.model_copy(update={"changes": changes}), library())


def follow(courses: Iterator[Course], client: Client | Thunderbird, counted: Counted) -> None:
    """Read every version by subscription, and note where the client shows anything else."""
    current: list[bytes] = []
    with served(current) as url:
        for number, course in enumerate(courses):
            current.append(to_feed(course, discreet=False, up_to_date=True))
            if not number:
                client.begin(url)
            found = client.read()
            wanted = planned_events(course, found)
            counted.versions += 1
            counted.events += found.total()
            if found != wanted:
                told = f"too much {found - wanted}, missing {wanted - found}"
                counted.wrong.append(f"version {number}: {told}"[:500])


def main() -> int:
    """Follow as many histories as were asked for, and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=20)
    parser.add_argument("--short", action="store_true")
    by = parser.add_mutually_exclusive_group(required=True)
    by.add_argument("--programs", type=Path)
    by.add_argument("--thunderbird", action="store_true")
    args = parser.parse_args()
    counted, shelf = Counted(), plans_to_change(short=args.short)
    with contextlib.ExitStack() as stack:
        client: Client | Thunderbird
        if args.thunderbird:
            client = stack.enter_context(thunderbird())
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            client = Client(args.programs, Path(folder))
        follow(told_history(), client, counted)
        for seed in range(args.count):
            follow(history_number(seed, shelf), client, counted)
            sys.stdout.write(
                f"{seed + 1} histories and the told one: {counted.versions} versions, "
            )
            sys.stdout.write(f"{counted.events} shown, {len(counted.wrong)} versions wrong\n")
            sys.stdout.flush()
    sys.stdout.writelines(f"{one}\n" for one in counted.wrong[:10])
    return bool(counted.wrong)


if __name__ == "__main__":
    raise SystemExit(main())
