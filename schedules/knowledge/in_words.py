"""A phase in words: what is given, how much, on which days, until when."""

from __future__ import annotations

from collections.abc import Iterator

from dosing.units import show, show_number
from schedules.knowledge.choice import Chosen, Picked
from schedules.knowledge.days import DAYS_TEXT, goes_with
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.phase import Ends, Phase, Procedure, Taper
from schedules.knowledge.regimen import Regimen


def when(phase: Phase) -> str:
    """Say how a phase repeats or how long it is."""

    def said(part: object) -> str:
        return f"as chosen ({part.choice})" if isinstance(part, Chosen) else str(part)

    words = []
    if phase.first_day == 0:
        words.append("counted from day 0")
    if phase.only_if:
        words.append(f"only if {phase.only_if}")
    if phase.begins is not None:
        words.append(f"begins {phase.begins.after} after the {phase.begins.of}")
    if phase.cycle is not None:
        words.append(f"cycles of {said(phase.cycle.every)}, as many as {said(phase.cycle.count)}")
    if phase.length is not None:
        words.append(said(phase.length))
    if phase.open_end:
        words.append("goes on until it is reviewed")
    return f": {'; '.join(words)}" if words else ""


def amount_and_days(medicine: Medicine) -> str:
    """Say how much is given, by which measure, on which days."""
    basis = f" by {medicine.surface} surface" if medicine.surface else ""
    if medicine.weight:
        basis = f" by {medicine.weight} weight"
    band = f", for {medicine.when}" if medicine.when is not None else ""
    part = medicine.percent_of
    of = f" ({show_number(part.percent)} % of the {part.of})" if part is not None else ""
    return f"{show(medicine.dose)}{of}{basis}, {days_in_words(medicine)}{band}"


def taper_in_words(taper: Taper) -> str:
    """Say how a dose is taken down: less 5 mg each 14 days to 20 mg, then ... to nothing."""
    ends = ["nothing" if step.to is None else show(step.to) for step in taper.steps]
    steps = [
        f"less {show(step.by)} each {step.each} to {end}"
        for step, end in zip(taper.steps, ends, strict=True)
    ]
    return f"the dose of the {taper.reduces} phase, {', then '.join(steps)}"


def ends_in_words(ends: Ends) -> str:
    """Say when a taper should have ended."""
    return f"ends {ends.earliest} to {ends.latest} from the first day"


def days_in_words(part: Medicine | Procedure) -> str:
    """Say on which days: day 1; days 1, 8, 15; days 1 to 5; every 2 days, 5 times."""
    days, times = part.days, part.times
    if isinstance(days, Picked):
        return f"{days.pick} of days 1 to {days.of} as chosen ({days.choice})"
    if goes_with(days):
        return f"{days}, {', '.join(part.at)}"
    if isinstance(days, list):
        return f"day{'' if len(days) == 1 else 's'} {', '.join(map(str, days))}"
    said = f"days {days}" if DAYS_TEXT.fullmatch(days) else days
    return f"{said}, {times} times" if times is not None else said


def details(regimen: Regimen, medicine: Medicine) -> Iterator[str]:
    """Say rounding, cap, window, length and source of a give, each with its source."""
    if medicine.round is not None:
        over = "the total of a cycle" if medicine.round.over == "cycle" else "each dose"
        source = regimen.source(medicine.round.source)
        yield f"round {over} {medicine.round.rule} to {show(medicine.round.to)} ({source})"
    if medicine.tablets is not None:
        of = f"of {', '.join(map(show, medicine.tablets.of))}" if medicine.tablets.of else ""
        most = f"at most {medicine.tablets.most} at one time" if medicine.tablets.most else ""
        said = ", ".join(part for part in (of, most) if part)
        yield f"tablets {said} ({regimen.source(medicine.tablets.source)})"
    if medicine.cap is not None:
        yield f"at most {show(medicine.cap.amount)} ({regimen.source(medicine.cap.source)})"
    if medicine.takes is not None:
        yield (
            f"takes {show(medicine.takes.first)} the first time, "
            f"{show(medicine.takes.later)} later "
            f"({regimen.source(medicine.takes.source)})"
        )
    if medicine.rate is not None:
        yield (
            f"runs by {medicine.rate.first} the first time, {medicine.rate.later} later (drug file)"
        )
    if medicine.window is not None:
        moves = [
            f"{word} by {span}"
            for word, span in (("early", medicine.window.early), ("late", medicine.window.late))
            if span
        ]
        yield (f"may be {' or '.join(moves)}, " if moves else "") + (
            f"at least {medicine.window.least_gap} apart ({regimen.source(medicine.window.source)})"
        )
    yield f"source of the dose: {regimen.source(medicine.source)}"
