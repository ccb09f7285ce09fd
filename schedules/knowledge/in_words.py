"""A phase in words: what is given, how much, on which days, until when."""

from __future__ import annotations

from collections.abc import Iterator

from dosing.units import show, show_number
from schedules.knowledge.choice import Chosen, Picked
from schedules.knowledge.days import DAYS_TEXT, goes_with
from schedules.knowledge.medicine import Medicine, Tablets, Window
from schedules.knowledge.phase import Cycle, Ends, Phase, Procedure, Taper
from schedules.knowledge.regimen import Regimen


def phase_in_words(phase: Phase) -> str:
    """Return how a phase begins, repeats and ends: ": 6 cycles of 28 days"; often nothing."""
    words = []
    if phase.first_day == 0:
        words.append("counted from day 0")
    if phase.only_if:
        words.append(f"only if {phase.only_if}")
    if phase.begins is not None:
        words.append(f"begins {phase.begins.after} after the {phase.begins.of}")
    if phase.cycle is not None:
        words.append(_cycle_in_words(phase.cycle))
    if phase.length is not None:
        words.append(_or_as_chosen(phase.length))
    if phase.open_end:
        words.append("goes on until it is reviewed")
    return f": {'; '.join(words)}" if words else ""


def _cycle_in_words(cycle: Cycle) -> str:
    a_length = "a length " if isinstance(cycle.every, Chosen) else ""
    every = f"{a_length}{_or_as_chosen(cycle.every)}"
    if isinstance(cycle.count, Chosen):
        return f"cycles of {every}, their number {_or_as_chosen(cycle.count)}"
    return f"{cycle.count} cycle{'' if cycle.count == 1 else 's'} of {every}"


def _or_as_chosen(part: object) -> str:
    return f"as chosen ({part.choice})" if isinstance(part, Chosen) else str(part)


def amount_and_days(medicine: Medicine) -> str:
    """Return how much is given, by which measure, on which days, to whom."""
    basis = f" by {medicine.surface} surface" if medicine.surface else ""
    if medicine.weight:
        basis = f" by {medicine.weight} weight"
    band = f", for {medicine.when}" if medicine.when is not None else ""
    share = medicine.percent_of
    of = f" ({show_number(share.percent)} % of the {share.of})" if share is not None else ""
    return f"{show(medicine.dose)}{of}{basis}, {days_in_words(medicine)}{band}"


def taper_in_words(taper: Taper) -> str:
    """Return how a dose is reduced: by 5 mg every 14 days to 20 mg, then ... to nothing."""
    ends = ["nothing" if step.to is None else show(step.to) for step in taper.steps]
    steps = [
        f"by {show(step.by)} every {step.each} to {end}"
        for step, end in zip(taper.steps, ends, strict=True)
    ]
    return f"the dose of the {taper.reduces} phase, reduced {', then '.join(steps)}"


def ends_in_words(ends: Ends) -> str:
    """Return when a taper should have ended."""
    return f"ends {ends.earliest} to {ends.latest} after the first day"


def days_in_words(part: Medicine | Procedure) -> str:
    """Return the days: day 1; days 1, 8, 15; days 1 to 5; every 2 days, 5 times."""
    days, times = part.days, part.times
    if isinstance(days, Picked):
        return f"{days.pick} of days 1 to {days.of} as chosen ({days.choice})"
    if goes_with(days):
        return f"{days}, {', '.join(part.at)}"
    if isinstance(days, list):
        return f"day{'' if len(days) == 1 else 's'} {', '.join(map(str, days))}"
    words = f"days {days}" if DAYS_TEXT.fullmatch(days) else days
    return f"{words}, {times} times" if times is not None else words


def details(regimen: Regimen, medicine: Medicine) -> Iterator[str]:
    """Yield rounding, tablets, cap, length, rate, window and source of a medicine, a line each."""
    if medicine.round is not None:
        over = "the total of a cycle" if medicine.round.over == "cycle" else "each dose"
        words = f"round {over} {medicine.round.rule} to {show(medicine.round.to)}"
        yield f"{words} ({regimen.source(medicine.round.source)})"
    if medicine.tablets is not None:
        words = _tablets_in_words(medicine.tablets)
        yield f"tablets {words} ({regimen.source(medicine.tablets.source)})"
    if medicine.cap is not None:
        yield f"at most {show(medicine.cap.amount)} ({regimen.source(medicine.cap.source)})"
    if medicine.booked is not None:
        first, later = show(medicine.booked.first), show(medicine.booked.later)
        words = f"takes {first} the first time, {later} later"
        yield f"{words} ({regimen.source(medicine.booked.source)})"
    if medicine.rate is not None:
        first, later = medicine.rate.first, medicine.rate.later
        yield f"runs by {first} the first time, {later} later (drug file)"
    if medicine.window is not None:
        words = _window_in_words(medicine.window)
        yield f"{words} ({regimen.source(medicine.window.source)})"
    yield f"source of the dose: {regimen.source(medicine.source)}"


def _tablets_in_words(tablets: Tablets) -> str:
    of = f"of {', '.join(map(show, tablets.of))}" if tablets.of else ""
    most = f"at most {tablets.most} at one time" if tablets.most else ""
    return ", ".join(filter(None, (of, most)))


def _window_in_words(window: Window) -> str:
    stated = ((window.early, "early"), (window.late, "late"))
    moves = " or ".join(f"{span} {word}" for span, word in stated if span)
    least_gap = f"at least {window.least_gap} apart"
    return f"may be given up to {moves}, {least_gap}" if moves else least_gap
