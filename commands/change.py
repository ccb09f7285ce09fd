"""The commands that change a saved plan, take a change back, and list the changes."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from commands.columns import TextColumn, say_table
from commands.inputs import (
    acknowledged,
    add_acknowledge,
    add_json,
    add_plan,
    add_several,
    offer,
    read_acknowledgements,
    read_knowledge,
    read_library_for,
    read_pairs,
    read_plan,
)
from commands.line import DONE, STOPPED, Commands, say, say_error, say_findings, say_json
from commands.plan import add_field
from dosing.clock import now
from dosing.errors import Problems, refuse

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from schedules.course.answer_result import Answering
    from schedules.course.course import Course
    from schedules.knowledge.library import Library
    from schedules.plans.changes import Change
    from schedules.plans.plan import Acknowledgement, Plan


# These may add a regimen, and so read every file.
_WHOLE = ("add", "outcome")


def _change_options(parser: argparse.ArgumentParser) -> None:
    from schedules.plans.change_kinds import KINDS
    from schedules.plans.patient_entry import KNOWN_LATER, MEASURED_AGAIN

    add_plan(parser)
    kind = parser.add_argument("kind", metavar="CHANGE", help=", ".join(KINDS))
    offer(kind, lambda _: KINDS)
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
    for name, text in (
        ("scope", "day, cycle (rest of this cycle) or later (all)"),
        ("by", '"7 days", "2 weeks" or "2 days earlier"'),
        ("to", "the new day, instead of --by"),
        ("give", '"75 %% of the standard dose", "80 %% of the previous dose" or "1400 mg"'),
        *((field.option, field.again_help) for field in MEASURED_AGAIN),
        ("doses", "after new measurements: recalculate or keep"),
        ("on", "the day on which it was given"),
        ("time", 'the time at which it was given: "10:30"'),
        ("amount", "how much was given, if not all of it"),
        ("batch", "the batch of the pack that was given"),
        ("expires", "the last day, or month, of its use: 2027-03"),
        ("item", "which of several drugs"),
        ("days", 'how long a step is held: "7 days"'),
        ("regimen", "the regimen to add"),
        ("start", "the first day of the regimen to add"),
        ("review", "the review that found something: its name"),
        ("outcome", "what the review found: improved"),
        ("gate", "the result that a gate asks for"),
        ("value", "the result"),
        ("refuse", "why the dose stays as planned in spite of a result"),
    ):
        what.add_argument(f"--{name}", default="", metavar=name.upper(), help=text)
    what.add_argument(
        "--take",
        nargs="?",
        const="",
        metavar="CHANGE",
        help='what a result proposes: "defer 7 days"; without it, the only one',
    )
    what.add_argument("--n", type=int, default=1, metavar="N", help="which dose of the day")
    add_several(what, "--choose", "NAME=VALUE", "another choice of the regimen")
    known = parser.add_argument_group("what is known from then on")
    for field in KNOWN_LATER:
        add_field(known, field)
    _add_decision(parser)
    out = parser.add_argument_group("output")
    add_acknowledge(out)
    _add_keeping(out)


def _undo_options(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    which = "the change to undo, as history numbers it; the last in force if not given"
    parser.add_argument("number", type=int, nargs="?", metavar="NUMBER", help=which)
    _add_decision(parser)
    _add_keeping(parser)


def _redo_options(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    which = "the change that was undone, as history numbers it"
    parser.add_argument("number", type=int, metavar="NUMBER", help=which)
    _add_decision(parser)
    _add_keeping(parser)


def _add_decision(parser: argparse.ArgumentParser) -> None:
    reason = parser.add_argument_group("who decides, and why")
    reason.add_argument("--why", default="", help="the reason; it is kept with the plan")
    reason.add_argument("--who", default="", metavar="INITIALS", help="who decides")


def _add_keeping(parser: Any) -> None:
    parser.add_argument(
        "--preview", action="store_true", help="show what it would do; keep nothing"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the plan elsewhere")
    add_json(parser)


def _history_options(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    add_json(parser)


def _change(args: argparse.Namespace) -> int:
    """Carry out a change, show before and after, and keep the plan: all or nothing."""
    from schedules.course.answer_result import answer_results
    from schedules.course.read_change import change_fields, read_change, with_change
    from schedules.course.work_out import work_out
    from schedules.plans.change_words import in_words
    from schedules.plans.changes import NewFacts, Result, Reweigh

    plan = read_plan(args.plan)
    problems = Problems()
    choices = read_pairs(problems, "choose", args.choose)
    acknowledgements = read_acknowledgements(problems, args)
    problems.raise_if_any()
    when = now()
    library = read_knowledge(args) if args.kind in _WHOLE else read_library_for(args, plan)
    before = work_out(plan, library)
    if args.kind == "results":
        return _results(args, before, library, acknowledgements)
    options = {name: value for name, value in vars(args).items() if name in change_fields()}
    typed = {**options, "from": args.from_, "choose": choices}
    change = read_change(args.kind, typed, before, library, who=args.who, why=args.why, when=when)
    after = with_change(acknowledged(plan, acknowledgements), change, library)
    _say_difference(before, after, in_words(change), as_json=args.json)
    if (stopped := _keep_unless_stopped(args, change, before, after)) != DONE:
        return stopped
    waits = isinstance(change, Reweigh) and after.proposals
    if (waits or isinstance(change, Result | NewFacts)) and not args.json:
        _say_proposals(answer_results(after, (), library, who=args.who, when=when), when)
    return DONE


def _results(
    args: argparse.Namespace,
    before: Course,
    library: Library,
    acknowledgements: Sequence[Acknowledgement],
) -> int:
    """Enter results and show what they propose; with --take or --refuse that is decided too."""
    from schedules.course.answer_result import ENTERED, answer_results
    from schedules.plans.change_words import in_words

    when = now()
    before = dataclasses.replace(before, plan=acknowledged(before.plan, acknowledgements))
    if args.take is not None and args.refuse:
        refuse("take", args.take, why="stands beside refuse", accepted="state one of them")
    answering = answer_results(
        before, args.results, library, who=args.who, why=args.why or ENTERED, when=when
    )
    after = answering.entered
    if args.take is not None:
        found = answering.find(args.gate)
        after = answering.take(found, args.take, who=args.who, when=when)
    elif args.refuse:
        found = answering.find(args.gate)
        after = answering.decline(found, who=args.who, why=args.refuse, when=when)
    words = "; ".join(map(in_words, after.plan.changes[len(before.plan.changes) :]))
    waiting = answering
    if args.take is not None or args.refuse:
        waiting = answer_results(after, (), library, who=args.who, when=when)
    if args.json:
        _say_difference(before, after, words, as_json=True, proposals=_as_dicts(waiting, when))
    else:
        if words:
            _say_difference(before, after, words, as_json=False)
        _say_proposals(waiting, when)
    if after.stopped:
        say_error(["Nothing was changed: a STOP stands in the way."])
        return STOPPED
    if words:
        _keep(args, after.plan)
    return DONE


def _what_is_stopped(course: Course, *, preview: bool) -> str:
    """Return that the change is kept while a STOP stands, and the ways to a course without it."""
    kept = "would be kept" if preview else "is kept"
    day = course.stopped_from
    stopped = f"; no dose is given from {day:%a %d-%b-%Y} on" if day else ""
    return (
        f"The change {kept}, and a STOP stands{stopped}. Nothing is exported until the course is "
        "ceased from there (change PLAN cease --from ...) or the facts are corrected."
    )


def _undo(args: argparse.Namespace) -> int:
    return _change_back(args, "undo")


def _redo(args: argparse.Namespace) -> int:
    return _change_back(args, "redo")


def _change_back(args: argparse.Namespace, kind: Literal["undo", "redo"]) -> int:
    """Withdraw a change or put one back, as a change of its own, and show before and after."""
    from schedules.course.work_out import work_out
    from schedules.plans.undo import undone, words_of

    plan = read_plan(args.plan)
    decided = {"who": args.who, "why": args.why}
    changes = undone(plan.changes, kind, args.number, **decided, when=now())
    library = read_library_for(args, plan)
    before = work_out(plan, library)
    after = work_out(plan.model_copy(update={"changes": changes}), library)
    _say_difference(before, after, words_of(changes)[-1], as_json=args.json)
    back = changes[-1] if kind == "undo" else changes[args.number - 1]
    return _keep_unless_stopped(args, back, before, after)


def _keep_unless_stopped(
    args: argparse.Namespace, change: Change, before: Course, after: Course
) -> int:
    """Write the plan where the change may be kept; return the exit code, and say what stops."""
    from schedules.course.read_change import may_be_kept

    if not may_be_kept(change, before, after):
        say_error(["Nothing was changed: a STOP stands in the way."])
        return STOPPED
    _keep(args, after.plan)
    if after.stopped:
        say_error([_what_is_stopped(after, preview=args.preview)])
        return STOPPED
    return DONE


def _keep(args: argparse.Namespace, plan: Plan) -> None:
    """Write the plan, unless this was a preview."""
    from schedules.outputs.formats import write_all

    if not args.preview:
        write_all([(args.out or args.plan, plan.to_json().encode())])


def _history(args: argparse.Namespace) -> int:
    from schedules.plans.changes import Undo
    from schedules.plans.undo import numbers_in_force, words_of

    changes = read_plan(args.plan).changes
    in_force = numbers_in_force(changes)
    rows, plain, content = [], [], []
    for number, (one, words) in enumerate(zip(changes, words_of(changes), strict=True), 1):
        undone = number not in in_force and not isinstance(one, Undo)
        when = f"{one.when:%d-%b-%Y %H:%M} UTC"
        said = f"{words}; undone" if undone else words
        content.append({**_as_dict(number, one, words), "undone": undone})
        rows.append((str(number), said, one.why, one.who, when))
        plain += [f"{number}. {said}", f"   {one.why} ({one.who}, {when})"]
    if args.json:
        say_json(content)
        return DONE
    columns = [TextColumn("No.", whole=True), *map(TextColumn, ("Change", "Why", "Who", "When"))]
    nothing = ["Nothing was changed since the plan was made."]
    say_table(columns, rows, plain or nothing)
    return DONE


def _as_dict(number: int, change: Change, words: str) -> dict[str, Any]:
    return {
        "number": number,
        "change": words,
        "who": change.who,
        "when": change.when.isoformat(),
        "why": change.why,
    }


def _say_difference(
    before: Course,
    after: Course,
    words: str,
    *,
    as_json: bool,
    proposals: Sequence[dict[str, Any]] = (),
) -> None:
    from schedules.review.course_diff import new_findings, rows_that_differ, totals_that_differ

    rows = rows_that_differ(before, after)
    totals = totals_that_differ(before, after)
    findings = new_findings(before, after)
    if as_json:
        say_json(
            {
                "change": words,
                "plan_hash": after.plan.hash,
                "rows": [row.as_dict() for row in rows],
                "totals": {
                    one.drug: {"before": one.before, "after": one.after, "by": one.by}
                    for one in totals
                },
                "findings": [finding.as_dict() for finding in findings],
                **({"proposals": list(proposals)} if proposals else {}),
            }
        )
        return
    say(words[:1].upper() + words[1:])
    for row in rows:
        say(f"  {row.text}")
    if not rows:
        say("  No dose and no date changes.")
    for one in totals:
        say(f"  Total of {one.drug}: {one.before} before, {one.after} after ({one.by}).")
    say_findings(findings, indent="  ")


def _say_proposals(answering: Answering, when: dt.datetime) -> None:
    """Print what results propose, each with the rows that would change; a person decides."""
    from schedules.review.course_diff import rows_that_differ

    for proposal in answering.proposals:
        say(f"  {proposal}. Proposed:")
        for option in answering.options(proposal, when):
            say(f'    --take "{option.change.text}"')
            rows = rows_that_differ(answering.before, option.after) if option.after else ()
            for row in rows:
                say(f"      {row.text}")
            if option.after is None or option.after.stopped:
                say("      cannot be carried out as it stands")
        say('    --refuse "WHY": the dose stays as planned')
    if not answering.proposals:
        say("  No result waits for a decision.")


def _as_dicts(answering: Answering, when: dt.datetime) -> list[dict[str, Any]]:
    from schedules.review.course_diff import rows_that_differ

    return [
        {
            **proposal.as_dict(),
            "options": [
                {
                    "take": option.change.text,
                    "rows": [
                        row.as_dict()
                        for row in (
                            rows_that_differ(answering.before, option.after) if option.after else ()
                        )
                    ],
                }
                for option in answering.options(proposal, when)
            ],
        }
        for proposal in answering.proposals
    ]


COMMANDS: Commands = {
    "change": (_change_options, _change),
    "undo": (_undo_options, _undo),
    "redo": (_redo_options, _redo),
    "history": (_history_options, _history),
}
