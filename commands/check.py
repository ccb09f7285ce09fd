"""The command that lays a saved plan out for the pharmacist's check."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from commands.line import DONE, STOPPED, say
from schedules.course.provenance import provenance
from schedules.review.checklist import Checklist, checklist

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schedules.course.course import Course
    from schedules.knowledge.library import Library


def check_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def check_plan(asked: argparse.Namespace, found: Course, library: Library) -> int:
    """Print all that is verified of a plan.

    Returns:
        0 when it could be signed; 3 while a STOP or a WARN that nobody acknowledged stands.
    """
    laid = checklist(found, library)
    if asked.json:
        about = {"plan": found.plan.hash, "checked": str(found.checked)}
        say(json.dumps(about | laid.as_dict(), indent=2, ensure_ascii=False))
    else:
        for line in _lines(found, laid):
            say(line)
    return STOPPED if laid.in_the_way else DONE


def _lines(found: Course, laid: Checklist) -> Iterator[str]:
    yield found.regimen.title
    for dose in laid.doses:
        yield ""
        yield f"{dose.what}: {dose.days}"
        yield f"  {dose.dose} ({dose.deviation} from {dose.reference}); {dose.pattern}"
        yield f"  second calculation: {dose.again}"
        for step in dose.steps:
            yield f"    {step.what}: {step.value_text}  {step.why}  [{step.source}]"
    if laid.margins:
        yield from ("", "Limits")
    for margin in laid.margins:
        yield f"  {margin.drug}, {margin.route}, per {margin.per}: {margin.reached}"
        for bound in margin.bounds:
            said = f": {bound.margin}" if bound.margin else ""
            yield f"    {bound.word} {bound.text}{said}"
    for title, texts in (
        ("Totals", laid.totals),
        ("Tests and decisions", laid.tests_and_decisions),
        ("Before the doses", laid.checks),
        ("Errata", laid.errata),
        ("Unconfirmed", laid.unconfirmed),
        ("Findings", tuple(map(str, laid.findings))),
    ):
        if texts:
            yield from ("", title)
            yield from (f"  {text}" for text in texts)
    yield from ("", "Checklist ([x] filled in, [ ] needs a person)")
    for item in laid.items:
        said = "; ".join(text for text in (item.value, item.needs) if text)
        yield f"  [{' ' if item.needs else 'x'}] {item.what}: {said}"
    yield ""
    if laid.in_the_way:
        yield "It cannot be signed while this stands:"
        yield from (f"  {finding}" for finding in laid.in_the_way)
    yield provenance(found)
