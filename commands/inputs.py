"""What several commands share: reading the library and a saved plan, and working the course out."""

from __future__ import annotations

import argparse
import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.line import say_error
from dosing.errors import Problems, refuse

if TYPE_CHECKING:
    from schedules.course.course import Course
    from schedules.knowledge.library import Library
    from schedules.plans.plan import Plan

HERE = Path(__file__).resolve().parent.parent


def read_knowledge(asked: argparse.Namespace, only: str | None = None) -> Library:
    """Read the library of the command line, or one regimen of it."""
    from schedules.library.reader import read_library

    return read_library(asked.library, only=only)


def library_of(asked: argparse.Namespace, plan: Plan) -> Library:
    """Read what a plan needs: its own regimen, or the whole library when others were added."""
    return read_knowledge(asked, only=plan.regimen.id if len(plan.by_regimen()) == 1 else None)


def saved(path: Path) -> Plan:
    """Read a saved plan."""
    from schedules.plans.plan import Plan

    try:
        return Plan.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        refuse(
            "plan file", str(path), why="cannot be read", accepted="give the path of a saved plan"
        )


def worked_out(plan: Plan, library: Library) -> Course:
    """Work out a course, with what the records know of it."""
    from records.status import as_known
    from schedules.course.work_out import work_out

    return as_known(work_out(plan, library), library, os.environ, HERE)


def now() -> dt.datetime:
    """Ask the clock; of this room only the command line may, and only here."""
    return dt.datetime.now(tz=dt.UTC)


def pairs(problems: Problems, field: str, texts: Sequence[str]) -> dict[str, str]:
    """Read NAME=VALUE texts; what is wrong with them is added to the problems."""
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            problems.add(field, text, why="is not a name and a value", write='NAME="VALUE"')
        elif name.strip() in pairs:
            problems.add(field, text, why="comes twice", accepted="give it once")
        else:
            pairs[name.strip()] = value.strip()
    return pairs


def acknowledge_options(parser: Any) -> None:
    """Add what accepts a warning."""
    parser.add_argument(
        "--acknowledge",
        nargs="+",
        action="extend",
        default=[],
        metavar="CODE=REASON",
        help="accept a WARN by its code, with the reason",
    )
    parser.add_argument("--who", default="", metavar="INITIALS", help="who accepts it")


def acknowledgements(problems: Problems, asked: argparse.Namespace) -> list[Any]:
    """Give the warnings that were accepted."""
    from schedules.plans.plan import Acknowledgement

    reasons = pairs(problems, "acknowledge", asked.acknowledge)
    return [
        Acknowledgement(code=code, reason=reason, who=asked.who) for code, reason in reasons.items()
    ]


def say_what_waits(found: Course) -> None:
    """Say which warnings keep a file back, and what to write."""
    say_error(
        f'Nothing is exported until it is acknowledged: --acknowledge {f.code}="the reason"'
        for f in found.unacknowledged
    )
