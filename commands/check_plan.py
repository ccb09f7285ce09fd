"""The command ``check-plan``: all that a pharmacist verifies of a saved plan."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from commands.inputs import add_json, add_plan, compute_course, read_library_for, read_plan
from commands.line import DONE, STOPPED, Commands, say, say_json

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from collections.abc import Iterator

    from schedules.course.course import Course
    from schedules.review.checklist import Checklist


def _check_plan_options(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    add_json(parser)


def _check_plan(args: argparse.Namespace) -> int:
    """Print all that is verified of a plan.

    Returns:
        0 when it could be signed; 3 while a STOP or a WARN that nobody acknowledged stands.
    """
    from schedules.course.provenance import record_of
    from schedules.review.checklist import checklist

    plan = read_plan(args.plan)
    library = read_library_for(args, plan)
    course = compute_course(plan, library)
    review = checklist(course, library)
    if args.json:
        about = {"plan": course.plan.hash, "checked": str(course.checked), **record_of(course)}
        say_json(about | review.as_dict())
    else:
        for line in _lines(course, review):
            say(line)
    return STOPPED if review.in_the_way else DONE


def _lines(course: Course, review: Checklist) -> Iterator[str]:
    from schedules.course.provenance import provenance

    yield course.regimen.title
    for dose in review.doses:
        yield ""
        yield f"{dose.what}: {dose.days}"
        yield f"  {dose.dose} ({dose.deviation} from {dose.reference}); {dose.pattern}"
        yield f"  second calculation: {dose.again}"
        for step in dose.steps:
            yield f"    {step.what}: {step.value_text}  {step.why}  [{step.source}]"
    if review.margins:
        yield from ("", "Limits")
    for margin in review.margins:
        yield f"  {margin.drug}, {margin.route}, per {margin.per}: {margin.reached}"
        for bound in margin.bounds:
            margin_text = f": {bound.margin}" if bound.margin else ""
            yield f"    {bound.word} {bound.text}{margin_text}"
    for title, texts in (
        ("Totals", review.totals),
        ("Tests and decisions", review.tests_and_decisions),
        ("Before the doses", review.before_doses),
        ("Errata", review.errata),
        ("Unconfirmed", review.unconfirmed),
        ("Findings", tuple(map(str, review.findings))),
    ):
        if texts:
            yield from ("", title)
            yield from (f"  {text}" for text in texts)
    yield from ("", "Checklist ([x] filled in, [ ] needs a person)")
    for item in review.items:
        content = "; ".join(text for text in (item.value, item.needs) if text)
        yield f"  [{' ' if item.needs else 'x'}] {item.what}: {content}"
    yield ""
    if review.in_the_way:
        yield "It cannot be signed while this stands:"
        yield from (f"  {finding}" for finding in review.in_the_way)
    yield provenance(course)


COMMANDS: Commands = {"check-plan": (_check_plan_options, _check_plan)}
