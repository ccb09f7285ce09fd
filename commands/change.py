"""The commands on a saved plan: change, undo, history, push, compare."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.line import DONE, STOPPED, say, say_error
from dosing.errors import refuse
from schedules.course.gates import gate_named, proposals
from schedules.course.places import find
from schedules.course.read_change import KINDS, read_change, with_change
from schedules.course.work_out import work_out
from schedules.plans.changes import Result, in_words
from schedules.review.course_diff import new_findings, rows_that_differ, totals_that_differ

if TYPE_CHECKING:
    from schedules.course.course import Course
    from schedules.knowledge.library import Library
    from schedules.plans.plan import Acknowledgement, Plan

Write = Callable[[Path, bytes], None]


def change_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the change command."""
    parser.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    parser.add_argument("kind", metavar="CHANGE", help=", ".join(KINDS))
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    kinds = "\n".join(f"  {kind:<10} {text}" for kind, text in KINDS.items())
    parser.epilog = f"kinds of change:\n{kinds}\n"
    what = parser.add_argument_group("the change")
    what.add_argument(
        "--from",
        dest="from_",
        default="",
        metavar="PLACE",
        help='"cycle 2 day 1", "course 2, cycle 1 day 8" or a date',
    )
    what.add_argument("--scope", default="", help="day, cycle (rest of this cycle) or later (all)")
    for name, text in (
        ("by", '"7 days", "2 weeks" or "2 days earlier"'),
        ("to", "the new day, instead of --by"),
        ("give", '"75 %% of the standard dose", "80 %% of the previous dose" or "1400 mg"'),
        ("weight", '"72 kg"'),
        ("height", '"175 cm"'),
        ("creatinine", '"80 umol/L"'),
        ("doses", "after new measurements: recalculate or keep"),
        ("on", "the day on which it was given"),
        ("time", 'the time: "10:30"'),
        ("amount", "how much was given, if not all of it"),
        ("item", "which of several drugs"),
        ("days", 'how long a step is held: "7 days"'),
        ("regimen", "the regimen to add"),
        ("start", "its first day"),
        ("gate", "the result that a gate asks for"),
        ("value", "the result"),
    ):
        what.add_argument(f"--{name}", default="", metavar=name.upper(), help=text)
    what.add_argument("--n", type=int, default=1, metavar="N", help="which dose of the day")
    what.add_argument("--choose", nargs="+", action="extend", default=[], metavar="NAME=VALUE")
    said = parser.add_argument_group("who decides, and why")
    said.add_argument("--why", default="", help="the reason; it is kept with the plan")
    said.add_argument("--who", default="", metavar="INITIALS", help="who decides")
    out = parser.add_argument_group("output")
    out.add_argument(
        "--acknowledge",
        nargs="+",
        action="extend",
        default=[],
        metavar="CODE=REASON",
        help="accept a WARN by its code, with the reason",
    )
    out.add_argument("--preview", action="store_true", help="show what it would do; keep nothing")
    out.add_argument("--out", type=Path, metavar="FILE", help="write the plan elsewhere")
    out.add_argument("--json", action="store_true", help="print JSON")


def change(
    asked: argparse.Namespace,
    plan: Plan,
    library: Library,
    choices: dict[str, str],
    acknowledged: list[Acknowledgement],
    write: Write,
    now: dt.datetime,
) -> int:
    """Carry out a change, show before and after, and keep the plan: all or nothing."""
    before = work_out(plan, library)
    typed = {**vars(asked), "from": asked.from_, "choose": choices}
    decided = read_change(
        asked.kind, typed, before, library, who=asked.who, why=asked.why, when=now
    )
    plan = plan.model_copy(update={"acknowledgements": [*plan.acknowledgements, *acknowledged]})
    after = with_change(plan, decided, library)
    _show(before, after, in_words(decided), as_json=asked.json)
    if after.stopped:
        say_error(["Nothing was changed: a STOP stands in the way."])
        return STOPPED
    if not asked.preview:
        write(asked.out or asked.plan, after.plan.to_json().encode())
    if isinstance(decided, Result) and not asked.json:
        _propose(decided, after)
    return DONE


def _propose(result: Result, found: Course) -> None:
    """Say what the gate proposes; a person decides."""
    gate = gate_named(result.gate, find(result.at, found.rows), found.regimens)
    proposed = proposals(gate, result.at, result.value)
    say("  The gate is reached." if not proposed else "  Not reached; the regimen proposes:")
    for one in proposed:
        options = " ".join(f'--{name} "{text}"' for name, text in one.typed.items())
        say(f"    {one.text}: change PLAN {one.kind} {options} --who ...")


def undo(asked: argparse.Namespace, plan: Plan, library: Library, write: Write) -> int:
    """Take the last change back."""
    if not plan.changes:
        refuse(
            "plan file", str(asked.plan), why="has no change", accepted="there is nothing to undo"
        )
    before, after = work_out(plan, library), work_out(plan.before(-1), library)
    words = f"taken back: {in_words(plan.changes[-1])}"
    _show(before, after, words, as_json=asked.json)
    if not asked.preview:
        write(asked.out or asked.plan, after.plan.to_json().encode())
    return DONE


def history(asked: argparse.Namespace, plan: Plan) -> int:
    """List the changes of a plan, oldest first."""
    listed = [
        {
            "number": number,
            "change": in_words(one),
            "who": one.who,
            "when": one.when.isoformat(),
            "why": one.why,
        }
        for number, one in enumerate(plan.changes, 1)
    ]
    if asked.json:
        say(json.dumps(listed, indent=2, ensure_ascii=False))
        return DONE
    for entry in listed:
        when = dt.datetime.fromisoformat(str(entry["when"]))
        say(f"{entry['number']}. {entry['change']}")
        say(f"   {entry['why']} ({entry['who']}, {when:%d-%b-%Y %H:%M} UTC)")
    if not listed:
        say("Nothing was changed since the plan was made.")
    return DONE


def push(asked: argparse.Namespace, found: Course, password: str) -> int:
    """Write a course into a calendar on a CalDAV server, with progress."""
    from schedules.outputs.calendar.caldav import push as push_events

    def progress(done: int, of: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{done} of {of} events" + ("\n" if done == of else ""))

    pushed = push_events(
        found,
        asked.caldav,
        asked.user,
        password,
        discreet=asked.discreet,
        overwrite=asked.overwrite,
        progress=progress,
    )
    counts: dict[str, int] = {}
    for one in pushed:
        counts[one.answer] = counts.get(one.answer, 0) + 1
    left = [one for one in pushed if one.answer not in {"written", "as it was"}]
    if asked.json:
        say(
            json.dumps(
                {"events": counts, "not_written": [dataclasses.asdict(one) for one in left]},
                indent=2,
            )
        )
    else:
        say(", ".join(f"{count} {answer}" for answer, count in counts.items()) + ".")
    say_error(f"{one.place}: {one.answer}; {one.why}" for one in left)
    return STOPPED if left else DONE


def compare(asked: argparse.Namespace, found: Course, library: Library, now: dt.datetime) -> int:
    """Say what a ward's calendar moved, and whether it may stay so."""
    from schedules.outputs.calendar.ward import what_moved

    try:
        file = asked.calendar.read_bytes()
    except OSError:
        refuse(
            "calendar file",
            str(asked.calendar),
            why="cannot be read",
            accepted="give the path of an .ics file",
        )
    told = what_moved(found, file, library, who=asked.who or "calendar", when=now)
    if asked.json:
        say(json.dumps([one.as_dict() for one in told], indent=2, ensure_ascii=False))
        return DONE
    for one in told:
        say(one.text)
    if not told:
        say("The calendar says what the plan says.")
    return DONE


def _show(before: Course, after: Course, words: str, *, as_json: bool) -> None:
    rows = rows_that_differ(before, after)
    totals = totals_that_differ(before, after)
    found = new_findings(before, after)
    if as_json:
        content: dict[str, Any] = {
            "change": words,
            "plan_hash": after.plan.hash,
            "rows": [row.as_dict() for row in rows],
            "totals": {t.drug: {"before": t.before, "after": t.after, "by": t.by} for t in totals},
            "findings": [finding.as_dict() for finding in found],
        }
        say(json.dumps(content, indent=2, ensure_ascii=False))
        return
    say(words[:1].upper() + words[1:])
    for row in rows:
        say(f"  {row.text}")
    if not rows:
        say("  No dose and no date changes.")
    for total in totals:
        say(f"  Total of {total.drug}: {total.before} before, {total.after} after ({total.by}).")
    for finding in found:
        say(f"  {finding.level}  {finding.text}  [{finding.code}; {finding.source}]")
