"""Radicale, a CalDAV server of the tests' own on this machine."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import icalendar
import requests

from schedules.course.course import Course
from schedules.outputs.calendar.caldav import CalendarServer
from schedules.outputs.calendar.push import DONE, Written, push
from tests.support.receiver import shown
from tests.support.undo_trial import Counted, compare

USER, PASSWORD = "ward", "not-a-secret"


@contextlib.contextmanager
def radicale(folder: Path) -> Iterator[str]:
    """Start Radicale and yield the address of an empty calendar."""
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "server-hosts": f"127.0.0.1:{port}",
        "auth-type": "htpasswd",
        "auth-htpasswd-filename": folder / "users",
        "auth-htpasswd-encryption": "plain",
        "storage-filesystem-folder": folder / "calendars",
        "auth-delay": "0",
    }
    started = [f"--{name}={value}" for name, value in options.items()]
    with subprocess.Popen(
        [sys.executable, "-m", "radicale", *started],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            url = f"http://127.0.0.1:{port}/{USER}/course/"
            for _ in range(300):
                with contextlib.suppress(requests.ConnectionError):
                    make(url)
                    break
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.1)
                    raise RuntimeError("Radicale ended while it was starting")
            yield url
        finally:
            process.terminate()


def make(url: str) -> None:
    """Make an empty calendar."""
    requests.request("MKCALENDAR", url, auth=(USER, PASSWORD), timeout=5)


def held(url: str) -> list[icalendar.Event]:
    """Return the events that the server holds."""
    answer = requests.get(url, auth=(USER, PASSWORD), timeout=30)
    return icalendar.Calendar.from_ical(answer.content).events if answer.content else []


def followed(courses: Iterator[Course], url: str, counted: Counted) -> Iterator[Course]:
    """Push every version, and count where the server holds anything else than the plan."""
    server = CalendarServer(url=url, user=USER, password=PASSWORD)
    written: Written = {}
    for course in courses:
        left = [one for one in push(course, server, written=written) if one.answer not in DONE]
        counted.wrong += [f"not pushed: {one}" for one in left]
        live = [one for one in held(url) if str(one["STATUS"]) != "CANCELLED"]
        compare(shown(live), course, f"Radicale, change {len(course.plan.changes)}", counted)
        yield course
