"""What a medicine of a regimen means, in sentences: how much, when, how far it may move."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dosing.units import show_number
from schedules.knowledge.choice import Picked
from schedules.knowledge.days import goes_with, is_numbered
from schedules.knowledge.medicine import (
    AsRequired,
    Booked,
    Cap,
    Into,
    Medicine,
    PercentOfMedicine,
    Rate,
    Rounded,
    Settled,
    Tablets,
    Window,
)
from schedules.knowledge.reading.patient_words import whom
from schedules.knowledge.reading.telling import (
    amount,
    author,
    by_route,
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
    worded,
)


@tells_every_field
def tell_medicine(medicine: Medicine) -> Iterator[str]:
    """Yield everything that a medicine of a phase means."""
    band = f", {whom(medicine.when)}" if medicine.when is not None else ""
    yield heading(f"{medicine.item or spoken(medicine.drug)}{band}", 3)
    what, by = f"{spoken(medicine.drug)} {amount(medicine.dose)}", by_route([medicine.route])
    yield f"Give {what} {by} {by_source(medicine.source)}."
    yield from fact("It is called {}.", medicine.item, worded)
    yield from companion_text(medicine.companion)
    yield from fact("The weight is the {} weight.", medicine.weight)
    yield from fact("The ideal weight is that of {}.", medicine.ideal, author)
    share = "The adjusted weight takes {} of the difference."
    yield from fact(share, medicine.fraction, show_number)
    yield from fact("The body surface is that of {}.", medicine.surface, author)
    yield from fact("The plasma volume is that of {}.", medicine.plasma, author)
    yield from if_stated(medicine.percent_of, _percent)
    yield from if_stated(medicine.round, _rounded)
    for settled in medicine.settled:
        yield from _settled(settled)
    yield from if_stated(medicine.cap, _cap)
    yield from if_stated(medicine.tablets, _tablets)
    yield from if_stated(medicine.into, _into)
    yield f"It is given {days_text(medicine.days, medicine.times)}."
    yield at_text(medicine.at)
    yield from fact("That is {} in a cycle.", medicine.per_cycle, amount)
    yield from fact("That is {} in a course.", medicine.per_course, amount)
    yield from if_stated(medicine.booked, tell_booked)
    yield from if_stated(medicine.rate, _rate)
    yield from if_stated(medicine.window, _window)


def companion_text(companion: str) -> Iterator[str]:
    """Yield under which choice something goes with the rest, or does not."""
    yield from fact("It is part of the plan only if {} is chosen to be given.", companion, worded)


@tells_every_field
def _into(into: Into) -> Iterator[str]:
    often = [
        *([f"at least {into.apart} apart"] if into.apart else []),
        *(
            [f"at most {times_text(most, 'injection')} a year"]
            if (most := into.most_a_year)
            else []
        ),
    ]
    there = f", there {' and '.join(often)}" if often else ""
    place = spoken_key(into.choice)
    yield f"It goes into the {place} that is chosen{there} {by_source(into.source)}."


@tells_every_field
def _settled(settled: Settled) -> Iterator[str]:
    within = f" within {settled.within}" if settled.within else ""
    yield (
        f"The finding {settled.finding}{within} is expected here: {quoted(settled.why)} "
        f"{by_source(settled.source)}."
    )


def days_text(days: list[int] | str | Picked, times: int | None) -> str:
    """Return on which days: on day 1; on days 1, 8 and 15; every 2 days, 5 times."""
    if isinstance(days, Picked):
        return "".join(_picked(days))
    if isinstance(days, list):
        return f"on day{'' if len(days) == 1 else 's'} {listed(days)}"
    words = f"on days {days}" if is_numbered(days) else worded(days) if goes_with(days) else days
    return f"{words}, {times} times" if times is not None else words


_EVERY_FEW_HOURS = re.compile(r"(every [0-9]+ hours)(?= from )")


def at_text(at: list[str]) -> str:
    """Return at which times of its days something is done."""
    times = [_EVERY_FEW_HOURS.sub(r"\1 by the clock", text) for text in at]
    return f"Time of day: {listed(times)}."


@tells_every_field
def _picked(days: Picked) -> Iterator[str]:
    yield (
        f"on {times_text(days.pick, 'day')} of days 1 to {days.of}, as chosen under "
        f"{spoken_key(days.choice)}"
    )


@tells_every_field
def _percent(share: PercentOfMedicine) -> Iterator[str]:
    percent = show_number(share.percent)
    yield f"That is {percent} % of the {spoken(share.of)} {by_source(share.source)}."


_OVER = {
    "dose": "Each dose",
    "day": "The total of a day, dealt out over its doses with the larger first,",
    "2 days": "The total of two days, dealt out over them with the larger dose first,",
    "cycle": "The total of a cycle",
}


@tells_every_field
def _rounded(rounded: Rounded) -> Iterator[str]:
    over = _OVER[rounded.over]
    how = {"nearest": "to the nearest", "down": "down to", "up": "up to"}[rounded.rule]
    yield f"{over} is rounded {how} {amount(rounded.to)} {by_source(rounded.source)}."


@tells_every_field
def _cap(cap: Cap) -> Iterator[str]:
    yield f"One dose is at most {amount(cap.amount)} {by_source(cap.source)}."


@tells_every_field
def _tablets(tablets: Tablets) -> Iterator[str]:
    source = by_source(tablets.source)
    if tablets.of:
        yield f"It is made of tablets of {listed(map(amount, tablets.of), 'or')} {source}."
    if tablets.most is not None:
        yield f"At most {times_text(tablets.most, 'tablet')} are taken at one time {source}."


@tells_every_field
def tell_booked(booked: Booked) -> Iterator[str]:
    """Yield how long something is booked for."""
    first, later = amount(booked.first), amount(booked.later)
    times = f"{first} the first time and {later} later" if first != later else f"{first} each time"
    yield f"It is booked for {times} {by_source(booked.source)}."


@tells_every_field
def _rate(rate: Rate) -> Iterator[str]:
    yield f"The first infusion runs by the ladder {spoken(rate.first)}."
    yield f"Each later infusion runs by the ladder {spoken(rate.later)}."


@tells_every_field
def _window(window: Window) -> Iterator[str]:
    source = by_source(window.source)
    for word, span in (("early", window.early), ("late", window.late)):
        if span is not None:
            yield f"It may be given up to {span} {word} {source}."
    yield f"Two doses are at least {window.least_gap} apart {source}."


@tells_every_field
def tell_as_required(entry: AsRequired) -> Iterator[str]:
    """Yield what may be taken when it is needed, and how often at most."""
    yield (
        f"Take {spoken(entry.drug)} {amount(entry.dose)} {by_route([entry.route])} "
        f"{quoted(entry.when)}, at most {times_text(entry.most_a_day, 'time')} a day "
        f"{by_source(entry.source)}."
    )
