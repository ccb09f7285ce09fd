"""A change in the words of the clinic, in one sentence, without who, when and why."""

from __future__ import annotations

from collections.abc import Iterator

from schedules.knowledge.branch import STOP
from schedules.plans.changes import (
    SCOPES,
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
    Undo,
)
from schedules.plans.patient_entry import KNOWN_LATER, MEASURED_AGAIN


def in_words(change: Change) -> str:
    """Describe a change in one sentence, without who, when and why."""
    match change:
        case Defer() | Omit() | Adjust():
            return f"{change.at}, {SCOPES[change.scope]}: {_decided(change)}"
        case Cease() | Undo():
            return _taken_away(change)
        case Reweigh():
            measured = _measured(change)
            return f"{measured} from {change.from_day:%a %d-%b-%Y} on, doses {change.doses}"
        case Switch():
            chosen = ", ".join(f"{name} {value}" for name, value in change.choices.items())
            return f"{chosen} from {change.at} on"
        case Record():
            return _recorded(change)
        case Hold():
            how = "held on this step" if change.kind == "hold" else "one step back"
            return f"{change.at}: {how} for {_days(change.days)}"
        case AddCourse():
            return f"{change.regimen.id} added from {change.first_day:%a %d-%b-%Y}"
        case ReviewOutcome():
            return "; ".join(_of_a_review(change))
        case Result() | Decline() | NewFacts():
            return _of_results(change)


def _decided(change: Defer | Omit | Adjust) -> str:
    match change:
        case Omit():
            return "omitted"
        case Adjust():
            return f"give {change.amount or f'{change.percent:g} % of the {change.of}'}"
    if change.to is not None:
        return f"moved to {change.to:%a %d-%b-%Y}"
    days = change.by_days or 0
    return f"deferred by {_days(days)}" if days > 0 else f"brought forward by {_days(-days)}"


def _of_a_review(change: ReviewOutcome) -> Iterator[str]:
    yield f"{change.review}, {change.at}: {change.outcome} on {change.on:%a %d-%b-%Y}"
    for name in change.goes_on:
        yield f"phase {name} goes on"
    for name in change.leaves:
        yield f"phase {name} ceased"
    if change.then == STOP:
        yield "the regimen ends"
    elif change.then:
        yield f"{change.then} for {_days(change.days or 0)}"
    for one in change.opens:
        yield f"{one.regimen.id} opened from {one.first_day:%a %d-%b-%Y}"


def _taken_away(change: Cease | Undo) -> str:
    if isinstance(change, Cease):
        return f"ceased from {change.at} on"
    return f"change {change.number} {'undone' if change.kind == 'undo' else 'redone'}"


def _measured(change: Reweigh) -> str:
    texts = ((field.in_words, getattr(change, field.name)) for field in MEASURED_AGAIN)
    return ", ".join(f"{name} {text}" for name, text in texts if text)


def _of_results(change: Result | Decline | NewFacts) -> str:
    match change:
        case Result():
            return f"{change.at}: {change.gate} {change.value}"
        case Decline():
            return f"{change.at}, as planned in spite of {change.result}"
    return f"{_known(change)} from {change.from_day:%a %d-%b-%Y} on"


def _known(change: NewFacts) -> str:
    texts = ((field, change.facts.get(field.name)) for field in KNOWN_LATER)
    return "; ".join(
        f"{field.in_words} {value if isinstance(value, str) else ', '.join(value)}"
        for field, value in texts
        if value
    )


def _recorded(change: Record) -> str:
    amount = f", {change.amount}" if change.amount else ""
    clock = f" at {change.time}" if change.time else ""
    item = f", {change.item}" if change.item else ""
    pack = f", {change.pack}" if change.pack else ""
    return f"{change.at}{item}: given on {change.on:%a %d-%b-%Y}{clock}{amount}{pack}"


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
