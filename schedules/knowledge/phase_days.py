"""Whether a phase agrees with itself: its days with its length, its doses with their totals.

What does not is named with its place in the file, below the phase.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from dosing.drugs.file_model import Place
from dosing.units import Quantity, in_unit, parts, plain, quantity, same_kind
from schedules.knowledge.choice import Chosen
from schedules.knowledge.days import DAYS_TEXT
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.phase import Monitor, Phase, Procedure, Taper
from schedules.knowledge.span import Span

_ANY_LENGTH = 1
_TWO_WEEKS = 14
_SAME = 1e-9


def day_problems(phase: Phase) -> Iterator[tuple[Place, str]]:
    """Yield what does not hold in the days and totals of a phase."""
    for n, procedure in enumerate(phase.procedures):
        yield from ((("procedures", n, "days"), text) for text in _part_problems(phase, procedure))
    for n, medicine in enumerate(phase.medicines):
        at: Place = ("medicines", n)
        try:
            yield from (((*at, key), text) for key, text in _medicine_problems(phase, medicine))
        except ValueError as error:
            yield (*at, "days"), str(error)
    for n, monitor in enumerate(phase.monitor):
        yield from ((("monitor", n, "days"), text) for text in _part_problems(phase, monitor))


def companion_problems(phase: Phase) -> Iterator[tuple[Place, str]]:
    """Yield what goes with a companion and would stay where that is left out."""
    for n, medicine in enumerate(phase.medicines):
        for event in phase.events(medicine.event)[:1]:
            if event.companion not in ("", medicine.companion):
                text = f"{event.name} may be left out: give both the companion {event.companion}"
                yield ("medicines", n, "days"), text


def taper_problems(taper: Taper, earlier: Sequence[Phase]) -> Iterator[tuple[Place, str]]:
    """Yield what does not hold in a taper.

    It needs an earlier phase whose dose is the same each time, on days that are evenly spaced.
    """
    reduced = next((phase for phase in earlier if phase.name == taper.reduces), None)
    if reduced is None or not reduced.medicines:
        yield ("reduces",), f'no earlier phase with doses is named "{taper.reduces}"'
        return
    if len(reduced.tables()) > 1:
        yield ("reduces",), f"{taper.reduces} gives several drugs: a taper reduces one"
    for medicine in reduced.medicines:
        if medicine.apart is None:
            text = "a taper needs doses each day or every few days"
            yield ("reduces",), f"{medicine.name}: {text}"
        if medicine.round is not None and medicine.round.over != "dose":
            text = "a total that is dealt out has no one dose to reduce"
            yield ("reduces",), f"{medicine.name}: {text}"
        if not same_kind(taper.steps[0].by, parts(medicine.dose.units).amount):
            yield ("steps", 0, "by"), f"cannot be taken off {plain(medicine.dose)}"
    if taper.ends and taper.ends.earliest.shortest_days() > taper.ends.latest.shortest_days():
        yield ("ends", "earliest"), f"{taper.ends.earliest} is after {taper.ends.latest}"


def _shortest_length(phase: Phase) -> int | None:
    """Return the fewest days of a phase, cycle or taper step; None if chosen or open."""
    if phase.taper is not None:
        return sorted(step.each.shortest_days() for step in phase.taper.steps)[0]
    bound = phase.cycle.every if phase.cycle else phase.length
    return bound.shortest_days() if isinstance(bound, Span) else None


def _part_problems(phase: Phase, part: Procedure | Monitor) -> list[str]:
    try:
        numbers = phase.day_numbers(part, _shortest_length(phase) or _ANY_LENGTH)
    except ValueError as error:
        return [str(error)]
    return _after_the_last(phase, numbers)


def _after_the_last(phase: Phase, numbers: list[int]) -> list[str]:
    shortest = _shortest_length(phase)
    if shortest is None or numbers[-1] <= shortest:
        return []
    shift = 1 - phase.first_day  # as the file counts
    return [f"day {numbers[-1] - shift} is after the last day, {shortest - shift}"]


def _medicine_problems(phase: Phase, medicine: Medicine) -> list[tuple[str, str]]:
    """List what does not hold in the days and totals of a medicine, each with its key.

    Raises:
        ValueError: if its days cannot be read.
    """
    problems = _percent_problems(phase, medicine)
    bound = phase.cycle.every if phase.cycle else phase.length
    if isinstance(bound, Chosen) or (isinstance(bound, Span) and bound.months):
        if _as_many_as_chosen(medicine):
            # The first two weeks show how near they come, from one week to the next as well.
            first_weeks = phase.day_numbers(medicine, _TWO_WEEKS)
            return problems + _too_near(phase, medicine, first_weeks)
        numbers = phase.day_numbers(medicine, None)
    else:
        numbers = phase.day_numbers(medicine, bound.days if bound is not None else None)
    problems += [("days", text) for text in _after_the_last(phase, numbers)]
    problems += _too_near(phase, medicine, numbers)
    return problems + _total_problems(phase, medicine, len(numbers))


def _as_many_as_chosen(medicine: Medicine) -> bool:
    """Return whether its days go on for as long as a person chooses, or a month lasts."""
    days = medicine.days
    goes_on = isinstance(days, str) and not DAYS_TEXT.fullmatch(days)
    return goes_on and medicine.times is None and not medicine.event


def _too_near(phase: Phase, medicine: Medicine, numbers: list[int]) -> list[tuple[str, str]]:
    """Check the days of a medicine against its least gap, from one cycle to the next too."""
    if medicine.window is None:
        return []
    days = list(numbers)
    length = _shortest_length(phase)
    if phase.cycle is not None and length is not None:
        days.append(numbers[0] + length)
    least = medicine.window.least_gap.shortest_days()
    nearest = min((later - day for day, later in pairwise(days)), default=least)
    if nearest >= least:
        return []
    days_apart = f"{nearest} day{'' if nearest == 1 else 's'} apart"
    return [("window", f"least_gap {medicine.window.least_gap}, but two doses are {days_apart}")]


def _total_problems(phase: Phase, medicine: Medicine, days: int) -> list[tuple[str, str]]:
    """Check dose x days against the totals that the file must state."""
    times_a_day = 1 if parts(medicine.dose.units).per_day else len(medicine.times_of_day)
    for event in phase.events(medicine.event)[:1]:
        times_a_day *= len(event.times_of_day)
    count = phase.cycle.count if phase.cycle else 1
    doses = days * times_a_day
    totals = [("per_cycle", medicine.per_cycle, doses)]
    if isinstance(count, int):
        totals.append(("per_course", medicine.per_course, doses * count))
    if all(stated is None for _, stated, _ in totals):
        words = " or ".join(name for name, _, _ in totals)
        return [("dose", f"state {words}, so that dose x days is checked")]
    return [
        (name, f"{plain(stated)} is not {plain(medicine.dose)} x {expected} doses")
        for name, stated, expected in totals
        if stated is not None and not _equals(medicine, stated, expected)
    ]


def _percent_problems(phase: Phase, medicine: Medicine) -> list[tuple[str, str]]:
    """Check a dose that is a percentage of another medicine's against that medicine's dose."""
    percent = medicine.percent_of
    if percent is None:
        return []
    for whole in phase.medicines:
        if whole.name == percent.of and whole.when == medicine.when:
            if _equals(whole, medicine.dose, percent.percent / 100):
                return []
            stated = f"{percent.percent:g} % of {plain(whole.dose)}"
            return [("dose", f"{plain(medicine.dose)} is not {stated}")]
    return [("percent_of", f'no medicine called "{percent.of}" for the same patients')]


def _equals(medicine: Medicine, stated: Quantity, doses: float) -> bool:
    unit = parts(medicine.dose.units)
    if parts(stated.units).body != unit.body or not same_kind(
        parts(stated.units).amount, unit.amount
    ):
        return False
    per_dose = medicine.dose.magnitude * float(
        in_unit(quantity(1.0, unit.amount), parts(stated.units).amount, "dose")
    )
    return bool(abs(stated.magnitude - per_dose * doses) <= _SAME * stated.magnitude)
