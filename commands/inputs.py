"""What several commands read: the library, a saved plan, names with values."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.line import say_error
from dosing.errors import Problems, refuse
from schedules.library.shipped import shipped_knowledge

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from schedules.course.course import Course
    from schedules.knowledge.library import Library
    from schedules.plans.plan import Acknowledgement, Plan


# Years of a hospital's records take a tenth of it.
_LARGEST_FILE = 50_000_000


def library_folder(args: argparse.Namespace) -> Path:
    """Return the folder of the library: the one named, or the one that comes with the program."""
    named: Path | None = getattr(args, "library", None)
    return shipped_knowledge() if named is None else named


def read_knowledge(args: argparse.Namespace, only: str | None = None) -> Library:
    """Read the library, or one regimen of it, and name the files that are left out."""
    from schedules.library.reader import read_usable

    return as_records_know(read_usable(library_folder(args), only))


def read_knowledge_as_kept(args: argparse.Namespace, only: str | None = None) -> Library:
    """Read the library, or one regimen of it, with what an earlier start kept of it.

    This is for commands that judge no file.
    """
    from schedules.library.cache import read_cached

    return as_records_know(read_cached(library_folder(args), only))


def as_records_know(library: Library) -> Library:
    """Name the files that are left out; return the library with what the records prove of it."""
    from records.endorsement import endorse
    from records.place import home_of_records

    say_error(f"Left out: {text}" for one in library.left_out for text in one.problems)
    return endorse(library, os.environ, home_of_records())


def read_library_for(args: argparse.Namespace, plan: Plan) -> Library:
    """Read what a plan needs: its own regimen, or the whole library when others were added."""
    from schedules.plans.changes import courses_added

    # A regimen that was added and withdrawn is needed too: calendars may hold its doses.
    others = any(courses_added(change) for change in plan.changes)
    return read_knowledge(args, only=None if others else plan.regimen.id)


def read_plan(path: Path) -> Plan:
    """Read a saved plan."""
    from schedules.plans.plan import Plan

    text = read_file_text(path, "plan file", "give the path of a saved plan")
    return Plan.from_json(text)


def read_file(path: Path, field: str, accepted: str) -> bytes:
    """Read a whole file that somebody names; a device without an end is refused by its length.

    Args:
        path: where it is.
        field: what it is, as a problem names it.
        accepted: what to do instead.

    Raises:
        InputError: if it cannot be read, or is longer than any file that this program takes.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # a path with a NUL in it is a ValueError
        reason = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
        refuse(field, str(path), why=f"cannot be read{reason}", accepted=accepted)
    if len(content) > _LARGEST_FILE:
        refuse(field, str(path), why=f"is larger than {_LARGEST_FILE:,} bytes", accepted=accepted)
    return content


def read_file_text(path: Path, field: str, accepted: str) -> str:
    """Read a whole file of UTF-8 text; arguments and errors are those of ``read_file``."""
    try:
        return read_file(path, field, accepted).decode("utf-8")
    except UnicodeDecodeError:
        refuse(field, str(path), why="is not UTF-8 text", accepted=accepted)


def compute_course(plan: Plan, library: Library) -> Course:
    """Compute a course, with what the records know of it."""
    from records.place import home_of_records
    from records.status import look_up_check
    from schedules.course.work_out import work_out

    return look_up_check(work_out(plan, library), library, os.environ, home_of_records())


def read_pairs(problems: Problems, field: str, texts: Sequence[str]) -> dict[str, str]:
    """Read NAME=VALUE texts; what is wrong with them is added to the problems."""
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            problems.add(field, text, why="is not a name and a value", write='NAME="VALUE"')
        elif name.strip() in pairs:
            problems.add(field, text, why="is given twice", accepted="give it once")
        else:
            pairs[name.strip()] = value.strip()
    return pairs


def add_regimen(parser: argparse.ArgumentParser) -> None:
    """Add the regimen that a command is about; a shell completes its id."""
    regimen = parser.add_argument("id", metavar="ID", help="a regimen, as list shows it")
    offer(
        regimen, lambda args: (file.stem for file in library_folder(args).glob("regimens/*.yaml"))
    )


def offer(action: argparse.Action, names: Callable[[argparse.Namespace], Iterable[str]]) -> None:
    """Offer names to a person who asks the shell to complete a value."""
    # argcomplete looks for this attribute, and passes its arguments by name.
    action.completer = lambda parsed_args, **_: names(parsed_args)  # type: ignore[attr-defined]


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Add the plan file that a command works on."""
    parser.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")


def add_json(parser: Any) -> None:
    """Add the option that prints JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON, for another program")


def add_several(parser: Any, option: str, metavar: str, text: str, **more: Any) -> None:
    """Add an option that takes several values, together or each after the option again."""
    several = {"nargs": "+", "action": "extend", "default": []}
    parser.add_argument(option, metavar=metavar, help=text, **several, **more)


def add_acknowledge(parser: Any) -> None:
    """Add the option that accepts a warning."""
    add_several(
        parser, "--acknowledge", "CODE=REASON", "accept a warning by its code, with the reason"
    )


def read_acknowledgements(problems: Problems, args: argparse.Namespace) -> list[Acknowledgement]:
    """Return the warnings that are accepted; what is wrong is added to the problems."""
    from schedules.plans.plan import Acknowledgement

    reasons = read_pairs(problems, "acknowledge", args.acknowledge)
    return [
        Acknowledgement(code=code, reason=reason, who=args.who) for code, reason in reasons.items()
    ]


def acknowledged(plan: Plan, more: Sequence[Acknowledgement]) -> Plan:
    """Return the plan with more warnings accepted."""
    return plan.model_copy(update={"acknowledgements": [*plan.acknowledgements, *more]})


def say_unacknowledged(course: Course) -> None:
    """Name the warnings that keep a file back, and what to write."""
    for finding in course.unacknowledged:
        if finding.code in course.undecided:
            text = (
                f"Nothing is exported until it is decided ({finding.code}): change PLAN results "
                '--take "CHANGE" or --refuse "WHY"'
            )
        else:
            text = (
                "Nothing is exported until it is acknowledged: "
                f'--acknowledge {finding.code}="the reason"'
            )
        say_error([text])
