"""Histories of one patient followed by subscription: in Thunderbird, or in vdirsyncer and khal.

A course goes through a change, an undo, an omission and a new weight, and random histories do; each
version is the content of one link, and the client reads it again after each. ``python -m
tests.support.subscription_trial 20 --khal PYTHON`` has the vdirsyncer and the khal of an
environment (``pip install vdirsyncer khal``) read each version. With ``--thunderbird`` that program
does, and with ``--file`` too it subscribes to a file on the disk that each version is saved over.
``--short`` leaves out the courses of more than a hundred events. It fails where what is shown is
not the plan, or not the newest file: an orphan, a double, an old time.
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
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.outputs.calendar.ics import to_feed
from schedules.plans.changes import Change, Defer, Omit, Reweigh
from schedules.plans.undo import undone
from screens.access.feed import feed_route
from tests.support.importers import Importer, khal
from tests.support.planning import RITUXIMAB, SAID, library, planned
from tests.support.receiver import Line, live_lines
from tests.support.running import free_port
from tests.support.thunderbird import Thunderbird, thunderbird
from tests.support.undo_trial import Counted, compare_all, history_number, plans_to_change

_SECONDS = 60
_PATH = "/feed/link.ics"
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
# Where a calendar is read, and what puts the next version there.
Place = tuple[str, Callable[[bytes], object]]


@dataclasses.dataclass(slots=True)
class Client:
    """A person's two programs: one that subscribes, one that shows what was read."""

    vdirsyncer: Path
    shows: Importer
    folder: Path = Path()

    def begin(self, url: str) -> None:
        """Subscribe to a link, with an empty calendar."""
        self.folder = self.shows.begin()
        config = _SYNC.format(folder=self.folder, url=url)
        (self.folder / "sync").write_text(config, encoding="utf-8")
        self._run("discover")

    def read(self) -> list[Line]:
        """Read the link again, and return what stands in the calendar.

        vdirsyncer puts a hash of the event in place of the UID of a link.
        """
        self._run("sync")
        return [("", *line[1:]) for line in self.shows.shown()]

    def _run(self, what: str) -> None:
        subprocess.run(
            [self.vdirsyncer, "-c", "sync", what],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )


@contextlib.contextmanager
def link() -> Iterator[Place]:
    """Serve the newest of some calendars on a port of this machine."""
    current: list[bytes] = []
    port = free_port()
    app = Starlette(routes=[feed_route(lambda token: current[-1], most=100_000)])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(timeout=0.05)
        yield f"http://127.0.0.1:{port}{_PATH}", current.append
    finally:
        server.should_exit = True
        thread.join()


@contextlib.contextmanager
def file() -> Iterator[Place]:
    """Keep the newest of some calendars in a file, each saved over the one before."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "course.ics"
        yield path.as_uri(), path.write_bytes


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


def follow(
    courses: Iterator[Course],
    client: Client | Thunderbird,
    place: Callable[[], contextlib.AbstractContextManager[Place]],
    counted: Counted,
) -> None:
    """Read every version by subscription, and note where the client shows anything else."""
    with place() as (url, put):
        for number, course in enumerate(courses):
            newest = to_feed(course, discreet=False, up_to_date=True)
            put(newest)
            if not number:
                client.begin(url)
            held = client.read()
            counted.versions += 1
            counted.events += len(held)
            lines = live_lines(newest, uids=isinstance(client, Thunderbird))
            compare_all(held, lines, course, "subscribed", counted)


def main() -> int:
    """Follow as many histories as were asked for, and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=20)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--file", action="store_true")
    by = parser.add_mutually_exclusive_group(required=True)
    by.add_argument("--khal", type=Path)
    by.add_argument("--thunderbird", action="store_true")
    args = parser.parse_args()
    counted, shelf, place = Counted(), plans_to_change(short=args.short), link
    if args.file:
        place = file
    with contextlib.ExitStack() as stack:
        client: Client | Thunderbird
        if args.thunderbird:
            client = stack.enter_context(thunderbird())
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            shows = stack.enter_context(khal(args.khal, folder))
            client = Client(args.khal.with_name("vdirsyncer"), shows)
        follow(told_history(), client, place, counted)
        for seed in range(args.count):
            follow(history_number(seed, shelf), client, place, counted)
            sys.stdout.write(
                f"{seed + 1} histories and the told one: {counted.versions} versions, "
            )
            sys.stdout.write(f"{counted.events} shown, {len(counted.wrong)} differences\n")
            sys.stdout.flush()
    sys.stdout.writelines(f"{one}\n"[:500] for one in counted.wrong[:10])
    return bool(counted.wrong)


if __name__ == "__main__":
    raise SystemExit(main())
