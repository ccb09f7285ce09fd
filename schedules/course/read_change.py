"""From what was typed to a change of a plan, or everything that is wrong with it at once.

The command line and the Change screen both come through here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from dosing.errors import InputError, Problem, Problems, refuse
from dosing.units import amount, creatinine, height, weight
from schedules.course.course import Course
from schedules.course.gates import gate_named, reached
from schedules.course.places import find
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.span import Span
from schedules.plans.changes import (
    AddCourse,
    Adjust,
    Cease,
    Change,
    Defer,
    Hold,
    Omit,
    Record,
    Result,
    Reweigh,
    Scope,
    Switch,
)
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import read_date
from schedules.plans.plan import Plan

_SCOPES: dict[str, Scope] = {
    "day": "this day",
    "this day": "this day",
    "cycle": "this cycle",
    "this cycle": "this cycle",
    "rest of this cycle": "this cycle",
    "later": "later",
    "all later": "later",
}
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?) ?% of the (standard|previous) dose")
_BY = re.compile(r"(.+?)( earlier)?")

KINDS = {
    "defer": 'put doses off: --from PLACE, --by "7 days" or --to DATE, --scope',
    "omit": "leave doses out: --from PLACE, --scope",
    "cease": "end the course: --from PLACE",
    "re-weigh": "new measurements: --from DATE, --weight, --height, --creatinine, --doses",
    "adjust": 'another dose: --from PLACE, --scope, --give "75 % of the standard dose"',
    "switch": "another choice of the regimen: --from PLACE, --choose NAME=VALUE",
    "record": "a dose as it was given: --from PLACE, --on DATE, --time, --amount",
    "hold": "stay on a step of a titration or taper: --from PLACE, --days",
    "step-back": "go back one step: --from PLACE, --days",
    "add": "another regimen on the same timeline: --regimen, --start, --choose",
    "result": "a result that a gate asks for: --from PLACE, --gate, --value",
}


def read_change(
    kind: str,
    typed: Mapping[str, Any],
    found: Course,
    library: Library,
    *,
    who: str,
    why: str,
    when: dt.datetime,
) -> Change:
    """Make a change out of what was typed.

    Args:
        kind: one of ``KINDS``.
        typed: the texts by field; ``choose`` is a mapping. What is not needed is left out.
        found: the course as it stands now.
        library: where an added regimen is read from.
        who: initials or a role, never a patient.
        why: the reason.
        when: now, from whoever asks the clock.

    Raises:
        InputError: with every problem.
    """
    problems = Problems()
    for field, text, accepted in (
        ("who", who, "write who decides, such as AB"),
        ("why", why, "write the reason, such as neutrophils 0.9"),
    ):
        if not text.strip():
            problems.add(field, "", why="is missing", accepted=accepted)
    said = {"who": who.strip() or "-", "why": why.strip() or "-", "when": when}
    if kind not in KINDS:
        problems.add(
            "change", kind, why="is no kind of change", write=f"one of: {', '.join(KINDS)}"
        )
        problems.raise_if_any()
    fields = _FIELDS[kind](typed, found, library, problems)
    problems.raise_if_any()
    try:
        made: Change = _MODELS[kind](**fields, **said)
        return made
    except ValidationError as error:
        raise InputError(
            *(
                Problem(
                    field=", ".join(map(str, problem["loc"])) or kind,
                    typed="",
                    why=problem["msg"].removeprefix("Value error, "),
                    accepted=KINDS[kind],
                )
                for problem in error.errors(include_url=False)
            )
        ) from None


def with_change(plan: Plan, change: Change, library: Library) -> Course:
    """Give the course with one more change; the plan in it has the change as its last."""
    return work_out(plan.model_copy(update={"changes": [*plan.changes, change]}), library)


def _place(typed: Mapping[str, Any], found: Course, problems: Problems) -> str:
    text = str(typed.get("from", "")).strip()
    dated = problems.reading(find, text, found.every)
    return dated.place if dated is not None else ""


def _needed(typed: Mapping[str, Any], field: str, accepted: str, problems: Problems) -> str:
    text = str(typed.get(field, "")).strip()
    if not text:
        problems.add(field, "", why="is missing", accepted=accepted)
    return text


def _scope(typed: Mapping[str, Any], problems: Problems) -> Scope | None:
    accepted = "write day (this day), cycle (rest of this cycle) or later (all later)"
    text = _needed(typed, "scope", accepted, problems)
    if text and text not in _SCOPES:
        problems.add("scope", text, why="is no scope", accepted=accepted)
    return _SCOPES.get(text)


def _defer(typed: Mapping[str, Any], found: Course, _: Any, problems: Problems) -> dict[str, Any]:
    by, to = str(typed.get("by", "")).strip(), str(typed.get("to", "")).strip()
    if bool(by) == bool(to):
        problems.add("by", by, why="and to: give one of them", write="7 days or 2 days earlier")
    return {
        "at": _place(typed, found, problems),
        "scope": _scope(typed, problems),
        "by_days": problems.reading(_days, by, "by") if by and not to else None,
        "to": problems.reading(read_date, to, "to") if to and not by else None,
    }


def _days(text: str, field: str) -> int:
    match = _BY.fullmatch(text)
    try:
        span = Span.parse(match[1]) if match else Span()
    except ValueError:
        span = Span()
    if not span.days:
        refuse(field, text, why="is no number of days", write="7 days, 2 weeks or 2 days earlier")
    return -span.days if match and match[2] else span.days


def _omit(typed: Mapping[str, Any], found: Course, _: Any, problems: Problems) -> dict[str, Any]:
    return {"at": _place(typed, found, problems), "scope": _scope(typed, problems)}


def _cease(typed: Mapping[str, Any], found: Course, _: Any, problems: Problems) -> dict[str, Any]:
    return {"at": _place(typed, found, problems)}


def _reweigh(typed: Mapping[str, Any], found: Course, _: Any, problems: Problems) -> dict[str, Any]:
    measurements = {}
    for name, reader in (("weight", weight), ("height", height), ("creatinine", creatinine)):
        text = str(typed.get(name, "")).strip()
        if text:
            problems.reading(reader, text, name)
            measurements[name] = text
    if not measurements:
        problems.add(
            "weight",
            "",
            why="is missing, and so is every other",
            write="72 kg, 175 cm or 80 umol/L",
        )
    accepted = "write recalculate (work the doses out again) or keep"
    doses = _needed(typed, "doses", accepted, problems)
    words = {"recalculate": "worked out again", "keep": "kept"}
    if doses and doses not in words:
        problems.add("doses", doses, why="is not known", accepted=accepted)
    day = problems.reading(read_date, str(typed.get("from", "")), "from")
    return {"from_day": day, "doses": words.get(doses), **measurements}


def _adjust(typed: Mapping[str, Any], found: Course, _: Any, problems: Problems) -> dict[str, Any]:
    accepted = 'write "75 % of the standard dose", "80 % of the previous dose" or an amount'
    text = _needed(typed, "give", accepted, problems)
    fields: dict[str, Any] = {
        "at": _place(typed, found, problems),
        "scope": _scope(typed, problems),
    }
    share = _SHARE.fullmatch(text)
    if share:
        return {**fields, "percent": float(share[1]), "of": f"{share[2]} dose"}
    if "%" in text:
        problems.add("give", text, why="does not name what it is a part of", accepted=accepted)
    elif text:
        problems.reading(amount, text, "give")
    return {**fields, "amount": text}


def _switch(typed: Mapping[str, Any], found: Course, _: Any, problems: Problems) -> dict[str, Any]:
    chosen = dict(typed.get("choose", {}))
    if not chosen:
        problems.add("choose", "", why="is missing", write='NAME="VALUE", as the regimen names it')
    return {"at": _place(typed, found, problems), "choices": chosen}


def _record(typed: Mapping[str, Any], found: Course, _: Any, problems: Problems) -> dict[str, Any]:
    given = str(typed.get("amount", "")).strip()
    if given:
        problems.reading(amount, given, "amount")
    return {
        "at": _place(typed, found, problems),
        "item": str(typed.get("item", "")).strip(),
        "n": int(typed.get("n", 1)),
        "amount": given,
        "time": str(typed.get("time", "")).strip(),
        "on": problems.reading(read_date, str(typed.get("on", "")), "on"),
    }


def _hold(typed: Mapping[str, Any], found: Course, _: Any, problems: Problems) -> dict[str, Any]:
    text = _needed(typed, "days", "write how long, such as 7 days", problems)
    days = problems.reading(_days, text, "days") if text else None
    return {"at": _place(typed, found, problems), "days": days, "kind": "hold"}


def _step_back(
    typed: Mapping[str, Any], found: Course, library: Library, problems: Problems
) -> dict[str, Any]:
    return {**_hold(typed, found, library, problems), "kind": "step back"}


def _add(
    typed: Mapping[str, Any], found: Course, library: Library, problems: Problems
) -> dict[str, Any]:
    name = _needed(typed, "regimen", "see: python -m schedules list", problems)
    regimen = problems.reading(library.regimen, name) if name else None
    if regimen is None:
        return {}
    # The same checks as for a plan of its own: choices, measurements, first day.
    made = problems.reading(
        make_plan,
        regimen,
        library.knowledge_for(regimen),
        library.site,
        found.plan.patient,
        first_day=str(typed.get("start", "")),
        made_on=found.plan.made_on,
        choices=dict(typed.get("choose", {})),
        dose_text=str(typed.get("dose", "")),
    )
    if made is None:
        return {}
    return {
        "regimen": made.regimen,
        "drugs": made.drugs,
        "first_day": made.first_day,
        "choices": made.choices,
        "dose": made.dose,
    }


def _result(typed: Mapping[str, Any], found: Course, _: Any, problems: Problems) -> dict[str, Any]:
    place = _place(typed, found, problems)
    name = _needed(typed, "gate", "write the gate, such as neutrophils", problems)
    value = _needed(typed, "value", "write the result, such as 0.9", problems)
    if place and name:
        gate = problems.reading(gate_named, name, find(place, found.rows), found.regimens)
        if gate is not None and value:
            problems.reading(reached, gate, value)
    return {"at": place, "gate": name, "value": value}


_FIELDS = {
    "defer": _defer,
    "omit": _omit,
    "cease": _cease,
    "re-weigh": _reweigh,
    "adjust": _adjust,
    "switch": _switch,
    "record": _record,
    "hold": _hold,
    "step-back": _step_back,
    "add": _add,
    "result": _result,
}
_MODELS: dict[str, type[Any]] = {
    "defer": Defer,
    "omit": Omit,
    "cease": Cease,
    "re-weigh": Reweigh,
    "adjust": Adjust,
    "switch": Switch,
    "record": Record,
    "hold": Hold,
    "step-back": Hold,
    "add": AddCourse,
    "result": Result,
}
