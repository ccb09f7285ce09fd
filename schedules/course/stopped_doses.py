"""What becomes known later and stops a drug: from that day on its regimen is not given."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping

from dosing.trace import Finding
from schedules.course.agenda import Agenda
from schedules.course.rows import Occasion


def stop_doses(
    agenda: Agenda, findings: tuple[Finding, ...], number: int, known_on: Mapping[str, dt.date]
) -> tuple[Agenda, tuple[Finding, ...]]:
    """Stop the doses of a regimen from the days on which what stops them became known.

    Args:
        agenda: where everything stands.
        findings: those of the regimen.
        number: that of the regimen.
        known_on: since when each STOP holds, by its code.

    Returns:
        The agenda with the doses stopped. Where none is left to be given, the STOP has done its
        work: it is a WARN that says so, and the files that cancel the doses can be made.
    """
    said, stopped = [], []
    for finding in findings:
        day = known_on.get(finding.code)
        ids = list(_to_be_given(agenda, number, day)) if day else []
        stopped += ids
        if day and not ids:
            text = f"{finding.text} Known since {day:%a %d-%b-%Y}; no dose is left from then on."
            said.append(dataclasses.replace(finding, level="WARN", text=text))
        else:
            said.append(finding)
    return (agenda.marked(stopped, "stopped") if stopped else agenda), tuple(said)


def _to_be_given(agenda: Agenda, number: int, day: dt.date) -> Iterator[str]:
    """Yield the planned doses and procedures of a regimen from a day on; reviews still help."""
    for one in agenda.planned_from(day):
        given = not isinstance(one, Occasion) or one.kind == "procedure"
        if given and one.course_number == number:
            yield one.id
