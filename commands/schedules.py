"""The command line of the planner. Each group of commands has a module of its own."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from commands.export import export_command
from commands.inputs import (
    HERE,
    acknowledgements,
    library_of,
    now,
    pairs,
    read_knowledge,
    saved,
    worked_out,
)
from commands.library import library_commands
from commands.line import BAD_INPUT, Parser, add_command, run, say_error
from commands.plan import plan_commands
from dosing.errors import Problems
from schedules.outputs.formats import write_all

# Never an argument: other people of the machine can read those.
_CALDAV_VARIABLE = "POSOLOGY_CALDAV_PASSWORD"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run it."""
    parser = Parser(
        prog="python -m schedules",
        allow_abbrev=False,
        description="Turn a regimen and a first day into dated doses.",
        epilog="Exit codes: 0 done, 2 bad input, 3 stopped for safety (nothing is exported).",
    )
    parser.add_argument(
        "--library",
        type=Path,
        default=HERE,
        metavar="DIR",
        help="the folder that holds regimens/, drugs/ and site.yaml",
    )
    commands = parser.add_subparsers(
        dest="command",
        required=True,
        metavar="COMMAND",
    )
    library_commands(commands)
    plan_commands(commands)
    _change_parsers(commands)
    export_command(commands)
    given = list(sys.argv[1:] if arguments is None else arguments)
    if any(not _is_text(text) for text in given):
        say_error(["an argument is not text in UTF-8; type it again"])
        return BAD_INPUT
    asked = parser.parse_args(given)
    return run(lambda: int(asked.run(asked)))


def _is_text(argument: str) -> bool:
    """Tell whether it can be written out again; bytes that are no text come in as surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in argument)


def _change_parsers(commands: Any) -> None:
    from commands.change import change_options
    from commands.check import check_options

    change_options(
        add_command(commands, "change", _change, "change a saved plan, with who and why")
    )
    undoing = add_command(commands, "undo", _undo, "take the last change of a plan back")
    undoing.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    undoing.add_argument("--preview", action="store_true", help="show what it would do")
    undoing.add_argument("--out", type=Path, metavar="FILE", help="write the plan elsewhere")
    undoing.add_argument("--json", action="store_true", help="print JSON")
    pushing = add_command(
        commands, "push", _push, "write the course into a calendar on a CalDAV server"
    )
    pushing.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    pushing.add_argument("--caldav", required=True, metavar="URL", help="the calendar's address")
    pushing.add_argument(
        "--user",
        required=True,
        metavar="NAME",
        help=f"the password: {_CALDAV_VARIABLE}, or it is asked for",
    )
    pushing.add_argument("--discreet", action="store_true", help="name no drug, dose or disease")
    pushing.add_argument(
        "--overwrite", action="store_true", help="also what was moved in the calendar"
    )
    pushing.add_argument("--json", action="store_true", help="print JSON")
    comparing = add_command(commands, "compare", _compare, "say what a ward's calendar moved")
    comparing.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    comparing.add_argument("calendar", type=Path, metavar="ICS", help="the calendar file")
    comparing.add_argument("--who", default="", metavar="INITIALS", help="who compares")
    comparing.add_argument("--json", action="store_true", help="print JSON")
    verifying = add_command(
        commands, "check-plan", _check_plan, "lay a saved plan out for the check"
    )
    verifying.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    check_options(verifying)
    telling = add_command(commands, "history", _history, "list what was changed, by whom, and why")
    telling.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    telling.add_argument("--json", action="store_true", help="print JSON")


def _change(asked: argparse.Namespace) -> int:
    from commands.change import change

    plan = saved(asked.plan)
    problems = Problems()
    choices = pairs(problems, "choose", asked.choose)
    acknowledged = acknowledgements(problems, asked)
    problems.raise_if_any()
    when = now()
    library = read_knowledge(asked) if asked.kind == "add" else library_of(asked, plan)
    return change(asked, plan, library, choices, acknowledged, _write, when)


def _undo(asked: argparse.Namespace) -> int:
    from commands.change import undo

    plan = saved(asked.plan)
    return undo(asked, plan, library_of(asked, plan), _write)


def _push(asked: argparse.Namespace) -> int:
    from getpass import getpass

    from commands.change import push

    plan = saved(asked.plan)
    password = os.environ.get(_CALDAV_VARIABLE) or getpass(f"Password of {asked.user}: ")
    return push(asked, worked_out(plan, library_of(asked, plan)), password)


def _compare(asked: argparse.Namespace) -> int:
    from commands.change import compare
    from schedules.course.work_out import work_out

    plan = saved(asked.plan)
    library = library_of(asked, plan)
    return compare(asked, work_out(plan, library), library, now())


def _check_plan(asked: argparse.Namespace) -> int:
    from commands.check import check_plan

    plan = saved(asked.plan)
    library = library_of(asked, plan)
    return check_plan(asked, worked_out(plan, library), library)


def _history(asked: argparse.Namespace) -> int:
    from commands.change import history

    return history(asked, saved(asked.plan))


def _write(path: Path, content: bytes) -> None:
    write_all([(path, content)])
