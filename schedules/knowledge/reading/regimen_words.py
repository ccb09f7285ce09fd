"""What a regimen file means, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from dosing.calculation.clearance import ClearanceRule
from dosing.units import show_number
from schedules.knowledge.choice import Choice
from schedules.knowledge.expected import totals
from schedules.knowledge.phase import Prerequisite
from schedules.knowledge.reading.drug_words import tell_sources
from schedules.knowledge.reading.patient_words import whom
from schedules.knowledge.reading.phase_words import tell_phase
from schedules.knowledge.reading.safety_words import whoever
from schedules.knowledge.reading.telling import (
    author,
    by_source,
    day_text,
    fact,
    file_text,
    heading,
    if_stated,
    listed,
    place_text,
    quoted,
    said,
    spoken,
    spoken_key,
    tells_every_field,
    times_text,
    under,
    worded,
)
from schedules.knowledge.regimen import Erratum, Example, Missed, NotFor, OnlyFor, Regimen, Reviewed


@tells_every_field
def tell_regimen(regimen: Regimen) -> Iterator[str]:
    """Yield everything that a regimen file means: headings, and a sentence for each fact."""
    yield heading(regimen.title, 1)
    yield heading("What this is")
    yield file_text(f"regimens/{regimen.id}", regimen.version)
    yield f"Its status is {regimen.status}."
    yield from _reviewed(regimen.reviewed)
    yield from fact("It follows the label or guideline of {}.", regimen.jurisdiction, place_text)
    for place, other in sorted(regimen.elsewhere.items()):
        yield f"For {place_text(place)} there is the regimen {spoken(other)}."
    yield from fact("About it: {}", regimen.about, said)
    yield heading("Who it is for")
    for disease in regimen.for_:
        yield f"It is for {worded(disease)}."
    for refused in regimen.not_for:
        yield from _not_for(refused)
    for only in regimen.only_for:
        yield from _only_for(only)
    for choice in regimen.choices:
        yield from _choice(choice)
    yield from under("Before a dose", regimen.prerequisites, _prerequisite)
    yield from under("A missed dose", regimen.missed, _missed)
    yield from if_stated(regimen.clearance, _clearance)
    for phase in regimen.phases:
        yield from tell_phase(phase)
    yield from under("Errata", regimen.errata, _erratum)
    yield heading("Worked examples")
    for number, example in enumerate(regimen.examples, 1):
        yield from _example(example, number)
    yield from tell_sources(regimen.sources)


@tells_every_field
def _reviewed(reviewed: Reviewed) -> Iterator[str]:
    yield f"Its review is due on {day_text(reviewed.due)}."


@tells_every_field
def _not_for(refused: NotFor) -> Iterator[str]:
    yield (
        f"Nothing is planned for a patient {whom(refused.when)}: {quoted(refused.why)} "
        f"{by_source(refused.source)}."
    )


@tells_every_field
def _only_for(only: OnlyFor) -> Iterator[str]:
    yield (
        f"It is only for whoever {whoever(only.when)}, outside it there is a {only.level}: "
        f"{quoted(only.text)} {by_source(only.source)}. "
        f"Where nobody asked there is a {only.unknown}."
    )


@tells_every_field
def _choice(choice: Choice) -> Iterator[str]:
    yield heading(f"What a person chooses: {spoken_key(choice.name)}")
    yield f"The question is: {quoted(choice.ask)} {by_source(choice.source)}."
    if choice.one_of:
        yield f"It is {listed(choice.one_of, 'or')}."
    if choice.days is not None:
        least, most = (times_text(days, "day") for days in choice.days)
        yield f"It is from {least} to {most}."
    if choice.number is not None:
        yield f"It is a number from {choice.number[0]} to {choice.number[1]}."
    if choice.words:
        yield f"It is {listed(choice.words, 'or')}."
    if choice.pick is not None:
        yield f"It is {times_text(choice.pick[0], 'day')} of days 1 to {choice.pick[1]}."
    if choice.companion:
        yield "It is given, or left out with the reason; undecided it is no part of a plan."
    if choice.optional_with:
        yield f"It may be left out if the {spoken_key(choice.optional_with)} is left out."


@tells_every_field
def _prerequisite(one: Prerequisite) -> Iterator[str]:
    whom = f", if {one.sex}" if one.sex else ""
    yield f"Before {_A[one.before]}{whom}: {quoted(one.what)} {by_source(one.source)}."


@tells_every_field
def _missed(one: Missed) -> Iterator[str]:
    where = f" in {listed([f'phase {name}' for name in one.phases])}" if one.phases else ""
    yield f"Of {spoken(one.drug)}{where}: {quoted(one.text)} {by_source(one.source)}."


_A = {"first dose": "the first dose", "each dose": "each dose"}


@tells_every_field
def _clearance(rule: ClearanceRule) -> Iterator[str]:
    yield heading("Kidney")
    source = by_source(rule.source)
    yield f"The clearance is that of Cockcroft and Gault, with the {rule.weight} weight {source}."
    yield from fact("The ideal weight is that of {}.", rule.ideal, author)
    yield from fact("The adjusted weight takes {} of the difference.", rule.fraction, show_number)
    yield f"A clearance per 1.73 m2 is converted by the body surface of {author(rule.surface)}."


@tells_every_field
def _erratum(erratum: Erratum) -> Iterator[str]:
    rows = f", listed as disagreement {listed(erratum.rows)}" if erratum.rows else ""
    yield f"A source prints {quoted(erratum.prints)} {by_source(erratum.source)}{rows}."
    yield f"It must mean {quoted(erratum.means)} {by_source(erratum.says)}."
    yield f"Why: {said(erratum.why)}"


@tells_every_field
def _example(example: Example, number: int) -> Iterator[str]:
    decided = ", ".join(
        f"{spoken_key(name)} {worded(text)}"
        for pairs in (example.patient, example.choose)
        for name, text in sorted(pairs.items())
    )
    adjusted = "".join(
        f", with {worded(share)} of the {spoken(name)}"
        for name, share in sorted(example.adjust.items())
    )
    yield (
        f"Example {number}, {decided}{adjusted}, from {day_text(example.start)} "
        f"{by_source(example.source)}."
    )
    for total in totals(example.expect):
        yield f"Example {number} comes to {total}."
