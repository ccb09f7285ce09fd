"""The commands between a course and a ward's calendar: write it there, and compare."""

from __future__ import annotations

import argparse
import collections
import contextlib
import dataclasses
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from commands.columns import TextColumn, say_table
from commands.inputs import (
    acknowledged,
    add_acknowledge,
    add_json,
    add_plan,
    compute_course,
    read_acknowledgements,
    read_file,
    read_library_for,
    read_plan,
    say_unacknowledged,
)
from commands.line import DONE, STOPPED, Commands, say, say_error, say_json
from dosing.clock import now
from dosing.errors import Problems, refuse

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from schedules.plans.plan import Plan

# Never an argument: other people of the machine can read those.
_PASSWORD = "POSOLOGY_CALDAV_PASSWORD"  # noqa: S105 - the name of the variable  # nosec B105


def _push_options(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    parser.add_argument("--caldav", required=True, metavar="URL", help="the calendar's address")
    parser.add_argument(
        "--user",
        required=True,
        metavar="NAME",
        help=f"who signs in; the password is {_PASSWORD}, or it is asked for",
    )
    parser.add_argument("--discreet", action="store_true", help="name no drug, dose or disease")
    parser.add_argument(
        "--overwrite", action="store_true", help="also overwrite what the ward edited or deleted"
    )
    parser.add_argument(
        "--minutes", type=float, default=5.0, metavar="N", help="give up after so long (5)"
    )
    parser.add_argument("--who", default="", metavar="INITIALS", help="who accepts")
    add_acknowledge(parser)
    add_json(parser)


def _compare_options(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    parser.add_argument("calendar", type=Path, metavar="ICS", help="the calendar file")
    parser.add_argument("--who", default="", metavar="INITIALS", help="who compares")
    add_acknowledge(parser)
    add_json(parser)


def _push(args: argparse.Namespace) -> int:
    from getpass import getpass

    from schedules.outputs.calendar.caldav import CalendarServer
    from schedules.outputs.calendar.push import DONE as DONE_THERE
    from schedules.outputs.calendar.push import HowToPush, push

    plan = _read_accepted_plan(args)
    course = compute_course(plan, read_library_for(args, plan))
    if course.stopped or course.unacknowledged:
        from commands.course_text import print_course

        print_course(course, as_json=False)
        say_unacknowledged(course)
        return STOPPED
    password = os.environ.get(_PASSWORD) or getpass(f"Password of {args.user}: ")
    server = CalendarServer(url=args.caldav, user=args.user, password=password)
    end = time.monotonic() + args.minutes * 60
    how = HowToPush(
        discreet=args.discreet,
        overwrite=args.overwrite,
        seconds_left=lambda: end - time.monotonic(),
        progress=_show_progress,
    )
    with _kept_written(args.plan, plan, server.collection) as written:
        events = push(course, server, how, written=written)
    counts = collections.Counter(event.answer for event in events)
    left = [event for event in events if event.answer not in DONE_THERE]
    if args.json:
        content = {"events": counts, "not_written": [dataclasses.asdict(event) for event in left]}
        say(json.dumps(content, indent=2))
    else:
        say(", ".join(f"{count} {answer}" for answer, count in counts.items()) + ".")
    say_error(f"{event.place}: {event.answer}; {event.why}" for event in left)
    return STOPPED if left else DONE


def _read_accepted_plan(args: argparse.Namespace) -> Plan:
    """Return the plan with the warnings that are accepted for this calendar."""
    problems = Problems()
    more = read_acknowledgements(problems, args)
    problems.raise_if_any()
    return acknowledged(read_plan(args.plan), more)


@contextlib.contextmanager
def _kept_written(path: Path, plan: Plan, calendar: str) -> Iterator[dict[str, list[str]]]:
    """Yield the hashes of what was last written there; keep them beside the plan, come what may."""
    from schedules.outputs.formats import write_all

    beside = path.with_suffix(".pushed.json")
    kept = _read_written(beside)
    written = kept.setdefault(f"plan {plan.id} in {calendar}", {})
    try:
        yield written
    finally:
        write_all([(beside, json.dumps(kept, indent=2, sort_keys=True).encode() + b"\n")])


def _read_written(path: Path) -> dict[str, dict[str, list[str]]]:
    """Return the hashes by plan and calendar; without the file, nothing is known of any."""
    if not path.exists():
        return {}
    content = _json_of(path.read_bytes())
    if not isinstance(content, dict) or not all(map(_are_hashes, content.values())):
        accepted = "remove it; what stands in the calendar is then compared with the plan alone"
        refuse("hashes of what was pushed", path.name, why="cannot be read", accepted=accepted)
    return content


def _json_of(text: bytes) -> object:
    from schedules.knowledge.json_text import read_json

    try:
        content: object = read_json(text.decode())
    except ValueError:
        return None
    return content


def _are_hashes(by_uid: object) -> bool:
    return isinstance(by_uid, dict) and all(isinstance(one, list) for one in by_uid.values())


def _show_progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {of} events" + ("\n" if done == of else ""))


def _compare(args: argparse.Namespace) -> int:
    from schedules.outputs.calendar.reading import NOT_COMPARED
    from schedules.outputs.calendar.ward import compare_calendar

    plan = _read_accepted_plan(args)
    library = read_library_for(args, plan)
    course = compute_course(plan, library)
    file = read_file(args.calendar, "calendar file", "give the path of an .ics file")
    moved = compare_calendar(course, file, library, who=args.who or "calendar", when=now())
    if args.json:
        say_json([one.as_dict() for one in moved])
        return DONE
    plain = [one.text for one in moved] or ["The calendar says what the plan says."]
    rows = [(str(number), one.text) for number, one in enumerate(moved, 1)]
    say_table((TextColumn("No.", whole=True), TextColumn("In the calendar")), rows, plain)
    say(NOT_COMPARED)
    return DONE


COMMANDS: Commands = {"push": (_push_options, _push), "compare": (_compare_options, _compare)}
