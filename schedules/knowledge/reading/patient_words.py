"""For which patients something holds, in words."""

from __future__ import annotations

from collections.abc import Iterator

from dosing.drugs.conditions import Interval, When
from schedules.knowledge.reading.telling import listed, tells_every_field, worded


def whom(when: When) -> str:
    """Return for whom something holds: with a weight from 40 kg and below 60 kg."""
    return f"with {', and '.join(_when(when))}"


@tells_every_field
def _when(when: When) -> Iterator[str]:
    for measure, interval in (
        ("a weight", when.weight),
        ("a height", when.height),
        ("an age", when.age),
        ("a creatinine", when.creatinine),
        ("a clearance", when.clearance),
    ):
        if interval is not None:
            yield f"{measure} {interval_text(interval)}"
    if when.genotype is not None:
        yield f"the genotype {listed(when.genotype, 'or')}"
    if when.severity is not None:
        yield f"the severity {listed(when.severity, 'or')}"


def interval_text(interval: Interval) -> str:
    """Return an interval: from 40 kg and below 60 kg."""
    return " and ".join(_interval(interval))


@tells_every_field
def _interval(interval: Interval) -> Iterator[str]:
    if interval.at_least:
        yield f"from {worded(interval.at_least)}"
    if interval.below:
        yield f"below {worded(interval.below)}"
