"""From what was typed to a change of a plan, or everything that is wrong with it at once.

The command line and the Plan screen both come through here.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dosing.errors import Problem, Problems, refuse
from dosing.numbers import read_count, read_decimal
from dosing.trace import stops
from dosing.units import amount
from schedules.course.course import Course
from schedules.course.facts import read_results
from schedules.course.gates import gate_named
from schedules.course.places import find
from schedules.course.read_outcome import read_outcome
from schedules.course.typed_change import TypedChange, text_typed
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.span import Span
from schedules.plans.change_kinds import KINDS
from schedules.plans.changes import (
    AddCourse,
    Adjust,
    Cease,
    Change,
    Decline,
    Defer,
    Hold,
    NewFacts,
    Omit,
    Record,
    Result,
    ReviewOutcome,
    Reweigh,
    Switch,
)
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import KNOWN_LATER, MEASURED_AGAIN
from schedules.plans.patient_reading import read_date, read_measured
from schedules.plans.plan import Plan
from schedules.plans.wrong_values import make_of

_DOSES = {"recalculate": "worked out again", "keep": "kept"}
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?) ?% of the (standard|previous) dose")
_MONTH = re.compile("[0-9]{4}-[0-9]{2}")
_BY = re.compile(r"(.+?)( earlier)?")


def read_change(
    kind: str,
    typed: Mapping[str, Any],
    course: Course,
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
        course: the course before the change.
        library: where an added regimen is read from.
        who: initials or a role, never a patient.
        why: the reason.
        when: now, from whoever asks the clock.

    Raises:
        InputError: with every problem.
    """
    problems = Problems()
    who, why = text_typed(who), text_typed(why)
    for field, text, accepted in (
        ("who", who, "write who decides, such as AB"),
        ("why", why, "write the reason, such as neutrophils 0.9"),
    ):
        if not text:
            problems.add(field, "", why="is missing", accepted=accepted)
    if not isinstance(kind, str) or kind not in KINDS:
        problems.add(
            "change", str(kind), why="is not a kind of change", write=f"one of: {', '.join(KINDS)}"
        )
        problems.raise_if_any()
    problems.extend(_not_asked_for(kind, typed))
    reader = _READERS[kind]
    fields = reader.read(TypedChange(typed, course, library, problems))
    problems.raise_if_any()
    decided = {**fields, "who": who, "why": why, "when": when}
    change: Change = make_of(reader.model, decided, kind, KINDS[kind])
    return change


def fields_of(kind: str) -> tuple[str, ...]:
    """Return the names of the fields that a kind of change takes."""
    return _READERS[kind].fields


def change_fields() -> set[str]:
    """Return the names of the fields of every kind of change."""
    return {field for reader in _READERS.values() for field in reader.fields}


def _not_asked_for(kind: str, typed: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what was typed for nothing; ``n`` is 1 where nobody typed it."""
    fields = fields_of(kind)
    for field, value in typed.items():
        text = "" if value == [] else text_typed(value)
        if text and field not in fields and not (field == "n" and text == "1"):
            why, accepted = f"is not asked for by {kind}", f"write one of: {', '.join(fields)}"
            yield Problem(field=field, typed=text, why=why, accepted=accepted)


def with_change(plan: Plan, change: Change, library: Library) -> Course:
    """Return the course with one more change; the plan in it has the change as its last."""
    return work_out(plan.model_copy(update={"changes": [*plan.changes, change]}), library)


def may_be_kept(change: Change, before: Course, after: Course) -> bool:
    """Return whether a change may be kept: no decision may bring a STOP, but what is true is kept.

    New facts stay true where they stop the course; its doses are then stopped from that day on.
    What was given was given, also where its total stops what is to come.
    """
    stood = {finding.code for finding in stops(before.findings)}
    new = [finding for finding in stops(after.findings) if finding.code not in stood]
    return not new or isinstance(change, NewFacts | Record)


def _defer(typed: TypedChange) -> dict[str, Any]:
    by, to = typed.text("by"), typed.text("to")
    if by and to:
        typed.problems.add("by", by, why="cannot be combined with to", accepted="state one of them")
    if not by and not to:
        example = "7 days or 2 days earlier, or state to"
        typed.problems.add("by", "", why="is missing, and so is to", write=example)
    return {
        "at": typed.place(),
        "scope": typed.scope(),
        "by_days": typed.problems.reading(_days, by, "by") if by and not to else None,
        "to": typed.date("to") if to and not by else None,
    }


def _days(text: str, field: str) -> int:
    match = _BY.fullmatch(text)
    try:
        span = Span.parse(match[1]) if match else Span()
    except ValueError:
        span = Span()
    if not span.days:
        refuse(
            field, text, why="is not a number of days", write="7 days, 2 weeks or 2 days earlier"
        )
    return -span.days if match and match[2] else span.days


def _omit(typed: TypedChange) -> dict[str, Any]:
    return {"at": typed.place(), "scope": typed.scope()}


def _cease(typed: TypedChange) -> dict[str, Any]:
    return {"at": typed.place()}


def _reweigh(typed: TypedChange) -> dict[str, Any]:
    measured: dict[str, str] = {}
    for field in MEASURED_AGAIN:
        if text := typed.text(field.name):
            measured[field.name] = text
            typed.problems.reading(read_measured, field, text, field.in_words)
    if not measured:
        *others, last = (field.again for field in MEASURED_AGAIN)
        example = f"{', '.join(others)} or {last}"
        why = "is missing, and so is every other"
        typed.problems.add(MEASURED_AGAIN[0].name, "", why=why, write=example)
    accepted = "write recalculate (compute the doses again) or keep"
    doses = typed.needed("doses", accepted)
    if doses and doses not in _DOSES:
        typed.problems.add("doses", doses, why="is not known", accepted=accepted)
    return {"from_day": typed.date("from"), "doses": _DOSES.get(doses), **measured}


def _adjust(typed: TypedChange) -> dict[str, Any]:
    accepted = 'write "75 % of the standard dose", "80 % of the previous dose" or an amount'
    text = typed.needed("give", accepted)
    fields: dict[str, Any] = {"at": typed.place(), "scope": typed.scope()}
    share = _SHARE.fullmatch(text)
    if share:
        return {**fields, "percent": float(share[1]), "of": f"{share[2]} dose"}
    if "%" in text:
        why = "does not say of which dose"
        typed.problems.add("give", text, why=why, accepted=accepted)
    elif text:
        typed.problems.reading(amount, text, "give")
    return {**fields, "amount": text}


def _switch(typed: TypedChange) -> dict[str, Any]:
    choices = typed.choices()
    if not choices:
        example = 'NAME="VALUE", as the regimen names it'
        typed.problems.add("choose", "", why="is missing", write=example)
    return {"at": typed.place(), "choices": choices}


def _record(typed: TypedChange) -> dict[str, Any]:
    given = typed.text("amount")
    if given:
        typed.problems.reading(amount, given, "amount")
    return {
        "at": typed.place(),
        "item": typed.text("item"),
        "n": typed.problems.reading(read_count, typed.text("n") or "1", "n"),
        "amount": given,
        "time": typed.text("time"),
        "on": typed.date("on"),
        "batch": typed.text("batch"),
        "expires": _expires(typed),
    }


def _expires(typed: TypedChange) -> dt.date | None:
    """Read the end of a pack's use: a day, or the month that is printed on it, to its last day."""
    text = typed.text("expires")
    month = _MONTH.fullmatch(text)
    if month is None:
        return typed.date("expires") if text else None
    first = typed.problems.reading(read_date, f"{text}-01", "expires")
    if first is None:
        return None
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _hold(typed: TypedChange) -> dict[str, Any]:
    text = typed.needed("days", "write how long, such as 7 days")
    days = typed.problems.reading(_days, text, "days") if text else None
    return {"at": typed.place(), "days": days, "kind": "hold"}


def _step_back(typed: TypedChange) -> dict[str, Any]:
    return {**_hold(typed), "kind": "step back"}


def _facts(typed: TypedChange) -> dict[str, Any]:
    facts: dict[str, str | list[str]] = {}
    for field in KNOWN_LATER:
        if field.kind == "several":
            if words := typed.several(field.name):
                facts[field.name] = words
        elif text := typed.text(field.name):
            facts[field.name] = text
            if text not in field.words:
                why = "is not known here"
                typed.problems.add(field.in_words, text, why=why, write=field.spelling)
    if not facts:
        options = ", ".join(field.option for field in KNOWN_LATER)
        typed.problems.add("facts", "", why="are missing", accepted=f"state one of {options}")
    from_day = typed.date("from")
    to_come = {row.course_number for row in typed.course.rows if from_day and row.date >= from_day}
    for number, regimen in enumerate(typed.course.regimens, 1):
        by_genotype = any(band.genotype is not None for band in regimen.bands())
        if "genotype" in facts and by_genotype and number in to_come:
            why = f"decides the doses of {regimen.id}"
            accepted = "cease that regimen, and add it anew"
            typed.problems.add("genotype", typed.text("genotype"), why=why, accepted=accepted)
    return {"from_day": from_day, "facts": facts}


def _add(typed: TypedChange) -> dict[str, Any]:
    name = typed.needed("regimen", "see: posology list")
    regimen = typed.problems.reading(typed.library.regimen, name) if name else None
    if regimen is None:
        return {}
    # The same checks as for a plan of its own: choices, measurements, first day.
    plan = typed.problems.reading(
        make_plan,
        regimen,
        typed.library.knowledge_for(regimen),
        typed.library.site,
        typed.course.plan.patient_now,
        first_day=typed.texts.get("start"),
        made_on=typed.course.plan.made_on,
        choices=typed.choices(),
        dose_text=typed.text("dose"),
    )
    if plan is None:
        return {}
    return {
        name: getattr(plan, name) for name in ("regimen", "drugs", "first_day", "choices", "dose")
    }


def _result(typed: TypedChange) -> dict[str, Any]:
    place = typed.place()
    name = typed.needed("gate", "write the gate, such as neutrophils")
    value = typed.needed("value", "write the result, such as 0.9")
    if place and name:
        dose, regimens = find(place, typed.course.rows), typed.course.regimens
        gate = typed.problems.reading(gate_named, name, dose, regimens)
        if gate is not None and gate.is_:
            why, write = "has words as its results", '--result "EMG worse 2027-02-19"'
            typed.problems.add("gate", name, why=why, write=write)
        elif gate is not None and value:
            typed.problems.reading(read_decimal, value, gate.name)
    return {"at": place, "gate": name, "value": value}


def _results(typed: TypedChange) -> dict[str, Any]:
    """Read dated results: they are known from the day of the last of them."""
    texts = typed.several("results")
    if not texts:
        example = '"neutrophils 0.9 10^9/L 2026-11-28"'
        typed.problems.add("result", "", why="is missing", write=example)
    found = typed.problems.reading(read_results, texts, typed.library.terms) or []
    days = [result.date for result in found]
    return {"from_day": max(days, default=typed.course.plan.first_day), "facts": {"results": texts}}


def _decline(typed: TypedChange) -> dict[str, Any]:
    place = typed.place()
    waiting = [one for one in typed.course.proposals if one.dose.place == place]
    name = typed.text("gate") or (waiting[0].state.test if len(waiting) == 1 else "")
    for one in waiting:
        if name in (one.state.test, one.state.name):
            return {"at": place, "gate": one.state.test, "result": one.why}
    names = ", ".join(one.state.name for one in waiting)
    accepted = f"write one of: {names}" if names else "nothing is proposed here"
    why = "is not a result that waits for a decision" if name else "is missing"
    typed.problems.add("gate", name, why=why, accepted=accepted)
    return {}


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    """How one kind of change is read: its model, and the fields that it takes."""

    model: type[Any]
    read: Callable[[TypedChange], dict[str, Any]]
    fields: tuple[str, ...]


_SPAN = ("from", "days")
_GIVEN = ("from", "on", "time", "amount", "item", "n", "batch", "expires")
_READERS = {
    "defer": _Reader(Defer, _defer, ("from", "by", "to", "scope")),
    "omit": _Reader(Omit, _omit, ("from", "scope")),
    "cease": _Reader(Cease, _cease, ("from",)),
    "re-weigh": _Reader(
        Reweigh, _reweigh, ("from", *(field.name for field in MEASURED_AGAIN), "doses")
    ),
    "adjust": _Reader(Adjust, _adjust, ("from", "scope", "give")),
    "switch": _Reader(Switch, _switch, ("from", "choose")),
    "record": _Reader(Record, _record, _GIVEN),
    "hold": _Reader(Hold, _hold, _SPAN),
    "step-back": _Reader(Hold, _step_back, _SPAN),
    "outcome": _Reader(ReviewOutcome, read_outcome, ("from", "review", "outcome", "on", "choose")),
    "add": _Reader(AddCourse, _add, ("regimen", "start", "choose", "dose")),
    "facts": _Reader(NewFacts, _facts, ("from", *(field.name for field in KNOWN_LATER))),
    "results": _Reader(NewFacts, _results, ("results",)),
    "decline": _Reader(Decline, _decline, ("from", "gate")),
    "result": _Reader(Result, _result, ("from", "gate", "value")),
}
