"""Replays the worked examples of a regimen; what comes out must be just what its file expects."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from pydantic import ValidationError

from dosing.drugs.file_model import Place
from dosing.units import plain
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Example, Regimen
from schedules.knowledge.site import Pharmacy
from schedules.knowledge.yaml_file import said_of
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import PlannedAdjustment

REPLAY_MADE_ON = dt.date(2026, 11, 20)
_RANGE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d)(?: every ([2-9]|\d\d) days)?)? (\S+) (.+?)"
    r"(?:, ([2-9]|1[0-9]) times a day)?"
)


def example_problems(regimen: Regimen, library: Library) -> Iterable[tuple[Place, str]]:
    """Replay each worked example; what comes out must be just what the file expects."""
    for position, example in enumerate(regimen.examples):
        where: Place = ("examples", position)
        wanted: list[tuple[int, str]] = []
        try:
            for n, text in enumerate(example.expect):
                where = ("examples", position, "expect", n)
                wanted += [(n, line) for line in expanded(text)]
            where = ("examples", position)
            got, stopped = replay(regimen, example, library)
        except ValidationError as error:
            for loc, said in said_of(error):
                at = (*where, "patient", *loc)
                yield at, f"example {position + 1}: {' '.join(map(str, loc))}: {said}"
            continue
        except (ValueError, OverflowError) as error:
            yield where, f"example {position + 1}: {error}".replace("\n", "; ")
            continue
        if stopped:
            yield where, f"example {position + 1} is stopped: {stopped}"
        elif got != [line for _, line in wanted]:
            said = f"expects {len(wanted)} doses, {len(got)} come out"
            for (n, line), other in zip(wanted, got, strict=False):
                if line != other:
                    where = (*where, "expect", n)
                    said = f"expects {line}, comes out as {other}"
                    break
            yield where, f"example {position + 1} does not reproduce: {said}"


def replays(regimen: Regimen, library: Library) -> list[bool]:
    """Tell for each worked example whether it reproduces now."""
    wrong = {where[1] for where, _ in example_problems(regimen, library)}
    return [position not in wrong for position in range(len(regimen.examples))]


def replay(regimen: Regimen, example: Example, library: Library) -> tuple[list[str], str]:
    """Give the doses of an example, a line each, and what stops it."""
    # A withdrawn regimen stops every plan; what it once said still has to reproduce.
    current = regimen.model_copy(update={"status": "under review"})
    # The example is worked by the regimen's own rounding, whatever bands the site has.
    site = library.site.model_copy(update={"pharmacy": Pharmacy()})
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
    found = work_out(plan, library)
    stopped = "; ".join(f.text for f in found.findings if f.level == "STOP")
    lines = [
        (row.date, row.time, f"{row.date} {row.drug} {plain(row.dose.amount)}")
        for row in found.rows
    ]
    lines += [(o.date, o.time, f"{o.date} {o.what}") for o in found.occasions]
    return [line for _, _, line in sorted(lines, key=lambda entry: entry[:2])], stopped


def expanded(text: str) -> list[str]:
    """Write out "2027-01-14 to 2027-02-13 every 2 days drug 5 mg, 2 times a day", dose by dose."""
    match = _RANGE.fullmatch(text)
    if not match:
        raise ValueError(f'expect "{text}": write 2026-11-30 rituximab 700 mg')
    first = dt.date.fromisoformat(match[1])
    last = dt.date.fromisoformat(match[2]) if match[2] else first
    apart = int(match[3] or 1)
    days = (last - first).days
    if days % apart:
        raise ValueError(f'expect "{text}": the last day is none of every {apart} days')
    return [
        f"{first + dt.timedelta(days=n)} {match[4]} {match[5]}"
        for n in range(0, days + 1, apart)
        for _ in range(int(match[6] or 1))
    ]
