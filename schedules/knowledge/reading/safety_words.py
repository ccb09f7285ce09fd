"""What a drug file answers to the eight questions about the patient, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from dosing.drugs.conditions import Interval
from dosing.drugs.proposed_change import Proposed
from dosing.drugs.safety import Answer, Answers, Missing, Outcome, Safety, Whom
from schedules.knowledge.reading.patient_words import interval_text
from schedules.knowledge.reading.telling import (
    amount,
    by_route,
    by_source,
    fact,
    heading,
    if_stated,
    listed,
    place_text,
    quoted,
    spoken,
    tells_every_field,
    worded,
)


@tells_every_field
def tell_safety(safety: Safety) -> Iterator[str]:
    """Yield every answer of a drug file, under its question."""
    yield from _question("Age", safety.age)
    yield from _question("Pregnancy, breast-feeding and contraception", safety.pregnancy)
    yield from _question("Kidney", safety.kidney)
    yield from _question("Liver", safety.liver)
    yield from _question("Infection and vaccination before the first dose", safety.infection)
    yield from _question("Conditions", safety.conditions)
    yield from _question("Other medicines", safety.medicines)
    yield from _question("Laboratory", safety.laboratory)


def _question(title: str, answers: Answers | None) -> Iterator[str]:
    yield heading(title)
    if answers is None:
        yield "This question is not yet answered."
    elif isinstance(answers, str):
        yield f"The answer is: {answers}."
    else:
        for answer in answers:
            yield from _answer(answer)


@tells_every_field
def _answer(answer: Answer) -> Iterator[str]:
    when = answer.when
    who = "Everybody" if isinstance(when, str) else f"Whoever {whoever(when)}"
    by = f", {by_route(answer.routes)}," if answer.routes else ""
    place = f" in {place_text(answer.jurisdiction)}" if answer.jurisdiction else ""
    yield (
        f"{who}{by} gets a {answer.level}{place}: {quoted(answer.text)} {by_source(answer.source)}."
    )
    yield from fact("The source gives {} instead.", answer.dose, amount)
    yield from fact("That goes by the {} weight.", answer.weight)
    yield from if_stated(answer.proposes, _proposed)


@tells_every_field
def _proposed(proposed: Proposed) -> Iterator[str]:
    by = f" {by_route(proposed.routes)}" if proposed.routes else ""
    source = by_source(proposed.source)
    changes = listed(proposed.changes, "or", lambda change: f"to {worded(change)}")
    yield f"For the next dose{by} it proposes {changes} {source}."


def whoever(when: Whom) -> str:
    """Return whom something is about: has an age below 18 years, and takes warfarin."""
    return ", and ".join(_whoever(when))


@tells_every_field
def _whoever(when: Whom) -> Iterator[str]:
    intervals: tuple[tuple[str, Interval | None], ...] = (
        ("an age", when.age),
        ("a weight", when.weight),
        ("a height", when.height),
        ("a creatinine", when.creatinine),
        ("a clearance", when.clearance),
    )
    for measure, interval in intervals:
        if interval is not None:
            yield f"has {measure} {interval_text(interval)}"
    lists: tuple[tuple[str, Sequence[str], Callable[[str], str]], ...] = (
        ("", when.is_, _state),
        ("is", when.sex, worded),
        ("has the genotype", when.genotype, worded),
        ("is on", when.dialysis, lambda word: _DIALYSIS[word]),
        ("has a liver of", when.liver, worded),
        ("has", when.has, spoken),
        ("takes", when.takes, spoken),
        ("does not take", when.unless_takes, spoken),
        ("is allergic to", when.allergy, spoken),
    )
    for verb, words, one in lists:
        if words:
            yield f"{verb} {listed(words, 'or', one)}".lstrip()
    if when.result is not None:
        yield f"has a result of {' '.join(_outcome(when.result))}"
    if when.missing is not None:
        yield f"has no result of {' '.join(_missing(when.missing))}"


def _state(word: str) -> str:
    return word if word.startswith("could ") else f"is {word}"


_DIALYSIS = {
    "haemodialysis": "haemodialysis",
    "peritoneal": "peritoneal dialysis",
    "none": "no dialysis",
}


@tells_every_field
def _outcome(outcome: Outcome) -> Iterator[str]:
    yield spoken(outcome.test)
    ends = (("above", outcome.above), ("from", outcome.at_least), ("below", outcome.below))
    if stated := [f"{word} {end}" for word, end in ends if end]:
        yield " and ".join(stated)
    if outcome.is_:
        yield f"that is {listed(outcome.is_, 'or')}"


@tells_every_field
def _missing(missing: Missing) -> Iterator[str]:
    yield spoken(missing.test)
    yield from fact("of the last {}", missing.older_than)
