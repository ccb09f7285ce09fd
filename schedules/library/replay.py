"""Replays the worked examples of a regimen; what comes out must be exactly what it expects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pydantic import ValidationError

from dosing.drugs.file_model import Place
from dosing.units import plain
from schedules.course.work_out import work_out
from schedules.knowledge.expected import expanded
from schedules.knowledge.library import Library
from schedules.knowledge.model_file import model_problems
from schedules.knowledge.regimen import Example, Regimen
from schedules.knowledge.site import ClosedDays, Pharmacy
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import PlannedAdjustment

_Problem = tuple[Place, str]
REPLAY_MADE_ON = dt.date(2026, 11, 20)


def example_problems(regimen: Regimen, library: Library) -> Iterator[tuple[Place, str]]:
    """Replay each worked example; what comes out must be exactly what its file expects.

    Yields:
        Each problem with its place in the regimen's file.
    """
    for position, example in enumerate(regimen.examples):
        for where, text in _problems_of(example, regimen, library):
            yield ("examples", position, *where), f"example {position + 1}{text}"


def _problems_of(example: Example, regimen: Regimen, library: Library) -> Iterator[_Problem]:
    where: Place = ()
    expected: list[tuple[int, str]] = []
    try:
        for n, text in enumerate(example.expect):
            where = ("expect", n)
            expected += [(n, line) for line in expanded(text)]
        where = ()
        lines, stopped = replay(regimen, example, library)
    except ValidationError as error:
        for loc, text in model_problems(error):
            yield ("patient", *loc), f": {' '.join(map(str, loc))}: {text}"
        return
    except (ValueError, OverflowError) as error:
        yield where, f": {error}".replace("\n", "; ")
        return
    if stopped:
        yield (), f" is stopped: {stopped}"
    elif lines != [line for _, line in expected]:
        yield _difference(expected, lines)


def _difference(expected: list[tuple[int, str]], lines: list[str]) -> _Problem:
    """Return the first dose that comes out otherwise, or how many come out."""
    for (n, line), other in zip(expected, lines, strict=False):
        if line != other:
            text = f"expects {line}, comes out as {other}"
            return ("expect", n), f" does not reproduce: {text}"
    text = f"expects {len(expected)} doses, {len(lines)} come out"
    return (), f" does not reproduce: {text}"


def replays(regimen: Regimen, library: Library) -> list[bool]:
    """Return for each worked example whether it reproduces now."""
    wrong = {where[1] for where, _ in example_problems(regimen, library)}
    return [position not in wrong for position in range(len(regimen.examples))]


def replay(regimen: Regimen, example: Example, library: Library) -> tuple[list[str], str]:
    """Return the doses of an example, a line each, and what stops it.

    Raises:
        InputError: if the example cannot be planned.
        ValidationError: if its patient has fields that are not known.
    """
    # A withdrawn regimen stops every plan; its examples still have to reproduce.
    current = regimen.model_copy(update={"status": "under review"})
    # The example is worked by the regimen's own rounding and days, whatever bands and closed days
    # the site has.
    always_open = ClosedDays(rule="stay")
    site = library.site.model_copy(update={"pharmacy": Pharmacy(), "closed": always_open})
    library = library.with_only(current, site)
    plan = make_plan(
        current,
        library.knowledge_for(current),
        site,
        PatientEntry.model_validate({"label": "example", **example.patient}),
        first_day=example.start.isoformat(),
        made_on=REPLAY_MADE_ON,
        choices=example.choose,
        adjustments=[
            PlannedAdjustment(drug=name, part=part, reason="worked example")
            for name, part in example.adjust.items()
        ],
    )
    replayed = work_out(plan, library)
    stopped = "; ".join(f.text for f in replayed.findings if f.level == "STOP")
    lines = [
        (row.date, row.time, f"{row.date} {row.drug} {plain(row.dose.amount)}")
        for row in replayed.rows
    ]
    lines += [(o.date, o.time, f"{o.date} {o.what}") for o in replayed.occasions]
    return [line for _, _, line in sorted(lines, key=lambda entry: entry[:2])], stopped
