"""The commands between a course and a ward's calendar: write it there, and compare."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import os
import sys
from pathlib import Path

from commands.columns import TextColumn, say_table
from commands.inputs import (
    add_json,
    add_plan,
    compute_course,
    read_file,
    read_library_for,
    read_plan,
)
from commands.line import DONE, STOPPED, Commands, say, say_error, say_json
from dosing.clock import now

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
        "--overwrite", action="store_true", help="also overwrite what the ward moved"
    )
    add_json(parser)


def _compare_options(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    parser.add_argument("calendar", type=Path, metavar="ICS", help="the calendar file")
    parser.add_argument("--who", default="", metavar="INITIALS", help="who compares")
    add_json(parser)


def _push(args: argparse.Namespace) -> int:
    from getpass import getpass

    from schedules.outputs.calendar.caldav import CalendarServer, push

    plan = read_plan(args.plan)
    password = os.environ.get(_PASSWORD) or getpass(f"Password of {args.user}: ")
    events = push(
        compute_course(plan, read_library_for(args, plan)),
        CalendarServer(url=args.caldav, user=args.user, password=password),
        discreet=args.discreet,
        overwrite=args.overwrite,
        progress=_show_progress,
    )
    counts = collections.Counter(event.answer for event in events)
    left = [event for event in events if event.answer not in {"written", "as it was"}]
    if args.json:
        content = {"events": counts, "not_written": [dataclasses.asdict(event) for event in left]}
        say(json.dumps(content, indent=2))
    else:
        say(", ".join(f"{count} {answer}" for answer, count in counts.items()) + ".")
    say_error(f"{event.place}: {event.answer}; {event.why}" for event in left)
    return STOPPED if left else DONE


def _show_progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {of} events" + ("\n" if done == of else ""))


def _compare(args: argparse.Namespace) -> int:
    from schedules.course.work_out import work_out
    from schedules.outputs.calendar.ward import compare_calendar

    plan = read_plan(args.plan)
    library = read_library_for(args, plan)
    course = work_out(plan, library)
    file = read_file(args.calendar, "calendar file", "give the path of an .ics file")
    moved = compare_calendar(course, file, library, who=args.who or "calendar", when=now())
    if args.json:
        say_json([one.as_dict() for one in moved])
        return DONE
    plain = [one.text for one in moved] or ["The calendar says what the plan says."]
    rows = [(str(number), one.text) for number, one in enumerate(moved, 1)]
    say_table((TextColumn("No.", whole=True), TextColumn("In the calendar")), rows, plain)
    return DONE


COMMANDS: Commands = {"push": (_push_options, _push), "compare": (_compare_options, _compare)}
