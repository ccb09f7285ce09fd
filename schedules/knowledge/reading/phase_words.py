"""What a phase of a regimen means, in sentences: how long, what is given, what comes with it."""

from __future__ import annotations

from collections.abc import Iterator

from schedules.knowledge.branch import STOP, Branch, Opens
from schedules.knowledge.choice import Chosen
from schedules.knowledge.phase import (
    Begins,
    Cycle,
    Ends,
    Fall,
    Gate,
    Monitor,
    OpenDays,
    Phase,
    Procedure,
    Taper,
)
from schedules.knowledge.reading.medicine_words import (
    at_text,
    companion_text,
    days_text,
    tell_as_required,
    tell_booked,
    tell_medicine,
)
from schedules.knowledge.reading.telling import (
    amount,
    by_source,
    fact,
    heading,
    if_stated,
    listed,
    quoted,
    spoken,
    spoken_key,
    tells_every_field,
    times_text,
    under,
    worded,
)


@tells_every_field
def tell_phase(phase: Phase) -> Iterator[str]:
    """Yield everything that a phase means."""
    yield heading(f"Phase: {phase.name}")
    yield from fact("This phase is given only if {}.", phase.only_if, quoted)
    yield from if_stated(phase.begins, _begins)
    yield from fact("It lasts {}.", phase.length, _or_as_chosen)
    yield from if_stated(phase.cycle, _cycle)
    if phase.open_end:
        yield "It goes on after its last date, until it is reviewed."
    if phase.first_day != 1:
        yield f"Its first day is called day {phase.first_day}."
    yield from if_stated(phase.taper, _taper)
    for medicine in phase.medicines:
        yield from tell_medicine(medicine)
    for procedure in phase.procedures:
        yield from _procedure(procedure)
    yield from under("As required, never dated", phase.as_required, tell_as_required, 3)
    yield from under("Results that decide", phase.gates, _gate, 3)
    yield from under("Tests", phase.monitor, _monitor, 3)


@tells_every_field
def _begins(begins: Begins) -> Iterator[str]:
    yield f"It begins {begins.after} after the {begins.of}."


@tells_every_field
def _cycle(cycle: Cycle) -> Iterator[str]:
    every = "" if isinstance(cycle.every, Chosen) else "every "
    yield f"It repeats {every}{_or_as_chosen(cycle.every)}."
    if isinstance(cycle.count, int):
        yield f"There are {times_text(cycle.count, 'cycle')}."
    else:
        yield f"The number of cycles is {_or_as_chosen(cycle.count)}."
    yield f"Once a cycle is moved, later ones are counted from the {cycle.counted_from}."


def _or_as_chosen(part: object) -> str:
    return "".join(_chosen(part)) if isinstance(part, Chosen) else str(part)


@tells_every_field
def _chosen(part: Chosen) -> Iterator[str]:
    yield f"as chosen under {spoken_key(part.choice)}"


@tells_every_field
def _taper(taper: Taper) -> Iterator[str]:
    yield heading("Taper", 3)
    reduced = worded(taper.reduces)
    yield f"The dose of the phase {reduced} is reduced {by_source(taper.source)}."
    for number, step in enumerate(taper.steps, 1):
        yield f"Step {number} goes down {''.join(_fall(step))}."
    yield from if_stated(taper.ends, _ends)


@tells_every_field
def _fall(step: Fall) -> Iterator[str]:
    to = "nothing" if step.to is None else amount(step.to)
    yield f"by {amount(step.by)} every {step.each} to {to}"


@tells_every_field
def _ends(ends: Ends) -> Iterator[str]:
    span = f"{ends.earliest} to {ends.latest}"
    yield f"It should have ended {span} after the first day {by_source(ends.source)}."


@tells_every_field
def _procedure(procedure: Procedure) -> Iterator[str]:
    yield heading(f"{procedure.kind.capitalize()}: {procedure.what}", 3)
    source = by_source(procedure.source)
    yield f"It is a {procedure.kind}: {quoted(procedure.what)} {source}."
    yield from companion_text(procedure.companion)
    if procedure.in_any_case:
        yield "It takes place in any case, whatever its phase waits for."
    yield f"It takes place {days_text(procedure.days, procedure.times)}."
    yield at_text(procedure.at)
    yield from if_stated(procedure.booked, tell_booked)
    yield from if_stated(procedure.window, _open_days)
    for branch in procedure.outcomes:
        yield from _branch(branch)


@tells_every_field
def _branch(branch: Branch) -> Iterator[str]:
    begins = f"Outcome {worded(branch.outcome)} {by_source(branch.source)}"
    if not branch.opens and branch.then is None:
        yield f"{begins}: it goes on as planned."
    if branch.then is not None:
        then = "this regimen ends" if branch.then == STOP else f"then {worded(branch.then)}"
        yield f"{begins}: {then}."
    for one in branch.opens:
        yield f"{begins}: it opens {''.join(_opens(one))}."


@tells_every_field
def _opens(opens: Opens) -> Iterator[str]:
    phase, regimen, after, of = opens.phase, opens.regimen, opens.after, opens.of
    when = f"{after} after the {of}" if after is not None else "on the day of the review"
    what = f"the phase {worded(phase)}" if phase else f"the regimen {worded(regimen)} {when}"
    yield f"{what} {by_source(opens.source)}"


@tells_every_field
def _open_days(window: OpenDays) -> Iterator[str]:
    spans = ((window.early, "earlier"), (window.late, "later"))
    stated = [f"up to {span} {word}" for span, word in spans if span is not None]
    yield f"On a closed day it comes {' or '.join(stated)} {by_source(window.source)}."


@tells_every_field
def _gate(gate: Gate) -> Iterator[str]:
    ago = f"{times_text(gate.days_before, 'day')} before" if gate.days_before else "on the day of"
    asked = f"at the review {quoted(gate.review)} before" if gate.review else ago
    unit = f" {worded(gate.unit)}" if gate.unit else ""
    wanted = [
        f"at {word} {worded(bound)}{unit}"
        for word, bound in (("least", gate.at_least), ("most", gate.at_most))
        if bound
    ]
    if gate.is_:
        wanted.append(listed(gate.is_, "or"))
    yield (
        f"{asked[0].upper()}{asked[1:]} a cycle the result {spoken(gate.name)}, "
        f"{quoted(gate.what)}, must be {' and '.join(wanted)}; otherwise "
        f"{listed(gate.otherwise, 'or')} {by_source(gate.source)}."
    )
    yield from fact("At the dose it may be at most {} old.", gate.valid)


@tells_every_field
def _monitor(monitor: Monitor) -> Iterator[str]:
    before = ", before the dose" if monitor.before_dose else ""
    days = days_text(monitor.days, None)
    yield f"Test {quoted(monitor.what)} {days}{before} {by_source(monitor.source)}."
    yield from if_stated(monitor.window, _open_days)
