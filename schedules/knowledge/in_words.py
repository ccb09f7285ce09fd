"""A phase in words: what is given, how much, on which days, until when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dosing.units import show, show_number
from schedules.knowledge.choice import Chosen, Picked
from schedules.knowledge.days import DAYS_TEXT, goes_with
from schedules.knowledge.medicine import Give
from schedules.knowledge.phase import Act, Ends, Phase, Taper
from schedules.knowledge.regimen import Regimen

if TYPE_CHECKING:
    pass


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


def amount_and_days(give: Give) -> str:
    """Say how much is given, by which measure, on which days."""
    basis = f" by {give.surface} surface" if give.surface else ""
    if give.weight:
        basis = f" by {give.weight} weight"
    band = f", for {give.when}" if give.when is not None else ""
    part = give.percent_of
    of = f" ({show_number(part.percent)} % of the {part.of})" if part is not None else ""
    return f"{show(give.dose)}{of}{basis}, {days_in_words(give)}{band}"


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


def days_in_words(part: Give | Act) -> str:
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


def details(regimen: Regimen, give: Give) -> Iterator[str]:
    """Say rounding, cap, window, length and source of a give, each with its source."""
    if give.round is not None:
        over = "the total of a cycle" if give.round.over == "cycle" else "each dose"
        source = regimen.source(give.round.source)
        yield f"round {over} {give.round.rule} to {show(give.round.to)} ({source})"
    if give.tablets is not None:
        of = f"of {', '.join(map(show, give.tablets.of))}" if give.tablets.of else ""
        most = f"at most {give.tablets.most} at one time" if give.tablets.most else ""
        said = ", ".join(part for part in (of, most) if part)
        yield f"tablets {said} ({regimen.source(give.tablets.source)})"
    if give.cap is not None:
        yield f"at most {show(give.cap.amount)} ({regimen.source(give.cap.source)})"
    if give.takes is not None:
        yield (f"takes {show(give.takes.first)} the first time, {show(give.takes.later)} later "
               f"({regimen.source(give.takes.source)})")  # fmt: skip
    if give.rate is not None:
        yield f"runs by {give.rate.first} the first time, {give.rate.later} later (drug file)"
    if give.window is not None:
        moves = [
            f"{word} by {span}"
            for word, span in (("early", give.window.early), ("late", give.window.late))
            if span
        ]
        yield (f"may be {' or '.join(moves)}, " if moves else "") + (
            f"at least {give.window.least_gap} apart ({regimen.source(give.window.source)})"
        )
    yield f"source of the dose: {regimen.source(give.source)}"
